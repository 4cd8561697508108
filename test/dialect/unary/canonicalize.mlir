// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @twice
func.func @twice(%a: tensor<4xf32>, %c: tensor<4xcomplex<f32>>, %m: tensor<4xi1>) -> (tensor<4xf32>, tensor<4xcomplex<f32>>, tensor<4xi1>) {
  %0 = lamina.neg %a : tensor<4xf32>
  %1 = lamina.neg %0 : tensor<4xf32>
  %2 = lamina.conj %c : tensor<4xcomplex<f32>>
  %3 = lamina.conj %2 : tensor<4xcomplex<f32>>
  %4 = lamina.bitwise_not %m : tensor<4xi1>
  %5 = lamina.bitwise_not %4 : tensor<4xi1>
  // CHECK-NEXT: return %arg0, %arg1, %arg2
  return %1, %3, %5 : tensor<4xf32>, tensor<4xcomplex<f32>>, tensor<4xi1>
}

// A result on refs is fresh memory, never the operand.
// CHECK-LABEL: func.func @twice_on_refs
func.func @twice_on_refs(%a: !lamina.ref<4xf32>) -> !lamina.ref<4xf32> {
  // CHECK-COUNT-2: lamina.neg
  %0 = lamina.neg %a : !lamina.ref<4xf32>
  %1 = lamina.neg %0 : !lamina.ref<4xf32>
  return %1 : !lamina.ref<4xf32>
}

// CHECK-LABEL: func.func @splats
func.func @splats() -> (tensor<2xf32>, tensor<2xi32>, tensor<2xi1>, tensor<2xui8>) {
  %0 = lamina.full {value = 0.0 : f32} : tensor<2xf32>
  %1 = lamina.full {value = -7 : i32} : tensor<2xi32>
  %2 = lamina.full {value = true} : tensor<2xi1>
  %3 = lamina.full {value = 1 : ui8} : tensor<2xui8>
  // CHECK-DAG: lamina.full {value = -0.000000e+00 : f32} : tensor<2xf32>
  %4 = lamina.neg %0 : tensor<2xf32>
  // CHECK-DAG: lamina.full {value = 7 : i32} : tensor<2xi32>
  %5 = lamina.abs %1 : tensor<2xi32> -> tensor<2xi32>
  // CHECK-DAG: lamina.full {value = false} : tensor<2xi1>
  %6 = lamina.bitwise_not %2 : tensor<2xi1>
  // CHECK-DAG: lamina.full {value = 255 : ui8} : tensor<2xui8>
  %7 = lamina.neg %3 : tensor<2xui8>
  return %4, %5, %6, %7 : tensor<2xf32>, tensor<2xi32>, tensor<2xi1>, tensor<2xui8>
}
