// RUN: lamina-opt %s --lamina-cpu-call-trigonometry | FileCheck %s

// CHECK-LABEL: func.func @f
// CHECK-COUNT-2: call @lamina_sin_f32(%{{.+}}) : (f32) -> f32
// CHECK: call @lamina_tan_f64(%{{.+}}) : (f64) -> f64
func.func @f(%a: f32, %b: f64) -> (f32, f64) {
  %0 = math.sin %a : f32
  %1 = math.sin %0 : f32
  %2 = math.tan %b : f64
  return %1, %2 : f32, f64
}

// CHECK-COUNT-1: memref.global "private" constant @lamina_two_over_pi : memref<21xi64>

// The scalar function branches.
// CHECK: func.func private @lamina_sin_f32_lane(%{{.+}}: f32) -> f32
// CHECK: scf.if
// CHECK: memref.load

// Another names the variants, which must not be vectorised into calls of themselves.
// CHECK: func.func private @lamina_sin_f32(%{{.+}}: f32) -> f32
// CHECK-SAME: _ZGV_LLVM_N8v_lamina_sin_f32(lamina_sin_f32_x8)
// CHECK-NEXT: call @lamina_sin_f32_lane

// A variant looks at each lane only if one of them is huge.
// CHECK: func.func private @lamina_sin_f32_x8(%[[X:.+]]: vector<8xf32>) -> vector<8xf32>
// CHECK: %[[ANY:.+]] = vector.reduction <or>, %{{.+}} : vector<8xi1> into i1
// CHECK: scf.if %[[ANY]]
// CHECK: %[[ELEMENT:.+]] = vector.extract %[[X]]
// CHECK: call @lamina_sin_f32_lane(%[[ELEMENT]])
// CHECK: vector.insert
// CHECK: func.func private @lamina_sin_f32_x16
