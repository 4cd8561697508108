// RUN: lamina-opt --lamina-functional-pipeline %s | FileCheck %s

// def f(a, b): a.mul_(a); return a.t() + b, a.t()
//
// The forward squares, adds and hands over the old input, which it overwrites; the caller
// transposes the input for the second output. The backward has nothing left but arithmetic.

// CHECK-LABEL: func.func @f_forward(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<2x3xf32> {lamina.arg = #lamina.input<0>},
// CHECK-SAME:    %[[B:[^:]*]]: tensor<3x2xf32> {lamina.arg = #lamina.input<1>})
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>},
// CHECK-SAME:      tensor<3x2xf32> {lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<2x3xf32> {lamina.result = #lamina.saved<0>})
// CHECK-SAME:  attributes {lamina.outputs = [unit, #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>]}
// CHECK-NEXT:    %[[SQUARE:.*]] = lamina.mul %[[A]], %[[A]]
// CHECK-NEXT:    %[[T:.*]] = lamina.permute %[[SQUARE]]
// CHECK-NEXT:    %[[SUM:.*]] = lamina.add
// CHECK-NEXT:    return %[[SQUARE]], %[[SUM]], %[[A]]

// CHECK-LABEL: func.func @f_backward(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<2x3xf32> {lamina.arg = #lamina.saved<0>},
// CHECK-SAME:    %[[DA:[^:]*]]: tensor<2x3xf32> {lamina.arg = #lamina.tangent<mutation, 0>},
// CHECK-SAME:    %[[DY:[^:]*]]: tensor<3x2xf32> {lamina.arg = #lamina.tangent<output, 0>})
// CHECK-SAME:  -> (tensor<2x3xf32> {lamina.result = #lamina.gradient<0>}, tensor<3x2xf32> {lamina.result = #lamina.gradient<1>})
// CHECK-NEXT:    %[[DT:.*]] = lamina.permute %[[DY]]
// CHECK-NEXT:    %[[D:.*]] = lamina.add %{{.*}}, %{{.*}}
// CHECK-NEXT:    %[[D2:.*]] = lamina.add %[[D]], %[[D]]
// CHECK-NEXT:    %[[GRADIENT:.*]] = lamina.mul %{{.*}}, %{{.*}}
// CHECK-NEXT:    return %[[GRADIENT]], %[[DY]]
func.func @f(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>},
             %b: !lamina.ref<3x2xf32> {lamina.arg = #lamina.input<1>},
             %da: !lamina.ref<2x3xf32> {lamina.arg = #lamina.tangent<mutation, 0>},
             %dy: !lamina.ref<3x2xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>},
        !lamina.ref<3x2xf32> {lamina.result = #lamina.output<1>},
        !lamina.ref<2x3xf32> {lamina.result = #lamina.gradient<0>},
        !lamina.ref<3x2xf32> {lamina.result = #lamina.gradient<1>}) {
  %old = lamina.clone %a : !lamina.ref<2x3xf32>
  %square = lamina.mul %a, %a : !lamina.ref<2x3xf32>
  lamina.assign %square, %a : !lamina.ref<2x3xf32>
  %t = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  %y = lamina.add %t, %b : !lamina.ref<3x2xf32>
  %dt = lamina.permute %dy {dims = array<i64: 1, 0>} : !lamina.ref<3x2xf32> -> !lamina.ref<2x3xf32>
  %d = lamina.add %da, %dt : !lamina.ref<2x3xf32>
  %d2 = lamina.add %d, %d : !lamina.ref<2x3xf32>
  %ga = lamina.mul %d2, %old : !lamina.ref<2x3xf32>
  return %y, %t, %ga, %dy : !lamina.ref<3x2xf32>, !lamina.ref<3x2xf32>, !lamina.ref<2x3xf32>, !lamina.ref<3x2xf32>
}
