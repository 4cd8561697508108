#include "passes/CPU/Captures.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::lamina;

/// Views and index arithmetic cost nothing to do again, and views could not be passed.
static bool isRepeatable(Operation *op) {
  return isPure(op) && op->getNumRegions() == 0 &&
         (isa<ViewLikeOpInterface>(op) || isa<memref::MemRefDialect>(op->getDialect()) ||
          isa<arith::ArithDialect, affine::AffineDialect>(op->getDialect()));
}

/// Memory that nothing else in the function is a name of.
static bool isUnaliased(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return isa_and_nonnull<memref::AllocOp, memref::AllocaOp>(value.getDefiningOp());
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  return function && function.getArgAttr(argument.getArgNumber(), "llvm.noalias");
}

Captures::Captures(MutableArrayRef<Region> regions, ValueRange operands) {
  SetVector<Value> used(llvm::from_range, operands);
  getUsedValuesDefinedAbove(regions, used);
  for (Value value : used)
    add(value);
}

bool Captures::canBePassed() const {
  return llvm::all_of(passed, [](Value value) {
    auto memory = dyn_cast<MemRefType>(value.getType());
    if (!memory)
      return value.getType().isIntOrIndexOrFloat();
    int64_t offset;
    SmallVector<int64_t> strides;
    return memory.hasStaticShape() && succeeded(memory.getStridesAndOffset(strides, offset)) &&
           offset == 0 && !llvm::is_contained(strides, ShapedType::kDynamic);
  });
}

void Captures::add(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !isRepeatable(op)) {
    passed.insert(value);
    return;
  }
  for (Value operand : op->getOperands())
    add(operand);
  operations.insert(op);
}

std::pair<func::FuncOp, func::CallOp> lamina::declareBody(Operation *op, StringRef suffix,
                                                          ArrayRef<Value> leading,
                                                          const Captures &captures,
                                                          SymbolTable &symbols) {
  auto around = op->getParentOfType<func::FuncOp>();
  SmallVector<Value> arguments(leading);
  llvm::append_range(arguments, captures.values());
  OpBuilder b(op);
  auto body = func::FuncOp::create(op->getLoc(), (around.getName() + suffix).str(),
                                   b.getFunctionType(ValueRange(arguments).getTypes(), {}));
  body.setPrivate();
  symbols.insert(body);
  auto call = func::CallOp::create(b, op->getLoc(), body, arguments);

  b.setInsertionPointToStart(body.addEntryBlock());
  IRMapping mapping;
  mapping.map(captures.values(), body.getArguments().drop_front(leading.size()));
  for (Operation *repeated : captures.repeated())
    b.clone(*repeated, mapping);
  for (auto [outside, inside] : mapping.getValueMap())
    Value(outside).replaceUsesWithIf(
        inside, [&](OpOperand &use) { return op->isAncestor(use.getOwner()); });
  for (auto [index, value] : llvm::enumerate(captures.values()))
    if (isUnaliased(value))
      body.setArgAttr(leading.size() + index, "llvm.noalias", b.getUnitAttr());
  return {body, call};
}

void lamina::declareScratch(ModuleOp module) {
  constexpr StringLiteral name = "laminaThreadScratch";
  bool allocates = false;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPrivate())
      function.walk([&](memref::AllocOp) { allocates = true; });
  if (!allocates || module.lookupSymbol(name))
    return;
  auto b = OpBuilder::atBlockBegin(module.getBody());
  auto type = b.getFunctionType(b.getIndexType(), MemRefType::get({1}, b.getI8Type()));
  func::FuncOp::create(b, module.getLoc(), name, type).setPrivate();
}
