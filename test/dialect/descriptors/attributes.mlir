// RUN: lamina-opt %s | lamina-opt --mlir-print-op-generic | lamina-opt | FileCheck %s

// CHECK-LABEL: func.func private @arguments
// CHECK-SAME: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 2>}
// CHECK-SAME: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>}
// CHECK-SAME: tensor<4xf32> {lamina.arg = #lamina.tangent<mutation, 1>}
// CHECK-SAME: tensor<f32> {lamina.arg = #lamina.saved<0>, lamina.strides = array<i64>}
func.func private @arguments(!lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>, lamina.strides = array<i64: 1, 2>},
                             tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>},
                             tensor<4xf32> {lamina.arg = #lamina.tangent<mutation, 1>},
                             tensor<f32> {lamina.arg = #lamina.saved<0>, lamina.strides = array<i64>})

// CHECK-LABEL: func.func private @results
// CHECK-SAME: tensor<4xf32> {lamina.result = #lamina.mutation<0>}
// CHECK-SAME: tensor<4xf32> {lamina.result = #lamina.output<0>, lamina.strides = array<i64: 2>}
// CHECK-SAME: tensor<4xf32> {lamina.result = #lamina.gradient<1>}
// CHECK-SAME: tensor<4xf32> {lamina.result = #lamina.saved<0>}
// CHECK-SAME: tensor<4xf32> {lamina.result = #lamina.base<0>}
func.func private @results() -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>},
                                 tensor<4xf32> {lamina.result = #lamina.output<0>, lamina.strides = array<i64: 2>},
                                 tensor<4xf32> {lamina.result = #lamina.gradient<1>},
                                 tensor<4xf32> {lamina.result = #lamina.saved<0>},
                                 tensor<4xf32> {lamina.result = #lamina.base<0>})

// CHECK-LABEL: func.func private @aliases
// CHECK-SAME: lamina.alias = #lamina.alias<input, 0, []>
// CHECK-SAME: lamina.alias = #lamina.alias<fresh, 1, [#lamina.view<"reshape", {shape = array<i64: 2, 2>}>, #lamina.view<"alias">]>
// CHECK-SAME: lamina.alias = #lamina.alias<output, 0, [], detached>
func.func private @aliases() -> (tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, []>},
                                 tensor<2x2xf32> {lamina.alias = #lamina.alias<fresh, 1, [#lamina.view<"reshape", {shape = array<i64: 2, 2>}>, #lamina.view<"alias">]>},
                                 tensor<4xf32> {lamina.alias = #lamina.alias<output, 0, [], detached>})

// CHECK-LABEL: func.func private @outputs
// CHECK-SAME: lamina.outputs = [unit, #lamina.alias<base, 0, [#lamina.view<"bitcast", {dtype = i32}>]>]
func.func private @outputs() attributes {lamina.outputs = [unit, #lamina.alias<base, 0, [#lamina.view<"bitcast", {dtype = i32}>]>]}

// CHECK-LABEL: func.func private @rebinds
// CHECK-SAME: lamina.rebinds = [#lamina.rebind<0, 1>]
func.func private @rebinds() attributes {lamina.rebinds = [#lamina.rebind<0, 1>]}

// CHECK-LABEL: func.func private @memory
// CHECK-SAME: {lamina.memory = #lamina.input<1>, lamina.result = #lamina.base<0>}
// CHECK-SAME: lamina.moved = array<i64: 0>
func.func private @memory() -> (tensor<4xf32> {lamina.memory = #lamina.input<1>, lamina.result = #lamina.base<0>}) attributes {lamina.moved = array<i64: 0>}
