// RUN: lamina-opt --lamina-verify-stage=stage=linalg --verify-diagnostics --split-input-file %s

func.func @lamina(%a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'lamina.mul' is an operation of lamina: 'lamina-convert-to-linalg' should have left none}}
  %0 = lamina.mul %a, %a : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @call(%a: tensor<4xf32>) {
  lamina.host_call "my::op" ins(%a : tensor<4xf32>) {elements = [f32]}
  return
}

// -----

func.func @arith(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = arith.mulf %a, %a : tensor<4xf32>
  return %0 : tensor<4xf32>
}
