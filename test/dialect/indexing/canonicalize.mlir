// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @nothing_to_do
func.func @nothing_to_do(%a: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %0 = lamina.concat %a {dim = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = lamina.pad %a {low = array<i64: 0, 0>, high = array<i64: 0, 0>, interior = array<i64: 0, 0>, value = 0.0 : f32} : tensor<1x4xf32> -> tensor<1x4xf32>
  %2 = lamina.flip %a {dims = array<i64: 0>} : tensor<1x4xf32>
  // CHECK-NEXT: return %arg0, %arg0, %arg0
  return %0, %1, %2 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

// CHECK-LABEL: func.func @copies_of_refs
func.func @copies_of_refs(%a: !lamina.ref<1xf32>) -> (!lamina.ref<1xf32>, !lamina.ref<1xf32>) {
  // CHECK-NEXT: lamina.concat
  %0 = lamina.concat %a {dim = 0 : i64} : (!lamina.ref<1xf32>) -> !lamina.ref<1xf32>
  // CHECK-NEXT: lamina.flip
  %1 = lamina.flip %a {dims = array<i64: 0>} : !lamina.ref<1xf32>
  return %0, %1 : !lamina.ref<1xf32>, !lamina.ref<1xf32>
}
