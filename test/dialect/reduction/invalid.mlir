// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @dim_out_of_range(%a: tensor<2x3xf32>) {
  // expected-error @below {{'lamina.sum' op expected 'dims' to be different dimensions in [0, 2) of 'tensor<2x3xf32>', got [2]}}
  %0 = lamina.sum %a {dims = array<i64: 2>} : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @negative_dim(%a: tensor<2x3xf32>) {
  // expected-error @below {{'lamina.sum' op expected 'dims' to be different dimensions in [0, 2) of 'tensor<2x3xf32>', got [-1]}}
  %0 = lamina.sum %a {dims = array<i64: -1>} : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @repeated_dim(%a: tensor<2x3xf32>) {
  // expected-error @below {{'lamina.sum' op expected 'dims' to be different dimensions in [0, 2) of 'tensor<2x3xf32>', got [1, 1]}}
  %0 = lamina.sum %a {dims = array<i64: 1, 1>} : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @result_type(%a: !lamina.ref<2x3xf32>) {
  // expected-error @below {{'lamina.prod' op expected result type '!lamina.ref<2xf32>', got '!lamina.ref<2x1xf32>'}}
  %0 = lamina.prod %a {dims = array<i64: 1>} : !lamina.ref<2x3xf32> -> !lamina.ref<2x1xf32>
  return
}

// -----

func.func @largest_of_nothing(%a: tensor<2x0xf32>) {
  // expected-error @below {{'lamina.amax' op expected elements to choose from, got the empty dimension 1 of 'tensor<2x0xf32>'}}
  %0 = lamina.amax %a {dims = array<i64: 0, 1>} : tensor<2x0xf32> -> tensor<f32>
  return
}

// -----

func.func @any_number(%a: tensor<2x3xf32>) {
  // expected-error @below {{'lamina.any' op operand #0 must be tensor or ref of i1}}
  %0 = lamina.any %a {dims = array<i64: 1>} : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @position_of_nothing(%a: tensor<0xf32>) {
  // expected-error @below {{'lamina.argmin' op expected elements to choose from, got the empty dimension 0 of 'tensor<0xf32>'}}
  %0 = lamina.argmin %a {dim = 0 : i64} : tensor<0xf32> -> tensor<i64>
  return
}

// -----

func.func @position_in_scalar(%a: tensor<f32>) {
  // expected-error @below {{'lamina.argmax' op expected an array of at least one dimension, got 'tensor<f32>'}}
  %0 = lamina.argmax %a {dim = 0 : i64} : tensor<f32> -> tensor<i64>
  return
}

// -----

func.func @position_type(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.argmax' op result #0 must be tensor or ref of i64, but got 'tensor<i32>'}}
  %0 = lamina.argmax %a {dim = 0 : i64} : tensor<4xf32> -> tensor<i32>
  return
}

// -----

func.func @scan_dim(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.cumsum' op expected 'dim' to be in [0, 1), the dimensions of 'tensor<4xf32>', got 1}}
  %0 = "lamina.cumsum"(%a) {dim = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @sort_complex(%a: tensor<4xcomplex<f32>>) {
  // expected-error @below {{'lamina.sort' op operand #0 must be tensor or ref of elements that are not complex}}
  %0, %1 = lamina.sort %a {dim = 0 : i64, descending = false} : tensor<4xcomplex<f32>> -> tensor<4xcomplex<f32>>, tensor<4xi64>
  return
}
