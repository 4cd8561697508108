#include "passes/CPU/Packing.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "passes/CPU/TransposedCopy.h"

using namespace mlir;
using namespace mlir::lamina;

Value PackedOperand::position(ImplicitLocOpBuilder &b, Value line, Value k) const {
  AffineExpr at = b.getAffineDimExpr(0) * lineStride + b.getAffineDimExpr(1) * depthStride;
  if (!base)
    return affine::AffineApplyOp::create(b, at, ValueRange{line, k});
  return affine::AffineApplyOp::create(b, at + b.getAffineDimExpr(2), ValueRange{line, k, base});
}

/// A copy loop nest that converts to the element type of `target`.
static void copyLoops(ImplicitLocOpBuilder &b, Value source, AffineMap from, Value target) {
  unsigned loops = from.getNumDims();
  Type element = getElementTypeOrSelf(target.getType());
  SmallVector<AffineMap> maps{from, b.getMultiDimIdentityMap(loops)};
  SmallVector<utils::IteratorType> iterators(loops, utils::IteratorType::parallel);
  linalg::GenericOp::create(b, source, target, maps, iterators,
                            [&](OpBuilder &inner, Location loc, ValueRange scalars) {
                              Value value = scalars.front();
                              if (value.getType() != element)
                                value = arith::ExtFOp::create(inner, loc, element, value);
                              linalg::YieldOp::create(inner, loc, value);
                            });
}

static Value subview(ImplicitLocOpBuilder &b, Value memory, unsigned dim, int64_t offset,
                     int64_t size) {
  auto type = cast<MemRefType>(memory.getType());
  SmallVector<int64_t> offsets(type.getRank(), 0), sizes(type.getShape()),
      strides(type.getRank(), 1);
  if (offset == 0 && size == sizes[dim])
    return memory;
  offsets[dim] = offset;
  sizes[dim] = size;
  return memref::SubViewOp::create(b, memory, offsets, sizes, strides);
}

/// Copies what belongs to `target` from its element `offset` along dimension `dim` on.
static void copyFrom(ImplicitLocOpBuilder &b, Value source, AffineMap from, Value target,
                     unsigned dim, int64_t offset) {
  int64_t size = cast<MemRefType>(target.getType()).getDimSize(dim);
  if (offset == size)
    return;
  target = subview(b, target, dim, offset, size - offset);
  ArrayRef<int64_t> sizes = cast<MemRefType>(target.getType()).getShape();
  SmallVector<AffineExpr> exprs;
  for (auto [position, expr] : llvm::enumerate(from.getResults())) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    unsigned at = loop ? loop.getPosition() : 0;
    // A dimension that is one loop has to be as long as the loop; the others are shifted.
    if (loop)
      source = subview(b, source, position, at == dim ? offset : 0, sizes[at]);
    AffineExpr line = b.getAffineDimExpr(dim);
    exprs.push_back(loop ? expr : expr.replace(line, line + offset));
  }
  copyLoops(b, source, AffineMap::get(from.getNumDims(), 0, exprs, b.getContext()), target);
}

/// Copies by the quickest means for the two layouts.
static void copyPacked(ImplicitLocOpBuilder &b, Value source, AffineMap from, Value target,
                       int64_t lanes) {
  if (!copyTransposedSquares(b, source, from, target, lanes))
    return copyLoops(b, source, from, target);
  unsigned line = from.getNumDims() - 1, depth = line - 1;
  ArrayRef<int64_t> shape = cast<MemRefType>(target.getType()).getShape();
  int64_t lines = shape[line] - shape[line] % lanes;
  copyFrom(b, source, from, target, line, lines);
  copyFrom(b, source, from, subview(b, target, line, 0, lines), depth,
           shape[depth] - shape[depth] % lanes);
}

static Value flattened(ImplicitLocOpBuilder &b, Value memory) {
  SmallVector<ReassociationIndices> all(1);
  llvm::append_range(all.front(),
                     llvm::seq<int64_t>(0, cast<MemRefType>(memory.getType()).getRank()));
  return memref::CollapseShapeOp::create(b, memory, all);
}

