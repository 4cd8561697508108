#include "passes/Functionalize/Aliases.h"
#include "dialects/Lamina/ViewSteps.h"
#include "passes/Descriptors.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// Numbers the fresh roots that outputs share and finds outputs returned twice.
class Classifier {
public:
  Classifier(func::FuncOp func, Memory &memory) : func(func), memory(memory) {
    for (unsigned index : llvm::seq(func.getNumResults()))
      if (std::optional<int64_t> output = getOutput(index)) {
        Handle &handle = handleOf(index);
        if (firstOutput.try_emplace(&handle, *output).second)
          ++handlesOf[handle.root];
        if (getSharing(index) == Sharing::Detached)
          detached.try_emplace(&handle, *output);
      }
  }

  AliasAttr classify(unsigned index) {
    std::optional<int64_t> output = getOutput(index);
    if (!output)
      return nullptr;
    Handle &handle = handleOf(index);
    std::optional<int64_t> input = getInput(*handle.root);
    // An input returned as it is needs no other output to stand for it.
    if (firstOutput[&handle] != *output && !(input && handle.isRoot()))
      return makeAlias(AliasRoot::Output, firstOutput[&handle], {}, getSharing(index));
    if (getSharing(index) == Sharing::ViewOfDetached)
      if (AliasAttr alias = findDetachedBase(handle, *output))
        return alias;
    if (input)
      return makeAlias(AliasRoot::Input, *input, handle.path(), getSharing(index));
    if (handle.isRoot() && handlesOf[handle.root] == 1)
      return nullptr;
    return makeAlias(AliasRoot::Fresh, number(handle.root), handle.path(), getSharing(index));
  }

  ArrayRef<Root *> getFreshRoots() const { return fresh; }

private:
  std::optional<int64_t> getOutput(unsigned index) {
    auto output = func.getResultAttrOfType<OutputAttr>(index, descriptor::kResult);
    if (!output || !isRef(func.getResultTypes()[index]))
      return std::nullopt;
    return output.getIndex();
  }

  Sharing getSharing(unsigned index) {
    auto word = func.getResultAttrOfType<StringAttr>(index, descriptor::kSharing);
    return word ? *symbolizeSharing(word.getValue()) : Sharing::View;
  }

  /// The view relative to an earlier output, detached memory that it is a view of.
  AliasAttr findDetachedBase(Handle &handle, int64_t output) {
    for (Handle *place = handle.source; place; place = place->source) {
      auto base = detached.find(place);
      if (base == detached.end() || base->second > output)
        continue;
      SmallVector<ViewOpInterface> path = handle.path();
      return makeAlias(AliasRoot::Output, base->second,
                       ArrayRef(path).drop_front(place->path().size()), Sharing::View);
    }
    return nullptr;
  }

  Handle &handleOf(unsigned index) {
    return memory.handle(func.front().getTerminator()->getOperand(index));
  }

  int64_t number(Root *root) {
    auto *found = llvm::find(fresh, root);
    if (found == fresh.end())
      return fresh.push_back(root), fresh.size() - 1;
    return found - fresh.begin();
  }

  std::optional<int64_t> getInput(const Root &root) {
    auto argument = dyn_cast<BlockArgument>(root.origin);
    return argument ? descriptor::getInput(func, argument.getArgNumber()) : std::nullopt;
  }

  AliasAttr makeAlias(AliasRoot root, int64_t number, ArrayRef<ViewOpInterface> path,
                      Sharing sharing) {
    return AliasAttr::get(func.getContext(), root, number, llvm::map_to_vector(path, viewStep),
                          sharing);
  }

  func::FuncOp func;
  Memory &memory;
  DenseMap<Handle *, int64_t> firstOutput;
  DenseMap<Handle *, int64_t> detached;
  DenseMap<Root *, unsigned> handlesOf;
  SmallVector<Root *> fresh;
};
} // namespace

Aliases lamina::classifyAliases(func::FuncOp func, Memory &memory) {
  Classifier classifier(func, memory);
  Aliases aliases;
  for (unsigned index : llvm::seq(func.getNumResults()))
    aliases.ofResult.push_back(classifier.classify(index));
  llvm::append_range(aliases.fresh, classifier.getFreshRoots());
  return aliases;
}
