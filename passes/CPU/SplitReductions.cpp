/// lamina-cpu-split-reductions: long sums over rows as sums of partial sums.
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/CPU/ArrayStrides.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUSPLITREDUCTIONS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// Partial results at most: enough for any number of threads, and fixed, so that the order of
/// additions does not depend on it.
static constexpr int64_t kMostPartials = 64;
/// Elements of a reduction that is worth several threads.
static constexpr int64_t kWorthPartials = 1 << 16;
/// Rows that are added at once, in registers.
static constexpr int64_t kRowsAtOnce = 8;

namespace {
/// How the rows of the outermost loop are cut: into `partials` of `turns` times `together` rows.
/// What is left over is reduced afterwards.
struct Cut {
  int64_t partials, turns, together;
  int64_t rows() const { return partials * turns * together; }
};

/// A reduction of its outermost loop by an operation with a neutral element.
class Reduction {
public:
  static std::optional<Reduction> match(linalg::GenericOp op) {
    SmallVector<int64_t> ranges = op.getStaticLoopRanges();
    if (!op.hasPureTensorSemantics() || op->getNumResults() != 1 || ranges.size() < 1 ||
        llvm::any_of(ranges, ShapedType::isDynamic) ||
        op.getIteratorTypesArray().front() != utils::IteratorType::reduction)
      return std::nullopt;
    SmallVector<Operation *> combiners;
    if (!matchReduction(op.getRegionOutputArgs(), 0, combiners) || combiners.size() != 1 ||
        !isa<FloatType, IntegerType>(combiners.front()->getResult(0).getType()))
      return std::nullopt;
    std::optional<TypedAttr> neutral = arith::getNeutralElement(combiners.front());
    if (!neutral)
      return std::nullopt;
    Reduction reduction(op, combiners.front(), *neutral, ranges);
    if (!reduction.readsRowsOnce() || reduction.rowsAreColumnsInMemory())
      return std::nullopt;
    return reduction;
  }

  /// The cut that leaves the fewest rows over, if one is worthwhile.
  std::optional<Cut> chooseCut() {
    int64_t rows = ranges.front(), elements = 1;
    for (int64_t range : ranges)
      elements *= range;
    int64_t together = addsRows() ? kRowsAtOnce : 1;
    int64_t most = elements < kWorthPartials ? 1 : std::min(kMostPartials, rows / (4 * together));
    if (rows < 2 * together || most < 1 || (most == 1 && together == 1))
      return std::nullopt;
    Cut best{0, 0, 0};
    for (int64_t partials = most; partials > most / 2; --partials) {
      Cut cut{partials, rows / (partials * together), together};
      if (cut.rows() > best.rows())
        best = cut;
    }
    return best;
  }

  void split(RewriterBase &rewriter, Cut cut) {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    b.setInsertionPoint(op);
    Value partial = reducePartials(b, cut);
    Value total = combinePartials(b, partial);
    if (cut.rows() < ranges.front())
      total = reduceRest(b, cut.rows(), total);
    rewriter.replaceOp(op, total);
  }

private:
  Reduction(linalg::GenericOp op, Operation *combiner, TypedAttr neutral, ArrayRef<int64_t> ranges)
      : op(op), combiner(combiner), neutral(neutral), ranges(ranges) {}

  /// Whether no element of a row is read in another row, as it is in a contraction: the inputs that
  /// depend on the row are read along that loop alone.
  bool readsRowsOnce() {
    bool wholeInput = false;
    for (OpOperand *input : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(input);
      wholeInput |= map.isPermutation();
      for (AffineExpr expr : map.getResults())
        if (expr.isFunctionOfDim(0) && !isa<AffineDimExpr>(expr))
          return false;
    }
    return wholeInput;
  }

