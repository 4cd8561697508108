// RUN: lamina-opt %s --lamina-cpu-order-loops --split-input-file | FileCheck %s

// Rows are added into rows.
// CHECK-LABEL: func.func @product
func.func @product(%a: memref<32x64xf32>, %b: memref<64x48xf32>, %c: memref<32x48xf32>) {
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction", "parallel"]
  linalg.matmul ins(%a, %b : memref<32x64xf32>, memref<64x48xf32>) outs(%c : memref<32x48xf32>)
  return
}

// -----

// Columns in memory order: the right side is walked along the reduction.
// CHECK-LABEL: func.func @product_of_column_major
func.func @product_of_column_major(%a: memref<32x64xf32>, %b: memref<64x48xf32, strided<[1, 64]>>, %c: memref<32x48xf32>) {
  // CHECK: linalg.matmul
  linalg.matmul ins(%a, %b : memref<32x64xf32>, memref<64x48xf32, strided<[1, 64]>>) outs(%c : memref<32x48xf32>)
  return
}

// -----

// CHECK-LABEL: func.func @strided_copy
func.func @strided_copy(%a: memref<32x64xf32, strided<[1, 32]>>, %b: memref<32x64xf32>) {
  // CHECK-NOT: memref.copy
  // CHECK: linalg.generic
  memref.copy %a, %b : memref<32x64xf32, strided<[1, 32]>> to memref<32x64xf32>
  return
}
