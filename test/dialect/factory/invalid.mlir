// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @literal_shape() {
  // expected-error @below {{'lamina.constant' op expected a literal of type 'tensor<3xf32>', got 'tensor<2xf32>'}}
  %0 = lamina.constant dense<[1.0, 2.0]> : tensor<2xf32> : !lamina.ref<3xf32>
  return
}

// -----

func.func @literal_elements() {
  // expected-error @below {{'lamina.constant' op expected a literal of type 'tensor<2xf64>', got 'tensor<2xf32>'}}
  %0 = lamina.constant dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf64>
  return
}

// -----

func.func @full_value_type() {
  // expected-error @below {{'lamina.full' op expected a value of the element type 'f32', got 1 : i64}}
  %0 = lamina.full {value = 1 : i64} : tensor<2xf32>
  return
}

// -----

func.func @full_value() {
  // expected-error @below {{attribute 'value' failed to satisfy constraint: number, or pair of floats for a complex number}}
  %0 = lamina.full {value = "one"} : tensor<2xf32>
  return
}

// -----

func.func @full_of_unknown_size() {
  // expected-error @below {{'lamina.full' op expected a static shape, got 'tensor<?xf32>'}}
  %0 = lamina.full {value = 1.0 : f32} : tensor<?xf32>
  return
}

// -----

func.func @iota_of_unknown_size() {
  // expected-error @below {{'lamina.iota' op expected a static shape, got '!lamina.ref<?xi64>'}}
  %0 = lamina.iota {dim = 0 : i64} : !lamina.ref<?xi64>
  return
}

// -----

func.func @iota_dim() {
  // expected-error @below {{'lamina.iota' op expected 'dim' to be a dimension of 'tensor<i64>', got 0}}
  %0 = lamina.iota {dim = 0 : i64} : tensor<i64>
  return
}

// -----

func.func @iota_of_booleans() {
  // expected-error @below {{'lamina.iota' op result #0 must be tensor or ref of integers (not i1) or floating-point numbers, but got 'tensor<2xi1>'}}
  %0 = lamina.iota {dim = 0 : i64} : tensor<2xi1>
  return
}
