// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @identities
func.func @identities(%a: tensor<2x3xf32>, %u: tensor<?x4xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<?x4xf32>) {
  %0 = lamina.alias %a : tensor<2x3xf32> -> tensor<2x3xf32>
  %1 = lamina.permute %a {dims = array<i64: 0, 1>} : tensor<2x3xf32> -> tensor<2x3xf32>
  %2 = lamina.reshape %a : tensor<2x3xf32> -> tensor<2x3xf32>
  %3 = lamina.expand %a : tensor<2x3xf32> -> tensor<2x3xf32>
  %4 = lamina.squeeze %a {dims = array<i64>} : tensor<2x3xf32> -> tensor<2x3xf32>
  %5 = lamina.as_strided %a {sizes = array<i64: 2, 3>, strides = array<i64: 3, 1>, offset = 0 : i64} : tensor<2x3xf32> -> tensor<2x3xf32>
  %6 = lamina.slice %a {starts = array<i64: 0, 0>, stops = array<i64: 2, 3>, steps = array<i64: 1, 1>} : tensor<2x3xf32> -> tensor<2x3xf32>
  %7 = lamina.slice %u {starts = array<i64: 0, 0>, stops = array<i64: 9223372036854775807, 4>, steps = array<i64: 1, 1>} : tensor<?x4xf32> -> tensor<?x4xf32>
  // CHECK-NEXT: return %arg0, %arg0, %arg0, %arg0, %arg0, %arg0, %arg0, %arg1
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<?x4xf32>
}

