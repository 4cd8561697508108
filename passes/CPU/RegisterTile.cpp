#include "passes/CPU/RegisterTile.h"

#include "passes/CPU/VectorWidth.h"

using namespace mlir;
using namespace mlir::lamina;

/// The number of rows, at most `most`, that takes the least time for all: what a last block
/// computes in vain, and the line of `rhs` that each block loads for itself.
static int64_t bestRows(int64_t rows, int64_t most) {
  int64_t best = most;
  double leastCost = std::numeric_limits<double>::max();
  for (int64_t candidate = most; candidate >= std::max<int64_t>(most / 2, 1); --candidate) {
    double cost = double(llvm::alignTo(rows, candidate)) * (1 + 0.5 / double(candidate));
    if (cost < leastCost) {
      best = candidate;
      leastCost = cost;
    }
  }
  return best;
}

RegisterTile lamina::registerTileFor(Operation *op, FloatType element, int64_t rows,
                                     int64_t columns) {
  int64_t bits = vectorBits(op);
  RegisterTile tile;
  tile.lanes = std::max<int64_t>(bits / element.getWidth(), 2);
  // 512-bit vectors come with 32 registers. Some hold a row of `rhs` and a broadcast element.
  int64_t accumulators = bits >= 512 ? 24 : 12;
  tile.vectors = std::min<int64_t>(llvm::divideCeil(columns, tile.lanes), rows <= 4 ? 4 : 2);
  int64_t most = std::min<int64_t>(accumulators / tile.vectors, 12);
  tile.rows = rows <= most ? rows : bestRows(rows, most);
  return tile;
}
