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
  // CHECK: scf.forall {{.*}} -> (tensor<64xf32>, tensor<64x128xf32>) {
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

// -----

// Readers of a row join too: two results in one loop, for which the row of %x is read once.
// CHECK-LABEL: func.func @two_results
func.func @two_results(%x: tensor<64x128xf32>) -> (tensor<64x128xf32>, tensor<64x128xf32>) {
  // CHECK: scf.forall {{.*}} -> (tensor<64x128xf32>, tensor<64x128xf32>) {
  // CHECK: math.exp
  // CHECK: math.sin
  // CHECK: math.cos
  // CHECK: scf.forall.in_parallel
  // CHECK-NOT: linalg.generic
  %e = lamina.exp %x : tensor<64x128xf32>
  %s = lamina.sin %e : tensor<64x128xf32>
  %c = lamina.cos %e : tensor<64x128xf32>
  return %s, %c : tensor<64x128xf32>, tensor<64x128xf32>
}

// -----

// All dimensions but the last one are rows, and so they are in an array that is transposed.
// CHECK-LABEL: func.func @batch
func.func @batch(%x: tensor<4x64x128xf32>) -> tensor<64x4x128xf32> {
  // CHECK: scf.forall (%{{.+}}, %{{.+}}) in ({{4, 64|64, 4}})
  // CHECK: outs(%{{.+}} : tensor<1x1x128xf32>)
  %m = lamina.amax %x {dims = array<i64: 2>} : tensor<4x64x128xf32> -> tensor<4x64xf32>
  %mu = lamina.unsqueeze %m {dims = array<i64: 2>} : tensor<4x64xf32> -> tensor<4x64x1xf32>
  %me = lamina.expand %mu : tensor<4x64x1xf32> -> tensor<4x64x128xf32>
  %d = lamina.sub %x, %me : tensor<4x64x128xf32>
  %e = lamina.exp %d : tensor<4x64x128xf32>
  %t = lamina.permute %e {dims = array<i64: 1, 0, 2>} : tensor<4x64x128xf32> -> tensor<64x4x128xf32>
  return %t : tensor<64x4x128xf32>
}

// -----

// The sum of a column stands between the rows before it and those after it: two loops.
// CHECK-LABEL: func.func @between
func.func @between(%x: tensor<64x128xf32>) -> tensor<64x128xf32> {
  // CHECK: math.exp
  // CHECK: iterator_types = ["reduction", "parallel"]
  // CHECK: math.sin
  %e = lamina.exp %x : tensor<64x128xf32>
  %s = lamina.sum %e {dims = array<i64: 0>} : tensor<64x128xf32> -> tensor<128xf32>
  %se = lamina.expand %s : tensor<128xf32> -> tensor<64x128xf32>
  %d = lamina.sub %e, %se : tensor<64x128xf32>
  %r = lamina.sin %d : tensor<64x128xf32>
  return %r : tensor<64x128xf32>
}

// -----

// What is computed from a row by index waits for the loop, and what the loop needs comes before it.
// CHECK-LABEL: func.func @moved
func.func @moved(%x: tensor<64x128xf32>, %i: tensor<64x1xi64>, %y: tensor<128x128xf32>)
    -> (tensor<64x1xf32>, tensor<64x128xf32>) {
  // CHECK: linalg.matmul
  // CHECK: %[[LOOP:.+]]:2 = scf.forall
  // CHECK: tensor.extract %[[LOOP]]#0
  %e = lamina.exp %x : tensor<64x128xf32>
  %g = lamina.gather %e, %i {dim = 1 : i64} : (tensor<64x128xf32>, tensor<64x1xi64>) -> tensor<64x1xf32>
  %p = lamina.matmul %x, %y : (tensor<64x128xf32>, tensor<128x128xf32>) -> tensor<64x128xf32>
  %d = lamina.div %p, %e : tensor<64x128xf32>
  %r = lamina.sin %d : tensor<64x128xf32>
  return %g, %r : tensor<64x1xf32>, tensor<64x128xf32>
}

// -----

