// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// Memory that a branch writes through a view is a result of the branch, whichever ran.
// CHECK-LABEL: func.func @cond(
// CHECK-SAME:    %[[P:.*]]: tensor<i1> {{.*}}, %[[A:.*]]: tensor<2x3xf32>
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<1>}, tensor<3x2xf32> {lamina.result = #lamina.output<0>})
func.func @cond(%p: !lamina.ref<i1> {lamina.arg = #lamina.input<0>},
                %a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<1>})
    -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>}) {
  %t = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  // CHECK:      %[[R:.*]]:2 = lamina.cond %[[P]] : tensor<i1> -> tensor<3x2xf32>, tensor<2x3xf32> {
  // CHECK-NEXT:   %[[T:.*]] = lamina.permute %[[A]]
  // CHECK-NEXT:   %[[EXP:.*]] = lamina.exp %[[T]]
  // CHECK-NEXT:   %[[NEW:.*]] = lamina.permute %[[EXP]]
  // CHECK-NEXT:   lamina.yield %[[EXP]], %[[NEW]]
  // CHECK-NEXT: } else {
  // CHECK-NEXT:   %[[T:.*]] = lamina.permute %[[A]]
  // CHECK-NEXT:   lamina.yield %[[T]], %[[A]]
  // CHECK-NEXT: }
  %r = lamina.cond %p : !lamina.ref<i1> -> !lamina.ref<3x2xf32> {
    %0 = lamina.exp %t : !lamina.ref<3x2xf32>
    lamina.assign %0, %t : !lamina.ref<3x2xf32>
    lamina.yield %0 : !lamina.ref<3x2xf32>
  } else {
    %0 = lamina.clone %t : !lamina.ref<3x2xf32>
    lamina.yield %0 : !lamina.ref<3x2xf32>
  }
  // CHECK:      %[[T:.*]] = lamina.permute %[[R]]#1
  // CHECK-NEXT: %[[SUM:.*]] = lamina.add %[[R]]#0, %[[T]]
  %1 = lamina.add %r, %t : !lamina.ref<3x2xf32>
  // CHECK-NEXT: return %[[R]]#1, %[[SUM]]
  return %1 : !lamina.ref<3x2xf32>
}

// -----

// Written memory is carried along with what the loop carries; the condition sees it too.
// CHECK-LABEL: func.func @while(
// CHECK-SAME:    %[[N:.*]]: tensor<i64> {{.*}}, %[[A:.*]]: tensor<i64>
// CHECK-SAME:  -> (tensor<i64> {lamina.result = #lamina.mutation<1>}, tensor<i64> {lamina.result = #lamina.output<0>})
func.func @while(%n: !lamina.ref<i64> {lamina.arg = #lamina.input<0>},
                 %a: !lamina.ref<i64> {lamina.arg = #lamina.input<1>})
    -> (!lamina.ref<i64> {lamina.result = #lamina.output<0>}) {
  %init = lamina.clone %n : !lamina.ref<i64>
  // CHECK:      %[[R:.*]]:2 = lamina.while %[[N]], %[[A]] : tensor<i64>, tensor<i64> while {
  // CHECK-NEXT: ^bb0(%[[I:.*]]: tensor<i64>, %[[A_NOW:.*]]: tensor<i64>):
  // CHECK-NEXT:   %[[LESS:.*]] = lamina.compare %[[I]], %[[A_NOW]] {predicate = "lt"}
  // CHECK-NEXT:   lamina.yield %[[LESS]] : tensor<i1>
  // CHECK-NEXT: } do {
  // CHECK-NEXT: ^bb0(%[[I:.*]]: tensor<i64>, %[[A_NOW:.*]]: tensor<i64>):
  // CHECK-NEXT:   %[[NEXT:.*]] = lamina.add %[[I]], %[[I]]
  // CHECK-NEXT:   %[[A_NEXT:.*]] = lamina.add %[[A_NOW]], %[[NEXT]]
  // CHECK-NEXT:   lamina.yield %[[NEXT]], %[[A_NEXT]]
  %r = lamina.while %init : !lamina.ref<i64> while {
  ^bb0(%i: !lamina.ref<i64>):
    %less = lamina.compare %i, %a {predicate = "lt"} : !lamina.ref<i64>
    lamina.yield %less : !lamina.ref<i1>
  } do {
  ^bb0(%i: !lamina.ref<i64>):
    %next = lamina.add %i, %i : !lamina.ref<i64>
    lamina.assign %next, %i : !lamina.ref<i64>
    %0 = lamina.add %a, %i : !lamina.ref<i64>
    lamina.assign %0, %a : !lamina.ref<i64>
    lamina.yield %i : !lamina.ref<i64>
  }
  // CHECK:      return %[[R]]#1, %[[R]]#0
  return %r : !lamina.ref<i64>
}

// -----

// A write two regions deep.
// CHECK-LABEL: func.func @nested(
// CHECK-SAME:    %[[P:.*]]: tensor<i1> {{.*}}, %[[A:.*]]: tensor<4xf32>
// CHECK:         %[[OUTER:.*]] = lamina.cond %[[P]] : tensor<i1> -> tensor<4xf32> {
// CHECK-NEXT:      %[[INNER:.*]] = lamina.cond %[[P]] : tensor<i1> -> tensor<4xf32> {
// CHECK-NEXT:        %[[EXP:.*]] = lamina.exp %[[A]]
// CHECK-NEXT:        lamina.yield %[[EXP]]
// CHECK-NEXT:      } else {
// CHECK-NEXT:        lamina.yield %[[A]]
// CHECK-NEXT:      }
// CHECK-NEXT:      %[[LOG:.*]] = lamina.log %[[INNER]]
// CHECK-NEXT:      lamina.yield %[[LOG]]
// CHECK:         return %[[OUTER]]
func.func @nested(%p: !lamina.ref<i1> {lamina.arg = #lamina.input<0>},
                  %a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  lamina.cond %p : !lamina.ref<i1> {
    lamina.cond %p : !lamina.ref<i1> {
      %0 = lamina.exp %a : !lamina.ref<4xf32>
      lamina.assign %0, %a : !lamina.ref<4xf32>
    } else {
    }
    %1 = lamina.log %a : !lamina.ref<4xf32>
    lamina.assign %1, %a : !lamina.ref<4xf32>
  } else {
  }
  return
}

// -----

// Memory made in a region stays there.
// CHECK-LABEL: func.func @local(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>})
// CHECK:         lamina.cond %{{.*}} : tensor<i1> -> tensor<4xf32> {
func.func @local(%p: !lamina.ref<i1> {lamina.arg = #lamina.input<0>},
                 %a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>}) {
  %r = lamina.cond %p : !lamina.ref<i1> -> !lamina.ref<4xf32> {
    %0 = lamina.exp %a : !lamina.ref<4xf32>
    lamina.assign %a, %0 : !lamina.ref<4xf32>
    lamina.yield %0 : !lamina.ref<4xf32>
  } else {
    %0 = lamina.log %a : !lamina.ref<4xf32>
    lamina.yield %0 : !lamina.ref<4xf32>
  }
  return %r : !lamina.ref<4xf32>
}
