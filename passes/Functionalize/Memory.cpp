#include "passes/Functionalize/Memory.h"

using namespace mlir;
using namespace mlir::lamina;

SmallVector<ViewOpInterface> Handle::path() const {
  SmallVector<ViewOpInterface> views;
  for (const Handle *place = this; !place->isRoot(); place = place->source)
    views.push_back(place->view);
  std::reverse(views.begin(), views.end());
  return views;
}

/// Views of values often are no operation at all; finding that out here keeps a value
/// that comes back to where it was the same value.
static Value simplify(OpBuilder &builder, Value value) {
  SmallVector<Value> folded;
  Operation *op = value.getDefiningOp();
  if (!op || failed(builder.tryFold(op, folded)) || folded.empty())
    return value;
  return folded[cast<OpResult>(value).getResultNumber()];
}

void Memory::addRoot(Value ref, Value content) {
  Root &root = roots.emplace_back(Root{ref, content, unsigned(roots.size())});
  handles[ref] = &places.emplace_back(Handle{&root});
}

void Memory::addView(ViewOpInterface view) {
  Handle &source = handle(view.getViewSource());
  handles[view->getResult(0)] = &places.emplace_back(Handle{source.root, &source, view});
}

Value Memory::read(Handle &handle) {
  if (handle.isRoot())
    return handle.root->content;
  if (handle.isCurrent())
    return handle.value;
  Value source = read(*handle.source);
  handle.value = simplify(builder, handle.view.replay(builder, handle.view.getLoc(), source));
  handle.generation = handle.root->generation;
  return handle.value;
}

void Memory::overwrite(Root &root, Value content) {
  root.content = content;
  root.generation = ++clock;
}

Memory::Snapshot Memory::save() const {
  return {llvm::map_to_vector(roots, [](const Root &root) { return root.content; })};
}

void Memory::restore(const Snapshot &snapshot) {
  for (auto [root, content] : llvm::zip(roots, snapshot.contents))
    overwrite(root, content);
}

static LogicalResult reportOverlap(Location loc, Handle &place) {
  InFlightDiagnostic diagnostic =
      emitError(loc) << "cannot write through '" << place.view->getName()
                     << "': several elements of the view are one element of its source; expected "
                        "a view of distinct elements, or a clone of it";
  diagnostic.attachNote(place.view.getLoc()) << "the view is made here";
  return diagnostic;
}

LogicalResult Memory::write(Location loc, Value ref, Value content) {
  Handle &target = handle(ref);
  Root &root = *target.root;
  if ((target.isRoot() || target.isCurrent()) && read(target) == content)
    return success();

  // Every place on the way to the root is known afterwards; all others are stale.
  SmallVector<std::pair<Handle *, Value>> written;
  Handle *place = &target;
  for (; !place->isRoot(); place = place->source) {
    written.push_back({place, content});
    FailureOr<Value> source = place->view.invert(builder, loc, read(*place->source), content);
    if (failed(source))
      return reportOverlap(loc, *place);
    content = simplify(builder, *source);
  }
  overwrite(root, content);
  for (auto [handle, value] : written) {
    handle->value = value;
    handle->generation = root.generation;
  }
  return success();
}
