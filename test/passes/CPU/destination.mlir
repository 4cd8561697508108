// RUN: lamina-opt %s --lamina-cpu-destination --split-input-file --verify-diagnostics | FileCheck %s
// RUN: lamina-opt %s --lamina-cpu-destination --eliminate-empty-tensors --one-shot-bufferize --cse --canonicalize --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=MEMORY

#id = affine_map<(i, j) -> (i, j)>
#t = affine_map<(i, j) -> (j, i)>

// CHECK-LABEL: func.func @output(
// CHECK-SAME: %[[A:.+]]: memref<4x4xf32, strided<[1, 4]>> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 4>, llvm.noalias}
// CHECK-SAME: %[[O:.+]]: memref<4x4xf32> {lamina.result = #lamina.output<0>, llvm.noalias}) attributes {lamina.entry}
// CHECK: bufferization.to_tensor %[[A]] restrict : memref
// MEMORY-LABEL: func.func @output
// MEMORY-NOT: memref.alloc
// MEMORY-NOT: memref.copy
func.func @output(%a: tensor<4x4xf32> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 4>})
    -> (tensor<4x4xf32> {lamina.result = #lamina.output<0>}) {
  %e = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %x, %x : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// An elementwise update happens in place.
// MEMORY-LABEL: func.func @update_in_place(
// MEMORY-SAME: %[[A:.+]]: memref<4x4xf32>
// MEMORY-NEXT: linalg.generic {{.*}} ins(%[[A]] : memref<4x4xf32>) outs(%[[A]] : memref<4x4xf32>)
// MEMORY-NOT: memref.copy
func.func @update_in_place(%a: tensor<4x4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4x4xf32> {lamina.result = #lamina.mutation<0>}) {
  %e = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %x, %x : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// Old data that is returned too is not overwritten before it is copied.
// MEMORY-LABEL: func.func @update_and_return_old(
// MEMORY-SAME: %[[A:.+]]: memref<4x4xf32> {{.*}}, %[[O:.+]]: memref<4x4xf32>
// MEMORY: linalg.generic {{.*}} outs(%[[T:.+]] : memref<4x4xf32>)
// MEMORY: memref.copy %[[A]], %[[O]]
// MEMORY: memref.copy %[[T]], %[[A]]
func.func @update_and_return_old(%a: tensor<4x4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4x4xf32> {lamina.result = #lamina.mutation<0>}, tensor<4x4xf32> {lamina.result = #lamina.output<0>}) {
  %e = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %x, %x : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  return %0, %a : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#t = affine_map<(i, j) -> (j, i)>

// Old data that is read through another map must not be overwritten yet.
// MEMORY-LABEL: func.func @update_from_transpose(
// MEMORY-SAME: %[[A:.+]]: memref<4x4xf32>
// MEMORY: %[[T:.+]] = memref.alloc()
// MEMORY: linalg.generic
// MEMORY-SAME: outs(%[[T]] : memref<4x4xf32>)
// MEMORY: memref.copy %[[T]], %[[A]]
func.func @update_from_transpose(%a: tensor<4x4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4x4xf32> {lamina.result = #lamina.mutation<0>}) {
  %e = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.generic {indexing_maps = [#t, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %x, %x : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

// Two inputs trade places through copies.
// MEMORY-LABEL: func.func @swap(
// MEMORY-SAME: %[[A:.+]]: memref<4xf32> {{.*}}, %[[B:.+]]: memref<4xf32>
// MEMORY-DAG: memref.copy %[[B]], %[[T0:.+]] :
// MEMORY-DAG: memref.copy %[[A]], %[[T1:.+]] :
// MEMORY-DAG: memref.copy %[[T0]], %[[A]] :
// MEMORY-DAG: memref.copy %[[T1]], %[[B]] :
func.func @swap(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>}, %b: tensor<4xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>}, tensor<4xf32> {lamina.result = #lamina.mutation<1>}) {
  return %b, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

// Replacing a slice of an input writes the slice only.
// MEMORY-LABEL: func.func @update_slice(
// MEMORY-NOT: memref.alloc
// MEMORY: memref.copy
// MEMORY-NOT: memref.copy
func.func @update_slice(%a: tensor<8xf32> {lamina.arg = #lamina.input<0>}, %u: tensor<2xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<8xf32> {lamina.result = #lamina.mutation<0>}) {
  %0 = tensor.insert_slice %u into %a[3] [2] [1] : tensor<2xf32> into tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

// One initial tensor cannot become the memory of two results.
// MEMORY-LABEL: func.func @shared_init(
// MEMORY-SAME: %{{.+}}: memref<8x8xf32> {{.*}}, %{{.+}}: memref<8x8xf32> {{.*}}, %[[P:.+]]: memref<8x8xf32> {{.*}}, %[[Q:.+]]: memref<8x8xf32>
// MEMORY-DAG: linalg.matmul {{.*}} outs(%[[P]] :
// MEMORY-DAG: linalg.matmul {{.*}} outs(%[[Q]] :
func.func @shared_init(%a: tensor<8x8xf32>, %b: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>) {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x8xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = linalg.matmul ins(%b, %a : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0, %1 : tensor<8x8xf32>, tensor<8x8xf32>
}

// -----

// expected-error @+1 {{native functions need static shapes, found 'tensor<?xf32>'}}
func.func @dynamic(%a: tensor<?xf32>) -> tensor<?xf32> {
  return %a : tensor<?xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// An input that autograd saw a write to, but that keeps its data, is read only.
// CHECK-LABEL: func.func @kept(
// CHECK-SAME:    %[[A:[^:]+]]: memref<4x4xf32> {lamina.arg
// CHECK:         bufferization.to_tensor %[[A]] restrict :
// CHECK-NOT:     bufferization.to_tensor %[[A]] restrict writable
func.func @kept(%a: tensor<4x4xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<4x4xf32> {lamina.result = #lamina.mutation<0>}, tensor<4x4xf32> {lamina.result = #lamina.output<0>}) {
  %0 = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%a : tensor<4x4xf32>) {
  ^bb0(%o: f32):
    %s = arith.addf %o, %o : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  return %a, %0 : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// A loop that changes an array which is a result too changes a copy of it.
// CHECK-LABEL: func.func @carried(
// CHECK:         %[[MADE:.+]] = linalg.fill
// CHECK:         %[[COPY:.+]] = linalg.copy ins(%[[MADE]] :
// CHECK:         scf.for {{.+}} iter_args(%{{.+}} = %[[COPY]])
func.func @carried(%v: f32) -> (tensor<8xf32>, tensor<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %e = tensor.empty() : tensor<8xf32>
  %0 = linalg.fill ins(%v : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %1 = scf.for %i = %c0 to %c4 step %c1 iter_args(%t = %0) -> tensor<8xf32> {
    %2 = tensor.insert %v into %t[%i] : tensor<8xf32>
    scf.yield %2 : tensor<8xf32>
  }
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}
