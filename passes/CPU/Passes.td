#ifndef LAMINA_CPU_PASSES
#define LAMINA_CPU_PASSES

include "mlir/Pass/PassBase.td"

// From linalg on tensors to the LLVM dialect and calls of the runtime, in the order of the pipeline.

def LaminaCpuFuseElementwise : Pass<"lamina-cpu-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "Merge chains of elementwise loop nests, views among them, into one";
  let description = [{
    A producer is computed in the body of its consumer if that repeats no expensive work. Loop
    nests that only move elements are always absorbed, by contractions too: a named op that reads
    a moved operand becomes a `linalg.generic` whose map does the move. A reduction or contraction
    that is only read transposed writes its result transposed. A loop nest without iterations is the data that it starts
    from.

    Invariant: there are no more loop nests than before, and no expensive operation is computed more
    often.

    Before:
    ```mlir
    %0 = linalg.generic ins(%a) ... { yield the input }      // reads (d0, d1) -> (d1, d0)
    %1 = linalg.generic ins(%0, %b) ... { arith.addf }
    ```
    After:
    ```mlir
    %1 = linalg.generic ins(%a, %b) ... { arith.addf }        // reads %a through (d0, d1) -> (d1, d0)
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::affine::AffineDialect"];
}

def LaminaCpuTileContractions : Pass<"lamina-cpu-tile-contractions", "::mlir::func::FuncOp"> {
  let summary = "Compute products tile by tile, with what follows them";
  let description = [{
    A contraction of floats (a matrix product, batched or with permuted operands, a convolution) is
    put into a parallel loop over tiles of its result that fit the cache; batches and further loops
    over one operand are taken one by one. Elementwise loop nests that are the only reader of the
    result, such as a bias, an activation or a cast, are computed for the tile in the same turn. So
    are the rows of the left operand if reductions along them produce it, and the product that they
    come from: an attention computes scores and softmax for a few rows at a time and never has all of
    them in memory. The attribute `lamina.extent` holds rows and columns of the result and of its largest tile, for
    `lamina-cpu-lower-contractions`. Small products, and narrow ones that memory bounds, are left
    alone.

    Invariant: the reduction is not cut, so sums are those of the whole product.

    Before:
    ```mlir
    %p = linalg.matmul ins(%a, %b) outs(%zero : tensor<1024x1024xf32>)
    %r = linalg.generic ins(%p, %bias) outs(%e : tensor<1024x1024xf32>) ...
    ```
    After:
    ```mlir
    %r = scf.forall (%i, %j) = (0, 0) to (1024, 1024) step (64, 128) shared_outs(%o = %e) {
      %p = linalg.matmul {lamina.extent = array<i64: 1024, 1024, 64, 128>}
             ins(%a_rows, %b_columns) outs(%zero_tile : tensor<64x128xf32>)
      %t = linalg.generic ins(%p, %bias_tile) outs(%o_tile : tensor<64x128xf32>) ...
      scf.forall.in_parallel { tensor.parallel_insert_slice %t into %o[%i, %j] }
    }
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::affine::AffineDialect", "::mlir::tensor::TensorDialect"];
}

def LaminaCpuTileAndFuse : Pass<"lamina-cpu-tile-and-fuse", "::mlir::func::FuncOp"> {
  let summary = "Put loop nests that work row by row into one outer loop";
  let description = [{
    Starting from the last loop nest of a chain, producers and readers that compute one row for
    one row of each other move into a loop over rows: elementwise nests and reductions along rows,
    such as those of a softmax or a normalization. Intermediate arrays become rows, which stay in
    cache; nothing is computed twice, and every value that others read too leaves the loop as a
    result. All dimensions but the last one are rows, as long as what is left is no short piece.
    Contractions are left alone: they use each element many times. So is a nest that needs more of
    another one than a row, or something computed from one in between.

    Where a row lies across an array in memory, as in one that is column-major (`lamina.strides`) or
    read transposed, the rows are taken in blocks of 64 or 32: their part of the array is copied to
    where each row is contiguous, and a loop over the rows of the block reads the copy. A row that
    only one result is still computed from, element by element, has the memory of that result.

    Invariant: every loop over rows writes each row of its results once, so it is parallel.

    Before:
    ```mlir
    %max = linalg.generic ins(%x : tensor<64x128xf32>) outs(%init : tensor<64xf32>) ...
    %shifted = linalg.generic ins(%x, %max) outs(%empty : tensor<64x128xf32>) ...
    ```
    After:
    ```mlir
    %shifted = scf.forall (%row) in (64) shared_outs(%out = %empty) {
      %max = linalg.generic ins(%x_row : tensor<1x128xf32>) outs(%init_row : tensor<1xf32>) ...
      %r = linalg.generic ins(%x_row, %max) outs(%out_row : tensor<1x128xf32>) ...
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %r into %out[%row, 0]
      }
    }
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def LaminaCpuSplitReductions : Pass<"lamina-cpu-split-reductions", "::mlir::func::FuncOp"> {
  let summary = "Cut long reductions of rows into partial ones";
  let description = [{
    A reduction over its outermost loop, of columns or of everything, gets at most 64 partial
    results, which threads can compute independently, and a second reduction of those. Their number
    depends on the sizes alone, so that a sum is the same with any number of threads. Where rows are
    added to rows, eight are taken at once: the loop over the eight is the innermost one, is
    unrolled, and adds up in registers. Rows that are left over are reduced afterwards.

    Invariant: the reduction has a neutral element, from which partial results start.

    Before:
    ```mlir
    %sum = linalg.generic {iterator_types = ["reduction", "parallel"]}
        ins(%x : tensor<4096x1024xf32>) outs(%init : tensor<1024xf32>) { arith.addf }
    ```
    After:
    ```mlir
    %rows = tensor.expand_shape %x [[0, 1, 2], [3]] : ... into tensor<64x8x8x1024xf32>
    %partial = linalg.generic {iterator_types = ["parallel", "reduction", "parallel", "reduction"]}
        ins(%rows : tensor<64x8x8x1024xf32>) outs(%zeros : tensor<64x1024xf32>) { arith.addf }
    %sum = linalg.generic {iterator_types = ["reduction", "parallel"]}
        ins(%partial : tensor<64x1024xf32>) outs(%init : tensor<1024xf32>) { arith.addf }
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect"];
}

def LaminaCpuDestination : Pass<"lamina-cpu-destination", "::mlir::ModuleOp"> {
  let summary = "Give public functions the native calling convention: results in caller's memory";
  let description = [{
    Each tensor argument becomes a memref laid out as `lamina.strides` says (row-major without it).
    Each result becomes a further memref parameter, in order, except a mutation: the final data of
    input `i` (`#lamina.mutation<i>`) is written into input `i` itself, after all outputs were
    written. If a mutated value cannot be computed in place, because old data is still read through
    another map, it is computed elsewhere and copied. A loop that changes an array which is needed
    afterwards changes a copy of it.

    The caller promises that outputs overlap nothing and that a mutated input overlaps no other
    argument, so every parameter is `llvm.noalias` (inputs that are only read may overlap).

    Invariant: public functions have no tensors in their signature, return nothing and carry
    `lamina.entry`.

    Before:
    ```mlir
    func.func @f(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>})
        -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>},
            tensor<4xf32> {lamina.result = #lamina.output<0>}) {
      ...
      return %new, %out : tensor<4xf32>, tensor<4xf32>
    }
    ```
    After:
    ```mlir
    func.func @f(%a: memref<4xf32>, %o: memref<4xf32>) attributes {lamina.entry} {
      %0 = bufferization.to_tensor %a restrict writable : memref<4xf32> to tensor<4xf32>
      ...
      %1 = bufferization.to_tensor %o restrict writable : memref<4xf32> to tensor<4xf32>
      ...
      %2 = bufferization.materialize_in_destination %out in %1
      bufferization.materialize_in_destination %2 in writable %o
      %3 = bufferization.materialize_in_destination %new in %0
      bufferization.materialize_in_destination %3 in writable %a
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect"];
}

def LaminaCpuUpdateInPlace : Pass<"lamina-cpu-update-in-place", "::mlir::func::FuncOp"> {
  let summary = "Let loops that overwrite an array read its old parts from the new one";
  let description = [{
    A parallel loop whose result takes the memory of an array that it also reads, such as the parameters
    that an optimizer updates, reads both names of that memory. If a turn reads just the part that it
    overwrites in the end, it reads that from the result, where the part is still the old one: turns
    write different parts. Otherwise bufferization finds a conflict and computes all of the
    array in a copy.

    Invariant: every value is what it was.

    Before:
    ```mlir
    %r = scf.forall (%i) in (64) shared_outs(%o = %a) {
      %old = tensor.extract_slice %a[%i, 0] [1, 64] [1, 1]
      %new = linalg.generic ins(%old, ...) ...
      scf.forall.in_parallel { tensor.parallel_insert_slice %new into %o[%i, 0] [1, 64] [1, 1] }
    }
    ```
    After:
    ```mlir
      %old = tensor.extract_slice %o[%i, 0] [1, 64] [1, 1]
    ```
  }];
}

def LaminaCpuLowerContractions : Pass<"lamina-cpu-lower-contractions", "::mlir::func::FuncOp"> {
  let summary = "Turn tiles of products into kernels that keep their sums in registers";
  let description = [{
    A contraction over buffers that has `lamina.extent` becomes loops over register tiles: rows times
    vectors of the width in the module's `lamina.vector_bits` (256 without it). Each step of the
    reduction loads one line of the right operand and broadcasts elements of the left one. Rows and
    columns that are left over get kernels of their own size; their stores are masked.

    The operand along the vectors is copied into panels in which a kernel reads consecutive memory,
    unless it has few rows to be used for; the other one only if its steps are not consecutive or it
    is a smaller float. Arrays are packed as a whole ahead of the loop over tiles if several tiles
    use them, and tile by tile otherwise. Operands that are read through other maps, such as
    the windows of a convolution, are gathered in the same way. A result that was filled with zeros
    is not read. Long reductions run in blocks, between which sums are in memory.

    Invariant: no such contraction is left, unless its result has no contiguous dimension.

    Before:
    ```mlir
    linalg.matmul {lamina.extent = array<i64: 64, 128, 64, 128>} ins(%a, %b) outs(%c)
    ```
    After:
    ```mlir
    linalg.generic ins(%b) outs(%packed) { yield the input }
    scf.for %i = %c0 to %c64 step %c8 {
      scf.for %j = %c0 to %c128 step %c32 {
        %sums:16 = scf.for %k = %c0 to %depth step %c1 iter_args(...) {
          %line = vector.load %packed[%at] : memref<?xf32>, vector<16xf32>
          %x = memref.load %a[%i, %k]
          %factor = vector.broadcast %x : f32 to vector<16xf32>
          %sum = vector.fma %factor, %line, %partial : vector<16xf32>
          ...
        }
        vector.store %sums#0, %c[%i, %j]
        ...
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::vector::VectorDialect"];
}

def LaminaCpuTileTransposes : Pass<"lamina-cpu-tile-transposes", "::mlir::func::FuncOp"> {
  let summary = "Transpose in registers where a loop nest reads along one dimension and writes along another";
  let description = [{
    Such a nest has no good innermost loop: one operand or the other is walked across its lines. It
    becomes a parallel loop over tiles that caches and page tables hold, with loops over blocks of a
    vector by a vector inside. The block of each crossed input is loaded along its own lines and
    transposed by shuffles. If the body only does arithmetic it is computed on the rows of the block, which are
    vectors by then; otherwise the block is put into a small buffer, from which the body reads on.
    The iterations at two edges that fill no block stay loop nests. Nests that are small, are of
    unknown size, reduce, or use their indices are left alone, and so are bools and complex numbers.

    Invariant: the body of a nest is computed once for each point.

    Before:
    ```mlir
    linalg.generic ins(%a, %b) outs(%c) ...     // reads %a through (d0, d1) -> (d1, d0)
    ```
    After:
    ```mlir
    scf.parallel (%i, %j) = (%c0, %c0) to (%c256, %c256) step (%c64, %c64) {
      scf.for %ii = ... {
        scf.for %jj = ... {
          %row:8 = vector.load %a[%p, %q] ...; vector.shuffle ...
          %0 = vector.load %b[%q, %p]
          %1 = arith.addf %row#0, %0 : vector<8xf32>
          vector.store %1, %c[%q, %p]
          ...
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::vector::VectorDialect"];
}

def LaminaCpuOrderLoops : Pass<"lamina-cpu-order-loops", "::mlir::func::FuncOp"> {
  let summary = "Choose the innermost loop of every loop nest over buffers";
  let description = [{
    LLVM vectorises innermost loops only, and well only if memory is walked contiguously. Of all
    loops the one with the least memory cost goes innermost; the others keep their order. A matrix
    product thus adds rows into rows, and one with a transposed right side takes dot products.
    Copies between different layouts become loop nests first.

    Invariant: the last loop of every loop nest is the cheapest one to have innermost, and copies
    that are left are between contiguous buffers.

    Before:
    ```mlir
    linalg.matmul ins(%a, %b : memref<4x8xf32>, memref<8x64xf32>) outs(%c : memref<4x64xf32>)
    ```
    After:
    ```mlir
    linalg.generic {iterator_types = ["parallel", "reduction", "parallel"]} ins(%a, %b) outs(%c) ...
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def LaminaCpuRelaxReductions : Pass<"lamina-cpu-relax-reductions", "::mlir::func::FuncOp"> {
  let summary = "Let sums be added in any order";
  let description = [{
    Sets `reassoc` and `contract` on the operations that combine an element with the accumulator
    of a reduction, and on the product in a multiply-add, and lets a maximum or minimum be either of
    two zeros (`nsz`). Only they: the order of addition is free
    in the dialect, everything else is rounded as written. Without this a sum does not vectorise.
    A maximum or minimum may also be either of two zeros (`nsz`).

    Invariant: no flag assumes NaN or infinities away, and operations outside of reductions have
    none.

    Before:
    ```mlir
    %1 = arith.addf %accumulator, %x : f32
    ```
    After:
    ```mlir
    %1 = arith.addf %accumulator, %x fastmath<reassoc,contract> : f32
    ```
  }];
}

def LaminaCpuDistributeLoops : Pass<"lamina-cpu-distribute-loops", "::mlir::func::FuncOp"> {
  let summary = "Give loop nests that are worth threads a parallel outer loop";
  let description = [{
    Of a loop nest over buffers that is in no parallel loop yet and takes long enough, as many outer
    loops as it takes for 64 turns become an `scf.parallel`, if their turns write different
    elements. The innermost loop is cut into pieces rather than taken apart.

    Invariant: the result of no element depends on the number of threads.

    Before:
    ```mlir
    linalg.generic {iterator_types = ["parallel", "reduction"]}
      ins(%a : memref<1024x1024xf32>) outs(%o : memref<1024xf32>)
    ```
    After:
    ```mlir
    scf.parallel (%i) = (%c0) to (%c1024) step (%c1) {
      %row = memref.subview %a[%i, 0] [1, 1024] [1, 1]
      %out = memref.subview %o[%i] [1] [1]
      linalg.generic {iterator_types = ["parallel", "reduction"]} ins(%row) outs(%out)
    }
    ```
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::memref::MemRefDialect",
    "::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect"];
}

def LaminaCpuOutlineParallel : Pass<"lamina-cpu-outline-parallel", "::mlir::ModuleOp"> {
  let summary = "Turn parallel loops into calls of functions of a range";
  let description = [{
    The body of every outermost `scf.forall` and `scf.parallel` over buffers becomes a private
    function with `lamina.range` that takes the first iteration, the end, and what the loop reads
    from around it; several dimensions count as one, the last one fastest. Views and index
    arithmetic are repeated inside, so that arrays and scalars alone are passed. The call of it over
    all iterations carries `lamina.parallel = grain`, the least number of iterations that are worth
    a thread: it may be split into ranges of at least as many, which run at the same time.

    A loop that is not worth two threads, is in another parallel loop or reads memory whose layout
    is not known becomes a plain loop.

    Invariant: no parallel loop is left. A call with `lamina.parallel` means what it would mean
    without.

    Before:
    ```mlir
    scf.forall (%i) in (1024) {
      ... %a, %o ...
    }
    ```
    After:
    ```mlir
    call @f_parallel(%c0, %c1024, %a, %o) {lamina.parallel = 16 : i64} : (index, index, ...) -> ()
    ...
    func.func private @f_parallel(%begin: index, %end: index, %a: memref<1024x64xf32>, ...)
        attributes {lamina.range} {
      scf.for %i = %begin to %end step %c1 {
        ... %a, %o ...
      }
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::memref::MemRefDialect",
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect"];
}

def LaminaCpuOutlineKernels : Pass<"lamina-cpu-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Make functions of the loop nests of large programs";
  let description = [{
    In an entry function of more than `inline-nests` loop nests, each of them that is left becomes a
    private function of the memory and the scalars that it reads from around it; views and index arithmetic
    are repeated inside. What LLVM does with a function takes longer than in proportion to its
    size, and functions that are equal are compiled once, as those of the layers of a network.
    A small program stays one function, whose loops LLVM sees together.

    Invariant: a function does what its loop nest did.

    Before:
    ```mlir
    linalg.fill ins(%zero : f32) outs(%a : memref<64xf32>)
    ```
    After:
    ```mlir
    call @f_kernel(%zero, %a) : (f32, memref<64xf32>) -> ()
    ...
    func.func private @f_kernel(%zero: f32, %a: memref<64xf32>) attributes {passthrough = ["noinline"]} {
      linalg.fill ins(%zero : f32) outs(%a : memref<64xf32>)
      return
    }
    ```
  }];
  let options = [
    Option<"inlineNests", "inline-nests", "int64_t", /*default=*/"64",
           "Most loop nests of a function that keeps them.">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def LaminaCpuMergeKernels : Pass<"lamina-cpu-merge-kernels", "::mlir::ModuleOp"> {
  let summary = "Keep one of several equal functions";
  let description = [{
    Private functions that differ in their names alone become one.

    Invariant: no two private functions are equal, and no public function is touched but for its calls.

    Before:
    ```mlir
    call @a(%x) : (memref<64xf32>) -> ()
    call @b(%y) : (memref<64xf32>) -> ()
    func.func private @a(%m: memref<64xf32>) { ... }
    func.func private @b(%m: memref<64xf32>) { ... }  // the same
    ```
    After:
    ```mlir
    call @a(%x) : (memref<64xf32>) -> ()
    call @a(%y) : (memref<64xf32>) -> ()
    ```
  }];
}

def LaminaCpuPlanArena : Pass<"lamina-cpu-plan-arena", "::mlir::func::FuncOp"> {
  let summary = "Place temporary buffers of an entry function in one workspace";
  let description = [{
    Small buffers of static size go to the stack, where LLVM can keep them in registers, unless a
    `lamina.host_call` sees them. The others
    become views of a last parameter `memref<Nxi8>`, and the function gets
    `lamina.workspace_bytes = N`. Buffers that never hold data at the same time share bytes: the
    largest is placed first, each at the lowest free offset, aligned to 64 bytes. A buffer of
    dynamic size takes its largest size; without a constant bound it stays an allocation that is
    freed at the end of its block. A buffer that leaves its
    region, carried by a loop for example, is an error: nobody could free it.

    A private function may run on several threads, as the body of a parallel loop does: its small buffers go
    to the stack, and its workspace is memory of the thread, from `laminaThreadScratch`.

    Invariant: no buffer of bounded size is allocated at run time.

    Before:
    ```mlir
    func.func @f(%a: memref<64xf32>) attributes {lamina.entry} {
      %0 = memref.alloc() : memref<64xf32>
      ...
    }
    ```
    After:
    ```mlir
    func.func @f(%a: memref<64xf32>, %workspace: memref<256xi8> {llvm.noalias})
        attributes {lamina.entry, lamina.workspace_bytes = 256 : i64} {
      %c0 = arith.constant 0 : index
      %0 = memref.view %workspace[%c0][] : memref<256xi8> to memref<64xf32>
      ...
    }
    ```
  }];
  let options = [Option<"stackBufferBytes", "stack-buffer-bytes", "int64_t", "4096",
                        "Largest buffer that goes to the stack">];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect"];
}

def LaminaCpuCallTrigonometry : Pass<"lamina-cpu-call-trigonometry", "::mlir::ModuleOp"> {
  let summary = "Turn sin, cos and tan into calls of functions that exist for vectors too";
  let description = [{
    The sine of a huge number needs hundreds of digits of pi, that of any other a handful of
    operations. A formula that does both would make all arguments pay, and a branch would keep the
    loop around it from being vectorised. So each function becomes one of the module's own, with
    variants for vectors, which LLVM's vectoriser calls (`vector-function-abi-variant`). A variant
    takes the short way for all lanes and calls the scalar function for each only if one is huge.

    Invariant: no `math.sin`, `math.cos` or `math.tan` of f32 or f64 is left.

    Before:
    ```mlir
    %1 = math.sin %0 : f32
    ```
    After:
    ```mlir
    %1 = call @lamina_sin_f32(%0) : (f32) -> f32
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::LLVM::LLVMDialect"];
}

def LaminaCpuExpandScalars : Pass<"lamina-cpu-expand-scalars", "::mlir::func::FuncOp"> {
  let summary = "Express scalar operations that the CPU lacks by those it has";
  let description = [{
    Elementary functions of `f32` and `f64` become formulas that vectorise (`passes/Math`), with the
    errors that docs/numerics.md states. Conversions between `f32` and `bf16`, `f8E4M3FN` and `f8E5M2` become integer
    arithmetic that rounds to nearest even and keeps denormals.

    Invariant: no such function and no such conversion is left.

    Before:
    ```mlir
    %1 = arith.extf %0 : bf16 to f32
    ```
    After:
    ```mlir
    %1 = arith.bitcast %0 : bf16 to i16
    %2 = arith.extui %1 : i16 to i32
    %3 = arith.shli %2, %c16 : i32
    %4 = arith.bitcast %3 : i32 to f32
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def LaminaCpuConvertToLLVM : Pass<"lamina-cpu-convert-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Lower scalar code, control flow, memory and functions to the LLVM dialect";
  let description = [{
    One conversion for everything that loops over memrefs consist of. Memrefs are passed as bare
    pointers: inputs, outputs and the workspace in the order of the parameters. Math that LLVM has
    no instruction for calls the C library. A `lamina.host_call` becomes a call of the runtime's
    `laminaHostCall`, which gets the name of the operation and its arguments as JSON and a table of
    memref descriptors; if it returns false, the function returns at once.

    Invariant: only the LLVM dialect is left, and of lamina's attributes only those of the function.

    Before:
    ```mlir
    func.func @f(%a: memref<4xf32>, %o: memref<4xf32>) attributes {lamina.entry} {
      %0 = memref.load %a[%c0] : memref<4xf32>
      %1 = math.log %0 : f32
      ...
    }
    ```
    After:
    ```mlir
    llvm.func @f(%a: !llvm.ptr {llvm.noalias}, %o: !llvm.ptr {llvm.noalias}) attributes {lamina.entry} {
      %0 = llvm.load %a : !llvm.ptr -> f32
      %1 = llvm.call @logf(%0) : (f32) -> f32
      ...
    }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
                           "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect"];
}

def LaminaCpuRunInPool : Pass<"lamina-cpu-run-in-pool", "::mlir::ModuleOp"> {
  let summary = "Run calls that may be split on the threads of the process";
  let description = [{
    A call with `lamina.parallel = grain` of a function of a range becomes a call of the runtime's
    `laminaParallelFor`, which hands ranges of at least `grain` iterations to its threads. What the
    function takes beside the range goes through a record in memory.

    Invariant: no call has `lamina.parallel`.

    Before:
    ```mlir
    llvm.call @f_parallel(%begin, %end, %a, %o) {lamina.parallel = 16 : i64}
    ```
    After:
    ```mlir
    llvm.store %a, %field0
    llvm.store %o, %field1
    %kernel = llvm.mlir.addressof @f_parallel_range : !llvm.ptr
    llvm.call @laminaParallelFor(%kernel, %end, %c16, %record)
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // LAMINA_CPU_PASSES
