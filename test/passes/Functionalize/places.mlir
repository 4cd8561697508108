// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// Two inputs in one memory are views of it. A view of one of them is said to be a view of that
// input, not of the memory as a whole; only the latter is an argument, and it is what changes.
// CHECK-LABEL: func.func @view_of_a_part(
// CHECK-SAME:    %[[M:.*]]: tensor<6xf32> {lamina.arg = #lamina.input<0>})
// CHECK-SAME:  -> (tensor<6xf32> {lamina.result = #lamina.mutation<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.alias = #lamina.alias<input, 2, []>, lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<1xf32> {lamina.alias = #lamina.alias<input, 2,
// CHECK-SAME:        [#lamina.view<"slice", {starts = array<i64: 1>, steps = array<i64: 1>, stops = array<i64: 2>}>]>,
// CHECK-SAME:        lamina.result = #lamina.output<1>})
func.func @view_of_a_part(%memory: !lamina.ref<6xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<1xf32> {lamina.result = #lamina.output<1>}) {
  // CHECK-NOT: lamina.place
  %a = lamina.as_strided %memory {lamina.place = #lamina.input<1>, sizes = array<i64: 4>, strides = array<i64: 1>, offset = 0 : i64} : !lamina.ref<6xf32> -> !lamina.ref<4xf32>
  %b = lamina.as_strided %memory {lamina.place = #lamina.input<2>, sizes = array<i64: 4>, strides = array<i64: 1>, offset = 2 : i64} : !lamina.ref<6xf32> -> !lamina.ref<4xf32>
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  lamina.assign %0, %a : !lamina.ref<4xf32>
  %c = lamina.slice %b {starts = array<i64: 1>, stops = array<i64: 2>, steps = array<i64: 1>} : !lamina.ref<4xf32> -> !lamina.ref<1xf32>
  return %b, %c : !lamina.ref<4xf32>, !lamina.ref<1xf32>
}

// -----

// A view of all of the memory is a view of the input that it is.
// CHECK-LABEL: func.func @view_of_all(
// CHECK-SAME:  lamina.alias = #lamina.alias<input, 0, [#lamina.view<"as_strided", {{.*}}>]>
func.func @view_of_all(%memory: !lamina.ref<6xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<2xf32> {lamina.result = #lamina.output<0>}) {
  %a = lamina.as_strided %memory {lamina.place = #lamina.input<1>, sizes = array<i64: 4>, strides = array<i64: 1>, offset = 0 : i64} : !lamina.ref<6xf32> -> !lamina.ref<4xf32>
  %b = lamina.as_strided %memory {sizes = array<i64: 2>, strides = array<i64: 3>, offset = 1 : i64} : !lamina.ref<6xf32> -> !lamina.ref<2xf32>
  return %b : !lamina.ref<2xf32>
}

// -----

// One of several views of an alias that autograd does not follow is a view of that alias.
// CHECK-LABEL: func.func @part_of_a_detached_output(
// CHECK-SAME:  lamina.alias = #lamina.alias<output, 0, [#lamina.view<"slice", {{.*}}>], multi_output>
func.func @part_of_a_detached_output(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>, lamina.sharing = "detached"},
        !lamina.ref<2xf32> {lamina.result = #lamina.output<1>, lamina.sharing = "multi_output"}) {
  %d = lamina.alias %a : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  %b = lamina.slice %d {starts = array<i64: 2>, stops = array<i64: 4>, steps = array<i64: 1>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  return %d, %b : !lamina.ref<4xf32>, !lamina.ref<2xf32>
}
