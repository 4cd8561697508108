// RUN: lamina-opt %s --lamina-cpu-lower-contractions --split-input-file | FileCheck %s

// The right operand is packed ahead of the loop over tiles; the left one is read where it is, and the
// zeros that nobody reads are not written.
// CHECK-LABEL: func.func @tiles(
// CHECK: %[[PACKED:.+]] = memref.alloc() {alignment = 64 : i64} : memref<16x32x32xf32>
// CHECK: linalg.generic {{.*}} outs(%[[PACKED]] : memref<16x32x32xf32>)
// CHECK: %[[FLAT:.+]] = memref.collapse_shape %[[PACKED]]
// CHECK: scf.forall (%[[I:.+]], %[[J:.+]]) =
// CHECK: %[[ROWS:.+]] = memref.subview %{{.+}}[%[[I]], 0]
// CHECK: %[[OUT:.+]] = memref.subview %{{.+}}[%[[I]], %[[J]]]
// CHECK-NOT: linalg.fill
// CHECK: scf.for %[[R:.+]] =
// CHECK: scf.for %[[C:.+]] =
// CHECK: %[[SUMS:.+]]:16 = scf.for %[[K:.+]] = {{.*}} iter_args(
// CHECK: vector.load %[[FLAT]][%{{.+}}] : memref<16384xf32>, vector<16xf32>
// CHECK: vector.load %[[FLAT]]
// CHECK: %[[X:.+]] = memref.load %[[ROWS]][%[[R]], %[[K]]]
// CHECK: %[[FACTOR:.+]] = vector.broadcast %[[X]] : f32 to vector<16xf32>
// CHECK: vector.fma %[[FACTOR]]
// CHECK: vector.store %[[SUMS]]#0, %[[OUT]][%[[R]], %[[C]]]
// CHECK-NOT: linalg.matmul
module attributes {lamina.vector_bits = 512 : i64} {
  func.func @tiles(%a: memref<256x32xf32>, %b: memref<32x512xf32>, %c: memref<256x512xf32>) {
    %zero = arith.constant 0.0 : f32
    scf.forall (%i, %j) = (0, 0) to (256, 512) step (64, 128) {
      %rows = memref.subview %a[%i, 0] [64, 32] [1, 1] : memref<256x32xf32> to memref<64x32xf32, strided<[32, 1], offset: ?>>
      %columns = memref.subview %b[0, %j] [32, 128] [1, 1] : memref<32x512xf32> to memref<32x128xf32, strided<[512, 1], offset: ?>>
      %out = memref.subview %c[%i, %j] [64, 128] [1, 1] : memref<256x512xf32> to memref<64x128xf32, strided<[512, 1], offset: ?>>
      linalg.fill ins(%zero : f32) outs(%out : memref<64x128xf32, strided<[512, 1], offset: ?>>)
      linalg.matmul {lamina.extent = array<i64: 256, 512, 64, 128>}
        ins(%rows, %columns : memref<64x32xf32, strided<[32, 1], offset: ?>>, memref<32x128xf32, strided<[512, 1], offset: ?>>)
        outs(%out : memref<64x128xf32, strided<[512, 1], offset: ?>>)
    }
    return
  }
}

// -----

// What is left over at the edges has kernels of its own: rows of the other operand are read
// under a mask, and sums are added to what the result holds.
// CHECK-LABEL: func.func @edges(
// CHECK: %[[MASK:.+]] = arith.constant dense<[true, true, true, false, false, false, false, false]> : vector<8xi1>
// CHECK: vector.maskedload %{{.+}}, %[[MASK]]
// CHECK: scf.for
// CHECK: vector.maskedload %{{.+}}, %[[MASK]]
// CHECK: vector.maskedstore %{{.+}}, %[[MASK]]
func.func @edges(%a: memref<5x64xf32>, %b: memref<64x3xf32>, %c: memref<5x3xf32>) {
  linalg.matmul {lamina.extent = array<i64: 5, 3, 5, 3>} ins(%a, %b : memref<5x64xf32>, memref<64x3xf32>) outs(%c : memref<5x3xf32>)
  return
}

