#include "passes/CPU/MicroKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::lamina;

Value MicroKernel::lastMask(ImplicitLocOpBuilder &b) const {
  int64_t rest = columns % lanes;
  if (rest == 0)
    return nullptr;
  SmallVector<bool> bits(lanes, false);
  std::fill_n(bits.begin(), rest, true);
  auto type = VectorType::get({lanes}, b.getI1Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, ArrayRef<bool>(bits)));
}

void MicroKernel::emit(ImplicitLocOpBuilder &b, Value firstStep, Value endStep) const {
  Value partial = lastMask(b);
  auto maskOf = [&](int64_t v) { return v + 1 == vectors() ? partial : Value(); };
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vectorType()));
  SmallVector<Value> initial;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < vectors(); ++v) {
      if (!accumulate)
        initial.push_back(zero);
      else if (Value mask = maskOf(v))
        initial.push_back(
            vector::MaskedLoadOp::create(b, vectorType(), out, outIndices(b, r, v), mask, zero));
      else
        initial.push_back(vector::LoadOp::create(b, vectorType(), out, outIndices(b, r, v)));
    }

  Value one = arith::ConstantIndexOp::create(b, 1);
  auto steps = scf::ForOp::create(
      b, firstStep, endStep, one, initial,
      [&](OpBuilder &builder, Location loc, Value k, ValueRange sums) {
        ImplicitLocOpBuilder inner(loc, builder);
        SmallVector<Value> line, next;
        for (int64_t v = 0; v < vectors(); ++v)
          line.push_back(loadRhs(inner, v, k, maskOf(v)));
        for (int64_t r = 0; r < rows; ++r) {
          Value factor = vector::BroadcastOp::create(inner, vectorType(), loadLhs(inner, r, k));
          for (int64_t v = 0; v < vectors(); ++v)
            next.push_back(vector::FMAOp::create(inner, factor, line[v], sums[r * vectors() + v]));
        }
        scf::YieldOp::create(inner, next);
      });

  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < vectors(); ++v) {
      Value sum = steps.getResult(r * vectors() + v);
      if (Value mask = maskOf(v))
        vector::MaskedStoreOp::create(b, out, outIndices(b, r, v), mask, sum);
      else
        vector::StoreOp::create(b, sum, out, outIndices(b, r, v));
    }
}
