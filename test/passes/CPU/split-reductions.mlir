// RUN: lamina-opt %s --lamina-cpu-split-reductions --split-input-file | FileCheck %s

// Rows of a column sum are cut in three: partial sums, turns, and eight rows at once.
// CHECK: #[[IN:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
// CHECK: #[[OUT:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d2)>
// CHECK-LABEL: func.func @columns
func.func @columns(%x: tensor<1024x128xf32>, %init: tensor<128xf32>) -> tensor<128xf32> {
  // CHECK: %[[ROWS:.+]] = tensor.expand_shape %{{.+}} into tensor<32x4x8x128xf32>
  // CHECK: %[[ZEROS:.+]] = linalg.fill
  // CHECK: %[[PARTIAL:.+]] = linalg.generic {indexing_maps = [#[[IN]], #[[OUT]]], iterator_types = ["parallel", "reduction", "parallel", "reduction"]}
  // CHECK-SAME: ins(%[[ROWS]] : tensor<32x4x8x128xf32>) outs(%[[ZEROS]] : tensor<32x128xf32>)
  // CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]} ins(%[[PARTIAL]] : tensor<32x128xf32>) outs(%arg1 : tensor<128xf32>)
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
                       iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<1024x128xf32>) outs(%init : tensor<128xf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.addf %a, %s : f32
    linalg.yield %1 : f32
  } -> tensor<128xf32>
  return %0 : tensor<128xf32>
}

// -----

// The number of partial sums is the one that leaves the fewest rows over.
// CHECK-LABEL: func.func @all_of_a_prime_number
func.func @all_of_a_prime_number(%x: tensor<4093x128xf32>, %init: tensor<f32>) -> tensor<f32> {
  // CHECK: tensor.extract_slice %arg0[0, 0] [4092, 128] [1, 1]
  // CHECK: tensor.expand_shape {{.*}} into tensor<62x66x1x128xf32>
  // CHECK: linalg.generic {{.*}} outs(%{{.+}} : tensor<62xf32>)
  // CHECK: %[[TOTAL:.+]] = linalg.generic {{.*}} ins(%{{.+}} : tensor<62xf32>) outs(%arg1 : tensor<f32>)
  // CHECK: %[[REST:.+]] = tensor.extract_slice %arg0[4092, 0] [1, 128] [1, 1]
  // CHECK: linalg.generic {{.*}} ins(%[[REST]] : tensor<1x128xf32>) outs(%[[TOTAL]] : tensor<f32>)
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>],
                       iterator_types = ["reduction", "reduction"]}
      ins(%x : tensor<4093x128xf32>) outs(%init : tensor<f32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.addf %a, %s : f32
    linalg.yield %1 : f32
  } -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// The index of a row is put together again.
// CHECK: #[[ROW:.+]] = affine_map<(d0, d1, d2) -> ((d0 * 4 + d1) * 8 + d2)>
// CHECK-LABEL: func.func @index
func.func @index(%x: tensor<1024x128xf32>, %init: tensor<128xi64>) -> tensor<128xi64> {
  // CHECK: %[[PARTIAL:.+]] = linalg.index 0
  // CHECK: %[[TURN:.+]] = linalg.index 1
  // CHECK: %[[OF_EIGHT:.+]] = linalg.index 3
  // CHECK: affine.apply #[[ROW]](%[[PARTIAL]], %[[TURN]], %[[OF_EIGHT]])
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
                       iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<1024x128xf32>) outs(%init : tensor<128xi64>) {
  ^bb0(%a: f32, %s: i64):
    %index = linalg.index 0 : index
    %i = arith.index_cast %index : index to i64
    %1 = arith.maxsi %i, %s : i64
    linalg.yield %1 : i64
  } -> tensor<128xi64>
  return %0 : tensor<128xi64>
}

// -----

// Two products in the accumulator: what a partial result starts from is not known.
// CHECK-LABEL: func.func @no_neutral_element
func.func @no_neutral_element(%x: tensor<1024x128xf32>, %init: tensor<128xf32>) -> tensor<128xf32> {
  // CHECK-NOT: tensor.expand_shape
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
                       iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<1024x128xf32>) outs(%init : tensor<128xf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.mulf %a, %s : f32
    %2 = arith.addf %1, %a : f32
    linalg.yield %2 : f32
  } -> tensor<128xf32>
  return %0 : tensor<128xf32>
}

// -----

// Neighbours in memory are added: columns are taken one by one.
// CHECK-LABEL: func.func @columns_stored_one_by_one
// CHECK-NOT: tensor.expand_shape
// CHECK: linalg.generic {{.*}} ins(%arg0, %arg1 : tensor<1024x128xf32>, tensor<1024xf32>)
func.func @columns_stored_one_by_one(%x: tensor<1024x128xf32> {lamina.strides = array<i64: 1, 1024>}, %w: tensor<1024xf32>, %init: tensor<128xf32>) -> tensor<128xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (j)>],
                       iterator_types = ["reduction", "parallel"]}
      ins(%x, %w : tensor<1024x128xf32>, tensor<1024xf32>) outs(%init : tensor<128xf32>) {
  ^bb0(%a: f32, %f: f32, %s: f32):
    %1 = arith.mulf %a, %f : f32
    %2 = arith.addf %1, %s : f32
    linalg.yield %2 : f32
  } -> tensor<128xf32>
  return %0 : tensor<128xf32>
}