// -----

// An operand whose steps are contiguous is transposed in registers, square by square.
// CHECK-LABEL: func.func @transposed(
// CHECK: scf.for
// CHECK-COUNT-8: vector.load %{{.+}} : memref<64x32xf32>, vector<8xf32>
// CHECK-COUNT-24: vector.shuffle
// CHECK-COUNT-8: vector.store
// CHECK-NOT: linalg.generic
func.func @transposed(%a: memref<64x32xf32>, %b: memref<64x32xf32>, %c: memref<64x64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x32xf32>, memref<64x32xf32>) outs(%c : memref<64x64xf32>)
      attrs = {lamina.extent = array<i64: 64, 64, 64, 64>} {
  ^bb0(%s: f32, %t: f32, %o: f32):
    %0 = arith.mulf %s, %t : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// Small floats are widened when they are packed, the left operand too.
// CHECK-LABEL: func.func @widened(
// CHECK-COUNT-2: arith.extf
// CHECK: vector.fma {{.*}} : vector<8xf32>
func.func @widened(%a: memref<32x32xbf16>, %b: memref<32x32xbf16>, %c: memref<32x32xf32>) {
  linalg.matmul {lamina.extent = array<i64: 32, 32, 32, 32>} ins(%a, %b : memref<32x32xbf16>, memref<32x32xbf16>) outs(%c : memref<32x32xf32>)
  return
}

// -----

// Long reductions run in blocks.
// CHECK-LABEL: func.func @deep(
// CHECK: %[[BLOCK:.+]] = arith.constant 1000 : index
// CHECK: scf.for %[[FROM:.+]] = %{{.+}} to %{{.+}} step %[[BLOCK]]
// CHECK: scf.for
// CHECK: scf.for
// CHECK: vector.load
// CHECK: scf.for %{{.+}} = %[[FROM]] to
func.func @deep(%a: memref<32x4000xf32>, %b: memref<4000x32xf32>, %c: memref<32x32xf32>) {
  linalg.matmul {lamina.extent = array<i64: 32, 32, 32, 32>} ins(%a, %b : memref<32x4000xf32>, memref<4000x32xf32>) outs(%c : memref<32x32xf32>)
  return
}

// -----

// Windows are gathered: one line for each step, channel and tap, one element for each position.
// CHECK: #[[WINDOW:.+]] = affine_map<(d0, d1, d2, d3) -> (0, d0, d1 + d2 * 2, d3)>
// CHECK-LABEL: func.func @convolution(
// CHECK: %[[LINES:.+]] = memref.reinterpret_cast %{{.+}} to offset: [0], sizes: [4, 3, 4, 9], strides: [120, 40, 9, 1]
// CHECK: linalg.generic {indexing_maps = [#[[WINDOW]],
// CHECK-SAME: outs(%[[LINES]] :
// CHECK-NOT: linalg.generic
func.func @convolution(%x: memref<1x4x9x9xf32>, %w: memref<8x4x3xf32>, %c: memref<1x8x4x9xf32>) {
  linalg.generic {indexing_maps = [affine_map<(n, f, y, x, c, v) -> (n, c, y * 2 + v, x)>,
                                   affine_map<(n, f, y, x, c, v) -> (f, c, v)>,
                                   affine_map<(n, f, y, x, c, v) -> (n, f, y, x)>],
                  iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : memref<1x4x9x9xf32>, memref<8x4x3xf32>) outs(%c : memref<1x8x4x9xf32>)
      attrs = {lamina.extent = array<i64: 8, 36, 8, 36>} {
  ^bb0(%s: f32, %t: f32, %o: f32):
    %0 = arith.mulf %s, %t : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  }
  return
}
