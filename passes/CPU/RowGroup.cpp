#include "passes/CPU/RowGroup.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::lamina;

/// More would not fit into the registers and streams of a core, nor into the head of a reader.
static constexpr unsigned kMostMembers = 48;
/// Rows shorter than this are not split further.
static constexpr int64_t kShortRow = 64;

/// Whether some input is read in full by the loops: no element is used again in another iteration,
/// as a contraction would do, which deserves tiles of its own.
static bool readsOnce(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0)
    return true;
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
    return op.getMatchingIndexingMap(input).isPermutation();
  });
}

/// Whether the body reads a computed array by index, of which a row may not be enough.
static bool readsByIndex(linalg::LinalgOp op) {
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  return llvm::any_of(captured, [](Value value) {
    return isa<RankedTensorType>(value.getType()) && value.getDefiningOp();
  });
}

/// Elements in a turn of loops `first` and those after it; 0 if not known.
static int64_t elementsFrom(ArrayRef<int64_t> ranges, unsigned first) {
  int64_t elements = 1;
  for (int64_t range : ranges.drop_front(first))
    elements *= ShapedType::isDynamic(range) ? 0 : range;
  return elements;
}

bool RowGroup::canBeSeed(linalg::LinalgOp op) {
  if (!isa<linalg::GenericOp>(op.getOperation()) || op.getNumLoops() < 2 || !readsOnce(op) ||
      readsByIndex(op))
    return false;
  int64_t rows = op.getStaticLoopRanges().front();
  return op.getIteratorTypesArray().front() == utils::IteratorType::parallel && rows > 1 &&
         !ShapedType::isDynamic(rows);
}

RowGroup::RowGroup(linalg::LinalgOp seed, const DenseSet<Operation *> &taken)
    : block(seed->getBlock()), taken(taken) {
  SmallVector<int64_t> ranges = seed.getStaticLoopRanges();
  Loops loops;
  for (unsigned dim = 0; dim + 1 < ranges.size(); ++dim) {
    bool isRow = seed.getIteratorTypesArray()[dim] == utils::IteratorType::parallel &&
                 !ShapedType::isDynamic(ranges[dim]);
    if (!isRow || (dim > 0 && elementsFrom(ranges, dim + 1) < kShortRow))
      break;
    loops.push_back(dim);
    rows.push_back(ranges[dim]);
  }
  join(seed, loops);
  while (!worklist.empty()) {
    linalg::LinalgOp member = worklist.pop_back_val();
    for (OpOperand &operand : member->getOpOperands())
      if (auto producer = operand.get().getDefiningOp<linalg::LinalgOp>())
        join(producer, loopsOfProducer(member, operand));
    for (OpOperand &use : member->getUses())
      if (auto reader = dyn_cast<linalg::LinalgOp>(use.getOwner()))
        join(reader, loopsOfReader(member, use));
  }
}

void RowGroup::join(linalg::LinalgOp op, std::optional<Loops> loops) {
  if (!loops || contains(op) || !canJoin(op, *loops))
    return;
  rowLoops[op] = *loops;
  worklist.push_back(op);
}

bool RowGroup::canJoin(linalg::LinalgOp op, const Loops &loops) const {
  if (rowLoops.size() >= kMostMembers || taken.contains(op) || op->getBlock() != block ||
      !isa<linalg::GenericOp>(op.getOperation()) || !readsOnce(op) || readsByIndex(op))
    return false;
  for (auto [loop, size] : llvm::zip_equal(loops, rows))
    if (op.getIteratorTypesArray()[loop] != utils::IteratorType::parallel ||
        op.getStaticLoopRanges()[loop] != size)
      return false;
  return passesRows(op, loops) && succeeded(readersBetween(op));
}

/// The loops that index the dimensions of `map` in which `rowDims` says the rows of an array are.
/// Fails if another dimension depends on them, or if a row is not just one turn of each.
static std::optional<SmallVector<unsigned>> loopsAt(AffineMap map, ArrayRef<unsigned> rowDims) {
  SmallVector<unsigned> loops;
  for (unsigned dim : rowDims) {
    auto loop = dyn_cast<AffineDimExpr>(map.getResult(dim));
    if (!loop || llvm::is_contained(loops, loop.getPosition()))
      return std::nullopt;
    loops.push_back(loop.getPosition());
  }
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (!llvm::is_contained(rowDims, dim) &&
        llvm::any_of(loops, [&, expr = expr](unsigned loop) { return expr.isFunctionOfDim(loop); }))
      return std::nullopt;
  return loops;
}