  /// Whether neighbours in memory are added to each other for each column: then columns are better
  /// taken one by one, and are there for the threads.
  bool rowsAreColumnsInMemory() {
    return addsRows() && llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
             auto strides = stridesOf(input->get());
             return op.getMatchingIndexingMap(input).isPermutation() && strides &&
                    (*strides)[*rowDim(input)] == 1;
           });
  }

  /// Whether a row is added to a row: there are columns.
  bool addsRows() { return op.getNumParallelLoops() > 0; }

  /// Rows [first, first + count) of an input.
  Value takeRows(ImplicitLocOpBuilder &b, OpOperand *input, int64_t first, int64_t count) {
    std::optional<unsigned> dim = rowDim(input);
    if (!dim || count == ranges.front())
      return input->get();
    auto type = cast<RankedTensorType>(input->get().getType());
    SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0)),
        strides(type.getRank(), b.getIndexAttr(1)),
        sizes = getAsIndexOpFoldResult(b.getContext(), type.getShape());
    offsets[*dim] = b.getIndexAttr(first);
    sizes[*dim] = b.getIndexAttr(count);
    return tensor::ExtractSliceOp::create(b, input->get(), offsets, sizes, strides);
  }

  /// The dimension of an input that is walked by the outermost loop.
  std::optional<unsigned> rowDim(OpOperand *input) {
    return op.getMatchingIndexingMap(input).getResultPosition(getAffineDimExpr(0, op.getContext()));
  }

  /// The loops (partial, turn, others..., row) over inputs whose rows are cut in three.
  Value reducePartials(ImplicitLocOpBuilder &b, Cut cut) {
    const unsigned loops = op.getNumLoops() + 2;
    AffineExpr partial = b.getAffineDimExpr(0), turn = b.getAffineDimExpr(1),
               row = b.getAffineDimExpr(loops - 1);
    SmallVector<AffineExpr> others(1);
    for (unsigned dim = 1; dim < op.getNumLoops(); ++dim)
      others.push_back(b.getAffineDimExpr(dim + 1));

    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    for (OpOperand *input : op.getDpsInputOperands()) {
      inputs.push_back(cutRows(b, takeRows(b, input, 0, cut.rows()), rowDim(input), cut));
      SmallVector<AffineExpr> exprs;
      for (AffineExpr expr : op.getMatchingIndexingMap(input).getResults())
        if (expr.isFunctionOfDim(0))
          exprs.append({partial, turn, row});
        else
          exprs.push_back(expr.replaceDims(others));
      maps.push_back(AffineMap::get(loops, 0, exprs, b.getContext()));
    }
    SmallVector<AffineExpr> written{partial};
    for (AffineExpr expr : op.getIndexingMapsArray().back().getResults())
      written.push_back(expr.replaceDims(others));
    maps.push_back(AffineMap::get(loops, 0, written, b.getContext()));
    SmallVector<utils::IteratorType> iterators{utils::IteratorType::parallel,
                                               utils::IteratorType::reduction};
    llvm::append_range(iterators, ArrayRef(op.getIteratorTypesArray()).drop_front());
    iterators.push_back(utils::IteratorType::reduction);

    auto result = cast<RankedTensorType>(op.getResultTypes().front());
    SmallVector<int64_t> shape{cut.partials};
    llvm::append_range(shape, result.getShape());
    Value empty = tensor::EmptyOp::create(b, shape, result.getElementType());
    Value scalar = arith::ConstantOp::create(b, neutral);
    Value init = linalg::FillOp::create(b, scalar, empty).getResult(0);
    auto partials = linalg::GenericOp::create(b, init.getType(), inputs, init, maps, iterators);
    cloneBody(b, partials);
    renumberIndices(b, partials, cut);
    return partials.getResult(0);
  }

  Value cutRows(ImplicitLocOpBuilder &b, Value input, std::optional<unsigned> dim, Cut cut) {
    if (!dim)
      return input;
    auto type = cast<RankedTensorType>(input.getType());
    SmallVector<int64_t> shape;
    SmallVector<ReassociationIndices> groups;
    for (auto [i, size] : llvm::enumerate(type.getShape())) {
      SmallVector<int64_t> parts{size};
      if (i == *dim)
        parts = {cut.partials, cut.turns, cut.together};
      ReassociationIndices group;
      for (int64_t part : parts) {
        group.push_back(shape.size());
        shape.push_back(part);
      }
      groups.push_back(group);
    }
    return tensor::ExpandShapeOp::create(b, type.clone(shape), input, groups);
  }

  void cloneBody(ImplicitLocOpBuilder &b, linalg::GenericOp target) {
    IRMapping mapping;
    op.getRegion().cloneInto(&target.getRegion(), mapping);
  }

  /// Indices in the body are those of the loops that were cut.
  void renumberIndices(ImplicitLocOpBuilder &b, linalg::GenericOp target, Cut cut) {
    OpBuilder::InsertionGuard guard(b);
    target.walk([&](linalg::IndexOp index) {
      b.setInsertionPoint(index);
      if (index.getDim() > 0) {
        index.setDim(index.getDim() + 1);
        return;
      }
      Value parts[] = {linalg::IndexOp::create(b, 0), linalg::IndexOp::create(b, 1),
                       linalg::IndexOp::create(b, target.getNumLoops() - 1)};
      AffineExpr row = (b.getAffineDimExpr(0) * cut.turns + b.getAffineDimExpr(1)) * cut.together +
                       b.getAffineDimExpr(2);
      index.replaceAllUsesWith(affine::AffineApplyOp::create(b, row, parts).getResult());
    });
  }

  Value combinePartials(ImplicitLocOpBuilder &b, Value partials) {
    Value init = op.getDpsInits().front();
    int64_t rank = cast<RankedTensorType>(partials.getType()).getRank();
    SmallVector<AffineExpr> kept;
    SmallVector<utils::IteratorType> iterators{utils::IteratorType::reduction};
    for (int64_t dim = 1; dim < rank; ++dim) {
      kept.push_back(b.getAffineDimExpr(dim));
      iterators.push_back(utils::IteratorType::parallel);
    }
    AffineMap maps[] = {b.getMultiDimIdentityMap(rank),
                        AffineMap::get(rank, 0, kept, b.getContext())};
    auto total =
        linalg::GenericOp::create(b, init.getType(), partials, init, maps, iterators,
                                  [&](OpBuilder &inner, Location loc, ValueRange scalars) {
                                    Operation *combined = inner.clone(*combiner);
                                    combined->setOperands({scalars[1], scalars[0]});
                                    linalg::YieldOp::create(inner, loc, combined->getResults());
                                  });
    return total.getResult(0);
  }

  Value reduceRest(ImplicitLocOpBuilder &b, int64_t first, Value init) {
    SmallVector<Value> operands;
    for (OpOperand *input : op.getDpsInputOperands())
      operands.push_back(takeRows(b, input, first, ranges.front() - first));
    operands.push_back(init);
    auto rest = cast<linalg::LinalgOp>(clone(b, op.getOperation(), init.getType(), operands));
    SmallVector<OpFoldResult> offsets(op.getNumLoops(), b.getIndexAttr(0));
    offsets.front() = b.getIndexAttr(first);
    linalg::offsetIndices(b, rest, offsets);
    return rest->getResult(0);
  }

  linalg::GenericOp op;
  Operation *combiner;
  TypedAttr neutral;
  SmallVector<int64_t> ranges;
};

struct CpuSplitReductions : lamina::impl::LaminaCpuSplitReductionsBase<CpuSplitReductions> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> candidates;
    for (Block &block : getOperation().getBody())
      llvm::append_range(candidates, block.getOps<linalg::GenericOp>());
    IRRewriter rewriter(&getContext());
    for (linalg::GenericOp op : candidates)
      if (auto reduction = Reduction::match(op))
        if (auto cut = reduction->chooseCut())
          reduction->split(rewriter, *cut);
  }
};
} // namespace
