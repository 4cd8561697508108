// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @alias
func.func @alias(%a: tensor<4xf32>, %b: !lamina.ref<4xf32>) {
  // CHECK: lamina.alias %{{.*}} : tensor<4xf32> -> tensor<4xf32>
  %0 = lamina.alias %a : tensor<4xf32> -> tensor<4xf32>
  // CHECK: lamina.alias %{{.*}} : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  %1 = lamina.alias %b : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  return
}

// CHECK-LABEL: func.func @permute
func.func @permute(%a: tensor<2x3x?xf32>, %b: !lamina.ref<2x3x?xf32>) {
  // CHECK: lamina.permute %{{.*}} {dims = array<i64: 2, 0, 1>} : tensor<2x3x?xf32> -> tensor<?x2x3xf32>
  %0 = lamina.permute %a {dims = array<i64: 2, 0, 1>} : tensor<2x3x?xf32> -> tensor<?x2x3xf32>
  // CHECK: lamina.permute %{{.*}} {dims = array<i64: 2, 0, 1>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<?x2x3xf32>
  %1 = lamina.permute %b {dims = array<i64: 2, 0, 1>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<?x2x3xf32>
  return
}

// CHECK-LABEL: func.func @permute_scalar
func.func @permute_scalar(%a: tensor<f32>, %b: !lamina.ref<f32>) {
  // CHECK: lamina.permute %{{.*}} {dims = array<i64>} : tensor<f32> -> tensor<f32>
  %0 = lamina.permute %a {dims = array<i64>} : tensor<f32> -> tensor<f32>
  // CHECK: lamina.permute %{{.*}} {dims = array<i64>} : !lamina.ref<f32> -> !lamina.ref<f32>
  %1 = lamina.permute %b {dims = array<i64>} : !lamina.ref<f32> -> !lamina.ref<f32>
  return
}

// CHECK-LABEL: func.func @squeeze
func.func @squeeze(%a: tensor<1x2x?x3xf32>, %b: !lamina.ref<1x2x?x3xf32>) {
  // CHECK: lamina.squeeze %{{.*}} {dims = array<i64: 2, 0>} : tensor<1x2x?x3xf32> -> tensor<2x3xf32>
  %0 = lamina.squeeze %a {dims = array<i64: 2, 0>} : tensor<1x2x?x3xf32> -> tensor<2x3xf32>
  // CHECK: lamina.squeeze %{{.*}} {dims = array<i64: 2, 0>} : !lamina.ref<1x2x?x3xf32> -> !lamina.ref<2x3xf32>
  %1 = lamina.squeeze %b {dims = array<i64: 2, 0>} : !lamina.ref<1x2x?x3xf32> -> !lamina.ref<2x3xf32>
  return
}

// CHECK-LABEL: func.func @unsqueeze
func.func @unsqueeze(%a: tensor<2x?xf32>, %b: !lamina.ref<2x?xf32>) {
  // CHECK: lamina.unsqueeze %{{.*}} {dims = array<i64: 0, 3>} : tensor<2x?xf32> -> tensor<1x2x?x1xf32>
  %0 = lamina.unsqueeze %a {dims = array<i64: 0, 3>} : tensor<2x?xf32> -> tensor<1x2x?x1xf32>
  // CHECK: lamina.unsqueeze %{{.*}} {dims = array<i64: 0, 3>} : !lamina.ref<2x?xf32> -> !lamina.ref<1x2x?x1xf32>
  %1 = lamina.unsqueeze %b {dims = array<i64: 0, 3>} : !lamina.ref<2x?xf32> -> !lamina.ref<1x2x?x1xf32>
  return
}

// CHECK-LABEL: func.func @reshape
func.func @reshape(%a: tensor<2x6xf32>, %b: !lamina.ref<2x6xf32>) {
  // CHECK: lamina.reshape %{{.*}} : tensor<2x6xf32> -> tensor<3x4xf32>
  %0 = lamina.reshape %a : tensor<2x6xf32> -> tensor<3x4xf32>
  // CHECK: lamina.reshape %{{.*}} : !lamina.ref<2x6xf32> -> !lamina.ref<3x4xf32>
  %1 = lamina.reshape %b : !lamina.ref<2x6xf32> -> !lamina.ref<3x4xf32>
  return
}

// CHECK-LABEL: func.func @reshape_unknown
func.func @reshape_unknown(%a: tensor<2x?x4xf32>, %b: !lamina.ref<2x?x4xf32>) {
  // CHECK: lamina.reshape %{{.*}} : tensor<2x?x4xf32> -> tensor<?x8xf32>
  %0 = lamina.reshape %a : tensor<2x?x4xf32> -> tensor<?x8xf32>
  // CHECK: lamina.reshape %{{.*}} : !lamina.ref<2x?x4xf32> -> !lamina.ref<?x8xf32>
  %1 = lamina.reshape %b : !lamina.ref<2x?x4xf32> -> !lamina.ref<?x8xf32>
  return
}

// CHECK-LABEL: func.func @reshape_scalar
func.func @reshape_scalar(%a: tensor<1x1xf32>, %b: !lamina.ref<1x1xf32>) {
  // CHECK: lamina.reshape %{{.*}} : tensor<1x1xf32> -> tensor<f32>
  %0 = lamina.reshape %a : tensor<1x1xf32> -> tensor<f32>
  // CHECK: lamina.reshape %{{.*}} : !lamina.ref<1x1xf32> -> !lamina.ref<f32>
  %1 = lamina.reshape %b : !lamina.ref<1x1xf32> -> !lamina.ref<f32>
  return
}

// CHECK-LABEL: func.func @expand
func.func @expand(%a: tensor<3x1x?xf32>, %b: !lamina.ref<3x1x?xf32>) {
  // CHECK: lamina.expand %{{.*}} : tensor<3x1x?xf32> -> tensor<2x3x4x?xf32>
  %0 = lamina.expand %a : tensor<3x1x?xf32> -> tensor<2x3x4x?xf32>
  // CHECK: lamina.expand %{{.*}} : !lamina.ref<3x1x?xf32> -> !lamina.ref<2x3x4x?xf32>
  %1 = lamina.expand %b : !lamina.ref<3x1x?xf32> -> !lamina.ref<2x3x4x?xf32>
  return
}

// CHECK-LABEL: func.func @slice
func.func @slice(%a: tensor<4x6xf32>, %b: !lamina.ref<4x6xf32>) {
  // CHECK: lamina.slice %{{.*}} {starts = array<i64: 0, 1>, steps = array<i64: 1, 2>, stops = array<i64: 4, 6>} : tensor<4x6xf32> -> tensor<4x3xf32>
  %0 = lamina.slice %a {starts = array<i64: 0, 1>, steps = array<i64: 1, 2>, stops = array<i64: 4, 6>} : tensor<4x6xf32> -> tensor<4x3xf32>
  // CHECK: lamina.slice %{{.*}} {starts = array<i64: 0, 1>, steps = array<i64: 1, 2>, stops = array<i64: 4, 6>} : !lamina.ref<4x6xf32> -> !lamina.ref<4x3xf32>
  %1 = lamina.slice %b {starts = array<i64: 0, 1>, steps = array<i64: 1, 2>, stops = array<i64: 4, 6>} : !lamina.ref<4x6xf32> -> !lamina.ref<4x3xf32>
  return
}

// CHECK-LABEL: func.func @slice_to_end
func.func @slice_to_end(%a: tensor<4x?xf32>, %b: !lamina.ref<4x?xf32>) {
  // CHECK: lamina.slice %{{.*}} {starts = array<i64: 1, 2>, steps = array<i64: 2, 1>, stops = array<i64: 9223372036854775807, 9223372036854775807>} : tensor<4x?xf32> -> tensor<2x?xf32>
  %0 = lamina.slice %a {starts = array<i64: 1, 2>, steps = array<i64: 2, 1>, stops = array<i64: 9223372036854775807, 9223372036854775807>} : tensor<4x?xf32> -> tensor<2x?xf32>
  // CHECK: lamina.slice %{{.*}} {starts = array<i64: 1, 2>, steps = array<i64: 2, 1>, stops = array<i64: 9223372036854775807, 9223372036854775807>} : !lamina.ref<4x?xf32> -> !lamina.ref<2x?xf32>
  %1 = lamina.slice %b {starts = array<i64: 1, 2>, steps = array<i64: 2, 1>, stops = array<i64: 9223372036854775807, 9223372036854775807>} : !lamina.ref<4x?xf32> -> !lamina.ref<2x?xf32>
  return
}

// CHECK-LABEL: func.func @slice_of_unknown
func.func @slice_of_unknown(%a: tensor<?xf32>, %b: !lamina.ref<?xf32>) {
  // CHECK: lamina.slice %{{.*}} {starts = array<i64: 1>, steps = array<i64: 2>, stops = array<i64: 6>} : tensor<?xf32> -> tensor<3xf32>
  %0 = lamina.slice %a {starts = array<i64: 1>, steps = array<i64: 2>, stops = array<i64: 6>} : tensor<?xf32> -> tensor<3xf32>
  // CHECK: lamina.slice %{{.*}} {starts = array<i64: 1>, steps = array<i64: 2>, stops = array<i64: 6>} : !lamina.ref<?xf32> -> !lamina.ref<3xf32>
  %1 = lamina.slice %b {starts = array<i64: 1>, steps = array<i64: 2>, stops = array<i64: 6>} : !lamina.ref<?xf32> -> !lamina.ref<3xf32>
  return
}

// CHECK-LABEL: func.func @diagonal
func.func @diagonal(%a: tensor<3x2x4xf32>, %b: !lamina.ref<3x2x4xf32>) {
  // CHECK: lamina.diagonal %{{.*}} {dim1 = 0 : i64, dim2 = 2 : i64, offset = 1 : i64} : tensor<3x2x4xf32> -> tensor<2x3xf32>
  %0 = lamina.diagonal %a {dim1 = 0 : i64, dim2 = 2 : i64, offset = 1 : i64} : tensor<3x2x4xf32> -> tensor<2x3xf32>
  // CHECK: lamina.diagonal %{{.*}} {dim1 = 0 : i64, dim2 = 2 : i64, offset = 1 : i64} : !lamina.ref<3x2x4xf32> -> !lamina.ref<2x3xf32>
  %1 = lamina.diagonal %b {dim1 = 0 : i64, dim2 = 2 : i64, offset = 1 : i64} : !lamina.ref<3x2x4xf32> -> !lamina.ref<2x3xf32>
  return
}

// CHECK-LABEL: func.func @diagonal_below
func.func @diagonal_below(%a: tensor<3x4xf32>, %b: !lamina.ref<3x4xf32>) {
  // CHECK: lamina.diagonal %{{.*}} {dim1 = 0 : i64, dim2 = 1 : i64, offset = -2 : i64} : tensor<3x4xf32> -> tensor<1xf32>
  %0 = lamina.diagonal %a {dim1 = 0 : i64, dim2 = 1 : i64, offset = -2 : i64} : tensor<3x4xf32> -> tensor<1xf32>
  // CHECK: lamina.diagonal %{{.*}} {dim1 = 0 : i64, dim2 = 1 : i64, offset = -2 : i64} : !lamina.ref<3x4xf32> -> !lamina.ref<1xf32>
  %1 = lamina.diagonal %b {dim1 = 0 : i64, dim2 = 1 : i64, offset = -2 : i64} : !lamina.ref<3x4xf32> -> !lamina.ref<1xf32>
  return
}

// CHECK-LABEL: func.func @diagonal_outside
func.func @diagonal_outside(%a: tensor<3x4xf32>, %b: !lamina.ref<3x4xf32>) {
  // CHECK: lamina.diagonal %{{.*}} {dim1 = 0 : i64, dim2 = 1 : i64, offset = 9 : i64} : tensor<3x4xf32> -> tensor<0xf32>
  %0 = lamina.diagonal %a {dim1 = 0 : i64, dim2 = 1 : i64, offset = 9 : i64} : tensor<3x4xf32> -> tensor<0xf32>
  // CHECK: lamina.diagonal %{{.*}} {dim1 = 0 : i64, dim2 = 1 : i64, offset = 9 : i64} : !lamina.ref<3x4xf32> -> !lamina.ref<0xf32>
  %1 = lamina.diagonal %b {dim1 = 0 : i64, dim2 = 1 : i64, offset = 9 : i64} : !lamina.ref<3x4xf32> -> !lamina.ref<0xf32>
  return
}

// CHECK-LABEL: func.func @as_strided
func.func @as_strided(%a: tensor<6xf32>, %b: !lamina.ref<6xf32>) {
  // CHECK: lamina.as_strided %{{.*}} {offset = 1 : i64, sizes = array<i64: 2, 3>, strides = array<i64: 2, 1>} : tensor<6xf32> -> tensor<2x3xf32>
  %0 = lamina.as_strided %a {offset = 1 : i64, sizes = array<i64: 2, 3>, strides = array<i64: 2, 1>} : tensor<6xf32> -> tensor<2x3xf32>
  // CHECK: lamina.as_strided %{{.*}} {offset = 1 : i64, sizes = array<i64: 2, 3>, strides = array<i64: 2, 1>} : !lamina.ref<6xf32> -> !lamina.ref<2x3xf32>
  %1 = lamina.as_strided %b {offset = 1 : i64, sizes = array<i64: 2, 3>, strides = array<i64: 2, 1>} : !lamina.ref<6xf32> -> !lamina.ref<2x3xf32>
  return
}

// CHECK-LABEL: func.func @unfold
func.func @unfold(%a: tensor<7x2xf32>, %b: !lamina.ref<7x2xf32>) {
  // CHECK: lamina.unfold %{{.*}} {dim = 0 : i64, size = 3 : i64, step = 2 : i64} : tensor<7x2xf32> -> tensor<3x2x3xf32>
  %0 = lamina.unfold %a {dim = 0 : i64, size = 3 : i64, step = 2 : i64} : tensor<7x2xf32> -> tensor<3x2x3xf32>
  // CHECK: lamina.unfold %{{.*}} {dim = 0 : i64, size = 3 : i64, step = 2 : i64} : !lamina.ref<7x2xf32> -> !lamina.ref<3x2x3xf32>
  %1 = lamina.unfold %b {dim = 0 : i64, size = 3 : i64, step = 2 : i64} : !lamina.ref<7x2xf32> -> !lamina.ref<3x2x3xf32>
  return
}

// CHECK-LABEL: func.func @unfold_unknown
func.func @unfold_unknown(%a: tensor<?xf32>, %b: !lamina.ref<?xf32>) {
  // CHECK: lamina.unfold %{{.*}} {dim = 0 : i64, size = 3 : i64, step = 2 : i64} : tensor<?xf32> -> tensor<?x3xf32>
  %0 = lamina.unfold %a {dim = 0 : i64, size = 3 : i64, step = 2 : i64} : tensor<?xf32> -> tensor<?x3xf32>
  // CHECK: lamina.unfold %{{.*}} {dim = 0 : i64, size = 3 : i64, step = 2 : i64} : !lamina.ref<?xf32> -> !lamina.ref<?x3xf32>
  %1 = lamina.unfold %b {dim = 0 : i64, size = 3 : i64, step = 2 : i64} : !lamina.ref<?xf32> -> !lamina.ref<?x3xf32>
  return
}

// CHECK-LABEL: func.func @real
func.func @real(%a: tensor<4xcomplex<f32>>, %b: !lamina.ref<4xcomplex<f32>>) {
  // CHECK: lamina.real %{{.*}} : tensor<4xcomplex<f32>> -> tensor<4xf32>
  %0 = lamina.real %a : tensor<4xcomplex<f32>> -> tensor<4xf32>
  // CHECK: lamina.real %{{.*}} : !lamina.ref<4xcomplex<f32>> -> !lamina.ref<4xf32>
  %1 = lamina.real %b : !lamina.ref<4xcomplex<f32>> -> !lamina.ref<4xf32>
  return
}

// CHECK-LABEL: func.func @imag
func.func @imag(%a: tensor<4xcomplex<f64>>, %b: !lamina.ref<4xcomplex<f64>>) {
  // CHECK: lamina.imag %{{.*}} : tensor<4xcomplex<f64>> -> tensor<4xf64>
  %0 = lamina.imag %a : tensor<4xcomplex<f64>> -> tensor<4xf64>
  // CHECK: lamina.imag %{{.*}} : !lamina.ref<4xcomplex<f64>> -> !lamina.ref<4xf64>
  %1 = lamina.imag %b : !lamina.ref<4xcomplex<f64>> -> !lamina.ref<4xf64>
  return
}

// CHECK-LABEL: func.func @view_as_real
func.func @view_as_real(%a: tensor<4xcomplex<f32>>, %b: !lamina.ref<4xcomplex<f32>>) {
  // CHECK: lamina.view_as_real %{{.*}} : tensor<4xcomplex<f32>> -> tensor<4x2xf32>
  %0 = lamina.view_as_real %a : tensor<4xcomplex<f32>> -> tensor<4x2xf32>
  // CHECK: lamina.view_as_real %{{.*}} : !lamina.ref<4xcomplex<f32>> -> !lamina.ref<4x2xf32>
  %1 = lamina.view_as_real %b : !lamina.ref<4xcomplex<f32>> -> !lamina.ref<4x2xf32>
  return
}

// CHECK-LABEL: func.func @view_as_complex
func.func @view_as_complex(%a: tensor<?x2xf64>, %b: !lamina.ref<?x2xf64>) {
  // CHECK: lamina.view_as_complex %{{.*}} : tensor<?x2xf64> -> tensor<?xcomplex<f64>>
  %0 = lamina.view_as_complex %a : tensor<?x2xf64> -> tensor<?xcomplex<f64>>
  // CHECK: lamina.view_as_complex %{{.*}} : !lamina.ref<?x2xf64> -> !lamina.ref<?xcomplex<f64>>
  %1 = lamina.view_as_complex %b : !lamina.ref<?x2xf64> -> !lamina.ref<?xcomplex<f64>>
  return
}

// CHECK-LABEL: func.func @bitcast
func.func @bitcast(%a: tensor<4xf32>, %b: !lamina.ref<4xf32>, %c: tensor<4xi1>) {
  // CHECK: lamina.bitcast %{{.*}} : tensor<4xf32> -> tensor<4xi32>
  %0 = lamina.bitcast %a : tensor<4xf32> -> tensor<4xi32>
  // CHECK: lamina.bitcast %{{.*}} : !lamina.ref<4xf32> -> !lamina.ref<4xi32>
  %1 = lamina.bitcast %b : !lamina.ref<4xf32> -> !lamina.ref<4xi32>
  // CHECK: lamina.bitcast %{{.*}} : tensor<4xi1> -> tensor<4xui8>
  %2 = lamina.bitcast %c : tensor<4xi1> -> tensor<4xui8>
  return
}

// CHECK-LABEL: func.func @bitcast_widths
func.func @bitcast_widths(%a: tensor<2x4xf32>, %b: !lamina.ref<2x4xf32>) {
  // CHECK: lamina.bitcast %{{.*}} : tensor<2x4xf32> -> tensor<2x16xi8>
  %0 = lamina.bitcast %a : tensor<2x4xf32> -> tensor<2x16xi8>
  // CHECK: lamina.bitcast %{{.*}} : !lamina.ref<2x4xf32> -> !lamina.ref<2x2xf64>
  %1 = lamina.bitcast %b : !lamina.ref<2x4xf32> -> !lamina.ref<2x2xf64>
  return
}

// CHECK-LABEL: func.func @bitcast_bytes
func.func @bitcast_bytes(%a: tensor<4xui8>, %b: !lamina.ref<4xui8>) {
  // CHECK: lamina.bitcast %{{.*}} : tensor<4xui8> -> tensor<4xf8E5M2>
  %0 = lamina.bitcast %a : tensor<4xui8> -> tensor<4xf8E5M2>
  // CHECK: lamina.bitcast %{{.*}} : !lamina.ref<4xui8> -> !lamina.ref<4xf8E5M2>
  %1 = lamina.bitcast %b : !lamina.ref<4xui8> -> !lamina.ref<4xf8E5M2>
  return
}
