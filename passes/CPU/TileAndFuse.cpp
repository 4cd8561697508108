/// lamina-cpu-tile-and-fuse: one outer loop around loop nests that work row by row.
#include "dialects/Lamina/Lamina.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/CPU/FoldSlices.h"
#include "passes/CPU/RowBlock.h"
#include "passes/CPU/RowGroup.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUTILEANDFUSE
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// Writes the loop over the rows of a group and moves the group into it.
class RowLoop {
public:
  RowLoop(const RowGroup &group, RewriterBase &rewriter)
      : group(group), members(group.getMembers()), block(RowBlock::find(group)),
        b(members.back().getLoc(), rewriter) {}

  void build(RewriterBase &rewriter) {
    SmallVector<Operation *> readers = group.getReadersBetween();
    b.setInsertionPoint(members.back());
    SmallVector<Value> values, arrays;
    for (linalg::LinalgOp member : members)
      for (OpResult result : member->getResults())
        if (group.isReadOutside(result))
          values.push_back(result);
    for (Value value : values) {
      hold(cast<OpResult>(value));
      auto type = cast<RankedTensorType>(value.getType());
      arrays.push_back(tensor::EmptyOp::create(b, type.getShape(), type.getElementType()));
    }
    SmallVector<int64_t> turns(group.getRows());
    if (block)
      turns[block->getLoop()] = block->getBlocks();
    loop = scf::ForallOp::create(b, getAsIndexOpFoldResult(b.getContext(), turns), arrays,
                                 /*mapping=*/std::nullopt);
    for (auto [value, array] : llvm::zip_equal(values, loop.getRegionIterArgs()))
      arrayOf[value] = array;

    b.setInsertionPoint(loop.getTerminator());
    rows = places = loop.getInductionVars();
    if (block)
      addBlock(values);
    else
      addRows();
    for (Operation *reader : llvm::reverse(readers))
      reader->moveAfter(loop);
    for (auto [value, result] : llvm::zip_equal(values, loop.getResults()))
      rewriter.replaceAllUsesWith(value, result);
    for (linalg::LinalgOp member : llvm::reverse(members))
      rewriter.eraseOp(member);
  }

private:
  void addRows() {
    for (linalg::LinalgOp member : members)
      addRow(member);
  }

