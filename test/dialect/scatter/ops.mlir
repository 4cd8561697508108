// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @slice_scatter
func.func @slice_scatter(%a: tensor<4x?xf32>, %u: tensor<2x?xf32>, %b: !lamina.ref<4x?xf32>, %v: !lamina.ref<2x?xf32>) {
  // CHECK: lamina.slice_scatter %{{.*}}, %{{.*}} {starts = array<i64: 0, 0>, steps = array<i64: 2, 1>, stops = array<i64: 4, 9223372036854775807>} : tensor<4x?xf32>, tensor<2x?xf32>
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 0, 0>, steps = array<i64: 2, 1>, stops = array<i64: 4, 9223372036854775807>} : tensor<4x?xf32>, tensor<2x?xf32>
  // CHECK: lamina.slice_scatter %{{.*}}, %{{.*}} {starts = array<i64: 0, 0>, steps = array<i64: 2, 1>, stops = array<i64: 4, 9223372036854775807>} : !lamina.ref<4x?xf32>, !lamina.ref<2x?xf32>
  %1 = lamina.slice_scatter %b, %v {starts = array<i64: 0, 0>, steps = array<i64: 2, 1>, stops = array<i64: 4, 9223372036854775807>} : !lamina.ref<4x?xf32>, !lamina.ref<2x?xf32>
  return
}

// CHECK-LABEL: func.func @diagonal_scatter
func.func @diagonal_scatter(%a: tensor<3x4xi1>, %u: tensor<3xi1>, %b: !lamina.ref<3x4xi1>, %v: !lamina.ref<3xi1>) {
  // CHECK: lamina.diagonal_scatter %{{.*}}, %{{.*}} {dim1 = 0 : i64, dim2 = 1 : i64, offset = 0 : i64} : tensor<3x4xi1>, tensor<3xi1>
  %0 = lamina.diagonal_scatter %a, %u {dim1 = 0 : i64, dim2 = 1 : i64, offset = 0 : i64} : tensor<3x4xi1>, tensor<3xi1>
  // CHECK: lamina.diagonal_scatter %{{.*}}, %{{.*}} {dim1 = 0 : i64, dim2 = 1 : i64, offset = 0 : i64} : !lamina.ref<3x4xi1>, !lamina.ref<3xi1>
  %1 = lamina.diagonal_scatter %b, %v {dim1 = 0 : i64, dim2 = 1 : i64, offset = 0 : i64} : !lamina.ref<3x4xi1>, !lamina.ref<3xi1>
  return
}

// CHECK-LABEL: func.func @as_strided_scatter
func.func @as_strided_scatter(%a: tensor<2x3xf32>, %u: tensor<2xf32>, %b: !lamina.ref<2x3xf32>, %v: !lamina.ref<2xf32>) {
  // CHECK: lamina.as_strided_scatter %{{.*}}, %{{.*}} {offset = 0 : i64, sizes = array<i64: 2>, strides = array<i64: 3>} : tensor<2x3xf32>, tensor<2xf32>
  %0 = lamina.as_strided_scatter %a, %u {offset = 0 : i64, sizes = array<i64: 2>, strides = array<i64: 3>} : tensor<2x3xf32>, tensor<2xf32>
  // CHECK: lamina.as_strided_scatter %{{.*}}, %{{.*}} {offset = 0 : i64, sizes = array<i64: 2>, strides = array<i64: 3>} : !lamina.ref<2x3xf32>, !lamina.ref<2xf32>
  %1 = lamina.as_strided_scatter %b, %v {offset = 0 : i64, sizes = array<i64: 2>, strides = array<i64: 3>} : !lamina.ref<2x3xf32>, !lamina.ref<2xf32>
  return
}
