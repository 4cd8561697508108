// RUN: lamina-opt --lamina-partition --split-input-file %s | FileCheck %s

// A call with effects runs once: its result is saved, not computed again. One that needs a
// tangent belongs to the backward, and so does every one after it, used or not.
// CHECK-LABEL: func.func @f_forward(
// CHECK:       lamina.custom_call "my::first"
// CHECK-NOT:   lamina.custom_call
// CHECK:       return
// CHECK-LABEL: func.func @f_backward(
// CHECK-NOT:   "my::first"
// CHECK:       lamina.custom_call "my::second"
// CHECK-NEXT:  lamina.custom_call "my::third"
// CHECK:       return
func.func @f(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
             %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
        tensor<4xf32> {lamina.result = #lamina.gradient<0>})
    attributes {lamina.outputs = [unit]} {
  %0 = lamina.custom_call "my::first"(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
  %y = lamina.mul %0, %x : tensor<4xf32>
  %dx = lamina.mul %dy, %0 : tensor<4xf32>
  lamina.custom_call "my::second"(%dx) {has_side_effect = true} : (tensor<4xf32>) -> ()
  lamina.custom_call "my::third"(%x) {has_side_effect = true} : (tensor<4xf32>) -> ()
  return %y, %dx : tensor<4xf32>, tensor<4xf32>
}
