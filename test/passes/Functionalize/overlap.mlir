// RUN: lamina-opt --lamina-functionalize --cse --split-input-file %s | FileCheck %s

// A write through a view whose elements overlap goes to their positions in the source.

// CHECK-LABEL: func.func @expanded(
// CHECK-SAME:    %[[A:.*]]: tensor<1x3xf32> {{.*}}, %[[B:.*]]: tensor<2x3xf32>
func.func @expanded(%a: !lamina.ref<1x3xf32> {lamina.arg = #lamina.input<0>},
                    %b: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<1>}) {
  // CHECK: %[[IOTA:.*]] = lamina.iota {dim = 0 : i64} : tensor<3xi64>
  // CHECK: %[[ROW:.*]] = lamina.reshape %[[IOTA]] : tensor<3xi64> -> tensor<1x3xi64>
  // CHECK: %[[POSITIONS:.*]] = lamina.expand %[[ROW]] : tensor<1x3xi64> -> tensor<2x3xi64>
  %0 = lamina.expand %a : !lamina.ref<1x3xf32> -> !lamina.ref<2x3xf32>
  // CHECK-DAG: %[[FLAT:.*]] = lamina.reshape %[[A]] : tensor<1x3xf32> -> tensor<3xf32>
  // CHECK-DAG: %[[AT:.*]] = lamina.reshape %[[POSITIONS]] : tensor<2x3xi64> -> tensor<6xi64>
  // CHECK-DAG: %[[VALUES:.*]] = lamina.reshape %[[B]] : tensor<2x3xf32> -> tensor<6xf32>
  // CHECK: %[[NEW:.*]] = lamina.scatter %[[FLAT]], %[[AT]], %[[VALUES]] {dim = 0 : i64, reduce = "set"}
  lamina.assign %b, %0 : !lamina.ref<2x3xf32>
  // CHECK: %[[RESULT:.*]] = lamina.reshape %[[NEW]] : tensor<3xf32> -> tensor<1x3xf32>
  // CHECK: return %[[RESULT]]
  return
}

// -----

// Only what the written view shows is written, however much more the overlapping one shows.
// CHECK-LABEL: func.func @row_of_expanded(
// CHECK-SAME:    %[[A:.*]]: tensor<3xf32> {{.*}}, %[[B:.*]]: tensor<1x2xf32>
func.func @row_of_expanded(%a: !lamina.ref<3xf32> {lamina.arg = #lamina.input<0>},
                           %b: !lamina.ref<1x2xf32> {lamina.arg = #lamina.input<1>})
    -> (!lamina.ref<2x3xf32> {lamina.result = #lamina.output<0>}) {
  // CHECK: %[[POSITIONS:.*]] = lamina.slice %{{.*}} : tensor<2x3xi64> -> tensor<1x2xi64>
  // CHECK-DAG: %[[AT:.*]] = lamina.reshape %[[POSITIONS]] : tensor<1x2xi64> -> tensor<2xi64>
  // CHECK-DAG: %[[VALUES:.*]] = lamina.reshape %[[B]] : tensor<1x2xf32> -> tensor<2xf32>
  // CHECK: %[[NEW:.*]] = lamina.scatter %[[A]], %[[AT]], %[[VALUES]]
  %0 = lamina.expand %a : !lamina.ref<3xf32> -> !lamina.ref<2x3xf32>
  %1 = lamina.slice %0 {starts = array<i64: 1, 1>, stops = array<i64: 2, 3>, steps = array<i64: 1, 1>}
      : !lamina.ref<2x3xf32> -> !lamina.ref<1x2xf32>
  lamina.assign %b, %1 : !lamina.ref<1x2xf32>
  // All rows show what was written to one.
  // CHECK: %[[ALL:.*]] = lamina.expand %[[NEW]] : tensor<3xf32> -> tensor<2x3xf32>
  // CHECK: return %[[NEW]], %[[ALL]]
  %2 = lamina.exp %0 : !lamina.ref<2x3xf32>
  return %0 : !lamina.ref<2x3xf32>
}

// -----

// Parts of complex numbers are counted in parts: the imaginary one of number 1 is number 3.
// CHECK-LABEL: func.func @imaginary_parts_of_expanded(
// CHECK-SAME:    %[[A:.*]]: tensor<1x3xcomplex<f32>> {{.*}}, %[[B:.*]]: tensor<2x3xf32>
func.func @imaginary_parts_of_expanded(%a: !lamina.ref<1x3xcomplex<f32>> {lamina.arg = #lamina.input<0>},
                                       %b: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<1>}) {
  // CHECK-DAG: %[[NUMBERS:.*]] = lamina.expand %{{.*}} : tensor<1x3xi64> -> tensor<2x3xi64>
  // CHECK: %[[TWICE:.*]] = lamina.add %[[NUMBERS]], %[[NUMBERS]]
  // CHECK: %[[ONE:.*]] = lamina.full {value = 1 : i64} : tensor<2x3xi64>
  // CHECK: %[[PLACES:.*]] = lamina.add %[[TWICE]], %[[ONE]]
  // CHECK: %[[PARTS:.*]] = lamina.view_as_real %[[A]]
  // CHECK-DAG: %[[FLAT:.*]] = lamina.reshape %[[PARTS]] : tensor<1x3x2xf32> -> tensor<6xf32>
  // CHECK-DAG: %[[AT:.*]] = lamina.reshape %[[PLACES]] : tensor<2x3xi64> -> tensor<6xi64>
  // CHECK: %[[NEW:.*]] = lamina.scatter %[[FLAT]], %[[AT]]
  // CHECK: %[[PAIRS:.*]] = lamina.reshape %[[NEW]] : tensor<6xf32> -> tensor<1x3x2xf32>
  // CHECK: %[[RESULT:.*]] = lamina.view_as_complex %[[PAIRS]]
  // CHECK: return %[[RESULT]]
  %0 = lamina.expand %a : !lamina.ref<1x3xcomplex<f32>> -> !lamina.ref<2x3xcomplex<f32>>
  %1 = lamina.imag %0 : !lamina.ref<2x3xcomplex<f32>> -> !lamina.ref<2x3xf32>
  lamina.assign %b, %1 : !lamina.ref<2x3xf32>
  return
}

// -----

// An expansion by dimensions of size 1 repeats nothing, and is written through in any width.
// CHECK-LABEL: func.func @bytes_of_more_dimensions(
// CHECK-SAME: %{{.*}}: tensor<3xi64> {{.*}}, %[[B:.*]]: tensor<1x6xi32>
// CHECK: %[[WIDE:.*]] = lamina.bitcast %[[B]] : tensor<1x6xi32> -> tensor<1x3xi64>
// CHECK: %[[NEW:.*]] = lamina.reshape %[[WIDE]] : tensor<1x3xi64> -> tensor<3xi64>
// CHECK: return %[[NEW]]
func.func @bytes_of_more_dimensions(%a: !lamina.ref<3xi64> {lamina.arg = #lamina.input<0>},
                                    %b: !lamina.ref<1x6xi32> {lamina.arg = #lamina.input<1>}) {
  %0 = lamina.expand %a : !lamina.ref<3xi64> -> !lamina.ref<1x3xi64>
  %1 = lamina.bitcast %0 : !lamina.ref<1x3xi64> -> !lamina.ref<1x6xi32>
  lamina.assign %b, %1 : !lamina.ref<1x6xi32>
  return
}
