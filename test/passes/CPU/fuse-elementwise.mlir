// RUN: lamina-opt %s --lamina-convert-to-linalg --lamina-cpu-fuse-elementwise --split-input-file | FileCheck %s

// A view and the ops around it become one loop nest.
// CHECK-DAG: #[[ID:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[T:.+]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-LABEL: func.func @chain
func.func @chain(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) -> tensor<3x2xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[T]], #[[ID]], #[[ID]]]
  // CHECK: math.exp
  // CHECK: arith.addf
  // CHECK-NOT: linalg.generic
  %0 = lamina.exp %a : tensor<2x3xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %2 = lamina.add %1, %b : tensor<3x2xf32>
  return %2 : tensor<3x2xf32>
}

// -----

// A contraction reads a transposed operand in place.
// CHECK-DAG: #[[LHS:.+]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[RHS:.+]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func.func @transposed_product
func.func @transposed_product(%a: tensor<4x8xf32>, %b: tensor<6x8xf32>) -> tensor<4x6xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[LHS]], #[[RHS]],
  // CHECK-SAME: ins(%{{.+}}, %{{.+}} : tensor<4x8xf32>, tensor<6x8xf32>)
  // CHECK-NOT: linalg.generic
  %0 = lamina.permute %b {dims = array<i64: 1, 0>} : tensor<6x8xf32> -> tensor<8x6xf32>
  %1 = lamina.matmul %a, %0 : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}

// -----

// An expensive value that is broadcast is computed once, not for every reader.
// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%a: tensor<64xf32>, %b: tensor<64x64xf32>) -> tensor<64x64xf32> {
  // CHECK: math.exp
  // CHECK: linalg.yield
  // CHECK: linalg.generic
  // CHECK: arith.mulf
  %0 = lamina.exp %a : tensor<64xf32>
  %1 = lamina.expand %0 : tensor<64xf32> -> tensor<64x64xf32>
  %2 = lamina.mul %1, %b : tensor<64x64xf32>
  return %2 : tensor<64x64xf32>
}

// -----

// A product that is only read transposed is written transposed.
// CHECK-DAG: #[[OUT:.+]] = affine_map<(d0, d1, d2) -> (d1, d0)>
// CHECK-LABEL: func.func @product_transposed
func.func @product_transposed(%a: tensor<4x8xf32>, %b: tensor<8x6xf32>) -> tensor<6x4xf32> {
  // CHECK: linalg.generic {indexing_maps = [#{{.+}}, #{{.+}}, #[[OUT]]]
  // CHECK-SAME: outs(%{{.+}} : tensor<6x4xf32>)
  // CHECK-NOT: linalg.generic
  %0 = lamina.matmul %a, %b : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : tensor<4x6xf32> -> tensor<6x4xf32>
  return %1 : tensor<6x4xf32>
}

// -----

// A sum of nothing is what it starts from.
// CHECK-LABEL: func.func @sums_of_nothing
func.func @sums_of_nothing(%a: tensor<3x0xf32>) -> tensor<3xf32> {
  // CHECK: %[[START:.+]] = linalg.fill
  // CHECK-NEXT: return %[[START]]
  %0 = lamina.sum %a {dims = array<i64: 1>} : tensor<3x0xf32> -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
