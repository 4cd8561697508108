// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @neutral_floats
func.func @neutral_floats(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %zero = lamina.full {value = 0.0 : f32} : tensor<4xf32>
  %negative_zero = lamina.full {value = -0.0 : f32} : tensor<4xf32>
  %one = lamina.full {value = 1.0 : f32} : tensor<4xf32>
  %0 = lamina.add %negative_zero, %a : tensor<4xf32>
  %1 = lamina.sub %a, %zero : tensor<4xf32>
  %2 = lamina.mul %one, %a : tensor<4xf32>
  %3 = lamina.div %a, %one : tensor<4xf32>
  %4 = lamina.pow %a, %one : tensor<4xf32>
  // CHECK-NEXT: return %arg0, %arg0, %arg0, %arg0, %arg0
  return %0, %1, %2, %3, %4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// None of these is exact: -0.0 + 0.0 is 0.0, 0.0 - x drops a sign of zero, NaN * 0 is NaN, NaN - NaN is NaN.
// CHECK-LABEL: func.func @inexact_floats
func.func @inexact_floats(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %zero = lamina.full {value = 0.0 : f32} : tensor<4xf32>
  %negative_zero = lamina.full {value = -0.0 : f32} : tensor<4xf32>
  // CHECK: lamina.add
  %0 = lamina.add %a, %zero : tensor<4xf32>
  // CHECK: lamina.sub
  %1 = lamina.sub %a, %negative_zero : tensor<4xf32>
  // CHECK: lamina.mul
  %2 = lamina.mul %a, %zero : tensor<4xf32>
  // CHECK: lamina.sub
  %3 = lamina.sub %a, %a : tensor<4xf32>
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @integers
func.func @integers(%a: tensor<4xi32>) -> (tensor<4xi32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>) {
  %zero = lamina.full {value = 0 : i32} : tensor<4xi32>
  %ones = lamina.full {value = -1 : i32} : tensor<4xi32>
  // CHECK: %[[ZERO:.*]] = lamina.full {value = 0 : i32}
  %0 = lamina.add %zero, %a : tensor<4xi32>
  %1 = lamina.mul %a, %zero : tensor<4xi32>
  %2 = lamina.sub %a, %a : tensor<4xi32>
  %3 = lamina.bitwise_and %ones, %a : tensor<4xi32>
  %4 = lamina.shift_left %a, %zero : tensor<4xi32>
  // CHECK: return %arg0, %[[ZERO]], %{{.*}}, %arg0, %arg0
  return %0, %1, %2, %3, %4 : tensor<4xi32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>
}

// CHECK-LABEL: func.func @booleans
func.func @booleans(%m: tensor<4xi1>) -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) {
  %true = lamina.full {value = true} : tensor<4xi1>
  %false = lamina.full {value = false} : tensor<4xi1>
  %0 = lamina.add %m, %false : tensor<4xi1>
  %1 = lamina.mul %true, %m : tensor<4xi1>
  %2 = lamina.bitwise_or %m, %m : tensor<4xi1>
  %3 = lamina.bitwise_xor %m, %false : tensor<4xi1>
  // CHECK-NEXT: return %arg0, %arg0, %arg0, %arg0
  return %0, %1, %2, %3 : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

// CHECK-LABEL: func.func @same_operands
func.func @same_operands(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = lamina.maximum %a, %a : tensor<4xf32>
  %1 = lamina.minimum %a, %a : tensor<4xf32>
  // CHECK-NEXT: return %arg0, %arg0
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @splats
func.func @splats() -> (tensor<2xf32>, tensor<2xf16>, tensor<2xi8>, tensor<2xui8>, tensor<2xi1>) {
  %0 = lamina.full {value = 1.0 : f32} : tensor<2xf32>
  %1 = lamina.full {value = 0.0 : f32} : tensor<2xf32>
  // CHECK-DAG: lamina.full {value = 0x7F800000 : f32}
  %2 = lamina.div %0, %1 : tensor<2xf32>
  %3 = lamina.full {value = 1.0 : f16} : tensor<2xf16>
  %4 = lamina.full {value = 4.8828125e-4 : f16} : tensor<2xf16>
  // A tie rounds to even.
  // CHECK-DAG: lamina.full {value = 1.000000e+00 : f16}
  %5 = lamina.add %3, %4 : tensor<2xf16>
  %6 = lamina.full {value = 127 : i8} : tensor<2xi8>
  %7 = lamina.full {value = 1 : i8} : tensor<2xi8>
  // CHECK-DAG: lamina.full {value = -128 : i8}
  %8 = lamina.add %6, %7 : tensor<2xi8>
  %9 = lamina.full {value = 200 : ui8} : tensor<2xui8>
  %10 = lamina.full {value = 3 : ui8} : tensor<2xui8>
  // CHECK-DAG: lamina.full {value = 200 : ui8}
  %11 = lamina.maximum %9, %10 : tensor<2xui8>
  %12 = lamina.full {value = true} : tensor<2xi1>
  // CHECK-DAG: lamina.full {value = true}
  %13 = lamina.add %12, %12 : tensor<2xi1>
  return %2, %5, %8, %11, %13 : tensor<2xf32>, tensor<2xf16>, tensor<2xi8>, tensor<2xui8>, tensor<2xi1>
}

// A ref may be written after it was filled.
// CHECK-LABEL: func.func @refs
func.func @refs(%a: !lamina.ref<4xf32>) -> !lamina.ref<4xf32> {
  %one = lamina.full {value = 1.0 : f32} : !lamina.ref<4xf32>
  // CHECK: lamina.mul
  %0 = lamina.mul %a, %one : !lamina.ref<4xf32>
  return %0 : !lamina.ref<4xf32>
}
