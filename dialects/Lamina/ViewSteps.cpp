#include "dialects/Lamina/ViewSteps.h"

using namespace mlir;
using namespace mlir::lamina;

ViewStepAttr lamina::viewStep(ViewOpInterface view) {
  Operation *op = view;
  MLIRContext *context = op->getContext();
  auto result = cast<ShapedType>(op->getResult(0).getType());
  NamedAttrList parameters;
  if (auto inherent = dyn_cast_or_null<DictionaryAttr>(op->getPropertiesAsAttribute()))
    parameters.append(inherent.getValue());
  if (isa<ReshapeOp, ExpandOp>(op))
    parameters.set("shape", DenseI64ArrayAttr::get(context, result.getShape()));
  if (isa<BitcastOp>(op))
    parameters.set("dtype", TypeAttr::get(result.getElementType()));
  DictionaryAttr attributes = parameters.empty() ? nullptr : parameters.getDictionary(context);
  return ViewStepAttr::get(context, op->getName().stripDialect(), attributes);
}

/// The result type of a step that states it; null if operands and parameters imply it.
static FailureOr<Type> statedType(Location loc, RegisteredOperationName view, Value base,
                                  ViewStepAttr step) {
  auto type = cast<ShapedType>(base.getType());
  DictionaryAttr attributes = step.getAttributes();
  if (view.getTypeID() == TypeID::get<ReshapeOp>() || view.getTypeID() == TypeID::get<ExpandOp>()) {
    auto shape = attributes ? attributes.getAs<DenseI64ArrayAttr>("shape") : nullptr;
    if (!shape)
      return emitError(loc, "expected a 'shape' in ") << step;
    return Type(type.cloneWith(shape.asArrayRef(), type.getElementType()));
  }
  if (view.getTypeID() == TypeID::get<BitcastOp>()) {
    auto dtype = attributes ? attributes.getAs<TypeAttr>("dtype") : nullptr;
    if (!dtype)
      return emitError(loc, "expected a 'dtype' in ") << step;
    std::optional<SmallVector<int64_t>> shape = bitcastShape(type, dtype.getValue());
    if (!shape)
      return emitError(loc, "expected whole elements of ") << base.getType() << " for " << step;
    return Type(type.cloneWith(ArrayRef(*shape), dtype.getValue()));
  }
  return Type();
}

FailureOr<Value> lamina::applyViewStep(OpBuilder &builder, Location loc, Value base,
                                       ViewStepAttr step) {
  std::string name = ("lamina." + step.getName()).str();
  std::optional<RegisteredOperationName> view =
      RegisteredOperationName::lookup(name, loc.getContext());
  if (!view || !view->hasInterface<ViewOpInterface>())
    return emitError(loc, "expected the name of a view, got ") << step;
  FailureOr<Type> stated = statedType(loc, *view, base, step);
  if (failed(stated))
    return failure();
  OperationState state(loc, *view);
  state.addOperands(base);
  if (*stated) {
    state.addTypes(*stated);
    return builder.create(state)->getResult(0);
  }
  if (step.getAttributes())
    state.addAttributes(step.getAttributes().getValue());
  auto *inference = view->getInterface<InferTypeOpInterface>();
  if (failed(inference->inferReturnTypes(loc.getContext(), loc, state.operands,
                                         state.attributes.getDictionary(loc.getContext()),
                                         /*properties=*/nullptr, /*regions=*/{}, state.types)))
    return failure();
  return builder.create(state)->getResult(0);
}
