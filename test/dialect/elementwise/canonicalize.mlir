// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @compare_with_itself
func.func @compare_with_itself(%i: tensor<4xi32>, %f: tensor<4xf32>) -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = lamina.full {value = true}
  // CHECK-DAG: %[[FALSE:.*]] = lamina.full {value = false}
  %0 = lamina.compare %i, %i {predicate = "le"} : tensor<4xi32>
  %1 = lamina.compare %i, %i {predicate = "ne"} : tensor<4xi32>
  // Only a NaN differs from itself.
  // CHECK-DAG: %[[NAN:.*]] = lamina.compare %arg1, %arg1 {predicate = "ne"}
  %2 = lamina.compare %f, %f {predicate = "ne"} : tensor<4xf32>
  // CHECK: return %[[TRUE]], %[[FALSE]], %[[NAN]]
  return %0, %1, %2 : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

// CHECK-LABEL: func.func @compare_splats
func.func @compare_splats() -> (tensor<2xi1>, tensor<2xi1>, tensor<2xi1>) {
  %nan = lamina.full {value = 0x7FC00000 : f32} : tensor<2xf32>
  %big = lamina.full {value = 200 : ui8} : tensor<2xui8>
  %small = lamina.full {value = 100 : ui8} : tensor<2xui8>
  // CHECK-DAG: %[[TRUE:.*]] = lamina.full {value = true}
  // CHECK-DAG: %[[FALSE:.*]] = lamina.full {value = false}
  %0 = lamina.compare %nan, %nan {predicate = "ge"} : tensor<2xf32>
  %1 = lamina.compare %nan, %nan {predicate = "ne"} : tensor<2xf32>
  %2 = lamina.compare %big, %small {predicate = "lt"} : tensor<2xui8>
  // CHECK: return %{{.*}}, %[[TRUE]], %{{.*}}
  return %0, %1, %2 : tensor<2xi1>, tensor<2xi1>, tensor<2xi1>
}

// CHECK-LABEL: func.func @select
func.func @select(%p: tensor<4xi1>, %a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi1>) {
  %true = lamina.full {value = true} : tensor<4xi1>
  %false = lamina.full {value = false} : tensor<4xi1>
  %0 = lamina.select %p, %a, %a : tensor<4xi1>, tensor<4xf32>
  %1 = lamina.select %true, %a, %b : tensor<4xi1>, tensor<4xf32>
  %2 = lamina.select %false, %a, %b : tensor<4xi1>, tensor<4xf32>
  %3 = lamina.select %p, %true, %false : tensor<4xi1>, tensor<4xi1>
  // CHECK-NEXT: return %arg1, %arg1, %arg2, %arg0
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi1>
}

// CHECK-LABEL: func.func @exact_casts
func.func @exact_casts(%h: tensor<4xf16>, %b: tensor<4xui8>) -> (tensor<4xf16>, tensor<4xi32>, tensor<4xf32>) {
  %0 = lamina.cast %h : tensor<4xf16> -> tensor<4xf32>
  %1 = lamina.cast %0 : tensor<4xf32> -> tensor<4xf16>
  %2 = lamina.cast %h : tensor<4xf16> -> tensor<4xf64>
  // CHECK-DAG: lamina.cast %arg0 : tensor<4xf16> -> tensor<4xi32>
  %3 = lamina.cast %2 : tensor<4xf64> -> tensor<4xi32>
  %4 = lamina.cast %b : tensor<4xui8> -> tensor<4xi16>
  // CHECK-DAG: lamina.cast %arg1 : tensor<4xui8> -> tensor<4xf32>
  %5 = lamina.cast %4 : tensor<4xi16> -> tensor<4xf32>
  // CHECK: return %arg0
  return %1, %3, %5 : tensor<4xf16>, tensor<4xi32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @inexact_casts
func.func @inexact_casts(%f: tensor<4xf32>, %i: tensor<4xi32>, %h: tensor<4xf16>, %s: tensor<4xi8>) -> (tensor<4xf32>, tensor<4xi32>, tensor<4xf32>, tensor<4xi32>) {
  // CHECK-COUNT-8: lamina.cast
  %0 = lamina.cast %f : tensor<4xf32> -> tensor<4xbf16>
  %1 = lamina.cast %0 : tensor<4xbf16> -> tensor<4xf32>
  %2 = lamina.cast %i : tensor<4xi32> -> tensor<4xf32>
  %3 = lamina.cast %2 : tensor<4xf32> -> tensor<4xi32>
  %4 = lamina.cast %h : tensor<4xf16> -> tensor<4xbf16>
  %5 = lamina.cast %4 : tensor<4xbf16> -> tensor<4xf32>
  %6 = lamina.cast %s : tensor<4xi8> -> tensor<4xui8>
  %7 = lamina.cast %6 : tensor<4xui8> -> tensor<4xi32>
  return %1, %3, %5, %7 : tensor<4xf32>, tensor<4xi32>, tensor<4xf32>, tensor<4xi32>
}

// CHECK-LABEL: func.func @cast_splats
func.func @cast_splats() -> (tensor<2xi32>, tensor<2xf32>, tensor<2xi1>, tensor<2xi8>) {
  %0 = lamina.full {value = -2.7 : f32} : tensor<2xf32>
  // CHECK-DAG: lamina.full {value = -2 : i32}
  %1 = lamina.cast %0 : tensor<2xf32> -> tensor<2xi32>
  %2 = lamina.full {value = 255 : ui8} : tensor<2xui8>
  // CHECK-DAG: lamina.full {value = 2.550000e+02 : f32}
  %3 = lamina.cast %2 : tensor<2xui8> -> tensor<2xf32>
  // CHECK-DAG: lamina.full {value = true}
  %4 = lamina.cast %0 : tensor<2xf32> -> tensor<2xi1>
  // CHECK-DAG: lamina.full {value = -1 : i8}
  %5 = lamina.cast %2 : tensor<2xui8> -> tensor<2xi8>
  return %1, %3, %4, %5 : tensor<2xi32>, tensor<2xf32>, tensor<2xi1>, tensor<2xi8>
}

// What a number out of range becomes is decided at run time.
// CHECK-LABEL: func.func @cast_out_of_range
func.func @cast_out_of_range() -> tensor<2xi8> {
  %0 = lamina.full {value = 1.0e9 : f32} : tensor<2xf32>
  // CHECK: lamina.cast
  %1 = lamina.cast %0 : tensor<2xf32> -> tensor<2xi8>
  return %1 : tensor<2xi8>
}

// CHECK-LABEL: func.func @copies_of_tensors
func.func @copies_of_tensors(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = lamina.clone %a : tensor<4xf32>
  %1 = lamina.cast %a : tensor<4xf32> -> tensor<4xf32>
  // CHECK-NEXT: return %arg0, %arg0
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @copies_of_refs
func.func @copies_of_refs(%a: !lamina.ref<4xf32>) -> (!lamina.ref<4xf32>, !lamina.ref<4xf32>) {
  // CHECK-NEXT: lamina.clone
  %0 = lamina.clone %a : !lamina.ref<4xf32>
  // CHECK-NEXT: lamina.cast
  %1 = lamina.cast %a : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  return %0, %1 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
}
