// RUN: lamina-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @literal_of_one_element
func.func @literal_of_one_element() -> (tensor<3xf32>, !lamina.ref<2xui8>, tensor<2xf32>) {
  // CHECK-DAG: lamina.full {value = 1.000000e+00 : f32} : tensor<3xf32>
  %0 = lamina.constant dense<1.0> : tensor<3xf32> : tensor<3xf32>
  // CHECK-DAG: lamina.full {value = 7 : ui8} : !lamina.ref<2xui8>
  %1 = lamina.constant dense<7> : tensor<2xui8> : !lamina.ref<2xui8>
  // CHECK-DAG: lamina.constant dense<[1.000000e+00, 2.000000e+00]>
  %2 = lamina.constant dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  return %0, %1, %2 : tensor<3xf32>, !lamina.ref<2xui8>, tensor<2xf32>
}

// Each is memory of its own.
// CHECK-LABEL: func.func @equal_refs_stay_apart
func.func @equal_refs_stay_apart() -> (!lamina.ref<2xf32>, !lamina.ref<2xf32>) {
  // CHECK-COUNT-2: lamina.full
  %0 = lamina.full {value = 1.0 : f32} : !lamina.ref<2xf32>
  %1 = lamina.full {value = 1.0 : f32} : !lamina.ref<2xf32>
  return %0, %1 : !lamina.ref<2xf32>, !lamina.ref<2xf32>
}
