// RUN: lamina-opt %s --lamina-functionalize --split-input-file | FileCheck %s
// Writing through a view gives its base the written elements back.

// CHECK-LABEL: func.func @permute
// CHECK: lamina.permute %arg1 {dims = array<i64: 1, 2, 0>} : tensor<4x2x3xf32> -> tensor<2x3x4xf32>
func.func @permute(%a: !lamina.ref<2x3x4xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<4x2x3xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.permute %a {dims = array<i64: 2, 0, 1>} : !lamina.ref<2x3x4xf32> -> !lamina.ref<4x2x3xf32>
  lamina.assign %v, %0 : !lamina.ref<4x2x3xf32>
  return
}

// -----

// CHECK-LABEL: func.func @reshape
// CHECK: lamina.reshape %arg1 : tensor<6xf32> -> tensor<2x3xf32>
func.func @reshape(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<6xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.reshape %a : !lamina.ref<2x3xf32> -> !lamina.ref<6xf32>
  lamina.assign %v, %0 : !lamina.ref<6xf32>
  return
}

// -----

// CHECK-LABEL: func.func @squeeze
// CHECK: lamina.unsqueeze %arg1 {dims = array<i64: 1>} : tensor<2x3xf32> -> tensor<2x1x3xf32>
func.func @squeeze(%a: !lamina.ref<2x1x3xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.squeeze %a {dims = array<i64: 1>} : !lamina.ref<2x1x3xf32> -> !lamina.ref<2x3xf32>
  lamina.assign %v, %0 : !lamina.ref<2x3xf32>
  return
}

// -----

// CHECK-LABEL: func.func @unsqueeze
// CHECK: lamina.squeeze %arg1 {dims = array<i64: 0, 2>} : tensor<1x2x1xf32> -> tensor<2xf32>
func.func @unsqueeze(%a: !lamina.ref<2xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<1x2x1xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.unsqueeze %a {dims = array<i64: 0, 2>} : !lamina.ref<2xf32> -> !lamina.ref<1x2x1xf32>
  lamina.assign %v, %0 : !lamina.ref<1x2x1xf32>
  return
}

// -----

