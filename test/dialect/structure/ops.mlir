// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @writes
func.func @writes(%a: !lamina.ref<4xf32>, %b: !lamina.ref<4xf32>, %c: !lamina.ref<2x?xf32>) -> !lamina.ref<3x4xf32> {
  // CHECK: lamina.assign %{{.*}}, %{{.*}} : !lamina.ref<4xf32>
  lamina.assign %a, %b : !lamina.ref<4xf32>
  // CHECK: lamina.set %{{.*}}, %{{.*}} : !lamina.ref<4xf32>, !lamina.ref<2x?xf32>
  lamina.set %a, %c : !lamina.ref<4xf32>, !lamina.ref<2x?xf32>
  // CHECK: lamina.resize %{{.*}} {sizes = array<i64: 3, 4>} : !lamina.ref<4xf32> -> !lamina.ref<3x4xf32>
  %0 = lamina.resize %b {sizes = array<i64: 3, 4>} : !lamina.ref<4xf32> -> !lamina.ref<3x4xf32>
  return %0 : !lamina.ref<3x4xf32>
}

// CHECK-LABEL: func.func @cond_of_tensors
func.func @cond_of_tensors(%pred: tensor<i1>, %a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[R:.*]] = lamina.cond %{{.*}} : tensor<i1> -> tensor<4xf32> {
  // CHECK-NEXT: lamina.yield %{{.*}} : tensor<4xf32>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[N:.*]] = lamina.neg
  // CHECK-NEXT: lamina.yield %[[N]] : tensor<4xf32>
  %0 = lamina.cond %pred : tensor<i1> -> tensor<4xf32> {
    lamina.yield %a : tensor<4xf32>
  } else {
    %1 = lamina.neg %a : tensor<4xf32>
    lamina.yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @cond_without_results
func.func @cond_without_results(%pred: !lamina.ref<i1>, %a: !lamina.ref<4xf32>) {
  // CHECK: lamina.cond %{{.*}} : !lamina.ref<i1> {
  // CHECK-NEXT: lamina.assign
  // CHECK-NEXT: } else {
  // CHECK-NEXT: }
  lamina.cond %pred : !lamina.ref<i1> {
    lamina.assign %a, %a : !lamina.ref<4xf32>
  } else {
  }
  return
}

// CHECK-LABEL: func.func @while
func.func @while(%i: tensor<i64>, %n: tensor<i64>) -> tensor<i64> {
  // CHECK: lamina.while %{{.*}} : tensor<i64> while {
  // CHECK-NEXT: ^bb0(%[[I:.*]]: tensor<i64>):
  // CHECK-NEXT: %[[P:.*]] = lamina.compare %[[I]]
  // CHECK-NEXT: lamina.yield %[[P]] : tensor<i1>
  // CHECK-NEXT: } do {
  // CHECK-NEXT: ^bb0(%[[J:.*]]: tensor<i64>):
  // CHECK-NEXT: %[[K:.*]] = lamina.add %[[J]], %[[J]]
  // CHECK-NEXT: lamina.yield %[[K]] : tensor<i64>
  %0 = lamina.while %i : tensor<i64> while {
  ^bb0(%j: tensor<i64>):
    %1 = lamina.compare %j, %n {predicate = "lt"} : tensor<i64>
    lamina.yield %1 : tensor<i1>
  } do {
  ^bb0(%j: tensor<i64>):
    %1 = lamina.add %j, %j : tensor<i64>
    lamina.yield %1 : tensor<i64>
  }
  return %0 : tensor<i64>
}

// CHECK-LABEL: func.func @while_that_carries_nothing
func.func @while_that_carries_nothing(%p: !lamina.ref<i1>) {
  // CHECK: lamina.while while {
  lamina.while while {
    lamina.yield %p : !lamina.ref<i1>
  } do {
  }
  return
}

// CHECK-LABEL: func.func @custom_call
func.func @custom_call(%a: !lamina.ref<4xf32>, %t: tensor<4xf32>) {
  // CHECK: lamina.custom_call "my::sort"(%{{.*}}, %{{.*}}) {mutates = array<i64: 1>} : (!lamina.ref<4xf32>, !lamina.ref<4xf32>) -> !lamina.ref<4xi64>
  %0 = lamina.custom_call "my::sort"(%a, %a) {mutates = array<i64: 1>} : (!lamina.ref<4xf32>, !lamina.ref<4xf32>) -> !lamina.ref<4xi64>
  // CHECK: lamina.custom_call "my::split"(%{{.*}}) : (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  %1:2 = lamina.custom_call "my::split"(%t) : (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  // CHECK: lamina.custom_call "my::log"() {has_side_effect = true} : () -> ()
  lamina.custom_call "my::log"() {has_side_effect = true} : () -> ()
  // CHECK: lamina.custom_call "my::sort"(%{{.*}}) {mutates = array<i64: 0>} : (tensor<4xf32>) -> (tensor<4xi64>, tensor<4xf32>)
  %2:2 = lamina.custom_call "my::sort"(%t) {mutates = array<i64: 0>} : (tensor<4xf32>) -> (tensor<4xi64>, tensor<4xf32>)
  // CHECK: {arguments = [{{\[}}#lamina.operand<0>, unit], 2.000000e+00, 3, true, "mean", f32]}
  lamina.custom_call "my::reduce"(%t) {arguments = [[#lamina.operand<0>, unit], 2.0, 3, true, "mean", f32]} : (tensor<4xf32>) -> ()
  return
}

// CHECK-LABEL: func.func @host_call
func.func @host_call(%a: tensor<4xi8>, %b: tensor<4xf32>, %m: memref<4xi8>, %n: memref<4xf32>) {
  // CHECK: lamina.host_call "f" ins(%{{.*}} : tensor<4xi8>) outs(%{{.*}} : tensor<4xf32>) {elements = [ui8, f32]} -> tensor<4xf32>
  %0 = lamina.host_call "f" ins(%a : tensor<4xi8>) outs(%b : tensor<4xf32>) {elements = [ui8, f32]} -> tensor<4xf32>
  // CHECK: lamina.host_call "f" ins(%{{.*}} : memref<4xi8>) outs(%{{.*}} : memref<4xf32>) {elements = [ui8, f32], mutates = array<i64: 1>}
  lamina.host_call "f" ins(%m : memref<4xi8>) outs(%n : memref<4xf32>) {elements = [ui8, f32], mutates = array<i64: 1>}
  // CHECK: lamina.host_call "f" {elements = [], has_side_effect = true}
  lamina.host_call "f" {elements = [], has_side_effect = true}
  return
}
