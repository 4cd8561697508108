// RUN: lamina-opt %s --lamina-cpu-relax-reductions | FileCheck %s

#id = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>

// CHECK-LABEL: func.func @sum_of_shifted_squares
func.func @sum_of_shifted_squares(%x: memref<8xf32>, %s: memref<f32>) {
  %one = arith.constant 1.0 : f32
  linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]}
      ins(%x : memref<8xf32>) outs(%s : memref<f32>) {
  ^bb0(%a: f32, %sum: f32):
    // CHECK: arith.addf %{{.+}}, %{{.+}} : f32
    %0 = arith.addf %a, %one : f32
    // CHECK: arith.mulf %{{.+}} fastmath<reassoc,contract>
    %1 = arith.mulf %0, %0 : f32
    // CHECK: arith.addf %{{.+}} fastmath<reassoc,contract>
    %2 = arith.addf %sum, %1 : f32
    linalg.yield %2 : f32
  }
  return
}

// CHECK-LABEL: func.func @greatest
func.func @greatest(%x: memref<8xf32>, %s: memref<f32>) {
  linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]}
      ins(%x : memref<8xf32>) outs(%s : memref<f32>) {
  ^bb0(%a: f32, %greatest: f32):
    // CHECK: arith.maximumf %{{.+}}, %{{.+}} fastmath<reassoc,nsz,contract>
    %0 = arith.maximumf %a, %greatest : f32
    linalg.yield %0 : f32
  }
  return
}
