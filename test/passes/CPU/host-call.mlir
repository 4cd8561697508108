// RUN: lamina-opt %s --one-shot-bufferize --split-input-file | FileCheck %s --check-prefix=BUFFER
// RUN: lamina-opt %s --one-shot-bufferize --lamina-cpu-convert-to-llvm --split-input-file | FileCheck %s

// An operand that is mutated and read later is copied before; the memory of results is not read.
// BUFFER-LABEL: func.func @mutated_and_read
// BUFFER: %[[A:.+]] = memref.alloc
// BUFFER: %[[COPY:.+]] = memref.alloc
// BUFFER: memref.copy %[[A]], %[[COPY]]
// BUFFER: lamina.host_call "my::op" outs(%[[COPY]] : memref<4xf32{{.*}}>) {elements = [f32], mutates = array<i64: 0>}
// BUFFER: lamina.host_call "my::use" ins(%[[A]] : memref<4xf32{{.*}}>)
func.func @mutated_and_read() {
  %0 = tensor.empty() : tensor<4xf32>
  %a = lamina.host_call "my::make" outs(%0 : tensor<4xf32>) {elements = [f32]} -> tensor<4xf32>
  %1 = lamina.host_call "my::op" outs(%a : tensor<4xf32>) {elements = [f32], mutates = array<i64: 0>} -> tensor<4xf32>
  lamina.host_call "my::use" ins(%a : tensor<4xf32>) {elements = [f32], has_side_effect = true}
  return
}

// -----

// The call gets a description and a table of arrays; the function returns if it fails.
// CHECK: llvm.mlir.global internal constant @lamina_host_call_0("{\22arguments\22:[{\22operand\22:0},{\22float\22:\220x1.8p+0\22},null],\22callee\22:\22my::op\22,\22elements\22:[\22ui8\22],\22inputs\22:1,\22mutates\22:[]}\00")
// CHECK: llvm.func @laminaHostCall(!llvm.ptr, i64, !llvm.ptr) -> i1
// CHECK-LABEL: llvm.func @early_return
// CHECK: %[[OK:.+]] = llvm.call @laminaHostCall
// CHECK: llvm.cond_br %[[OK]], ^[[NEXT:bb[0-9]+]], ^[[FAILED:bb[0-9]+]]
// CHECK: ^[[NEXT]]:
// CHECK: llvm.return
// CHECK: ^[[FAILED]]:
// CHECK-NEXT: llvm.return
func.func @early_return(%a: memref<4xi8>) {
  lamina.host_call "my::op" ins(%a : memref<4xi8>) {arguments = [#lamina.operand<0>, 1.5, unit], elements = [ui8]}
  return
}
