/// lamina-cpu-destination: results become memory that the caller provides.
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUDESTINATION
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// Memory for `type` laid out as the `lamina.strides` in `attributes` say; row-major without them.
static FailureOr<MemRefType> memoryType(func::FuncOp function, RankedTensorType type,
                                        DictionaryAttr attributes) {
  if (!type.hasStaticShape())
    return function.emitError("native functions need static shapes, found ") << type;
  auto strides = attributes ? attributes.getAs<DenseI64ArrayAttr>("lamina.strides") : nullptr;
  // Nothing is read from an array without elements, and zero strides say that they are unknown.
  if (type.getNumElements() == 0)
    strides = DenseI64ArrayAttr::get(type.getContext(), SmallVector<int64_t>(type.getRank(), 1));
  if (!strides)
    return MemRefType::get(type.getShape(), type.getElementType());
  if (strides.size() != type.getRank())
    return function.emitError("lamina.strides has ") << strides.size() << " entries for " << type;
  auto layout = StridedLayoutAttr::get(type.getContext(), /*offset=*/0, strides.asArrayRef());
  return MemRefType::get(type.getShape(), type.getElementType(), layout);
}

namespace {
/// Rewrites one function; the phases run in the order of the methods.
class DestinationRewriter {
public:
  explicit DestinationRewriter(func::FuncOp function)
      : function(function), builder(function.getContext()),
        ret(cast<func::ReturnOp>(function.getBody().front().getTerminator())),
        loc(function.getLoc()) {}

  LogicalResult run() {
    separateInits();
    copyCarried();
    if (failed(findMutations()) || failed(takeArguments()))
      return failure();
    builder.setInsertionPoint(ret);
    if (failed(writeOutputs()))
      return failure();
    overwriteInputs();
    finishSignature();
    return success();
  }

private:
  /// Gives every loop nest an initial tensor of its own. One that several share (CSE merges them)
  /// can become the memory of one result only, and would be copied for the others. Uses of an empty
  /// tensor are even given one memory each time, as if none of them wrote it.
  void separateInits() {
    SmallVector<tensor::EmptyOp> empties;
    function.walk([&](tensor::EmptyOp empty) { empties.push_back(empty); });
    for (tensor::EmptyOp empty : empties) {
      builder.setInsertionPointAfter(empty);
      while (!empty->use_empty() && !empty->hasOneUse())
        empty->use_begin()->set(builder.clone(*empty)->getResult(0));
    }
    function.walk([&](DestinationStyleOpInterface op) {
      for (OpOperand &init : op.getDpsInitsMutable()) {
        Operation *source = init.get().getDefiningOp();
        if (!isa_and_nonnull<linalg::FillOp>(source) || source->hasOneUse())
          continue;
        builder.setInsertionPoint(op);
        init.set(builder.clone(*source)->getResult(0));
      }
    });
  }

  /// A loop that changes an array which is needed afterwards changes a copy. Bufferization would
  /// find that too, but only after empty tensors took the memory of results: one memory for the
  /// array and for what the loop makes of it.
  void copyCarried() {
    for (auto loop : function.getOps<scf::ForOp>())
      for (OpOperand &init : loop.getInitArgsMutable()) {
        Value carried = init.get();
        if (!isa<RankedTensorType>(carried.getType()) || !isNeededAfter(carried, loop))
          continue;
        builder.setInsertionPoint(loop);
        SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, carried);
        Value empty =
            tensor::EmptyOp::create(builder, loc, sizes, getElementTypeOrSelf(carried.getType()));
        init.set(linalg::CopyOp::create(builder, loc, carried, empty).getResult(0));
      }
  }

