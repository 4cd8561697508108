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
    Handle &place = findInputPlace(handle);
    std::optional<int64_t> input = getInput(place);
    // An input returned as it is needs no other output to stand for it.
    if (firstOutput[&handle] != *output && !(input && &handle == &place))
      return makeAlias(AliasRoot::Output, firstOutput[&handle], {}, getSharing(index));
    if (AliasAttr alias = findDetachedBase(handle, *output, getSharing(index)))
      return alias;
    if (input)
      return makeAlias(AliasRoot::Input, *input, pathFrom(place, handle), getSharing(index));
    bool isAlone = handle.isRoot() && handlesOf[handle.root] == 1;
    if (isAlone && !getResizedInput(*handle.root))
      return nullptr;
    return makeAlias(AliasRoot::Fresh, number(handle.root), handle.path(), getSharing(index));
  }

  /// Resized memory of an input goes back to the caller, whether or not an output sees it.
  void addResizedMemory() {
    for (Root *root : memory.getRoots())
      if (getResizedInput(*root))
        number(root);
  }

  /// The input whose memory `root` is, in another size, in the end.
  InputAttr getResizedInput(Root &root) {
    auto argument = dyn_cast<BlockArgument>(root.first().origin);
    if (!root.before || root.isGone || !argument)
      return nullptr;
    return func.getArgAttrOfType<InputAttr>(argument.getArgNumber(), descriptor::kArgument);
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

  /// The view relative to an earlier output, detached memory that it is a view of; null if it is
  /// a view of none.
  AliasAttr findDetachedBase(Handle &handle, int64_t output, Sharing sharing) {
    if (sharing == Sharing::View || sharing == Sharing::Detached)
      return nullptr;
    Sharing toBase = sharing == Sharing::ViewOfDetached ? Sharing::View : sharing;
    for (Handle *place = handle.source; place; place = place->source) {
      auto base = detached.find(place);
      if (base == detached.end() || base->second > output)
        continue;
      return makeAlias(AliasRoot::Output, base->second, pathFrom(*place, handle), toBase);
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

  /// The nearest place on the way to the root, the root at the latest, that is an input.
  static Handle &findInputPlace(Handle &handle) {
    Handle *place = &handle;
    while (!place->isRoot() && !getMark(*place))
      place = place->source;
    return *place;
  }

  static InputAttr getMark(Handle &place) {
    return place.isRoot() ? nullptr : place.view->getAttrOfType<InputAttr>(descriptor::kPlace);
  }

  std::optional<int64_t> getInput(Handle &place) {
    if (InputAttr mark = getMark(place))
      return mark.getIndex();
    auto argument = dyn_cast<BlockArgument>(place.root->origin);
    return argument ? descriptor::getInput(func, argument.getArgNumber()) : std::nullopt;
  }

  static SmallVector<ViewOpInterface> pathFrom(Handle &place, Handle &handle) {
    SmallVector<ViewOpInterface> path = handle.path();
    return SmallVector<ViewOpInterface>(ArrayRef(path).drop_front(place.path().size()));
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
  classifier.addResizedMemory();
  for (Root *root : classifier.getFreshRoots())
    aliases.fresh.push_back({root, classifier.getResizedInput(*root)});
  return aliases;
}
