// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @over_no_dimensions
func.func @over_no_dimensions(%a: tensor<4xf32>, %r: !lamina.ref<4xf32>) -> (tensor<4xf32>, !lamina.ref<4xf32>) {
  %0 = lamina.sum %a {dims = array<i64>} : tensor<4xf32> -> tensor<4xf32>
  // CHECK-NEXT: %[[COPY:.*]] = lamina.amax %arg1
  %1 = lamina.amax %r {dims = array<i64>} : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  // CHECK-NEXT: return %arg0, %[[COPY]]
  return %0, %1 : tensor<4xf32>, !lamina.ref<4xf32>
}
