// RUN: lamina-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{argument 0: 'lamina.arg' expects #lamina.input, #lamina.tangent or #lamina.saved, got #lamina.output<0>}}
func.func private @argument(tensor<4xf32> {lamina.arg = #lamina.output<0>})

// -----

// expected-error @below {{result 0: 'lamina.result' expects #lamina.output, #lamina.mutation, #lamina.gradient, #lamina.leaf_gradient, #lamina.saved or #lamina.base, got #lamina.input<0>}}
func.func private @result() -> (tensor<4xf32> {lamina.result = #lamina.input<0>})

// -----

// expected-error @below {{argument 1: expected another descriptor than that of argument 0, got #lamina.input<0> again}}
func.func private @same_argument(tensor<4xf32> {lamina.arg = #lamina.input<0>}, tensor<4xf32> {lamina.arg = #lamina.input<0>})

// -----

// expected-error @below {{result 1: expected another descriptor than that of result 0, got #lamina.gradient<0> again}}
func.func private @same_result() -> (tensor<4xf32> {lamina.result = #lamina.gradient<0>}, tensor<4xf32> {lamina.result = #lamina.gradient<0>})

// -----

// expected-error @below {{argument 0: 'lamina.result' belongs on a result}}
func.func private @result_on_argument(tensor<4xf32> {lamina.result = #lamina.output<0>})

// -----

// expected-error @below {{result 0: 'lamina.arg' belongs on an argument}}
func.func private @argument_on_result() -> (tensor<4xf32> {lamina.arg = #lamina.input<0>})

// -----

// expected-error @below {{'lamina.arg' belongs on an argument or a result of a function}}
func.func private @argument_on_function() attributes {lamina.arg = #lamina.input<0>}

// -----

// expected-error @below {{argument 0: 'lamina.strides' expects 2 strides, one for each dimension of '!lamina.ref<2x3xf32>', got [1]}}
func.func private @strides(!lamina.ref<2x3xf32> {lamina.strides = array<i64: 1>})

// -----

// expected-error @below {{result 0: 'lamina.strides' expects array<i64: ...>, got [1]}}
func.func private @strides_kind() -> (tensor<4xf32> {lamina.strides = [1]})

// -----

// expected-error @below {{result 0: 'lamina.alias' expects #lamina.alias, got unit}}
func.func private @alias() -> (tensor<4xf32> {lamina.alias})

// -----

// expected-error @below {{result 0: expected the names of views in #lamina.alias<input, 0, [#lamina.view<"add">]>, got #lamina.view<"add">}}
func.func private @view() -> (tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, [#lamina.view<"add">]>})

// -----

// expected-error @below {{result 0: 'lamina.sharing' expects a word of #lamina.alias such as "detached", got "secret"}}
func.func private @sharing() -> (tensor<4xf32> {lamina.sharing = "secret"})

// -----

// expected-error @below {{'lamina.versions' expects a number for each input, array<i64: ...>, got [1]}}
func.func private @versions() attributes {lamina.versions = [1]}

// -----

// expected-error @below {{'lamina.outputs' expects unit or #lamina.alias of an input, a base or an output, got #lamina.alias<fresh, 0, []> for output 1}}
func.func private @outputs() attributes {lamina.outputs = [unit, #lamina.alias<fresh, 0, []>]}

// -----

// expected-error @below {{expected a number that is not negative, got -1}}
func.func private @number(tensor<4xf32> {lamina.arg = #lamina.input<-1>})

// -----

// expected-error @below {{expected input, fresh, base or output, got 'argument'}}
func.func private @root() -> (tensor<4xf32> {lamina.alias = #lamina.alias<argument, 0, []>})

// -----

// expected-error @below {{expected how autograd sees the alias, got 'secret'}}
func.func private @word() -> (tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, [], secret>})

// -----

func.func @place(%a: !lamina.ref<4xf32>) {
  // expected-error @below {{'lamina.place' expects #lamina.input on a view, got 1 : i64 on 'lamina.alias'}}
  %0 = lamina.alias %a {lamina.place = 1} : !lamina.ref<4xf32> -> !lamina.ref<4xf32>
  return
}

// -----

// expected-error @below {{'lamina.leaves' expects numbers of outputs, array<i64: ...>, got 1 : i64}}
func.func private @leaves() attributes {lamina.leaves = 1}

// -----

// expected-error @below {{'lamina.rebinds' expects #lamina.rebind, got 1 : i64}}
func.func private @rebind() attributes {lamina.rebinds = [1]}

// -----

// expected-error @below {{'lamina.rebinds' expects one entry for an input, got a second one for input 0}}
func.func private @two_places() attributes {lamina.rebinds = [#lamina.rebind<0, 1>, #lamina.rebind<0, 2>]}

// -----

// expected-error @below {{expected a number that is not negative, got -1}}
func.func private @rebind_number() attributes {lamina.rebinds = [#lamina.rebind<0, -1>]}

// -----

// expected-error @below {{result 0: 'lamina.memory' expects #lamina.input on a #lamina.base, got #lamina.input<0>}}
func.func private @memory() -> (tensor<4xf32> {lamina.memory = #lamina.input<0>, lamina.result = #lamina.output<0>})

// -----

// expected-error @below {{'lamina.moved' expects the numbers of outputs, array<i64: ...>, got [1]}}
func.func private @moved() attributes {lamina.moved = [1]}

// -----

// expected-error @below {{'lamina.marks' expects four numbers for an input, array<i64: ...>, got array<i64: 0, 1>}}
func.func private @marks() attributes {lamina.marks = array<i64: 0, 1>}

// -----

// expected-error @below {{argument 0: 'lamina.backward' belongs on an argument that is an input}}
func.func private @backward_argument(%0: tensor<4xf32> {lamina.arg = #lamina.saved<0>, lamina.backward})

// -----

// expected-error @below {{result 0: 'lamina.backward' belongs on a result that is a mutation}}
func.func private @backward_result() -> (tensor<4xf32> {lamina.result = #lamina.output<0>, lamina.backward})

// -----

// What the backward leaves in an input is counted by itself.
func.func private @both_phases() -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>},
                                     tensor<4xf32> {lamina.result = #lamina.mutation<0>, lamina.backward})

// -----

// expected-error @below {{'lamina.unrecorded' expects numbers of outputs, array<i64: ...>, got 1 : i64}}
func.func private @unrecorded() attributes {lamina.unrecorded = 1}

// -----

// expected-error @below {{'lamina.stale' expects numbers of outputs, array<i64: ...>, got 1 : i64}}
func.func private @stale() attributes {lamina.stale = 1}
