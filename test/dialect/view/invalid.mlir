// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @not_a_permutation(%a: tensor<2x3xf32>) {
  // expected-error @below {{'lamina.permute' op expected 'dims' to be a permutation of the 2 dimensions of 'tensor<2x3xf32>', got [0, 0]}}
  %0 = lamina.permute %a {dims = array<i64: 0, 0>} : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @too_few_dims(%a: tensor<2x3xf32>) {
  // expected-error @below {{'lamina.permute' op expected 'dims' to be a permutation of the 2 dimensions of 'tensor<2x3xf32>', got [0]}}
  %0 = lamina.permute %a {dims = array<i64: 0>} : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @squeezed_size(%a: !lamina.ref<2x3xf32>) {
  // expected-error @below {{'lamina.squeeze' op expected dimension 1 of '!lamina.ref<2x3xf32>' to have size 1, got 3}}
  %0 = lamina.squeeze %a {dims = array<i64: 1>} : !lamina.ref<2x3xf32> -> !lamina.ref<2xf32>
  return
}

// -----

func.func @unsqueezed_position(%a: tensor<3xf32>) {
  // expected-error @below {{'lamina.unsqueeze' op expected 'dims' to be different positions in the result, in [0, 2), got [2]}}
  %0 = lamina.unsqueeze %a {dims = array<i64: 2>} : tensor<3xf32> -> tensor<3x1xf32>
  return
}

// -----

func.func @reshaped_count(%a: tensor<2x3xf32>) {
  // expected-error @below {{'lamina.reshape' op expected 6 elements like 'tensor<2x3xf32>', got 'tensor<5xf32>' with 5}}
  %0 = lamina.reshape %a : tensor<2x3xf32> -> tensor<5xf32>
  return
}

// -----

func.func @reshaped_to_two_unknown_sizes(%a: tensor<?xf32>) {
  // expected-error @below {{'lamina.reshape' op expected at most one size '?' in the result, got 'tensor<?x?xf32>'}}
  %0 = lamina.reshape %a : tensor<?xf32> -> tensor<?x?xf32>
  return
}

// -----

func.func @reshaped_elements(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.reshape' op expected the element type to stay 'f32', got 'tensor<4xi32>'}}
  %0 = lamina.reshape %a : tensor<4xf32> -> tensor<4xi32>
  return
}

// -----

func.func @expanded_size(%a: tensor<2x3xf32>) {
  // expected-error @below {{'lamina.expand' op expected every size of 'tensor<2x3xf32>' to be kept or to be 1 and repeated, got 'tensor<4x3xf32>'}}
  %0 = lamina.expand %a : tensor<2x3xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @expanded_rank(%a: tensor<1x3xf32>) {
  // expected-error @below {{'lamina.expand' op expected at least the 2 dimensions of 'tensor<1x3xf32>', got 'tensor<3xf32>'}}
  %0 = lamina.expand %a : tensor<1x3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @expanded_to_unknown_size(%a: tensor<1xf32>) {
  // expected-error @below {{'lamina.expand' op expected every size of 'tensor<1xf32>' to be kept or to be 1 and repeated, got 'tensor<?xf32>'}}
  %0 = lamina.expand %a : tensor<1xf32> -> tensor<?xf32>
  return
}

// -----

func.func @bounds_of_each_dimension(%a: tensor<4x6xf32>) {
  // expected-error @below {{'lamina.slice' op expected 'starts' to have 2 entries, one for each dimension, got [0]}}
  %0 = lamina.slice %a {starts = array<i64: 0>, stops = array<i64: 4, 6>, steps = array<i64: 1, 1>} : tensor<4x6xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @slice_beyond(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.slice' op expected bounds of dimension 0 of 'tensor<4xf32>' that satisfy 0 <= start <= stop <= size, got start 1 and stop 5}}
  %0 = lamina.slice %a {starts = array<i64: 1>, stops = array<i64: 5>, steps = array<i64: 1>} : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @slice_backwards(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.slice' op expected every entry of 'steps' to be at least 1, got [-1]}}
  %0 = lamina.slice %a {starts = array<i64: 0>, stops = array<i64: 4>, steps = array<i64: -1>} : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @sliced_size(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.slice' op expected result type 'tensor<2xf32>', got 'tensor<3xf32>'}}
  %0 = lamina.slice %a {starts = array<i64: 0>, stops = array<i64: 4>, steps = array<i64: 2>} : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @diagonal_of_one_dimension(%a: tensor<4x4xf32>) {
  // expected-error @below {{'lamina.diagonal' op expected 'dim1' and 'dim2' to be different dimensions in [0, 2) of 'tensor<4x4xf32>', got 1 and 1}}
  %0 = lamina.diagonal %a {offset = 0 : i64, dim1 = 1 : i64, dim2 = 1 : i64} : tensor<4x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @strided_beyond(%a: tensor<6xf32>) {
  // expected-error @below {{'lamina.as_strided' op expected a region within the 6 elements of 'tensor<6xf32>', got sizes [2, 2], strides [4, 1] and offset 1, which reach element 6}}
  %0 = lamina.as_strided %a {sizes = array<i64: 2, 2>, strides = array<i64: 4, 1>, offset = 1 : i64} : tensor<6xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @negative_stride(%a: tensor<6xf32>) {
  // expected-error @below {{'lamina.as_strided' op expected every entry of 'strides' to be at least 0, got [-1]}}
  %0 = lamina.as_strided %a {sizes = array<i64: 2>, strides = array<i64: -1>, offset = 5 : i64} : tensor<6xf32> -> tensor<2xf32>
  return
}

// -----

func.func @window_too_long(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.unfold' op expected a window no longer than the 4 elements of dimension 0 of 'tensor<4xf32>', got size 5}}
  %0 = lamina.unfold %a {dim = 0 : i64, size = 5 : i64, step = 1 : i64} : tensor<4xf32> -> tensor<0x5xf32>
  return
}

// -----

func.func @window_step(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.unfold' op expected a window size that is not negative and a positive step, got size 2 and step 0}}
  %0 = lamina.unfold %a {dim = 0 : i64, size = 2 : i64, step = 0 : i64} : tensor<4xf32> -> tensor<4x2xf32>
  return
}

// -----

func.func @real_of_real(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.real' op operand #0 must be tensor or ref of complex numbers, but got 'tensor<4xf32>'}}
  %0 = lamina.real %a : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @pairs(%a: tensor<4x3xf32>) {
  // expected-error @below {{'lamina.view_as_complex' op expected f32 or f64 pairs along a last dimension of size 2, got 'tensor<4x3xf32>'}}
  %0 = lamina.view_as_complex %a : tensor<4x3xf32> -> tensor<4xcomplex<f32>>
  return
}

// -----

func.func @bitcast_width(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.bitcast' op expected as many bits along the last dimension as in 'tensor<4xf32>' and its other sizes, got 'tensor<4xi64>'}}
  %0 = lamina.bitcast %a : tensor<4xf32> -> tensor<4xi64>
  return
}

// -----

func.func @view_changes_world(%a: !lamina.ref<4xf32>) {
  // expected-error @below {{'lamina.reshape' op mixes tensors and refs}}
  %0 = lamina.reshape %a : !lamina.ref<4xf32> -> tensor<4xf32>
  return
}
