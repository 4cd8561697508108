// RUN: lamina-opt %s --emit-bytecode | lamina-opt | FileCheck %s
// Types, descriptors, properties, enums, literals and regions survive bytecode.

// CHECK-LABEL: func.func @everything
// CHECK-SAME: %{{.*}}: !lamina.ref<2x?xf32> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 2>}
// CHECK-SAME: lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], detached>
func.func @everything(%a: !lamina.ref<2x?xf32> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 2>},
                      %p: !lamina.ref<i1> {lamina.arg = #lamina.tangent<mutation, 0>})
    -> (!lamina.ref<?x2xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>], detached>}) {
  // CHECK: lamina.permute %{{.*}} {dims = array<i64: 1, 0>} : !lamina.ref<2x?xf32> -> !lamina.ref<?x2xf32>
  %0 = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x?xf32> -> !lamina.ref<?x2xf32>
  // CHECK: lamina.compare %{{.*}}, %{{.*}} {predicate = "ge"} : !lamina.ref<2x?xf32>
  %1 = lamina.compare %a, %a {predicate = "ge"} : !lamina.ref<2x?xf32>
  // CHECK: lamina.full {value = 255 : ui8} : !lamina.ref<3xui8>
  %2 = lamina.full {value = 255 : ui8} : !lamina.ref<3xui8>
  // CHECK: lamina.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf8E4M3FN> : !lamina.ref<2xf8E4M3FN>
  %3 = lamina.constant dense<[1.0, 2.0]> : tensor<2xf8E4M3FN> : !lamina.ref<2xf8E4M3FN>
  // CHECK: lamina.custom_call "f"(%{{.*}}) {arguments = [#lamina.operand<0>, unit, 2.000000e+00], has_side_effect = true, mutates = array<i64: 0>}
  lamina.custom_call "f"(%1) {arguments = [#lamina.operand<0>, unit, 2.0], has_side_effect = true, mutates = array<i64: 0>} : (!lamina.ref<2x?xi1>) -> ()
  // CHECK: lamina.cond %{{.*}} : !lamina.ref<i1> -> !lamina.ref<?x2xf32> {
  // CHECK-NEXT: lamina.yield
  // CHECK-NEXT: } else {
  %4 = lamina.cond %p : !lamina.ref<i1> -> !lamina.ref<?x2xf32> {
    lamina.yield %0 : !lamina.ref<?x2xf32>
  } else {
    %5 = lamina.exp %0 : !lamina.ref<?x2xf32>
    lamina.yield %5 : !lamina.ref<?x2xf32>
  }
  return %4 : !lamina.ref<?x2xf32>
}
