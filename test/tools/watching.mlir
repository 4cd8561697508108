// RUN: lamina-opt %s --lamina-convert-to-linalg --mlir-print-ir-after-all -o /dev/null 2>&1 | FileCheck %s --check-prefix=AFTER
// RUN: lamina-opt %s --lamina-convert-to-linalg --mlir-timing -o /dev/null 2>&1 | FileCheck %s --check-prefix=TIMING

// AFTER: IR Dump After LaminaConvertToLinalg
// AFTER: linalg.generic
// TIMING: Execution time report
// TIMING: LaminaConvertToLinalg
func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lamina.exp %a : tensor<4xf32>
  return %0 : tensor<4xf32>
}
