/// lamina-cpu-tile-transposes: loop nests that read along one dimension and write along another.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/CPU/TransposedCopy.h"
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
    bool inRegisters = isVectorizable();
    SmallVector<Value> buffers;
    if (!inRegisters)
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
    if (inRegisters)
      return computeRows(b, at);
    for (auto [input, buffer] : llvm::zip_equal(crossed, buffers))
      storeBlock(b, loadTransposed(b, *input, at), buffer);
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

  /// Whether the body can be computed on rows of a block as vectors: it only does arithmetic, and
  /// other operands lie along the results or are the same for a whole row.
  bool isVectorizable() {
    auto isPlain = [](Type type) {
      return isa<Float32Type, Float64Type, IndexType, IntegerType>(type);
    };
    for (Operation &inner : op.getBody()->without_terminator())
      if (!isa<arith::ArithDialect>(inner.getDialect()) ||
          !llvm::all_of(inner.getOperandTypes(), isPlain) ||
          !llvm::all_of(inner.getResultTypes(), isPlain))
        return false;
    return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
      Type element = elementOf(operand);
      bool isRow = contiguousLoop(operand) == along || llvm::is_contained(crossed, &operand);
      bool isConstant = !op.getMatchingIndexingMap(&operand).isFunctionOfDim(along);
      return isa<FloatType, IntegerType>(element) && !element.isInteger(1) && (isRow || isConstant);
    });
  }

  /// The nest on a block, with its rows in registers.
  void computeRows(ImplicitLocOpBuilder &b, SmallVector<Value> at) {
    DenseMap<unsigned, SmallVector<Value>> transposed;
    for (OpOperand *input : crossed)
      transposed[input->getOperandNumber()] = loadTransposed(b, *input, at);
    Value first = at[across];
    for (int64_t row = 0; row < block; ++row) {
      at[across] = affine::AffineApplyOp::create(b, b.getAffineDimExpr(0) + row, first);
      IRMapping vectors;
      for (OpOperand &operand : op->getOpOperands()) {
        BlockArgument element = op.getMatchingBlockArgument(&operand);
        auto rows = transposed.find(operand.getOperandNumber());
        if (rows != transposed.end())
          vectors.map(element, rows->second[row]);
        else if (!element.use_empty())
          vectors.map(element, loadRow(b, operand, at));
      }
      for (Operation &inner : op.getBody()->without_terminator())
        computeVector(b, inner, vectors);
      Operation *yield = op.getBody()->getTerminator();
      for (auto [init, result] : llvm::zip_equal(op.getDpsInitsMutable(), yield->getOperands())) {
        auto [memory, indices] = placeOf(b, init, at);
        vector::StoreOp::create(b, vectorOf(b, result, vectors), memory, indices);
      }
    }
  }

  /// A scalar of the body as a vector; one from outside of it is the same in all lanes.
  Value vectorOf(ImplicitLocOpBuilder &b, Value scalar, IRMapping &vectors) {
    if (!vectors.contains(scalar))
      vectors.map(scalar,
                  vector::BroadcastOp::create(b, VectorType::get(block, scalar.getType()), scalar));
    return vectors.lookup(scalar);
  }

  void computeVector(ImplicitLocOpBuilder &b, Operation &inner, IRMapping &vectors) {
    if (isa<arith::ConstantOp>(inner)) {
      Value scalar = b.clone(inner)->getResult(0);
      vectors.map(inner.getResult(0), vectorOf(b, scalar, vectors));
      return;
    }
    for (Value operand : inner.getOperands())
      vectorOf(b, operand, vectors);
    for (OpResult result : b.clone(inner, vectors)->getResults())
      result.setType(VectorType::get(block, result.getType()));
  }

  Value loadRow(ImplicitLocOpBuilder &b, OpOperand &operand, ValueRange at) {
    auto type = VectorType::get(block, elementOf(operand));
    auto [memory, indices] = placeOf(b, operand, at);
    if (op.getMatchingIndexingMap(&operand).isFunctionOfDim(along))
      return vector::LoadOp::create(b, type, memory, indices);
    return vector::BroadcastOp::create(b, type, memref::LoadOp::create(b, memory, indices));
  }

  /// The memory of an operand with the dimension last in which neighbours touch, and the indices of
  /// the iteration `at` in it.
  std::pair<Value, SmallVector<Value>> placeOf(ImplicitLocOpBuilder &b, OpOperand &operand,
                                               ValueRange at) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    auto [memory, order] = contiguousLast(b, operand.get());
    SmallVector<Value> indices;
    for (unsigned position : order)
      indices.push_back(at[map.getDimPosition(position)]);
    return {memory, indices};
  }

  /// A block of `input`, loaded along its own contiguous dimension: its rows along the results.
  SmallVector<Value> loadTransposed(ImplicitLocOpBuilder &b, OpOperand &input,
                                    ArrayRef<Value> start) {
    auto type = VectorType::get(block, elementOf(input));
    SmallVector<Value> at(start), rows;
    Value first = at[along];
    for (int64_t row = 0; row < block; ++row) {
      at[along] = affine::AffineApplyOp::create(b, b.getAffineDimExpr(0) + row, first);
      auto [memory, indices] = placeOf(b, input, at);
      rows.push_back(vector::LoadOp::create(b, type, memory, indices));
    }
    transposeSquare(b, rows);
    return rows;
  }

  void storeBlock(ImplicitLocOpBuilder &b, ArrayRef<Value> rows, Value buffer) {
    Value zero = arith::ConstantIndexOp::create(b, 0);
    for (auto [row, value] : llvm::enumerate(rows))
      vector::StoreOp::create(b, value, buffer,
                              ValueRange{arith::ConstantIndexOp::create(b, row), zero});
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
