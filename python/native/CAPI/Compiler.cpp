/// C API of the object compiler.
#include "python/native/lamina-c/Compiler.h"

#include "python/native/CAPI/Support.h"
#include "python/native/JIT/Compile.h"
#include "python/native/JIT/Target.h"

#include "mlir/CAPI/IR.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <chrono>
#include <deque>
#include <optional>
#include <thread>

using namespace mlir;
using namespace mlir::lamina;

struct LaminaObject {
  llvm::SmallVector<char, 0> bytes;
  std::string llvmIR;
  llvm::SmallVector<char, 0> assembly;
};

namespace {

/// Seconds since the previous lap.
class StopWatch {
public:
  double lap() {
    auto now = std::chrono::steady_clock::now();
    std::chrono::duration<double> elapsed = now - last;
    last = now;
    return elapsed.count();
  }

private:
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
};

/// Collects LLVM's errors; left to itself LLVM exits the process on them.
class ErrorCollector : public llvm::DiagnosticHandler {
public:
  explicit ErrorCollector(std::string &text) : text(text) {}

  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override {
    if (info.getSeverity() != llvm::DS_Error)
      return true;
    llvm::raw_string_ostream stream(text);
    llvm::DiagnosticPrinterRawOStream printer(stream);
    info.print(printer);
    stream << '\n';
    return true;
  }

private:
  std::string &text;
};

llvm::Error verifyLLVMIR(const llvm::Module &module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (llvm::verifyModule(module, &stream))
    return llvm::createStringError("invalid LLVM IR: " + text);
  return llvm::Error::success();
}

llvm::Error keepText(const llvm::Module &module, llvm::TargetMachine &machine,
                     LaminaObject &object) {
  llvm::raw_string_ostream stream(object.llvmIR);
  module.print(stream, /*AAW=*/nullptr);
  // Emission consumes its module.
  std::unique_ptr<llvm::Module> clone = llvm::CloneModule(module);
  return jit::emit(*clone, machine, llvm::CodeGenFileType::AssemblyFile, object.assembly);
}

/// LLVM IR of one module to an object; consumes the IR.
llvm::Error compileModule(llvm::Module &module, const jit::TargetOptions &target, bool keepsText,
                          LaminaStageSeconds &seconds, LaminaObject &object) {
  auto machine = jit::createTargetMachine(target);
  if (!machine)
    return machine.takeError();
  StopWatch watch;
  if (auto error = jit::optimize(module, **machine, target.optLevel))
    return error;
  seconds.optimize = watch.lap();

  if (keepsText)
    if (auto error = keepText(module, **machine, object))
      return error;
  watch.lap();
  if (auto error = jit::emit(module, **machine, llvm::CodeGenFileType::ObjectFile, object.bytes))
    return error;
  seconds.codegen = watch.lap();
  return llvm::Error::success();
}

/// A part of a program on a thread of its own, with what came of it.
class Part {
public:
  Part(llvm::ArrayRef<char> bitcode, const jit::TargetOptions &target, bool keepsText)
      : thread([=, this] { outcome = run(bitcode, target, keepsText); }) {}

  /// Waits for the thread; nothing of the part may be looked at before.
  llvm::Error finish() {
    thread.join();
    return std::move(*outcome);
  }

  LaminaObject object;
  LaminaStageSeconds seconds = {};

private:
  llvm::Error run(llvm::ArrayRef<char> bitcode, const jit::TargetOptions &target, bool keepsText) {
    std::string problems;
    llvm::LLVMContext context;
    context.setDiagnosticHandler(std::make_unique<ErrorCollector>(problems));
    auto module = jit::read(bitcode, context);
    if (!module)
      return module.takeError();
    if (auto failure = compileModule(**module, target, keepsText, seconds, object))
      return failure;
    if (!problems.empty())
      return llvm::createStringError(problems);
    return llvm::Error::success();
  }

