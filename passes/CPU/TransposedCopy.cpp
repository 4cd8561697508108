#include "passes/CPU/TransposedCopy.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::lamina;

std::optional<unsigned> lamina::contiguousDim(MemRefType memory) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(memory.getStridesAndOffset(strides, offset)))
    return std::nullopt;
  for (auto [dim, stride] : llvm::enumerate(strides))
    if (stride == 1 && memory.getDimSize(dim) > 1)
      return dim;
  return std::nullopt;
}

std::pair<Value, SmallVector<unsigned>> lamina::contiguousLast(ImplicitLocOpBuilder &b,
                                                               Value memory) {
  auto type = cast<MemRefType>(memory.getType());
  auto order = llvm::to_vector(llvm::seq<unsigned>(type.getRank()));
  std::optional<unsigned> dim = contiguousDim(type);
  if (!dim || *dim + 1 == order.size())
    return {memory, order};
  order.erase(order.begin() + *dim);
  order.push_back(*dim);
  auto permutation = AffineMapAttr::get(AffineMap::getPermutationMap(order, b.getContext()));
  return {memref::TransposeOp::create(b, memory, permutation), order};
}

void lamina::transposeSquare(ImplicitLocOpBuilder &b, MutableArrayRef<Value> rows) {
  int64_t lanes = rows.size();
  for (int64_t digit = 1; digit < lanes; digit *= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      low.push_back(lane & digit ? lanes + (lane ^ digit) : lane);
      high.push_back(lane & digit ? lanes + lane : lane | digit);
    }
    for (int64_t row = 0; row < lanes; ++row) {
      if (row & digit)
        continue;
      Value first = rows[row], second = rows[row | digit];
      rows[row] = vector::ShuffleOp::create(b, first, second, low);
      rows[row | digit] = vector::ShuffleOp::create(b, first, second, high);
    }
  }
}

/// Whether `source` is contiguous along loop `dim` of `map`.
static bool isContiguousAlong(MemRefType source, AffineMap map, unsigned dim) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(source.getStridesAndOffset(strides, offset)))
    return false;
  for (auto [expr, stride] : llvm::zip_equal(map.getResults(), strides)) {
    bool isLoop = expr == getAffineDimExpr(dim, map.getContext());
    if (stride == 1 ? !isLoop : expr.isFunctionOfDim(dim))
      return false;
  }
  return true;
}

bool lamina::copyTransposedSquares(ImplicitLocOpBuilder &b, Value source, AffineMap from,
                                   Value target, int64_t lanes) {
  auto sourceType = cast<MemRefType>(source.getType()), type = cast<MemRefType>(target.getType());
  unsigned line = type.getRank() - 1, depth = line - 1;
  if (type.getRank() < 2 || !type.hasStaticShape() || !llvm::isPowerOf2_64(lanes) ||
      sourceType.getElementType() != type.getElementType() ||
      !isContiguousAlong(sourceType, from, depth))
    return false;
  int64_t groups = type.getDimSize(line) / lanes, blocks = type.getDimSize(depth) / lanes;
  if (groups == 0 || blocks == 0)
    return false;

  OpBuilder::InsertionGuard guard(b);
  auto [memory, order] = contiguousLast(b, source);
  SmallVector<AffineExpr> reordered;
  for (unsigned dim : order)
    reordered.push_back(from.getResult(dim));
  from = AffineMap::get(from.getNumDims(), 0, reordered, b.getContext());
  SmallVector<OpFoldResult> turns;
  for (int64_t size : type.getShape().drop_back(2))
    turns.push_back(b.getIndexAttr(size));
  SmallVector<Value> at;
  if (!turns.empty()) {
    auto outer = scf::ForallOp::create(b, turns, ValueRange(), std::nullopt);
    at = outer.getInductionVars();
    b.setInsertionPointToStart(outer.getBody());
  }
  Value zero = arith::ConstantIndexOp::create(b, 0),
        step = arith::ConstantIndexOp::create(b, lanes);
  for (int64_t size : {blocks * lanes, groups * lanes}) {
    Value end = arith::ConstantIndexOp::create(b, size);
    auto loop = scf::ForOp::create(b, zero, end, step);
    at.push_back(loop.getInductionVar());
    b.setInsertionPointToStart(loop.getBody());
  }

  auto vector = VectorType::get({lanes}, type.getElementType());
  auto shifted = [&](unsigned dim, int64_t by) {
    SmallVector<Value> indices(at);
    if (by)
      indices[dim] = arith::AddIOp::create(b, at[dim], arith::ConstantIndexOp::create(b, by));
    return indices;
  };
  SmallVector<Value> rows;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    SmallVector<OpFoldResult> position = getAsOpFoldResult(shifted(line, lane));
    SmallVector<Value> indices;
    for (OpFoldResult index :
         affine::makeComposedFoldedMultiResultAffineApply(b, b.getLoc(), from, position))
      indices.push_back(getValueOrCreateConstantIndexOp(b, b.getLoc(), index));
    rows.push_back(vector::LoadOp::create(b, vector, memory, indices));
  }
  transposeSquare(b, rows);
  for (int64_t lane = 0; lane < lanes; ++lane)
    vector::StoreOp::create(b, rows[lane], target, shifted(depth, lane));
  return true;
}
