#include "passes/Descriptors.h"
#include "passes/Passes.h"
#include "passes/ViewReplay/BaseLayout.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINAVIEWREPLAY
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;
using descriptor::Result;

namespace {
/// Whether the path leads to other than all elements of its base, each once: memory of its own
/// would show in strides, offset and size of the output.
bool picksOrRepeats(AliasAttr alias) {
  return llvm::any_of(alias.getViews(), [](ViewStepAttr view) {
    return !llvm::is_contained({"alias", "permute", "reshape", "squeeze", "unsqueeze", "bitcast",
                                "view_as_real", "view_as_complex"},
                               view.getName());
  });
}

/// Whether memory of its own can stand for the output if no other output shares it.
bool isOwnMemory(AliasAttr alias) {
  bool isView = alias.getSharing() != Sharing::Detached && !alias.getViews().empty();
  return !isView && !picksOrRepeats(alias);
}

/// Sorts the results of one function into those that stay and the recipes of the rest.
class Replay {
public:
  explicit Replay(func::FuncOp func) : func(func), results(descriptor::getResults(func)) {}

  LogicalResult run() {
    if (failed(checkNumbering()))
      return failure();
    numberBases();
    SmallVector<Attribute> outputs;
    SmallVector<Result> kept;
    appendMutations(kept);
    for (const Result &result : results)
      if (result.as<OutputAttr>())
        outputs.push_back(chooseOutput(result, kept));
    appendBases(kept);
    for (const Result &result : results)
      if (!result.as<MutationAttr>() && !result.as<OutputAttr>() && !result.as<BaseAttr>())
        kept.push_back(result);
    func->setAttr(descriptor::kOutputs, ArrayAttr::get(func.getContext(), outputs));
    descriptor::setResults(func, kept);
    return success();
  }

private:
  LogicalResult checkNumbering() {
    int64_t expected = 0;
    for (const Result &result : results)
      if (auto output = result.as<OutputAttr>(); output && output.getIndex() != expected++)
        return func.emitError("expected outputs numbered in order, got ")
               << output << " where " << OutputAttr::get(func.getContext(), expected - 1)
               << " should stand";
    return success();
  }

  /// Fresh memory stays a base where outputs cannot be memory of their own: a view has a base that
  /// the caller can ask for. Memory of an input is no output's alone either.
  void numberBases() {
    DenseMap<int64_t, unsigned> users;
    for (const Result &result : results)
      if (AliasAttr alias = getAlias(result); alias && alias.getRoot() == AliasRoot::Fresh)
        users[alias.getIndex()] += isOwnMemory(alias) ? 1 : 2;
    for (const Result &result : results)
      if (auto base = result.as<BaseAttr>();
          base && (users[base.getIndex()] > 1 || result.attributes.contains(descriptor::kMemory)))
        baseNumber.try_emplace(base.getIndex(), baseNumber.size());
  }

  void appendMutations(SmallVectorImpl<Result> &kept) {
    for (const Result &result : results) {
      auto mutation = result.as<MutationAttr>();
      if (!mutation)
        continue;
      bool unchanged = !result.attributes.contains(descriptor::kBackward) &&
                       result.value == descriptor::findInput(func, mutation.getIndex());
      if (!unchanged || descriptor::hasTangent(func, TangentOf::Mutation, mutation.getIndex()))
        kept.push_back(result);
    }
  }

  /// The entry of `lamina.outputs` for an output; keeps the result if it is data of its own.
  Attribute chooseOutput(const Result &result, SmallVectorImpl<Result> &kept) {
    AliasAttr alias = getAlias(result);
    bool isFresh = !alias || alias.getRoot() == AliasRoot::Fresh;
    if (!isFresh)
      return alias;
    auto base = alias ? baseNumber.find(alias.getIndex()) : baseNumber.end();
    if (base != baseNumber.end())
      return AliasAttr::get(func.getContext(), AliasRoot::Base, base->second, alias.getViews(),
                            alias.getSharing());
    NamedAttrList attributes(result.attributes);
    attributes.erase(descriptor::kAlias);
    kept.push_back({result.value, attributes.getDictionary(func.getContext())});
    return UnitAttr::get(func.getContext());
  }

  void appendBases(SmallVectorImpl<Result> &kept) {
    for (const Result &result : results) {
      auto base = result.as<BaseAttr>();
      auto number = base ? baseNumber.find(base.getIndex()) : baseNumber.end();
      if (number == baseNumber.end())
        continue;
      NamedAttrList attributes(result.attributes);
      attributes.set(descriptor::kResult, BaseAttr::get(func.getContext(), number->second));
      if (DenseI64ArrayAttr strides = chooseLayout(base.getIndex(), result.value))
        attributes.set(descriptor::kStrides, strides);
      kept.push_back({result.value, attributes.getDictionary(func.getContext())});
    }
  }

  /// The layout that the outputs of fresh memory `number` ask for; null if row-major will do.
  DenseI64ArrayAttr chooseLayout(int64_t number, Value base) {
    ArrayRef<int64_t> shape = cast<ShapedType>(base.getType()).getShape();
    std::optional<LayoutHint> chosen;
    for (const Result &result : results) {
      AliasAttr alias = getAlias(result);
      if (!alias || alias.getRoot() != AliasRoot::Fresh || alias.getIndex() != number)
        continue;
      auto strides = result.attributes.getAs<DenseI64ArrayAttr>(descriptor::kStrides);
      std::optional<LayoutHint> hint = getLayoutHint(shape, alias.getViews(), strides);
      if (hint && (!chosen || (hint->isExact && !chosen->isExact)))
        chosen = hint;
    }
    if (!chosen || chosen->strides == getRowMajorStrides(shape))
      return nullptr;
    return DenseI64ArrayAttr::get(func.getContext(), chosen->strides);
  }

  static AliasAttr getAlias(const Result &result) {
    return result.attributes.getAs<AliasAttr>(descriptor::kAlias);
  }

  func::FuncOp func;
  SmallVector<Result> results;
  /// From the number of fresh memory to the number of the base that the caller sees.
  llvm::MapVector<int64_t, int64_t> baseNumber;
};

struct ViewReplay : lamina::impl::LaminaViewReplayBase<ViewReplay> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    bool isProgram = !func.isExternal() && func.getBody().hasOneBlock() &&
                     !func->hasAttr(descriptor::kOutputs) && descriptor::isDescribed(func);
    if (isProgram && failed(Replay(func).run()))
      signalPassFailure();
  }
};
} // namespace
