// RUN: lamina-opt %s --lamina-cpu-merge-kernels | FileCheck %s

// CHECK-LABEL: func.func @f(
// CHECK-NEXT: call @a(%{{.+}}) : (memref<8xf32>) -> ()
// CHECK-NEXT: call @a(%{{.+}}) {lamina.parallel = 4 : i64} : (memref<8xf32>) -> ()
// CHECK-NEXT: call @value
// CHECK-NEXT: call @attribute
// CHECK-NEXT: call @larger
func.func @f(%x: memref<8xf32>, %y: memref<16xf32>) {
  call @a(%x) : (memref<8xf32>) -> ()
  call @b(%x) {lamina.parallel = 4 : i64} : (memref<8xf32>) -> ()
  call @value(%x) : (memref<8xf32>) -> ()
  call @attribute(%x) : (memref<8xf32>) -> ()
  call @larger(%y) : (memref<16xf32>) -> ()
  return
}

// CHECK: func.func private @a(
func.func private @a(%m: memref<8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%m : memref<8xf32>)
  return
}

// CHECK-NOT: @b(
func.func private @b(%m: memref<8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%m : memref<8xf32>)
  return
}

// CHECK: func.func private @value(
func.func private @value(%m: memref<8xf32>) {
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%m : memref<8xf32>)
  return
}

// CHECK: func.func private @attribute(
func.func private @attribute(%m: memref<8xf32> {llvm.noalias}) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%m : memref<8xf32>)
  return
}

// CHECK: func.func private @larger(
func.func private @larger(%m: memref<16xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%m : memref<16xf32>)
  return
}

// CHECK: func.func @public(
func.func @public(%m: memref<8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%m : memref<8xf32>)
  return
}
