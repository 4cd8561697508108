#include "passes/CPU/RowBlock.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/CPU/ArrayStrides.h"

using namespace mlir;
using namespace mlir::lamina;

/// Rows of a block: whole cache lines, and no more than the second cache holds.
static constexpr int64_t kMostRows = 64, kLeastRows = 32;
static constexpr int64_t kBlockBytes = 512 * 1024;
/// A thread keeps no copies larger than this.
static constexpr int64_t kMostBytes = 16 * 1024 * 1024;
/// Rows shorter than this, of all that is copied, are in the first cache by themselves.
static constexpr int64_t kShortRow = 64;

/// The dimension of an array read through `map` that each loop over rows walks.
static SmallVector<std::optional<unsigned>> dimsOf(AffineMap map, ArrayRef<unsigned> loops) {
  SmallVector<std::optional<unsigned>> dims;
  for (unsigned loop : loops)
    dims.push_back(map.getResultPosition(getAffineDimExpr(loop, map.getContext())));
  return dims;
}

/// Elements of a row, and bytes of all elements of `array` in it.
static int64_t elementsOfRow(Value array, ArrayRef<std::optional<unsigned>> rowDims) {
  int64_t elements = 1;
  for (auto [dim, extent] : llvm::enumerate(cast<RankedTensorType>(array.getType()).getShape()))
    if (!llvm::is_contained(rowDims, std::optional<unsigned>(dim)))
      elements *= extent;
  return elements;
}

