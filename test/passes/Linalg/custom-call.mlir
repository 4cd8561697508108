// RUN: lamina-opt %s --lamina-convert-to-linalg --split-input-file | FileCheck %s

// Fresh results get new memory, a mutated operand is its own; element types are those of the program.
// CHECK-LABEL: func.func @call(
// CHECK-SAME: %[[A:.+]]: tensor<4xi8>, %[[B:.+]]: tensor<4xf32>)
// CHECK: %[[OUT:.+]] = tensor.empty() : tensor<2xf32>
// CHECK: lamina.host_call "my::op" ins(%[[A]] : tensor<4xi8>) outs(%[[OUT]], %[[B]] : tensor<2xf32>, tensor<4xf32>)
// CHECK-SAME: arguments = [#lamina.operand<0>, #lamina.operand<1>, 2.000000e+00]
// CHECK-SAME: elements = [ui8, f32, f32], has_side_effect = true, mutates = array<i64: 1>
// CHECK-SAME: -> tensor<2xf32>, tensor<4xf32>
func.func @call(%a: tensor<4xui8>, %b: tensor<4xf32>) -> (tensor<2xf32>, tensor<4xf32>) {
  %0:2 = lamina.custom_call "my::op"(%a, %b) {arguments = [#lamina.operand<0>, #lamina.operand<1>, 2.0], mutates = array<i64: 1>, has_side_effect = true}
      : (tensor<4xui8>, tensor<4xf32>) -> (tensor<2xf32>, tensor<4xf32>)
  return %0#0, %0#1 : tensor<2xf32>, tensor<4xf32>
}

// -----

// An effect happens even where there is nothing to compute.
// CHECK-LABEL: func.func @nothing_to_compute
// CHECK-NEXT: %[[OUT:.+]] = tensor.empty() : tensor<0xf32>
// CHECK-NEXT: lamina.host_call "my::op" outs(%[[OUT]] : tensor<0xf32>)
func.func @nothing_to_compute() -> tensor<0xf32> {
  %0 = lamina.custom_call "my::op"() {has_side_effect = true} : () -> tensor<0xf32>
  return %0 : tensor<0xf32>
}
