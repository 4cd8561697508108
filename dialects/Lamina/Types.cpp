#include "dialects/Lamina/Lamina.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_TYPEDEF_CLASSES
#include "dialects/Lamina/Types.cpp.inc"

void LaminaDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Lamina/Types.cpp.inc"
      >();
}

RefType RefType::cloneWith(std::optional<ArrayRef<int64_t>> shape, Type elementType) const {
  return RefType::get(getContext(), shape.value_or(getShape()), elementType);
}

Type RefType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type elementType;
  if (parser.parseLess() || parser.parseDimensionList(shape) || parser.parseType(elementType) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<RefType>(parser.getContext(), shape, elementType);
}

void RefType::print(AsmPrinter &printer) const {
  printer << '<';
  for (int64_t size : getShape()) {
    if (ShapedType::isDynamic(size))
      printer << '?';
    else
      printer << size;
    printer << 'x';
  }
  printer << getElementType() << '>';
}

LogicalResult RefType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> shape,
                              Type elementType) {
  if (!isElement(elementType))
    return emitError()
           << "expected an element type that arrays may have (floats, i1, i8 to i64, ui8, "
           << "complex<f32>, complex<f64>), got " << elementType;
  for (int64_t size : shape)
    if (size < 0 && !ShapedType::isDynamic(size))
      return emitError() << "expected sizes that are not negative, got " << size;
  return success();
}

bool lamina::isComplexElement(Type type) { return isa<ComplexType>(type); }

bool lamina::isElement(Type type) {
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex.getElementType().isF32() || complex.getElementType().isF64();
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.isUnsigned()
               ? integer.getWidth() == 8
               : integer.isSignless() &&
                     llvm::is_contained({1u, 8u, 16u, 32u, 64u}, integer.getWidth());
  return isa<Float64Type, Float32Type, Float16Type, BFloat16Type, Float8E4M3FNType, Float8E5M2Type>(
      type);
}

Type lamina::scalarType(Attribute attribute) {
  if (auto pair = dyn_cast<ArrayAttr>(attribute)) {
    if (pair.size() != 2)
      return {};
    auto re = dyn_cast<FloatAttr>(pair[0]), im = dyn_cast<FloatAttr>(pair[1]);
    return re && im && re.getType() == im.getType() ? ComplexType::get(re.getType()) : Type();
  }
  if (isa<FloatAttr, IntegerAttr>(attribute))
    return cast<TypedAttr>(attribute).getType();
  return {};
}

bool lamina::isScalarAttr(Attribute attribute) {
  Type type = scalarType(attribute);
  return type && isElement(type);
}

bool lamina::isArray(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return isElement(tensor.getElementType());
  if (auto ref = dyn_cast<RefType>(type))
    return isElement(ref.getElementType());
  return false;
}

ShapedType lamina::arrayTypeLike(Type like, ArrayRef<int64_t> shape, Type elementType) {
  if (isRef(like))
    return RefType::get(like.getContext(), shape, elementType);
  return RankedTensorType::get(shape, elementType);
}

RankedTensorType lamina::tensorOf(Type type) {
  auto shaped = cast<ShapedType>(type);
  return RankedTensorType::get(shaped.getShape(), shaped.getElementType());
}
