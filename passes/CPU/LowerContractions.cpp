/// lamina-cpu-lower-contractions: tiles of products as kernels that keep sums in registers.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "passes/CPU/MicroKernel.h"
#include "passes/CPU/Packing.h"
#include "passes/CPU/RegisterTile.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPULOWERCONTRACTIONS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// Steps of the reduction between additions to memory; a part of both operands that fits the cache.
static constexpr int64_t kDepth = 1024;

namespace {
/// What `lamina-cpu-tile-contractions` noted on a product.
struct Extent {
  int64_t rows, columns;
  int64_t tileRows, tileColumns;

  static std::optional<Extent> of(Operation *op) {
    auto noted = op->getAttrOfType<DenseI64ArrayAttr>("lamina.extent");
    if (!noted || noted.size() != 4)
      return std::nullopt;
    return Extent{noted[0], noted[1], noted[2], noted[3]};
  }
};

/// Memory that dimensions of an operand are collapsed in, so that each group of loops is one index.
struct Collapsed {
  Value memory;
  /// The dimension of each loop; those of one group share it.
  llvm::SmallDenseMap<unsigned, unsigned> dimension;

  SmallVector<Value> indices(Value zero, unsigned loop, Value at, unsigned other,
                             Value there) const {
    SmallVector<Value> result(cast<MemRefType>(memory.getType()).getRank(), zero);
    result[dimension.lookup(loop)] = at;
    result[dimension.lookup(other)] = there;
    return result;
  }
  int64_t stride(unsigned loop) const {
    auto [strides, offset] = cast<MemRefType>(memory.getType()).getStridesAndOffset();
    return strides[dimension.lookup(loop)];
  }
};

class ContractionLowering {
public:
  ContractionLowering(const Contraction &c, const Extent &extent)
      : c(c), extent(extent), b(c.op.getLoc(), c.op),
        registers(registerTileFor(c.op, c.element, extent.rows, extent.columns)) {}

  LogicalResult run() {
    auto out = collapse(c.out, c.columns);
    if (!out || out->stride(c.columns.front()) != 1 || !hasOneTileOfOuter())
      return failure();
    depth = *c.extent(c.reduction);
    prepareLhs();
    prepareRhs();
    zero = arith::ConstantIndexOp::create(b, 0);
    bool overwrites = depth <= kDepth + kDepth / 2 && eraseZeroFill();
    OpFoldResult rows = sizeOf(*out, c.row), columns = sizeOf(*out, c.columns.front());
    emitDepth([&](Value from, Value to) {
      cover(rows, extent.rows, registers.rows, [&](Value row, int64_t rowCount) {
        cover(columns, extent.columns, registers.columns(), [&](Value column, int64_t count) {
          emitKernel(*out, overwrites, row, rowCount, column, count, from, to);
        });
      });
    });
    return success();
  }

private:
  bool hasOneTileOfOuter() {
    return llvm::all_of(c.outer, [&](unsigned loop) { return c.range(loop) == 1; }) &&
           c.extent(c.reduction).value_or(0) > 0;
  }

  /// Merges the dimensions of `group`, which must be adjacent, in order and contiguous.
  std::optional<Collapsed> collapse(OpOperand *operand, ArrayRef<unsigned> group) {
    Collapsed result;
    result.memory = operand->get();
    auto type = cast<MemRefType>(result.memory.getType());
    if (!c.isPlain(operand))
      return std::nullopt;
    SmallVector<ReassociationIndices> merged;
    for (auto [dim, expr] : llvm::enumerate(c.map(operand).getResults())) {
      unsigned loop = cast<AffineDimExpr>(expr).getPosition();
      auto position = llvm::find(group, loop) - group.begin();
      bool continues = position > 0 && position < int64_t(group.size());
      if (continues) {
        auto before =
            dim == 0 ? std::nullopt
                     : std::optional(
                           cast<AffineDimExpr>(c.map(operand).getResult(dim - 1)).getPosition());
        if (before != group[position - 1])
          return std::nullopt;
        merged.back().push_back(dim);
      } else {
        merged.push_back({int64_t(dim)});
      }
      result.dimension[loop] = merged.size() - 1;
    }
    if (merged.size() == size_t(type.getRank()))
      return result;
    if (!memref::CollapseShapeOp::isGuaranteedCollapsible(type, merged))
      return std::nullopt;
    result.memory = memref::CollapseShapeOp::create(b, result.memory, merged);
    return result;
  }

