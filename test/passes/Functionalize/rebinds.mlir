// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// What inputs look at in the end, where the program made them look elsewhere.

// CHECK-LABEL: func.func @transposed
// CHECK-SAME:  -> (tensor<3x2xf32> {lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>, lamina.result = #lamina.output<0>})
// CHECK-SAME:  lamina.rebinds = [#lamina.rebind<0, 0>]
// CHECK-NOT:   lamina.set
func.func @transposed(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  lamina.set %a, %0 : !lamina.ref<2x3xf32>, !lamina.ref<3x2xf32>
  return
}

// -----

// An output that the place is already stands for it; the last place counts.
// CHECK-LABEL: func.func @last_place
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.alias = #lamina.alias<input, 1, [#lamina.view<"alias">]>, lamina.result = #lamina.output<1>})
// CHECK-SAME:  lamina.rebinds = [#lamina.rebind<0, 1>]
func.func @last_place(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                      %b: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<4xf32> {lamina.result = #lamina.output<1>}) {
  %0 = lamina.neg %b : !lamina.ref<4xf32>
  lamina.set %a, %0 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
  %1 = lamina.alias %b : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  lamina.set %a, %1 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
  return %0, %1 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// -----

// There and back: the views fold to the input itself.
// CHECK-LABEL: func.func @undone
// CHECK-NOT:   lamina.rebinds
// CHECK:       return
func.func @undone(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  lamina.set %a, %0 : !lamina.ref<2x3xf32>, !lamina.ref<3x2xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : !lamina.ref<3x2xf32> -> !lamina.ref<2x3xf32>
  lamina.set %a, %1 : !lamina.ref<2x3xf32>, !lamina.ref<2x3xf32>
  return
}

// -----

// The data that both look at is the mutation of the one input that it is.
// CHECK-LABEL: func.func @written_after
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.mutation<1>},
// CHECK-SAME:      tensor<4xf32> {lamina.alias = #lamina.alias<input, 1, [#lamina.view<"alias">]>, lamina.result = #lamina.output<0>})
// CHECK-SAME:  lamina.rebinds = [#lamina.rebind<0, 0>]
// CHECK:       %[[NEG:.*]] = lamina.neg
// CHECK:       return %[[NEG]], %[[NEG]]
func.func @written_after(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                         %b: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.alias %b : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  lamina.set %a, %0 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
  %1 = lamina.neg %0 : !lamina.ref<4xf32>
  lamina.assign %1, %b : !lamina.ref<4xf32>
  return
}

// -----

// Fresh memory of which the input sees a part is a base.
// CHECK-LABEL: func.func @part_of_fresh
// CHECK-SAME:  tensor<2xf32> {lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"slice"
// CHECK-SAME:  tensor<4xf32> {lamina.result = #lamina.base<0>}
// CHECK-SAME:  lamina.rebinds = [#lamina.rebind<0, 0>]
func.func @part_of_fresh(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.neg %a : !lamina.ref<4xf32>
  %1 = lamina.slice %0 {starts = array<i64: 0>, stops = array<i64: 2>, steps = array<i64: 1>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  lamina.set %a, %1 : !lamina.ref<4xf32>, !lamina.ref<2xf32>
  return
}

// -----

// No caller sees what a fresh array is bound to.
// CHECK-LABEL: func.func @fresh_target
// CHECK-NOT:   lamina.rebinds
// CHECK:       return
func.func @fresh_target(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.neg %a : !lamina.ref<4xf32>
  lamina.set %0, %a : !lamina.ref<4xf32>, !lamina.ref<4xf32>
  return
}

// -----

// An input that is a marked view of flat memory, turned over and back.
// CHECK-LABEL: func.func @part
// CHECK-SAME:  -> (tensor<3x2xf32> {lamina.alias = #lamina.alias<input, 1, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>, lamina.result = #lamina.output<0>})
// CHECK-SAME:  lamina.rebinds = [#lamina.rebind<1, 0>]
func.func @part(%m: !lamina.ref<8xf32> {lamina.arg = #lamina.input<0>}) {
  %a = lamina.as_strided %m {sizes = array<i64: 2, 3>, strides = array<i64: 3, 1>, offset = 0 : i64, lamina.place = #lamina.input<1>} : !lamina.ref<8xf32> -> !lamina.ref<2x3xf32>
  %b = lamina.as_strided %m {sizes = array<i64: 2, 3>, strides = array<i64: 3, 1>, offset = 2 : i64, lamina.place = #lamina.input<2>} : !lamina.ref<8xf32> -> !lamina.ref<2x3xf32>
  %0 = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  lamina.set %a, %0 : !lamina.ref<2x3xf32>, !lamina.ref<3x2xf32>
  lamina.set %b, %a : !lamina.ref<2x3xf32>, !lamina.ref<2x3xf32>
  lamina.set %b, %b : !lamina.ref<2x3xf32>, !lamina.ref<2x3xf32>
  return
}
