// RUN: lamina-opt --lamina-view-replay --split-input-file --verify-diagnostics %s

// expected-error @+1 {{expected outputs numbered in order, got #lamina.output<1> where #lamina.output<0> should stand}}
func.func @gap(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<1>}) {
  return %a : tensor<4xf32>
}
