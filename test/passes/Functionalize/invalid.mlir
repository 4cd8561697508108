// RUN: lamina-opt --lamina-functionalize --split-input-file --verify-diagnostics %s

// Elements of another width have no position among those of the source.
func.func @overlapping_widths(%a: !lamina.ref<1x4xi8> {lamina.arg = #lamina.input<0>},
                              %b: !lamina.ref<2x1xi32> {lamina.arg = #lamina.input<1>}) {
  // expected-note @+1 {{the view is made here}}
  %0 = lamina.expand %a : !lamina.ref<1x4xi8> -> !lamina.ref<2x4xi8>
  %1 = lamina.bitcast %0 : !lamina.ref<2x4xi8> -> !lamina.ref<2x1xi32>
  // expected-error @+1 {{cannot write through 'lamina.expand': several elements of the view are one element of its source, and the elements cannot be told apart by position; expected views of static shape that keep the width of elements}}
  lamina.assign %b, %1 : !lamina.ref<2x1xi32>
  return
}

// -----

func.func @overlap_of_unknown_size(%a: !lamina.ref<?xf32> {lamina.arg = #lamina.input<0>},
                                   %b: !lamina.ref<?x3xf32> {lamina.arg = #lamina.input<1>}) {
  // expected-note @+1 {{the view is made here}}
  %0 = lamina.unfold %a {dim = 0 : i64, size = 3 : i64, step = 1 : i64} : !lamina.ref<?xf32> -> !lamina.ref<?x3xf32>
  // expected-error @+1 {{cannot write through 'lamina.unfold'}}
  lamina.assign %b, %0 : !lamina.ref<?x3xf32>
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

// -----

func.func @branch_yields_outside(%p: !lamina.ref<i1> {lamina.arg = #lamina.input<0>},
                                 %a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %r = lamina.cond %p : !lamina.ref<i1> -> !lamina.ref<4xf32> {
    // expected-error @+1 {{value 0 shares memory with an array outside of the region: expected fresh memory, such as a clone}}
    lamina.yield %a : !lamina.ref<4xf32>
  } else {
    %0 = lamina.exp %a : !lamina.ref<4xf32>
    lamina.yield %0 : !lamina.ref<4xf32>
  }
  return
}

// -----

func.func @branch_yields_twice(%p: !lamina.ref<i1> {lamina.arg = #lamina.input<0>},
                               %a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>}) {
  %r:2 = lamina.cond %p : !lamina.ref<i1> -> !lamina.ref<4xf32>, !lamina.ref<4xf32> {
    %0 = lamina.exp %a : !lamina.ref<4xf32>
    // expected-error @+1 {{value 1 shares memory with another value: expected fresh memory, such as a clone}}
    lamina.yield %0, %0 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
  } else {
    %0 = lamina.exp %a : !lamina.ref<4xf32>
    %1 = lamina.clone %0 : !lamina.ref<4xf32>
    lamina.yield %0, %1 : !lamina.ref<4xf32>, !lamina.ref<4xf32>
  }
  return
}

// -----

func.func @loop_starts_with_input(%a: !lamina.ref<i1> {lamina.arg = #lamina.input<0>}) {
  // expected-error @+1 {{array 0 that the loop starts with is not the loop's alone: expected fresh memory that nothing else uses, such as a clone}}
  %r = lamina.while %a : !lamina.ref<i1> while {
  ^bb0(%i: !lamina.ref<i1>):
    lamina.yield %i : !lamina.ref<i1>
  } do {
  ^bb0(%i: !lamina.ref<i1>):
    lamina.yield %i : !lamina.ref<i1>
  }
  return
}

// -----

func.func @condition_writes(%a: !lamina.ref<i1> {lamina.arg = #lamina.input<0>}) {
  %init = lamina.clone %a : !lamina.ref<i1>
  %r = lamina.while %init : !lamina.ref<i1> while {
  ^bb0(%i: !lamina.ref<i1>):
    // expected-error @+1 {{the condition of a loop writes memory from outside: expected the body to write it}}
    lamina.assign %a, %i : !lamina.ref<i1>
    lamina.yield %i : !lamina.ref<i1>
  } do {
  ^bb0(%i: !lamina.ref<i1>):
    lamina.yield %i : !lamina.ref<i1>
  }
  return
}

// -----

func.func @rebound_in_a_region(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                               %b: !lamina.ref<4xf32> {lamina.arg = #lamina.input<1>},
                               %p: !lamina.ref<i1> {lamina.arg = #lamina.input<2>}) {
  lamina.cond %p : !lamina.ref<i1> {
    // expected-error @+1 {{'lamina.set' rebinds input 0 in a region: expected one place where it looks in the end}}
    lamina.set %a, %b : !lamina.ref<4xf32>, !lamina.ref<4xf32>
    lamina.yield
  } else {
    lamina.yield
  }
  return
}

// -----

func.func @resized_in_a_region(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>},
                               %p: !lamina.ref<i1> {lamina.arg = #lamina.input<1>}) {
  lamina.cond %p : !lamina.ref<i1> {
    // expected-error @+1 {{'lamina.resize' in a region: expected one size that memory has in the end}}
    %0 = lamina.resize %a {sizes = array<i64: 2>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
    lamina.yield
  } else {
    lamina.yield
  }
  return
}

// -----

func.func @resized_part(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.slice %a {starts = array<i64: 0>, stops = array<i64: 2>, steps = array<i64: 1>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  // expected-error @+1 {{'lamina.resize' of a part of memory, of memory that was resized before or of unknown size: expected an argument or a fresh array of static shape}}
  %1 = lamina.resize %0 {sizes = array<i64: 3>} : !lamina.ref<2xf32> -> !lamina.ref<3xf32>
  return
}

// -----

func.func @resized_twice(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %0 = lamina.resize %a {sizes = array<i64: 2>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  // expected-error @+1 {{'lamina.resize' of a part of memory, of memory that was resized before}}
  %1 = lamina.resize %a {sizes = array<i64: 3>} : !lamina.ref<4xf32> -> !lamina.ref<3xf32>
  return
}

// -----

func.func @call_sees_what_it_writes(%a: !lamina.ref<4xf32> {lamina.arg = #lamina.input<0>}) {
  %b = lamina.slice %a {starts = array<i64: 0>, stops = array<i64: 2>, steps = array<i64: 1>} : !lamina.ref<4xf32> -> !lamina.ref<2xf32>
  // expected-error @+1 {{'my::op' writes operand #1, which shares memory with operand #0: expected memory that no other operand sees}}
  lamina.custom_call "my::op"(%a, %b) {mutates = array<i64: 1>} : (!lamina.ref<4xf32>, !lamina.ref<2xf32>) -> ()
  return
}

// -----

func.func @condition_calls(%a: !lamina.ref<i1> {lamina.arg = #lamina.input<0>}) {
  %init = lamina.clone %a : !lamina.ref<i1>
  %r = lamina.while %init : !lamina.ref<i1> while {
  ^bb0(%i: !lamina.ref<i1>):
    // expected-error @+1 {{the condition of a loop writes memory from outside: expected the body to write it}}
    lamina.custom_call "my::op"(%a) {mutates = array<i64: 0>} : (!lamina.ref<i1>) -> ()
    lamina.yield %i : !lamina.ref<i1>
  } do {
  ^bb0(%i: !lamina.ref<i1>):
    lamina.yield %i : !lamina.ref<i1>
  }
  return
}
