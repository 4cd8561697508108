// RUN: lamina-opt %s | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @transpose_in_place
func.func @transpose_in_place(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>})
    -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], detached>}) {
  // CHECK: lamina.permute %{{.*}} {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  %b = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
  %0 = lamina.mul %b, %b : !lamina.ref<3x2xf32>
  // CHECK: lamina.assign
  lamina.assign %0, %b : !lamina.ref<3x2xf32>
  return %b : !lamina.ref<3x2xf32>
}
