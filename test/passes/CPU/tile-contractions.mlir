// RUN: lamina-opt %s --lamina-cpu-tile-contractions --cse --split-input-file | FileCheck %s

// What reads the product element by element is computed for the tile.
// CHECK-LABEL: func.func @epilogue(
// CHECK: scf.forall (%[[I:.+]], %[[J:.+]]) = (0, 0) to (256, 512) step (64, 128) shared_outs(%[[O:.+]] = %{{.+}})
// CHECK: %[[ZERO:.+]] = linalg.fill {{.*}} -> tensor<64x128xf32>
// CHECK: %[[P:.+]] = linalg.matmul {lamina.extent = array<i64: 256, 512, 64, 128>} ins(%{{.+}}, %{{.+}} : tensor<64x32xf32>, tensor<32x128xf32>) outs(%[[ZERO]]
// CHECK: %[[R:.+]] = linalg.generic {{.*}} ins(%[[P]], %{{.+}} : tensor<64x128xf32>, tensor<128xf32>)
// CHECK: tensor.parallel_insert_slice %[[R]] into %[[O]][%[[I]], %[[J]]]
module attributes {lamina.vector_bits = 512 : i64} {
func.func @epilogue(%a: tensor<256x32xf32>, %b: tensor<32x512xf32>, %bias: tensor<512xf32>) -> tensor<256x512xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<256x512xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<256x512xf32>) -> tensor<256x512xf32>
  %p = linalg.matmul ins(%a, %b : tensor<256x32xf32>, tensor<32x512xf32>) outs(%init : tensor<256x512xf32>) -> tensor<256x512xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%p, %bias : tensor<256x512xf32>, tensor<512xf32>) outs(%e : tensor<256x512xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  } -> tensor<256x512xf32>
  return %r : tensor<256x512xf32>
}
}

// -----

// Batches are taken one by one.
// CHECK-LABEL: func.func @batches(
// CHECK: scf.forall (%{{.+}}) in (8)
// CHECK: linalg.batch_matmul {lamina.extent = array<i64: 32, 32, 32, 32>} ins(%{{.+}}, %{{.+}} : tensor<1x32x16xf32>, tensor<1x16x32xf32>)
func.func @batches(%a: tensor<8x32x16xf32>, %b: tensor<8x16x32xf32>, %c: tensor<8x32x32xf32>) -> tensor<8x32x32xf32> {
  %p = linalg.batch_matmul ins(%a, %b : tensor<8x32x16xf32>, tensor<8x16x32xf32>) outs(%c : tensor<8x32x32xf32>) -> tensor<8x32x32xf32>
  return %p : tensor<8x32x32xf32>
}

// -----

