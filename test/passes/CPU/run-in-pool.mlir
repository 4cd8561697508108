// RUN: lamina-opt %s --lamina-cpu-run-in-pool | FileCheck %s

// CHECK: llvm.func @laminaParallelFor(!llvm.ptr, i64, i64, !llvm.ptr)
// CHECK-LABEL: llvm.func @f(
// CHECK-SAME: %[[A:.+]]: !llvm.ptr, %[[S:.+]]: f32)
// CHECK: %[[RECORD:.+]] = llvm.alloca %{{.+}} x !llvm.struct<(ptr, f32)>
// CHECK: %[[COUNT:.+]] = llvm.mlir.constant(100 : i64)
// CHECK: %[[F0:.+]] = llvm.getelementptr %[[RECORD]][0, 0]
// CHECK: llvm.store %[[A]], %[[F0]]
// CHECK: %[[F1:.+]] = llvm.getelementptr %[[RECORD]][0, 1]
// CHECK: llvm.store %[[S]], %[[F1]]
// CHECK: %[[KERNEL:.+]] = llvm.mlir.addressof @body_range
// CHECK: %[[GRAIN:.+]] = llvm.mlir.constant(8 : i64)
// CHECK: llvm.call @laminaParallelFor(%[[KERNEL]], %[[COUNT]], %[[GRAIN]], %[[RECORD]])
// CHECK-NOT: llvm.call @body
llvm.func @f(%a: !llvm.ptr, %s: f32) {
  %c0 = llvm.mlir.constant(0 : i64) : i64
  %c100 = llvm.mlir.constant(100 : i64) : i64
  llvm.call @body(%c0, %c100, %a, %s) {lamina.parallel = 8 : i64} : (i64, i64, !llvm.ptr, f32) -> ()
  llvm.return
}

// Calls of one function share what runs it.
// CHECK-LABEL: llvm.func @g(
// CHECK: %[[SAME:.+]] = llvm.mlir.addressof @body_range
// CHECK: llvm.call @laminaParallelFor(%[[SAME]],
llvm.func @g(%a: !llvm.ptr, %s: f32) {
  %c0 = llvm.mlir.constant(0 : i64) : i64
  %c50 = llvm.mlir.constant(50 : i64) : i64
  llvm.call @body(%c0, %c50, %a, %s) {lamina.parallel = 8 : i64} : (i64, i64, !llvm.ptr, f32) -> ()
  llvm.return
}

llvm.func @body(%begin: i64, %end: i64, %a: !llvm.ptr, %s: f32) {
  llvm.return
}

// CHECK: llvm.func internal @body_range(%[[BEGIN:.+]]: i64, %[[END:.+]]: i64, %[[CAPTURES:.+]]: !llvm.ptr)
// CHECK: %[[P0:.+]] = llvm.getelementptr %[[CAPTURES]][0, 0]
// CHECK: %[[MEMORY:.+]] = llvm.load %[[P0]] : !llvm.ptr -> !llvm.ptr
// CHECK: %[[P1:.+]] = llvm.getelementptr %[[CAPTURES]][0, 1]
// CHECK: %[[SCALAR:.+]] = llvm.load %[[P1]] : !llvm.ptr -> f32
// CHECK: llvm.call @body(%[[BEGIN]], %[[END]], %[[MEMORY]], %[[SCALAR]])
