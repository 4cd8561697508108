// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @element_type(%a: tensor<4xi32>) {
  // expected-error @below {{'lamina.exp' op operand #0 must be tensor or ref of floating-point or complex numbers, but got 'tensor<4xi32>'}}
  %0 = "lamina.exp"(%a) : (tensor<4xi32>) -> tensor<4xi32>
  return
}

// -----

func.func @real_function_of_complex(%a: tensor<4xcomplex<f32>>) {
  // expected-error @below {{'lamina.erf' op operand #0 must be tensor or ref of floating-point numbers}}
  %0 = "lamina.erf"(%a) : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  return
}

// -----

func.func @negative_boolean(%a: tensor<4xi1>) {
  // expected-error @below {{'lamina.neg' op operand #0 must be tensor or ref of numbers (not i1), but got 'tensor<4xi1>'}}
  %0 = "lamina.neg"(%a) : (tensor<4xi1>) -> tensor<4xi1>
  return
}

// -----

func.func @unsupported_elements(%a: tensor<4xi7>) {
  // expected-error @below {{'lamina.neg' op operand #0 must be tensor or ref of numbers (not i1), but got 'tensor<4xi7>'}}
  %0 = "lamina.neg"(%a) : (tensor<4xi7>) -> tensor<4xi7>
  return
}

// -----

func.func @unranked(%a: tensor<*xf32>) {
  // expected-error @below {{'lamina.neg' op operand #0 must be tensor or ref of numbers (not i1), but got 'tensor<*xf32>'}}
  %0 = "lamina.neg"(%a) : (tensor<*xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @result_shape(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.exp' op expected every array to have the shape of 'tensor<4xf32>', got 'tensor<5xf32>'}}
  %0 = "lamina.exp"(%a) : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @result_element_type(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.exp' op expected result type 'tensor<4xf32>', got 'tensor<4xf64>'}}
  %0 = "lamina.exp"(%a) : (tensor<4xf32>) -> tensor<4xf64>
  return
}

// -----

func.func @modulus(%a: tensor<4xcomplex<f32>>) {
  // expected-error @below {{'lamina.abs' op expected result type 'tensor<4xf32>', got 'tensor<4xcomplex<f32>>'}}
  %0 = lamina.abs %a : tensor<4xcomplex<f32>> -> tensor<4xcomplex<f32>>
  return
}

// -----

func.func @world(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.exp' op mixes tensors and refs: expected every array to be a tensor like 'tensor<4xf32>', got '!lamina.ref<4xf32>'}}
  %0 = "lamina.exp"(%a) : (tensor<4xf32>) -> !lamina.ref<4xf32>
  return
}
