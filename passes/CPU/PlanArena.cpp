/// lamina-cpu-plan-arena: every temporary buffer at an offset of one workspace.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
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

namespace {
/// A buffer, and the operations of the entry block during which it holds data (inclusive).
struct Interval {
  memref::AllocOp alloc;
  int64_t bytes;
  unsigned first;
  unsigned last;
  int64_t offset = 0;

  bool overlaps(const Interval &other) const {
    return first <= other.last && other.first <= last;
  }
};
} // namespace

static int64_t bytesOf(memref::AllocOp alloc, const DataLayout &layout) {
  MemRefType type = alloc.getType();
  int64_t bytes = type.getNumElements() * layout.getTypeSize(type.getElementType());
  return llvm::alignTo(std::max<int64_t>(bytes, 1), kAlignment);
}

/// Whether the buffer can be one fixed place: static, row-major, and no alias of it leaves the
/// region it was allocated in (an alias carried by a loop would meet itself).
static bool isPlannable(memref::AllocOp alloc, const DenseSet<Value> &aliases) {
  MemRefType type = alloc.getType();
  if (!type.hasStaticShape() || !type.getLayout().isIdentity())
    return false;
  return llvm::none_of(aliases, [](Value alias) {
    return llvm::any_of(alias.getUsers(), [](Operation *user) {
      return user->hasTrait<OpTrait::IsTerminator>();
    });
  });
}

static std::vector<Interval> collectIntervals(func::FuncOp function) {
  Block &entry = function.getBody().front();
  DenseMap<Operation *, unsigned> position;
  for (auto [i, op] : llvm::enumerate(entry))
    position[&op] = i;

  BufferViewFlowAnalysis flow(function);
  DataLayout layout = DataLayout::closest(function);
  std::vector<Interval> intervals;
  function.walk([&](memref::AllocOp alloc) {
    auto aliases = flow.resolve(alloc);
    DenseSet<Value> values(aliases.begin(), aliases.end());
    if (!isPlannable(alloc, values))
      return;
    unsigned first = entry.getOperations().size(), last = 0;
    for (Value alias : values)
      for (Operation *user : alias.getUsers()) {
        unsigned at = position.lookup(entry.findAncestorOpInBlock(*user));
        first = std::min(first, at);
        last = std::max(last, at);
      }
    intervals.push_back({alloc, bytesOf(alloc, layout), first, last});
  });
  return intervals;
}

/// Greedy by size: the largest buffer first, each at the lowest offset that is free for as long as
/// it lives. Returns the size of the workspace.
static int64_t assignOffsets(std::vector<Interval> &intervals) {
  llvm::stable_sort(intervals, [](const Interval &a, const Interval &b) { return a.bytes > b.bytes; });
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
    auto at = llvm::upper_bound(placed, offset, [](int64_t value, const Interval *other) {
      return value < other->offset;
    });
    placed.insert(at, &interval);
  }
  return total;
}

static void replaceWithViews(func::FuncOp function, ArrayRef<Interval> intervals, int64_t total) {
  ImplicitLocOpBuilder b(function.getLoc(), function.getContext());
  auto workspaceType = MemRefType::get({total}, b.getI8Type());
  DictionaryAttr attributes = b.getDictionaryAttr(b.getNamedAttr("llvm.noalias", b.getUnitAttr()));
  (void)function.insertArgument(function.getNumArguments(), workspaceType, attributes, function.getLoc());
  function->setAttr("lamina.workspace_bytes", b.getI64IntegerAttr(total));

  Value workspace = function.getArguments().back();
  for (const Interval &interval : intervals) {
    b.setInsertionPointToStart(&function.getBody().front());
    Value offset = arith::ConstantIndexOp::create(b, interval.offset);
    memref::AllocOp alloc = interval.alloc;
    Value view = memref::ViewOp::create(b, alloc.getType(), workspace, offset, ValueRange());
    for (Operation *user : llvm::make_early_inc_range(alloc->getUsers()))
      if (isa<memref::DeallocOp>(user))
        user->erase();
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }
}

namespace {
struct CpuPlanArena : lamina::impl::LaminaCpuPlanArenaBase<CpuPlanArena> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || !function->hasAttr("lamina.entry"))
      return;
    std::vector<Interval> intervals = collectIntervals(function);
    if (intervals.empty())
      return;
    int64_t total = assignOffsets(intervals);
    replaceWithViews(function, intervals, total);
  }
};
} // namespace
