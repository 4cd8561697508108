/// The attributes that tell a function's caller what its arguments and results are.
///
/// The runtime wrapper is built from these alone, so every pass that changes a
/// signature keeps them true.
#ifndef LAMINA_DESCRIPTORS_H
#define LAMINA_DESCRIPTORS_H

#include "dialects/Lamina/Lamina.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::lamina::descriptor {

/// Argument: #lamina.input, #lamina.tangent or #lamina.saved.
inline constexpr StringLiteral kArgument = "lamina.arg";
/// Result: #lamina.output, #lamina.mutation, #lamina.gradient, #lamina.leaf_gradient,
/// #lamina.saved or #lamina.base.
inline constexpr StringLiteral kResult = "lamina.result";
/// Argument or result: how it lies in memory, in elements; row-major without it.
inline constexpr StringLiteral kStrides = "lamina.strides";
/// View in the ref world: the caller's input that it is, #lamina.input.
inline constexpr StringLiteral kPlace = "lamina.place";
/// Base: the input whose memory it is from then on, resized, #lamina.input.
inline constexpr StringLiteral kMemory = "lamina.memory";
/// Result: the memory it shares and the views that lead to it.
inline constexpr StringLiteral kAlias = "lamina.alias";
/// Result in the ref world: how autograd sees that it shares memory, a word of #lamina.alias.
inline constexpr StringLiteral kSharing = "lamina.sharing";
/// Argument: what an input holds when the backward runs. Result: what the backward leaves there.
/// Assignment of such an argument to the input: where the forward ends.
inline constexpr StringLiteral kBackward = "lamina.backward";
/// Function: how the caller makes each of the program's outputs.
inline constexpr StringLiteral kOutputs = "lamina.outputs";
/// Function: which inputs look elsewhere in the end, #lamina.rebind each.
inline constexpr StringLiteral kRebinds = "lamina.rebinds";
/// Function: the inputs of which the program changed whether they require grad, four numbers each:
/// input, whether gradients arrive at it anew, whether it requires grad, whether it was cut off.
inline constexpr StringLiteral kMarks = "lamina.marks";
/// Function: the outputs that are the base of their memory itself, which came to look otherwise.
inline constexpr StringLiteral kMoved = "lamina.moved";
/// Function: by how much the version of each of the program's inputs moves on.
inline constexpr StringLiteral kVersions = "lamina.versions";

/// Function: the program's outputs that are made in inference mode.
inline constexpr StringLiteral kInference = "lamina.inference";
/// Function: the program's outputs that are leaves which require grad, made by the program itself.
inline constexpr StringLiteral kLeaves = "lamina.leaves";
/// Function: the outputs that are views without a history, though their base requires grad.
inline constexpr StringLiteral kUnrecorded = "lamina.unrecorded";
/// Function: the program's outputs that are views from before the last write to their memory.
inline constexpr StringLiteral kStale = "lamina.stale";

/// Whether arguments or results say what they are to the caller.
bool isDescribed(func::FuncOp func);

/// The number of the caller's input that argument `index` is, if it is one.
std::optional<int64_t> getInput(func::FuncOp func, unsigned index);

/// The argument that is the caller's input `input`; null if there is none.
BlockArgument findInput(func::FuncOp func, int64_t input);

/// Whether the function takes the gradient of `index`, an output or a mutated input.
bool hasTangent(func::FuncOp func, TangentOf of, int64_t index);

/// A result of a function while its signature is rebuilt.
struct Result {
  Value value;
  DictionaryAttr attributes;

  /// The descriptor if it is an `Attr`, else null.
  template <typename Attr> Attr as() const { return attributes.getAs<Attr>(kResult); }
};

/// A result that `descriptor` alone describes.
Result makeResult(Value value, Attribute descriptor);

/// The results of a function with a single block, in order.
SmallVector<Result> getResults(func::FuncOp func);

/// Makes `results` all that the function returns.
void setResults(func::FuncOp func, ArrayRef<Result> results);

} // namespace mlir::lamina::descriptor

#endif // LAMINA_DESCRIPTORS_H
