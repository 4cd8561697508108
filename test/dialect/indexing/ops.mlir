// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @gather
func.func @gather(%x: tensor<2x5xf32>, %i: tensor<2x3xi64>, %y: !lamina.ref<?x5xi1>, %j: !lamina.ref<2x?xi64>) {
  // CHECK: lamina.gather %{{.*}}, %{{.*}} {dim = 1 : i64} : (tensor<2x5xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  %0 = lamina.gather %x, %i {dim = 1 : i64} : (tensor<2x5xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  // CHECK: lamina.gather %{{.*}}, %{{.*}} {dim = 1 : i64} : (!lamina.ref<?x5xi1>, !lamina.ref<2x?xi64>) -> !lamina.ref<2x?xi1>
  %1 = lamina.gather %y, %j {dim = 1 : i64} : (!lamina.ref<?x5xi1>, !lamina.ref<2x?xi64>) -> !lamina.ref<2x?xi1>
  return
}

// CHECK-LABEL: func.func @scatter
func.func @scatter(%x: tensor<2x5xf32>, %i: tensor<2x3xi64>, %s: tensor<4x3xf32>, %y: !lamina.ref<5xf32>, %j: !lamina.ref<?xi64>, %t: !lamina.ref<?xf32>) {
  // CHECK: lamina.scatter %{{.*}}, %{{.*}}, %{{.*}} {dim = 1 : i64, reduce = "set"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  %0 = lamina.scatter %x, %i, %s {dim = 1 : i64, reduce = "set"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  // CHECK: lamina.scatter %{{.*}}, %{{.*}}, %{{.*}} {dim = 1 : i64, reduce = "add"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  %1 = lamina.scatter %x, %i, %s {dim = 1 : i64, reduce = "add"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  // CHECK: lamina.scatter %{{.*}}, %{{.*}}, %{{.*}} {dim = 1 : i64, reduce = "mul"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  %2 = lamina.scatter %x, %i, %s {dim = 1 : i64, reduce = "mul"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  // CHECK: lamina.scatter %{{.*}}, %{{.*}}, %{{.*}} {dim = 1 : i64, reduce = "amax"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  %3 = lamina.scatter %x, %i, %s {dim = 1 : i64, reduce = "amax"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  // CHECK: lamina.scatter %{{.*}}, %{{.*}}, %{{.*}} {dim = 1 : i64, reduce = "amin"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  %4 = lamina.scatter %x, %i, %s {dim = 1 : i64, reduce = "amin"} : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<4x3xf32>) -> tensor<2x5xf32>
  // CHECK: lamina.scatter %{{.*}}, %{{.*}}, %{{.*}} {dim = 0 : i64, reduce = "set"} : (!lamina.ref<5xf32>, !lamina.ref<?xi64>, !lamina.ref<?xf32>) -> !lamina.ref<5xf32>
  %5 = lamina.scatter %y, %j, %t {dim = 0 : i64, reduce = "set"} : (!lamina.ref<5xf32>, !lamina.ref<?xi64>, !lamina.ref<?xf32>) -> !lamina.ref<5xf32>
  return
}

// CHECK-LABEL: func.func @index
func.func @index(%x: tensor<4x5x6xf32>, %i: tensor<7xi64>, %j: tensor<?xi64>, %r: !lamina.ref<4x5xf32>, %k: !lamina.ref<2x3xi64>) {
  // CHECK: lamina.index %{{.*}}, %{{.*}} : (tensor<4x5x6xf32>, tensor<7xi64>) -> tensor<7x5x6xf32>
  %0 = lamina.index %x, %i : (tensor<4x5x6xf32>, tensor<7xi64>) -> tensor<7x5x6xf32>
  // CHECK: lamina.index %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4x5x6xf32>, tensor<?xi64>, tensor<7xi64>) -> tensor<7x6xf32>
  %1 = lamina.index %x, %j, %i : (tensor<4x5x6xf32>, tensor<?xi64>, tensor<7xi64>) -> tensor<7x6xf32>
  // CHECK: lamina.index %{{.*}}, %{{.*}}, %{{.*}} : (!lamina.ref<4x5xf32>, !lamina.ref<2x3xi64>, !lamina.ref<2x3xi64>) -> !lamina.ref<2x3xf32>
  %2 = lamina.index %r, %k, %k : (!lamina.ref<4x5xf32>, !lamina.ref<2x3xi64>, !lamina.ref<2x3xi64>) -> !lamina.ref<2x3xf32>
  return
}

