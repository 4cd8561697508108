#include "passes/CPU/Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::lamina;

/// The block argument that `value` is, widened or not; -1 if it is something else.
static int argumentBehind(Value value) {
  while (auto widen = value.getDefiningOp<arith::ExtFOp>())
    value = widen.getIn();
  auto argument = dyn_cast<BlockArgument>(value);
  return argument ? int(argument.getArgNumber()) : -1;
}

/// Whether the body yields the accumulator plus the product of the two inputs.
static bool isMultiplyAdd(Block &body) {
  auto sum = body.getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!sum)
    return false;
  for (auto [accumulator, term] :
       {std::pair(sum.getLhs(), sum.getRhs()), std::pair(sum.getRhs(), sum.getLhs())}) {
    auto product = term.getDefiningOp<arith::MulFOp>();
    if (!product || accumulator != body.getArgument(2))
      continue;
    int left = argumentBehind(product.getLhs()), right = argumentBehind(product.getRhs());
    return left + right == 1 && left >= 0 && right >= 0;
  }
  return false;
}

std::optional<int64_t> Contraction::extent(ArrayRef<unsigned> loops) const {
  int64_t product = 1;
  for (unsigned loop : loops) {
    if (ShapedType::isDynamic(range(loop)))
      return std::nullopt;
    product *= range(loop);
  }
  return product;
}

std::optional<unsigned> Contraction::dimension(OpOperand *operand, unsigned loop) const {
  for (auto [position, expr] : llvm::enumerate(map(operand).getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && dim.getPosition() == loop)
      return position;
  return std::nullopt;
}

std::optional<Contraction> Contraction::match(linalg::LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0)
    return std::nullopt;
  Contraction c;
  c.op = op;
  c.lhs = op.getDpsInputOperand(0);
  c.rhs = op.getDpsInputOperand(1);
  c.out = op.getDpsInitOperand(0);
  c.element = dyn_cast<FloatType>(getElementTypeOrSelf(c.out->get().getType()));
  bool areShaped = llvm::all_of(op->getOperandTypes(), [](Type t) { return isa<ShapedType>(t); });
  if (!areShaped || !c.element || !(c.element.isF32() || c.element.isF64()) || !c.isPlain(c.out) ||
      c.map(c.out).getNumResults() == 0 || !isMultiplyAdd(*op.getBlock()))
    return std::nullopt;

  auto outDims = c.map(c.out).getResults();
  unsigned last = cast<AffineDimExpr>(outDims.back()).getPosition();
  if (c.map(c.lhs).isFunctionOfDim(last))
    std::swap(c.lhs, c.rhs);
  auto moves = [&](OpOperand *operand, unsigned loop) {
    return c.map(operand).isFunctionOfDim(loop);
  };
  auto isColumn = [&](unsigned loop) { return moves(c.rhs, loop) && !moves(c.lhs, loop); };
  if (!isColumn(last))
    return std::nullopt;
  for (AffineExpr expr : llvm::reverse(outDims)) {
    unsigned loop = cast<AffineDimExpr>(expr).getPosition();
    if (!isColumn(loop))
      break;
    c.columns.insert(c.columns.begin(), loop);
  }

  std::optional<unsigned> row;
  auto size = [&](unsigned loop) {
    return ShapedType::isDynamic(c.range(loop)) ? std::numeric_limits<int64_t>::max()
                                                : c.range(loop);
  };
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    if (!moves(c.out, loop)) {
      if (!moves(c.lhs, loop) || !moves(c.rhs, loop))
        return std::nullopt;
      c.reduction.push_back(loop);
    } else if (moves(c.lhs, loop) && !moves(c.rhs, loop)) {
      if (!row || size(loop) > size(*row))
        row = loop;
    }
  }
  if (!row)
    return std::nullopt;
  c.row = *row;
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
    if (loop != c.row && !llvm::is_contained(c.columns, loop) &&
        !llvm::is_contained(c.reduction, loop))
      c.outer.push_back(loop);
  return c;
}
