/// Rules that several operations share when they work out their result types.
#ifndef LAMINA_INFERENCE_H
#define LAMINA_INFERENCE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/ValueRange.h"

namespace mlir::lamina {

/// Sizes that may be equal at run time.
inline bool compatible(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

/// The better known of two compatible sizes.
inline int64_t joinSizes(int64_t a, int64_t b) { return ShapedType::isDynamic(a) ? b : a; }

/// `function(size)`, or `?` if the size is not known.
template <typename Function> int64_t mapSize(int64_t size, Function function) {
  return ShapedType::isDynamic(size) ? size : function(size);
}

/// The number of elements of an array of this shape, `?` if it is not known.
int64_t countElements(ArrayRef<int64_t> shape);

/// The result types of one operation in the making: its name and place for error messages.
class TypeInference {
public:
  TypeInference(std::optional<Location> loc, StringRef name) : loc(loc), name(name) {}

  template <typename... Args> LogicalResult fail(Args &&...args) const {
    return emitOptionalError(loc, "'", name, "' op ", std::forward<Args>(args)...);
  }

  /// Every operand is an array.
  LogicalResult checkOperands(ValueRange operands) const;
  /// The operands have one type, which is the type of the only result.
  LogicalResult sameType(ValueRange operands, SmallVectorImpl<Type> &types) const;
  /// Arrays `a` and `b` have the same element type.
  LogicalResult sameElements(StringRef a, Type aType, StringRef b, Type bType) const;
  /// `dim` is one of the dimensions of `type`.
  LogicalResult checkDim(StringRef attribute, int64_t dim, ShapedType type) const;
  /// `dims` are different dimensions of `type`.
  LogicalResult checkDims(StringRef attribute, ArrayRef<int64_t> dims, ShapedType type) const;
  /// `values` has one entry for each of the `count` things called `what`.
  LogicalResult checkCount(StringRef attribute, ArrayRef<int64_t> values, int64_t count,
                           StringRef what) const;
  /// Every value is at least `least`.
  LogicalResult checkAtLeast(StringRef attribute, ArrayRef<int64_t> values, int64_t least) const;

private:
  std::optional<Location> loc;
  StringRef name;
};

/// Whether `dims` are different numbers in [0, rank).
bool areDistinctDims(ArrayRef<int64_t> dims, int64_t rank);

/// Checks operands and attributes against the declaration of `ConcreteOp`, then asks it for its
/// result types. Parsers and builders may hand over attributes that were not made properties yet.
template <typename ConcreteOp>
LogicalResult inferTypesOf(MLIRContext *context, std::optional<Location> location,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &types) {
  TypeInference on(location, ConcreteOp::getOperationName());
  Location place = location.value_or(UnknownLoc::get(context));
  using Properties = typename ConcreteOp::template InferredProperties<ConcreteOp>;
  Properties made;
  if constexpr (!std::is_same_v<Properties, EmptyProperties>) {
    if (!properties && attributes) {
      if (failed(ConcreteOp::setPropertiesFromAttr(made, attributes,
                                                   [&] { return emitError(place); })))
        return failure();
      properties = &made;
    }
  }
  typename ConcreteOp::Adaptor adaptor(operands, attributes, properties, regions);
  if (failed(on.checkOperands(operands)) || failed(adaptor.verify(place)))
    return failure();
  return ConcreteOp::inferTypes(on, adaptor, types);
}

/// The result types are those that operands and attributes imply.
template <typename ConcreteOp> struct InferTypes : OpTrait::TraitBase<ConcreteOp, InferTypes> {
  static LogicalResult verifyTrait(Operation *op) {
    SmallVector<Type> types;
    if (failed(ConcreteOp::inferReturnTypes(op->getContext(), op->getLoc(), op->getOperands(),
                                            op->getDiscardableAttrDictionary(),
                                            op->getPropertiesStorage(), op->getRegions(), types)))
      return failure();
    for (auto [expected, got] : llvm::zip_equal(types, op->getResultTypes()))
      if (expected != got)
        return op->emitOpError("expected result type ") << expected << ", got " << got;
    return success();
  }
};

} // namespace mlir::lamina

#endif // LAMINA_INFERENCE_H
