/// lamina-cpu-tile-contractions: products in tiles that fit the cache, with what follows them.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "passes/CPU/FoldSlices.h"
#include "passes/CPU/RegisterTile.h"
#include "passes/CPU/RowPrologue.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUTILECONTRACTIONS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// Rows and columns of a tile, to be rounded to whole register tiles.
static constexpr int64_t kTileRows = 64;
static constexpr int64_t kTileColumns = 128;
/// The most columns of a tile when they cannot be cut into parts of equal size.
static constexpr int64_t kMostColumns = 512;
/// Elements of the left operand that a tile may compute on the way, to stay in the cache.
static constexpr int64_t kPrologueElements = 32 * 1024;
/// Below, plain loops are as good and quicker to compile.
static constexpr int64_t kLeastMultiplications = 8192;

/// Whether a kernel in registers pays: narrow products are bound by memory and have few
/// elements to reuse.
static bool isWorthKernel(const Contraction &c) {
  auto outer = c.extent(c.outer), columns = c.extent(c.columns), depth = c.extent(c.reduction);
  int64_t rows = c.range(c.row);
  if (!outer || !columns || !depth || ShapedType::isDynamic(rows))
    return false;
  return rows >= 4 && *columns >= 4 && *outer * rows * *columns * *depth >= kLeastMultiplications;
}

/// A tile that covers a loop is no tile.
static SmallVector<int64_t> withoutWhole(SmallVector<int64_t> tiles, const Contraction &c) {
  for (auto [tile, range] : llvm::zip_equal(tiles, c.op.getStaticLoopRanges()))
    if (tile >= range)
      tile = 0;
  return tiles;
}

/// Tiles of rows that are computed on the way are over all columns.
static SmallVector<int64_t> rowTilesOf(const Contraction &c) {
  SmallVector<int64_t> tiles(c.op.getNumLoops(), 0);
  for (unsigned loop : c.outer)
    tiles[loop] = 1;
  int64_t rows = std::min(kTileRows, kPrologueElements / *c.extent(c.reduction));
  RegisterTile registers = registerTileFor(c.op, c.element, c.range(c.row), *c.extent(c.columns));
  tiles[c.row] = llvm::alignTo(std::max<int64_t>(rows, 1), registers.rows);
  return withoutWhole(tiles, c);
}

/// For each loop, the size of its tile; 0 for loops that stay whole.
static SmallVector<int64_t> tilesOf(const Contraction &c) {
  SmallVector<int64_t> tiles(c.op.getNumLoops(), 0);
  for (unsigned loop : c.outer)
    tiles[loop] = 1;
  int64_t columns = *c.extent(c.columns), rows = c.range(c.row);
  RegisterTile registers = registerTileFor(c.op, c.element, rows, columns);
  tiles[c.row] = llvm::alignTo(kTileRows, registers.rows);
  if (c.columns.size() == 1) {
    tiles[c.columns.front()] = llvm::alignTo(kTileColumns, registers.columns());
  } else {
    for (unsigned loop : c.columns) {
      if (columns <= kTileColumns)
        break;
      // Tiles of equal size keep all sizes static.
      int64_t inner = columns / c.range(loop), parts = c.range(loop);
      int64_t tile = std::max<int64_t>(1, std::min(parts, kTileColumns / inner));
      while (parts % tile)
        --tile;
      tiles[loop] = tile;
      columns = tile * inner;
    }
    // The rows share what was gathered for the columns.
    tiles[c.row] = llvm::alignTo(std::min<int64_t>(rows, 512), registers.rows);
  }
  return withoutWhole(tiles, c);
}

/// Whether rows of the left operand are to be computed tile by tile, without ever being in memory
/// as a whole.
static bool takesPrologue(const Contraction &c, const RowPrologue &prologue) {
  return prologue.reduces() && c.columns.size() == 1 && *c.extent(c.columns) <= kMostColumns &&
         *c.extent(c.reduction) <= kPrologueElements / 8;
}

namespace {
/// A contraction with what computes its rows and the elementwise loop nests that read its result,
/// down to the last one.
class Group {
public:
  explicit Group(const Contraction &c)
      : contraction(c), prologue(c), root(c.op), hasPrologue(takesPrologue(c, prologue)),
        tiles(hasPrologue ? rowTilesOf(c) : tilesOf(c)) {
    for (auto [tile, range] : llvm::zip_equal(tiles, c.op.getStaticLoopRanges()))
      sizes.push_back(tile ? tile : range);
    members.insert(c.op);
    if (auto fill = c.out->get().getDefiningOp<linalg::FillOp>())
      members.insert(fill);
    while (auto next = reader(root)) {
      followLoops(root, next);
      root = next;
      members.insert(root);
    }
  }

  bool contains(Operation *op) const {
    return members.contains(op) || (hasPrologue && prologue.contains(op));
  }
  bool isTiled() const {
    return llvm::any_of(tiles, [](int64_t tile) { return tile != 0; });
  }

