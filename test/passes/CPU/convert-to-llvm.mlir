// RUN: lamina-opt %s --lamina-cpu-convert-to-llvm | FileCheck %s --implicit-check-not=lamina.arg

// log1p keeps its accuracy near zero: the C library computes it.
// CHECK-DAG: llvm.func @log1pf(f32) -> f32
// CHECK-LABEL: llvm.func @bare_pointers(
// CHECK-SAME: %{{[a-z0-9]+}}: !llvm.ptr {llvm.noalias}, %{{[a-z0-9]+}}: !llvm.ptr)
// CHECK-SAME: attributes {lamina.entry}
func.func @bare_pointers(%a: memref<4xf32> {lamina.arg = #lamina.input<0>, llvm.noalias}, %b: memref<i1>) attributes {lamina.entry} {
  %c1 = arith.constant 1 : index
  %0 = memref.load %a[%c1] : memref<4xf32>
  // CHECK: llvm.call @log1pf
  %1 = math.log1p %0 : f32
  // CHECK: llvm.intr.sqrt
  %2 = math.sqrt %1 : f32
  memref.store %2, %a[%c1] : memref<4xf32>
  // Booleans are bytes.
  // CHECK: llvm.load %{{.+}} : !llvm.ptr -> i8
  // CHECK: llvm.zext %{{.+}} : i1 to i8
  %3 = memref.load %b[] : memref<i1>
  memref.store %3, %b[] : memref<i1>
  return
}