  /// Rows whose steps are contiguous are read where they are.
  void prepareLhs() {
    bool sameType = getElementTypeOrSelf(c.lhs->get().getType()) == c.element;
    lhs = sameType ? collapse(c.lhs, c.reduction) : std::nullopt;
    if (lhs && lhs->stride(c.reduction.front()) == 1)
      return;
    lhs.reset();
    packedLhs = packAhead(c, c.lhs, c.row, registers.rows, registers.lanes);
    if (!packedLhs)
      packedLhs = packTile(b, c, c.lhs, c.row, extent.tileRows, registers.lanes);
  }

  /// Few rows would not pay for a copy.
  void prepareRhs() {
    bool sameType = getElementTypeOrSelf(c.rhs->get().getType()) == c.element;
    if (sameType && extent.rows <= 2 * registers.rows && c.columns.size() == 1) {
      rhs = collapse(c.rhs, c.reduction);
      if (rhs && rhs->stride(c.columns.front()) == 1)
        return;
      rhs.reset();
    }
    if (extent.rows > extent.tileRows && c.columns.size() == 1)
      packedRhs = packAhead(c, c.rhs, c.columns.front(), registers.columns(), registers.lanes);
    if (!packedRhs)
      packedRhs = packTile(b, c, c.rhs, c.columns, extent.tileColumns, registers.lanes);
  }

  /// Whether `out` held zeros that nobody needs to write any more.
  bool eraseZeroFill() {
    for (Operation *op = c.op->getPrevNode(); op; op = op->getPrevNode()) {
      auto fill = dyn_cast<linalg::FillOp>(op);
      if (fill && fill.getOutputs().front() == c.out->get()) {
        if (!matchPattern(fill.getInputs().front(), m_AnyZeroFloat()))
          return false;
        fill.erase();
        return true;
      }
      auto generic = dyn_cast<linalg::GenericOp>(op);
      bool packs = generic && generic.getDpsInits().front() != c.out->get() &&
                   !llvm::is_contained(generic.getDpsInputs(), c.out->get());
      if (!packs && !isMemoryEffectFree(op) && !isa<memref::AllocOp, scf::ForallOp>(op))
        return false;
    }
    return false;
  }

  void emitDepth(llvm::function_ref<void(Value, Value)> body) {
    Value end = arith::ConstantIndexOp::create(b, depth);
    if (depth <= kDepth + kDepth / 2)
      return body(zero, end);
    int64_t blocks = llvm::divideCeil(depth, kDepth);
    Value step = arith::ConstantIndexOp::create(b, llvm::divideCeil(depth, blocks));
    auto loop = scf::ForOp::create(b, zero, end, step);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value from = loop.getInductionVar();
    Value to = arith::AddIOp::create(b, from, step);
    body(from, arith::MinSIOp::create(b, to, end));
  }

