// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @of_floats
func.func @of_floats(%a: tensor<4xf32>) {
  // CHECK: lamina.neg %{{.*}} : tensor<4xf32>
  %0 = lamina.neg %a : tensor<4xf32>
  // CHECK: lamina.sign %{{.*}} : tensor<4xf32>
  %1 = lamina.sign %a : tensor<4xf32>
  // CHECK: lamina.exp %{{.*}} : tensor<4xf32>
  %2 = lamina.exp %a : tensor<4xf32>
  // CHECK: lamina.exp2 %{{.*}} : tensor<4xf32>
  %3 = lamina.exp2 %a : tensor<4xf32>
  // CHECK: lamina.expm1 %{{.*}} : tensor<4xf32>
  %4 = lamina.expm1 %a : tensor<4xf32>
  // CHECK: lamina.log %{{.*}} : tensor<4xf32>
  %5 = lamina.log %a : tensor<4xf32>
  // CHECK: lamina.log2 %{{.*}} : tensor<4xf32>
  %6 = lamina.log2 %a : tensor<4xf32>
  // CHECK: lamina.log1p %{{.*}} : tensor<4xf32>
  %7 = lamina.log1p %a : tensor<4xf32>
  // CHECK: lamina.sqrt %{{.*}} : tensor<4xf32>
  %8 = lamina.sqrt %a : tensor<4xf32>
  // CHECK: lamina.rsqrt %{{.*}} : tensor<4xf32>
  %9 = lamina.rsqrt %a : tensor<4xf32>
  // CHECK: lamina.sin %{{.*}} : tensor<4xf32>
  %10 = lamina.sin %a : tensor<4xf32>
  // CHECK: lamina.cos %{{.*}} : tensor<4xf32>
  %11 = lamina.cos %a : tensor<4xf32>
  // CHECK: lamina.tan %{{.*}} : tensor<4xf32>
  %12 = lamina.tan %a : tensor<4xf32>
  // CHECK: lamina.asin %{{.*}} : tensor<4xf32>
  %13 = lamina.asin %a : tensor<4xf32>
  // CHECK: lamina.acos %{{.*}} : tensor<4xf32>
  %14 = lamina.acos %a : tensor<4xf32>
  // CHECK: lamina.atan %{{.*}} : tensor<4xf32>
  %15 = lamina.atan %a : tensor<4xf32>
  // CHECK: lamina.sinh %{{.*}} : tensor<4xf32>
  %16 = lamina.sinh %a : tensor<4xf32>
  // CHECK: lamina.cosh %{{.*}} : tensor<4xf32>
  %17 = lamina.cosh %a : tensor<4xf32>
  // CHECK: lamina.tanh %{{.*}} : tensor<4xf32>
  %18 = lamina.tanh %a : tensor<4xf32>
  // CHECK: lamina.asinh %{{.*}} : tensor<4xf32>
  %19 = lamina.asinh %a : tensor<4xf32>
  // CHECK: lamina.acosh %{{.*}} : tensor<4xf32>
  %20 = lamina.acosh %a : tensor<4xf32>
  // CHECK: lamina.atanh %{{.*}} : tensor<4xf32>
  %21 = lamina.atanh %a : tensor<4xf32>
  // CHECK: lamina.erf %{{.*}} : tensor<4xf32>
  %22 = lamina.erf %a : tensor<4xf32>
  // CHECK: lamina.erfinv %{{.*}} : tensor<4xf32>
  %23 = lamina.erfinv %a : tensor<4xf32>
  // CHECK: lamina.lgamma %{{.*}} : tensor<4xf32>
  %24 = lamina.lgamma %a : tensor<4xf32>
  // CHECK: lamina.digamma %{{.*}} : tensor<4xf32>
  %25 = lamina.digamma %a : tensor<4xf32>
  // CHECK: lamina.floor %{{.*}} : tensor<4xf32>
  %26 = lamina.floor %a : tensor<4xf32>
  // CHECK: lamina.ceil %{{.*}} : tensor<4xf32>
  %27 = lamina.ceil %a : tensor<4xf32>
  // CHECK: lamina.round %{{.*}} : tensor<4xf32>
  %28 = lamina.round %a : tensor<4xf32>
  // CHECK: lamina.trunc %{{.*}} : tensor<4xf32>
  %29 = lamina.trunc %a : tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @of_complex
func.func @of_complex(%a: !lamina.ref<4xcomplex<f64>>) {
  // CHECK: lamina.neg %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %0 = lamina.neg %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.sign %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %1 = lamina.sign %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.conj %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %2 = lamina.conj %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.exp %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %3 = lamina.exp %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.exp2 %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %4 = lamina.exp2 %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.expm1 %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %5 = lamina.expm1 %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.log %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %6 = lamina.log %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.log2 %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %7 = lamina.log2 %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.log1p %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %8 = lamina.log1p %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.sqrt %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %9 = lamina.sqrt %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.rsqrt %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %10 = lamina.rsqrt %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.sin %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %11 = lamina.sin %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.cos %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %12 = lamina.cos %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.tan %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %13 = lamina.tan %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.asin %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %14 = lamina.asin %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.acos %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %15 = lamina.acos %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.atan %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %16 = lamina.atan %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.sinh %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %17 = lamina.sinh %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.cosh %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %18 = lamina.cosh %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.tanh %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %19 = lamina.tanh %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.asinh %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %20 = lamina.asinh %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.acosh %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %21 = lamina.acosh %a : !lamina.ref<4xcomplex<f64>>
  // CHECK: lamina.atanh %{{.*}} : !lamina.ref<4xcomplex<f64>>
  %22 = lamina.atanh %a : !lamina.ref<4xcomplex<f64>>
  return
}

// CHECK-LABEL: func.func @of_integers
func.func @of_integers(%a: tensor<?xi32>, %b: !lamina.ref<ui8>, %m: tensor<2xi1>) {
  // CHECK: lamina.neg %{{.*}} : tensor<?xi32>
  %0 = lamina.neg %a : tensor<?xi32>
  // CHECK: lamina.sign %{{.*}} : !lamina.ref<ui8>
  %1 = lamina.sign %b : !lamina.ref<ui8>
  // CHECK: lamina.bitwise_not %{{.*}} : !lamina.ref<ui8>
  %2 = lamina.bitwise_not %b : !lamina.ref<ui8>
  // CHECK: lamina.bitwise_not %{{.*}} : tensor<2xi1>
  %3 = lamina.bitwise_not %m : tensor<2xi1>
  return
}

// CHECK-LABEL: func.func @of_small_floats
func.func @of_small_floats(%a: tensor<4xf16>, %b: tensor<4xbf16>, %c: !lamina.ref<4xf8E4M3FN>, %d: !lamina.ref<4xf8E5M2>) {
  // CHECK: lamina.exp %{{.*}} : tensor<4xf16>
  %0 = lamina.exp %a : tensor<4xf16>
  // CHECK: lamina.exp %{{.*}} : tensor<4xbf16>
  %1 = lamina.exp %b : tensor<4xbf16>
  // CHECK: lamina.exp %{{.*}} : !lamina.ref<4xf8E4M3FN>
  %2 = lamina.exp %c : !lamina.ref<4xf8E4M3FN>
  // CHECK: lamina.exp %{{.*}} : !lamina.ref<4xf8E5M2>
  %3 = lamina.exp %d : !lamina.ref<4xf8E5M2>
  return
}

// CHECK-LABEL: func.func @modulus_is_real
func.func @modulus_is_real(%a: tensor<2x?xcomplex<f32>>, %b: !lamina.ref<4xi64>) {
  // CHECK: lamina.abs %{{.*}} : tensor<2x?xcomplex<f32>> -> tensor<2x?xf32>
  %0 = lamina.abs %a : tensor<2x?xcomplex<f32>> -> tensor<2x?xf32>
  // CHECK: lamina.abs %{{.*}} : !lamina.ref<4xi64> -> !lamina.ref<4xi64>
  %1 = lamina.abs %b : !lamina.ref<4xi64> -> !lamina.ref<4xi64>
  return
}
