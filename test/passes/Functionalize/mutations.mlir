// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// Which inputs are reported as changed, and as what.

// CHECK-LABEL: func.func @read_only(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>})
func.func @read_only(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>}) {
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  lamina.assign %a, %a : !lamina.ref<4xf32>
  return %0 : !lamina.ref<4xf32>
}

// -----

// CHECK-LABEL: func.func @undone(
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<0>}) {
// CHECK-NEXT:  return
func.func @undone(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %old = lamina.clone %a : !lamina.ref<4xf32>
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  lamina.assign %0, %a : !lamina.ref<4xf32>
  lamina.assign %old, %a : !lamina.ref<4xf32>
  return
}

// -----

// Without a copy there is no old value to restore.
// CHECK-LABEL: func.func @not_undone(
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>})
func.func @not_undone(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>}) {
  %old = lamina.alias %a : !lamina.ref<2x3xf32> -> !lamina.ref<2x3xf32>
  %0 = lamina.mul %a, %a : !lamina.ref<2x3xf32>
  lamina.assign %0, %a : !lamina.ref<2x3xf32>
  lamina.assign %old, %a : !lamina.ref<2x3xf32>
  return
}

// -----

// CHECK-LABEL: func.func @swap(
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<0>}, %[[B:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<1>})
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>}, tensor<4xf32> {lamina.result = #lamina.mutation<1>})
// CHECK-NEXT:  return %[[B]], %[[A]]
func.func @swap(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                %b: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %old = lamina.clone %a : !lamina.ref<4xf32>
  lamina.assign %b, %a : !lamina.ref<4xf32>
  lamina.assign %old, %b : !lamina.ref<4xf32>
  return
}

// -----

// Only the last write counts.
// CHECK-LABEL: func.func @dead_write(
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<0>}
// CHECK-NEXT:  %[[SUM:.*]] = lamina.add %[[A]], %[[A]]
// CHECK-NEXT:  return %[[SUM]]
func.func @dead_write(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  %1 = lamina.add %a, %a : !lamina.ref<4xf32>
  lamina.assign %0, %a : !lamina.ref<4xf32>
  lamina.assign %1, %a : !lamina.ref<4xf32>
  return
}

// -----

// Results read before a write keep what they held, as they are other memory.
// CHECK-LABEL: func.func @copy_before_write(
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<0>}
// CHECK:       %[[SQUARE:.*]] = lamina.mul %[[A]], %[[A]]
// CHECK-NEXT:  return %[[SQUARE]], %[[A]]
func.func @copy_before_write(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>}) {
  %old = lamina.clone %a : !lamina.ref<4xf32>
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  lamina.assign %0, %a : !lamina.ref<4xf32>
  return %old : !lamina.ref<4xf32>
}

// -----

// The order of the results follows the arguments, their numbers the inputs.
// CHECK-LABEL: func.func @numbers(
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<3>}, %[[B:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<5>})
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.mutation<5>})
func.func @numbers(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<3>},
                   %b: !lamina.ref<4xf32> {lamina.arg = #lamina.input<5>}) {
  lamina.assign %a, %b : !lamina.ref<4xf32>
  return
}

// -----

// A write that changes nothing is still reported if autograd gives it a tangent.
// CHECK-LABEL: func.func @seen_by_autograd(
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<0>}, %[[DA:.*]]: tensor<4xf32>
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>})
// CHECK-NEXT:  return %[[A]], %[[DA]]
func.func @seen_by_autograd(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                            %da: !lamina.ref<4xf32> {lamina.arg = #lamina.tangent<mutation, 0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %old = lamina.clone %a : !lamina.ref<4xf32>
  lamina.assign %old, %a : !lamina.ref<4xf32>
  return %da : !lamina.ref<4xf32>
}