  static bool isNeededAfter(Value value, Operation *loop) {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      return user != loop && loop->isBeforeInBlock(loop->getBlock()->findAncestorOpInBlock(*user));
    });
  }

  /// The argument whose memory each result belongs to, for results that are mutations.
  LogicalResult findMutations() {
    DenseMap<int64_t, unsigned> inputs;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (auto input = function.getArgAttrOfType<InputAttr>(i, "lamina.arg"))
        inputs[input.getIndex()] = i;
    for (unsigned i = 0; i < function.getNumResults(); ++i) {
      auto mutation = function.getResultAttrOfType<MutationAttr>(i, "lamina.result");
      if (!mutation)
        continue;
      auto found = inputs.find(mutation.getIndex());
      if (found == inputs.end())
        return function.emitError("result ")
               << i << " mutates input " << mutation.getIndex() << ", which is no argument";
      if (function.getArgumentTypes()[found->second] != function.getResultTypes()[i])
        return function.emitError("result ") << i << " and the input it mutates differ in type";
      mutated[i] = found->second;
    }
    return success();
  }

  /// Arguments become memory; the body keeps reading tensors.
  LogicalResult takeArguments() {
    builder.setInsertionPointToStart(&function.getBody().front());
    for (BlockArgument argument : function.getArguments()) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      inputs.push_back(nullptr);
      if (!type)
        continue;
      unsigned index = argument.getArgNumber();
      auto memory = memoryType(function, type, function.getArgAttrDict(index));
      if (failed(memory))
        return failure();
      // An input that keeps its data must not serve as memory for other values.
      bool writable = llvm::any_of(mutated, [&](auto mutation) {
        return mutation.second == index && ret.getOperand(mutation.first) != argument;
      });
      argument.setType(*memory);
      auto tensor = bufferization::ToTensorOp::create(builder, loc, type, argument,
                                                      /*restrict=*/true, writable);
      argument.replaceAllUsesExcept(tensor, tensor);
      inputs.back() = tensor;
      function.setArgAttr(index, "llvm.noalias", builder.getUnitAttr());
    }
    return success();
  }

  /// One parameter for each result that is not a mutation, filled before any input changes.
  LogicalResult writeOutputs() {
    for (unsigned i = 0; i < function.getNumResults(); ++i) {
      if (mutated.contains(i))
        continue;
      DictionaryAttr attributes = function.getResultAttrDict(i);
      auto type = dyn_cast<RankedTensorType>(function.getResultTypes()[i]);
      if (!type)
        return function.emitError("result ") << i << " is no array";
      auto memory = memoryType(function, type, attributes);
      if (failed(memory))
        return failure();
      NamedAttrList parameter(attributes);
      parameter.set("llvm.noalias", builder.getUnitAttr());
      (void)function.insertArgument(function.getNumArguments(), *memory,
                                    parameter.getDictionary(function.getContext()), loc);
      BlockArgument output = function.getArguments().back();
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(&function.getBody().front());
      Value tensor = bufferization::ToTensorOp::create(builder, loc, type, output,
                                                       /*restrict=*/true, /*writable=*/true);
      builder.setInsertionPoint(ret);
      materialize(ret.getOperand(i), tensor, output);
    }
    return success();
  }

  /// The final data of mutated inputs. Bufferization computes a value right in the input's memory
  /// if the input is dead by then or is read element for element by the op that computes it, and
  /// elsewhere otherwise. A value that is (a view of) the old data of a mutated input is copied
  /// first: two inputs may trade places.
  void overwriteInputs() {
    SmallVector<std::pair<unsigned, Value>> updates;
    for (auto [result, argument] : mutated) {
      Value value = ret.getOperand(result);
      if (value == inputs[argument])
        continue;
      if (isOldData(value))
        value = bufferization::AllocTensorOp::create(builder, loc,
                                                     cast<RankedTensorType>(value.getType()),
                                                     /*dynamicSizes=*/ValueRange(), value);
      updates.push_back({argument, value});
    }
    for (auto [argument, value] : updates)
      materialize(value, inputs[argument], function.getArgument(argument));
  }

  /// Whether `value` may share the memory of a mutated input.
  bool isOldData(Value value) {
    while (Operation *op = value.getDefiningOp()) {
      if (llvm::is_contained(inputs, value))
        break;
      if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::ExtractSliceOp,
               tensor::CastOp, tensor::ReshapeOp>(op))
        return false;
      value = op->getOperand(0);
    }
    return llvm::any_of(llvm::make_second_range(mutated),
                        [&](unsigned argument) { return inputs[argument] == value; });
  }

  /// Puts `value` into `memory`, which `target` is a tensor of. The first operation tells the
  /// analysis of tensors what is written; the second one keeps it alive and copies the memory onto
  /// itself.
  void materialize(Value value, Value target, Value memory) {
    Value written =
        bufferization::MaterializeInDestinationOp::create(builder, loc, value, target).getResult();
    auto sink =
        bufferization::MaterializeInDestinationOp::create(builder, loc, Type(), written, memory);
    sink.setWritable(true);
  }

  void finishSignature() {
    func::ReturnOp::create(builder, loc);
    ret.erase();
    function.setFunctionType(
        builder.getFunctionType(function.getBody().front().getArgumentTypes(), {}));
    function.removeResAttrsAttr();
    function->setAttr("lamina.entry", builder.getUnitAttr());
  }

  func::FuncOp function;
  OpBuilder builder;
  func::ReturnOp ret;
  Location loc;
  /// Result number -> argument number; in the order of results.
  llvm::MapVector<unsigned, unsigned> mutated;
  /// The tensor read from each argument; null for arguments that are no arrays.
  SmallVector<Value> inputs;
};

struct CpuDestination : lamina::impl::LaminaCpuDestinationBase<CpuDestination> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isPrivate() || function.isExternal())
        continue;
      if (failed(DestinationRewriter(function).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
