// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK: func.func private @floats(!lamina.ref<f64>, !lamina.ref<4xf32>, !lamina.ref<?xf16>, !lamina.ref<4x?xbf16>, !lamina.ref<0xf8E4M3FN>, !lamina.ref<2xf8E5M2>)
func.func private @floats(!lamina.ref<f64>, !lamina.ref<4xf32>, !lamina.ref<?xf16>, !lamina.ref<4x?xbf16>, !lamina.ref<0xf8E4M3FN>, !lamina.ref<2xf8E5M2>)

// CHECK: func.func private @integers(!lamina.ref<i64>, !lamina.ref<i32>, !lamina.ref<i16>, !lamina.ref<i8>, !lamina.ref<ui8>, !lamina.ref<i1>)
func.func private @integers(!lamina.ref<i64>, !lamina.ref<i32>, !lamina.ref<i16>, !lamina.ref<i8>, !lamina.ref<ui8>, !lamina.ref<i1>)

// CHECK: func.func private @complex(!lamina.ref<2x3xcomplex<f32>>, !lamina.ref<?xcomplex<f64>>)
func.func private @complex(!lamina.ref<2x3xcomplex<f32>>, !lamina.ref<?xcomplex<f64>>)
