// RUN: lamina-opt %s --lamina-cpu-expand-scalars | FileCheck %s

// CHECK-LABEL: func.func @bf16
func.func @bf16(%a: bf16) -> f32 {
  // CHECK: arith.bitcast %{{.+}} : bf16 to i16
  // CHECK: arith.shli
  // CHECK: arith.bitcast %{{.+}} : i32 to f32
  // CHECK-NOT: arith.extf
  %0 = arith.extf %a : bf16 to f32
  return %0 : f32
}

// CHECK-LABEL: func.func @f8
func.func @f8(%a: f32) -> f8E4M3FN {
  // CHECK-NOT: arith.truncf
  // CHECK: arith.bitcast %{{.+}} : i8 to f8E4M3FN
  %0 = arith.truncf %a : f32 to f8E4M3FN
  return %0 : f8E4M3FN
}

// CHECK-LABEL: func.func @polynomials
func.func @polynomials(%a: f32, %b: f64) -> (f32, f64, f32) {
  // CHECK-NOT: math.exp %{{.+}} : f32
  %0 = math.exp %a : f32
  // CHECK: math.exp %{{.+}} : f64
  %1 = math.exp %b : f64
  // CHECK: math.sin
  %2 = math.sin %a : f32
  return %0, %1, %2 : f32, f64, f32
}
