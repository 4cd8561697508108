// RUN: lamina-opt %s --cse | FileCheck %s

// CHECK-LABEL: func.func @equal_tensors_merge
func.func @equal_tensors_merge(%a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[R:.*]] = lamina.mul
  // CHECK-NEXT: return %[[R]], %[[R]]
  %0 = lamina.mul %a, %b : tensor<4xf32>
  %1 = lamina.mul %b, %a : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @equal_refs_do_not
func.func @equal_refs_do_not(%a: !lamina.ref<4xf32>) -> (!lamina.ref<4xf32>, !lamina.ref<4xf32>) {
  // CHECK-COUNT-2: lamina.mul
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  %1 = lamina.mul %a, %a : !lamina.ref<4xf32>
  return %0, %1 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// CHECK-LABEL: func.func @across_a_write
func.func @across_a_write(%a: !lamina.ref<4xf32>, %b: !lamina.ref<4xf32>) -> (!lamina.ref<4xf32>, !lamina.ref<4xf32>) {
  // CHECK: lamina.mul
  // CHECK-NEXT: lamina.assign
  // CHECK-NEXT: lamina.mul
  %0 = lamina.mul %a, %a : !lamina.ref<4xf32>
  lamina.assign %b, %a : !lamina.ref<4xf32>
  %1 = lamina.mul %a, %a : !lamina.ref<4xf32>
  return %0, %1 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}

// CHECK-LABEL: func.func @views_and_factories
func.func @views_and_factories(%a: !lamina.ref<2x3xf32>, %t: tensor<2x3xf32>) {
  // CHECK-COUNT-1: lamina.permute {{.*}} tensor
  %0 = lamina.permute %t {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %1 = lamina.permute %t {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  // CHECK-COUNT-1: lamina.full {{.*}} tensor
  %2 = lamina.full {value = 0.0 : f32} : tensor<3x2xf32>
  %3 = lamina.full {value = 0.0 : f32} : tensor<3x2xf32>
  // CHECK-COUNT-2: lamina.full {{.*}} !lamina.ref
  %4 = lamina.full {value = 0.0 : f32} : !lamina.ref<3x2xf32>
  %5 = lamina.full {value = 0.0 : f32} : !lamina.ref<3x2xf32>
  // CHECK: lamina.custom_call
  lamina.custom_call "use"(%0, %1, %2, %3) {has_side_effect = true} : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> ()
  lamina.custom_call "use"(%4, %5) {has_side_effect = true} : (!lamina.ref<3x2xf32>, !lamina.ref<3x2xf32>) -> ()
  return
}
