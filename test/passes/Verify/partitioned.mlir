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
