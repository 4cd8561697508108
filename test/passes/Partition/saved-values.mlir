// RUN: lamina-opt --lamina-partition --split-input-file %s | FileCheck %s

// Which of the values that cross to the backward are saved, and which are computed again.

// A view of an input costs nothing to make again, whatever its size.
// CHECK-LABEL: func.func @views_forward(
// CHECK-SAME:    tensor<4x4xf32> {lamina.alias = #lamina.alias<input, 0, []>, lamina.result = #lamina.saved<0>})
// CHECK-LABEL: func.func @views_backward(
// CHECK-SAME:    %[[X:.*]]: tensor<4x4xf32> {lamina.arg = #lamina.saved<0>}
// CHECK-NEXT:    %[[ROW:.*]] = lamina.slice %[[X]]
// CHECK-NEXT:    lamina.mul %{{.*}}, %[[ROW]]
func.func @views(%x: tensor<4x4xf32> {lamina.arg = #lamina.input<0>},
                 %dy: tensor<1x4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<1x4xf32> {lamina.result = #lamina.output<0>}, tensor<1x4xf32> {lamina.result = #lamina.gradient<0>}) {
  %row = lamina.slice %x {starts = array<i64: 1, 0>, stops = array<i64: 2, 4>, steps = array<i64: 1, 1>}
      : tensor<4x4xf32> -> tensor<1x4xf32>
  %y = lamina.mul %row, %row : tensor<1x4xf32>
  %dx = lamina.mul %dy, %row : tensor<1x4xf32>
  return %y, %dx : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Of computed memory the smaller side of a view is saved: the slice, not what it is cut from...
// CHECK-LABEL: func.func @slice_backward(
// CHECK-SAME:    %{{.*}}: tensor<1x4xf32> {lamina.arg = #lamina.saved<0>}
func.func @slice(%x: tensor<4x4xf32> {lamina.arg = #lamina.input<0>},
                 %dy: tensor<1x4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<1x4xf32> {lamina.result = #lamina.output<0>}, tensor<1x4xf32> {lamina.result = #lamina.gradient<0>}) {
  %e = lamina.exp %x : tensor<4x4xf32>
  %row = lamina.slice %e {starts = array<i64: 1, 0>, stops = array<i64: 2, 4>, steps = array<i64: 1, 1>}
      : tensor<4x4xf32> -> tensor<1x4xf32>
  %y = lamina.mul %row, %row : tensor<1x4xf32>
  %dx = lamina.mul %dy, %row : tensor<1x4xf32>
  return %y, %dx : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// ... but what was expanded, not the expansion.
// CHECK-LABEL: func.func @expand_backward(
// CHECK-SAME:    %[[E:.*]]: tensor<1x4xf32> {lamina.arg = #lamina.saved<0>}
// CHECK-NEXT:    lamina.expand %[[E]]
func.func @expand(%x: tensor<1x4xf32> {lamina.arg = #lamina.input<0>},
                  %dy: tensor<4x4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4x4xf32> {lamina.result = #lamina.output<0>}, tensor<4x4xf32> {lamina.result = #lamina.gradient<0>}) {
  %e = lamina.exp %x : tensor<1x4xf32>
  %rows = lamina.expand %e : tensor<1x4xf32> -> tensor<4x4xf32>
  %y = lamina.mul %rows, %rows : tensor<4x4xf32>
  %dx = lamina.mul %dy, %rows : tensor<4x4xf32>
  return %y, %dx : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// Constants are made where they are used.
// CHECK-LABEL: func.func @constants_forward(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>})
// CHECK-LABEL: func.func @constants_backward(
// CHECK-SAME:    %[[DY:.*]]: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
// CHECK-NEXT:    %[[TWO:.*]] = lamina.full
// CHECK-NEXT:    lamina.mul %[[DY]], %[[TWO]]
func.func @constants(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                     %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %two = lamina.full {value = 2.0 : f32} : tensor<4xf32>
  %y = lamina.mul %x, %two : tensor<4xf32>
  %dx = lamina.mul %dy, %two : tensor<4xf32>
  return %y, %dx : tensor<4xf32>, tensor<4xf32>
}

// -----

// Of a cast the narrower side is saved.
// CHECK-LABEL: func.func @widened_backward(
// CHECK-SAME:    %{{.*}}: tensor<4xbf16> {lamina.arg = #lamina.saved<0>}
func.func @widened(%x: tensor<4xbf16> {lamina.arg = #lamina.input<0>},
                   %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %e = lamina.exp %x : tensor<4xbf16>
  %wide = lamina.cast %e : tensor<4xbf16> -> tensor<4xf32>
  %y = lamina.mul %wide, %wide : tensor<4xf32>
  %dx = lamina.mul %dy, %wide : tensor<4xf32>
  return %y, %dx : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @narrowed_backward(
// CHECK-SAME:    %{{.*}}: tensor<4xbf16> {lamina.arg = #lamina.saved<0>}
func.func @narrowed(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                    %dy: tensor<4xbf16> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xbf16> {lamina.result = #lamina.output<0>}, tensor<4xbf16> {lamina.result = #lamina.gradient<0>}) {
  %e = lamina.exp %x : tensor<4xf32>
  %narrow = lamina.cast %e : tensor<4xf32> -> tensor<4xbf16>
  %y = lamina.mul %narrow, %narrow : tensor<4xbf16>
  %dx = lamina.mul %dy, %narrow : tensor<4xbf16>
  return %y, %dx : tensor<4xbf16>, tensor<4xbf16>
}

// -----

// Cheap arithmetic on what is saved anyway is done again...
// CHECK-LABEL: func.func @cheap_forward(
// CHECK-SAME:  -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
// CHECK-SAME:      tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, []>, lamina.result = #lamina.saved<0>})
// CHECK-LABEL: func.func @cheap_backward(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32> {lamina.arg = #lamina.saved<0>}
// CHECK-NEXT:    lamina.add %[[X]], %[[X]]
func.func @cheap(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                 %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xf32> {lamina.result = #lamina.output<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
  %s = lamina.add %x, %x : tensor<4xf32>
  %y = lamina.mul %s, %s : tensor<4xf32>
  %dx = lamina.mul %dy, %s : tensor<4xf32>
  return %y, %dx : tensor<4xf32>, tensor<4xf32>
}

// -----

// ... also if a constant takes part, and in several steps ...
// CHECK-LABEL: func.func @mask_backward(
// CHECK-SAME:    %[[X:.*]]: tensor<4xi64> {lamina.arg = #lamina.saved<0>}, %[[DY:.*]]: tensor<4xi64> {lamina.arg = #lamina.tangent<output, 0>})
// CHECK-DAG:     %[[ZERO:.*]] = lamina.full
// CHECK-DAG:     %[[MASK:.*]] = lamina.compare %[[X]], %[[ZERO]]
// CHECK:         %[[SELECTED:.*]] = lamina.select %[[MASK]], %[[X]], %[[ZERO]]
// CHECK-NEXT:    lamina.mul %[[DY]], %[[SELECTED]]
func.func @mask(%x: tensor<4xi64> {lamina.arg = #lamina.input<0>},
                %dy: tensor<4xi64> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4xi64> {lamina.result = #lamina.output<0>}, tensor<4xi64> {lamina.result = #lamina.gradient<0>}) {
  %zero = lamina.full {value = 0 : i64} : tensor<4xi64>
  %mask = lamina.compare %x, %zero {predicate = "gt"} : tensor<4xi64>
  %selected = lamina.select %mask, %x, %zero : tensor<4xi1>, tensor<4xi64>
  %y = lamina.mul %selected, %selected : tensor<4xi64>
  %dx = lamina.mul %dy, %selected : tensor<4xi64>
  return %y, %dx : tensor<4xi64>, tensor<4xi64>
}

// -----

// ... costly arithmetic is not.
// CHECK-LABEL: func.func @costly_backward(
// CHECK-SAME:    %[[M:.*]]: tensor<4x4xf32> {lamina.arg = #lamina.saved<0>}, %[[DY:.*]]: tensor<4x4xf32> {lamina.arg = #lamina.tangent<output, 0>})
// CHECK-NEXT:    lamina.mul %[[DY]], %[[M]]
// CHECK-NEXT:    return
func.func @costly(%x: tensor<4x4xf32> {lamina.arg = #lamina.input<0>},
                  %dy: tensor<4x4xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4x4xf32> {lamina.result = #lamina.output<0>}, tensor<4x4xf32> {lamina.result = #lamina.gradient<0>}) {
  %m = lamina.matmul %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = lamina.mul %m, %m : tensor<4x4xf32>
  %dx = lamina.mul %dy, %m : tensor<4x4xf32>
  return %y, %dx : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// Cheap arithmetic is done again if a row of an input and one number are all that it takes.
// CHECK-LABEL: func.func @centred_backward(
// CHECK-SAME:    %[[X:.*]]: tensor<4x64xf32> {lamina.arg = #lamina.saved<0>}, %[[ROOT:.*]]: tensor<4xf32> {lamina.arg = #lamina.saved<1>}
// CHECK-NEXT:    lamina.unsqueeze %[[ROOT]]
// CHECK:         lamina.sub %[[X]]
func.func @centred(%x: tensor<4x64xf32> {lamina.arg = #lamina.input<0>},
                   %dy: tensor<4x64xf32> {lamina.arg = #lamina.tangent<output, 0>})
    -> (tensor<4x64xf32> {lamina.result = #lamina.output<0>}, tensor<4x64xf32> {lamina.result = #lamina.gradient<0>}) {
  %sum = lamina.sum %x {dims = array<i64: 1>} : tensor<4x64xf32> -> tensor<4xf32>
  %root = lamina.sqrt %sum : tensor<4xf32>
  %column = lamina.unsqueeze %root {dims = array<i64: 1>} : tensor<4xf32> -> tensor<4x1xf32>
  %rows = lamina.expand %column : tensor<4x1xf32> -> tensor<4x64xf32>
  %centred = lamina.sub %x, %rows : tensor<4x64xf32>
  %y = lamina.mul %centred, %centred : tensor<4x64xf32>
  %dx = lamina.mul %dy, %centred : tensor<4x64xf32>
  return %y, %dx : tensor<4x64xf32>, tensor<4x64xf32>
}
