// RUN: lamina-opt %s --canonicalize | FileCheck %s

// A sum of no products is zero, whatever the operands hold.

// CHECK-LABEL: func.func @no_columns
func.func @no_columns(%a: tensor<2x0xf32>, %b: tensor<0x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: %[[ZERO:.+]] = lamina.full {value = 0.000000e+00 : f32} : tensor<2x3xf32>
  // CHECK-NEXT: return %[[ZERO]]
  %0 = lamina.matmul %a, %b : (tensor<2x0xf32>, tensor<0x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @no_columns_of_complex
func.func @no_columns_of_complex(%a: !lamina.ref<2x0xcomplex<f32>>, %b: !lamina.ref<0x3xcomplex<f32>>) -> !lamina.ref<2x3xcomplex<f32>> {
  // CHECK-NEXT: lamina.full {value = [0.000000e+00 : f32, 0.000000e+00 : f32]} : !lamina.ref<2x3xcomplex<f32>>
  %0 = lamina.matmul %a, %b : (!lamina.ref<2x0xcomplex<f32>>, !lamina.ref<0x3xcomplex<f32>>) -> !lamina.ref<2x3xcomplex<f32>>
  return %0 : !lamina.ref<2x3xcomplex<f32>>
}

// CHECK-LABEL: func.func @no_channels
func.func @no_channels(%x: tensor<2x0x5xf32>, %w: tensor<4x0x3xf32>) -> tensor<2x4x3xf32> {
  // CHECK-NEXT: lamina.full {value = 0.000000e+00 : f32} : tensor<2x4x3xf32>
  %0 = lamina.convolution %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : (tensor<2x0x5xf32>, tensor<4x0x3xf32>) -> tensor<2x4x3xf32>
  return %0 : tensor<2x4x3xf32>
}

// CHECK-LABEL: func.func @some_columns
func.func @some_columns(%a: tensor<2x?xf32>, %b: tensor<?x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: lamina.matmul
  %0 = lamina.matmul %a, %b : (tensor<2x?xf32>, tensor<?x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Batches that were merged for the product stay apart.

// CHECK-LABEL: func.func @merged_batches
func.func @merged_batches(%a: tensor<2x4x5x6xf32>, %b: tensor<2x4x6x7xf32>) -> tensor<2x4x5x7xf32> {
  // CHECK-NEXT: %[[P:.+]] = lamina.matmul %arg0, %arg1 : (tensor<2x4x5x6xf32>, tensor<2x4x6x7xf32>) -> tensor<2x4x5x7xf32>
  // CHECK-NEXT: return %[[P]]
  %0 = lamina.reshape %a : tensor<2x4x5x6xf32> -> tensor<8x5x6xf32>
  %1 = lamina.reshape %b : tensor<2x4x6x7xf32> -> tensor<8x6x7xf32>
  %2 = lamina.matmul %0, %1 : (tensor<8x5x6xf32>, tensor<8x6x7xf32>) -> tensor<8x5x7xf32>
  %3 = lamina.reshape %2 : tensor<8x5x7xf32> -> tensor<2x4x5x7xf32>
  return %3 : tensor<2x4x5x7xf32>
}

// CHECK-LABEL: func.func @batches_merged_otherwise
func.func @batches_merged_otherwise(%a: tensor<2x4x5x6xf32>, %b: tensor<4x2x6x7xf32>) -> tensor<8x5x7xf32> {
  // CHECK: lamina.matmul {{.*}} : (tensor<8x5x6xf32>, tensor<8x6x7xf32>)
  %0 = lamina.reshape %a : tensor<2x4x5x6xf32> -> tensor<8x5x6xf32>
  %1 = lamina.reshape %b : tensor<4x2x6x7xf32> -> tensor<8x6x7xf32>
  %2 = lamina.matmul %0, %1 : (tensor<8x5x6xf32>, tensor<8x6x7xf32>) -> tensor<8x5x7xf32>
  return %2 : tensor<8x5x7xf32>
}
