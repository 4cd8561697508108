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

// What two loops start from is undefined, but not the same memory.
// CHECK-LABEL: func.func @loops
// CHECK: %[[FIRST:.+]] = memref.alloc
// CHECK: %[[SECOND:.+]] = memref.alloc
// CHECK: memref.store %{{.+}}, %[[FIRST]]
// CHECK: memref.store %{{.+}}, %[[SECOND]]
func.func @loops(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %empty = tensor.empty() : tensor<4xf32>
  %0:2 = scf.for %i = %c0 to %c4 step %c1 iter_args(%x = %empty, %y = %empty) -> (tensor<4xf32>, tensor<4xf32>) {
    %value = tensor.extract %a[%i] : tensor<4xf32>
    %twice = arith.addf %value, %value : f32
    %2 = tensor.insert %value into %x[%i] : tensor<4xf32>
    %3 = tensor.insert %twice into %y[%i] : tensor<4xf32>
    scf.yield %2, %3 : tensor<4xf32>, tensor<4xf32>
  }
  %1 = lamina.mul %0#0, %0#1 : tensor<4xf32>
  return %1 : tensor<4xf32>
}
