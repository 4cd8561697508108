/// lamina-cpu-call-trigonometry: sin, cos and tan as functions that exist for vectors too.
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Math/Coefficients.h"
#include "passes/Math/Trigonometric.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUCALLTRIGONOMETRY
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

static constexpr StringLiteral kTable = "lamina_two_over_pi";
/// Of vectors of any target, and of several of them where a loop also works on narrower types.
static constexpr int64_t kLanes[] = {2, 4, 8, 16};

static std::optional<Circular> circularOf(Operation *op) {
  if (isa<math::SinOp>(op))
    return Circular::Sin;
  if (isa<math::CosOp>(op))
    return Circular::Cos;
  if (isa<math::TanOp>(op))
    return Circular::Tan;
  return std::nullopt;
}

static StringRef nameOf(Circular function) {
  static constexpr StringLiteral names[] = {"sin", "cos", "tan"};
  return names[static_cast<int>(function)];
}

namespace {
/// Adds functions to a module as they are asked for.
class Library {
public:
  explicit Library(ModuleOp module) : module(module), symbols(module) {}

  func::FuncOp get(Circular function, FloatType type) {
    std::string name = (Twine("lamina_") + nameOf(function) + "_f" + Twine(type.getWidth())).str();
    if (auto found = symbols.lookup<func::FuncOp>(name))
      return found;
    // Variants call another function than the one they are variants of: their loop over lanes
    // would be vectorised into calls of themselves.
    func::FuncOp lane = addScalar(function, type, name + "_lane");
    func::FuncOp scalar = addFunction(type, name);
    auto body = ImplicitLocOpBuilder::atBlockBegin(scalar.getLoc(), &scalar.getBody().front());
    auto call = func::CallOp::create(body, lane, scalar.getArguments());
    func::ReturnOp::create(body, call.getResults());
    std::string variants;
    for (int64_t lanes : kLanes) {
      std::string variant = name + "_x" + std::to_string(lanes);
      addVariant(function, VectorType::get(lanes, type), variant, lane);
      // The mangling of LLVM's own vector function ABI: no mask, `lanes` lanes, a vector argument.
      variants += (variants.empty() ? "_ZGV_LLVM_N" : ",_ZGV_LLVM_N") + std::to_string(lanes) +
                  "v_" + name + "(" + variant + ")";
    }
    OpBuilder b(module.getContext());
    addAttributes(lane, b.getStringAttr("noinline"));
    addAttributes(scalar, {b.getStringAttr("noinline"),
                           b.getStrArrayAttr({"vector-function-abi-variant", variants})});
    return scalar;
  }

private:
  func::FuncOp addFunction(Type type, StringRef name) {
    OpBuilder b(module.getContext());
    auto function = func::FuncOp::create(module.getLoc(), name, b.getFunctionType(type, type));
    function.setPrivate();
    function->setAttr("llvm.readnone", b.getUnitAttr());
    addAttributes(function, {b.getStringAttr("willreturn"), b.getStringAttr("lamina-on-demand")});
    symbols.insert(function);
    function.addEntryBlock();
    return function;
  }

  /// `attributes` are LLVM's.
  static void addAttributes(func::FuncOp function, ArrayRef<Attribute> attributes) {
    SmallVector<Attribute> all;
    if (auto given = function->getAttrOfType<ArrayAttr>("passthrough"))
      llvm::append_range(all, given);
    llvm::append_range(all, attributes);
    function->setAttr("passthrough", ArrayAttr::get(function.getContext(), all));
  }