static Value rootOf(Value memory) {
  while (auto view = memory.getDefiningOp<ViewLikeOpInterface>())
    memory = view.getViewSource();
  return memory;
}

/// Whether something in `loop` may write the buffer `root`.
static bool writes(Operation *loop, Value root) {
  return loop
      ->walk([&](MemoryEffectOpInterface op) {
        SmallVector<MemoryEffects::EffectInstance> effects;
        op.getEffects(effects);
        for (auto &effect : effects)
          if (isa<MemoryEffects::Write>(effect.getEffect()) &&
              (!effect.getValue() || rootOf(effect.getValue()) == root))
            return WalkResult::interrupt();
        return WalkResult::advance();
      })
      .wasInterrupted();
}

namespace {
/// The array that an operand is a tile of, and where in it the tile is.
struct Origin {
  /// The operation to pack ahead of.
  Operation *before;
  Value source;
  /// For each dimension.
  SmallVector<OpFoldResult> offsets;
};
} // namespace

static std::optional<Origin> originOf(const Contraction &c, OpOperand *operand) {
  Value tile = operand->get();
  auto type = cast<MemRefType>(tile.getType());
  OpBuilder b(c.op);
  auto loop = c.op->getParentOfType<scf::ForallOp>();
  SmallVector<OpFoldResult> zeros(type.getRank(), b.getIndexAttr(0));
  if (!loop)
    return type.hasStaticShape() ? std::optional<Origin>({c.op, tile, zeros}) : std::nullopt;
  Origin origin{loop, tile, zeros};
  if (auto view = tile.getDefiningOp<memref::SubViewOp>();
      view && !loop.isDefinedOutsideOfLoop(tile)) {
    if (!view.hasUnitStride() || !view.getDroppedDims().none())
      return std::nullopt;
    origin.source = view.getSource();
    origin.offsets = view.getMixedOffsets();
  }
  auto whole = cast<MemRefType>(origin.source.getType());
  if (!loop.isDefinedOutsideOfLoop(origin.source) || !whole.hasStaticShape() ||
      writes(loop, rootOf(origin.source)))
    return std::nullopt;
  // All steps of the reduction are in the tile.
  for (unsigned k : c.reduction) {
    unsigned dim = *c.dimension(operand, k);
    if (whole.getDimSize(dim) != type.getDimSize(dim))
      return std::nullopt;
  }
  return origin;
}

