// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @update_shape(%a: tensor<4xf32>, %u: tensor<3xf32>) {
  // expected-error @below {{'lamina.slice_scatter' op expected 'update' to have the type of the view that it replaces, 'tensor<2xf32>', got 'tensor<3xf32>'}}
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32>, tensor<3xf32>
  return
}

// -----

func.func @update_elements(%a: tensor<3x4xf32>, %u: tensor<3xf64>) {
  // expected-error @below {{'lamina.diagonal_scatter' op expected 'update' to have the type of the view that it replaces, 'tensor<3xf32>', got 'tensor<3xf64>'}}
  %0 = lamina.diagonal_scatter %a, %u {offset = 0 : i64, dim1 = 0 : i64, dim2 = 1 : i64} : tensor<3x4xf32>, tensor<3xf64>
  return
}

// -----

func.func @overlap(%a: tensor<4xf32>, %u: tensor<2x2xf32>) {
  // expected-error @below {{'lamina.as_strided_scatter' op expected a region that does not overlap itself, got sizes [2, 2] and strides [1, 1]}}
  %0 = lamina.as_strided_scatter %a, %u {sizes = array<i64: 2, 2>, strides = array<i64: 1, 1>, offset = 0 : i64} : tensor<4xf32>, tensor<2x2xf32>
  return
}

// -----

func.func @bounds(%a: tensor<4xf32>, %u: tensor<2xf32>) {
  // expected-error @below {{'lamina.slice_scatter' op expected bounds of dimension 0 of 'tensor<4xf32>' that satisfy 0 <= start <= stop <= size, got start 3 and stop 2}}
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 3>, stops = array<i64: 2>, steps = array<i64: 1>} : tensor<4xf32>, tensor<2xf32>
  return
}

// -----

func.func @worlds(%a: tensor<4xf32>, %u: !lamina.ref<2xf32>) {
  // expected-error @below {{expected 'update' to have the type of the view that it replaces, 'tensor<2xf32>', got '!lamina.ref<2xf32>'}}
  %0 = lamina.slice_scatter %a, %u {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32>, !lamina.ref<2xf32>
  return
}
