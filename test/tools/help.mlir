// RUN: lamina-opt --help | FileCheck %s

// Passes and named pipelines of lamina stand beside those of MLIR.
// CHECK-DAG: --canonicalize
// CHECK-DAG: --lamina-functionalize
// CHECK-DAG: --lamina-convert-to-linalg
// CHECK-DAG: --lamina-functional-pipeline
// CHECK-DAG: --lamina-cpu-pipeline
// CHECK-DAG: --split-input-file
// CHECK-DAG: --verify-diagnostics
// CHECK-DAG: --mlir-print-ir-after-all
// CHECK-DAG: --mlir-timing
// CHECK-DAG: --mlir-pass-pipeline-crash-reproducer