static int64_t bytesOf(Type element) {
  if (auto complex = dyn_cast<ComplexType>(element))
    return 2 * bytesOf(complex.getElementType());
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

/// The loop over rows along which `operand`, computed outside of the group, is contiguous.
std::optional<unsigned> RowBlock::crossedLoop(const RowGroup &group, linalg::LinalgOp member,
                                              OpOperand &operand) {
  AffineMap map = member.getMatchingIndexingMap(&operand);
  Value array = operand.get();
  Operation *source = array.getDefiningOp();
  if (!member.isDpsInput(&operand) || !map.isProjectedPermutation() ||
      (source && (group.contains(source) || isa<linalg::FillOp>(source))))
    return std::nullopt;
  auto strides = stridesOf(array);
  if (!strides)
    return std::nullopt;
  auto dims = dimsOf(map, group.getRowLoops(member));
  if (elementsOfRow(array, dims) < kShortRow)
    return std::nullopt;
  for (auto [loop, dim] : llvm::enumerate(dims))
    if (dim && (*strides)[*dim] == 1 && group.getRows()[loop] >= kLeastRows)
      return loop;
  return std::nullopt;
}

std::optional<RowBlock> RowBlock::find(const RowGroup &group) {
  std::optional<RowBlock> block;
  int64_t rowBytes = 0;
  for (linalg::LinalgOp member : group.getMembers())
    for (OpOperand &operand : member->getOpOperands()) {
      auto loop = crossedLoop(group, member, operand);
      if (!loop || (block && block->loop != *loop))
        continue;
      if (!block)
        block = RowBlock(group, *loop);
      if (block->lookup(member, operand))
        continue;
      block->add(member, operand);
      const Crossed &added = block->arrays.back();
      rowBytes += elementsOfRow(added.array, added.rowDims) *
                  bytesOf(getElementTypeOrSelf(added.array.getType()));
    }
  if (!block || kLeastRows * rowBytes > kMostBytes)
    return std::nullopt;
  bool fits = block->count >= kMostRows && kMostRows * rowBytes <= kBlockBytes;
  block->size = fits ? kMostRows : kLeastRows;
  return block;
}

void RowBlock::add(linalg::LinalgOp member, OpOperand &operand) {
  AffineMap map = member.getMatchingIndexingMap(&operand);
  Crossed crossed{operand.get(), dimsOf(map, group->getRowLoops(member)), {}, {}};
  // The row first, then what the loops walk in their order.
  unsigned rowDim = *crossed.rowDims[loop];
  crossed.order.push_back(rowDim);
  for (unsigned dim = 0; dim < member.getNumLoops(); ++dim) {
    auto walked = map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
    if (walked && *walked != rowDim)
      crossed.order.push_back(*walked);
  }
  arrays.push_back(crossed);
}

const RowBlock::Crossed *RowBlock::lookup(linalg::LinalgOp member, OpOperand &operand) const {
  AffineMap map = member.getMatchingIndexingMap(&operand);
  for (const Crossed &crossed : arrays)
    if (crossed.array == operand.get() && map.isProjectedPermutation() &&
        crossed.rowDims == dimsOf(map, group->getRowLoops(member)))
      return &crossed;
  return nullptr;
}

void RowBlock::copy(ImplicitLocOpBuilder &b, ValueRange rows) {
  AffineExpr at = b.getAffineDimExpr(0) * size;
  auto lesser = [&](AffineExpr one, AffineExpr other) -> Value {
    AffineMap map = AffineMap::get(1, 0, {one, other}, b.getContext());
    return affine::AffineMinOp::create(b, map, rows[loop]);
  };
  Value start = first = affine::AffineApplyOp::create(b, at, rows[loop]);
  length = b.getIndexAttr(size);
  if (count % size) {
    length = lesser(b.getAffineConstantExpr(size), count - at);
    // The copy of the last block is whole too, so that all sizes are static: it starts earlier.
    start = lesser(at, b.getAffineConstantExpr(count - size));
  }
  skipped = affine::AffineApplyOp::create(b, b.getAffineDimExpr(0) - b.getAffineDimExpr(1),
                                          ValueRange{first, start});

  for (Crossed &crossed : arrays) {
    auto type = cast<RankedTensorType>(crossed.array.getType());
    SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0)),
        strides(type.getRank(), b.getIndexAttr(1)),
        sizes = getAsIndexOpFoldResult(b.getContext(), type.getShape());
    for (auto [number, dim] : llvm::enumerate(crossed.rowDims))
      if (dim) {
        offsets[*dim] = number == loop ? start : rows[number];
        sizes[*dim] = b.getIndexAttr(number == loop ? size : 1);
      }
    auto part = tensor::ExtractSliceOp::create(b, crossed.array, offsets, sizes, strides);
    AffineMap read =
        inversePermutation(AffineMap::getPermutationMap(crossed.order, b.getContext()));
    SmallVector<OpFoldResult> copiedSizes;
    for (unsigned dim : crossed.order)
      copiedSizes.push_back(sizes[dim]);
    Value empty = tensor::EmptyOp::create(b, copiedSizes, type.getElementType());
    AffineMap maps[] = {read, b.getMultiDimIdentityMap(type.getRank())};
    SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
    auto copy =
        linalg::GenericOp::create(b, empty.getType(), ValueRange(part), empty, maps, iterators,
                                  [](OpBuilder &inner, Location loc, ValueRange scalars) {
                                    linalg::YieldOp::create(inner, loc, scalars.front());
                                  });
    crossed.copied = copy.getResult(0);
  }
}

void RowBlock::readCopies(ImplicitLocOpBuilder &b, linalg::LinalgOp member, linalg::GenericOp row,
                          Value at) const {
  SmallVector<AffineMap> maps = row.getIndexingMapsArray();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(row);
  Value place;
  for (OpOperand *operand : member.getDpsInputOperands()) {
    const Crossed *crossed = lookup(member, *operand);
    if (!crossed)
      continue;
    if (!place)
      place = affine::AffineApplyOp::create(b, b.getAffineDimExpr(0) + b.getAffineDimExpr(1),
                                            ValueRange{at, skipped});
    auto type = cast<RankedTensorType>(crossed->copied.getType());
    SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0)),
        strides(type.getRank(), b.getIndexAttr(1)),
        sizes = getAsIndexOpFoldResult(b.getContext(), type.getShape());
    offsets.front() = place;
    sizes.front() = b.getIndexAttr(1);
    Value slice = tensor::ExtractSliceOp::create(b, crossed->copied, offsets, sizes, strides);
    unsigned number = operand->getOperandNumber();
    row->setOperand(number, slice);
    SmallVector<AffineExpr> read;
    for (unsigned dim : crossed->order)
      read.push_back(maps[number].getResult(dim));
    maps[number] = AffineMap::get(row.getNumLoops(), 0, read, b.getContext());
  }
  row.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
}