std::optional<PackedOperand> lamina::packAhead(const Contraction &c, OpOperand *operand,
                                               unsigned loop, int64_t width, int64_t lanes) {
  if (!c.isPlain(operand))
    return std::nullopt;
  std::optional<Origin> origin = originOf(c, operand);
  if (!origin)
    return std::nullopt;
  ImplicitLocOpBuilder b(c.op.getLoc(), origin->before);
  auto sizeOf = [&](unsigned dim) {
    return cast<MemRefType>(origin->source.getType()).getDimSize(dim);
  };

  // Packed: [outer..., panel, reduction..., line]. The loops of a copy are its dimensions.
  SmallVector<int64_t> shape;
  SmallVector<unsigned> outer; // dimensions of the source
  for (unsigned k : c.outer)
    if (auto dim = c.dimension(operand, k)) {
      outer.push_back(*dim);
      shape.push_back(sizeOf(*dim));
    }
  unsigned lineDim = *c.dimension(operand, loop), panelLoop = shape.size();
  int64_t lines = sizeOf(lineDim), whole = lines / width, rest = lines % width, depth = 1;
  shape.push_back(llvm::divideCeil(lines, width));
  for (unsigned k : c.reduction) {
    shape.push_back(sizeOf(*c.dimension(operand, k)));
    depth *= shape.back();
  }
  shape.push_back(width);
  auto packedType = MemRefType::get(shape, c.element);
  Value packed = memref::AllocOp::create(b, packedType, b.getI64IntegerAttr(64));

  unsigned lineLoop = shape.size() - 1;
  SmallVector<AffineExpr> from(cast<MemRefType>(origin->source.getType()).getRank());
  for (auto [position, dim] : llvm::enumerate(outer))
    from[dim] = b.getAffineDimExpr(position);
  for (auto [position, k] : llvm::enumerate(c.reduction))
    from[*c.dimension(operand, k)] = b.getAffineDimExpr(panelLoop + 1 + position);
  auto copy = [&](int64_t firstPanel, int64_t panels, int64_t lines) {
    if (panels == 0 || lines == 0)
      return;
    from[lineDim] = b.getAffineDimExpr(panelLoop) * width + b.getAffineDimExpr(lineLoop);
    Value source =
        subview(b, origin->source, lineDim, firstPanel * width, (panels - 1) * width + lines);
    Value target = subview(b, packed, panelLoop, firstPanel, panels);
    target = subview(b, target, lineLoop, 0, lines);
    copyPacked(b, source, AffineMap::get(shape.size(), 0, from, b.getContext()), target, lanes);
  };
  copy(0, whole, width);
  copy(whole, rest ? 1 : 0, rest);
  Value flat = flattened(b, packed);

  b.setInsertionPoint(c.op);
  AffineExpr at = b.getAffineConstantExpr(0);
  SmallVector<OpFoldResult> offsets;
  auto symbol = [&](unsigned dim) {
    offsets.push_back(origin->offsets[dim]);
    return b.getAffineSymbolExpr(offsets.size() - 1);
  };
  for (auto [position, dim] : llvm::enumerate(outer))
    at = at * shape[position] + symbol(dim);
  at = at * (shape[panelLoop] * depth * width) + symbol(lineDim) * depth;
  OpFoldResult base = affine::makeComposedFoldedAffineApply(b, b.getLoc(), at, offsets);
  return PackedOperand{flat, getValueOrCreateConstantIndexOp(b, b.getLoc(), base), depth, width};
}

PackedOperand lamina::packTile(ImplicitLocOpBuilder &b, const Contraction &c, OpOperand *operand,
                               ArrayRef<unsigned> loops, int64_t mostLines, int64_t lanes) {
  int64_t width = llvm::alignTo(mostLines, lanes), depth = *c.extent(c.reduction);
  // Kernels read whole register tiles, past the end of the last line too.
  auto flatType = MemRefType::get({depth * width + 64}, c.element);
  Value flat = memref::AllocOp::create(b, flatType, b.getI64IntegerAttr(64));

  // Packed: [reduction..., lines...], the lines of one step contiguous.
  SmallVector<OpFoldResult> sizes;
  SmallVector<int64_t> strides;
  SmallVector<AffineExpr> replacement(c.op.getNumLoops(), b.getAffineConstantExpr(0));
  SmallVector<unsigned> order(c.reduction);
  order.append(loops.begin(), loops.end());
  for (auto [position, loop] : llvm::enumerate(order)) {
    replacement[loop] = b.getAffineDimExpr(position);
    int64_t range = c.range(loop);
    if (ShapedType::isDynamic(range)) {
      auto dim = *c.dimension(c.out, loop);
      sizes.push_back(memref::DimOp::create(b, c.out->get(), dim).getResult());
    } else {
      sizes.push_back(b.getIndexAttr(range));
    }
  }
  strides.resize(order.size());
  int64_t stride = 1;
  for (unsigned position = order.size(); position-- > 0;) {
    if (position + 1 == c.reduction.size())
      stride = width;
    strides[position] = stride;
    // Only the outermost line may be dynamic, and no stride depends on it.
    int64_t range = c.range(order[position]);
    stride *= ShapedType::isDynamic(range) ? 1 : range;
  }
  SmallVector<OpFoldResult> mixed = getAsIndexOpFoldResult(b.getContext(), strides);
  Value view =
      memref::ReinterpretCastOp::create(b, flat, OpFoldResult(b.getIndexAttr(0)), sizes, mixed);
  AffineMap from = c.map(operand).replaceDimsAndSymbols(replacement, {}, order.size(), 0);
  copyPacked(b, operand->get(), simplifyAffineMap(from), view, lanes);
  return PackedOperand{flat, Value(), 1, width};
}
