// RUN: lamina-opt --lamina-functionalize --split-input-file --verify-diagnostics %s

func.func @overlapping_write(%a: !lamina.ref<1x3xf32> {lamina.arg = #lamina.input<0>},
                             %b: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<1>}) {
  // expected-note @+1 {{the view is made here}}
  %0 = lamina.expand %a : !lamina.ref<1x3xf32> -> !lamina.ref<2x3xf32>
  // expected-error @+1 {{cannot write through 'lamina.expand': several elements of the view are one element of its source; expected a view of distinct elements, or a clone of it}}
  lamina.assign %b, %0 : !lamina.ref<2x3xf32>
  return
}

// -----

// The write is what the user wrote, whatever view on the way overlaps.
func.func @overlap_inside_a_chain(%a: !lamina.ref<5xf32> {lamina.arg = #lamina.input<0>},
                                  %b: !lamina.ref<3x3xf32> {lamina.arg = #lamina.input<1>}) {
  // expected-note @+1 {{the view is made here}}
  %0 = lamina.unfold %a {dim = 0 : i64, size = 3 : i64, step = 1 : i64} : !lamina.ref<5xf32> -> !lamina.ref<3x3xf32>
  %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : !lamina.ref<3x3xf32> -> !lamina.ref<3x3xf32>
  // expected-error @+1 {{cannot write through 'lamina.unfold'}}
  lamina.assign %b, %1 : !lamina.ref<3x3xf32>
  return
}

// -----

func.func @unknown_operation(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  // expected-error @+1 {{'func.call' uses refs in a way that functionalize does not know: expected a view, a computation or an assignment of lamina}}
  call @callee(%a) : (!lamina.ref<4xf32>) -> ()
  return
}
func.func private @callee(!lamina.ref<4xf32>)

// -----

// expected-error @+1 {{argument 0 is overwritten: expected writes to inputs or fresh memory only, got #lamina.tangent<output, 0>}}
func.func @write_to_tangent(%dy: !lamina.ref<4xf32> {lamina.arg = #lamina.tangent<output, 0>},
                            %a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  lamina.assign %a, %dy : !lamina.ref<4xf32>
  return
}

// -----

// expected-error @+1 {{argument 0 is a ref: expected a 'lamina.arg' that says what it is to the caller}}
func.func @argument_without_descriptor(%a: !lamina.ref<4xf32>) {
  return
}

// -----

// expected-error @+1 {{result 0 is a ref: expected a 'lamina.result' that says what it is to the caller}}
func.func @result_without_descriptor(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) -> !lamina.ref<4xf32> {
  return %a : !lamina.ref<4xf32>
}

// -----

// expected-error @+1 {{functionalize expects a straight line of operations, got 2 blocks}}
func.func @branch(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  cf.br ^next
^next:
  return
}