// A convolution: rows are filters, columns are positions, which are cut into equal parts.
// CHECK-LABEL: func.func @convolution(
// CHECK: scf.forall (%{{.+}}, %{{.+}}) = (0, 0) to (2, 56) step (1, 2)
// CHECK: linalg.generic {{.*}} outs(%{{.+}} : tensor<1x16x2x56xf32>) attrs = {lamina.extent = array<i64: 16, 112, 16, 112>}
func.func @convolution(%x: tensor<2x8x58x58xf32>, %w: tensor<16x8x3x3xf32>, %c: tensor<2x16x56x56xf32>) -> tensor<2x16x56x56xf32> {
  %p = linalg.generic {indexing_maps = [affine_map<(n, f, y, x, c, v, u) -> (n, c, y + v, x + u)>,
                                        affine_map<(n, f, y, x, c, v, u) -> (f, c, v, u)>,
                                        affine_map<(n, f, y, x, c, v, u) -> (n, f, y, x)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : tensor<2x8x58x58xf32>, tensor<16x8x3x3xf32>) outs(%c : tensor<2x16x56x56xf32>) {
  ^bb0(%s: f32, %t: f32, %o: f32):
    %0 = arith.mulf %s, %t : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<2x16x56x56xf32>
  return %p : tensor<2x16x56x56xf32>
}

// -----

// Rows of the left operand that a softmax computes are computed tile by tile, with the product that
// they come from: none of them is in memory as a whole.
// CHECK-LABEL: func.func @attention(
// CHECK: scf.forall (%{{.+}}, %{{.+}}) = (0, 0) to (4, 128) step (1, 64)
// CHECK: %[[S:.+]] = linalg.batch_matmul {lamina.extent = array<i64: 128, 256, 64, 256>} {{.*}} -> tensor<1x64x256xf32>
// CHECK: %[[M:.+]] = linalg.generic {{.*}} ins(%[[S]] : tensor<1x64x256xf32>) outs(%{{.+}} : tensor<1x64xf32>)
// CHECK: %[[P:.+]] = linalg.generic {{.*}} ins(%[[S]], %[[M]] : tensor<1x64x256xf32>, tensor<1x64xf32>)
// CHECK: linalg.batch_matmul {lamina.extent = array<i64: 128, 32, 64, 32>} ins(%[[P]], %{{.+}} : tensor<1x64x256xf32>, tensor<1x256x32xf32>)
// CHECK-NOT: tensor<4x128x256xf32>
module attributes {lamina.vector_bits = 512 : i64} {
func.func @attention(%q: tensor<4x128x32xf32>, %k: tensor<4x32x256xf32>, %v: tensor<4x256x32xf32>) -> tensor<4x128x32xf32> {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<4x128x256xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<4x128x256xf32>) -> tensor<4x128x256xf32>
  %s = linalg.batch_matmul ins(%q, %k : tensor<4x128x32xf32>, tensor<4x32x256xf32>) outs(%i0 : tensor<4x128x256xf32>) -> tensor<4x128x256xf32>
  %e1 = tensor.empty() : tensor<4x128xf32>
  %i1 = linalg.fill ins(%least : f32) outs(%e1 : tensor<4x128xf32>) -> tensor<4x128xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(b, i, j) -> (b, i, j)>, affine_map<(b, i, j) -> (b, i)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%s : tensor<4x128x256xf32>) outs(%i1 : tensor<4x128xf32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.maximumf %x, %o : f32
    linalg.yield %0 : f32
  } -> tensor<4x128xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(b, i, j) -> (b, i, j)>, affine_map<(b, i, j) -> (b, i)>, affine_map<(b, i, j) -> (b, i, j)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%s, %m : tensor<4x128x256xf32>, tensor<4x128xf32>) outs(%e0 : tensor<4x128x256xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %0 = arith.subf %x, %y : f32
    %1 = math.exp %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x128x256xf32>
  %e2 = tensor.empty() : tensor<4x128x32xf32>
  %i2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<4x128x32xf32>) -> tensor<4x128x32xf32>
  %r = linalg.batch_matmul ins(%p, %v : tensor<4x128x256xf32>, tensor<4x256x32xf32>) outs(%i2 : tensor<4x128x32xf32>) -> tensor<4x128x32xf32>
  return %r : tensor<4x128x32xf32>
}
}

// -----

// One row reads each element once, and little work is not worth a kernel; both stay as they are.
// CHECK-LABEL: func.func @left_alone(
// CHECK-NOT: scf.forall
// CHECK-NOT: lamina.extent
func.func @left_alone(%a: tensor<1x512xf32>, %b: tensor<512x512xf32>, %c: tensor<1x512xf32>,
                      %s: tensor<8x8xf32>, %i: tensor<64x64xi32>) -> (tensor<1x512xf32>, tensor<8x8xf32>, tensor<64x64xi32>) {
  %p = linalg.matmul ins(%a, %b : tensor<1x512xf32>, tensor<512x512xf32>) outs(%c : tensor<1x512xf32>) -> tensor<1x512xf32>
  %q = linalg.matmul ins(%s, %s : tensor<8x8xf32>, tensor<8x8xf32>) outs(%s : tensor<8x8xf32>) -> tensor<8x8xf32>
  %r = linalg.matmul ins(%i, %i : tensor<64x64xi32>, tensor<64x64xi32>) outs(%i : tensor<64x64xi32>) -> tensor<64x64xi32>
  return %p, %q, %r : tensor<1x512xf32>, tensor<8x8xf32>, tensor<64x64xi32>
}
