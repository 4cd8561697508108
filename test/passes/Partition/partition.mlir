// RUN: lamina-opt --lamina-partition --split-input-file %s | FileCheck %s

// What is computed on the way to the outputs is saved once; inputs are saved as they are.
// CHECK-LABEL: func.func @f_forward(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<0>}, %[[W:.*]]: tensor<4xf32> {lamina.arg = #lamina.input<1>})
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, []>, lamina.result = #lamina.saved<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.result = #lamina.saved<1>})
// CHECK-SAME:  attributes {lamina.outputs = [unit]}
// CHECK-NEXT:  %[[EXP:.*]] = lamina.exp %[[W]]
// CHECK-NEXT:  %[[Y:.*]] = lamina.mul %[[X]], %[[EXP]]
// CHECK-NEXT:  return %[[Y]], %[[X]], %[[EXP]]
// CHECK-LABEL: func.func @f_backward(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32> {lamina.arg = #lamina.saved<0>}, %[[EXP:.*]]: tensor<4xf32> {lamina.arg = #lamina.saved<1>},
// CHECK-SAME:    %[[DY:.*]]: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.gradient<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<1>}) {
// CHECK-NEXT:  %[[DX:.*]] = lamina.mul %[[DY]], %[[EXP]]
// CHECK-NEXT:  %[[DEXP:.*]] = lamina.mul %[[DY]], %[[X]]
// CHECK-NEXT:  %[[DW:.*]] = lamina.mul %[[DEXP]], %[[EXP]]
// CHECK-NEXT:  return %[[DX]], %[[DW]]
// CHECK-NOT:   func.func @f(
func.func @f(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
             %w: tensor<4xf32> {lamina.arg = #lamina.input<1>},
             %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
        tensor<4xf32> {lamina.result = #lamina.gradient<0>},
        tensor<4xf32> {lamina.result = #lamina.gradient<1>})
    attributes {lamina.outputs = [unit]} {
  %exp = lamina.exp %w : tensor<4xf32>
  %y = lamina.mul %x, %exp : tensor<4xf32>
  %dx = lamina.mul %dy, %exp : tensor<4xf32>
  %dexp = lamina.mul %dy, %x : tensor<4xf32>
  %dw = lamina.mul %dexp, %exp : tensor<4xf32>
  return %y, %dx, %dw : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// What only gradients need waits for the backward.
// CHECK-LABEL: func.func @late_forward(
// CHECK:         return %{{.*}}, %arg0
// CHECK-LABEL: func.func @late_backward(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32> {lamina.arg = #lamina.saved<0>}
// CHECK-NEXT:  lamina.cos %[[X]]
func.func @late(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %y = lamina.sin %x : tensor<4xf32>
  %c = lamina.cos %x : tensor<4xf32>
  %dx = lamina.mul %dy, %c : tensor<4xf32>
  return %y, %dx : tensor<4xf32>, tensor<4xf32>
}

// -----

// The old data of an overwritten input must be copied: it is no alias of the input.
// CHECK-LABEL: func.func @overwritten_forward(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>}, tensor<4xf32> {lamina.result = #lamina.saved<0>})
func.func @overwritten(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                       %dx_new: tensor<4xf32> {lamina.arg = #lamina.tangent<mutation, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %y = lamina.sin %x : tensor<4xf32>
  %c = lamina.cos %x : tensor<4xf32>
  %dx = lamina.mul %dx_new, %c : tensor<4xf32>
  return %y, %dx : tensor<4xf32>, tensor<4xf32>
}

// -----

// A saved input comes back as it lies in memory.
// CHECK-LABEL: func.func @layout_backward(
// CHECK-SAME:    %{{.*}}: tensor<2x3xf32> {lamina.arg = #lamina.saved<0>, lamina.strides = array<i64: 1, 2>}
func.func @layout(%x: tensor<2x3xf32> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 2>},
                  %dy: tensor<2x3xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<2x3xf32> {lamina.result = #lamina.output<0>}, tensor<2x3xf32> {lamina.result = #lamina.gradient<0>}) {
  %y = lamina.mul %x, %x : tensor<2x3xf32>
  %dx = lamina.mul %dy, %x : tensor<2x3xf32>
  return %y, %dx : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// A gradient that is a tangent needs nothing; tangents that nothing uses are dropped.
// CHECK-LABEL: func.func @tangent_forward(
// CHECK-NOT:     saved
// CHECK-LABEL: func.func @tangent_backward(
// CHECK-SAME:    %[[DZ:.*]]: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 1>})
// CHECK-NEXT:  return %[[DZ]] : tensor<4xf32>
func.func @tangent(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                   %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>},
                   %dz: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 1>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.output<1>},
        tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %y = lamina.add %x, %x : tensor<4xf32>
  return %y, %y, %dz : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// A gradient may be an input, or a value of the forward.
// CHECK-LABEL: func.func @no_tangent_backward(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32> {lamina.arg = #lamina.saved<0>}, %[[Y:.*]]: tensor<4xf32> {lamina.arg = #lamina.saved<1>})
// CHECK-NEXT:  return %[[X]], %[[Y]]
func.func @no_tangent(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>},
        tensor<4xf32> {lamina.result = #lamina.gradient<1>}) {
  %y = lamina.exp %x : tensor<4xf32>
  return %y, %x, %y : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @inference(
// CHECK-NOT:   func.func
func.func @inference(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}) {
  return %x : tensor<4xf32>
}