  /// Blocks of `step` lines, then what is left of all `total` at the end, which only the last of
  /// the tiles has.
  void cover(OpFoldResult size, int64_t total, int64_t step,
             llvm::function_ref<void(Value, int64_t)> body) {
    int64_t rest = total % step;
    OpBuilder::InsertionGuard guard(b);
    AffineExpr lines = b.getAffineDimExpr(0);
    OpFoldResult blocks =
        affine::makeComposedFoldedAffineApply(b, b.getLoc(), lines - lines % step, size);
    Value whole = getValueOrCreateConstantIndexOp(b, b.getLoc(), blocks);
    if (!isConstantIntValue(blocks, 0)) {
      Value by = arith::ConstantIndexOp::create(b, step);
      auto loop = scf::ForOp::create(b, zero, whole, by);
      OpBuilder::InsertionGuard inside(b);
      b.setInsertionPointToStart(loop.getBody());
      body(loop.getInductionVar(), step);
    }
    std::optional<int64_t> known = getConstantIntValue(size);
    if (rest == 0 || (known && *known % step == 0))
      return;
    if (!known) {
      Value end = getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
      Value isLast = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, whole, end);
      auto edge = scf::IfOp::create(b, isLast);
      b.setInsertionPointToStart(&edge.getThenRegion().front());
    }
    body(whole, rest);
  }

  OpFoldResult sizeOf(const Collapsed &operand, unsigned loop) {
    return memref::getMixedSize(b, b.getLoc(), operand.memory, operand.dimension.lookup(loop));
  }

  void emitKernel(const Collapsed &out, bool overwrites, Value row, int64_t rowCount, Value column,
                  int64_t columnCount, Value from, Value to) {
    auto plus = [&](ImplicitLocOpBuilder &at, Value value, int64_t offset) -> Value {
      if (offset == 0)
        return value;
      return arith::AddIOp::create(at, value, arith::ConstantIndexOp::create(at, offset));
    };
    unsigned k = c.reduction.front(), columns = c.columns.front();
    auto loadLhs = [&](ImplicitLocOpBuilder &at, int64_t r, Value step) -> Value {
      if (!lhs) {
        Value position = plus(at, packedLhs->position(at, row, step), r);
        return memref::LoadOp::create(at, packedLhs->memory, position);
      }
      auto indices = lhs->indices(zero, c.row, plus(at, row, r), k, step);
      return memref::LoadOp::create(at, lhs->memory, indices);
    };
    auto vector = VectorType::get({registers.lanes}, c.element);
    auto loadRhs = [&](ImplicitLocOpBuilder &at, int64_t v, Value step, Value mask) -> Value {
      if (!rhs) {
        Value position = plus(at, packedRhs->position(at, column, step), v * registers.lanes);
        return vector::LoadOp::create(at, vector, packedRhs->memory, position);
      }
      Value place = plus(at, column, v * registers.lanes);
      auto indices = rhs->indices(zero, columns, place, k, step);
      if (!mask)
        return vector::LoadOp::create(at, vector, rhs->memory, indices);
      Value none = arith::ConstantOp::create(at, at.getZeroAttr(vector));
      return vector::MaskedLoadOp::create(at, vector, rhs->memory, indices, mask, none);
    };
    auto outIndices = [&](ImplicitLocOpBuilder &at, int64_t r, int64_t v) {
      return out.indices(zero, c.row, plus(at, row, r), columns,
                         plus(at, column, v * registers.lanes));
    };
    MicroKernel{rowCount, columnCount, registers.lanes, c.element, !overwrites,
                loadLhs,  loadRhs,     out.memory,      outIndices}
        .emit(b, from, to);
  }

  const Contraction &c;
  Extent extent;
  ImplicitLocOpBuilder b;
  RegisterTile registers;
  int64_t depth = 0;
  Value zero;
  /// Each operand either where it is or packed.
  std::optional<Collapsed> lhs, rhs;
  std::optional<PackedOperand> packedLhs, packedRhs;
};

struct CpuLowerContractions : lamina::impl::LaminaCpuLowerContractionsBase<CpuLowerContractions> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (op.hasPureBufferSemantics() && op->hasAttr("lamina.extent"))
        ops.push_back(op);
    });
    for (linalg::LinalgOp op : ops) {
      auto extent = Extent::of(op);
      auto c = Contraction::match(op);
      if (c && extent && succeeded(ContractionLowering(*c, *extent).run()))
        op.erase();
    }
  }
};
} // namespace
