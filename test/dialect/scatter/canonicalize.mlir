// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @view_of_what_was_written
func.func @view_of_what_was_written(%a: tensor<4xf32>, %u: tensor<2xf32>, %m: tensor<3x3xf32>, %d: tensor<3xf32>) -> (tensor<2xf32>, tensor<3xf32>, tensor<2xf32>) {
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32>, tensor<2xf32>
  %1 = lamina.slice %0 {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32> -> tensor<2xf32>
  %2 = lamina.diagonal_scatter %m, %d {offset = 0 : i64, dim1 = 0 : i64, dim2 = 1 : i64} : tensor<3x3xf32>, tensor<3xf32>
  %3 = lamina.diagonal %2 {offset = 0 : i64, dim1 = 0 : i64, dim2 = 1 : i64} : tensor<3x3xf32> -> tensor<3xf32>
  %4 = lamina.as_strided_scatter %a, %u {sizes = array<i64: 2>, strides = array<i64: 2>, offset = 1 : i64} : tensor<4xf32>, tensor<2xf32>
  %5 = lamina.as_strided %4 {sizes = array<i64: 2>, strides = array<i64: 2>, offset = 1 : i64} : tensor<4xf32> -> tensor<2xf32>
  // CHECK-NEXT: return %arg1, %arg3, %arg1
  return %1, %3, %5 : tensor<2xf32>, tensor<3xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @whole_base
func.func @whole_base(%a: tensor<4xf32>, %u: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 0>, stops = array<i64: 4>, steps = array<i64: 1>} : tensor<4xf32>, tensor<4xf32>
  // CHECK-NEXT: return %arg1
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @written_back
func.func @written_back(%a: tensor<4xf32>, %m: tensor<3x3xf32>) -> (tensor<4xf32>, tensor<3x3xf32>) {
  %0 = lamina.slice %a {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32> -> tensor<2xf32>
  %1 = lamina.slice_scatter %a, %0 {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32>, tensor<2xf32>
  %2 = lamina.diagonal %m {offset = 1 : i64, dim1 = 0 : i64, dim2 = 1 : i64} : tensor<3x3xf32> -> tensor<2xf32>
  %3 = lamina.diagonal_scatter %m, %2 {offset = 1 : i64, dim1 = 0 : i64, dim2 = 1 : i64} : tensor<3x3xf32>, tensor<2xf32>
  // CHECK-NEXT: return %arg0, %arg1
  return %1, %3 : tensor<4xf32>, tensor<3x3xf32>
}

// CHECK-LABEL: func.func @written_to_another_base
func.func @written_to_another_base(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lamina.slice %a {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32> -> tensor<2xf32>
  // CHECK: lamina.slice_scatter %arg1
  %1 = lamina.slice_scatter %b, %0 {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32>, tensor<2xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @overwritten
func.func @overwritten(%a: tensor<4xf32>, %u: tensor<2xf32>, %v: tensor<2xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: %[[R:.*]] = lamina.slice_scatter %arg0, %arg2
  // CHECK-NEXT: return %[[R]]
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32>, tensor<2xf32>
  %1 = lamina.slice_scatter %0, %v {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32>, tensor<2xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @beside
func.func @beside(%a: tensor<4xf32>, %u: tensor<2xf32>) -> (tensor<1xf32>, tensor<2xf32>) {
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32>, tensor<2xf32>
  // CHECK-DAG: lamina.slice %arg0 {starts = array<i64: 3>
  %1 = lamina.slice %0 {starts = array<i64: 3>, stops = array<i64: 4>, steps = array<i64: 1>} : tensor<4xf32> -> tensor<1xf32>
  // CHECK-DAG: %[[S:.*]] = lamina.slice_scatter
  // CHECK-DAG: lamina.slice %[[S]] {starts = array<i64: 2>
  %2 = lamina.slice %0 {starts = array<i64: 2>, stops = array<i64: 4>, steps = array<i64: 1>} : tensor<4xf32> -> tensor<2xf32>
  return %1, %2 : tensor<1xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @refs
func.func @refs(%a: !lamina.ref<4xf32>, %u: !lamina.ref<4xf32>) -> !lamina.ref<4xf32> {
  // CHECK: lamina.slice_scatter
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 0>, stops = array<i64: 4>, steps = array<i64: 1>} : !lamina.ref<4xf32>, !lamina.ref<4xf32>
  return %0 : !lamina.ref<4xf32>
}
