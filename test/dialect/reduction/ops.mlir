// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @sum
func.func @sum(%a: tensor<2x3x?xf32>, %b: !lamina.ref<2x3x?xf32>) {
  // CHECK: lamina.sum %{{.*}} {dims = array<i64: 2, 0>} : tensor<2x3x?xf32> -> tensor<3xf32>
  %0 = lamina.sum %a {dims = array<i64: 2, 0>} : tensor<2x3x?xf32> -> tensor<3xf32>
  // CHECK: lamina.sum %{{.*}} {dims = array<i64: 2, 0>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<3xf32>
  %1 = lamina.sum %b {dims = array<i64: 2, 0>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<3xf32>
  return
}

// CHECK-LABEL: func.func @prod
func.func @prod(%a: tensor<2x3x?xf32>, %b: !lamina.ref<2x3x?xf32>) {
  // CHECK: lamina.prod %{{.*}} {dims = array<i64: 2, 0>} : tensor<2x3x?xf32> -> tensor<3xf32>
  %0 = lamina.prod %a {dims = array<i64: 2, 0>} : tensor<2x3x?xf32> -> tensor<3xf32>
  // CHECK: lamina.prod %{{.*}} {dims = array<i64: 2, 0>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<3xf32>
  %1 = lamina.prod %b {dims = array<i64: 2, 0>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<3xf32>
  return
}

// CHECK-LABEL: func.func @amax
func.func @amax(%a: tensor<2x3x?xf32>, %b: !lamina.ref<2x3x?xf32>) {
  // CHECK: lamina.amax %{{.*}} {dims = array<i64: 2, 0>} : tensor<2x3x?xf32> -> tensor<3xf32>
  %0 = lamina.amax %a {dims = array<i64: 2, 0>} : tensor<2x3x?xf32> -> tensor<3xf32>
  // CHECK: lamina.amax %{{.*}} {dims = array<i64: 2, 0>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<3xf32>
  %1 = lamina.amax %b {dims = array<i64: 2, 0>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<3xf32>
  return
}

// CHECK-LABEL: func.func @amin
func.func @amin(%a: tensor<2x3x?xf32>, %b: !lamina.ref<2x3x?xf32>) {
  // CHECK: lamina.amin %{{.*}} {dims = array<i64: 2, 0>} : tensor<2x3x?xf32> -> tensor<3xf32>
  %0 = lamina.amin %a {dims = array<i64: 2, 0>} : tensor<2x3x?xf32> -> tensor<3xf32>
  // CHECK: lamina.amin %{{.*}} {dims = array<i64: 2, 0>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<3xf32>
  %1 = lamina.amin %b {dims = array<i64: 2, 0>} : !lamina.ref<2x3x?xf32> -> !lamina.ref<3xf32>
  return
}

// CHECK-LABEL: func.func @any
func.func @any(%a: tensor<2x3xi1>, %b: !lamina.ref<2x3xi1>) {
  // CHECK: lamina.any %{{.*}} {dims = array<i64: 1>} : tensor<2x3xi1> -> tensor<2xi1>
  %0 = lamina.any %a {dims = array<i64: 1>} : tensor<2x3xi1> -> tensor<2xi1>
  // CHECK: lamina.any %{{.*}} {dims = array<i64: 1>} : !lamina.ref<2x3xi1> -> !lamina.ref<2xi1>
  %1 = lamina.any %b {dims = array<i64: 1>} : !lamina.ref<2x3xi1> -> !lamina.ref<2xi1>
  return
}

// CHECK-LABEL: func.func @all
func.func @all(%a: tensor<2x3xi1>, %b: !lamina.ref<2x3xi1>) {
  // CHECK: lamina.all %{{.*}} {dims = array<i64: 1>} : tensor<2x3xi1> -> tensor<2xi1>
  %0 = lamina.all %a {dims = array<i64: 1>} : tensor<2x3xi1> -> tensor<2xi1>
  // CHECK: lamina.all %{{.*}} {dims = array<i64: 1>} : !lamina.ref<2x3xi1> -> !lamina.ref<2xi1>
  %1 = lamina.all %b {dims = array<i64: 1>} : !lamina.ref<2x3xi1> -> !lamina.ref<2xi1>
  return
}

// CHECK-LABEL: func.func @sum_of_nothing
func.func @sum_of_nothing(%a: tensor<0x3xi64>, %b: !lamina.ref<0x3xi64>) {
  // CHECK: lamina.sum %{{.*}} {dims = array<i64: 0>} : tensor<0x3xi64> -> tensor<3xi64>
  %0 = lamina.sum %a {dims = array<i64: 0>} : tensor<0x3xi64> -> tensor<3xi64>
  // CHECK: lamina.sum %{{.*}} {dims = array<i64: 0>} : !lamina.ref<0x3xi64> -> !lamina.ref<3xi64>
  %1 = lamina.sum %b {dims = array<i64: 0>} : !lamina.ref<0x3xi64> -> !lamina.ref<3xi64>
  return
}

// CHECK-LABEL: func.func @copy
func.func @copy(%a: tensor<2xcomplex<f32>>, %b: !lamina.ref<2xcomplex<f32>>) {
  // CHECK: lamina.prod %{{.*}} {dims = array<i64>} : tensor<2xcomplex<f32>> -> tensor<2xcomplex<f32>>
  %0 = lamina.prod %a {dims = array<i64>} : tensor<2xcomplex<f32>> -> tensor<2xcomplex<f32>>
  // CHECK: lamina.prod %{{.*}} {dims = array<i64>} : !lamina.ref<2xcomplex<f32>> -> !lamina.ref<2xcomplex<f32>>
  %1 = lamina.prod %b {dims = array<i64>} : !lamina.ref<2xcomplex<f32>> -> !lamina.ref<2xcomplex<f32>>
  return
}

// CHECK-LABEL: func.func @argmax
func.func @argmax(%a: tensor<2x3xbf16>, %b: !lamina.ref<2x3xbf16>) {
  // CHECK: lamina.argmax %{{.*}} {dim = 1 : i64} : tensor<2x3xbf16> -> tensor<2xi64>
  %0 = lamina.argmax %a {dim = 1 : i64} : tensor<2x3xbf16> -> tensor<2xi64>
  // CHECK: lamina.argmax %{{.*}} {dim = 1 : i64} : !lamina.ref<2x3xbf16> -> !lamina.ref<2xi64>
  %1 = lamina.argmax %b {dim = 1 : i64} : !lamina.ref<2x3xbf16> -> !lamina.ref<2xi64>
  return
}

// CHECK-LABEL: func.func @argmin
func.func @argmin(%a: tensor<2x3xbf16>, %b: !lamina.ref<2x3xbf16>) {
  // CHECK: lamina.argmin %{{.*}} {dim = 1 : i64} : tensor<2x3xbf16> -> tensor<2xi64>
  %0 = lamina.argmin %a {dim = 1 : i64} : tensor<2x3xbf16> -> tensor<2xi64>
  // CHECK: lamina.argmin %{{.*}} {dim = 1 : i64} : !lamina.ref<2x3xbf16> -> !lamina.ref<2xi64>
  %1 = lamina.argmin %b {dim = 1 : i64} : !lamina.ref<2x3xbf16> -> !lamina.ref<2xi64>
  return
}

// CHECK-LABEL: func.func @cumsum
func.func @cumsum(%a: tensor<2x3xi32>, %b: !lamina.ref<2x?xf32>) {
  // CHECK: lamina.cumsum %{{.*}} {dim = 1 : i64} : tensor<2x3xi32>
  %0 = lamina.cumsum %a {dim = 1 : i64} : tensor<2x3xi32>
  // CHECK: lamina.cumsum %{{.*}} {dim = 0 : i64} : !lamina.ref<2x?xf32>
  %1 = lamina.cumsum %b {dim = 0 : i64} : !lamina.ref<2x?xf32>
  return
}

// CHECK-LABEL: func.func @cumprod
func.func @cumprod(%a: tensor<2x3xi32>, %b: !lamina.ref<2x?xf32>) {
  // CHECK: lamina.cumprod %{{.*}} {dim = 1 : i64} : tensor<2x3xi32>
  %0 = lamina.cumprod %a {dim = 1 : i64} : tensor<2x3xi32>
  // CHECK: lamina.cumprod %{{.*}} {dim = 0 : i64} : !lamina.ref<2x?xf32>
  %1 = lamina.cumprod %b {dim = 0 : i64} : !lamina.ref<2x?xf32>
  return
}

// CHECK-LABEL: func.func @sort
func.func @sort(%a: tensor<2x?xf32>, %b: !lamina.ref<4xui8>) {
  // CHECK: lamina.sort %{{.*}} {descending = true, dim = 1 : i64} : tensor<2x?xf32> -> tensor<2x?xf32>, tensor<2x?xi64>
  %v, %i = lamina.sort %a {descending = true, dim = 1 : i64} : tensor<2x?xf32> -> tensor<2x?xf32>, tensor<2x?xi64>
  // CHECK: lamina.sort %{{.*}} {descending = false, dim = 0 : i64} : !lamina.ref<4xui8> -> !lamina.ref<4xui8>, !lamina.ref<4xi64>
  %w, %j = lamina.sort %b {descending = false, dim = 0 : i64} : !lamina.ref<4xui8> -> !lamina.ref<4xui8>, !lamina.ref<4xi64>
  return
}
