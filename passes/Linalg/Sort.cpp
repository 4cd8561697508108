/// Stable sort: bottom-up merge sort of every lane along the dimension.
///
/// Runs of `width` sorted elements merge pairwise from one buffer into another, which is then
/// copied back, until one run is left. Values and positions move together.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Linalg/Combine.h"
#include "passes/Linalg/Patterns.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// A lane under construction: values and positions, as tensors of one dimension.
struct Lane {
  Value values, positions;
  SmallVector<Value> list() const { return {values, positions}; }
};

struct LaneSorter {
  Value size;
  bool descending, isUnsigned;

  Value less(ImplicitLocOpBuilder &b, Value x, Value y) const {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, x, y);
  }

  /// Whether `x` must stand before `y`. NaN is the largest value.
  Value before(ImplicitLocOpBuilder &b, Value x, Value y) const {
    if (descending)
      std::swap(x, y);
    if (isa<IntegerType>(x.getType()))
      return arith::CmpIOp::create(
          b, isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt, x, y);
    Type wide = computeType(x.getType());
    x = convertFloat(b, x, wide);
    y = convertFloat(b, y, wide);
    Value smaller = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, y);
    Value xNumber = arith::CmpFOp::create(b, arith::CmpFPredicate::ORD, x, x);
    Value yNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, y, y);
    return arith::OrIOp::create(b, smaller, arith::AndIOp::create(b, xNumber, yNan));
  }

  /// Element `at`, or some element where `at` is past the end.
  Value read(ImplicitLocOpBuilder &b, Value tensor, Value at) const {
    Value last = arith::SubIOp::create(b, size, indexConstant(b, 1));
    return tensor::ExtractOp::create(b, tensor, ValueRange{arith::MinSIOp::create(b, at, last)});
  }

  /// Writes into `target` the merge of source[low, middle) and source[middle, high).
  Lane merge(ImplicitLocOpBuilder &b, Lane source, Lane target, Value low, Value middle,
             Value high) const {
    SmallVector<Value> state{low, middle, target.values, target.positions};
    auto loop = scf::ForOp::create(
        b, low, high, indexConstant(b, 1), state,
        [&](OpBuilder &inner, Location loc, Value at, ValueRange carried) {
          ImplicitLocOpBuilder body(loc, inner);
          Value left = carried[0], right = carried[1];
          Value leftOpen = less(body, left, middle), rightOpen = less(body, right, high);
          // Of equal elements the left one goes first: the sort is stable.
          Value jump =
              before(body, read(body, source.values, right), read(body, source.values, left));
          Value leftDone =
              arith::XOrIOp::create(body, leftOpen, intConstant(body, body.getI1Type(), 1));
          Value takeRight =
              arith::AndIOp::create(body, rightOpen, arith::OrIOp::create(body, leftDone, jump));
          Value from = arith::SelectOp::create(body, takeRight, right, left);
          Value values =
              tensor::InsertOp::create(body, read(body, source.values, from), carried[2], at);
          Value positions =
              tensor::InsertOp::create(body, read(body, source.positions, from), carried[3], at);
          Value next = arith::AddIOp::create(body, from, indexConstant(body, 1));
          scf::YieldOp::create(body,
                               ValueRange{arith::SelectOp::create(body, takeRight, left, next),
                                          arith::SelectOp::create(body, takeRight, next, right),
                                          values, positions});
        });
    return {loop.getResult(2), loop.getResult(3)};
  }

  /// One pass: merges all pairs of runs of `width`, and copies the result back.
  Lane mergePass(ImplicitLocOpBuilder &b, Lane lane, Lane scratch, Value width) const {
    Value step = arith::AddIOp::create(b, width, width);
    auto pairs = scf::ForOp::create(
        b, indexConstant(b, 0), size, step, scratch.list(),
        [&](OpBuilder &inner, Location loc, Value low, ValueRange carried) {
          ImplicitLocOpBuilder body(loc, inner);
          Value middle =
              arith::MinSIOp::create(body, arith::AddIOp::create(body, low, width), size);
          Value high = arith::MinSIOp::create(body, arith::AddIOp::create(body, low, step), size);
          Lane merged = merge(body, lane, {carried[0], carried[1]}, low, middle, high);
          scf::YieldOp::create(body, merged.list());
        });
    auto copied =
        sequentialLoops(b, OpFoldResult(size), lane.list(),
                        [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange carried) {
                          SmallVector<Value> updated;
                          for (auto [from, to] : llvm::zip_equal(pairs.getResults(), carried))
                            updated.push_back(tensor::InsertOp::create(
                                inner, tensor::ExtractOp::create(inner, from, at), to, at));
                          return updated;
                        });
    return {copied[0], copied[1]};
  }

  Lane sort(ImplicitLocOpBuilder &b, Lane lane, Lane scratch) const {
    auto loop = scf::WhileOp::create(
        b, TypeRange{b.getIndexType(), lane.values.getType(), lane.positions.getType()},
        ValueRange{indexConstant(b, 1), lane.values, lane.positions},
        [&](OpBuilder &inner, Location loc, ValueRange state) {
          ImplicitLocOpBuilder body(loc, inner);
          scf::ConditionOp::create(body, less(body, state[0], size), state);
        },
        [&](OpBuilder &inner, Location loc, ValueRange state) {
          ImplicitLocOpBuilder body(loc, inner);
          Lane sorted = mergePass(body, {state[1], state[2]}, scratch, state[0]);
          Value width = arith::AddIOp::create(body, state[0], state[0]);
          scf::YieldOp::create(body, ValueRange{width, sorted.values, sorted.positions});
        });
    return {loop.getResult(1), loop.getResult(2)};
  }
};

