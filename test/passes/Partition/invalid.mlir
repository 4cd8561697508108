// RUN: lamina-opt --lamina-partition --split-input-file --verify-diagnostics %s

func.func @output_needs_tangent(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                                %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}) {
  // expected-error @+1 {{'lamina.mul' uses a tangent, but a result of the forward needs it: expected only gradients to depend on tangents}}
  %y = lamina.mul %x, %dy : tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// expected-error @+1 {{result #lamina.output<0> is a tangent: expected a value of the forward}}
func.func @output_is_tangent(%dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}) {
  return %dy : tensor<4xf32>
}

// -----

// expected-note @+1 {{it is taken here}}
func.func private @f_backward()

// expected-error @+1 {{cannot split '@f': expected the name '@f_backward' to be free}}
func.func @f(%dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  return %dy : tensor<4xf32>
}
