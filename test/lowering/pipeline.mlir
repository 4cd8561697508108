// RUN: lamina-opt %s --lamina-cpu-pipeline | FileCheck %s

// Inputs, outputs, then the workspace; nothing is allocated.
// CHECK-LABEL: llvm.func @forward(
// CHECK-SAME: %{{[a-z0-9]+}}: !llvm.ptr {llvm.noalias}
// CHECK-SAME: %{{[a-z0-9]+}}: !llvm.ptr {llvm.noalias}
// CHECK-SAME: %{{[a-z0-9]+}}: !llvm.ptr {llvm.noalias}
// CHECK-SAME: %{{[a-z0-9]+}}: !llvm.ptr {llvm.noalias})
// CHECK-SAME: attributes {lamina.entry, lamina.workspace_bytes = {{[0-9]+}} : i64}
// CHECK-NOT: call @malloc
func.func @forward(%x: tensor<64x64xf32> {lamina.arg = #lamina.input<0>},
                   %w: tensor<64x64xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<64x64xf32> {lamina.result = #lamina.output<0>}) {
  %0 = lamina.matmul %x, %w : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %1 = lamina.matmul %0, %w : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %2 = lamina.tanh %1 : tensor<64x64xf32>
  return %2 : tensor<64x64xf32>
}
