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
    outputs are views of, and the views that lead to the output; an output returned
    twice is `#lamina.alias<output, k, []>`. An output that is all of its memory and
    shares it with nothing has no such attribute. What the fresh memory number `k`
    holds is a trailing result `#lamina.base<k>`. A `lamina.sharing` on a
    result, how autograd sees the alias, moves into it. Clones, whose only meaning is to be other memory, vanish.

    What a branch or a loop writes and undoes again is no write.

    In a joint function the backward may write to inputs. What such an input holds by then is a
    second argument of the same number, marked `lamina.backward`, and an assignment of it to the
    input, marked alike, is where the forward ends: the forward's results are those from before, and
    what the input holds in the end is a result `#lamina.mutation<i>` marked `lamina.backward`.

    A `lamina.custom_call` that mutates refs becomes one on tensors, which returns what
    it wrote as further results; these are then forwarded like assignments. The call is
    given values, so memory that it writes may not be that of another operand. Calls with
    side effects stay, in the order of the program.

    An input that `lamina.set` rebinds looks elsewhere in the end. What it looks at is described
    as an output is: it is one, or becomes one, and `lamina.rebinds` of the function says
    `#lamina.rebind<input, output>`. The last place counts; one that views lead back from to the
    whole input is none. `lamina.resize` starts a root of its own, with the data that is kept. What
    an input's memory is after it is a `#lamina.base` with `lamina.memory = #lamina.input<k>`, in
    place of the input's mutation.

    Inputs are assumed not to overlap each other: the caller makes overlapping
    inputs one input before, and marks the views of it that they are with
    `lamina.place = #lamina.input<k>`. An output that goes through such a view shares the
    memory of input `k`, by the views that follow; the mark itself goes.

    Invariant: no ref is left in the function; every operation but calls with side effects
    is free of memory effects. Whether memory is rebound or resized must not depend on control
    flow. A write through a view whose elements overlap becomes a `lamina.scatter` to
    their positions. A ref in an operation the pass does not know is an error at that
    operation, and so is a write through overlapping elements that have no position
    (elements of another width, sizes that are not known).

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

def LaminaViewReplay : Pass<"lamina-view-replay", "::mlir::func::FuncOp"> {
  let summary = "Let the caller rebuild outputs that share memory";
  let description = [{
    Decides how the caller gets each output of the program, and returns no more data
    than that needs. The decision is the function's attribute `lamina.outputs`, one
    entry per output:

    * `unit`: the result `#lamina.output<i>`, memory of its own;
    * `#lamina.alias<input, k, views>`: the views applied to input `k` after its
      mutation, the input itself if there are none;
    * `#lamina.alias<base, k, views>`: the views applied to the result
      `#lamina.base<k>`;
    * `#lamina.alias<output, k, []>`: the same object as output `k`.

    Results whose data the caller rebuilds are dropped. Fresh memory becomes a base
    if several outputs see it, if its only output is a view of it, whose base the
    caller can ask for, or if it is the memory of an input from then on. An only output that is detached and has all elements, in
    whatever order, is returned as memory of its own. A base lies in memory
    (`lamina.strides`) as the outputs that reorder its dimensions say, else so that
    outputs that reshape it need no copy. A mutation whose data turned out to be the
    argument is dropped too, unless it has a tangent.

    Invariant: no result carries `lamina.alias`; results are ordered as mutations,
    outputs, bases, gradients.

    ```mlir
    func.func @f(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
        -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>},
            tensor<3x2xf32> {lamina.alias = #lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>,
                             lamina.result = #lamina.output<0>}) {
      ...
      return %1, %0 : tensor<2x3xf32>, tensor<3x2xf32>
    }
    ```
    becomes
    ```mlir
    func.func @f(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>})
        -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>})
        attributes {lamina.outputs = [#lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>]} {
      ...
      return %1 : tensor<2x3xf32>
    }
    ```
  }];
}

