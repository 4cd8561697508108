// RUN: lamina-opt %s --pass-pipeline='builtin.module(func.func(lamina-cpu-update-in-place))' --split-input-file | FileCheck %s
// RUN: lamina-opt %s --pass-pipeline='builtin.module(func.func(lamina-cpu-update-in-place),one-shot-bufferize,cse,canonicalize)' --split-input-file | FileCheck %s --check-prefix=MEMORY

#id = affine_map<(i) -> (i)>

// A turn reads what it overwrites.
// CHECK-LABEL: func.func @same_part
// CHECK: scf.forall (%[[I:.+]]) in (8) shared_outs(%[[O:.+]] = %{{.+}})
// CHECK: tensor.extract_slice %[[O]][%[[I]], 0] [1, 16] [1, 1]
// MEMORY-LABEL: func.func @same_part(
// MEMORY-SAME: %[[A:.+]]: memref<8x16xf32>
// MEMORY-NOT: memref.alloc
// MEMORY-NOT: memref.copy
// MEMORY: return
func.func @same_part(%memory: memref<8x16xf32>) {
  %a = bufferization.to_tensor %memory restrict writable : memref<8x16xf32> to tensor<8x16xf32>
  %r = scf.forall (%i) in (8) shared_outs(%o = %a) -> (tensor<8x16xf32>) {
    %old = tensor.extract_slice %a[%i, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<16xf32>
    %place = tensor.extract_slice %o[%i, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<16xf32>
    %new = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%old : tensor<16xf32>) outs(%place : tensor<16xf32>) {
    ^bb0(%x: f32, %unused: f32):
      %y = arith.addf %x, %x : f32
      linalg.yield %y : f32
    } -> tensor<16xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %new into %o[%i, 0] [1, 16] [1, 1] : tensor<16xf32> into tensor<8x16xf32>
    }
  }
  bufferization.materialize_in_destination %r in writable %memory : (tensor<8x16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

#id = affine_map<(i) -> (i)>

// Whoever reads the part reads the one slice of it.
// CHECK-LABEL: func.func @read_twice
// CHECK: scf.forall (%[[I:.+]]) in (8) shared_outs(%[[O:.+]] = %{{.+}})
// CHECK-COUNT-1: tensor.extract_slice
// CHECK-NOT: tensor.extract_slice
// MEMORY-LABEL: func.func @read_twice(
// MEMORY-NOT: memref.alloc
// MEMORY: return
func.func @read_twice(%memory: memref<8x16xf32>) {
  %a = bufferization.to_tensor %memory restrict writable : memref<8x16xf32> to tensor<8x16xf32>
  %r = scf.forall (%i) in (8) shared_outs(%o = %a) -> (tensor<8x16xf32>) {
    %old = tensor.extract_slice %a[%i, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<16xf32>
    %same = tensor.extract_slice %a[%i, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<16xf32>
    %place = tensor.extract_slice %o[%i, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<16xf32>
    %new = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
        ins(%old, %same : tensor<16xf32>, tensor<16xf32>) outs(%place : tensor<16xf32>) {
    ^bb0(%x: f32, %z: f32, %unused: f32):
      %y = arith.addf %x, %z : f32
      linalg.yield %y : f32
    } -> tensor<16xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %new into %o[%i, 0] [1, 16] [1, 1] : tensor<16xf32> into tensor<8x16xf32>
    }
  }
  bufferization.materialize_in_destination %r in writable %memory : (tensor<8x16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

#id = affine_map<(i) -> (i)>

// A turn reads what another one overwrites: the old array has to stay.
// CHECK-LABEL: func.func @other_part
// CHECK: %[[A:.+]] = bufferization.to_tensor
// CHECK: tensor.extract_slice %[[A]][0, 0] [1, 16] [1, 1]
// MEMORY-LABEL: func.func @other_part(
// MEMORY: memref.alloc
func.func @other_part(%memory: memref<8x16xf32>) {
  %a = bufferization.to_tensor %memory restrict writable : memref<8x16xf32> to tensor<8x16xf32>
  %r = scf.forall (%i) in (8) shared_outs(%o = %a) -> (tensor<8x16xf32>) {
    %first = tensor.extract_slice %a[0, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<16xf32>
    %place = tensor.extract_slice %o[%i, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<16xf32>
    %new = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%first : tensor<16xf32>) outs(%place : tensor<16xf32>) {
    ^bb0(%x: f32, %unused: f32):
      %y = arith.addf %x, %x : f32
      linalg.yield %y : f32
    } -> tensor<16xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %new into %o[%i, 0] [1, 16] [1, 1] : tensor<16xf32> into tensor<8x16xf32>
    }
  }
  bufferization.materialize_in_destination %r in writable %memory : (tensor<8x16xf32>, memref<8x16xf32>) -> ()
  return
}