  std::optional<llvm::Error> outcome;
  std::thread thread;
};

/// The stages' seconds are those of the slowest part.
llvm::Error compileParts(llvm::ArrayRef<llvm::SmallVector<char, 0>> bitcodes,
                         const jit::TargetOptions &target, bool keepsText,
                         LaminaStageSeconds &seconds, LaminaObject &object) {
  std::deque<Part> parts;
  for (llvm::ArrayRef<char> bitcode : bitcodes)
    parts.emplace_back(bitcode, target, keepsText);
  llvm::Error failure = llvm::Error::success();
  std::vector<llvm::SmallVector<char, 0>> objects;
  for (Part &part : parts) {
    failure = llvm::joinErrors(std::move(failure), part.finish());
    seconds.optimize = std::max(seconds.optimize, part.seconds.optimize);
    seconds.codegen = std::max(seconds.codegen, part.seconds.codegen);
    object.llvmIR += part.object.llvmIR;
    object.assembly.append(part.object.assembly);
    objects.push_back(std::move(part.object.bytes));
  }
  return failure ? std::move(failure) : jit::join(objects, object.bytes);
}

jit::TargetOptions targetOf(const LaminaCompileOptions &options) {
  jit::TargetOptions target;
  target.cpu = options.cpu ? options.cpu : "";
  target.features = options.features ? options.features : "";
  target.optLevel = options.optLevel;
  return target;
}

llvm::Error compile(ModuleOp module, const LaminaCompileOptions &options,
                    LaminaStageSeconds &seconds, LaminaObject &object) {
  jit::TargetOptions target = targetOf(options);
  auto machine = jit::createTargetMachine(target);
  if (!machine)
    return machine.takeError();

  std::string problems;
  llvm::LLVMContext context;
  context.setDiagnosticHandler(std::make_unique<ErrorCollector>(problems));

  StopWatch watch;
  auto llvmModule = jit::translateToLLVMIR(module, context, **machine);
  if (!llvmModule)
    return llvmModule.takeError();
  if (auto error = jit::emitPackedEntries(**llvmModule, jit::entryNames(module)))
    return error;
  if (auto error = verifyLLVMIR(**llvmModule))
    return error;
  jit::setFunctionTargets(**llvmModule, **machine, options.vectorWidth);
  if (options.optLevel > 0)
    jit::mergeEqualFunctions(**llvmModule);
  auto parts = jit::split(**llvmModule, std::thread::hardware_concurrency());
  seconds.translate = watch.lap();

  auto error = parts.empty()
                   ? compileModule(**llvmModule, target, options.keepText, seconds, object)
                   : compileParts(parts, target, options.keepText, seconds, object);
  if (error)
    return error;
  if (!problems.empty())
    return llvm::createStringError(problems);
  return llvm::Error::success();
}

} // namespace

LaminaObject *laminaCompile(MlirOperation op, const LaminaCompileOptions *options,
                            LaminaStageSeconds *seconds, char **error) {
  auto module = dyn_cast<ModuleOp>(unwrap(op));
  if (!module)
    return fail(llvm::createStringError("expected a builtin.module"), error);
  if (options->optLevel < 0 || options->optLevel > 3)
    return fail(llvm::createStringError("optimisation level " + llvm::Twine(options->optLevel) +
                                        " is not between 0 and 3"),
                error);
  if (options->vectorWidth < 0)
    return fail(llvm::createStringError("negative vector width"), error);

  LaminaStageSeconds spent = {};
  auto object = std::make_unique<LaminaObject>();
  if (auto problem = compile(module, *options, spent, *object))
    return fail(std::move(problem), error);
  if (seconds)
    *seconds = spent;
  return object.release();
}

static LaminaBytes asBytes(llvm::StringRef text) { return {text.data(), text.size()}; }

LaminaBytes laminaObjectGetBytes(const LaminaObject *object) {
  return asBytes({object->bytes.data(), object->bytes.size()});
}

LaminaBytes laminaObjectGetLLVMIR(const LaminaObject *object) { return asBytes(object->llvmIR); }

LaminaBytes laminaObjectGetAssembly(const LaminaObject *object) {
  return asBytes({object->assembly.data(), object->assembly.size()});
}

void laminaObjectDestroy(LaminaObject *object) { delete object; }

char *laminaHostCPU(void) { return copyString(jit::hostCPU()); }

char *laminaHostFeatures(void) { return copyString(jit::hostFeatures()); }

int laminaVectorBits(const LaminaCompileOptions *options, char **error) {
  auto machine = jit::createTargetMachine(targetOf(*options));
  if (machine)
    return jit::vectorBits(**machine);
  fail(machine.takeError(), error);
  return 0;
}
