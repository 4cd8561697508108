// RUN: lamina-opt %s --pass-pipeline='builtin.module(func.func(lamina-cpu-distribute-loops))' --split-input-file | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// Outer loops that write different elements become parallel ones.
// CHECK-LABEL: func.func @rows(
// CHECK: scf.parallel (%[[I:.+]]) =
// CHECK: memref.subview %{{.+}}[%[[I]], 0] [1, 1024] [1, 1]
// CHECK: linalg.generic
func.func @rows(%a: memref<1024x1024xf32>, %o: memref<1024xf32>) {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : memref<1024x1024xf32>) outs(%o : memref<1024xf32>) {
  ^bb0(%x: f32, %sum: f32):
    %0 = arith.addf %sum, %x : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// A single loop is cut into pieces.
// CHECK-LABEL: func.func @pieces(
// CHECK: arith.constant 15680 : index
// CHECK: scf.parallel {{.*}} step (%{{c15680.*}})
// CHECK: affine.min
func.func @pieces(%a: memref<1000003xf32>, %o: memref<1000003xf32>) {
  linalg.exp ins(%a : memref<1000003xf32>) outs(%o : memref<1000003xf32>)
  return
}

// -----

// Every turn of the outer loop adds to the same elements.
// CHECK-LABEL: func.func @columns(
// CHECK-NOT: scf.parallel
func.func @columns(%a: memref<1024x1024xf32>, %o: memref<1024xf32>) {
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>],
                  iterator_types = ["reduction", "parallel"]}
      ins(%a : memref<1024x1024xf32>) outs(%o : memref<1024xf32>) {
  ^bb0(%x: f32, %sum: f32):
    %0 = arith.addf %sum, %x : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// Waking threads would take longer.
// CHECK-LABEL: func.func @small(
// CHECK-NOT: scf.parallel
func.func @small(%a: memref<64xf32>, %o: memref<64xf32>) {
  linalg.exp ins(%a : memref<64xf32>) outs(%o : memref<64xf32>)
  return
}

// -----

// What is in a parallel loop stays on one thread.
// CHECK-LABEL: func.func @inside(
// CHECK: scf.forall
// CHECK-NOT: scf.parallel
func.func @inside(%a: memref<4x1000000xf32>, %o: memref<4x1000000xf32>) {
  scf.forall (%i) in (4) {
    linalg.exp ins(%a : memref<4x1000000xf32>) outs(%o : memref<4x1000000xf32>)
  }
  return
}
