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

// -----

// Every second element of a row is nearer than the next row.
// CHECK: #[[$ID:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @every_second_column
func.func @every_second_column(%a: memref<32x64xf32, strided<[128, 2]>>, %b: memref<64xf32, strided<[2]>>, %c: memref<32x64xf32>) {
  // CHECK: linalg.generic {indexing_maps = [#[[$ID]], #{{.+}}, #[[$ID]]]
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : memref<32x64xf32, strided<[128, 2]>>, memref<64xf32, strided<[2]>>) outs(%c : memref<32x64xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %z = arith.addf %x, %y : f32
    linalg.yield %z : f32
  }
  return
}

// -----

// A reduction of eight is unrolled and stays last; the loop over columns goes before it.
// CHECK-LABEL: func.func @eight_rows_at_once
func.func @eight_rows_at_once(%a: memref<16x8x64xf32>, %b: memref<64xf32>) {
  // CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel", "reduction"]
  linalg.generic {indexing_maps = [affine_map<(j, i, r) -> (i, r, j)>, affine_map<(j, i, r) -> (j)>],
                  iterator_types = ["parallel", "reduction", "reduction"]}
      ins(%a : memref<16x8x64xf32>) outs(%b : memref<64xf32>) {
  ^bb0(%x: f32, %sum: f32):
    %0 = arith.addf %x, %sum : f32
    linalg.yield %0 : f32
  }
  return
}