struct SortLowering : Lowering<SortOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(SortOp op, SortOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value source = adaptor.getSource();
    Type element = getElementTypeOrSelf(source), i64 = b.getI64Type();
    Sizes sizes = sizesOf(b, source);
    if (sizes.empty())
      return SmallVector<Value>{source, filledTensor(b, {}, zero(b, i64))};
    int64_t dim = op.getDim();
    LaneSorter sorter{asIndex(b, sizes[dim]), op.getDescending(),
                      hasUnsignedElements(op.getSource().getType())};
    Lane scratch{emptyTensor(b, sizes[dim], element), emptyTensor(b, sizes[dim], i64)};

    Sizes lanes(sizes);
    lanes.erase(lanes.begin() + dim);
    SmallVector<Value> results{emptyTensor(b, sizes, element), emptyTensor(b, sizes, i64)};
    return sequentialLoops(b, lanes, results,
                           [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange carried) {
                             auto whole = [&](Value along) {
                               SmallVector<Value> index(at);
                               index.insert(index.begin() + dim, along);
                               return index;
                             };
                             Lane lane = load(inner, source, sizes[dim], whole);
                             Lane sorted = sorter.sort(inner, lane, scratch);
                             return store(inner, sorted, sizes[dim], carried, whole);
                           });
  }

  /// A lane of the source, with positions 0, 1, ...
  template <typename Whole>
  static Lane load(ImplicitLocOpBuilder &b, Value source, OpFoldResult size, Whole whole) {
    SmallVector<Value> empty{emptyTensor(b, size, getElementTypeOrSelf(source)),
                             emptyTensor(b, size, b.getI64Type())};
    auto filled = sequentialLoops(
        b, size, empty, [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange carried) {
          Value value = tensor::ExtractOp::create(inner, source, whole(at.front()));
          Value number = arith::IndexCastOp::create(inner, inner.getI64Type(), at.front());
          return SmallVector<Value>{tensor::InsertOp::create(inner, value, carried[0], at),
                                    tensor::InsertOp::create(inner, number, carried[1], at)};
        });
    return {filled[0], filled[1]};
  }

  template <typename Whole>
  static SmallVector<Value> store(ImplicitLocOpBuilder &b, Lane lane, OpFoldResult size,
                                  ValueRange targets, Whole whole) {
    return sequentialLoops(
        b, size, targets, [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange carried) {
          SmallVector<Value> updated;
          for (auto [from, to] : llvm::zip_equal(lane.list(), carried))
            updated.push_back(tensor::InsertOp::create(
                inner, tensor::ExtractOp::create(inner, from, at), to, whole(at.front())));
          return updated;
        });
  }
};
} // namespace

void lamina::populateSortLowerings(const TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<SortLowering>(converter, patterns.getContext());
}
