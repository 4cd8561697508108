// RUN: lamina-opt %s --lamina-convert-to-linalg --lamina-cpu-fuse-elementwise --lamina-cpu-tile-and-fuse --cse --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @softmax
func.func @softmax(%x: tensor<64x128xf32>) -> tensor<64x128xf32> {
  // CHECK: scf.forall (%{{.+}}) in (64) shared_outs(%{{.+}} = %{{.+}}) -> (tensor<64x128xf32>) {
  // CHECK: arith.maximumf
  // CHECK: math.exp
  // CHECK-NOT: math.exp
  // CHECK: outs(%{{.+}} : tensor<1xf32>)
  // CHECK: arith.divf
  // CHECK: tensor.parallel_insert_slice
  // CHECK-NEXT: }
  // CHECK-NEXT: }
  // CHECK-NEXT: return
  %m = lamina.amax %x {dims = array<i64: 1>} : tensor<64x128xf32> -> tensor<64xf32>
  %mu = lamina.unsqueeze %m {dims = array<i64: 1>} : tensor<64xf32> -> tensor<64x1xf32>
  %me = lamina.expand %mu : tensor<64x1xf32> -> tensor<64x128xf32>
  %d = lamina.sub %x, %me : tensor<64x128xf32>
  %e = lamina.exp %d : tensor<64x128xf32>
  %s = lamina.sum %e {dims = array<i64: 1>} : tensor<64x128xf32> -> tensor<64xf32>
  %su = lamina.unsqueeze %s {dims = array<i64: 1>} : tensor<64xf32> -> tensor<64x1xf32>
  %se = lamina.expand %su : tensor<64x1xf32> -> tensor<64x128xf32>
  %r = lamina.div %e, %se : tensor<64x128xf32>
  return %r : tensor<64x128xf32>
}

// -----

// A value that others read too leaves the loop as a result; it is computed once.
// CHECK-LABEL: func.func @saved
func.func @saved(%x: tensor<64x128xf32>) -> (tensor<64xf32>, tensor<64x128xf32>) {
  // CHECK: scf.forall {{.*}} -> (tensor<64x128xf32>, tensor<64xf32>) {
  // CHECK: arith.addf
  // CHECK: arith.subf
  // CHECK-NOT: linalg.generic
  %s = lamina.sum %x {dims = array<i64: 1>} : tensor<64x128xf32> -> tensor<64xf32>
  %su = lamina.unsqueeze %s {dims = array<i64: 1>} : tensor<64xf32> -> tensor<64x1xf32>
  %se = lamina.expand %su : tensor<64x1xf32> -> tensor<64x128xf32>
  %r = lamina.sub %x, %se : tensor<64x128xf32>
  return %s, %r : tensor<64xf32>, tensor<64x128xf32>
}

// -----

// Column sums do not work row by row, and products deserve tiles of their own.
// CHECK-LABEL: func.func @left_alone
func.func @left_alone(%x: tensor<64x128xf32>, %y: tensor<128x32xf32>) -> (tensor<128xf32>, tensor<64x32xf32>) {
  // CHECK-NOT: scf.forall
  %s = lamina.sum %x {dims = array<i64: 0>} : tensor<64x128xf32> -> tensor<128xf32>
  %p = lamina.matmul %x, %y : (tensor<64x128xf32>, tensor<128x32xf32>) -> tensor<64x32xf32>
  %r = lamina.exp %p : tensor<64x32xf32>
  return %s, %r : tensor<128xf32>, tensor<64x32xf32>
}
