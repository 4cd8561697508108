// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @unknown_predicate(%a: tensor<4xf32>) {
  // expected-error @below {{attribute 'predicate' failed to satisfy constraint: string attribute one of eq, ne, lt, le, gt, ge}}
  %0 = lamina.compare %a, %a {predicate = "less"} : tensor<4xf32>
  return
}

// -----

func.func @no_predicate(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.compare' op requires attribute 'predicate'}}
  %0 = lamina.compare %a, %a : tensor<4xf32>
  return
}

// -----

func.func @complex_order(%a: tensor<4xcomplex<f32>>) {
  // expected-error @below {{'lamina.compare' op expected predicate eq or ne, complex numbers have no order, got 'lt' of 'tensor<4xcomplex<f32>>'}}
  %0 = lamina.compare %a, %a {predicate = "lt"} : tensor<4xcomplex<f32>>
  return
}

// -----

func.func @compare_to_integers(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.compare' op result #0 must be tensor or ref of i1, but got 'tensor<4xi32>'}}
  %0 = "lamina.compare"(%a, %a) {predicate = "lt"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi32>
  return
}

// -----

func.func @pred_of_integers(%p: tensor<4xi32>, %a: tensor<4xf32>) {
  // expected-error @below {{'lamina.select' op operand #0 must be tensor or ref of i1, but got 'tensor<4xi32>'}}
  %0 = "lamina.select"(%p, %a, %a) : (tensor<4xi32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @pred_of_other_shape(%p: tensor<i1>, %a: tensor<4xf32>) {
  // expected-error @below {{'lamina.select' op expected 'pred' to have the shape of the arrays to choose from, 'tensor<4xf32>', got 'tensor<i1>'}}
  %0 = lamina.select %p, %a, %a : tensor<i1>, tensor<4xf32>
  return
}

// -----

func.func @choice_of_other_type(%p: tensor<4xi1>, %a: tensor<4xf32>, %b: tensor<4xf64>) {
  // expected-error @below {{'lamina.select' op expected operands of one shape and element type, got 'tensor<4xf32>' and 'tensor<4xf64>'}}
  %0 = "lamina.select"(%p, %a, %b) : (tensor<4xi1>, tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>
  return
}

// -----

func.func @cast_keeps_shape(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.cast' op expected every array to have the shape of 'tensor<4xf32>', got 'tensor<2x2xf64>'}}
  %0 = lamina.cast %a : tensor<4xf32> -> tensor<2x2xf64>
  return
}

// -----

func.func @complex_of_half(%a: tensor<4xf16>) {
  // expected-error @below {{'lamina.complex' op expected f32 or f64 parts of a complex number, got 'tensor<4xf16>'}}
  %0 = "lamina.complex"(%a, %a) : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xcomplex<f32>>
  return
}

// -----

func.func @clone_changes_world(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.clone' op mixes tensors and refs}}
  %0 = "lamina.clone"(%a) : (tensor<4xf32>) -> !lamina.ref<4xf32>
  return
}
