// RUN: not lamina-opt %s --lamina-convert-to-linalg --mlir-pass-pipeline-crash-reproducer=%t
// RUN: FileCheck %s --input-file=%t
// RUN: not lamina-opt %t --run-reproducer 2>&1 | FileCheck %s --check-prefix=AGAIN

// A pass that fails leaves a file that fails in the same way.
// CHECK: lamina.assign
// CHECK: pipeline: "builtin.module(lamina-convert-to-linalg)"
// AGAIN: error: failed to legalize operation 'lamina.assign'
func.func @f(%a: !lamina.ref<4xf32>, %b: !lamina.ref<4xf32>) {
  lamina.assign %a, %b : !lamina.ref<4xf32>
  return
}
