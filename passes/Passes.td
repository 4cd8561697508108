#ifndef LAMINA_PASSES
#define LAMINA_PASSES

include "mlir/Pass/PassBase.td"

// Every pass states what it does, the invariant it leaves, and IR before and after.
// `lamina-foo-bar` lives in passes/<Stage>/FooBar.cpp and is tested by
// test/passes/<Stage>/foo-bar.mlir.

def LaminaFunctionalize : Pass<"lamina-functionalize", "::mlir::func::FuncOp"> {
  let summary = "Turn refs, views and assignments into tensors";
  let description = [{
    Removes mutation and aliasing. Every argument and every fresh result of an
    operation is a *root*; views are handles into a root. Walking down the
    function, the pass keeps the tensor that each root holds. An assignment through
    a chain of views inverts the chain to get the root's next tensor; reading a
    handle after its root changed replays its chain on that tensor.

    What an assignment did to an input becomes a leading result, one for each input
    whose data is another value in the end (or that has a tangent, because autograd
    saw the write). What the caller can still observe of the sharing stands in
    `lamina.alias` on the result: the input, or the number of the fresh memory that
    several outputs share, and the views that lead to the output; an output returned
    twice is `#lamina.alias<output, k, []>`. An output that shares memory with
    nothing has no such attribute. A result marked `lamina.detached` makes a
    detached alias. Clones, whose only meaning is to be other memory, vanish.

    Inputs are assumed not to overlap each other: the caller makes overlapping
    inputs one input before.

    Invariant: no ref is left in the function; every operation is free of memory
    effects. A write through a view whose elements overlap, or a ref in an operation
    the pass does not know, is an error at that operation.

    ```mlir
    func.func @f(%a: !lamina.ref<2x3xf32> {lamina.arg = #lamina.input<0>})
        -> (!lamina.ref<3x2xf32> {lamina.result = #lamina.output<0>}) {
      %b = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
      %0 = lamina.mul %b, %b : !lamina.ref<3x2xf32>
      lamina.assign %0, %b : !lamina.ref<3x2xf32>
      return %b : !lamina.ref<3x2xf32>
    }
    ```
    becomes
    ```mlir
    func.func @f(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
        -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>},
            tensor<3x2xf32> {lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>,
                             lamina.result = #lamina.output<0>}) {
      %b = lamina.permute %a {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
      %0 = lamina.mul %b, %b : tensor<3x2xf32>
      %1 = lamina.permute %0 {dims = array<i64: 1, 0>} : tensor<3x2xf32> -> tensor<2x3xf32>
      return %1, %0 : tensor<2x3xf32>, tensor<3x2xf32>
    }
    ```
  }];
}

#endif // LAMINA_PASSES
