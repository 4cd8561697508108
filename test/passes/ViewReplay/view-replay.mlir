// RUN: lamina-opt --lamina-view-replay --split-input-file %s | FileCheck %s

// The caller transposes input 0 itself; its data is not returned twice.
// CHECK-LABEL: func.func @alias_of_input(
// CHECK-SAME:    %[[A:.*]]: tensor<2x3xf32>
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>})
// CHECK-SAME:  attributes {lamina.outputs = [#lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>]}
// CHECK:       %[[NEW:.*]] = lamina.mul
// CHECK:       return %[[NEW]] : tensor<2x3xf32>
func.func @alias_of_input(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>},
        tensor<3x2xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>}) {
  %0 = lamina.mul %a, %a : tensor<2x3xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  return %0, %1 : tensor<2x3xf32>, tensor<3x2xf32>
}

// -----

// CHECK-LABEL: func.func @input_itself(
// CHECK-SAME:  attributes {lamina.outputs = [#lamina.alias<input, 0, [], detached>]}
// CHECK-NEXT:  return
func.func @input_itself(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<input, 0, [], detached>}) {
  return %a : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @no_alias(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.output<1>})
// CHECK-SAME:  attributes {lamina.outputs = [unit, unit]}
func.func @no_alias(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.output<1>}) {
  %0 = lamina.mul %a, %a : tensor<4xf32>
  return %0, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @same_object(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>})
// CHECK-SAME:  attributes {lamina.outputs = [unit, #lamina.alias<output, 0, []>]}
// CHECK:       return %{{.*}} : tensor<4xf32>
func.func @same_object(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
        tensor<4xf32> {lamina.result = #lamina.output<1>, lamina.alias = #lamina.alias<output, 0, []>}) {
  %0 = lamina.mul %a, %a : tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}

// -----

// Nobody can tell a lone detached array of all elements from memory of its own.
// CHECK-LABEL: func.func @lone_detached(
// CHECK-SAME:  -> (tensor<3x2xf32> {lamina.result = #lamina.output<0>, lamina.strides = array<i64: 1, 3>})
// CHECK-SAME:  attributes {lamina.outputs = [unit]}
// CHECK:       %[[VIEW:.*]] = lamina.permute
// CHECK:       return %[[VIEW]] : tensor<3x2xf32>
func.func @lone_detached(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<3x2xf32> {lamina.result = #lamina.output<0>, lamina.strides = array<i64: 1, 3>,
                         lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], detached>},
        tensor<2x3xf32> {lamina.result = #lamina.base<0>}) {
  %0 = lamina.mul %a, %a : tensor<2x3xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  return %1, %0 : tensor<3x2xf32>, tensor<2x3xf32>
}

// -----

// The caller can ask a lone view for its base.
// CHECK-LABEL: func.func @lone_view(
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.base<0>})
// CHECK-SAME:  attributes {lamina.outputs = [#lamina.alias<base, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], no_grad>]}
func.func @lone_view(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<3x2xf32> {lamina.result = #lamina.output<0>, lamina.strides = array<i64: 1, 3>,
                         lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], no_grad>},
        tensor<2x3xf32> {lamina.result = #lamina.base<0>}) {
  %0 = lamina.mul %a, %a : tensor<2x3xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  return %1, %0 : tensor<3x2xf32>, tensor<2x3xf32>
}

// -----

// Repeated elements are one element in memory, and only a base can have that...
// CHECK-LABEL: func.func @lone_expand(
// CHECK-SAME:  -> (tensor<1x3xf32> {lamina.result = #lamina.base<0>})
// CHECK-SAME:  attributes {lamina.outputs = [#lamina.alias<base, 0, [#lamina.view<"expand", {shape = array<i64: 2, 3>}>], detached>]}
func.func @lone_expand(%a: tensor<1x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<2x3xf32> {lamina.result = #lamina.output<0>,
                         lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"expand", {shape = array<i64: 2, 3>}>], detached>},
        tensor<1x3xf32> {lamina.result = #lamina.base<0>}) {
  %0 = lamina.mul %a, %a : tensor<1x3xf32>
  %1 = lamina.expand %0 : tensor<1x3xf32> -> tensor<2x3xf32>
  return %1, %0 : tensor<2x3xf32>, tensor<1x3xf32>
}

