// RUN: lamina-opt --lamina-verify-stage=stage=bufferized --verify-diagnostics --split-input-file %s

// expected-error @+1 {{'func.func' uses a tensor: 'one-shot-bufferize' should have left none}}
func.func @tensor(%a: tensor<4xf32>) {
  return
}

// -----

func.func @memref(%a: memref<4xf32>) {
  return
}
