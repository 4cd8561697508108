// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// Writes go up a chain of views to its root, reads come down again.

// a[1:3] *= a[1:3]; return a (its base) and a sibling view a.t()
// CHECK-LABEL: func.func @read_base_and_sibling(
// CHECK-SAME:    %[[A:.*]]: tensor<4x2xf32>
func.func @read_base_and_sibling(%a: !lamina.ref<4x2xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<4x2xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<2x4xf32> {lamina.result = #lamina.output<1>}) {
  // CHECK-NEXT: %[[ROWS:.*]] = lamina.slice %[[A]]
  %sibling = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<4x2xf32> -> !lamina.ref<2x4xf32>
  %rows = lamina.slice %a {starts = array<i64: 1, 0>, stops = array<i64: 3, 2>, steps = array<i64: 1, 1>}
      : !lamina.ref<4x2xf32> -> !lamina.ref<2x2xf32>
  // CHECK-NEXT: %[[SQUARE:.*]] = lamina.mul %[[ROWS]], %[[ROWS]]
  %0 = lamina.mul %rows, %rows : !lamina.ref<2x2xf32>
  // CHECK-NEXT: %[[NEW:.*]] = lamina.slice_scatter %[[A]], %[[SQUARE]] {starts = array<i64: 1, 0>, steps = array<i64: 1, 1>, stops = array<i64: 3, 2>}
  lamina.assign %0, %rows : !lamina.ref<2x2xf32>
  // CHECK-NEXT: %[[EXP:.*]] = lamina.exp %[[NEW]]
  %1 = lamina.exp %a : !lamina.ref<4x2xf32>
  // CHECK-NEXT: %[[SIBLING:.*]] = lamina.permute %[[NEW]] {dims = array<i64: 1, 0>}
  // CHECK-NEXT: %[[LOG:.*]] = lamina.log %[[SIBLING]]
  %2 = lamina.log %sibling : !lamina.ref<2x4xf32>
  // CHECK-NEXT: return %[[NEW]], %[[EXP]], %[[LOG]]
  return %1, %2 : !lamina.ref<4x2xf32>, !lamina.ref<2x4xf32>
}

// -----

// a.t()[0].unsqueeze(0): three steps up, each with the base it needs.
// CHECK-LABEL: func.func @three_views(
// CHECK-SAME:    %[[A:.*]]: tensor<4x2xf32> {{.*}}, %[[B:.*]]: tensor<1x4xf32>
func.func @three_views(%a: !lamina.ref<4x2xf32> {lamina.arg = #lamina.input<0>},
                       %b: !lamina.ref<1x4xf32> {lamina.arg = #lamina.input<1>}) {
  %t = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<4x2xf32> -> !lamina.ref<2x4xf32>
  %row = lamina.slice %t {starts = array<i64: 0, 0>, stops = array<i64: 1, 4>, steps = array<i64: 1, 1>}
      : !lamina.ref<2x4xf32> -> !lamina.ref<1x4xf32>
  %flat = lamina.reshape %row : !lamina.ref<1x4xf32> -> !lamina.ref<4xf32>
  %again = lamina.unsqueeze %flat {dims = array<i64: 0>} : !lamina.ref<4xf32> -> !lamina.ref<1x4xf32>
  // CHECK-DAG:  %[[FLAT:.*]] = lamina.squeeze %[[B]] {dims = array<i64: 0>}
  // CHECK-DAG:  %[[ROW:.*]] = lamina.reshape %[[FLAT]] : tensor<4xf32> -> tensor<1x4xf32>
  // CHECK-DAG:  %[[T:.*]] = lamina.permute %[[A]] {dims = array<i64: 1, 0>}
  // CHECK:      %[[NEW_T:.*]] = lamina.slice_scatter %[[T]], %[[ROW]]
  // CHECK:      %[[NEW:.*]] = lamina.permute %[[NEW_T]] {dims = array<i64: 1, 0>}
  lamina.assign %b, %again : !lamina.ref<1x4xf32>
  // CHECK-NEXT: return %[[NEW]]
  return
}

// -----

// Two views of one root, written in turn: the second starts from what the first left.
// CHECK-LABEL: func.func @two_writers(
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>
func.func @two_writers(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %low = lamina.slice %a {starts = array<i64: 0>, stops = array<i64: 3>, steps = array<i64: 1>}
      : !lamina.ref<4xf32> -> !lamina.ref<3xf32>
  %high = lamina.slice %a {starts = array<i64: 1>, stops = array<i64: 4>, steps = array<i64: 1>}
      : !lamina.ref<4xf32> -> !lamina.ref<3xf32>
  // CHECK-NEXT: %[[LOW:.*]] = lamina.slice %[[A]] {starts = array<i64: 0>
  // CHECK-NEXT: %[[EXP:.*]] = lamina.exp %[[LOW]]
  %0 = lamina.exp %low : !lamina.ref<3xf32>
  // CHECK-NEXT: %[[FIRST:.*]] = lamina.slice_scatter %[[A]], %[[EXP]]
  lamina.assign %0, %low : !lamina.ref<3xf32>
  // CHECK-NEXT: %[[HIGH:.*]] = lamina.slice %[[FIRST]] {starts = array<i64: 1>
  // CHECK-NEXT: %[[LOG:.*]] = lamina.log %[[HIGH]]
  %1 = lamina.log %high : !lamina.ref<3xf32>
  // CHECK-NEXT: %[[SECOND:.*]] = lamina.slice_scatter %[[FIRST]], %[[LOG]] {starts = array<i64: 1>
  lamina.assign %1, %high : !lamina.ref<3xf32>
  // CHECK-NEXT: return %[[SECOND]]
  return
}

// -----

// A view that is current is not made again.
// CHECK-LABEL: func.func @lazy(
// CHECK-COUNT-1: lamina.permute
// CHECK-NOT:     lamina.permute
func.func @lazy(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>}) {
  %t = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  %0 = lamina.exp %t : !lamina.ref<3x2xf32>
  %1 = lamina.add %t, %0 : !lamina.ref<3x2xf32>
  return %1 : !lamina.ref<3x2xf32>
}

// -----

// Fresh memory is written through views like an input, but not reported.
// CHECK-LABEL: func.func @fresh_root(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>})
func.func @fresh_root(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                      %b: !lamina.ref<1xf32> {lamina.arg = #lamina.input<1>})
    -> (!lamina.ref<4xf32> {lamina.result = #lamina.output<0>}) {
  // CHECK:      %[[EXP:.*]] = lamina.exp
  %0 = lamina.exp %a : !lamina.ref<4xf32>
  %first = lamina.slice %0 {starts = array<i64: 0>, stops = array<i64: 1>, steps = array<i64: 1>}
      : !lamina.ref<4xf32> -> !lamina.ref<1xf32>
  // CHECK-NEXT: %[[NEW:.*]] = lamina.slice_scatter %[[EXP]], %{{.*}}
  lamina.assign %b, %first : !lamina.ref<1xf32>
  // CHECK-NEXT: return %[[NEW]]
  return %0 : !lamina.ref<4xf32>
}

// -----

// The real parts are replaced, the imaginary parts kept.
// CHECK-LABEL: func.func @real(
// CHECK-SAME:    %[[A:.*]]: tensor<4xcomplex<f32>> {{.*}}, %[[B:.*]]: tensor<4xf32>
func.func @real(%a: !lamina.ref<4xcomplex<f32>> {lamina.arg = #lamina.input<0>},
                %b: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %re = lamina.real %a : !lamina.ref<4xcomplex<f32>> -> !lamina.ref<4xf32>
  // CHECK-NEXT: %[[IM:.*]] = lamina.imag %[[A]]
  // CHECK-NEXT: %[[NEW:.*]] = lamina.complex %[[B]], %[[IM]]
  lamina.assign %b, %re : !lamina.ref<4xf32>
  // CHECK-NEXT: return %[[NEW]]
  return
}

// -----

// Recipes name a view with all it takes to make it again.
// CHECK-LABEL: func.func @recipe(
// CHECK-SAME:  lamina.alias = #lamina.alias<input, 0, [
// CHECK-SAME:    #lamina.view<"slice", {starts = array<i64: 1>, steps = array<i64: 1>, stops = array<i64: 3>}>,
// CHECK-SAME:    #lamina.view<"bitcast", {dtype = i32}>,
// CHECK-SAME:    #lamina.view<"reshape", {shape = array<i64: 2, 1>}>,
// CHECK-SAME:    #lamina.view<"expand", {shape = array<i64: 2, 5>}>,
// CHECK-SAME:    #lamina.view<"alias">]>
func.func @recipe(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<2x5xi32> {lamina.result = #lamina.output<0>}) {
  %0 = lamina.slice %a {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>}
      : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  %1 = lamina.bitcast %0 : !lamina.ref<2xf32> -> !lamina.ref<2xi32>
  %2 = lamina.reshape %1 : !lamina.ref<2xi32> -> !lamina.ref<2x1xi32>
  %3 = lamina.expand %2 : !lamina.ref<2x1xi32> -> !lamina.ref<2x5xi32>
  %4 = lamina.alias %3 : !lamina.ref<2x5xi32> -> !lamina.ref<2x5xi32>
  return %4 : !lamina.ref<2x5xi32>
}
