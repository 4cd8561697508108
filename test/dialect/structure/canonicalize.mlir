// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @known_choice
// CHECK-SAME: %[[A:.+]]: tensor<4xf32>
func.func @known_choice(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[NEG:.+]] = lamina.neg %[[A]]
  // CHECK-NEXT: return %[[A]], %[[NEG]]
  %true = lamina.full {value = true} : tensor<i1>
  %false = lamina.full {value = false} : tensor<i1>
  %0 = lamina.cond %true : tensor<i1> -> tensor<4xf32> {
    lamina.yield %a : tensor<4xf32>
  } else {
    %2 = lamina.exp %a : tensor<4xf32>
    lamina.yield %2 : tensor<4xf32>
  }
  %1 = lamina.cond %false : tensor<i1> -> tensor<4xf32> {
    lamina.yield %a : tensor<4xf32>
  } else {
    %2 = lamina.neg %a : tensor<4xf32>
    lamina.yield %2 : tensor<4xf32>
  }
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// What a ref holds is not known: somebody may have written it.
// CHECK-LABEL: func.func @choice_in_memory
func.func @choice_in_memory(%a: !lamina.ref<4xf32>) -> !lamina.ref<4xf32> {
  // CHECK: lamina.cond
  %true = lamina.full {value = true} : !lamina.ref<i1>
  %0 = lamina.cond %true : !lamina.ref<i1> -> !lamina.ref<4xf32> {
    lamina.yield %a : !lamina.ref<4xf32>
  } else {
    %1 = lamina.exp %a : !lamina.ref<4xf32>
    lamina.yield %1 : !lamina.ref<4xf32>
  }
  return %0 : !lamina.ref<4xf32>
}

// CHECK-LABEL: func.func @loop_without_turns
// CHECK-SAME: %[[A:.+]]: tensor<4xf32>
func.func @loop_without_turns(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: return %[[A]]
  %0 = lamina.while %a : tensor<4xf32> while {
  ^bb0(%x: tensor<4xf32>):
    %1 = lamina.full {value = false} : tensor<i1>
    lamina.yield %1 : tensor<i1>
  } do {
  ^bb0(%x: tensor<4xf32>):
    %1 = lamina.neg %x : tensor<4xf32>
    lamina.yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}
