// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @shapes(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'lamina.add' op expected every array to have the shape of 'tensor<2x3xf32>', got 'tensor<3xf32>'}}
  %0 = "lamina.add"(%a, %b) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @element_types(%a: tensor<4xf32>, %b: tensor<4xf64>) {
  // expected-error @below {{'lamina.add' op expected operands of one shape and element type, got 'tensor<4xf32>' and 'tensor<4xf64>'}}
  %0 = "lamina.add"(%a, %b) : (tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>
  return
}

// -----

func.func @unknown_size_is_not_known_size(%a: tensor<4xf32>, %b: tensor<?xf32>) {
  // expected-error @below {{'lamina.add' op expected every array to have the shape of 'tensor<4xf32>', got 'tensor<?xf32>'}}
  %0 = "lamina.add"(%a, %b) : (tensor<4xf32>, tensor<?xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @worlds(%a: !lamina.ref<4xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{'lamina.add' op mixes tensors and refs: expected every array to be a ref like '!lamina.ref<4xf32>', got 'tensor<4xf32>'}}
  %0 = "lamina.add"(%a, %b) : (!lamina.ref<4xf32>, tensor<4xf32>) -> !lamina.ref<4xf32>
  return
}

// -----

func.func @difference_of_booleans(%a: tensor<4xi1>) {
  // expected-error @below {{'lamina.sub' op operand #0 must be tensor or ref of numbers (not i1)}}
  %0 = lamina.sub %a, %a : tensor<4xi1>
  return
}

// -----

func.func @bits_of_floats(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.bitwise_and' op operand #0 must be tensor or ref of integers or i1, but got 'tensor<4xf32>'}}
  %0 = lamina.bitwise_and %a, %a : tensor<4xf32>
  return
}

// -----

func.func @order_of_complex(%a: !lamina.ref<4xcomplex<f32>>) {
  // expected-error @below {{'lamina.maximum' op operand #0 must be tensor or ref of elements that are not complex}}
  %0 = lamina.maximum %a, %a : !lamina.ref<4xcomplex<f32>>
  return
}

// -----

func.func @shift_of_booleans(%a: tensor<4xi1>) {
  // expected-error @below {{'lamina.shift_left' op operand #0 must be tensor or ref of integers (not i1)}}
  %0 = lamina.shift_left %a, %a : tensor<4xi1>
  return
}
