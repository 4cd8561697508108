// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// What a call writes is a further result, forwarded to the memory it was written through.
// CHECK-LABEL: func.func @written_view(
// CHECK-SAME:    %[[A:.*]]: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>}, tensor<i64> {lamina.result = #lamina.output<0>}) {
// CHECK-NEXT:  %[[T:.*]] = lamina.permute %[[A]] {dims = array<i64: 1, 0>}
// CHECK-NEXT:  %[[CALL:.*]]:2 = lamina.custom_call "my::sort"(%[[T]]) {has_side_effect = true, mutates = array<i64: 0>} : (tensor<3x2xf32>) -> (tensor<i64>, tensor<3x2xf32>)
// CHECK-NEXT:  %[[NEW:.*]] = lamina.permute %[[CALL]]#1 {dims = array<i64: 1, 0>}
// CHECK-NEXT:  return %[[NEW]], %[[CALL]]#0
func.func @written_view(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<i64> {lamina.result = #lamina.output<0>}) {
  %t = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  %0 = lamina.custom_call "my::sort"(%t) {mutates = array<i64: 0>, has_side_effect = true} : (!lamina.ref<3x2xf32>) -> !lamina.ref<i64>
  return %0 : !lamina.ref<i64>
}

// -----

// Calls with effects stay, in order; a pure one that nobody uses goes.
// CHECK-LABEL: func.func @order(
// CHECK-NEXT:  lamina.custom_call "my::first"
// CHECK-NEXT:  lamina.custom_call "my::second"
// CHECK-NEXT:  return
func.func @order(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  lamina.custom_call "my::first"(%a) {has_side_effect = true} : (!lamina.ref<4xf32>) -> ()
  %0 = lamina.custom_call "my::pure"(%a) : (!lamina.ref<4xf32>) -> !lamina.ref<4xf32>
  lamina.custom_call "my::second"(%a) {has_side_effect = true} : (!lamina.ref<4xf32>) -> ()
  return
}

// -----

// A branch that calls yields what the call wrote, the other one what was there.
// CHECK-LABEL: func.func @in_a_branch(
// CHECK-SAME:    %[[P:.*]]: tensor<i1>, %[[A:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<0>})
// CHECK-NEXT:  %[[NEW:.*]] = lamina.cond %[[P]]
// CHECK-NEXT:    %[[CALL:.*]] = lamina.custom_call "my::op"(%[[A]]) {mutates = array<i64: 0>} : (tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    lamina.yield %[[CALL]]
// CHECK-NEXT:  } else {
// CHECK-NEXT:    lamina.yield %[[A]]
// CHECK:       return %[[NEW]]
func.func @in_a_branch(%p: tensor<i1>, %a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  lamina.cond %p : tensor<i1> {
    lamina.custom_call "my::op"(%a) {mutates = array<i64: 0>} : (!lamina.ref<4xf32>) -> ()
  } else {
  }
  return
}
