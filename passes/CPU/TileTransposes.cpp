/// lamina-cpu-tile-transposes: loop nests that read along one dimension and write along another.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/CPU/VectorWidth.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUTILETRANSPOSES
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// Rows and columns of the tiles that are walked for the sake of caches and page tables.
static constexpr int64_t kCacheTile = 64;
/// Below these a plain loop finds its lines in the first cache.
static constexpr int64_t kFewest = 32, kFewestElements = 4096;

/// Elements of a row of the block that is transposed in registers: a vector, up to a cache line of
/// f32.
static int64_t blockSize(Operation *op, unsigned elementBits) {
  return std::clamp<int64_t>(vectorBits(op) / elementBits, 4, 16);
}

/// The dimension of `memory` along which neighbours touch, if there is one longer than 1.
static std::optional<unsigned> contiguousDim(MemRefType memory) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(memory.getStridesAndOffset(strides, offset)))
    return std::nullopt;
  for (auto [dim, stride] : llvm::enumerate(strides))
    if (stride == 1 && memory.getDimSize(dim) > 1)
      return dim;
  return std::nullopt;
}

namespace {
/// A loop nest with the loop that walks its results (`along`) and the one that walks the inputs
/// that lie across (`across`).
class CrossedNest {
public:
  /// Nothing if the nest has no such inputs, or is too small or too irregular for tiles.
  static std::optional<CrossedNest> find(linalg::GenericOp op) {
    CrossedNest nest(op);
    if (!nest.isRegular() || !nest.findLoops())
      return std::nullopt;
    return nest;
  }

  void tile(RewriterBase &rewriter) {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    b.setInsertionPoint(op);
    SmallVector<int64_t> sizes = op.getStaticLoopRanges();
    int64_t innerAcross = sizes[across] / block * block, innerAlong = sizes[along] / block * block;
    tileBlocks(b, sizes, innerAcross, innerAlong);
    // What is left at two edges stays a loop nest of its own.
    SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0));
    auto edge = [&](unsigned dim, int64_t from, int64_t otherSize, unsigned other) {
      if (from == sizes[dim])
        return;
      SmallVector<OpFoldResult> starts = offsets,
                                extents = getAsIndexOpFoldResult(op.getContext(), sizes);
      starts[dim] = b.getIndexAttr(from);
      extents[dim] = b.getIndexAttr(sizes[dim] - from);
      extents[other] = b.getIndexAttr(otherSize);
      cloneOn(b, starts, extents);
    };
    edge(across, innerAcross, sizes[along], along);
    edge(along, innerAlong, innerAcross, across);
    rewriter.eraseOp(op);
  }

