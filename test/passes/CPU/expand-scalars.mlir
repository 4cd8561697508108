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

// Only polynomials contract: their rounding is within the stated error, and nothing relies on it.
// CHECK-LABEL: func.func @exp
func.func @exp(%a: f64) -> f64 {
  // CHECK-NOT: math.exp
  // CHECK: arith.mulf %{{.+}}, %{{.+}} fastmath<contract> : f64
  // CHECK: arith.addf %{{.+}}, %{{.+}} fastmath<contract> : f64
  // CHECK: arith.bitcast %{{.+}} : f64 to i64
  // CHECK: arith.shli
  // CHECK: arith.bitcast %{{.+}} : i64 to f64
  %0 = math.exp %a : f64
  return %0 : f64
}

// CHECK-LABEL: func.func @f32_through_f64
func.func @f32_through_f64(%a: f32, %b: f32) -> f32 {
  // CHECK: arith.extf
  // CHECK-NOT: math.powf
  // CHECK: arith.truncf
  %0 = math.powf %a, %b : f32
  return %0 : f32
}
