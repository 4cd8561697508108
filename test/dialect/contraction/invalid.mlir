// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @inner_sizes(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @below {{'lamina.matmul' op expected as many columns of 'lhs' as rows of 'rhs', got 'tensor<2x3xf32>' and 'tensor<4x5xf32>'}}
  %0 = lamina.matmul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @ranks(%a: tensor<3xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'lamina.matmul' op expected matrices of one rank, at least 2, got 'tensor<3xf32>' and 'tensor<3xf32>'}}
  %0 = lamina.matmul %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<f32>
  return
}

// -----

func.func @batches(%a: tensor<7x2x3xf32>, %b: tensor<1x3x4xf32>) {
  // expected-error @below {{'lamina.matmul' op expected equal batch dimensions, got 'tensor<7x2x3xf32>' and 'tensor<1x3x4xf32>'}}
  %0 = lamina.matmul %a, %b : (tensor<7x2x3xf32>, tensor<1x3x4xf32>) -> tensor<7x2x4xf32>
  return
}

// -----

func.func @element_types(%a: tensor<2x3xf32>, %b: tensor<3x4xf64>) {
  // expected-error @below {{'lamina.matmul' op expected lhs and rhs to have one element type, got 'tensor<2x3xf32>' and 'tensor<3x4xf64>'}}
  %0 = lamina.matmul %a, %b : (tensor<2x3xf32>, tensor<3x4xf64>) -> tensor<2x4xf32>
  return
}

// -----

func.func @filter_rank(%x: tensor<1x3x8x8xf32>, %w: tensor<6x3x3xf32>) {
  // expected-error @below {{'lamina.convolution' op expected x[N, C, ...] and w[O, C/groups, ...] of one rank, got 'tensor<1x3x8x8xf32>' and 'tensor<6x3x3xf32>'}}
  %0 = lamina.convolution %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<6x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @padding_pairs(%x: tensor<1x3x8xf32>, %w: tensor<6x3x3xf32>) {
  // expected-error @below {{'lamina.convolution' op expected 'padding' to have 2 entries, two for each spatial dimension, got [1]}}
  %0 = lamina.convolution %x, %w {strides = array<i64: 1>, padding = array<i64: 1>, dilations = array<i64: 1>, groups = 1 : i64} : (tensor<1x3x8xf32>, tensor<6x3x3xf32>) -> tensor<1x6x8xf32>
  return
}

// -----

func.func @stride(%x: tensor<1x3x8xf32>, %w: tensor<6x3x3xf32>) {
  // expected-error @below {{'lamina.convolution' op expected every entry of 'strides' to be at least 1, got [0]}}
  %0 = lamina.convolution %x, %w {strides = array<i64: 0>, padding = array<i64: 1, 1>, dilations = array<i64: 1>, groups = 1 : i64} : (tensor<1x3x8xf32>, tensor<6x3x3xf32>) -> tensor<1x6x8xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x4x8xf32>, %w: tensor<6x3x3xf32>) {
  // expected-error @below {{'lamina.convolution' op expected 'x' to have 6 channels, the 3 of 'w' in each of 2 groups, got 'tensor<1x4x8xf32>' and 'tensor<6x3x3xf32>'}}
  %0 = lamina.convolution %x, %w {strides = array<i64: 1>, padding = array<i64: 1, 1>, dilations = array<i64: 1>, groups = 2 : i64} : (tensor<1x4x8xf32>, tensor<6x3x3xf32>) -> tensor<1x6x8xf32>
  return
}

// -----

func.func @filters(%x: tensor<1x4x8xf32>, %w: tensor<5x2x3xf32>) {
  // expected-error @below {{'lamina.convolution' op expected the number of filters to be a multiple of the 2 groups, got 'tensor<5x2x3xf32>'}}
  %0 = lamina.convolution %x, %w {strides = array<i64: 1>, padding = array<i64: 1, 1>, dilations = array<i64: 1>, groups = 2 : i64} : (tensor<1x4x8xf32>, tensor<5x2x3xf32>) -> tensor<1x5x8xf32>
  return
}

// -----

func.func @cropped_away(%x: tensor<1x3x8xf32>, %w: tensor<6x3x3xf32>) {
  // expected-error @below {{'lamina.convolution' op expected padding that leaves elements, got low -5 and high -4 for spatial dimension 0 of 'tensor<1x3x8xf32>'}}
  %0 = lamina.convolution %x, %w {strides = array<i64: 1>, padding = array<i64: -5, -4>, dilations = array<i64: 1>, groups = 1 : i64} : (tensor<1x3x8xf32>, tensor<6x3x3xf32>) -> tensor<1x6x0xf32>
  return
}
