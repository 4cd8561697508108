#include "passes/CPU/HostCall.h"

#include "dialects/Lamina/Lamina.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Dialect/LLVMIR/FunctionCallUtils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::lamina;

static std::string elementName(Type type) { return llvm::formatv("{0}", type).str(); }

/// Decimal digits would make an integer of a float and nothing of an infinity.
static std::string hexadecimal(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%a", value);
  return text;
}

static llvm::json::Value encode(Attribute argument) {
  if (auto list = dyn_cast<ArrayAttr>(argument))
    return llvm::json::Array(llvm::map_range(list, encode));
  if (auto operand = dyn_cast<OperandAttr>(argument))
    return llvm::json::Object{{"operand", operand.getIndex()}};
  if (auto truth = dyn_cast<BoolAttr>(argument))
    return truth.getValue();
  if (auto integer = dyn_cast<IntegerAttr>(argument))
    return integer.getInt();
  if (auto number = dyn_cast<FloatAttr>(argument))
    return llvm::json::Object{{"float", hexadecimal(number.getValueAsDouble())}};
  if (auto text = dyn_cast<StringAttr>(argument))
    return llvm::json::fixUTF8(text.getValue());
  if (auto type = dyn_cast<TypeAttr>(argument))
    return llvm::json::Object{{"dtype", elementName(type.getValue())}};
  return nullptr;
}

/// All that the runtime must know of the call beside the arrays, as JSON.
static std::string describe(HostCallOp call) {
  llvm::json::Array elements;
  for (Type element : call.getElements().getAsValueRange<TypeAttr>())
    elements.push_back(elementName(element));
  llvm::json::Object object{
      {"callee", llvm::json::fixUTF8(call.getCallee())},
      {"arguments", call.getArguments() ? encode(*call.getArguments()) : nullptr},
      {"mutates", llvm::json::Array(call.getMutates())},
      {"inputs", static_cast<int64_t>(call.getInputs().size())},
      {"elements", std::move(elements)},
  };
  return llvm::formatv("{0}", llvm::json::Value(std::move(object)));
}

namespace {
struct CallHost : ConvertOpToLLVMPattern<HostCallOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(HostCallOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Block *before = rewriter.getInsertionBlock();
    auto module = op->getParentOfType<ModuleOp>();
    if (!isa<LLVM::LLVMFuncOp>(before->getParentOp()) || !module)
      return rewriter.notifyMatchFailure(op, "not in a function");

    Type pointer = LLVM::LLVMPointerType::get(rewriter.getContext());
    auto function =
        LLVM::lookupOrCreateFn(rewriter, module, "laminaHostCall",
                               {pointer, rewriter.getI64Type(), pointer}, rewriter.getI1Type());
    if (failed(function))
      return failure();
    Location loc = op.getLoc();
    Value description = makeText(rewriter, loc, module, describe(op));
    Value arrays = storeArrays(rewriter, op, adaptor);
    Value count = LLVM::ConstantOp::create(rewriter, loc, rewriter.getI64Type(),
                                           static_cast<int64_t>(op->getNumOperands()));
    Value ok =
        LLVM::CallOp::create(rewriter, loc, *function, ValueRange{description, count, arrays})
            .getResult();

    Block *after = rewriter.splitBlock(before, rewriter.getInsertionPoint());
    Block *failed = rewriter.createBlock(before->getParent());
    LLVM::ReturnOp::create(rewriter, loc, ValueRange());
    rewriter.setInsertionPointToEnd(before);
    LLVM::CondBrOp::create(rewriter, loc, ok, after, failed);
    rewriter.eraseOp(op);
    return success();
  }

private:
  static Value makeText(OpBuilder &builder, Location loc, ModuleOp module, StringRef text) {
    unsigned number = 0;
    auto name = [&] { return ("lamina_host_call_" + Twine(number)).str(); };
    while (module.lookupSymbol(name()))
      ++number;
    SmallString<0> terminated(text);
    terminated.push_back('\0');
    return LLVM::createGlobalString(loc, builder, name(), terminated, LLVM::Linkage::Internal);
  }

  /// Memory on the stack of the function, so that a loop does not take more of it in each turn.
  static Value makeSlot(OpBuilder &builder, Location loc, Type type) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&builder.getInsertionBlock()->getParent()->front());
    Value one = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), 1);
    return LLVM::AllocaOp::create(builder, loc, LLVM::LLVMPointerType::get(builder.getContext()),
                                  type, one);
  }

  /// The table of all arrays, inputs first: for each its rank and where its descriptor is.
  static Value storeArrays(OpBuilder &builder, HostCallOp op, OpAdaptor adaptor) {
    Location loc = op.getLoc();
    Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
    auto entry =
        LLVM::LLVMStructType::getLiteral(builder.getContext(), {builder.getI64Type(), pointer});
    auto type = LLVM::LLVMArrayType::get(entry, op->getNumOperands());
    Value table = makeSlot(builder, loc, type);
    for (auto [number, array] : llvm::enumerate(adaptor.getOperands())) {
      Value descriptor = makeSlot(builder, loc, array.getType());
      LLVM::StoreOp::create(builder, loc, array, descriptor);
      Value rank =
          LLVM::ConstantOp::create(builder, loc, builder.getI64Type(),
                                   cast<MemRefType>(op->getOperand(number).getType()).getRank());
      auto store = [&](Value value, int32_t field) {
        auto place =
            LLVM::GEPOp::create(builder, loc, pointer, type, table,
                                ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(number), field});
        LLVM::StoreOp::create(builder, loc, value, place);
      };
      store(rank, 0);
      store(descriptor, 1);
    }
    return table;
  }
};
} // namespace

void lamina::populateHostCallPatterns(const LLVMTypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<CallHost>(converter);
}
