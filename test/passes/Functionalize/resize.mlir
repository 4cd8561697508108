// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// Memory of another size: a root of its own, which goes back to the input that it belongs to.

// What is new is zero.
// CHECK-LABEL: func.func @grown
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.alias = #lamina.alias<fresh, 0, []>, lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<2x3xf32> {lamina.memory = #lamina.input<0>, lamina.result = #lamina.base<0>})
// CHECK-SAME:  lamina.rebinds = [#lamina.rebind<0, 0>]
// CHECK-NEXT:  %[[PAD:.*]] = lamina.pad %[[A]] {high = array<i64: 2>, interior = array<i64: 0>, low = array<i64: 0>, value = 0.000000e+00 : f32} : tensor<4xf32> -> tensor<6xf32>
// CHECK-NEXT:  %[[ALL:.*]] = lamina.reshape %[[PAD]] : tensor<6xf32> -> tensor<2x3xf32>
// CHECK-NEXT:  return %[[ALL]], %[[ALL]]
func.func @grown(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.resize %a {sizes = array<i64: 2, 3>} : !lamina.ref<4xf32> -> !lamina.ref<2x3xf32>
  lamina.set %a, %0 : !lamina.ref<4xf32>, !lamina.ref<2x3xf32>
  return
}

// -----

// A write from before is part of what is kept, and no mutation of the old memory.
// CHECK-LABEL: func.func @written_and_cut
// CHECK-SAME:  -> (tensor<2xf32> {lamina.memory = #lamina.input<0>, lamina.result = #lamina.base<0>})
// CHECK:       %[[NEG:.*]] = lamina.neg
// CHECK-NEXT:  %[[PAD:.*]] = lamina.pad %[[NEG]] {high = array<i64: -2>
// CHECK-NEXT:  return %[[PAD]]
func.func @written_and_cut(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.neg %a : !lamina.ref<4xf32>
  lamina.assign %0, %a : !lamina.ref<4xf32>
  %1 = lamina.resize %a {sizes = array<i64: 2>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  return
}

// -----

// To nothing and back: only the last memory is the input's.
// CHECK-LABEL: func.func @emptied_and_filled
// CHECK-SAME:  -> (tensor<4xf32> {lamina.memory = #lamina.input<0>, lamina.result = #lamina.base<0>})
// CHECK:       return %arg1
func.func @emptied_and_filled(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                              %b: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.resize %a {sizes = array<i64: 0>} : !lamina.ref<4xf32> -> !lamina.ref<0xf32>
  %1 = lamina.resize %0 {sizes = array<i64: 4>} : !lamina.ref<0xf32> -> !lamina.ref<4xf32>
  lamina.assign %b, %1 : !lamina.ref<4xf32>
  return
}

// -----

// No caller sees the memory of the program's own arrays.
// CHECK-LABEL: func.func @fresh
// CHECK-SAME:  -> (tensor<2xf32> {lamina.result = #lamina.output<0>})
func.func @fresh(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<2xf32> {lamina.result = #lamina.output<0>}) {
  %0 = lamina.neg %a : !lamina.ref<4xf32>
  %1 = lamina.resize %0 {sizes = array<i64: 2>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  return %1 : !lamina.ref<2xf32>
}
