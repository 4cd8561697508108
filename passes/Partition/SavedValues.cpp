#include "passes/Partition/SavedValues.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// Sizes not known before the call count as this many elements.
constexpr int64_t kUnknownSize = 1024;

/// Operations in a row that count as cheap together, each being cheap.
constexpr unsigned kLongestChain = 8;

/// Arithmetic is done again if that needs so many times less memory: a row of a matrix, say, and
/// one number, in place of another row.
constexpr int64_t kWorthArithmetic = 8;

int64_t getBytes(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  if (!type)
    return sizeof(int64_t);
  Type element = type.getElementType();
  int64_t width = 1;
  if (auto complex = dyn_cast<ComplexType>(element)) {
    element = complex.getElementType();
    width = 2;
  }
  width *= llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  for (int64_t size : type.getShape())
    width *= ShapedType::isDynamic(size) ? kUnknownSize : size;
  return width;
}

/// Moves or converts elements, or makes them from nothing.
bool isMovement(Operation *op) {
  return op->getNumOperands() == 0 || isa<ViewOpInterface, CastOp>(op);
}

/// Arithmetic of about one instruction an element.
bool isCheapArithmetic(Operation *op) {
  return isa<AddOp, SubOp, MulOp, NegOp, AbsOp, SignOp, MaximumOp, MinimumOp, CompareOp, SelectOp,
             BitwiseAndOp, BitwiseOrOp, BitwiseXorOp, BitwiseNotOp>(op);
}

/// Goes from the values that cross to cheaper ones, last value first.
class Chooser {
public:
  explicit Chooser(const JointFunction &joint) : joint(joint) {
    for (Value value : joint.getCrossingValues())
      saved.insert(value);
  }

  SmallVector<Value> run() {
    // Replacing a value only adds values before it, so one walk upwards sees them all.
    for (Operation &op : llvm::reverse(joint.func.getBody().front()))
      if (joint.forwardOps.contains(&op) && isWorthRecomputing(&op)) {
        for (Value result : op.getResults())
          saved.erase(result);
        saved.insert(op.operand_begin(), op.operand_end());
      }
    SmallVector<Value> values(saved.begin(), saved.end());
    sortInProgramOrder(values);
    return values;
  }

private:
  bool isWorthRecomputing(Operation *op) const {
    int64_t gained = 0;
    for (Value result : op->getResults())
      gained += saved.contains(result) ? getBytes(result) : 0;
    if (gained == 0 || op->getNumRegions() || !isMemoryEffectFree(op))
      return false;
    if (isMovement(op))
      return bytesToKeep(op->getOperands(), /*arithmetic=*/0) <= gained;
    return isCheapArithmetic(op) &&
           bytesToKeep(op->getOperands(), kLongestChain) <= gained / kWorthArithmetic;
  }

  /// What saving `values`, or what they are made from in a few steps of cheap `arithmetic` and by
  /// moving elements, would add.
  int64_t bytesToKeep(ValueRange values, unsigned arithmetic) const {
    int64_t total = 0;
    for (Value value : values)
      total += bytesToKeep(value, arithmetic);
    return total;
  }

  int64_t bytesToKeep(Value value, unsigned arithmetic) const {
    if (isDerivable(value, kLongestChain))
      return 0;
    Operation *op = value.getDefiningOp();
    if (!op || !isMemoryEffectFree(op))
      return getBytes(value);
    if (isMovement(op))
      return std::min(getBytes(value), bytesToKeep(op->getOperands(), arithmetic));
    if (!isCheapArithmetic(op) || arithmetic == 0)
      return getBytes(value);
    return std::min(getBytes(value), bytesToKeep(op->getOperands(), arithmetic - 1));
  }

  /// Whether the backward can make `value` in a few cheap `steps` from what is saved anyway.
  bool isDerivable(Value value, unsigned steps) const {
    if (saved.contains(value) || joint.isKeptByCaller(value))
      return true;
    Operation *op = value.getDefiningOp();
    if (!op || steps == 0 || !isMemoryEffectFree(op) || !(isMovement(op) || isCheapArithmetic(op)))
      return false;
    return llvm::all_of(op->getOperands(),
                        [&](Value operand) { return isDerivable(operand, steps - 1); });
  }

  const JointFunction &joint;
  DenseSet<Value> saved;
};
} // namespace

SmallVector<Value> lamina::chooseSavedValues(const JointFunction &joint) {
  return Chooser(joint).run();
}
