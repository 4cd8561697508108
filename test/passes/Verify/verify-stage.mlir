// RUN: lamina-opt --lamina-verify-stage=stage=functional --verify-diagnostics --split-input-file %s
// RUN: lamina-opt --lamina-verify-stage=stage=replayed --verify-diagnostics --split-input-file %s
// A stage reports what earlier passes should have removed, and nothing that is left to later ones.

// expected-error @+1 {{'func.func' uses a ref: 'lamina-functionalize' should have left none}}
func.func @ref(%a: !lamina.ref<4xf32>) {
  // expected-error @+1 {{'lamina.assign' uses a ref: 'lamina-functionalize' should have left none}}
  lamina.assign %a, %a : !lamina.ref<4xf32>
  return
}

// -----

func.func @copy(%a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'lamina.clone' copies a value: 'lamina-functionalize' should have left none}}
  %0 = lamina.clone %a : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @left_to_later_stages(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                                %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %0 = lamina.mul %a, %a : tensor<4xf32>
  return %0, %dy : tensor<4xf32>, tensor<4xf32>
}
