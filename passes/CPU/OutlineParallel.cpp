/// lamina-cpu-outline-parallel: parallel loops become functions of a range of iterations.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/CPU/Captures.h"
#include "passes/CPU/LoopCost.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUOUTLINEPARALLEL
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

static bool isParallel(Operation *op) { return isa<scf::ForallOp, scf::ParallelOp>(op); }

namespace {
/// A parallel loop as one loop over [0, count).
class FlatLoop {
public:
  explicit FlatLoop(LoopLikeOpInterface loop)
      : loop(loop), lower(*loop.getLoopLowerBounds()), upper(*loop.getLoopUpperBounds()),
        step(*loop.getLoopSteps()) {}

  /// The number of turns, by static bounds; fails if some bound is not static.
  std::optional<int64_t> staticCount() {
    int64_t count = 1;
    for (auto [low, high, by] : llvm::zip_equal(lower, upper, step)) {
      auto from = getConstantIntValue(low), to = getConstantIntValue(high),
           stride = getConstantIntValue(by);
      if (!from || !to || !stride)
        return std::nullopt;
      turns.push_back(std::max<int64_t>(0, llvm::divideCeilSigned(*to - *from, *stride)));
      count *= turns.back();
    }
    return count;
  }

  /// Moves the body into a loop over [begin, end) at the builder's place.
  void moveInto(ImplicitLocOpBuilder &b, Value begin, Value end) {
    Value one = arith::ConstantIndexOp::create(b, 1);
    auto flat = scf::ForOp::create(b, begin, end, one);
    Block &body = loop.getLoopRegions().front()->front();
    body.getTerminator()->erase();
    b.setInsertionPointToStart(flat.getBody());
    SmallVector<Value> indices = indicesAt(b, flat.getInductionVar());
    Block *target = flat.getBody();
    for (auto [argument, index] : llvm::zip_equal(body.getArguments(), indices))
      argument.replaceAllUsesWith(index);
    target->getOperations().splice(std::prev(target->end()), body.getOperations());
  }

private:
  /// The induction variables in turn `flat`; the last one runs fastest.
  SmallVector<Value> indicesAt(ImplicitLocOpBuilder &b, Value flat) {
    SmallVector<Value> indices(turns.size());
    for (int dim = turns.size() - 1; dim >= 0; --dim) {
      Value turn = flat;
      if (dim > 0) {
        Value size = arith::ConstantIndexOp::create(b, turns[dim]);
        turn = arith::RemUIOp::create(b, flat, size);
        flat = arith::DivUIOp::create(b, flat, size);
      }
      AffineExpr expr = b.getAffineDimExpr(0) * *getConstantIntValue(step[dim]) +
                        *getConstantIntValue(lower[dim]);
      indices[dim] = affine::AffineApplyOp::create(b, expr, turn);
    }
    return indices;
  }

  LoopLikeOpInterface loop;
  SmallVector<OpFoldResult> lower, upper, step;
  SmallVector<int64_t> turns;
};

struct CpuOutlineParallel : lamina::impl::LaminaCpuOutlineParallelBase<CpuOutlineParallel> {
  void runOnOperation() override {
    SmallVector<LoopLikeOpInterface> loops;
    // Innermost loops come first: those in other parallel loops run on one thread.
    getOperation().walk([&](LoopLikeOpInterface loop) {
      if (isParallel(loop))
        loops.push_back(loop);
    });
    symbols.emplace(getOperation());
    for (LoopLikeOpInterface loop : loops)
      if (failed(lower(loop)))
        return signalPassFailure();
    declareScratch(getOperation());
  }

  LogicalResult lower(LoopLikeOpInterface loop) {
    if (loop->getNumResults() != 0)
      return loop.emitError("a parallel loop over buffers has no results");
    FlatLoop flat(loop);
    std::optional<int64_t> count = flat.staticCount();
    if (!count)
      return loop.emitError("the bounds of a parallel loop are not static");
    double nanoseconds = estimatedNanoseconds(loop) / double(std::max<int64_t>(*count, 1));
    auto grain = static_cast<int64_t>(kNanosecondsWorthAThread / std::max(nanoseconds, 1.0)) + 1;
    Captures captures(*loop.getLoopRegions().front());
    bool nested = false;
    for (Operation *parent = loop->getParentOp(); parent; parent = parent->getParentOp())
      nested |= isParallel(parent);
    if (nested || *count <= grain || !captures.canBePassed())
      runInPlace(loop, flat, *count);
    else
      outline(loop, flat, *count, grain, captures);
    loop->erase();
    return success();
  }

  void runInPlace(Operation *loop, FlatLoop &flat, int64_t count) {
    ImplicitLocOpBuilder b(loop->getLoc(), loop);
    Value begin = arith::ConstantIndexOp::create(b, 0);
    Value end = arith::ConstantIndexOp::create(b, count);
    flat.moveInto(b, begin, end);
  }

  void outline(Operation *loop, FlatLoop &flat, int64_t count, int64_t grain,
               const Captures &captures) {
    ImplicitLocOpBuilder b(loop->getLoc(), loop);
    Value begin = arith::ConstantIndexOp::create(b, 0);
    Value end = arith::ConstantIndexOp::create(b, count);
    auto [body, call] = declareBody(loop, "_parallel", {begin, end}, captures, *symbols);
    body->setAttr("lamina.range", b.getUnitAttr());
    call->setAttr("lamina.parallel", b.getI64IntegerAttr(grain));
    b.setInsertionPointToEnd(&body.getBody().front());
    flat.moveInto(b, body.getArgument(0), body.getArgument(1));
    b.setInsertionPointToEnd(&body.getBody().front());
    func::ReturnOp::create(b);
  }

  std::optional<SymbolTable> symbols;
};
} // namespace