def LaminaPartition : Pass<"lamina-partition", "::mlir::ModuleOp"> {
  let summary = "Cut a joint function into its forward and its backward";
  let description = [{
    A function that takes tangents or returns gradients computes a program and its
    gradient at once. This pass replaces `@f` by `@f_forward`, which the caller runs
    now, and `@f_backward`, which it runs when the tangents are known:

    * the forward takes the inputs; it returns all results that are no gradients,
      then the saved values;
    * the backward takes the saved values, those tangents that it uses and the inputs that it
      overwrites; it returns the gradients and what it leaves in those inputs.

    The forward holds what its own results need, the backward everything else. An operation
    with effects runs once, and in order: in the forward, or, if it or one before it needs a
    tangent, in the backward. What
    to save is chosen by passes/Partition/SavedValues: a value is recomputed in the
    backward instead of saved if it has no operands, is a view or a cast of values
    that take no more memory, or is cheap arithmetic on values that are saved
    anyway or take far less memory. Saving an input takes no memory: the result is the argument itself and
    carries `lamina.alias = #lamina.alias<input, i, []>`, which tells the caller to
    keep its own array. An input that the forward overwrites has no alias: its old
    data must be copied before.

    Functions without tangents and gradients are left alone.

    Invariant: no function has both tangents and inputs that are not `lamina.backward`; saved values are numbered
    alike in both functions. A result of the forward that needs a tangent is an error.

    ```mlir
    func.func @f(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                 %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
        -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
            tensor<4xf32> {lamina.result = #lamina.gradient<0>}) attributes {lamina.outputs = [unit]} {
      %y = lamina.sin %x : tensor<4xf32>
      %c = lamina.cos %x : tensor<4xf32>
      %dx = lamina.mul %dy, %c : tensor<4xf32>
      return %y, %dx : tensor<4xf32>, tensor<4xf32>
    }
    ```
    becomes
    ```mlir
    func.func @f_forward(%x: tensor<4xf32> {lamina.arg = #lamina.input<0>})
        -> (tensor<4xf32> {lamina.result = #lamina.output<0>},
            tensor<4xf32> {lamina.alias = #lamina.alias<input, 0, []>, lamina.result = #lamina.saved<0>})
        attributes {lamina.outputs = [unit]} {
      %y = lamina.sin %x : tensor<4xf32>
      return %y, %x : tensor<4xf32>, tensor<4xf32>
    }
    func.func @f_backward(%x: tensor<4xf32> {lamina.arg = #lamina.saved<0>},
                          %dy: tensor<4xf32> {lamina.arg = #lamina.tangent<output, 0>})
        -> (tensor<4xf32> {lamina.result = #lamina.gradient<0>}) {
      %c = lamina.cos %x : tensor<4xf32>
      %dx = lamina.mul %dy, %c : tensor<4xf32>
      return %dx : tensor<4xf32>
    }
    ```
  }];
}

def LaminaVerifyStage : Pass<"lamina-verify-stage"> {
  let summary = "Check that nothing remains that an earlier pass removes";
  let description = [{
    Each stage of the pipeline leaves fewer kinds of operations. This pass looks for
    those that should be gone by `stage` and reports each at its location, with the
    pass that should have removed it. The rules are one table in
    passes/Verify/VerifyStage.cpp; a stage includes the rules of all stages before.

    Invariant: the IR does not change.

    ```mlir
    // --lamina-verify-stage=stage=functional
    // error: 'lamina.clone' copies a value: 'lamina-functionalize' should have left none
    %0 = lamina.clone %a : tensor<4xf32>
    ```
  }];
  let options = [
    Option<"stage", "stage", "::mlir::lamina::Stage", "::mlir::lamina::Stage::Functional",
           "The stage that the IR should be through", [{::llvm::cl::values(
             clEnumValN(::mlir::lamina::Stage::Functional, "functional", "tensors only"),
             clEnumValN(::mlir::lamina::Stage::Replayed, "replayed", "no output shares memory"),
             clEnumValN(::mlir::lamina::Stage::Partitioned, "partitioned", "forward and backward apart"),
             clEnumValN(::mlir::lamina::Stage::Linalg, "linalg", "no operation of lamina but host calls"),
             clEnumValN(::mlir::lamina::Stage::Bufferized, "bufferized", "no tensors"),
             clEnumValN(::mlir::lamina::Stage::LLVM, "llvm", "the llvm dialect only"))}]>,
  ];
}

//===-- Linalg -------------------------------------------------------------===//

def LaminaConvertToLinalg : Pass<"lamina-convert-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower every op of the tensor world to loop nests over tensors";
  let description = [{
    Computation becomes `linalg`, `tensor`, `scf`, `arith`, `math` and `complex`. A view becomes
    the map through which its readers read (`linalg.generic` that only moves elements), so that
    fusion can absorb it, and a reshape becomes `tensor.collapse_shape` and `tensor.expand_shape`.
    `f16`, `bf16` and the 8-bit floats are computed in `f32` and rounded once; reductions and
    contractions of them accumulate in `f32`. `ui8` becomes `i8`, and the arithmetic chosen for it
    stays unsigned.

    Integer division by zero gives 0. Indices must be in range; `index` and `index_put` wrap
    negative ones.

    A `lamina.custom_call` becomes a `lamina.host_call`, which has memory for its results; it is
    the one op of the dialect that goes on to LLVM.

    Invariant: no op but `lamina.host_call` and no type of the dialect is left, and every integer
    type is signless.

    Before:
    ```mlir
    func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) -> tensor<3x2xf32> {
      %0 = lamina.permute %a {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
      %1 = lamina.add %0, %b : tensor<3x2xf32>
      return %1 : tensor<3x2xf32>
    }
    ```
    After:
    ```mlir
    func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) -> tensor<3x2xf32> {
      %0 = tensor.empty() : tensor<3x2xf32>
      %1 = linalg.generic {indexing_maps = [(d0, d1) -> (d1, d0), (d0, d1) -> (d0, d1)], ...}
           ins(%a) outs(%0) { yield the input }
      %2 = tensor.empty() : tensor<3x2xf32>
      %3 = linalg.generic ins(%1, %b) outs(%2) { arith.addf }
      return %3 : tensor<3x2xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect", "::mlir::complex::ComplexDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::func::FuncDialect"];
}

//===-- CPU ----------------------------------------------------------------===//

include "passes/CPU/Passes.td"

#endif // LAMINA_PASSES
