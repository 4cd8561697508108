// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %c: !lamina.ref<8x?x2x3xi32>, %d: !lamina.ref<?x5x3x?xi32>, %e: tensor<2x0xf16>, %f: tensor<0x4xf16>) {
  // CHECK: lamina.matmul %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %0 = lamina.matmul %a, %b : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  // CHECK: lamina.matmul %{{.*}}, %{{.*}} : (!lamina.ref<8x?x2x3xi32>, !lamina.ref<?x5x3x?xi32>) -> !lamina.ref<8x5x2x?xi32>
  %1 = lamina.matmul %c, %d : (!lamina.ref<8x?x2x3xi32>, !lamina.ref<?x5x3x?xi32>) -> !lamina.ref<8x5x2x?xi32>
  // CHECK: lamina.matmul %{{.*}}, %{{.*}} : (tensor<2x0xf16>, tensor<0x4xf16>) -> tensor<2x4xf16>
  %2 = lamina.matmul %e, %f : (tensor<2x0xf16>, tensor<0x4xf16>) -> tensor<2x4xf16>
  return
}

// CHECK-LABEL: func.func @convolution
func.func @convolution(%x: tensor<2x4x8x9xf32>, %w: tensor<6x2x3x3xf32>, %y: !lamina.ref<?x3x?xf32>, %v: !lamina.ref<5x3x4xf32>, %z: tensor<1x1xf32>, %u: tensor<2x1xf32>) {
  // CHECK: lamina.convolution %{{.*}}, %{{.*}} {dilations = array<i64: 1, 2>, groups = 2 : i64, padding = array<i64: 1, 1, -1, 0>, strides = array<i64: 2, 1>} : (tensor<2x4x8x9xf32>, tensor<6x2x3x3xf32>) -> tensor<2x6x4x4xf32>
  %0 = lamina.convolution %x, %w {dilations = array<i64: 1, 2>, groups = 2 : i64, padding = array<i64: 1, 1, -1, 0>, strides = array<i64: 2, 1>} : (tensor<2x4x8x9xf32>, tensor<6x2x3x3xf32>) -> tensor<2x6x4x4xf32>
  // CHECK: lamina.convolution %{{.*}}, %{{.*}} {dilations = array<i64: 1>, groups = 1 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1>} : (!lamina.ref<?x3x?xf32>, !lamina.ref<5x3x4xf32>) -> !lamina.ref<?x5x?xf32>
  %1 = lamina.convolution %y, %v {dilations = array<i64: 1>, groups = 1 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1>} : (!lamina.ref<?x3x?xf32>, !lamina.ref<5x3x4xf32>) -> !lamina.ref<?x5x?xf32>
  // CHECK: lamina.convolution %{{.*}}, %{{.*}} {dilations = array<i64>, groups = 1 : i64, padding = array<i64>, strides = array<i64>} : (tensor<1x1xf32>, tensor<2x1xf32>) -> tensor<1x2xf32>
  %2 = lamina.convolution %z, %u {dilations = array<i64>, groups = 1 : i64, padding = array<i64>, strides = array<i64>} : (tensor<1x1xf32>, tensor<2x1xf32>) -> tensor<1x2xf32>
  return
}

// CHECK-LABEL: func.func @kernel_larger_than_image
func.func @kernel_larger_than_image(%x: tensor<1x1x2xf32>, %w: tensor<1x1x5xf32>) {
  // CHECK: lamina.convolution %{{.*}}, %{{.*}} {dilations = array<i64: 1>, groups = 1 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x1x2xf32>, tensor<1x1x5xf32>) -> tensor<1x1x0xf32>
  %0 = lamina.convolution %x, %w {dilations = array<i64: 1>, groups = 1 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x1x2xf32>, tensor<1x1x5xf32>) -> tensor<1x1x0xf32>
  return
}
