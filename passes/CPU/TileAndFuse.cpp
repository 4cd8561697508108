/// lamina-cpu-tile-and-fuse: one outer loop around loop nests that work row by row.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/CPU/FoldSlices.h"
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
      : group(group), members(group.getMembers()), b(members.back().getLoc(), rewriter) {}

  void build(RewriterBase &rewriter) {
    SmallVector<Operation *> readers = group.getReadersBetween();
    b.setInsertionPoint(members.back());
    SmallVector<Value> values, arrays;
    for (linalg::LinalgOp member : members)
      for (OpResult result : member->getResults())
        if (group.isReadOutside(result))
          values.push_back(result);
    for (Value value : values) {
      auto type = cast<RankedTensorType>(value.getType());
      arrays.push_back(tensor::EmptyOp::create(b, type.getShape(), type.getElementType()));
    }
    loop = scf::ForallOp::create(b, getAsIndexOpFoldResult(b.getContext(), group.getRows()), arrays,
                                 /*mapping=*/std::nullopt);
    for (auto [value, array] : llvm::zip_equal(values, loop.getRegionIterArgs()))
      arrayOf[value] = array;

    b.setInsertionPoint(loop.getTerminator());
    for (linalg::LinalgOp member : members)
      addRow(member);
    for (Operation *reader : llvm::reverse(readers))
      reader->moveAfter(loop);
    for (auto [value, result] : llvm::zip_equal(values, loop.getResults()))
      rewriter.replaceAllUsesWith(value, result);
    for (linalg::LinalgOp member : llvm::reverse(members))
      rewriter.eraseOp(member);
  }

private:
  /// Computes one row of a member, and puts what is read outside where it belongs.
  void addRow(linalg::LinalgOp member) {
    SmallVector<OpFoldResult> bounds =
        getAsIndexOpFoldResult(b.getContext(), member.getStaticLoopRanges());
    SmallVector<OpFoldResult> sizes(bounds.size(), b.getIndexAttr(0));
    DenseMap<unsigned, Value> indexOf;
    for (auto [loopOfMember, index] :
         llvm::zip_equal(group.getRowLoops(member), loop.getInductionVars())) {
      sizes[loopOfMember] = b.getIndexAttr(1);
      indexOf[loopOfMember] = index;
    }
    SmallVector<OpFoldResult> indices;
    for (unsigned dim = 0; dim < sizes.size(); ++dim)
      if (indexOf.contains(dim))
        indices.push_back(indexOf[dim]);

    auto slices =
        linalg::computeAllSliceParameters(b, b.getLoc(), member, member->getOperands(), indices,
                                          sizes, bounds, /*omitPartialTileCheck=*/true);
    SmallVector<Value> operands;
    for (auto [operand, slice] : llvm::zip_equal(member->getOpOperands(), slices))
      operands.push_back(member.isDpsInit(&operand) ? initialRow(member, operand, slice)
                                                    : rowOf(operand.get(), slice));
    auto row = cast<linalg::LinalgOp>(
        clone(b, member, linalg::getTensorOutputTypes(member, operands), operands));
    linalg::offsetIndices(b, row, linalg::computeTileOffsets(b, b.getLoc(), indices, sizes));
    for (auto [result, rowResult] : llvm::zip_equal(member->getResults(), row->getResults())) {
      rows[result] = rowResult;
      if (Value array = arrayOf.lookup(result))
        insert(rowResult, array,
               slices[member.getDpsInitOperand(result.getResultNumber())->getOperandNumber()]);
    }
  }

  using Slice = std::optional<linalg::SliceParameters>;

  Value sliceOf(Value array, const Slice &slice) {
    if (!slice)
      return array;
    return tensor::ExtractSliceOp::create(b, array, slice->offsets, slice->sizes, slice->strides);
  }

  Value rowOf(Value value, const Slice &slice) {
    if (Value row = rows.lookup(value))
      return row;
    if (auto fill = value.getDefiningOp<linalg::FillOp>())
      return filled(fill, emptyRow(value, slice));
    return sliceOf(value, slice);
  }

  /// The row that a result starts from; where it is put together, if that is read outside.
  Value initialRow(linalg::LinalgOp member, OpOperand &init, const Slice &slice) {
    Value array = arrayOf.lookup(member.getTiedOpResult(&init));
    auto place = [&] { return array ? sliceOf(array, slice) : emptyRow(init.get(), slice); };
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

  void insert(Value row, Value array, const Slice &slice) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(loop.getTerminator().getBody());
    tensor::ParallelInsertSliceOp::create(b, row, array, slice->offsets, slice->sizes,
                                          slice->strides);
  }

  const RowGroup &group;
  SmallVector<linalg::LinalgOp> members;
  ImplicitLocOpBuilder b;
  scf::ForallOp loop;
  /// Where the values that are read outside are put together.
  DenseMap<Value, Value> arrayOf;
  /// The row of each value of a member.
  DenseMap<Value, Value> rows;
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