// Another handle is another object, even if it shows the same.
// CHECK-LABEL: func.func @identities_on_refs
func.func @identities_on_refs(%a: !lamina.ref<4xf32>) -> (!lamina.ref<4xf32>, !lamina.ref<4xf32>) {
  // CHECK-NEXT: lamina.alias
  %0 = lamina.alias %a : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  // CHECK-NEXT: lamina.reshape
  %1 = lamina.reshape %a : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  return %0, %1 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// CHECK-LABEL: func.func @undone
func.func @undone(%a: tensor<2x1x3xf32>, %c: tensor<4xcomplex<f32>>, %p: tensor<4x2xf32>, %re: tensor<4xf32>, %im: tensor<4xf32>) -> (tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<4xcomplex<f32>>, tensor<4x2xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x1x3xf32>) {
  %0 = lamina.unsqueeze %a {dims = array<i64: 3, 0>} : tensor<2x1x3xf32> -> tensor<1x2x1x1x3xf32>
  %1 = lamina.squeeze %0 {dims = array<i64: 0, 3>} : tensor<1x2x1x1x3xf32> -> tensor<2x1x3xf32>
  %2 = lamina.squeeze %a {dims = array<i64: 1>} : tensor<2x1x3xf32> -> tensor<2x3xf32>
  %3 = lamina.unsqueeze %2 {dims = array<i64: 1>} : tensor<2x3xf32> -> tensor<2x1x3xf32>
  %4 = lamina.view_as_real %c : tensor<4xcomplex<f32>> -> tensor<4x2xf32>
  %5 = lamina.view_as_complex %4 : tensor<4x2xf32> -> tensor<4xcomplex<f32>>
  %6 = lamina.view_as_complex %p : tensor<4x2xf32> -> tensor<4xcomplex<f32>>
  %7 = lamina.view_as_real %6 : tensor<4xcomplex<f32>> -> tensor<4x2xf32>
  %8 = lamina.complex %re, %im : tensor<4xf32> -> tensor<4xcomplex<f32>>
  %9 = lamina.real %8 : tensor<4xcomplex<f32>> -> tensor<4xf32>
  %10 = lamina.imag %8 : tensor<4xcomplex<f32>> -> tensor<4xf32>
  %11 = lamina.bitcast %a : tensor<2x1x3xf32> -> tensor<2x1x3xi32>
  %12 = lamina.bitcast %11 : tensor<2x1x3xi32> -> tensor<2x1x3xf32>
  // CHECK-NEXT: return %arg0, %arg0, %arg1, %arg2, %arg3, %arg4, %arg0
  return %1, %3, %5, %7, %9, %10, %12 : tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<4xcomplex<f32>>, tensor<4x2xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x1x3xf32>
}

// CHECK-LABEL: func.func @two_become_one
func.func @two_become_one(%a: !lamina.ref<2x3x4xf32>, %b: tensor<10xf32>) -> (!lamina.ref<4x2x3xf32>, !lamina.ref<24xf32>, tensor<2xf32>) {
  // CHECK-DAG: lamina.permute %arg0 {dims = array<i64: 2, 0, 1>}
  %0 = lamina.permute %a {dims = array<i64: 1, 2, 0>} : !lamina.ref<2x3x4xf32> -> !lamina.ref<3x4x2xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 2, 0>} : !lamina.ref<3x4x2xf32> -> !lamina.ref<4x2x3xf32>
  // CHECK-DAG: lamina.reshape %arg0 : !lamina.ref<2x3x4xf32> -> !lamina.ref<24xf32>
  %2 = lamina.reshape %a : !lamina.ref<2x3x4xf32> -> !lamina.ref<6x4xf32>
  %3 = lamina.reshape %2 : !lamina.ref<6x4xf32> -> !lamina.ref<24xf32>
  // CHECK-DAG: lamina.slice %arg1 {starts = array<i64: 3>, steps = array<i64: 4>, stops = array<i64: 8>} : tensor<10xf32> -> tensor<2xf32>
  %4 = lamina.slice %b {starts = array<i64: 1>, stops = array<i64: 9223372036854775807>, steps = array<i64: 2>} : tensor<10xf32> -> tensor<5xf32>
  %5 = lamina.slice %4 {starts = array<i64: 1>, stops = array<i64: 4>, steps = array<i64: 2>} : tensor<5xf32> -> tensor<2xf32>
  return %1, %3, %5 : !lamina.ref<4x2x3xf32>, !lamina.ref<24xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @empty_slice_of_slice
func.func @empty_slice_of_slice(%a: tensor<10xf32>) -> tensor<0xf32> {
  // CHECK: lamina.slice %arg0 {starts = array<i64: 9>, steps = array<i64: 1>, stops = array<i64: 9>} : tensor<10xf32> -> tensor<0xf32>
  %0 = lamina.slice %a {starts = array<i64: 9>, stops = array<i64: 10>, steps = array<i64: 1>} : tensor<10xf32> -> tensor<1xf32>
  %1 = lamina.slice %0 {starts = array<i64: 1>, stops = array<i64: 1>, steps = array<i64: 1>} : tensor<1xf32> -> tensor<0xf32>
  return %1 : tensor<0xf32>
}

// CHECK-LABEL: func.func @expands
func.func @expands(%a: tensor<1xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: lamina.expand %arg0 : tensor<1xf32> -> tensor<2x3xf32>
  %0 = lamina.expand %a : tensor<1xf32> -> tensor<1x3xf32>
  %1 = lamina.expand %0 : tensor<1x3xf32> -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @views_of_full
func.func @views_of_full() -> (tensor<3x2xf32>, tensor<6xf32>, tensor<4x2x3xf32>, tensor<1x3xf32>) {
  // CHECK-DAG: lamina.full {value = 1.000000e+00 : f32} : tensor<3x2xf32>
  // CHECK-DAG: lamina.full {value = 1.000000e+00 : f32} : tensor<6xf32>
  // CHECK-DAG: lamina.full {value = 1.000000e+00 : f32} : tensor<4x2x3xf32>
  // CHECK-DAG: lamina.full {value = 1.000000e+00 : f32} : tensor<1x3xf32>
  // CHECK-NOT: lamina.{{permute|reshape|expand|slice}}
  %0 = lamina.full {value = 1.0 : f32} : tensor<2x3xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %2 = lamina.reshape %0 : tensor<2x3xf32> -> tensor<6xf32>
  %3 = lamina.expand %0 : tensor<2x3xf32> -> tensor<4x2x3xf32>
  %4 = lamina.slice %0 {starts = array<i64: 0, 0>, stops = array<i64: 1, 3>, steps = array<i64: 1, 1>} : tensor<2x3xf32> -> tensor<1x3xf32>
  return %1, %2, %3, %4 : tensor<3x2xf32>, tensor<6xf32>, tensor<4x2x3xf32>, tensor<1x3xf32>
}

// CHECK-LABEL: func.func @bits_of_full
func.func @bits_of_full() -> tensor<2xi32> {
  // CHECK: lamina.bitcast
  %0 = lamina.full {value = 1.0 : f32} : tensor<2xf32>
  %1 = lamina.bitcast %0 : tensor<2xf32> -> tensor<2xi32>
  return %1 : tensor<2xi32>
}
