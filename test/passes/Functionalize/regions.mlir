// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// A write in a branch that a later one covers leaves nothing.
// CHECK-LABEL: func.func @dead_write_in_a_branch(
// CHECK-SAME:    %[[P:.*]]: tensor<i1> {{.*}}, %[[A:.*]]: tensor<4xf32>
// CHECK:         %[[R:.*]] = lamina.cond %[[P]] : tensor<i1> -> tensor<4xf32> {
// CHECK-NEXT:      %[[LOG:.*]] = lamina.log %[[A]]
// CHECK-NEXT:      lamina.yield %[[LOG]]
// CHECK-NEXT:    } else {
// CHECK-NEXT:      lamina.yield %[[A]]
// CHECK-NEXT:    }
// CHECK-NEXT:    return %[[R]]
func.func @dead_write_in_a_branch(%p: !lamina.ref<i1> {lamina.arg = #lamina.input<0>},
                                  %a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  lamina.cond %p : !lamina.ref<i1> {
    %0 = lamina.exp %a : !lamina.ref<4xf32>
    %1 = lamina.log %a : !lamina.ref<4xf32>
    lamina.assign %0, %a : !lamina.ref<4xf32>
    lamina.assign %1, %a : !lamina.ref<4xf32>
    lamina.yield
  } else {
    lamina.yield
  }
  return
}

// -----

// What a branch undoes is not reported.
// CHECK-LABEL: func.func @undone_in_a_branch(
// CHECK-NOT:     lamina.mutation
// CHECK:         return{{$}}
func.func @undone_in_a_branch(%p: !lamina.ref<i1> {lamina.arg = #lamina.input<0>},
                              %a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  lamina.cond %p : !lamina.ref<i1> {
    %old = lamina.clone %a : !lamina.ref<4xf32>
    %0 = lamina.exp %a : !lamina.ref<4xf32>
    lamina.assign %0, %a : !lamina.ref<4xf32>
    lamina.assign %old, %a : !lamina.ref<4xf32>
    lamina.yield
  } else {
    lamina.yield
  }
  return
}

// -----

// What a loop undoes in each turn is not reported.
// CHECK-LABEL: func.func @undone_in_a_loop(
// CHECK-NOT:     lamina.mutation
// CHECK:         return
func.func @undone_in_a_loop(%n: !lamina.ref<i64> {lamina.arg = #lamina.input<0>},
                            %a: !lamina.ref<i64> {lamina.arg = #lamina.input<1>})
    -> (!lamina.ref<i64> {lamina.result = #lamina.output<0>}) {
  %init = lamina.clone %n : !lamina.ref<i64>
  %r = lamina.while %init : !lamina.ref<i64> while {
  ^bb0(%i: !lamina.ref<i64>):
    %less = lamina.compare %i, %a {predicate = "lt"} : !lamina.ref<i64>
    lamina.yield %less : !lamina.ref<i1>
  } do {
  ^bb0(%i: !lamina.ref<i64>):
    %old = lamina.clone %a : !lamina.ref<i64>
    %0 = lamina.add %a, %i : !lamina.ref<i64>
    lamina.assign %0, %a : !lamina.ref<i64>
    %next = lamina.add %i, %a : !lamina.ref<i64>
    lamina.assign %old, %a : !lamina.ref<i64>
    lamina.yield %next : !lamina.ref<i64>
  }
  return %r : !lamina.ref<i64>
}