  func::FuncOp addScalar(Circular function, FloatType type, StringRef name) {
    std::string table = addTable();
    func::FuncOp scalar = addFunction(type, name);
    auto b = ImplicitLocOpBuilder::atBlockBegin(scalar.getLoc(), &scalar.getBody().front());
    Term x{&b, scalar.getArgument(0)};
    auto angle = scf::IfOp::create(b, SmallVector<Type>(3, b.getF64Type()), isModerate(x).value,
                                   /*withElseRegion=*/true);
    auto yield = [&](Region &region, auto reduce) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(&region.front());
      Angle reduced = reduce();
      scf::YieldOp::create(
          b, ValueRange{reduced.quadrant.value, reduced.high.value, reduced.low.value});
    };
    yield(angle.getThenRegion(), [&] { return reduceModerate(x); });
    yield(angle.getElseRegion(), [&] {
      auto type = symbols.lookup<memref::GlobalOp>(table).getType();
      Value words = memref::GetGlobalOp::create(b, type, table);
      return reduceExactly(x.isDouble() ? x : x.extended(), words);
    });
    Angle reduced{{&b, angle.getResult(0)}, {&b, angle.getResult(1)}, {&b, angle.getResult(2)}};
    func::ReturnOp::create(b, emitCircular(function, x, reduced).value);
    return scalar;
  }

  void addVariant(Circular function, VectorType type, StringRef name, func::FuncOp scalar) {
    func::FuncOp variant = addFunction(type, name);
    auto b = ImplicitLocOpBuilder::atBlockBegin(variant.getLoc(), &variant.getBody().front());
    Term x{&b, variant.getArgument(0)};
    Value fast = emitCircular(function, x, reduceModerate(x)).value;
    Value isAnyHuge =
        vector::ReductionOp::create(b, vector::CombiningKind::OR, (!isModerate(x)).value);
    auto result = scf::IfOp::create(b, TypeRange{type}, isAnyHuge, /*withElseRegion=*/true);
    b.setInsertionPointToStart(&result.getElseRegion().front());
    scf::YieldOp::create(b, fast);
    b.setInsertionPointToStart(&result.getThenRegion().front());
    auto index = [&](int64_t value) { return arith::ConstantIndexOp::create(b, value); };
    auto lanes = scf::ForOp::create(
        b, index(0), index(type.getNumElements()), index(1), fast,
        [&](OpBuilder &builder, Location loc, Value lane, ValueRange carried) {
          Value element = vector::ExtractOp::create(builder, loc, x.value, OpFoldResult(lane));
          Value exact = func::CallOp::create(builder, loc, scalar, element).getResult(0);
          Value next =
              vector::InsertOp::create(builder, loc, exact, carried[0], OpFoldResult(lane));
          scf::YieldOp::create(builder, loc, next);
        });
    scf::YieldOp::create(b, lanes.getResult(0));
    b.setInsertionPointAfter(result);
    func::ReturnOp::create(b, result.getResult(0));
  }

  std::string addTable() {
    if (symbols.lookup(kTable))
      return kTable.str();
    SmallVector<uint64_t> words{0};
    llvm::append_range(words, kTwoOverPi);
    OpBuilder b(module.getContext());
    auto type = MemRefType::get(words.size(), b.getI64Type());
    auto value = DenseElementsAttr::get(RankedTensorType::get(words.size(), b.getI64Type()),
                                        ArrayRef(words));
    auto table = memref::GlobalOp::create(b, module.getLoc(), kTable, b.getStringAttr("private"),
                                          type, value, /*constant=*/true,
                                          /*alignment=*/IntegerAttr());
    table->remove();
    symbols.insert(table);
    return kTable.str();
  }

  ModuleOp module;
  SymbolTable symbols;
};

struct CpuCallTrigonometry : lamina::impl::LaminaCpuCallTrigonometryBase<CpuCallTrigonometry> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (circularOf(op) && (op->getResultTypes()[0].isF32() || op->getResultTypes()[0].isF64()))
        ops.push_back(op);
    });
    Library library(getOperation());
    for (Operation *op : ops) {
      OpBuilder b(op);
      auto function = library.get(*circularOf(op), cast<FloatType>(op->getResultTypes()[0]));
      auto call = func::CallOp::create(b, op->getLoc(), function, op->getOperands());
      op->replaceAllUsesWith(call);
      op->erase();
    }
  }
};
} // namespace
