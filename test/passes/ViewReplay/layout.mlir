// RUN: lamina-opt --lamina-view-replay --split-input-file %s | FileCheck %s

// A base lies in memory so that its views lie there as the program left them.

// The transposed view is row-major, so the base is not.
// CHECK-LABEL: func.func @transposed(
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.base<0>, lamina.strides = array<i64: 1, 2>})
func.func @transposed(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<3x2xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>},
        tensor<1x3xf32> {lamina.result = #lamina.output<1>, lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"slice", {starts = array<i64: 0, 0>, stops = array<i64: 1, 3>, steps = array<i64: 1, 1>}>]>},
        tensor<2x3xf32> {lamina.result = #lamina.base<0>}) {
  %t = lamina.permute %a {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %row = lamina.slice %a {starts = array<i64: 0, 0>, stops = array<i64: 1, 3>, steps = array<i64: 1, 1>} : tensor<2x3xf32> -> tensor<1x3xf32>
  return %t, %row, %a : tensor<3x2xf32>, tensor<1x3xf32>, tensor<2x3xf32>
}

// -----

// Transposed twice over, with dimensions in between that do not count.
// CHECK-LABEL: func.func @row_major(
// CHECK-SAME:  -> (tensor<2x1x3xf32> {lamina.result = #lamina.base<0>})
func.func @row_major(%a: tensor<2x1x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<3x1x2xf32> {lamina.result = #lamina.output<0>, lamina.strides = array<i64: 1, 1, 3>,
                           lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"squeeze", {dims = array<i64: 1>}>, #lamina.view<"permute", {dims = array<i64: 1, 0>}>, #lamina.view<"unsqueeze", {dims = array<i64: 1>}>]>},
        tensor<2x1x3xf32> {lamina.result = #lamina.output<1>, lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"alias">]>},
        tensor<2x1x3xf32> {lamina.result = #lamina.base<0>}) {
  %t = lamina.permute %a {dims = array<i64: 2, 1, 0>} : tensor<2x1x3xf32> -> tensor<3x1x2xf32>
  return %t, %a, %a : tensor<3x1x2xf32>, tensor<2x1x3xf32>, tensor<2x1x3xf32>
}

// -----

// The reshape of the transposed base was a view; it stays one.
// CHECK-LABEL: func.func @reshaped(
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.base<0>, lamina.strides = array<i64: 1, 2>})
func.func @reshaped(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<6xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>, #lamina.view<"reshape", {shape = array<i64: 6>}>]>},
        tensor<1x3xf32> {lamina.result = #lamina.output<1>, lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"slice", {starts = array<i64: 0, 0>, stops = array<i64: 1, 3>, steps = array<i64: 1, 1>}>]>},
        tensor<2x3xf32> {lamina.result = #lamina.base<0>}) {
  %t = lamina.permute %a {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %flat = lamina.reshape %t : tensor<3x2xf32> -> tensor<6xf32>
  %row = lamina.slice %a {starts = array<i64: 0, 0>, stops = array<i64: 1, 3>, steps = array<i64: 1, 1>} : tensor<2x3xf32> -> tensor<1x3xf32>
  return %flat, %row, %a : tensor<6xf32>, tensor<1x3xf32>, tensor<2x3xf32>
}

// -----

// A base that is an output itself lies as that says, though the stride of a single element means nothing.
// CHECK-LABEL: func.func @single(
// CHECK-SAME:  tensor<1x2xf32> {lamina.result = #lamina.base<0>, lamina.strides = array<i64: 4, 1>})
func.func @single(%a: tensor<1x2xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<1x2xf32> {lamina.result = #lamina.output<0>, lamina.strides = array<i64: 4, 1>, lamina.alias = #lamina.alias<fresh, 0, []>},
        tensor<2x1xf32> {lamina.result = #lamina.output<1>, lamina.alias = #lamina.alias<fresh, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>},
        tensor<1x2xf32> {lamina.result = #lamina.base<0>}) {
  %t = lamina.permute %a {dims = array<i64: 1, 0>} : tensor<1x2xf32> -> tensor<2x1xf32>
  return %a, %t, %a : tensor<1x2xf32>, tensor<2x1xf32>, tensor<1x2xf32>
}
