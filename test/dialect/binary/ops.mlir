// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @of_floats
func.func @of_floats(%a: tensor<4x?xf32>, %b: tensor<4x?xf32>) {
  // CHECK: lamina.add %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %0 = lamina.add %a, %b : tensor<4x?xf32>
  // CHECK: lamina.sub %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %1 = lamina.sub %a, %b : tensor<4x?xf32>
  // CHECK: lamina.mul %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %2 = lamina.mul %a, %b : tensor<4x?xf32>
  // CHECK: lamina.div %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %3 = lamina.div %a, %b : tensor<4x?xf32>
  // CHECK: lamina.rem %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %4 = lamina.rem %a, %b : tensor<4x?xf32>
  // CHECK: lamina.pow %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %5 = lamina.pow %a, %b : tensor<4x?xf32>
  // CHECK: lamina.atan2 %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %6 = lamina.atan2 %a, %b : tensor<4x?xf32>
  // CHECK: lamina.maximum %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %7 = lamina.maximum %a, %b : tensor<4x?xf32>
  // CHECK: lamina.minimum %{{.*}}, %{{.*}} : tensor<4x?xf32>
  %8 = lamina.minimum %a, %b : tensor<4x?xf32>
  return
}

// CHECK-LABEL: func.func @of_integers
func.func @of_integers(%a: !lamina.ref<4xi64>, %b: !lamina.ref<4xi64>) {
  // CHECK: lamina.add %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %0 = lamina.add %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.sub %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %1 = lamina.sub %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.mul %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %2 = lamina.mul %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.div %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %3 = lamina.div %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.rem %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %4 = lamina.rem %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.pow %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %5 = lamina.pow %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.maximum %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %6 = lamina.maximum %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.minimum %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %7 = lamina.minimum %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.bitwise_and %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %8 = lamina.bitwise_and %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.bitwise_or %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %9 = lamina.bitwise_or %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.bitwise_xor %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %10 = lamina.bitwise_xor %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.shift_left %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %11 = lamina.shift_left %a, %b : !lamina.ref<4xi64>
  // CHECK: lamina.shift_right %{{.*}}, %{{.*}} : !lamina.ref<4xi64>
  %12 = lamina.shift_right %a, %b : !lamina.ref<4xi64>
  return
}

// CHECK-LABEL: func.func @of_bytes
func.func @of_bytes(%a: tensor<ui8>, %b: tensor<ui8>) {
  // CHECK: lamina.add %{{.*}}, %{{.*}} : tensor<ui8>
  %0 = lamina.add %a, %b : tensor<ui8>
  // CHECK: lamina.sub %{{.*}}, %{{.*}} : tensor<ui8>
  %1 = lamina.sub %a, %b : tensor<ui8>
  // CHECK: lamina.mul %{{.*}}, %{{.*}} : tensor<ui8>
  %2 = lamina.mul %a, %b : tensor<ui8>
  // CHECK: lamina.div %{{.*}}, %{{.*}} : tensor<ui8>
  %3 = lamina.div %a, %b : tensor<ui8>
  // CHECK: lamina.rem %{{.*}}, %{{.*}} : tensor<ui8>
  %4 = lamina.rem %a, %b : tensor<ui8>
  // CHECK: lamina.pow %{{.*}}, %{{.*}} : tensor<ui8>
  %5 = lamina.pow %a, %b : tensor<ui8>
  // CHECK: lamina.maximum %{{.*}}, %{{.*}} : tensor<ui8>
  %6 = lamina.maximum %a, %b : tensor<ui8>
  // CHECK: lamina.minimum %{{.*}}, %{{.*}} : tensor<ui8>
  %7 = lamina.minimum %a, %b : tensor<ui8>
  // CHECK: lamina.bitwise_and %{{.*}}, %{{.*}} : tensor<ui8>
  %8 = lamina.bitwise_and %a, %b : tensor<ui8>
  // CHECK: lamina.bitwise_or %{{.*}}, %{{.*}} : tensor<ui8>
  %9 = lamina.bitwise_or %a, %b : tensor<ui8>
  // CHECK: lamina.bitwise_xor %{{.*}}, %{{.*}} : tensor<ui8>
  %10 = lamina.bitwise_xor %a, %b : tensor<ui8>
  // CHECK: lamina.shift_left %{{.*}}, %{{.*}} : tensor<ui8>
  %11 = lamina.shift_left %a, %b : tensor<ui8>
  // CHECK: lamina.shift_right %{{.*}}, %{{.*}} : tensor<ui8>
  %12 = lamina.shift_right %a, %b : tensor<ui8>
  return
}

// CHECK-LABEL: func.func @of_booleans
func.func @of_booleans(%a: tensor<4xi1>, %b: tensor<4xi1>) {
  // CHECK: lamina.add %{{.*}}, %{{.*}} : tensor<4xi1>
  %0 = lamina.add %a, %b : tensor<4xi1>
  // CHECK: lamina.mul %{{.*}}, %{{.*}} : tensor<4xi1>
  %1 = lamina.mul %a, %b : tensor<4xi1>
  // CHECK: lamina.maximum %{{.*}}, %{{.*}} : tensor<4xi1>
  %2 = lamina.maximum %a, %b : tensor<4xi1>
  // CHECK: lamina.minimum %{{.*}}, %{{.*}} : tensor<4xi1>
  %3 = lamina.minimum %a, %b : tensor<4xi1>
  // CHECK: lamina.bitwise_and %{{.*}}, %{{.*}} : tensor<4xi1>
  %4 = lamina.bitwise_and %a, %b : tensor<4xi1>
  // CHECK: lamina.bitwise_or %{{.*}}, %{{.*}} : tensor<4xi1>
  %5 = lamina.bitwise_or %a, %b : tensor<4xi1>
  // CHECK: lamina.bitwise_xor %{{.*}}, %{{.*}} : tensor<4xi1>
  %6 = lamina.bitwise_xor %a, %b : tensor<4xi1>
  return
}

// CHECK-LABEL: func.func @of_complex
func.func @of_complex(%a: tensor<4xcomplex<f32>>, %b: tensor<4xcomplex<f32>>) {
  // CHECK: lamina.add %{{.*}}, %{{.*}} : tensor<4xcomplex<f32>>
  %0 = lamina.add %a, %b : tensor<4xcomplex<f32>>
  // CHECK: lamina.sub %{{.*}}, %{{.*}} : tensor<4xcomplex<f32>>
  %1 = lamina.sub %a, %b : tensor<4xcomplex<f32>>
  // CHECK: lamina.mul %{{.*}}, %{{.*}} : tensor<4xcomplex<f32>>
  %2 = lamina.mul %a, %b : tensor<4xcomplex<f32>>
  // CHECK: lamina.div %{{.*}}, %{{.*}} : tensor<4xcomplex<f32>>
  %3 = lamina.div %a, %b : tensor<4xcomplex<f32>>
  // CHECK: lamina.pow %{{.*}}, %{{.*}} : tensor<4xcomplex<f32>>
  %4 = lamina.pow %a, %b : tensor<4xcomplex<f32>>
  return
}