// Rows that lie across an array in memory: blocks of them are copied to where they are contiguous.
// CHECK-LABEL: func.func @column_major
func.func @column_major(%x: tensor<128x96xf32> {lamina.strides = array<i64: 1, 128>}) -> tensor<128x96xf32> {
  // CHECK: scf.forall (%{{.+}}) in (2)
  // CHECK: tensor.extract_slice %{{.+}} : tensor<128x96xf32> to tensor<64x96xf32>
  // CHECK: %[[COPY:.+]] = linalg.generic {{.*}} outs(%{{.+}} : tensor<64x96xf32>)
  // CHECK: scf.for
  // CHECK: tensor.extract_slice %[[COPY]]{{.*}} : tensor<64x96xf32> to tensor<1x96xf32>
  // CHECK: tensor.insert_slice %{{.+}} : tensor<1x96xf32> into tensor<64x96xf32>
  // CHECK: tensor.parallel_insert_slice %{{.+}} : tensor<64x96xf32> into tensor<128x96xf32>
  %m = lamina.amax %x {dims = array<i64: 1>} : tensor<128x96xf32> -> tensor<128xf32>
  %mu = lamina.unsqueeze %m {dims = array<i64: 1>} : tensor<128xf32> -> tensor<128x1xf32>
  %me = lamina.expand %mu : tensor<128x1xf32> -> tensor<128x96xf32>
  %r = lamina.sub %x, %me : tensor<128x96xf32>
  return %r : tensor<128x96xf32>
}

// -----

// The last block is copied whole, from an earlier row on, and has fewer rows to compute.
// CHECK-LABEL: func.func @transposed
func.func @transposed(%x: tensor<96x67xf32>) -> tensor<67x96xf32> {
  // CHECK: scf.forall (%[[BLOCK:.+]]) in (2)
  // CHECK: %[[LENGTH:.+]] = affine.min {{.*}}(%[[BLOCK]])
  // CHECK: %[[START:.+]] = affine.min {{.*}}(%[[BLOCK]])
  // CHECK: tensor.extract_slice %{{.+}}[0, %[[START]]] {{.*}} : tensor<96x67xf32> to tensor<96x64xf32>
  // CHECK: scf.for %{{.+}} = %{{.+}} to %[[LENGTH]]
  %t = lamina.permute %x {dims = array<i64: 1, 0>} : tensor<96x67xf32> -> tensor<67x96xf32>
  %m = lamina.amax %t {dims = array<i64: 1>} : tensor<67x96xf32> -> tensor<67xf32>
  %mu = lamina.unsqueeze %m {dims = array<i64: 1>} : tensor<67xf32> -> tensor<67x1xf32>
  %me = lamina.expand %mu : tensor<67x1xf32> -> tensor<67x96xf32>
  %r = lamina.sub %t, %me : tensor<67x96xf32>
  return %r : tensor<67x96xf32>
}

// -----

// The exponentials have the memory of the result, which is the last to be computed from them; where
// a caller has the result in columns they have their own.
// CHECK-LABEL: func.func @held
// CHECK: scf.forall {{.*}} shared_outs(%[[OUT:.+]] = %{{.+}})
// CHECK: %[[ROW:.+]] = tensor.extract_slice %[[OUT]]
// CHECK: %[[EXP:.+]] = linalg.generic {{.*}} outs(%[[ROW]] : tensor<1x128xf32>)
// CHECK: math.exp
// CHECK: linalg.generic {{.*}} ins(%[[EXP]], %{{.+}}) outs(%[[EXP]] : tensor<1x128xf32>)
// CHECK: arith.divf
// CHECK-LABEL: func.func @not_held
// CHECK: scf.forall {{.*}} shared_outs(%[[OUT:.+]] = %{{.+}})
// CHECK: %[[EXP:.+]] = linalg.generic
// CHECK: math.exp
// CHECK: %[[ROW:.+]] = tensor.extract_slice %[[OUT]]
// CHECK: linalg.generic {{.*}} ins(%[[EXP]], %{{.+}}) outs(%[[ROW]] : tensor<1x128xf32>)
func.func @held(%x: tensor<64x128xf32>) -> tensor<64x128xf32> {
  %e = lamina.exp %x : tensor<64x128xf32>
  %s = lamina.sum %e {dims = array<i64: 1>} : tensor<64x128xf32> -> tensor<64xf32>
  %su = lamina.unsqueeze %s {dims = array<i64: 1>} : tensor<64xf32> -> tensor<64x1xf32>
  %se = lamina.expand %su : tensor<64x1xf32> -> tensor<64x128xf32>
  %r = lamina.div %e, %se : tensor<64x128xf32>
  return %r : tensor<64x128xf32>
}
func.func @not_held(%x: tensor<64x128xf32>) -> (tensor<64x128xf32> {lamina.strides = array<i64: 1, 64>}) {
  %e = lamina.exp %x : tensor<64x128xf32>
  %s = lamina.sum %e {dims = array<i64: 1>} : tensor<64x128xf32> -> tensor<64xf32>
  %su = lamina.unsqueeze %s {dims = array<i64: 1>} : tensor<64xf32> -> tensor<64x1xf32>
  %se = lamina.expand %su : tensor<64x1xf32> -> tensor<64x128xf32>
  %r = lamina.div %e, %se : tensor<64x128xf32>
  return %r : tensor<64x128xf32>
}
