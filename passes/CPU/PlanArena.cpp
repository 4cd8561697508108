/// lamina-cpu-plan-arena: every temporary buffer at an offset of one workspace.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "passes/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUPLANARENA
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// A cache line, and the widest vector register.
static constexpr int64_t kAlignment = 64;
/// What all buffers of a function may take of the stack, whose size nobody knows.
static constexpr int64_t kMaxStackBytes = 64 * 1024;

namespace {
/// A buffer, and the operations of the entry block during which it holds data (inclusive).
struct Interval {
  memref::AllocOp alloc;
  int64_t bytes;
  unsigned first;
  unsigned last;
  /// A call into the host sees it, and might keep a pointer to it.
  bool isShown = false;
  int64_t offset = 0;

  bool overlaps(const Interval &other) const { return first <= other.last && other.first <= last; }
};
} // namespace

/// What the buffer takes at most: sizes that are computed, those of tiles at an edge, often have a
/// constant bound. Nothing if there is none.
static std::optional<int64_t> bytesOf(memref::AllocOp alloc, const DataLayout &layout) {
  MemRefType type = alloc.getType();
  if (!type.getLayout().isIdentity())
    return std::nullopt;
  int64_t bytes = layout.getTypeSize(type.getElementType());
  for (auto [dim, size] : llvm::enumerate(type.getShape())) {
    if (!type.isDynamicDim(dim)) {
      bytes *= size;
      continue;
    }
    FailureOr<int64_t> bound = ValueBoundsConstraintSet::computeConstantBound(
        presburger::BoundType::UB, alloc.getDynamicSizes()[type.getDynamicDimIndex(dim)],
        /*stopCondition=*/nullptr, {/*closedUB=*/true});
    if (failed(bound))
      return std::nullopt;
    bytes *= *bound;
  }
  return llvm::alignTo(std::max<int64_t>(bytes, 1), kAlignment);
}

/// Whether an alias leaves the region that the buffer was allocated in: carried by a loop, it would
/// meet the buffer of the turn before.
static bool escapes(ArrayRef<Value> aliases) {
  return llvm::any_of(aliases, [](Value alias) {
    return llvm::any_of(alias.getUsers(),
                        [](Operation *user) { return user->hasTrait<OpTrait::IsTerminator>(); });
  });
}

/// Frees a buffer whose size is known only at run time at the end of its block.
static void freeAtEnd(memref::AllocOp alloc) {
  bool isFreed =
      llvm::any_of(alloc->getUsers(), [](Operation *user) { return isa<memref::DeallocOp>(user); });
  if (isFreed)
    return;
  OpBuilder builder(alloc->getBlock()->getTerminator());
  memref::DeallocOp::create(builder, alloc.getLoc(), alloc);
}

/// The buffers to place, and when they live. Fails if there is one that nobody could free.
static FailureOr<std::vector<Interval>> collectIntervals(func::FuncOp function) {
  Block &entry = function.getBody().front();
  DenseMap<Operation *, unsigned> position;
  for (auto [i, op] : llvm::enumerate(entry))
    position[&op] = i;

  BufferViewFlowAnalysis flow(function);
  DataLayout layout = DataLayout::closest(function);
  std::vector<Interval> intervals;
  WalkResult walk = function.walk([&](memref::AllocOp alloc) -> WalkResult {
    SmallVector<Value> aliases = llvm::to_vector_of<Value>(flow.resolve(alloc));
    if (escapes(aliases))
      return alloc.emitOpError("is carried out of its region, so it has no place in a workspace");
    std::optional<int64_t> bytes = bytesOf(alloc, layout);
    if (!bytes) {
      freeAtEnd(alloc);
      return WalkResult::advance();
    }
    unsigned first = entry.getOperations().size(), last = 0;
    bool isShown = false;
    for (Value alias : aliases)
      for (Operation *user : alias.getUsers()) {
        unsigned at = position.lookup(entry.findAncestorOpInBlock(*user));
        first = std::min(first, at);
        last = std::max(last, at);
        isShown |= isa<HostCallOp>(user);
      }
    intervals.push_back({alloc, *bytes, first, last, isShown});
    return WalkResult::advance();
  });
  if (walk.wasInterrupted())
    return failure();
  return intervals;
}

/// Greedy by size: the largest buffer first, each at the lowest offset that is free for as long as
/// it lives. Returns the size of the workspace.
static int64_t assignOffsets(std::vector<Interval> &intervals) {
  llvm::stable_sort(intervals,
                    [](const Interval &a, const Interval &b) { return a.bytes > b.bytes; });
  int64_t total = 0;
  SmallVector<const Interval *> placed; // by offset
  for (Interval &interval : intervals) {
    int64_t offset = 0;
    for (const Interval *other : placed) {
      if (!interval.overlaps(*other))
        continue;
      if (offset + interval.bytes <= other->offset)
        break;
      offset = std::max(offset, other->offset + other->bytes);
    }
    interval.offset = offset;
    total = std::max(total, offset + interval.bytes);
    auto at = llvm::upper_bound(
        placed, offset, [](int64_t value, const Interval *other) { return value < other->offset; });
    placed.insert(at, &interval);
  }
  return total;
}

