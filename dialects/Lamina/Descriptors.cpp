/// What the descriptors of a function's arguments and results must look like. The caller's wrapper
/// is built from them alone, so a wrong one is an error of the IR.
#include "dialects/Lamina/Lamina.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::lamina;

using EmitError = function_ref<InFlightDiagnostic()>;

//===-- The attributes themselves ----------------------------------------------------------===//

static LogicalResult verifyNumber(EmitError emitError, int64_t index) {
  if (index >= 0)
    return success();
  return emitError() << "expected a number that is not negative, got " << index;
}

LogicalResult InputAttr::verify(EmitError emitError, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult SavedAttr::verify(EmitError emitError, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult OutputAttr::verify(EmitError emitError, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult MutationAttr::verify(EmitError emitError, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult GradientAttr::verify(EmitError emitError, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult LeafGradientAttr::verify(EmitError emitError, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult BaseAttr::verify(EmitError emitError, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult OperandAttr::verify(EmitError emitError, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult TangentAttr::verify(EmitError emitError, TangentOf, int64_t index) {
  return verifyNumber(emitError, index);
}
LogicalResult RebindAttr::verify(EmitError emitError, int64_t input, int64_t output) {
  return success(succeeded(verifyNumber(emitError, input)) &&
                 succeeded(verifyNumber(emitError, output)));
}
LogicalResult AliasAttr::verify(EmitError emitError, AliasRoot, int64_t index,
                                ArrayRef<ViewStepAttr>, Sharing) {
  return verifyNumber(emitError, index);
}

//===-- Where they stand -------------------------------------------------------------------===//

namespace {

/// One argument or result of a function, for error messages.
struct Slot {
  Operation *op;
  StringRef kind;
  unsigned number;
  Type type;

  InFlightDiagnostic error() const { return op->emitError() << kind << " " << number << ": "; }
};

} // namespace

/// A memory layout has one stride for each dimension. Types that lost their rank, after lowering,
/// have nothing to say about it.
static LogicalResult verifyStrides(const Slot &slot, Attribute value) {
  auto strides = dyn_cast<DenseI64ArrayAttr>(value);
  if (!strides)
    return slot.error() << "'lamina.strides' expects array<i64: ...>, got " << value;
  auto type = dyn_cast_or_null<ShapedType>(slot.type);
  if (!type || !type.hasRank() || type.getRank() == strides.size())
    return success();
  return slot.error() << "'lamina.strides' expects " << type.getRank()
                      << " strides, one for each dimension of " << type << ", got ["
                      << strides.asArrayRef() << "]";
}

/// No other argument or result of the function has this descriptor. What belongs to the backward is
/// counted by itself.
template <typename GetAttr>
static LogicalResult verifyUnique(const Slot &slot, NamedAttribute attribute, GetAttr getAttr) {
  auto isBackward = [&](unsigned index) { return bool(getAttr(index, "lamina.backward")); };
  for (unsigned other = 0; other < slot.number; ++other)
    if (getAttr(other, attribute.getName()) == attribute.getValue() &&
        isBackward(other) == isBackward(slot.number))
      return slot.error() << "expected another descriptor than that of " << slot.kind << " "
                          << other << ", got " << attribute.getValue() << " again";
  return success();
}

/// The first step of the recipe that is no view, if there is one.
static ViewStepAttr findUnknownView(AliasAttr alias) {
  for (ViewStepAttr step : alias.getViews()) {
    std::optional<RegisteredOperationName> view =
        RegisteredOperationName::lookup(("lamina." + step.getName()).str(), step.getContext());
    if (!view || !view->hasInterface<ViewOpInterface>())
      return step;
  }
  return {};
}

static LogicalResult verifyAlias(function_ref<InFlightDiagnostic()> error, Attribute value) {
  auto alias = dyn_cast<AliasAttr>(value);
  if (!alias)
    return error() << "'lamina.alias' expects #lamina.alias, got " << value;
  if (ViewStepAttr unknown = findUnknownView(alias))
    return error() << "expected the names of views in " << alias << ", got " << unknown;
  return success();
}

LogicalResult LaminaDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned number,
                                                      NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function)
    return success();
  Slot slot{op, "argument", number, function.getArgumentTypes()[number]};
  Attribute value = attribute.getValue();
  if (attribute.getName() == "lamina.strides")
    return verifyStrides(slot, value);
  if (attribute.getName() == "lamina.backward" &&
      !isa_and_nonnull<InputAttr>(function.getArgAttr(number, "lamina.arg")))
    return slot.error() << "'lamina.backward' belongs on an argument that is an input";
  // Once lowered, a result is memory that the caller passes: an argument, but no array any more.
  bool isResult = attribute.getName() == "lamina.result" || attribute.getName() == "lamina.alias";
  if (isResult && isArray(slot.type))
    return slot.error() << "'" << attribute.getName().strref() << "' belongs on a result";
  if (attribute.getName() != "lamina.arg")
    return success();
  if (!isa<InputAttr, TangentAttr, SavedAttr>(value))
    return slot.error()
           << "'lamina.arg' expects #lamina.input, #lamina.tangent or #lamina.saved, got " << value;
  return verifyUnique(slot, attribute, [&](unsigned index, StringRef name) {
    return function.getArgAttr(index, name);
  });
}

static LogicalResult verifySharing(const Slot &slot, Attribute value) {
  auto word = dyn_cast<StringAttr>(value);
  if (word && symbolizeSharing(word.getValue()))
    return success();
  return slot.error()
         << "'lamina.sharing' expects a word of #lamina.alias such as \"detached\", got " << value;
}

LogicalResult LaminaDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned number,
                                                         NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function)
    return success();
  Slot slot{op, "result", number, function.getResultTypes()[number]};
  Attribute value = attribute.getValue();
  if (attribute.getName() == "lamina.strides")
    return verifyStrides(slot, value);
  if (attribute.getName() == "lamina.arg")
    return slot.error() << "'" << attribute.getName().strref() << "' belongs on an argument";
  if (attribute.getName() == "lamina.backward" &&
      !isa_and_nonnull<MutationAttr>(function.getResultAttr(number, "lamina.result")))
    return slot.error() << "'lamina.backward' belongs on a result that is a mutation";
  if (attribute.getName() == "lamina.alias")
    return verifyAlias([&] { return slot.error(); }, value);
  if (attribute.getName() == "lamina.sharing")
    return verifySharing(slot, value);
  if (attribute.getName() == "lamina.memory") {
    if (isa<InputAttr>(value) &&
        isa_and_nonnull<BaseAttr>(function.getResultAttr(number, "lamina.result")))
      return success();
    return slot.error() << "'lamina.memory' expects #lamina.input on a #lamina.base, got " << value;
  }
  if (attribute.getName() != "lamina.result")
    return success();
  if (!isa<OutputAttr, MutationAttr, GradientAttr, LeafGradientAttr, SavedAttr, BaseAttr>(value))
    return slot.error() << "'lamina.result' expects #lamina.output, #lamina.mutation, "
                        << "#lamina.gradient, #lamina.leaf_gradient, #lamina.saved or "
                        << "#lamina.base, got " << value;
  return verifyUnique(slot, attribute, [&](unsigned index, StringRef name) {
    return function.getResultAttr(index, name);
  });
}

/// One entry for each output: a result of its own (unit), or what the caller replays views on.
static LogicalResult verifyOutputs(Operation *op, Attribute value) {
  auto outputs = dyn_cast<ArrayAttr>(value);
  if (!outputs)
    return op->emitError("'lamina.outputs' expects an array, got ") << value;
  for (auto [i, output] : llvm::enumerate(outputs)) {
    auto alias = dyn_cast<AliasAttr>(output);
    bool isKnown = isa<UnitAttr>(output) || (alias && alias.getRoot() != AliasRoot::Fresh);
    if (!isKnown)
      return op->emitError(
                 "'lamina.outputs' expects unit or #lamina.alias of an input, a base or an "
                 "output, got ")
             << output << " for output " << i;
    if (alias && failed(verifyAlias([&] { return op->emitError("output ") << i << ": "; }, alias)))
      return failure();
  }
  return success();
}

/// An input ends in one place.
static LogicalResult verifyRebinds(Operation *op, Attribute value) {
  auto rebinds = dyn_cast<ArrayAttr>(value);
  if (!rebinds)
    return op->emitError("'lamina.rebinds' expects an array, got ") << value;
  DenseSet<int64_t> inputs;
  for (Attribute entry : rebinds) {
    auto rebind = dyn_cast<RebindAttr>(entry);
    if (!rebind)
      return op->emitError("'lamina.rebinds' expects #lamina.rebind, got ") << entry;
    if (!inputs.insert(rebind.getInput()).second)
      return op->emitError("'lamina.rebinds' expects one entry for an input, got a second one for ")
             << "input " << rebind.getInput();
  }
  return success();
}

LogicalResult LaminaDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == "lamina.rebinds")
    return verifyRebinds(op, attribute.getValue());
  if (name == "lamina.outputs")
    return verifyOutputs(op, attribute.getValue());
  if (name == "lamina.place") {
    if (isa<ViewOpInterface>(op) && isa<InputAttr>(attribute.getValue()))
      return success();
    return op->emitError("'lamina.place' expects #lamina.input on a view, got ")
           << attribute.getValue() << " on '" << op->getName() << "'";
  }
  if (name == "lamina.marks") {
    auto marks = dyn_cast<DenseI64ArrayAttr>(attribute.getValue());
    if (marks && marks.size() % 4 == 0)
      return success();
    return op->emitError("'lamina.marks' expects four numbers for an input, array<i64: ...>, got ")
           << attribute.getValue();
  }
  if (name == "lamina.moved") {
    if (isa<DenseI64ArrayAttr>(attribute.getValue()))
      return success();
    return op->emitError("'lamina.moved' expects the numbers of outputs, array<i64: ...>, got ")
           << attribute.getValue();
  }
  if (name == "lamina.versions") {
    if (isa<DenseI64ArrayAttr>(attribute.getValue()))
      return success();
    return op->emitError("'lamina.versions' expects a number for each input, array<i64: ...>, got ")
           << attribute.getValue();
  }
  if (name == "lamina.inference" || name == "lamina.leaves" || name == "lamina.unrecorded" ||
      name == "lamina.stale") {
    if (isa<DenseI64ArrayAttr>(attribute.getValue()))
      return success();
    return op->emitError() << "'" << name << "' expects numbers of outputs, array<i64: ...>, got "
                           << attribute.getValue();
  }
  if (name == "lamina.arg" || name == "lamina.result" || name == "lamina.alias" ||
      name == "lamina.strides" || name == "lamina.sharing" || name == "lamina.memory")
    return op->emitError() << "'" << name << "' belongs on an argument or a result of a function";
  return success();
}