// -----

// ... as only a base can have elements that the output does not show.
// CHECK-LABEL: func.func @lone_slice(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.base<0>})
// CHECK-SAME:  attributes {lamina.outputs = [#lamina.alias<base, 0, [#lamina.view<"slice", {starts = array<i64: 1>, steps = array<i64: 1>, stops = array<i64: 3>}>], detached>]}
func.func @lone_slice(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<2xf32> {lamina.result = #lamina.output<0>,
                       lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"slice", {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>}>], detached>},
        tensor<4xf32> {lamina.result = #lamina.base<0>}) {
  %0 = lamina.mul %a, %a : tensor<4xf32>
  %1 = lamina.slice %0 {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>} : tensor<4xf32> -> tensor<2xf32>
  return %1, %0 : tensor<2xf32>, tensor<4xf32>
}

// -----

// Views of one memory: the caller gets the memory and makes the views. The lone
// detached array in other memory does not count among the bases. An output that is the whole base
// says how the base lies in memory.
// CHECK-LABEL: func.func @shared_base(
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<2x3xf32> {lamina.result = #lamina.base<0>, lamina.strides = array<i64: 1, 2>},
// CHECK-SAME:      tensor<2x3xf32> {lamina.result = #lamina.gradient<0>})
// CHECK-SAME:  attributes {lamina.outputs = [unit, #lamina.alias<base, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>,
// CHECK-SAME:                                #lamina.alias<base, 0, []>]}
// CHECK:       %[[LONE:.*]] = lamina.add
// CHECK:       %[[BASE:.*]] = lamina.mul
// CHECK:       return %[[LONE]], %[[BASE]], %[[BASE]] : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
func.func @shared_base(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<2x3xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"alias">], detached>},
        tensor<3x2xf32> {lamina.result = #lamina.output<1>, lamina.alias = #lamina.alias<fresh, 1, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>},
        tensor<2x3xf32> {lamina.result = #lamina.output<2>, lamina.strides = array<i64: 1, 2>, lamina.alias = #lamina.alias<fresh, 1, []>},
        tensor<2x3xf32> {lamina.result = #lamina.gradient<0>},
        tensor<2x3xf32> {lamina.result = #lamina.base<0>},
        tensor<2x3xf32> {lamina.result = #lamina.base<1>}) {
  %lone = lamina.add %a, %a : tensor<2x3xf32>
  %base = lamina.mul %a, %a : tensor<2x3xf32>
  %view = lamina.permute %base {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  return %lone, %view, %base, %base, %lone, %base
      : tensor<2x3xf32>, tensor<3x2xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// A write of the data that was there anyway is no mutation.
// CHECK-LABEL: func.func @unchanged(
// CHECK-SAME:    %{{.*}}: tensor<4xf32> {lamina.arg = #lamina.input<0>}) attributes {lamina.outputs = []} {
// CHECK-NEXT:  return
func.func @unchanged(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>}) {
  return %a : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @swapped(
// CHECK:       return %arg1, %arg0
func.func @swapped(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>}, %b: tensor<4xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>}, tensor<4xf32> {lamina.result = #lamina.mutation<1>}) {
  return %b, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

// A function that is no program keeps its signature.
// CHECK-LABEL: func.func @helper(
// CHECK-NOT:   lamina.outputs
func.func @helper(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}

// -----

// What an input looks at in the end is made like any output; the rebind stays as it is.
// CHECK-LABEL: func.func @rebound_input(
// CHECK-SAME:  attributes {lamina.outputs = [#lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], detached>], lamina.rebinds = [#lamina.rebind<0, 0>]}
// CHECK:       return
func.func @rebound_input(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<3x2xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], detached>})
    attributes {lamina.rebinds = [#lamina.rebind<0, 0>]} {
  %0 = lamina.permute %a {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

// Memory of an input is returned, whoever sees it.
// CHECK-LABEL: func.func @memory_of_an_input(
// CHECK-SAME:  -> (tensor<2xf32> {lamina.memory = #lamina.input<0>, lamina.result = #lamina.base<0>})
func.func @memory_of_an_input(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>}, %b: tensor<2xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<2xf32> {lamina.memory = #lamina.input<0>, lamina.result = #lamina.base<0>}) {
  return %b : tensor<2xf32>
}