/// Puts the buffer at an offset of `memory`, which is bytes.
static void replaceBuffer(memref::AllocOp alloc, Value memory, Value offset) {
  // At its place, where its sizes are known, unless it has none to wait for.
  ImplicitLocOpBuilder b(alloc.getLoc(), alloc);
  if (alloc.getDynamicSizes().empty())
    b.setInsertionPointAfter(offset.getDefiningOp());
  Value replacement =
      memref::ViewOp::create(b, alloc.getType(), memory, offset, alloc.getDynamicSizes());
  for (Operation *user : llvm::make_early_inc_range(alloc->getUsers()))
    if (isa<memref::DeallocOp>(user))
      user->erase();
  alloc.replaceAllUsesWith(replacement);
  alloc.erase();
}

/// Moves small buffers to the stack, at the entry of the function: inside a loop the stack would
/// grow with every turn. The rest is left in `intervals`.
static void promoteSmall(func::FuncOp function, std::vector<Interval> &intervals, int64_t limit) {
  int64_t budget = kMaxStackBytes;
  llvm::erase_if(intervals, [&](const Interval &interval) {
    if (interval.isShown || interval.bytes > limit || interval.bytes > budget)
      return false;
    budget -= interval.bytes;
    memref::AllocOp alloc = interval.alloc;
    ImplicitLocOpBuilder b(alloc.getLoc(), function.getContext());
    b.setInsertionPointToStart(&function.getBody().front());
    auto bytes = MemRefType::get({interval.bytes}, b.getI8Type());
    Value memory = memref::AllocaOp::create(b, bytes, b.getI64IntegerAttr(kAlignment));
    replaceBuffer(alloc, memory, arith::ConstantIndexOp::create(b, 0));
    return true;
  });
}

/// A last parameter for what all calls of the function bring along.
static Value addWorkspace(func::FuncOp function, int64_t total) {
  Builder b(function.getContext());
  auto workspaceType = MemRefType::get({total}, b.getI8Type());
  DictionaryAttr attributes = b.getDictionaryAttr(b.getNamedAttr("llvm.noalias", b.getUnitAttr()));
  (void)function.insertArgument(function.getNumArguments(), workspaceType, attributes,
                                function.getLoc());
  function->setAttr("lamina.workspace_bytes", b.getI64IntegerAttr(total));
  return function.getArguments().back();
}

/// Private functions run on several threads, each in memory of its own.
static Value takeScratch(func::FuncOp body, int64_t total) {
  auto b = ImplicitLocOpBuilder::atBlockBegin(body.getLoc(), &body.getBody().front());
  Value bytes = arith::ConstantIndexOp::create(b, total);
  auto scratch =
      func::CallOp::create(b, "laminaThreadScratch", MemRefType::get({1}, b.getI8Type()), bytes);
  return memref::ReinterpretCastOp::create(b, MemRefType::get({total}, b.getI8Type()),
                                           scratch.getResult(0), /*offset=*/0,
                                           ArrayRef<int64_t>{total}, ArrayRef<int64_t>{1});
}

static void replaceWithViews(func::FuncOp function, Value workspace, ArrayRef<Interval> intervals) {
  ImplicitLocOpBuilder b(function.getLoc(), function.getContext());
  for (const Interval &interval : intervals) {
    b.setInsertionPointToStart(&function.getBody().front());
    if (Operation *op = workspace.getDefiningOp())
      b.setInsertionPointAfter(op);
    Value offset = arith::ConstantIndexOp::create(b, interval.offset);
    replaceBuffer(interval.alloc, workspace, offset);
  }
}

namespace {
struct CpuPlanArena : lamina::impl::LaminaCpuPlanArenaBase<CpuPlanArena> {
  using LaminaCpuPlanArenaBase::LaminaCpuPlanArenaBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    bool isBody = function.isPrivate();
    if (function.isExternal() || (!isBody && !function->hasAttr("lamina.entry")))
      return;
    FailureOr<std::vector<Interval>> intervals = collectIntervals(function);
    if (failed(intervals))
      return signalPassFailure();
    promoteSmall(function, *intervals, stackBufferBytes);
    if (intervals->empty())
      return;
    int64_t total = assignOffsets(*intervals);
    Value workspace = isBody ? takeScratch(function, total) : addWorkspace(function, total);
    replaceWithViews(function, workspace, *intervals);
  }
};
} // namespace
