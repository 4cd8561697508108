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

Value lamina::simplify(OpBuilder &builder, Value value) {
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
                        "shape that keep the width of elements";
  diagnostic.attachNote(place.view.getLoc()) << "the view is made here";
  return diagnostic;
}

static Value flatten(OpBuilder &builder, Location loc, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  auto flat = RankedTensorType::get({type.getNumElements()}, type.getElementType());
  return simplify(builder, ReshapeOp::create(builder, loc, flat, value));
}

namespace {
/// Which element of flat memory each element of a view is, followed from view to view. The memory
/// is counted in the parts of complex numbers once a view takes them apart.
class Positions {
public:
  Positions(OpBuilder &builder, Location loc, RankedTensorType memory)
      : builder(builder), loc(loc), values(count(memory.getShape())) {}

  /// Follows one view. Fails if it gives no position to an element.
  LogicalResult follow(ViewOpInterface view) {
    auto source = cast<ShapedType>(view.getViewSource().getType());
    auto result = cast<ShapedType>(view->getResult(0).getType());
    if (!result.hasStaticShape())
      return failure();
    if (isa<RealOp, ImagOp, ViewAsRealOp>(view.getOperation()))
      return takeApart(view, result);
    // Other numbers of one width lie where their source's do.
    if (isa<BitcastOp>(view.getOperation()))
      return success(source.getShape() == result.getShape());
    if (source.getElementType() != result.getElementType())
      return failure();
    OperationState state(view.getLoc(), view->getName(), values, typed(result.getShape()),
                         view->getAttrs());
    values = builder.create(state)->getResult(0);
    return success();
  }

  Value getValues() const { return values; }
  bool countsParts() const { return inParts; }

private:
  RankedTensorType typed(ArrayRef<int64_t> shape) const {
    return RankedTensorType::get(shape, builder.getI64Type());
  }

  Value count(ArrayRef<int64_t> shape) {
    auto flat = typed({ShapedType::getNumElements(shape)});
    return ReshapeOp::create(builder, loc, typed(shape), IotaOp::create(builder, loc, flat, 0));
  }

  LogicalResult takeApart(ViewOpInterface view, ShapedType result) {
    inParts = true;
    values = AddOp::create(builder, loc, values, values);
    if (isa<RealOp>(view.getOperation()))
      return success();
    int64_t rank = cast<ShapedType>(values.getType()).getRank();
    if (isa<ViewAsRealOp>(view.getOperation()))
      values = ExpandOp::create(builder, loc, typed(result.getShape()),
                                UnsqueezeOp::create(builder, loc, values, rank));
    Value place =
        isa<ImagOp>(view.getOperation())
            ? Value(FullOp::create(builder, loc, values.getType(), builder.getI64IntegerAttr(1)))
            : Value(IotaOp::create(builder, loc, typed(result.getShape()), rank));
    values = AddOp::create(builder, loc, values, place);
    return success();
  }

  OpBuilder &builder;
  Location loc;
  bool inParts = false;
  Value values;
};
} // namespace

FailureOr<Value> Memory::scatter(Location loc, Handle &source, Handle &target, Value content) {
  Value before = read(source);
  auto type = cast<RankedTensorType>(before.getType());
  if (!type.hasStaticShape())
    return failure();
  Positions positions(builder, loc, type);
  SmallVector<ViewOpInterface> path = target.path();
  for (ViewOpInterface view : ArrayRef(path).drop_front(source.path().size()))
    if (failed(positions.follow(view)))
      return failure();

  if (positions.countsParts())
    before = ViewAsRealOp::create(builder, loc, before);
  auto parts = cast<RankedTensorType>(before.getType());
  auto written = cast<RankedTensorType>(content.getType());
  if (written.getElementType() != parts.getElementType())
    content = BitcastOp::create(
        builder, loc, RankedTensorType::get(written.getShape(), parts.getElementType()), content);
  Value after = ScatterOp::create(builder, loc, flatten(builder, loc, before),
                                  flatten(builder, loc, positions.getValues()),
                                  flatten(builder, loc, content), /*dim=*/0, "set");
  after = ReshapeOp::create(builder, loc, parts, after);
  return positions.countsParts() ? Value(ViewAsComplexOp::create(builder, loc, after)) : after;
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

/// 0 as the scalar attribute of operations that hold one.
static Attribute getZero(OpBuilder &builder, Type type) {
  if (auto complex = dyn_cast<ComplexType>(type)) {
    Attribute part = builder.getZeroAttr(complex.getElementType());
    return builder.getArrayAttr({part, part});
  }
  return builder.getZeroAttr(type);
}

LogicalResult Memory::resize(ResizeOp resize) {
  Handle &source = handle(resize.getSource());
  auto type = cast<RankedTensorType>(source.root->content.getType());
  if (!source.isRoot() || source.root->isGone || !type.hasStaticShape())
    return resize.emitError("'")
           << resize->getName() << "' of a part of memory, of memory that was resized before or of "
           << "unknown size: expected an argument or a fresh array of static shape";
  Location loc = resize.getLoc();
  Value flat = flatten(builder, loc, source.root->content);
  auto sizes = resize.getSizes();
  int64_t missing = ShapedType::getNumElements(sizes) - type.getNumElements();
  if (missing)
    flat = PadOp::create(builder, loc, flat, /*low=*/ArrayRef<int64_t>{0},
                         /*high=*/ArrayRef<int64_t>{missing}, /*interior=*/ArrayRef<int64_t>{0},
                         getZero(builder, type.getElementType()));
  auto shaped = RankedTensorType::get(sizes, type.getElementType());
  addRoot(resize.getResult(), simplify(builder, ReshapeOp::create(builder, loc, shaped, flat)));
  source.root->isGone = true;
  handle(resize.getResult()).root->before = source.root;
  return success();
}
