// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// Which results share memory, and with what.

// CHECK-LABEL: func.func @input_itself
// CHECK-SAME:  -> (tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, []>, lamina.result = #lamina.output<0>})
func.func @input_itself(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>}) {
  return %a : !lamina.ref<4xf32>
}

// -----

// CHECK-LABEL: func.func @input_twice
// CHECK-SAME:  -> (tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, []>, lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, []>, lamina.result = #lamina.output<1>})
func.func @input_twice(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<4xf32> {lamina.result = #lamina.output<1>}) {
  return %a, %a : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// -----

// A copy is memory of its own, though its data is the argument.
// CHECK-LABEL: func.func @copy_of_input
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>})
// CHECK-NEXT:  return %[[A]]
func.func @copy_of_input(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>}) {
  %0 = lamina.clone %a : !lamina.ref<4xf32>
  return %0 : !lamina.ref<4xf32>
}

// -----

// CHECK-LABEL: func.func @fresh
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>})
func.func @fresh(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>}) {
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  return %0 : !lamina.ref<4xf32>
}

// -----

// CHECK-LABEL: func.func @fresh_twice
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.alias = #lamina.alias<output, 0, []>, lamina.result = #lamina.output<1>})
func.func @fresh_twice(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<4xf32> {lamina.result = #lamina.output<1>}) {
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  return %0, %0 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// -----

// Equal data in two memories is not shared memory.
// CHECK-LABEL: func.func @two_copies
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.output<1>})
func.func @two_copies(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<4xf32> {lamina.result = #lamina.output<1>}) {
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  %1 = lamina.clone %0 : !lamina.ref<4xf32>
  return %0, %1 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// -----

// CHECK-LABEL: func.func @view_of_fresh
// CHECK-SAME:  -> (tensor<3x2xf32> {lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>, lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<2x3xf32> {lamina.result = #lamina.base<0>})
// CHECK:       %[[FRESH:.*]] = lamina.mul
// CHECK:       %[[VIEW:.*]] = lamina.permute %[[FRESH]]
// CHECK:       return %[[VIEW]], %[[FRESH]]
func.func @view_of_fresh(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>}) {
  %0 = lamina.mul %a, %a : !lamina.ref<2x3xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  return %1 : !lamina.ref<3x2xf32>
}

// -----

// The same view made twice is two objects; the same handle returned twice is one.
// CHECK-LABEL: func.func @views_share_fresh
// CHECK-SAME:  -> (tensor<3x2xf32> {lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>, lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<2x3xf32> {lamina.alias = #lamina.alias<fresh, 0, []>, lamina.result = #lamina.output<1>},
// CHECK-SAME:      tensor<3x2xf32> {lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>, lamina.result = #lamina.output<2>},
// CHECK-SAME:      tensor<3x2xf32> {lamina.alias = #lamina.alias<output, 0, []>, lamina.result = #lamina.output<3>},
// CHECK-SAME:      tensor<2x3xf32> {lamina.result = #lamina.base<0>})
func.func @views_share_fresh(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<2x3xf32> {lamina.result = #lamina.output<1>},
        !lamina.ref<3x2xf32> {lamina.result = #lamina.output<2>},
        !lamina.ref<3x2xf32> {lamina.result = #lamina.output<3>}) {
  %0 = lamina.mul %a, %a : !lamina.ref<2x3xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  %2 = lamina.permute %0 {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  return %1, %0, %2, %1 : !lamina.ref<3x2xf32>, !lamina.ref<2x3xf32>, !lamina.ref<3x2xf32>, !lamina.ref<3x2xf32>
}

// -----

// Layouts that the caller wants stay; `lamina.sharing` moves into the alias.
// CHECK-LABEL: func.func @attributes_stay(
// CHECK-SAME:    %{{.*}}: tensor<2x3xf32> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 2>})
// CHECK-SAME:  -> (tensor<3x2xf32> {lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], no_grad>,
// CHECK-SAME:                       lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<2x3xf32> {lamina.result = #lamina.output<1>, lamina.strides = array<i64: 1, 2>})
func.func @attributes_stay(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 2>})
    -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>, lamina.sharing = "no_grad"},
        !lamina.ref<2x3xf32> {lamina.result = #lamina.output<1>, lamina.strides = array<i64: 1, 2>}) {
  %0 = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  %1 = lamina.mul %a, %a : !lamina.ref<2x3xf32>
  return %0, %1 : !lamina.ref<3x2xf32>, !lamina.ref<2x3xf32>
}

// -----

// A gradient may share memory with a tangent without anyone noticing.
// CHECK-LABEL: func.func @gradient_is_tangent
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>})
func.func @gradient_is_tangent(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                               %dy: !lamina.ref<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %0 = lamina.add %a, %a : !lamina.ref<4xf32>
  return %0, %dy : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// -----

// A view of detached memory that is an output is a view of that output.
// CHECK-LABEL: func.func @view_of_detached(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, [#lamina.view<"alias">], detached>, lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<2x2xf32> {lamina.alias = #lamina.alias<output, 0, [#lamina.view<"reshape", {shape = array<i64: 2, 2>}>]>, lamina.result = #lamina.output<1>})
func.func @view_of_detached(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>, lamina.sharing = "detached"},
        !lamina.ref<2x2xf32> {lamina.result = #lamina.output<1>, lamina.sharing = "view_of_detached"}) {
  %0 = lamina.alias %a : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  %1 = lamina.reshape %0 : !lamina.ref<4xf32> -> !lamina.ref<2x2xf32>
  return %0, %1 : !lamina.ref<4xf32>, !lamina.ref<2x2xf32>
}
