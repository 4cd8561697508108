// RUN: lamina-opt --lamina-verify-stage=stage=partitioned --verify-diagnostics --split-input-file %s

// expected-error @+1 {{'func.func' returns memory that it shares: 'lamina-view-replay' should have left none}}
func.func @alias(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>, lamina.alias = #lamina.alias<input, 0, []>}) {
  return %a : tensor<4xf32>
}

// -----

// expected-error @+1 {{'func.func' computes a program and its gradients at once: 'lamina-partition' should have left none}}
func.func @joint(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                 %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  return %dy : tensor<4xf32>
}

// -----

// A saved result may be an input; that is how a forward saves one.
func.func @forward(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.saved<0>, lamina.alias = #lamina.alias<input, 0, []>}) {
  return %a : tensor<4xf32>
}

// -----

func.func @backward(%a: tensor<4xf32> {lamina.arg = #lamina.saved<0>},
                    %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  return %dy : tensor<4xf32>
}

// -----

// A backward takes the inputs that it overwrites.
func.func @backward_writes(%n: tensor<4xf32> {lamina.arg = #lamina.input<1>, lamina.backward},
                           %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.mutation<1>, lamina.backward},
        tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %0 = lamina.add %n, %dy : tensor<4xf32>
  return %0, %dy : tensor<4xf32>, tensor<4xf32>
}
