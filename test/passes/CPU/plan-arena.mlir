// RUN: lamina-opt %s --lamina-cpu-plan-arena --split-input-file | FileCheck %s

// Buffers that live at different times share bytes; the largest is placed first.
// CHECK-LABEL: func.func @sharing(
// CHECK-SAME: %[[W:[a-z0-9]+]]: memref<768xi8> {llvm.noalias}) attributes {lamina.entry, lamina.workspace_bytes = 768 : i64}
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C512:.+]] = arith.constant 512 : index
// CHECK-DAG: memref.view %[[W]][%{{.+}}][] : memref<768xi8> to memref<128xf32>
// CHECK-DAG: memref.view %[[W]][%[[C512]]][] : memref<768xi8> to memref<64xf32>
// CHECK-NOT: memref.alloc
func.func @sharing(%a: memref<128xf32>) attributes {lamina.entry} {
  %0 = memref.alloc() : memref<128xf32>
  memref.copy %a, %0 : memref<128xf32> to memref<128xf32>
  %1 = memref.alloc() : memref<64xf32>
  %2 = memref.subview %0[0] [64] [1] : memref<128xf32> to memref<64xf32, strided<[1]>>
  memref.copy %2, %1 : memref<64xf32, strided<[1]>> to memref<64xf32>
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
func.func @loop(%a: memref<16xf32>, %n: index) attributes {lamina.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %0 = memref.alloc() : memref<16xf32>
    memref.copy %a, %0 : memref<16xf32> to memref<16xf32>
    memref.copy %0, %a : memref<16xf32> to memref<16xf32>
  }
  return
}

// -----

// CHECK-LABEL: func.func @nothing_to_place(
// CHECK-SAME: %{{[a-z0-9]+}}: memref<16xf32>) attributes {lamina.entry} {
func.func @nothing_to_place(%a: memref<16xf32>) attributes {lamina.entry} {
  return
}
