// RUN: lamina-opt --lamina-functionalize --split-input-file %s | FileCheck %s

// The base of a written view is what the caller sees.
// CHECK-LABEL: func.func @write_through_view(
// CHECK-SAME:    %[[A:.*]]: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>},
// CHECK-SAME:      tensor<3x2xf32> {lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>,
// CHECK-SAME:                       lamina.result = #lamina.output<0>})
func.func @write_through_view(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>}) {
  // CHECK-NEXT: %[[B:.*]] = lamina.permute %[[A]]
  %b = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  // CHECK-NEXT: %[[SQUARE:.*]] = lamina.mul %[[B]], %[[B]]
  %0 = lamina.mul %b, %b : !lamina.ref<3x2xf32>
  lamina.assign %0, %b : !lamina.ref<3x2xf32>
  // CHECK-NEXT: %[[NEW:.*]] = lamina.permute %[[SQUARE]] {dims = array<i64: 1, 0>}
  // CHECK-NEXT: return %[[NEW]], %[[SQUARE]]
  return %b : !lamina.ref<3x2xf32>
}
