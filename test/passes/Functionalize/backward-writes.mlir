// RUN: lamina-opt --lamina-functionalize --split-input-file --verify-diagnostics %s | FileCheck %s

// What the caller has put into an input by the time the backward runs is an argument of its own; the
// forward leaves there what it held before, and both leave something.
// CHECK-LABEL: func.func @both(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<4xf32> {lamina.arg = #lamina.input<0>}
// CHECK-SAME:    %[[D:[a-z0-9]+]]: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>}
// CHECK-SAME:    %[[LATER:[a-z0-9]+]]: tensor<4xf32> {lamina.arg = #lamina.input<0>, lamina.backward})
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.backward, lamina.result = #lamina.mutation<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.result = #lamina.gradient<1>})
// CHECK-NEXT:  %[[EXP:.*]] = lamina.exp %[[X]]
// CHECK-NEXT:  %[[NEG:.*]] = lamina.neg %[[EXP]]
// CHECK-NEXT:  %[[SUM:.*]] = lamina.add %[[LATER]], %[[D]]
// CHECK-NEXT:  %[[GRAD:.*]] = lamina.mul %[[D]], %[[SUM]]
// CHECK-NEXT:  return %[[EXP]], %[[SUM]], %[[NEG]], %[[GRAD]]
func.func @both(%x: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                %d: !lamina.ref<4xf32> {lamina.arg = #lamina.tangent<output, 0>},
                %later: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>, lamina.backward})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<4xf32> {lamina.result = #lamina.gradient<1>}) {
  %0 = lamina.exp %x : !lamina.ref<4xf32>
  lamina.assign %0, %x : !lamina.ref<4xf32>
  %1 = lamina.neg %x : !lamina.ref<4xf32>
  lamina.assign %later, %x {lamina.backward} : !lamina.ref<4xf32>
  %2 = lamina.add %x, %d : !lamina.ref<4xf32>
  lamina.assign %2, %x : !lamina.ref<4xf32>
  %3 = lamina.mul %d, %x : !lamina.ref<4xf32>
  return %1, %3 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// -----

// The forward does not write what the backward does, and returns the input as it was.
// CHECK-LABEL: func.func @only_backward(
// CHECK-SAME:  -> (tensor<i64> {lamina.backward, lamina.result = #lamina.mutation<0>},
// CHECK-NOT:     lamina.mutation<0>
// CHECK-SAME:      tensor<4xf32> {lamina.result = #lamina.output<0>}
func.func @only_backward(%n: !lamina.ref<i64> {lamina.arg = #lamina.input<0>},
                         %x: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>},
                         %d: !lamina.ref<4xf32> {lamina.arg = #lamina.tangent<output, 0>},
                         %later: !lamina.ref<i64> {lamina.arg = #lamina.input<0>, lamina.backward})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<4xf32> {lamina.result = #lamina.gradient<1>}) {
  %0 = lamina.exp %x : !lamina.ref<4xf32>
  lamina.assign %later, %n {lamina.backward} : !lamina.ref<i64>
  %1 = lamina.add %n, %n : !lamina.ref<i64>
  lamina.assign %1, %n : !lamina.ref<i64>
  return %0, %d : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// -----

func.func @no_border(%x: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.exp %x : !lamina.ref<4xf32>
  // expected-error @below {{'lamina.backward' expects that an argument with the same attribute is assigned to an input}}
  lamina.assign %0, %x {lamina.backward} : !lamina.ref<4xf32>
  return
}
