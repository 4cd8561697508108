// RUN: lamina-opt %s --lamina-cpu-outline-kernels=inline-nests=1 --split-input-file | FileCheck %s
// RUN: lamina-opt %s --lamina-cpu-outline-kernels --split-input-file | FileCheck %s --check-prefix=FEW

// Memory and scalars are passed; views are made again.
// FEW-NOT: call
// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[A:.+]]: memref<4x8xf32> {llvm.noalias}, %[[S:.+]]: f32)
// CHECK: call @f_kernel(%[[S]], %[[A]]) : (f32, memref<4x8xf32>) -> ()
// CHECK-NEXT: call @f_kernel_0(%[[S]], %[[A]]) : (f32, memref<4x8xf32>) -> ()
// CHECK-NEXT: return
// CHECK: func.func private @f_kernel(%[[X:.+]]: f32, %[[M:.+]]: memref<4x8xf32> {llvm.noalias}) attributes {passthrough = ["noinline"]}
// CHECK: %[[ROW:.+]] = memref.subview %[[M]][1, 0]
// CHECK-NEXT: linalg.fill ins(%[[X]] : f32) outs(%[[ROW]]
// CHECK-NEXT: return
// CHECK: func.func private @f_kernel_0(
// CHECK: scf.for
func.func @f(%a: memref<4x8xf32> {llvm.noalias}, %s: f32) attributes {lamina.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %row = memref.subview %a[1, 0] [1, 8] [1, 1] : memref<4x8xf32> to memref<8xf32, strided<[1], offset: 8>>
  linalg.fill ins(%s : f32) outs(%row : memref<8xf32, strided<[1], offset: 8>>)
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %s, %a[%i, %c0] : memref<4x8xf32>
  }
  return
}

// -----

// Memory whose layout is not known stays, and so does what is no entry.
// CHECK-LABEL: func.func @unknown(
// CHECK: linalg.fill
// CHECK-NOT: linalg.fill
// CHECK-LABEL: func.func private @other(
// CHECK-COUNT-2: linalg.fill
// CHECK-LABEL: func.func private @unknown_kernel(
// CHECK: linalg.fill
func.func @unknown(%a: memref<?xf32>, %b: memref<8xf32>, %s: f32) attributes {lamina.entry} {
  linalg.fill ins(%s : f32) outs(%a : memref<?xf32>)
  linalg.fill ins(%s : f32) outs(%b : memref<8xf32>)
  return
}

func.func private @other(%a: memref<8xf32>, %s: f32) {
  linalg.fill ins(%s : f32) outs(%a : memref<8xf32>)
  linalg.fill ins(%s : f32) outs(%a : memref<8xf32>)
  return
}

// -----

// Functions that allocate need to be given memory.
// CHECK: func.func private @laminaThreadScratch(index) -> memref<1xi8>
// CHECK-LABEL: func.func @allocates(
func.func @allocates(%a: memref<4x8xf32>, %s: f32) attributes {lamina.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  linalg.fill ins(%s : f32) outs(%a : memref<4x8xf32>)
  scf.for %i = %c0 to %c4 step %c1 {
    %t = memref.alloc() : memref<8xf32>
    linalg.fill ins(%s : f32) outs(%t : memref<8xf32>)
    %row = memref.subview %a[%i, 0] [1, 8] [1, 1] : memref<4x8xf32> to memref<8xf32, strided<[1], offset: ?>>
    memref.copy %t, %row : memref<8xf32> to memref<8xf32, strided<[1], offset: ?>>
  }
  return
}