  /// A loop over the rows of a block, which puts together the block's part of each result.
  void addBlock(ArrayRef<Value> values) {
    block->copy(b, rows);
    SmallVector<linalg::SliceParameters> parts;
    SmallVector<Value> arrays;
    for (Value value : values) {
      parts.push_back(partOf(cast<OpResult>(value)));
      arrays.push_back(sliceOf(arrayOf[value], parts.back()));
    }
    Value zero = arith::ConstantIndexOp::create(b, 0), one = arith::ConstantIndexOp::create(b, 1);
    Value length = getValueOrCreateConstantIndexOp(b, b.getLoc(), block->getLength());
    blockLoop = scf::ForOp::create(b, zero, length, one, arrays);
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(blockLoop.getBody());
      Value place = blockLoop.getInductionVar();
      places[block->getLoop()] = place;
      rows[block->getLoop()] = affine::AffineApplyOp::create(
          b, b.getAffineDimExpr(0) + b.getAffineDimExpr(1), ValueRange{block->getFirst(), place});
      for (unsigned dim = 0; dim < places.size(); ++dim)
        if (dim != block->getLoop())
          places[dim] = zero;
      for (auto [value, array] : llvm::zip_equal(values, blockLoop.getRegionIterArgs()))
        arrayOf[value] = array;
      addRows();
      SmallVector<Value> written;
      for (Value value : values)
        written.push_back(arrayOf[value]);
      if (!values.empty())
        scf::YieldOp::create(b, written);
    }
    for (auto [array, result, part] :
         llvm::zip_equal(loop.getRegionIterArgs(), blockLoop.getResults(), parts))
      insertInParallel(result, array, part);
  }

  /// The part of a result that a block computes.
  linalg::SliceParameters partOf(OpResult result) {
    auto member = cast<linalg::LinalgOp>(result.getOwner());
    AffineMap map =
        member.getMatchingIndexingMap(member.getDpsInitOperand(result.getResultNumber()));
    auto type = cast<RankedTensorType>(result.getType());
    linalg::SliceParameters part;
    part.offsets.assign(type.getRank(), b.getIndexAttr(0));
    part.strides.assign(type.getRank(), b.getIndexAttr(1));
    part.sizes = getAsIndexOpFoldResult(b.getContext(), type.getShape());
    for (auto [number, rowLoop] : llvm::enumerate(group.getRowLoops(member))) {
      unsigned dim = *map.getResultPosition(b.getAffineDimExpr(rowLoop));
      bool isBlock = number == block->getLoop();
      part.offsets[dim] = isBlock ? block->getFirst() : rows[number];
      part.sizes[dim] = isBlock ? block->getLength() : b.getIndexAttr(1);
    }
    return part;
  }

  /// Lets an intermediate value that only `result` is still computed from, element by element, have
  /// the memory of the result: while it is computed the result's lines come into the cache, instead
  /// of all at once at the end.
  void hold(OpResult result) {
    auto member = cast<linalg::LinalgOp>(result.getOwner());
    OpOperand *init = member.getDpsInitOperand(result.getResultNumber());
    if (member.getNumReductionLoops() != 0 || !init->get().getDefiningOp<tensor::EmptyOp>() ||
        !isRowMajorOutside(result))
      return;
    for (OpOperand *operand : member.getDpsInputOperands()) {
      Value value = operand->get();
      auto producer = value.getDefiningOp<linalg::LinalgOp>();
      if (!producer || !group.contains(producer) || group.isReadOutside(value) ||
          value.getType() != result.getType() || resultHolding.contains(value) ||
          producer.getNumReductionLoops() != 0 ||
          member.getMatchingIndexingMap(operand) != member.getMatchingIndexingMap(init) ||
          !member.getMatchingIndexingMap(init).isPermutation())
        continue;
      OpOperand *start = producer.getDpsInitOperand(cast<OpResult>(value).getResultNumber());
      bool isLast = llvm::all_of(value.getUsers(), [&](Operation *user) {
        return user == member || user->isBeforeInBlock(member);
      });
      if (!isLast || llvm::count(member->getOperands(), value) != 1 ||
          !start->get().getDefiningOp<tensor::EmptyOp>())
        continue;
      resultHolding[value] = result;
      heldBy[result] = value;
      return;
    }
  }

  /// Whether nothing says that the caller keeps `result` in another layout.
  static bool isRowMajorOutside(OpResult result) {
    return llvm::none_of(result.getUses(), [](OpOperand &use) {
      if (!isa<func::ReturnOp>(use.getOwner()))
        return false;
      auto function = cast<func::FuncOp>(use.getOwner()->getParentOp());
      unsigned number = use.getOperandNumber();
      return function.getResultAttr(number, "lamina.strides") ||
             isa_and_present<MutationAttr>(function.getResultAttr(number, "lamina.result"));
    });
  }

  /// Computes one row of a member, and puts what is read outside where it belongs.
  void addRow(linalg::LinalgOp member) {
    SmallVector<OpFoldResult> bounds =
        getAsIndexOpFoldResult(b.getContext(), member.getStaticLoopRanges());
    SmallVector<OpFoldResult> sizes(bounds.size(), b.getIndexAttr(0));
    for (unsigned rowLoop : group.getRowLoops(member))
      sizes[rowLoop] = b.getIndexAttr(1);
    SmallVector<OpFoldResult> indices = indicesOf(member, rows);
    auto slicesAt = [&](ArrayRef<OpFoldResult> at) {
      return linalg::computeAllSliceParameters(b, b.getLoc(), member, member->getOperands(), at,
                                               sizes, bounds, /*omitPartialTileCheck=*/true);
    };
    SmallVector<Slice> slices = slicesAt(indices);
    // Within a block, rows of results are counted from its first one.
    SmallVector<Slice> written = block ? slicesAt(indicesOf(member, places)) : slices;

    SmallVector<Value> operands;
    for (auto [operand, slice, place] : llvm::zip_equal(member->getOpOperands(), slices, written))
      operands.push_back(member.isDpsInit(&operand) ? initialRow(member, operand, slice, place)
                                                    : rowOf(operand.get(), slice));
    auto row = cast<linalg::LinalgOp>(
        clone(b, member, linalg::getTensorOutputTypes(member, operands), operands));
    linalg::offsetIndices(b, row, linalg::computeTileOffsets(b, b.getLoc(), indices, sizes));
    if (block)
      block->readCopies(b, member, cast<linalg::GenericOp>(row.getOperation()),
                        blockLoop.getInductionVar());
    for (auto [result, rowResult] : llvm::zip_equal(member->getResults(), row->getResults())) {
      rowOfValue[result] = rowResult;
      if (arrayOf.contains(result))
        insert(rowResult, result,
               *written[member.getDpsInitOperand(result.getResultNumber())->getOperandNumber()]);
    }
  }

  /// For each loop of `member` over rows, in their order, the index.
  SmallVector<OpFoldResult> indicesOf(linalg::LinalgOp member, ArrayRef<Value> at) {
    SmallVector<OpFoldResult> indices;
    ArrayRef<unsigned> rowLoops = group.getRowLoops(member);
    for (unsigned dim = 0; dim < member.getNumLoops(); ++dim)
      if (const unsigned *found = llvm::find(rowLoops, dim); found != rowLoops.end())
        indices.push_back(at[found - rowLoops.begin()]);
    return indices;
  }

  using Slice = std::optional<linalg::SliceParameters>;

  Value sliceOf(Value array, const Slice &slice) {
    if (!slice)
      return array;
    return tensor::ExtractSliceOp::create(b, array, slice->offsets, slice->sizes, slice->strides);
  }

  Value rowOf(Value value, const Slice &slice) {
    if (Value row = rowOfValue.lookup(value))
      return row;
    if (auto fill = value.getDefiningOp<linalg::FillOp>())
      return filled(fill, emptyRow(value, slice));
    return sliceOf(value, slice);
  }

  /// The row that a result starts from; where it is put together, if that is read outside.
  Value initialRow(linalg::LinalgOp member, OpOperand &init, const Slice &slice,
                   const Slice &written) {
    Value result = member.getTiedOpResult(&init);
    if (Value held = heldBy.lookup(result))
      return rowOfValue[held];
    Value array = arrayOf.lookup(resultHolding.contains(result) ? resultHolding[result] : result);
    auto place = [&] { return array ? sliceOf(array, written) : emptyRow(init.get(), slice); };
    if (auto fill = init.get().getDefiningOp<linalg::FillOp>())
      return filled(fill, place());
    if (init.get().getDefiningOp<tensor::EmptyOp>())
      return place();
    return rowOf(init.get(), slice);
  }

  Value emptyRow(Value array, const Slice &slice) {
    auto type = cast<RankedTensorType>(array.getType());
    SmallVector<OpFoldResult> sizes =
        slice ? slice->sizes : getAsIndexOpFoldResult(b.getContext(), type.getShape());
    return tensor::EmptyOp::create(b, sizes, type.getElementType());
  }

  Value filled(linalg::FillOp fill, Value row) {
    return linalg::FillOp::create(b, fill.getInputs().front(), row).getResult(0);
  }

  void insert(Value row, Value value, const linalg::SliceParameters &part) {
    Value &array = arrayOf[value];
    if (block)
      array = tensor::InsertSliceOp::create(b, row, array, part.offsets, part.sizes, part.strides);
    else
      insertInParallel(row, array, part);
  }

  void insertInParallel(Value part, Value array, const linalg::SliceParameters &at) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(loop.getTerminator().getBody());
    tensor::ParallelInsertSliceOp::create(b, part, array, at.offsets, at.sizes, at.strides);
  }

  const RowGroup &group;
  SmallVector<linalg::LinalgOp> members;
  std::optional<RowBlock> block;
  ImplicitLocOpBuilder b;
  scf::ForallOp loop;
  /// The loop over the rows of a block, if there are blocks.
  scf::ForOp blockLoop;
  /// The indices of the row, and where it stands in what results are put together from.
  SmallVector<Value> rows, places;
  /// Where the values that are read outside are put together.
  DenseMap<Value, Value> arrayOf;
  /// Values that are held in the memory of a result, and the other way round.
  DenseMap<Value, Value> resultHolding, heldBy;
  /// The row of each value of a member.
  DenseMap<Value, Value> rowOfValue;
};

struct CpuTileAndFuse : lamina::impl::LaminaCpuTileAndFuseBase<CpuTileAndFuse> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    bool changed = false;
    for (Block &block : getOperation().getBody()) {
      SmallVector<linalg::LinalgOp> ops(block.getOps<linalg::LinalgOp>());
      DenseSet<Operation *> taken;
      for (linalg::LinalgOp op : llvm::reverse(ops)) {
        if (taken.contains(op) || !RowGroup::canBeSeed(op))
          continue;
        RowGroup group(op, taken);
        if (!group.isWorthwhile())
          continue;
        for (linalg::LinalgOp member : group.getMembers())
          taken.insert(member);
        RowLoop(group, rewriter).build(rewriter);
        changed = true;
      }
    }
    if (changed && failed(foldSlices(getOperation())))
      signalPassFailure();
  }
};
} // namespace