/// The dimension of an array accessed through `map` that each of the loops walks, alone.
static std::optional<SmallVector<unsigned>> rowDims(AffineMap map, ArrayRef<unsigned> loops) {
  SmallVector<unsigned> dims;
  for (unsigned loop : loops) {
    auto at = llvm::find(map.getResults(), getAffineDimExpr(loop, map.getContext()));
    if (at == map.getResults().end())
      return std::nullopt;
    dims.push_back(at - map.getResults().begin());
  }
  auto found = loopsAt(map, dims);
  return found ? std::optional(dims) : std::nullopt;
}

/// Through which map an op writes one of its results.
static AffineMap mapOfResult(linalg::LinalgOp op, OpResult result) {
  return op.getMatchingIndexingMap(op.getDpsInitOperand(result.getResultNumber()));
}

std::optional<RowGroup::Loops> RowGroup::loopsOfProducer(linalg::LinalgOp consumer,
                                                         OpOperand &operand) const {
  auto dims = rowDims(consumer.getMatchingIndexingMap(&operand), getRowLoops(consumer));
  if (!dims)
    return std::nullopt;
  auto producer = operand.get().getDefiningOp<linalg::LinalgOp>();
  return loopsAt(mapOfResult(producer, cast<OpResult>(operand.get())), *dims);
}

std::optional<RowGroup::Loops> RowGroup::loopsOfReader(linalg::LinalgOp producer,
                                                       OpOperand &use) const {
  auto dims = rowDims(mapOfResult(producer, cast<OpResult>(use.get())), getRowLoops(producer));
  if (!dims)
    return std::nullopt;
  return loopsAt(cast<linalg::LinalgOp>(use.getOwner()).getMatchingIndexingMap(&use), *dims);
}

bool RowGroup::passesRows(linalg::LinalgOp op, const Loops &loops) const {
  auto agrees = [&](linalg::LinalgOp producer, ArrayRef<unsigned> produced, OpOperand &use,
                    linalg::LinalgOp reader, ArrayRef<unsigned> read) {
    auto dims = rowDims(mapOfResult(producer, cast<OpResult>(use.get())), produced);
    auto readBy = dims ? loopsAt(reader.getMatchingIndexingMap(&use), *dims) : std::nullopt;
    return readBy && ArrayRef<unsigned>(*readBy) == read;
  };
  for (OpOperand &operand : op->getOpOperands())
    if (Operation *producer = operand.get().getDefiningOp(); producer && contains(producer))
      if (!agrees(cast<linalg::LinalgOp>(producer), getRowLoops(producer), operand, op, loops))
        return false;
  for (OpOperand &use : op->getUses())
    if (contains(use.getOwner()))
      if (!agrees(op, loops, use, cast<linalg::LinalgOp>(use.getOwner()),
                  getRowLoops(use.getOwner())))
        return false;
  // What leaves the group is put together from rows.
  return llvm::all_of(op->getResults(), [&](OpResult result) {
    return rowDims(mapOfResult(op, result), loops).has_value();
  });
}

FailureOr<SmallVector<Operation *>> RowGroup::readersBetween(Operation *candidate) const {
  SmallVector<Operation *> members(llvm::make_first_range(rowLoops));
  if (candidate)
    members.push_back(candidate);
  auto byPlace = [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); };
  auto [first, last] = std::minmax_element(members.begin(), members.end(), byPlace);

  SmallVector<Operation *> readers;
  DenseSet<Operation *> computed;
  for (auto &op : llvm::make_range((*first)->getIterator(), std::next((*last)->getIterator()))) {
    bool isMember = &op == candidate || contains(&op);
    bool needsReader = false, needsMember = false;
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (Operation *source = operand.getDefiningOp()) {
          needsReader |= computed.contains(source);
          needsMember |= source == candidate || contains(source);
        }
    });
    if (isMember && needsReader)
      return failure();
    if (isMember || !(needsReader || needsMember))
      continue;
    if (!isMemoryEffectFree(&op))
      return failure();
    readers.push_back(&op);
    computed.insert(&op);
  }
  return readers;
}

SmallVector<Operation *> RowGroup::getReadersBetween() const { return *readersBetween(nullptr); }

SmallVector<linalg::LinalgOp> RowGroup::getMembers() const {
  SmallVector<linalg::LinalgOp> members;
  for (Operation *op : llvm::make_first_range(rowLoops))
    members.push_back(cast<linalg::LinalgOp>(op));
  llvm::sort(members, [](linalg::LinalgOp a, linalg::LinalgOp b) { return a->isBeforeInBlock(b); });
  return members;
}

bool RowGroup::isReadOutside(Value value) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) { return !contains(inBlock(user)); });
}
