// RUN: lamina-opt %s --lamina-convert-to-linalg --split-input-file | FileCheck %s

// CHECK-DAG: #[[ID:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[T:.+]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-LABEL: func.func @elementwise_of_view
func.func @elementwise_of_view(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) -> tensor<3x2xf32> {
  // CHECK: %[[MOVED:.+]] = linalg.generic {indexing_maps = [#[[T]], #[[ID]]]
  // CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[ID]], #[[ID]]]
  // CHECK-SAME: ins(%[[MOVED]], %{{.+}} : tensor<3x2xf32>, tensor<3x2xf32>)
  // CHECK: arith.addf
  %0 = lamina.permute %a {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %1 = lamina.add %0, %b : tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// -----

// Unsigned elements become signless, their arithmetic stays unsigned.
// CHECK-LABEL: func.func @unsigned(
// CHECK-SAME: %{{.+}}: tensor<4xi8>, %{{.+}}: tensor<4xi8>) -> tensor<4xi8>
func.func @unsigned(%a: tensor<4xui8>, %b: tensor<4xui8>) -> tensor<4xui8> {
  // CHECK: arith.maxui
  %0 = lamina.maximum %a, %b : tensor<4xui8>
  return %0 : tensor<4xui8>
}

// -----

// Division of integers by zero is 0 and never traps.
// CHECK-LABEL: func.func @integer_division
func.func @integer_division(%a: tensor<4xi32>, %b: tensor<4xi32>) -> tensor<4xi32> {
  // CHECK: %[[SAFE:.+]] = arith.select %{{.+}}, %{{.+}}, %{{.+}} : i32
  // CHECK: arith.divsi %{{.+}}, %[[SAFE]]
  %0 = lamina.div %a, %b : tensor<4xi32>
  return %0 : tensor<4xi32>
}

// -----

// Small floats accumulate in f32 and are rounded once.
// CHECK-LABEL: func.func @small_float_sum
func.func @small_float_sum(%a: tensor<4x8xbf16>) -> tensor<4xbf16> {
  // CHECK: linalg.fill ins(%{{.+}} : f32)
  // CHECK: linalg.generic
  // CHECK-SAME: iterator_types = ["parallel", "reduction"]
  // CHECK: arith.extf
  // CHECK: arith.addf %{{.+}}, %{{.+}} : f32
  // CHECK: arith.truncf
  %0 = lamina.sum %a {dims = array<i64: 1>} : tensor<4x8xbf16> -> tensor<4xbf16>
  return %0 : tensor<4xbf16>
}

// -----

// CHECK-LABEL: func.func @products
func.func @products(%a: tensor<4x8xf16>, %b: tensor<8x2xf16>, %c: tensor<3x4x8xf32>, %d: tensor<3x8x2xf32>)
    -> (tensor<4x2xf16>, tensor<3x4x2xf32>) {
  // CHECK: linalg.matmul ins(%{{.+}}, %{{.+}} : tensor<4x8xf16>, tensor<8x2xf16>) outs(%{{.+}} : tensor<4x2xf32>)
  // CHECK: linalg.batch_matmul
  %0 = lamina.matmul %a, %b : (tensor<4x8xf16>, tensor<8x2xf16>) -> tensor<4x2xf16>
  %1 = lamina.matmul %c, %d : (tensor<3x4x8xf32>, tensor<3x8x2xf32>) -> tensor<3x4x2xf32>
  return %0, %1 : tensor<4x2xf16>, tensor<3x4x2xf32>
}

// -----

// A slice is a view, and replacing one is a write into the base.
// CHECK-LABEL: func.func @slices
func.func @slices(%a: tensor<4x6xf32>, %b: tensor<4x3xf32>) -> (tensor<4x3xf32>, tensor<4x6xf32>) {
  // CHECK: tensor.extract_slice %{{.+}}[0, 1] [4, 3] [1, 2]
  // CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 1] [4, 3] [1, 2]
  %0 = lamina.slice %a {starts = array<i64: 0, 1>, stops = array<i64: 4, 6>, steps = array<i64: 1, 2>}
    : tensor<4x6xf32> -> tensor<4x3xf32>
  %1 = lamina.slice_scatter %a, %b {starts = array<i64: 0, 1>, stops = array<i64: 4, 6>, steps = array<i64: 1, 2>}
    : tensor<4x6xf32>, tensor<4x3xf32>
  return %0, %1 : tensor<4x3xf32>, tensor<4x6xf32>
}

// -----

// Runs of dimensions that hold the same elements are collapsed and expanded; nothing else moves.
// CHECK-LABEL: func.func @reshape
func.func @reshape(%a: tensor<2x6x5xf32>) -> tensor<3x4x5xf32> {
  // CHECK: tensor.collapse_shape %{{.+}} {{\[\[}}0, 1], [2]] : tensor<2x6x5xf32> into tensor<12x5xf32>
  // CHECK: tensor.expand_shape %{{.+}} {{\[\[}}0, 1], [2]] output_shape [3, 4, 5]
  %0 = lamina.reshape %a : tensor<2x6x5xf32> -> tensor<3x4x5xf32>
  return %0 : tensor<3x4x5xf32>
}

// -----

// Places may repeat, so writes run in order.
// CHECK-LABEL: func.func @index_put
func.func @index_put(%x: tensor<4x5xf32>, %v: tensor<7x5xf32>, %i: tensor<7xi64>) -> tensor<4x5xf32> {
  // CHECK: scf.for
  // CHECK: scf.for
  // CHECK: tensor.extract
  // CHECK: arith.addf
  // CHECK: tensor.insert
  %0 = lamina.index_put %x, %v, %i {accumulate = true}
    : (tensor<4x5xf32>, tensor<7x5xf32>, tensor<7xi64>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// -----

// Both branches leave their result in one destination.
// CHECK-LABEL: func.func @cond
func.func @cond(%p: tensor<i1>, %a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[TARGET:.+]] = tensor.empty() : tensor<4xf32>
  // CHECK: scf.if
  // CHECK: bufferization.materialize_in_destination %{{.+}} in %[[TARGET]]
  // CHECK: else
  // CHECK: bufferization.materialize_in_destination %{{.+}} in %[[TARGET]]
  %0 = lamina.cond %p : tensor<i1> -> tensor<4xf32> {
    %1 = lamina.exp %a : tensor<4xf32>
    lamina.yield %1 : tensor<4xf32>
  } else {
    %1 = lamina.neg %a : tensor<4xf32>
    lamina.yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

// Sizes that are not known are read from the operands.
// CHECK-LABEL: func.func @dynamic
func.func @dynamic(%a: tensor<?x4xf32>, %b: tensor<4xf32>) -> (tensor<?x4xf32>, tensor<?xf32>) {
  // CHECK: tensor.dim
  // CHECK: tensor.empty(%{{.+}}) : tensor<?x4xf32>
  // CHECK: linalg.generic
  %0 = lamina.neg %a : tensor<?x4xf32>
  // CHECK: tensor.empty(%{{.+}}) : tensor<?xf32>
  %1 = lamina.sum %0 {dims = array<i64: 1>} : tensor<?x4xf32> -> tensor<?xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?xf32>
}

// -----

// An array without elements needs no computation, a sum of nothing does.
// CHECK-LABEL: func.func @nothing
func.func @nothing(%a: tensor<0x4xf32>) -> (tensor<0x4xf32>, tensor<4xf32>) {
  // CHECK-NOT: math.exp
  // CHECK: linalg.fill
  %0 = lamina.exp %a : tensor<0x4xf32>
  %1 = lamina.sum %0 {dims = array<i64: 0>} : tensor<0x4xf32> -> tensor<4xf32>
  return %0, %1 : tensor<0x4xf32>, tensor<4xf32>
}

// -----

// Positions are numbers of 32 bits while they are searched for. One comparison finds the extreme,
// be it a number, the float next to which is the limit, or NaN.
// CHECK-LABEL: func.func @position_of_greatest
func.func @position_of_greatest(%x: tensor<4x8xf32>) -> tensor<4xi64> {
  // CHECK: arith.cmpf uno
  // CHECK: linalg.generic {{.*}} outs(%{{.+}} : tensor<4xi32>)
  // CHECK: arith.cmpf ugt
  // CHECK-NOT: arith.cmpf
  // CHECK: arith.minsi {{.*}} : i32
  // CHECK: arith.extsi {{.*}} : i32 to i64
  %0 = lamina.argmax %x {dim = 1 : i64} : tensor<4x8xf32> -> tensor<4xi64>
  return %0 : tensor<4xi64>
}