// CHECK-LABEL: func.func @slice
// CHECK: lamina.slice_scatter %arg0, %arg1 {starts = array<i64: 1>, steps = array<i64: 2>, stops = array<i64: 4>} : tensor<4xf32>, tensor<2xf32>
func.func @slice(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<2xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.slice %a {starts = array<i64: 1>, stops = array<i64: 4>, steps = array<i64: 2>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  lamina.assign %v, %0 : !lamina.ref<2xf32>
  return
}

// -----

// CHECK-LABEL: func.func @diagonal
// CHECK: lamina.diagonal_scatter %arg0, %arg1 {dim1 = 1 : i64, dim2 = 0 : i64, offset = 1 : i64} : tensor<3x3xf32>, tensor<2xf32>
func.func @diagonal(%a: !lamina.ref<3x3xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<2xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.diagonal %a {offset = 1 : i64, dim1 = 1 : i64, dim2 = 0 : i64} : !lamina.ref<3x3xf32> -> !lamina.ref<2xf32>
  lamina.assign %v, %0 : !lamina.ref<2xf32>
  return
}

// -----

// CHECK-LABEL: func.func @as_strided
// CHECK: lamina.as_strided_scatter %arg0, %arg1 {offset = 1 : i64, sizes = array<i64: 2, 2>, strides = array<i64: 1, 2>} : tensor<6xf32>, tensor<2x2xf32>
func.func @as_strided(%a: !lamina.ref<6xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<2x2xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.as_strided %a {sizes = array<i64: 2, 2>, strides = array<i64: 1, 2>, offset = 1 : i64} : !lamina.ref<6xf32> -> !lamina.ref<2x2xf32>
  lamina.assign %v, %0 : !lamina.ref<2x2xf32>
  return
}

// -----

// Windows with gaps between them: 0 1 . 3 4 . along the first dimension.
// CHECK-LABEL: func.func @unfold
// CHECK: lamina.as_strided_scatter %arg0, %arg1 {offset = 0 : i64, sizes = array<i64: 2, 5, 2>, strides = array<i64: 15, 1, 5>} : tensor<6x5xf32>, tensor<2x5x2xf32>
func.func @unfold(%a: !lamina.ref<6x5xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<2x5x2xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.unfold %a {dim = 0 : i64, size = 2 : i64, step = 3 : i64} : !lamina.ref<6x5xf32> -> !lamina.ref<2x5x2xf32>
  lamina.assign %v, %0 : !lamina.ref<2x5x2xf32>
  return
}

// -----

// CHECK-LABEL: func.func @real
// CHECK: %[[IM:.*]] = lamina.imag %arg0
// CHECK: lamina.complex %arg1, %[[IM]]
func.func @real(%a: !lamina.ref<4xcomplex<f32>> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.real %a : !lamina.ref<4xcomplex<f32>> -> !lamina.ref<4xf32>
  lamina.assign %v, %0 : !lamina.ref<4xf32>
  return
}

// -----

// CHECK-LABEL: func.func @imag
// CHECK: %[[RE:.*]] = lamina.real %arg0
// CHECK: lamina.complex %[[RE]], %arg1
func.func @imag(%a: !lamina.ref<4xcomplex<f32>> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.imag %a : !lamina.ref<4xcomplex<f32>> -> !lamina.ref<4xf32>
  lamina.assign %v, %0 : !lamina.ref<4xf32>
  return
}

// -----

// CHECK-LABEL: func.func @view_as_real
// CHECK: lamina.view_as_complex %arg1 : tensor<4x2xf32> -> tensor<4xcomplex<f32>>
func.func @view_as_real(%a: !lamina.ref<4xcomplex<f32>> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<4x2xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.view_as_real %a : !lamina.ref<4xcomplex<f32>> -> !lamina.ref<4x2xf32>
  lamina.assign %v, %0 : !lamina.ref<4x2xf32>
  return
}

// -----

// CHECK-LABEL: func.func @view_as_complex
// CHECK: lamina.view_as_real %arg1 : tensor<4xcomplex<f32>> -> tensor<4x2xf32>
func.func @view_as_complex(%a: !lamina.ref<4x2xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<4xcomplex<f32>> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.view_as_complex %a : !lamina.ref<4x2xf32> -> !lamina.ref<4xcomplex<f32>>
  lamina.assign %v, %0 : !lamina.ref<4xcomplex<f32>>
  return
}

// -----

// CHECK-LABEL: func.func @bitcast
// CHECK: lamina.bitcast %arg1 : tensor<4xi32> -> tensor<4xf32>
func.func @bitcast(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<4xi32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.bitcast %a : !lamina.ref<4xf32> -> !lamina.ref<4xi32>
  lamina.assign %v, %0 : !lamina.ref<4xi32>
  return
}

// -----

// CHECK-LABEL: func.func @alias
// CHECK-NEXT: return %arg1
func.func @alias(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.alias %a : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  lamina.assign %v, %0 : !lamina.ref<4xf32>
  return
}

// -----

// Elements that overlap are written by their positions.
// CHECK-LABEL: func.func @overlapping_as_strided
// CHECK: %[[AT:.+]] = lamina.as_strided %{{.+}} : tensor<6xi64> -> tensor<2x2xi64>
// CHECK: lamina.scatter %arg0
func.func @overlapping_as_strided(%a: !lamina.ref<6xf32> {lamina.arg = #lamina.input<0>}, %v: !lamina.ref<2x2xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.as_strided %a {sizes = array<i64: 2, 2>, strides = array<i64: 1, 1>, offset = 0 : i64} : !lamina.ref<6xf32> -> !lamina.ref<2x2xf32>
  lamina.assign %v, %0 : !lamina.ref<2x2xf32>
  return
}
