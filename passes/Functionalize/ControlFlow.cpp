/// Regions: the memory they write comes in as a value and goes out as a result.
#include "passes/Functionalize/Translation.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::lamina;

/// The refs that `op` itself writes.
static SmallVector<Value> getTargets(Operation *op) {
  if (auto assign = dyn_cast<AssignOp>(op))
    return {assign.getTarget()};
  auto call = dyn_cast<CustomCallOp>(op);
  if (!call)
    return {};
  auto targets = llvm::map_to_vector(call.getMutates(),
                                     [&](int64_t number) { return call.getInputs()[number]; });
  llvm::erase_if(targets, [](Value target) { return !isRef(target); });
  return targets;
}

/// The array whose memory is written through `array`: a view made inside of `region` counts as its
/// source.
static Value getWrittenArray(Value array, Region &region) {
  for (ViewOpInterface view; (view = array.getDefiningOp<ViewOpInterface>());) {
    if (!region.isAncestor(view->getParentRegion()))
      break;
    array = view.getViewSource();
  }
  return array;
}

SmallVector<Root *> Translation::getWrittenRoots(Operation *op) {
  llvm::SetVector<Root *> written;
  for (Region &region : op->getRegions())
    region.walk([&](Operation *inner) {
      for (Value target : getTargets(inner)) {
        Value array = getWrittenArray(target, region);
        if (!region.isAncestor(array.getParentRegion()))
          written.insert(memory.handle(array).root);
      }
    });
  return written.takeVector();
}

/// A condition is asked, it does not act: it writes only what it makes itself.
static LogicalResult checkCondition(Region &condition) {
  WalkResult walk = condition.walk([&](Operation *op) -> WalkResult {
    for (Value target : getTargets(op)) {
      Value array = getWrittenArray(target, condition);
      if (!condition.isAncestor(array.getParentRegion()) || !array.getDefiningOp())
        return op->emitError("the condition of a loop writes memory from outside: expected the "
                             "body to write it");
    }
    return WalkResult::advance();
  });
  return failure(walk.wasInterrupted());
}

/// Memory that a region yields must be its own, each array apart: then the results of the
/// operation are fresh, whichever way control went.
static LogicalResult checkYield(Operation *yield, const Memory::Snapshot &outside, Memory &memory) {
  DenseSet<Root *> roots;
  for (auto [index, value] : llvm::enumerate(yield->getOperands())) {
    if (!isRef(value))
      continue;
    Root *root = memory.handle(value).root;
    if (outside.contains(root) || !roots.insert(root).second)
      return yield->emitError("value ")
             << index << " shares memory with "
             << (outside.contains(root) ? "an array outside of the region" : "another value")
             << ": expected fresh memory, such as a clone";
  }
  return success();
}

LogicalResult Translation::translateRegion(Region &source, Block *target, ArrayRef<Root *> carried,
                                           ArrayRef<Root *> returned) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(target);
  Memory::Snapshot outside = memory.save();
  for (auto [argument, value] : llvm::zip(source.getArguments(), target->getArguments()))
    define(argument, value);
  ValueRange contents = target->getArguments().drop_front(source.getNumArguments());
  for (auto [root, content] : llvm::zip_equal(carried, contents))
    memory.overwrite(*root, content);

  Operation *yield = source.front().getTerminator();
  if (failed(translate(source.front())) || failed(checkYield(yield, outside, memory)))
    return failure();
  auto yielded =
      llvm::map_to_vector(yield->getOperands(), [&](Value value) { return lookup(value); });
  for (Root *root : returned)
    yielded.push_back(root->content);
  YieldOp::create(builder, yield->getLoc(), yielded);
  memory.restore(outside);
  return success();
}

/// Whether result `index` is what stood there `before`: all branches yield that, or the body of a
/// loop the argument that it came in as.
static bool isUndone(Operation *op, unsigned index, Value before) {
  auto loop = dyn_cast<WhileOp>(op);
  return llvm::all_of(op->getRegions(), [&](Region &region) {
    if (loop && &region == &loop.getCondition())
      return true;
    Value value = region.front().getTerminator()->getOperand(index);
    return value == before || (loop && value == region.getArgument(index));
  });
}

void Translation::defineResults(Operation *op, Operation *translated, ArrayRef<Root *> written) {
  for (auto [result, value] : llvm::zip(op->getResults(), translated->getResults()))
    define(result, value);
  ValueRange contents = translated->getResults().drop_front(op->getNumResults());
  for (auto [index, root, content] : llvm::enumerate(written, contents))
    if (!isUndone(translated, op->getNumResults() + index, root->content))
      memory.overwrite(*root, content);
}

LogicalResult Translation::translateCond(CondOp cond) {
  SmallVector<Root *> written = getWrittenRoots(cond);
  OperationState state(cond.getLoc(), cond->getName());
  state.addOperands(lookup(cond.getPred()));
  state.addTypes(llvm::map_to_vector(cond->getResultTypes(), valueType));
  for (Root *root : written)
    state.addTypes(root->content.getType());
  for (Region &region : cond->getRegions())
    if (failed(translateRegion(region, &state.addRegion()->emplaceBlock(), {}, written)))
      return failure();
  defineResults(cond, builder.create(state), written);
  return success();
}

/// The first turn works in the memory of the initial arrays, later turns in that of the turn
/// before: nobody may be able to tell the two apart.
static LogicalResult checkInits(WhileOp loop, Memory &memory) {
  for (auto [index, init] : llvm::enumerate(loop.getInits())) {
    if (!isRef(init))
      continue;
    Handle &handle = memory.handle(init);
    if (!handle.isRoot() || isa<BlockArgument>(handle.root->origin) || !init.hasOneUse())
      return loop.emitError("array ")
             << index << " that the loop starts with is not the loop's alone: expected fresh "
             << "memory that nothing else uses, such as a clone";
  }
  return success();
}

LogicalResult Translation::translateWhile(WhileOp loop) {
  if (failed(checkInits(loop, memory)) || failed(checkCondition(loop.getCondition())))
    return failure();
  SmallVector<Root *> written = getWrittenRoots(loop);
  auto inits = llvm::map_to_vector(loop.getInits(), [&](Value init) { return lookup(init); });
  for (Root *root : written)
    inits.push_back(root->content);

  OperationState state(loop.getLoc(), loop->getName());
  state.addOperands(inits);
  state.addTypes(TypeRange(ValueRange(inits)));
  for (Region *region : {&loop.getCondition(), &loop.getBody()}) {
    Block &target = state.addRegion()->emplaceBlock();
    for (Value init : inits)
      target.addArgument(init.getType(), init.getLoc());
    ArrayRef<Root *> returned = region == &loop.getBody() ? ArrayRef(written) : ArrayRef<Root *>();
    if (failed(translateRegion(*region, &target, written, returned)))
      return failure();
  }
  defineResults(loop, builder.create(state), written);
  return success();
}
