// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @unused_computation
func.func @unused_computation(%t: tensor<4xf32>, %a: !lamina.ref<4xf32>) {
  %0 = lamina.exp %t : tensor<4xf32>
  %1 = lamina.exp %a : !lamina.ref<4xf32>
  %2 = lamina.clone %a : !lamina.ref<4xf32>
  %3 = lamina.full {value = 0.0 : f32} : !lamina.ref<4xf32>
  %4 = lamina.alias %a : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  %5 = lamina.custom_call "my::op"(%a) : (!lamina.ref<4xf32>) -> !lamina.ref<4xf32>
  // CHECK-NEXT: return
  return
}

// CHECK-LABEL: func.func @writes_stay
func.func @writes_stay(%a: !lamina.ref<4xf32>, %b: !lamina.ref<4xf32>, %p: !lamina.ref<i1>) {
  // CHECK-NEXT: lamina.assign
  lamina.assign %a, %b : !lamina.ref<4xf32>
  // CHECK-NEXT: lamina.set
  lamina.set %a, %b : !lamina.ref<4xf32>, !lamina.ref<4xf32>
  // CHECK-NEXT: lamina.resize
  %0 = lamina.resize %b {sizes = array<i64: 2>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  // CHECK-NEXT: lamina.custom_call "my::mutate"
  lamina.custom_call "my::mutate"(%a) {mutates = array<i64: 0>} : (!lamina.ref<4xf32>) -> ()
  // CHECK-NEXT: lamina.custom_call "my::log"
  lamina.custom_call "my::log"() {has_side_effect = true} : () -> ()
  // CHECK-NEXT: lamina.cond
  // CHECK-NEXT: lamina.assign
  lamina.cond %p : !lamina.ref<i1> {
    lamina.assign %b, %a : !lamina.ref<4xf32>
  } else {
  }
  return
}

// CHECK-LABEL: func.func @unused_regions
func.func @unused_regions(%p: tensor<i1>, %t: tensor<4xf32>) {
  %0 = lamina.cond %p : tensor<i1> -> tensor<4xf32> {
    %1 = lamina.neg %t : tensor<4xf32>
    lamina.yield %1 : tensor<4xf32>
  } else {
    lamina.yield %t : tensor<4xf32>
  }
  // CHECK-NEXT: return
  return
}
