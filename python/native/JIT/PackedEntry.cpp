/// One call signature for every function.
///
/// A caller that learns a function's parameters only at run time cannot build a C
/// call to it. The packed entry takes one array of pointers instead, and is the
/// only signature the launcher knows.
#include "python/native/JIT/Compile.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/IRBuilder.h"

namespace mlir::lamina::jit {

llvm::SmallVector<std::string> entryNames(ModuleOp module) {
  llvm::SmallVector<std::string> names;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (function->hasAttrOfType<UnitAttr>("lamina.entry"))
      names.push_back(function.getSymName().str());
  return names;
}

/// Explains why `function` cannot be an entry; empty if it can.
static std::string entryProblem(const llvm::Function &function) {
  if (function.isDeclaration())
    return "has no body";
  if (function.isVarArg())
    return "is variadic";
  if (!function.getReturnType()->isVoidTy())
    return "returns a value";
  for (const llvm::Argument &argument : function.args()) {
    llvm::Type *type = argument.getType();
    if (!type->isPointerTy() && !type->isIntegerTy() && !type->isFloatingPointTy())
      return ("has parameter " + llvm::Twine(argument.getArgNo()) +
              ", which is not a pointer, integer or float")
          .str();
  }
  return "";
}

static llvm::Value *unpack(llvm::IRBuilder<> &builder, llvm::Value *array,
                           const llvm::Argument &parameter) {
  llvm::Type *pointer = builder.getPtrTy();
  llvm::Value *slot = builder.CreateConstInBoundsGEP1_64(pointer, array, parameter.getArgNo());
  llvm::Value *value = builder.CreateLoad(pointer, slot);
  if (parameter.getType()->isPointerTy())
    return value;
  return builder.CreateLoad(parameter.getType(), value);
}

static llvm::Error emitPackedEntry(llvm::Module &module, const std::string &name) {
  llvm::Function *function = module.getFunction(name);
  if (!function)
    return llvm::createStringError("entry '" + name + "' was not translated");
  std::string problem = entryProblem(*function);
  if (!problem.empty())
    return llvm::createStringError("entry '" + name + "' " + problem);
  std::string packedName = name + "_packed";
  if (module.getNamedValue(packedName))
    return llvm::createStringError("symbol '" + packedName + "' is reserved for entry '" + name +
                                   "'");

  llvm::LLVMContext &context = module.getContext();
  auto *type =
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), {llvm::PointerType::get(context, 0)},
                              /*isVarArg=*/false);
  auto *packed = llvm::Function::Create(type, llvm::Function::ExternalLinkage, packedName, module);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "entry", packed));
  llvm::SmallVector<llvm::Value *> arguments;
  for (const llvm::Argument &parameter : function->args())
    arguments.push_back(unpack(builder, packed->getArg(0), parameter));
  llvm::CallInst *call = builder.CreateCall(function, arguments);
  call->setCallingConv(function->getCallingConv());
  // Inlining would optimise and emit the whole body twice.
  call->setIsNoInline();
  builder.CreateRetVoid();
  return llvm::Error::success();
}

llvm::Error emitPackedEntries(llvm::Module &module, llvm::ArrayRef<std::string> names) {
  for (const std::string &name : names)
    if (llvm::Error error = emitPackedEntry(module, name))
      return error;
  return llvm::Error::success();
}

} // namespace mlir::lamina::jit