private:
  explicit CrossedNest(linalg::GenericOp op) : op(op) {}

  bool isRegular() {
    auto hasPlainMap = [&](OpOperand &operand) {
      auto memory = dyn_cast<MemRefType>(operand.get().getType());
      return memory && memory.hasStaticShape() &&
             op.getMatchingIndexingMap(&operand).isProjectedPermutation();
    };
    return op.hasPureBufferSemantics() && op.getNumReductionLoops() == 0 &&
           !op.hasIndexSemantics() && llvm::all_of(op->getOpOperands(), hasPlainMap);
  }

  /// The loop along which `operand` is contiguous.
  std::optional<unsigned> contiguousLoop(OpOperand &operand) {
    auto dim = contiguousDim(cast<MemRefType>(operand.get().getType()));
    if (!dim)
      return std::nullopt;
    return op.getMatchingIndexingMap(&operand).getDimPosition(*dim);
  }

  bool findLoops() {
    std::optional<unsigned> written;
    for (OpOperand &init : op.getDpsInitsMutable()) {
      auto loop = contiguousLoop(init);
      if (!loop || (written && *written != *loop))
        return false;
      written = loop;
    }
    if (!written)
      return false;
    along = *written;
    std::optional<unsigned> read;
    for (OpOperand *input : op.getDpsInputOperands()) {
      auto loop = contiguousLoop(*input);
      bool isCrossed = loop && *loop != along && isSupported(*input) &&
                       op.getMatchingIndexingMap(input).isFunctionOfDim(along);
      if (!isCrossed || (read && *read != *loop))
        continue;
      read = loop;
      crossed.push_back(input);
    }
    if (!read)
      return false;
    across = *read;
    SmallVector<int64_t> sizes = op.getStaticLoopRanges();
    unsigned widest = 0;
    for (OpOperand *input : crossed)
      widest = std::max(widest, elementOf(*input).getIntOrFloatBitWidth());
    block = blockSize(op, widest);
    return std::min(sizes[across], sizes[along]) >= kFewest &&
           sizes[across] * sizes[along] >= kFewestElements;
  }

  static Type elementOf(OpOperand &operand) {
    return cast<MemRefType>(operand.get().getType()).getElementType();
  }
  /// Bools are stored as bytes, complex numbers in two parts; neither makes a plain vector.
  static bool isSupported(OpOperand &operand) {
    Type element = elementOf(operand);
    return isa<FloatType>(element) || (isa<IntegerType>(element) && !element.isInteger(1));
  }

  /// A parallel loop over tiles, and in each of them loops over blocks.
  void tileBlocks(ImplicitLocOpBuilder &b, ArrayRef<int64_t> sizes, int64_t innerAcross,
                  int64_t innerAlong) {
    auto index = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, value); };
    SmallVector<Value> lows, highs, steps;
    for (auto [loop, size] : llvm::enumerate(sizes)) {
      bool isTiled = loop == across || loop == along;
      lows.push_back(index(0));
      highs.push_back(index(loop == across ? innerAcross : loop == along ? innerAlong : size));
      steps.push_back(index(isTiled ? kCacheTile : 1));
    }
    Value zero = index(0), by = index(block);
    auto tiles = scf::ParallelOp::create(b, lows, highs, steps);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(tiles.getBody());
    SmallVector<Value> buffers;
    for (OpOperand *input : crossed)
      buffers.push_back(memref::AllocOp::create(
          b, MemRefType::get({block, block}, elementOf(*input)), b.getI64IntegerAttr(64)));
    SmallVector<Value> at(tiles.getInductionVars());
    SmallVector<OpFoldResult> extents(sizes.size(), b.getIndexAttr(1));
    extents[across] = extents[along] = b.getIndexAttr(block);
    for (unsigned loop : {across, along}) {
      auto rest = affine::AffineMinOp::create(
          b, restOfTile(b, loop == across ? innerAcross : innerAlong), ValueRange{at[loop]});
      auto blocks = scf::ForOp::create(b, zero, rest, by);
      b.setInsertionPointToStart(blocks.getBody());
      AffineExpr sum = b.getAffineDimExpr(0) + b.getAffineDimExpr(1);
      at[loop] =
          affine::AffineApplyOp::create(b, sum, ValueRange{at[loop], blocks.getInductionVar()});
    }
    for (auto [input, buffer] : llvm::zip_equal(crossed, buffers))
      transposeBlock(b, *input, buffer, at);
    linalg::GenericOp inner = cloneOn(b, getAsOpFoldResult(at), extents);
    for (auto [input, buffer] : llvm::zip_equal(crossed, buffers))
      readFromBuffer(b, inner, input->getOperandNumber(), buffer);
  }

  /// min(kCacheTile, size - start).
  AffineMap restOfTile(OpBuilder &b, int64_t size) {
    return AffineMap::get(1, 0, {b.getAffineConstantExpr(kCacheTile), size - b.getAffineDimExpr(0)},
                          b.getContext());
  }

  /// The nest on a part of its iterations.
  linalg::GenericOp cloneOn(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> offsets,
                            ArrayRef<OpFoldResult> extents) {
    SmallVector<Value> operands;
    for (OpOperand &operand : op->getOpOperands()) {
      SmallVector<OpFoldResult> starts, sizes;
      for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults()) {
        unsigned loop = cast<AffineDimExpr>(expr).getPosition();
        starts.push_back(offsets[loop]);
        sizes.push_back(extents[loop]);
      }
      SmallVector<OpFoldResult> strides(starts.size(), b.getIndexAttr(1));
      Value part = operand.get();
      if (!starts.empty())
        part = memref::SubViewOp::create(b, part, starts, sizes, strides);
      operands.push_back(part);
    }
    return cast<linalg::GenericOp>(clone(b, op, TypeRange(), operands));
  }

  /// Makes operand `number` of `inner` the transposed block.
  void readFromBuffer(ImplicitLocOpBuilder &b, linalg::GenericOp inner, unsigned number,
                      Value buffer) {
    SmallVector<AffineMap> maps = inner.getIndexingMapsArray();
    maps[number] =
        AffineMap::get(inner.getNumLoops(), 0,
                       {b.getAffineDimExpr(across), b.getAffineDimExpr(along)}, b.getContext());
    inner->setOperand(number, buffer);
    inner.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
  }

  /// Loads a block of `input` along its own contiguous dimension and stores it transposed.
  void transposeBlock(ImplicitLocOpBuilder &b, OpOperand &input, Value buffer, ValueRange at) {
    AffineMap map = op.getMatchingIndexingMap(&input);
    Value memory = input.get();
    unsigned dim = *contiguousDim(cast<MemRefType>(memory.getType()));
    SmallVector<unsigned> order;
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      if (i != dim)
        order.push_back(i);
    order.push_back(dim);
    if (dim + 1 != order.size())
      memory = memref::TransposeOp::create(
          b, memory, AffineMapAttr::get(AffineMap::getPermutationMap(order, b.getContext())));

    auto type = VectorType::get(block, elementOf(input));
    SmallVector<Value> rows;
    for (int64_t row = 0; row < block; ++row) {
      SmallVector<Value> indices;
      for (unsigned position : order) {
        unsigned loop = map.getDimPosition(position);
        Value index = at[loop];
        if (loop == along)
          index = affine::AffineApplyOp::create(b, b.getAffineDimExpr(0) + row, index);
        indices.push_back(index);
      }
      rows.push_back(vector::LoadOp::create(b, type, memory, indices));
    }
    transpose(b, rows);
    Value zero = arith::ConstantIndexOp::create(b, 0);
    for (auto [row, value] : llvm::enumerate(rows))
      vector::StoreOp::create(b, value, buffer,
                              ValueRange{arith::ConstantIndexOp::create(b, row), zero});
  }

  /// In place: for each power of two, rows whose numbers differ in that digit exchange the elements
  /// whose positions differ in it (Eklundh).
  void transpose(ImplicitLocOpBuilder &b, MutableArrayRef<Value> rows) {
    for (int64_t digit = 1; digit < block; digit *= 2) {
      SmallVector<int64_t> low, high;
      for (int64_t i = 0; i < block; ++i) {
        low.push_back(i & digit ? block + (i ^ digit) : i);
        high.push_back(i & digit ? block + i : i | digit);
      }
      for (int64_t i = 0; i < block; ++i) {
        if (i & digit)
          continue;
        Value first = rows[i], second = rows[i | digit];
        rows[i] = vector::ShuffleOp::create(b, first, second, low);
        rows[i | digit] = vector::ShuffleOp::create(b, first, second, high);
      }
    }
  }

  linalg::GenericOp op;
  unsigned along = 0, across = 0;
  int64_t block = 0;
  SmallVector<OpOperand *> crossed;
};

struct CpuTileTransposes : lamina::impl::LaminaCpuTileTransposesBase<CpuTileTransposes> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> nests;
    getOperation().walk([&](linalg::GenericOp op) { nests.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (linalg::GenericOp op : nests)
      if (auto nest = CrossedNest::find(op))
        nest->tile(rewriter);
  }
};
} // namespace
