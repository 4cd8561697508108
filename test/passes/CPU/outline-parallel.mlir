// RUN: lamina-opt %s --lamina-cpu-outline-parallel --split-input-file --verify-diagnostics | FileCheck %s

// The body becomes a function of a range; memory and scalars are passed, views are made again.
// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[A:.+]]: memref<1024x4096xf32> {llvm.noalias}, %[[S:.+]]: f32
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[COUNT:.+]] = arith.constant 512 : index
// CHECK: call @f_parallel(%[[C0]], %[[COUNT]], %[[A]], %[[S]]) {lamina.parallel = [[GRAIN:[0-9]+]] : i64} : (index, index, memref<1024x4096xf32>, f32) -> ()
// CHECK-NEXT: return
// CHECK: func.func private @f_parallel(
// CHECK-SAME: %[[BEGIN:.+]]: index, %[[END:.+]]: index, %[[MEM:.+]]: memref<1024x4096xf32> {llvm.noalias}, %[[X:.+]]: f32) attributes {lamina.range}
// CHECK: %[[HALF:.+]] = memref.subview %[[MEM]][512, 0]
// CHECK: scf.for %[[I:.+]] = %[[BEGIN]] to %[[END]]
// CHECK: memref.subview %[[HALF]]
// CHECK: linalg.fill ins(%[[X]]
func.func @f(%a: memref<1024x4096xf32> {llvm.noalias}, %s: f32) {
  %half = memref.subview %a[512, 0] [512, 4096] [1, 1] : memref<1024x4096xf32> to memref<512x4096xf32, strided<[4096, 1], offset: 2097152>>
  scf.forall (%i) in (512) {
    %row = memref.subview %half[%i, 0] [1, 4096] [1, 1] : memref<512x4096xf32, strided<[4096, 1], offset: 2097152>> to memref<1x4096xf32, strided<[4096, 1], offset: ?>>
    linalg.fill ins(%s : f32) outs(%row : memref<1x4096xf32, strided<[4096, 1], offset: ?>>)
  }
  return
}

// -----

// Dimensions count as one, the last one fastest; lower bounds and steps are taken into account.
// CHECK-DAG: #[[OUTER:.+]] = affine_map<(d0) -> (d0 * 2 + 4)>
// CHECK-DAG: #[[INNER:.+]] = affine_map<(d0) -> (d0 * 64)>
// CHECK-LABEL: func.func @two_dimensions(
// CHECK: %[[COUNT:.+]] = arith.constant 12 : index
// CHECK: call @two_dimensions_parallel(%{{.+}}, %[[COUNT]],
// CHECK: func.func private @two_dimensions_parallel(
// CHECK: scf.for %[[FLAT:.+]] =
// CHECK: %[[C4:.+]] = arith.constant 4 : index
// CHECK: %[[J:.+]] = arith.remui %[[FLAT]], %[[C4]]
// CHECK: %[[I:.+]] = arith.divui %[[FLAT]], %[[C4]]
// CHECK: affine.apply #[[INNER]](%[[J]])
// CHECK: affine.apply #[[OUTER]](%[[I]])
func.func @two_dimensions(%a: memref<10x200x100000xf32>, %s: f32) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c10 = arith.constant 10 : index
  %c64 = arith.constant 64 : index
  %c200 = arith.constant 200 : index
  scf.parallel (%i, %j) = (%c4, %c0) to (%c10, %c200) step (%c2, %c64) {
    %row = memref.subview %a[%i, %j, 0] [1, 1, 100000] [1, 1, 1] : memref<10x200x100000xf32> to memref<1x1x100000xf32, strided<[20000000, 100000, 1], offset: ?>>
    linalg.fill ins(%s : f32) outs(%row : memref<1x1x100000xf32, strided<[20000000, 100000, 1], offset: ?>>)
  }
  return
}

// -----

// Little work stays where it is.
// CHECK-LABEL: func.func @small(
// CHECK-NOT: call
// CHECK: scf.for
// CHECK: memref.store
func.func @small(%a: memref<16xf32>, %s: f32) {
  scf.forall (%i) in (16) {
    memref.store %s, %a[%i] : memref<16xf32>
  }
  return
}

// -----

// A loop in a parallel loop is a plain one, and a body that allocates can ask for memory.
// CHECK: func.func private @laminaThreadScratch(index) -> memref<1xi8>
// CHECK-LABEL: func.func @nested(
// CHECK: call @nested_parallel(
// CHECK: func.func private @nested_parallel(
// CHECK: scf.for
// CHECK: memref.alloc()
// CHECK: scf.for
// CHECK-NOT: call
func.func @nested(%s: f32) {
  scf.forall (%i) in (16) {
    %a = memref.alloc() : memref<16x65536xf32>
    scf.forall (%j) in (16) {
      %row = memref.subview %a[%j, 0] [1, 65536] [1, 1] : memref<16x65536xf32> to memref<1x65536xf32, strided<[65536, 1], offset: ?>>
      linalg.fill ins(%s : f32) outs(%row : memref<1x65536xf32, strided<[65536, 1], offset: ?>>)
    }
  }
  return
}

// -----

func.func @unknown_bounds(%n: index) {
  // expected-error @+1 {{the bounds of a parallel loop are not static}}
  scf.forall (%i) in (%n) {
  }
  return
}
