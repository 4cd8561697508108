// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @gather_rank(%x: tensor<2x5xf32>, %i: tensor<3xi64>) {
  // expected-error @below {{'lamina.gather' op expected 'index' to have the rank of 'tensor<2x5xf32>', got 'tensor<3xi64>'}}
  %0 = lamina.gather %x, %i {dim = 1 : i64} : (tensor<2x5xf32>, tensor<3xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_size(%x: tensor<2x5xf32>, %i: tensor<3x1xi64>) {
  // expected-error @below {{'lamina.gather' op expected 'index' to be no larger than 'tensor<2x5xf32>' except along dimension 1, got 'tensor<3x1xi64>'}}
  %0 = lamina.gather %x, %i {dim = 1 : i64} : (tensor<2x5xf32>, tensor<3x1xi64>) -> tensor<3x1xf32>
  return
}

// -----

func.func @index_type(%x: tensor<2xf32>, %i: tensor<2xi32>) {
  // expected-error @below {{'lamina.gather' op operand #1 must be tensor or ref of i64, but got 'tensor<2xi32>'}}
  %0 = lamina.gather %x, %i {dim = 0 : i64} : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @scatter_source(%x: tensor<5xf32>, %i: tensor<4xi64>, %s: tensor<3xf32>) {
  // expected-error @below {{'lamina.scatter' op expected 'src' to be at least as large as 'index', 'tensor<4xi64>', got 'tensor<3xf32>'}}
  %0 = lamina.scatter %x, %i, %s {dim = 0 : i64, reduce = "set"} : (tensor<5xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @scatter_elements(%x: tensor<5xf32>, %i: tensor<3xi64>, %s: tensor<3xf64>) {
  // expected-error @below {{'lamina.scatter' op expected x and src to have one element type, got 'tensor<5xf32>' and 'tensor<3xf64>'}}
  %0 = lamina.scatter %x, %i, %s {dim = 0 : i64, reduce = "set"} : (tensor<5xf32>, tensor<3xi64>, tensor<3xf64>) -> tensor<5xf32>
  return
}

// -----

func.func @scatter_reduce(%x: tensor<5xf32>, %i: tensor<3xi64>, %s: tensor<3xf32>) {
  // expected-error @below {{attribute 'reduce' failed to satisfy constraint: string attribute one of set, add, mul, amax, amin}}
  %0 = lamina.scatter %x, %i, %s {dim = 0 : i64, reduce = "mean"} : (tensor<5xf32>, tensor<3xi64>, tensor<3xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @too_many_indices(%x: tensor<5xf32>, %i: tensor<3xi64>) {
  // expected-error @below {{'lamina.index' op expected between 1 and 1 index arrays for 'tensor<5xf32>', got 2}}
  %0 = lamina.index %x, %i, %i : (tensor<5xf32>, tensor<3xi64>, tensor<3xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @index_shapes(%x: tensor<5x6xf32>, %i: tensor<3xi64>, %j: tensor<1xi64>) {
  // expected-error @below {{'lamina.index' op expected index arrays of one shape, got 'tensor<3xi64>' and 'tensor<1xi64>'}}
  %0 = lamina.index %x, %i, %j : (tensor<5x6xf32>, tensor<3xi64>, tensor<1xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @put_values(%x: tensor<5x6xf32>, %v: tensor<3xf32>, %i: tensor<3xi64>) {
  // expected-error @below {{'lamina.index_put' op expected 'values' to have the type of the indexed elements, 'tensor<3x6xf32>', got 'tensor<3xf32>'}}
  %0 = lamina.index_put %x, %v, %i {accumulate = false} : (tensor<5x6xf32>, tensor<3xf32>, tensor<3xi64>) -> tensor<5x6xf32>
  return
}

// -----

func.func @concat_nothing() {
  // expected-error @below {{'lamina.concat' op expected at least one array}}
  %0 = "lamina.concat"() {dim = 0 : i64} : () -> tensor<0xf32>
  return
}

// -----

func.func @concat_sizes(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @below {{'lamina.concat' op expected arrays that agree except along dimension 0, got 'tensor<2x3xf32>' and 'tensor<2x4xf32>'}}
  %0 = lamina.concat %a, %b {dim = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @concat_elements(%a: tensor<2xf32>, %b: tensor<2xi32>) {
  // expected-error @below {{'lamina.concat' op expected the arrays to have one element type, got 'tensor<2xf32>' and 'tensor<2xi32>'}}
  %0 = lamina.concat %a, %b {dim = 0 : i64} : (tensor<2xf32>, tensor<2xi32>) -> tensor<4xf32>
  return
}

// -----

func.func @pad_value(%a: tensor<2xf32>) {
  // expected-error @below {{'lamina.pad' op expected 'value' of the element type of 'tensor<2xf32>', got 0 : i32}}
  %0 = lamina.pad %a {low = array<i64: 1>, high = array<i64: 0>, interior = array<i64: 0>, value = 0 : i32} : tensor<2xf32> -> tensor<3xf32>
  return
}

// -----

func.func @pad_cuts_too_much(%a: tensor<2xf32>) {
  // expected-error @below {{'lamina.pad' op expected to cut off no more than dimension 0 of 'tensor<2xf32>' has, got low -2 and high -1}}
  %0 = lamina.pad %a {low = array<i64: -2>, high = array<i64: -1>, interior = array<i64: 0>, value = 0.0 : f32} : tensor<2xf32> -> tensor<0xf32>
  return
}

// -----

func.func @flip_dims(%a: tensor<2xf32>) {
  // expected-error @below {{'lamina.flip' op expected 'dims' to be different dimensions in [0, 1) of 'tensor<2xf32>', got [1]}}
  %0 = "lamina.flip"(%a) {dims = array<i64: 1>} : (tensor<2xf32>) -> tensor<2xf32>
  return
}
