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
                     << "': several elements of the view are one element of its source, and the "
                        "elements cannot be told apart by position; expected views of static "
                        "shape that keep the element type";
  diagnostic.attachNote(place.view.getLoc()) << "the view is made here";
  return diagnostic;
}

static Value flatten(OpBuilder &builder, Location loc, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  auto flat = RankedTensorType::get({type.getNumElements()}, type.getElementType());
  return simplify(builder, ReshapeOp::create(builder, loc, flat, value));
}

/// The same view of an array of positions. Null if the view gives no position to an element.
static Value viewPositions(OpBuilder &builder, ViewOpInterface view, Value positions) {
  auto source = cast<ShapedType>(view.getViewSource().getType());
  auto result = cast<ShapedType>(view->getResult(0).getType());
  if (source.getElementType() != result.getElementType() || !result.hasStaticShape())
    return nullptr;
  OperationState state(view.getLoc(), view->getName(), positions,
                       RankedTensorType::get(result.getShape(), builder.getI64Type()),
                       view->getAttrs());
  return builder.create(state)->getResult(0);
}

FailureOr<Value> Memory::scatter(Location loc, Handle &source, Handle &target, Value content) {
  Value before = read(source);
  auto type = cast<RankedTensorType>(before.getType());
  if (!type.hasStaticShape())
    return failure();
  auto count = RankedTensorType::get({type.getNumElements()}, builder.getI64Type());
  Value positions = IotaOp::create(builder, loc, count, /*dim=*/0);
  positions = ReshapeOp::create(
      builder, loc, RankedTensorType::get(type.getShape(), builder.getI64Type()), positions);
  SmallVector<ViewOpInterface> path = target.path();
  for (ViewOpInterface view : ArrayRef(path).drop_front(source.path().size())) {
    positions = viewPositions(builder, view, positions);
    if (!positions)
      return failure();
  }
  Value after = ScatterOp::create(builder, loc, flatten(builder, loc, before),
                                  flatten(builder, loc, positions), flatten(builder, loc, content),
                                  /*dim=*/0, "set");
  return ReshapeOp::create(builder, loc, type, after).getResult();
}

LogicalResult Memory::write(Location loc, Value ref, Value content) {
  Handle &target = handle(ref);
  Root &root = *target.root;
  if ((target.isRoot() || target.isCurrent()) && read(target) == content)
    return success();

  // Every place on the way to the root is known afterwards; all others are stale.
  SmallVector<std::pair<Handle *, Value>> written;
  Value given = content;
  for (Handle *place = &target; !place->isRoot(); place = place->source) {
    written.push_back({place, content});
    FailureOr<Value> source = place->view.invert(builder, loc, read(*place->source), content);
    if (failed(source)) {
      // Elements overlap, so what the places seen so far hold is more than what was written.
      written.clear();
      source = scatter(loc, *place->source, target, given);
    }
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