// CHECK-LABEL: func.func @index_put
func.func @index_put(%x: tensor<4x5xf32>, %v: tensor<7x5xf32>, %i: tensor<7xi64>, %r: !lamina.ref<4xui8>, %w: !lamina.ref<ui8>, %k: !lamina.ref<i64>) {
  // CHECK: lamina.index_put %{{.*}}, %{{.*}}, %{{.*}} {accumulate = true} : (tensor<4x5xf32>, tensor<7x5xf32>, tensor<7xi64>) -> tensor<4x5xf32>
  %0 = lamina.index_put %x, %v, %i {accumulate = true} : (tensor<4x5xf32>, tensor<7x5xf32>, tensor<7xi64>) -> tensor<4x5xf32>
  // CHECK: lamina.index_put %{{.*}}, %{{.*}}, %{{.*}} {accumulate = false} : (!lamina.ref<4xui8>, !lamina.ref<ui8>, !lamina.ref<i64>) -> !lamina.ref<4xui8>
  %1 = lamina.index_put %r, %w, %k {accumulate = false} : (!lamina.ref<4xui8>, !lamina.ref<ui8>, !lamina.ref<i64>) -> !lamina.ref<4xui8>
  return
}

// CHECK-LABEL: func.func @concat
func.func @concat(%x: tensor<2x3xf32>, %y: tensor<2x?xf32>, %r: !lamina.ref<2xi1>) {
  // CHECK: lamina.concat %{{.*}}, %{{.*}} {dim = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %0 = lamina.concat %x, %x {dim = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  // CHECK: lamina.concat %{{.*}}, %{{.*}} {dim = 0 : i64} : (tensor<2x3xf32>, tensor<2x?xf32>) -> tensor<4x3xf32>
  %1 = lamina.concat %x, %y {dim = 0 : i64} : (tensor<2x3xf32>, tensor<2x?xf32>) -> tensor<4x3xf32>
  // CHECK: lamina.concat %{{.*}}, %{{.*}} {dim = 1 : i64} : (tensor<2x3xf32>, tensor<2x?xf32>) -> tensor<2x?xf32>
  %2 = lamina.concat %x, %y {dim = 1 : i64} : (tensor<2x3xf32>, tensor<2x?xf32>) -> tensor<2x?xf32>
  // CHECK: lamina.concat %{{.*}} {dim = 0 : i64} : (!lamina.ref<2xi1>) -> !lamina.ref<2xi1>
  %3 = lamina.concat %r {dim = 0 : i64} : (!lamina.ref<2xi1>) -> !lamina.ref<2xi1>
  return
}

// CHECK-LABEL: func.func @pad
func.func @pad(%x: tensor<3x?xf32>, %r: !lamina.ref<0xcomplex<f32>>) {
  // CHECK: lamina.pad %{{.*}} {high = array<i64: -1, 2>, interior = array<i64: 2, 0>, low = array<i64: 1, 0>, value = 0.000000e+00 : f32} : tensor<3x?xf32> -> tensor<7x?xf32>
  %0 = lamina.pad %x {high = array<i64: -1, 2>, interior = array<i64: 2, 0>, low = array<i64: 1, 0>, value = 0.000000e+00 : f32} : tensor<3x?xf32> -> tensor<7x?xf32>
  // CHECK: lamina.pad %{{.*}} {high = array<i64: 2>, interior = array<i64: 1>, low = array<i64: 1>, value = [1.000000e+00 : f32, 0.000000e+00 : f32]} : !lamina.ref<0xcomplex<f32>> -> !lamina.ref<3xcomplex<f32>>
  %1 = lamina.pad %r {high = array<i64: 2>, interior = array<i64: 1>, low = array<i64: 1>, value = [1.000000e+00 : f32, 0.000000e+00 : f32]} : !lamina.ref<0xcomplex<f32>> -> !lamina.ref<3xcomplex<f32>>
  return
}

// CHECK-LABEL: func.func @flip
func.func @flip(%x: tensor<3x?xf32>, %r: !lamina.ref<3xi1>) {
  // CHECK: lamina.flip %{{.*}} {dims = array<i64: 1, 0>} : tensor<3x?xf32>
  %0 = lamina.flip %x {dims = array<i64: 1, 0>} : tensor<3x?xf32>
  // CHECK: lamina.flip %{{.*}} {dims = array<i64: 0>} : !lamina.ref<3xi1>
  %1 = lamina.flip %r {dims = array<i64: 0>} : !lamina.ref<3xi1>
  return
}
