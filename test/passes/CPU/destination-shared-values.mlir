// Two results that start from one value: the memory of one must not be overwritten by the other.
// RUN: lamina-opt %s --pass-pipeline='builtin.module(lamina-convert-to-linalg,lamina-cpu-destination,eliminate-empty-tensors,one-shot-bufferize,canonicalize)' | FileCheck %s

// CHECK-LABEL: func.func @scatters
// CHECK-SAME: %[[A:[^:]+]]: memref<2x4xf32>
// CHECK-SAME: %[[B:[^:]+]]: memref<2x4xf32>
// CHECK-SAME: %[[FIRST:[^:]+]]: memref<3x4xf32>
// CHECK-SAME: %[[SECOND:[^:]+]]: memref<3x4xf32>
// CHECK-NOT: memref.copy %[[FIRST]], %[[SECOND]]
// CHECK-NOT: memref.copy %[[SECOND]], %[[FIRST]]
// CHECK: return
func.func @scatters(%a: tensor<2x4xf32> {lamina.arg = #lamina.input<0>},
                    %b: tensor<2x4xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<3x4xf32> {lamina.result = #lamina.output<0>},
        tensor<3x4xf32> {lamina.result = #lamina.output<1>}) {
  %zeros = lamina.full {value = 0.0 : f32} : tensor<3x4xf32>
  %0 = lamina.slice_scatter %zeros, %a {starts = array<i64: 0, 0>, stops = array<i64: 2, 4>, steps = array<i64: 1, 1>} : tensor<3x4xf32>, tensor<2x4xf32>
  %1 = lamina.slice_scatter %zeros, %b {starts = array<i64: 1, 0>, stops = array<i64: 3, 4>, steps = array<i64: 1, 1>} : tensor<3x4xf32>, tensor<2x4xf32>
  return %0, %1 : tensor<3x4xf32>, tensor<3x4xf32>
}

// A result that is computed right in its memory needs no temporary.
// CHECK-LABEL: func.func @alone
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: return
func.func @alone(%a: tensor<3x4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}) {
  %0 = lamina.sum %a {dims = array<i64: 0>} : tensor<3x4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
