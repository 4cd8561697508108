// RUN: lamina-opt %s --lamina-cpu-tile-transposes --split-input-file | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#t = affine_map<(d0, d1) -> (d1, d0)>

module attributes {lamina.vector_bits = 128 : i64} {
// CHECK-LABEL: func.func @add_transposed
// CHECK-SAME: %[[A:.+]]: memref<70x64xf32>, %[[B:.+]]: memref<64x70xf32>, %[[C:.+]]: memref<64x70xf32>
func.func @add_transposed(%a: memref<70x64xf32>, %b: memref<64x70xf32>, %c: memref<64x70xf32>) {
  // CHECK: scf.parallel (%[[I:.+]], %[[J:.+]]) = (%c0{{.*}}, %c0{{.*}}) to (%c64{{.*}}, %c68{{.*}}) step (%c64{{.*}}, %c64{{.*}})
  // CHECK: scf.for
  // CHECK: scf.for
  // CHECK-COUNT-4: vector.load %[[A]]
  // CHECK-COUNT-8: vector.shuffle
  // CHECK: %[[ROW:.+]] = vector.load %[[B]]
  // CHECK: %[[SUM:.+]] = arith.addf %{{.+}}, %[[ROW]] : vector<4xf32>
  // CHECK: vector.store %[[SUM]], %[[C]]
  // CHECK-COUNT-3: vector.store %{{.+}}, %[[C]]
  // The last columns fill no block.
  // CHECK: memref.subview %[[B]][0, 68] [64, 2] [1, 1]
  // CHECK: linalg.generic
  linalg.generic {indexing_maps = [#t, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : memref<70x64xf32>, memref<64x70xf32>) outs(%c : memref<64x70xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  return
}
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#t = affine_map<(d0, d1) -> (d1, d0)>
#row = affine_map<(d0, d1) -> (d0)>
#one = affine_map<(d0, d1) -> ()>

module attributes {lamina.vector_bits = 128 : i64} {
// What is the same for a row, for all rows or in the body is one value in all lanes.
// CHECK-LABEL: func.func @broadcasts
// CHECK-SAME: %[[A:.+]]: memref<64x64xf32>, %[[R:.+]]: memref<64xf32>, %[[S:.+]]: memref<f32>, %{{.+}}: f32, %[[C:.+]]: memref<64x64xf32>
// CHECK-COUNT-8: vector.shuffle
// CHECK: %[[OF_ROW:.+]] = memref.load %[[R]][
// CHECK-NEXT: vector.broadcast %[[OF_ROW]] : f32 to vector<4xf32>
// CHECK: %[[OF_ALL:.+]] = memref.load %[[S]][]
// CHECK-NEXT: vector.broadcast %[[OF_ALL]] : f32 to vector<4xf32>
// CHECK: vector.broadcast %{{.+}} : f32 to vector<4xf32>
// CHECK: arith.select %{{.+}}, %{{.+}}, %{{.+}} : vector<4xi1>, vector<4xf32>
// CHECK-NOT: linalg.generic
func.func @broadcasts(%a: memref<64x64xf32>, %r: memref<64xf32>, %s: memref<f32>, %captured: f32, %c: memref<64x64xf32>) {
  linalg.generic {indexing_maps = [#t, #row, #one, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a, %r, %s : memref<64x64xf32>, memref<64xf32>, memref<f32>) outs(%c : memref<64x64xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32, %out: f32):
    %zero = arith.constant 0.0 : f32
    %0 = arith.addf %x, %y : f32
    %1 = arith.mulf %0, %z : f32
    %2 = arith.mulf %1, %captured : f32
    %3 = arith.cmpf ogt, %2, %zero : f32
    %4 = arith.select %3, %2, %zero : f32
    linalg.yield %4 : f32
  }
  return
}
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#t = affine_map<(d0, d1) -> (d1, d0)>

module attributes {lamina.vector_bits = 128 : i64} {
// Functions are computed by loops over the transposed block.
// CHECK-LABEL: func.func @exp_transposed
// CHECK: %[[BLOCK:.+]] = memref.alloc() {alignment = 64 : i64} : memref<4x4xf32>
// CHECK-COUNT-8: vector.shuffle
// CHECK-COUNT-4: vector.store %{{.+}}, %[[BLOCK]]
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[BLOCK]]
// CHECK: math.exp
func.func @exp_transposed(%a: memref<64x64xf32>, %c: memref<64x64xf32>) {
  linalg.generic {indexing_maps = [#t, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : memref<64x64xf32>) outs(%c : memref<64x64xf32>) {
  ^bb0(%x: f32, %out: f32):
    %0 = math.exp %x : f32
    linalg.yield %0 : f32
  }
  return
}
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#t = affine_map<(d0, d1) -> (d1, d0)>

// CHECK-LABEL: func.func @small
// CHECK-NOT: scf.parallel
func.func @small(%a: memref<32x32xf32>, %c: memref<32x32xf32>) {
  linalg.generic {indexing_maps = [#t, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : memref<32x32xf32>) outs(%c : memref<32x32xf32>) {
  ^bb0(%x: f32, %out: f32):
    linalg.yield %x : f32
  }
  return
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// Memory of an argument that is transposed already.
// CHECK-LABEL: func.func @strides
// CHECK: memref.transpose
// CHECK: vector.load
func.func @strides(%a: memref<64x64xi16, strided<[1, 64]>>, %c: memref<64x64xi16>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : memref<64x64xi16, strided<[1, 64]>>) outs(%c : memref<64x64xi16>) {
  ^bb0(%x: i16, %out: i16):
    linalg.yield %x : i16
  }
  return
}
