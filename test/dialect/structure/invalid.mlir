// RUN: lamina-opt %s --split-input-file --verify-diagnostics

func.func @assigned_type(%a: !lamina.ref<4xf32>, %b: !lamina.ref<1xf32>) {
  // expected-error @below {{'lamina.assign' op expected a value of the type of the target, '!lamina.ref<4xf32>', got '!lamina.ref<1xf32>'}}
  "lamina.assign"(%b, %a) : (!lamina.ref<1xf32>, !lamina.ref<4xf32>) -> ()
  return
}

// -----

func.func @assign_to_tensor(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.assign' op operand #0 must be ref, but got 'tensor<4xf32>'}}
  "lamina.assign"(%a, %a) : (tensor<4xf32>, tensor<4xf32>) -> ()
  return
}

// -----

func.func @resize(%a: !lamina.ref<4xf32>) {
  // expected-error @below {{'lamina.resize' op expected every entry of 'sizes' to be at least 0, got [-2]}}
  %0 = lamina.resize %a {sizes = array<i64: -2>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  return
}

// -----

func.func @predicate_rank(%p: tensor<1xi1>) {
  // expected-error @below {{'lamina.cond' op expected a 0-d predicate, got 'tensor<1xi1>'}}
  lamina.cond %p : tensor<1xi1> {
  } else {
  }
  return
}

// -----

func.func @branch_yields(%p: tensor<i1>, %a: tensor<4xf32>, %b: tensor<4xf64>) {
  // expected-error @below {{'lamina.cond' op expected the second region to yield ('tensor<4xf32>'), got ('tensor<4xf64>')}}
  %0 = lamina.cond %p : tensor<i1> -> tensor<4xf32> {
    lamina.yield %a : tensor<4xf32>
  } else {
    // expected-note @below {{yielded here}}
    lamina.yield %b : tensor<4xf64>
  }
  return
}

// -----

func.func @condition_yields(%i: tensor<i64>) {
  // expected-error @below {{'lamina.while' op expected the condition to yield one 0-d i1, got ('tensor<i64>')}}
  %0 = lamina.while %i : tensor<i64> while {
  ^bb0(%j: tensor<i64>):
    lamina.yield %j : tensor<i64>
  } do {
  ^bb0(%j: tensor<i64>):
    lamina.yield %j : tensor<i64>
  }
  return
}

// -----

func.func @region_arguments(%i: tensor<i64>, %p: tensor<i1>) {
  // expected-error @below {{'lamina.while' op expected each region to have arguments ('tensor<i64>'), got ()}}
  %0 = lamina.while %i : tensor<i64> while {
    lamina.yield %p : tensor<i1>
  } do {
  ^bb0(%j: tensor<i64>):
    lamina.yield %j : tensor<i64>
  }
  return
}

// -----

func.func @yield_outside(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.yield' op expects parent op to be one of 'lamina.cond, lamina.while'}}
  lamina.yield %a : tensor<4xf32>
}

// -----

func.func @mutated_number(%a: !lamina.ref<4xf32>) {
  // expected-error @below {{'lamina.custom_call' op expected 'mutates' to number some of the 1 operands, got 1}}
  lamina.custom_call "f"(%a) {mutates = array<i64: 1>} : (!lamina.ref<4xf32>) -> ()
  return
}

// -----

func.func @mutated_twice(%a: !lamina.ref<4xf32>) {
  // expected-error @below {{'lamina.custom_call' op expected 'mutates' to number each operand once, got [0, 0]}}
  lamina.custom_call "f"(%a) {mutates = array<i64: 0, 0>} : (!lamina.ref<4xf32>) -> ()
  return
}

// -----

func.func @mutated_tensor(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.custom_call' op expected a result for each mutated tensor, got 0 results for 1}}
  lamina.custom_call "f"(%a) {mutates = array<i64: 0>} : (tensor<4xf32>) -> ()
  return
}

// -----

func.func @mutated_to_another_type(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.custom_call' op expected the result that operand #0 becomes to be of its type, 'tensor<4xf32>', got 'tensor<5xf32>'}}
  %0 = lamina.custom_call "f"(%a) {mutates = array<i64: 0>} : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @argument_operand(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.custom_call' op expected 'arguments' to number some of the 1 operands, got #lamina.operand<1>}}
  lamina.custom_call "f"(%a) {arguments = [[#lamina.operand<1>]]} : (tensor<4xf32>) -> ()
  return
}

// -----

func.func @argument_kind(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.custom_call' op expected 'arguments' to be operands, i1, i64 or f64 numbers, strings, types, unit and arrays of those, got 1.000000e+00 : f32}}
  lamina.custom_call "f"(%a) {arguments = [1.0 : f32]} : (tensor<4xf32>) -> ()
  return
}

// -----

func.func @host_elements(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.host_call' op expected 'elements' to have 1 entries, one for each array, got 0}}
  lamina.host_call "f" ins(%a : tensor<4xf32>) {elements = []}
  return
}

// -----

func.func @host_memory(%a: tensor<4xf32>) {
  // expected-error @below {{'lamina.host_call' op expected memory for each of the 1 mutated operands, got 0}}
  lamina.host_call "f" ins(%a : tensor<4xf32>) {elements = [f32], mutates = array<i64: 0>}
  return
}
