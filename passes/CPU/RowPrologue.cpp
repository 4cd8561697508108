#include "passes/CPU/RowPrologue.h"

using namespace mlir;
using namespace mlir::lamina;

/// Whether one turn of the given loops is a row of the contraction's result, over all its columns.
template <typename Loops> static bool takesRows(const Contraction &c, const Loops &loops) {
  return loops.contains(c.row) && llvm::all_of(c.outer, [&](unsigned loop) {
           return c.range(loop) == 1 || loops.contains(loop);
         });
}

RowPrologue::RowPrologue(const Contraction &c) : root(c.op) {
  Loops loops(c.outer.begin(), c.outer.end());
  loops.insert(c.row);
  tiledLoops[root] = loops;
  join(root, *c.lhs);
  while (!worklist.empty()) {
    linalg::LinalgOp consumer = worklist.pop_back_val();
    for (OpOperand &operand : consumer->getOpOperands())
      join(consumer, operand);
  }
  for (Operation *member : llvm::make_first_range(tiledLoops))
    if (member != root &&
        llvm::any_of(member->getUsers(), [&](Operation *user) { return !contains(user); }))
      readOutside.insert(member);
}

bool RowPrologue::reduces() const {
  return llvm::any_of(llvm::make_first_range(tiledLoops), [&](Operation *op) {
    auto nest = cast<linalg::LinalgOp>(op);
    return op != root && nest.getNumReductionLoops() != 0 && !Contraction::match(nest);
  });
}

void RowPrologue::join(linalg::LinalgOp consumer, OpOperand &operand) {
  auto producer = operand.get().getDefiningOp<linalg::LinalgOp>();
  if (!producer || producer->getBlock() != root->getBlock() || contains(producer) ||
      producer->getNumResults() != 1)
    return;
  auto loops = alignedLoops(consumer, operand, producer);
  if (!loops || !outsideReadersFollow(producer))
    return;
  auto product = Contraction::match(producer);
  if (product && !takesRows(*product, *loops))
    return;
  tiledLoops[producer] = *loops;
  if (product) {
    products.push_back(*product);
    join(producer, *product->out);
  } else {
    worklist.push_back(producer);
  }
}

/// The loops of `producer` that the tiled loops of `consumer` drive; nothing unless each of them
/// drives one, for then the producer would compute the same again in other turns.
std::optional<RowPrologue::Loops> RowPrologue::alignedLoops(linalg::LinalgOp consumer,
                                                            OpOperand &operand,
                                                            linalg::LinalgOp producer) {
  const Loops &tiled = tiledLoops[consumer];
  AffineMap read = consumer.getMatchingIndexingMap(&operand);
  AffineMap written = producer.getMatchingIndexingMap(producer.getDpsInitOperand(0));
  Loops aligned, driving;
  for (auto [from, to] : llvm::zip_equal(read.getResults(), written.getResults())) {
    bool isTiled = llvm::any_of(tiled, [&](unsigned loop) { return from.isFunctionOfDim(loop); });
    if (!isTiled)
      continue;
    auto loop = dyn_cast<AffineDimExpr>(from), target = dyn_cast<AffineDimExpr>(to);
    if (!loop || !target)
      return std::nullopt;
    driving.insert(loop.getPosition());
    aligned.insert(target.getPosition());
  }
  SmallVector<int64_t> ranges = consumer.getStaticLoopRanges();
  bool all = llvm::all_of(
      tiled, [&](unsigned loop) { return ranges[loop] == 1 || driving.contains(loop); });
  bool isFill = isa<linalg::FillOp>(producer.getOperation());
  return all || isFill ? std::optional(aligned) : std::nullopt;
}

/// Readers outside get the value from the loop over tiles, so they must come after it.
bool RowPrologue::outsideReadersFollow(Operation *producer) const {
  return llvm::all_of(producer->getUsers(), [&](Operation *user) {
    Operation *at = root->getBlock()->findAncestorOpInBlock(*user);
    return contains(user) || (at && root->isBeforeInBlock(at));
  });
}
