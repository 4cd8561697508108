// RUN: lamina-opt %s --pass-pipeline='builtin.module(func.func(lamina-cpu-plan-arena{stack-buffer-bytes=256}))' --split-input-file --verify-diagnostics | FileCheck %s

// Buffers that live at different times share bytes; the largest is placed first.
// CHECK-LABEL: func.func @sharing(
// CHECK-SAME: %[[W:[a-z0-9]+]]: memref<832xi8> {llvm.noalias}) attributes {lamina.entry, lamina.workspace_bytes = 832 : i64}
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C512:.+]] = arith.constant 512 : index
// CHECK-DAG: memref.view %[[W]][%{{.+}}][] : memref<832xi8> to memref<128xf32>
// CHECK-DAG: memref.view %[[W]][%[[C512]]][] : memref<832xi8> to memref<80xf32>
// CHECK-NOT: memref.alloc
func.func @sharing(%a: memref<128xf32>) attributes {lamina.entry} {
  %0 = memref.alloc() : memref<128xf32>
  memref.copy %a, %0 : memref<128xf32> to memref<128xf32>
  %1 = memref.alloc() : memref<80xf32>
  %2 = memref.subview %0[0] [80] [1] : memref<128xf32> to memref<80xf32, strided<[1]>>
  memref.copy %2, %1 : memref<80xf32, strided<[1]>> to memref<80xf32>
  %3 = memref.alloc() : memref<128xf32>
  memref.copy %a, %3 : memref<128xf32> to memref<128xf32>
  memref.copy %3, %a : memref<128xf32> to memref<128xf32>
  return
}

// -----

// A buffer allocated in a loop lives as long as the loop and is one buffer.
// CHECK-LABEL: func.func @loop(
// CHECK: memref.view
// CHECK: scf.for
// CHECK-NOT: memref.alloc
func.func @loop(%a: memref<96xf32>, %n: index) attributes {lamina.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %0 = memref.alloc() : memref<96xf32>
    memref.copy %a, %0 : memref<96xf32> to memref<96xf32>
    memref.copy %0, %a : memref<96xf32> to memref<96xf32>
  }
  return
}

// -----

// CHECK-LABEL: func.func @nothing_to_place(
// CHECK-SAME: %{{[a-z0-9]+}}: memref<96xf32>) attributes {lamina.entry} {
func.func @nothing_to_place(%a: memref<96xf32>) attributes {lamina.entry} {
  return
}

// -----

// CHECK-LABEL: func.func @dynamic_size(
// CHECK: %[[B:.+]] = memref.alloc(
// CHECK: memref.dealloc %[[B]]
func.func @dynamic_size(%n: index, %x: f32) attributes {lamina.entry} {
  %c0 = arith.constant 0 : index
  %0 = memref.alloc(%n) : memref<?xf32>
  memref.store %x, %0[%c0] : memref<?xf32>
  return
}

// -----

func.func @carried(%a: memref<96xf32>, %n: index) attributes {lamina.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%b = %a) -> memref<96xf32> {
    // expected-error @+1 {{is carried out of its region, so it has no place in a workspace}}
    %0 = memref.alloc() : memref<96xf32>
    memref.copy %b, %0 : memref<96xf32> to memref<96xf32>
    scf.yield %0 : memref<96xf32>
  }
  return
}

// -----

// A small buffer of a loop goes to the stack once, not in every turn.
// CHECK-LABEL: func.func @small(
// CHECK: %[[STACK:.+]] = memref.alloca() {alignment = 64 : i64} : memref<64xi8>
// CHECK: memref.view %[[STACK]]{{.*}} : memref<64xi8> to memref<4xf32>
// CHECK: scf.for
// CHECK-NOT: memref.alloc
func.func @small(%a: memref<4xf32>, %n: index) attributes {lamina.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %0 = memref.alloc() : memref<4xf32>
    memref.copy %a, %0 : memref<4xf32> to memref<4xf32>
    memref.copy %0, %a : memref<4xf32> to memref<4xf32>
  }
  return
}

// -----

// Each thread has a workspace of its own for the body of a parallel loop.
// CHECK-LABEL: func.func private @body(
// CHECK-SAME: %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: memref<128xf32>) attributes {lamina.range}
// CHECK: %[[BYTES:.+]] = arith.constant 512 : index
// CHECK: %[[SCRATCH:.+]] = call @laminaThreadScratch(%[[BYTES]])
// CHECK: %[[WORKSPACE:.+]] = memref.reinterpret_cast %[[SCRATCH]] to offset: [0], sizes: [512], strides: [1]
// CHECK: memref.view %[[WORKSPACE]]
func.func private @laminaThreadScratch(index) -> memref<1xi8>
func.func private @body(%begin: index, %end: index, %a: memref<128xf32>) attributes {lamina.range} {
  %0 = memref.alloc() : memref<128xf32>
  memref.copy %a, %0 : memref<128xf32> to memref<128xf32>
  memref.copy %0, %a : memref<128xf32> to memref<128xf32>
  return
}

// -----

// A size that is computed but bounded takes its bound.
// CHECK-LABEL: func.func @bounded(
// CHECK-SAME: lamina.workspace_bytes = 512 : i64
// CHECK: %[[SIZE:.+]] = affine.min
// CHECK: memref.view %{{.+}}[%{{.+}}][%[[SIZE]]] : memref<512xi8> to memref<?xf32>
// CHECK-NOT: memref.alloc
func.func @bounded(%i: index, %x: f32) attributes {lamina.entry} {
  %c0 = arith.constant 0 : index
  %n = affine.min affine_map<(d0) -> (-d0 + 1000, 128)>(%i)
  %0 = memref.alloc(%n) : memref<?xf32>
  memref.store %x, %0[%c0] : memref<?xf32>
  return
}
