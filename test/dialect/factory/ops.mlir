// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func @constant
func.func @constant() {
  // CHECK: lamina.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32> : tensor<2xf32>
  %0 = lamina.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32> : tensor<2xf32>
  // CHECK: lamina.constant dense<[true, false]> : tensor<2xi1> : !lamina.ref<2xi1>
  %1 = lamina.constant dense<[true, false]> : tensor<2xi1> : !lamina.ref<2xi1>
  // CHECK: lamina.constant dense<(1.000000e+00,2.000000e+00)> : tensor<complex<f32>> : tensor<complex<f32>>
  %2 = lamina.constant dense<(1.000000e+00,2.000000e+00)> : tensor<complex<f32>> : tensor<complex<f32>>
  // CHECK: lamina.constant dense<[1, 255]> : tensor<2xui8> : !lamina.ref<2xui8>
  %3 = lamina.constant dense<[1, 255]> : tensor<2xui8> : !lamina.ref<2xui8>
  // CHECK: lamina.constant dense_resource<weights> : tensor<3xf32> : tensor<3xf32>
  %4 = lamina.constant dense_resource<weights> : tensor<3xf32> : tensor<3xf32>
  return
}

// CHECK-LABEL: func.func @full
func.func @full() {
  // CHECK: lamina.full {value = 1.000000e+00 : f32} : tensor<2x3xf32>
  %0 = lamina.full {value = 1.000000e+00 : f32} : tensor<2x3xf32>
  // CHECK: lamina.full {value = true} : !lamina.ref<4xi1>
  %1 = lamina.full {value = true} : !lamina.ref<4xi1>
  // CHECK: lamina.full {value = 255 : ui8} : !lamina.ref<ui8>
  %2 = lamina.full {value = 255 : ui8} : !lamina.ref<ui8>
  // CHECK: lamina.full {value = [1.000000e+00, 2.000000e+00]} : tensor<2xcomplex<f64>>
  %3 = lamina.full {value = [1.000000e+00 : f64, 2.000000e+00 : f64]} : tensor<2xcomplex<f64>>
  // CHECK: lamina.full {value = 0xFFC0 : bf16} : tensor<0xbf16>
  %4 = lamina.full {value = 0xFFC0 : bf16} : tensor<0xbf16>
  return
}

// CHECK-LABEL: func.func @iota
func.func @iota() {
  // CHECK: lamina.iota {dim = 1 : i64} : tensor<2x3xi64>
  %0 = lamina.iota {dim = 1 : i64} : tensor<2x3xi64>
  // CHECK: lamina.iota {dim = 0 : i64} : !lamina.ref<4xf16>
  %1 = lamina.iota {dim = 0 : i64} : !lamina.ref<4xf16>
  return
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000000803F0000004000004040"
    }
  }
#-}