  LogicalResult tile(RewriterBase &rewriter) {
    noteExtents(rewriter);
    if (!isTiled())
      return success();
    scf::SCFTileAndFuseOptions options;
    options.tilingOptions.setTileSizes(getAsIndexOpFoldResult(rewriter.getContext(), tiles));
    options.tilingOptions.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp);
    options.setFusionControlFn(
        [&](tensor::ExtractSliceOp, OpResult producer,
            bool) -> std::optional<scf::SCFTileAndFuseOptions::ControlFnResult> {
          Operation *op = producer.getOwner();
          if (!contains(op))
            return std::nullopt;
          bool leaves = hasPrologue && prologue.isReadOutside(op);
          return scf::SCFTileAndFuseOptions::ControlFnResult{/*yieldProducerReplacement=*/leaves};
        });
    rewriter.setInsertionPoint(root);
    auto tiled = scf::tileConsumerAndFuseProducersUsingSCF(
        rewriter, cast<TilingInterface>(root.getOperation()), options);
    if (failed(tiled))
      return failure();
    for (auto [value, replacement] : tiled->replacements)
      rewriter.replaceUsesWithIf(value, replacement, [&](OpOperand &use) {
        return !tiled->loops.front()->isProperAncestor(use.getOwner());
      });
    return success();
  }

private:
  void noteExtents(Builder &b) {
    noteExtent(b);
    if (!hasPrologue)
      return;
    for (const Contraction &c : prologue.contractions()) {
      int64_t columns = *c.extent(c.columns);
      c.op->setAttr("lamina.extent", b.getDenseI64ArrayAttr({c.range(c.row), columns,
                                                             sizes[contraction.row], columns}));
    }
  }

  /// Rows and columns of the product and of its largest tiles: what is left at the edges is known
  /// even where the size of a tile is not.
  void noteExtent(Builder &b) {
    const Contraction &c = contraction;
    int64_t columns = 1;
    for (unsigned loop : c.columns)
      columns *= sizes[loop];
    // Tiles of several loops over columns are all equal, and each ends at an edge of its own.
    int64_t total = c.columns.size() == 1 ? *c.extent(c.columns) : columns;
    c.op->setAttr("lamina.extent",
                  b.getDenseI64ArrayAttr({c.range(c.row), total, sizes[c.row], columns}));
  }

  /// The only reader of `producer`, if it computes one element from each element.
  linalg::LinalgOp reader(linalg::LinalgOp producer) {
    Value value = producer->getResult(0);
    if (!value.hasOneUse())
      return nullptr;
    OpOperand &use = *value.use_begin();
    auto generic = dyn_cast<linalg::GenericOp>(use.getOwner());
    if (!generic || generic->getBlock() != producer->getBlock() || !generic.isDpsInput(&use) ||
        generic.getNumReductionLoops() != 0 || generic.getNumDpsInits() != 1)
      return nullptr;
    AffineMap read = generic.getMatchingIndexingMap(&use);
    AffineMap written = generic.getMatchingIndexingMap(generic.getDpsInitOperand(0));
    // In the same order, or vectors would be stored piecemeal.
    return read.isPermutation() && written == read ? generic : nullptr;
  }

  /// Gives the loops of `next` the tiles of the loops of `previous` that write what they read.
  void followLoops(linalg::LinalgOp previous, linalg::LinalgOp next) {
    SmallVector<int64_t> followed(next.getNumLoops(), 0);
    OpOperand &use = *previous->getResult(0).use_begin();
    AffineMap written = previous.getMatchingIndexingMap(previous.getDpsInitOperand(0));
    for (auto [from, to] :
         llvm::zip_equal(written.getResults(), next.getMatchingIndexingMap(&use).getResults()))
      followed[cast<AffineDimExpr>(to).getPosition()] =
          tiles[cast<AffineDimExpr>(from).getPosition()];
    tiles = std::move(followed);
  }

  Contraction contraction;
  RowPrologue prologue;
  linalg::LinalgOp root;
  bool hasPrologue;
  /// By the loops of the root.
  SmallVector<int64_t> tiles;
  /// By the loops of the contraction.
  SmallVector<int64_t> sizes;
  DenseSet<Operation *> members;
};

struct CpuTileContractions : lamina::impl::LaminaCpuTileContractionsBase<CpuTileContractions> {
  void runOnOperation() override {
    SmallVector<Contraction> contractions;
    getOperation().walk([&](linalg::LinalgOp op) {
      auto c = op.hasPureTensorSemantics() ? Contraction::match(op) : std::nullopt;
      if (c && isWorthKernel(*c))
        contractions.push_back(*c);
    });
    IRRewriter rewriter(&getContext());
    DenseSet<Operation *> taken;
    // From the last one: what a group takes in must not have been tiled before.
    for (const Contraction &c : llvm::reverse(contractions)) {
      if (taken.contains(c.op))
        continue;
      Group group(c);
      for (const Contraction &other : contractions)
        if (group.contains(other.op))
          taken.insert(other.op);
      if (failed(group.tile(rewriter)))
        return signalPassFailure();
    }
    if (!contractions.empty() && failed(foldSlices(getOperation())))
      signalPassFailure();
  }
};
} // namespace
