// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @compare
func.func @compare(%a: tensor<4xf32>, %b: tensor<4xf32>, %r: !lamina.ref<?xui8>, %c: tensor<2xcomplex<f32>>) {
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "eq"} : tensor<4xf32>
  %0 = lamina.compare %a, %b {predicate = "eq"} : tensor<4xf32>
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "ne"} : tensor<4xf32>
  %1 = lamina.compare %a, %b {predicate = "ne"} : tensor<4xf32>
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "lt"} : tensor<4xf32>
  %2 = lamina.compare %a, %b {predicate = "lt"} : tensor<4xf32>
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "le"} : tensor<4xf32>
  %3 = lamina.compare %a, %b {predicate = "le"} : tensor<4xf32>
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "gt"} : tensor<4xf32>
  %4 = lamina.compare %a, %b {predicate = "gt"} : tensor<4xf32>
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "ge"} : tensor<4xf32>
  %5 = lamina.compare %a, %b {predicate = "ge"} : tensor<4xf32>
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "lt"} : !lamina.ref<?xui8>
  %6 = lamina.compare %r, %r {predicate = "lt"} : !lamina.ref<?xui8>
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "eq"} : tensor<2xcomplex<f32>>
  %7 = lamina.compare %c, %c {predicate = "eq"} : tensor<2xcomplex<f32>>
  return
}

// CHECK-LABEL: func.func @select
func.func @select(%p: tensor<4xi1>, %a: tensor<4xf32>, %q: !lamina.ref<i1>, %r: !lamina.ref<i64>) {
  // CHECK: lamina.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<4xi1>, tensor<4xf32>
  %0 = lamina.select %p, %a, %a : tensor<4xi1>, tensor<4xf32>
  // CHECK: lamina.select %{{.*}}, %{{.*}}, %{{.*}} : !lamina.ref<i1>, !lamina.ref<i64>
  %1 = lamina.select %q, %r, %r : !lamina.ref<i1>, !lamina.ref<i64>
  return
}

// CHECK-LABEL: func.func @cast
func.func @cast(%a: tensor<4xf32>, %r: !lamina.ref<?xcomplex<f64>>) {
  // CHECK: lamina.cast %{{.*}} : tensor<4xf32> -> tensor<4xi1>
  %0 = lamina.cast %a : tensor<4xf32> -> tensor<4xi1>
  // CHECK: lamina.cast %{{.*}} : tensor<4xf32> -> tensor<4xcomplex<f32>>
  %1 = lamina.cast %a : tensor<4xf32> -> tensor<4xcomplex<f32>>
  // CHECK: lamina.cast %{{.*}} : !lamina.ref<?xcomplex<f64>> -> !lamina.ref<?xui8>
  %2 = lamina.cast %r : !lamina.ref<?xcomplex<f64>> -> !lamina.ref<?xui8>
  return
}

// CHECK-LABEL: func.func @complex
func.func @complex(%a: tensor<4xf32>, %r: !lamina.ref<f64>) {
  // CHECK: lamina.complex %{{.*}}, %{{.*}} : tensor<4xf32> -> tensor<4xcomplex<f32>>
  %0 = lamina.complex %a, %a : tensor<4xf32> -> tensor<4xcomplex<f32>>
  // CHECK: lamina.complex %{{.*}}, %{{.*}} : !lamina.ref<f64> -> !lamina.ref<complex<f64>>
  %1 = lamina.complex %r, %r : !lamina.ref<f64> -> !lamina.ref<complex<f64>>
  return
}

// CHECK-LABEL: func.func @clone
func.func @clone(%a: tensor<4xf32>, %r: !lamina.ref<2x?xi1>) {
  // CHECK: lamina.clone %{{.*}} : tensor<4xf32>
  %0 = lamina.clone %a : tensor<4xf32>
  // CHECK: lamina.clone %{{.*}} : !lamina.ref<2x?xi1>
  %1 = lamina.clone %r : !lamina.ref<2x?xi1>
  return
}
