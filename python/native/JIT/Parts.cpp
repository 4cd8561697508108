/// One module as several that can be compiled at the same time.
///
/// A program is an entry function and the kernels that it calls. LLVM's passes work function by
/// function, so kernels can be optimised and emitted on several threads, each in an LLVMContext of
/// its own, which a module reaches as bitcode.
#include "python/native/JIT/Compile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;

namespace mlir::lamina::jit {

/// Fewer instructions than this are compiled before a thread has started.
static constexpr unsigned kWorthAThread = 1000;
/// Literals up to this size are repeated in each part, so that the optimiser sees them.
static constexpr uint64_t kRepeatedBytes = 4096;

static bool isOnDemand(const GlobalValue &value) {
  auto *function = dyn_cast<Function>(&value);
  return function && function->hasFnAttribute(kOnDemand);
}

/// The functions with bodies that belong to one part, the largest first.
static std::vector<Function *> definitions(Module &module) {
  std::vector<Function *> found;
  for (Function &function : module)
    if (!function.isDeclaration() && !isOnDemand(function))
      found.push_back(&function);
  llvm::stable_sort(found, [](Function *a, Function *b) {
    return a->getInstructionCount() > b->getInstructionCount();
  });
  return found;
}

static bool isRepeated(const GlobalVariable &global) {
  return global.isConstant() && global.hasInitializer() &&
         global.getDataLayout().getTypeAllocSize(global.getValueType()) <= kRepeatedBytes;
}

/// What other parts refer to needs a symbol; nobody outside of the object sees it.
static void giveSymbols(Module &module) {
  for (GlobalValue &value : module.global_values()) {
    auto *global = dyn_cast<GlobalVariable>(&value);
    if (!value.hasLocalLinkage() || (global && isRepeated(*global)))
      continue;
    if (!value.hasName())
      value.setName("lamina.part");
    value.setLinkage(GlobalValue::ExternalLinkage);
    value.setVisibility(GlobalValue::HiddenVisibility);
  }
}

static SmallVector<char, 0> bitcodeOf(Module &module, function_ref<bool(const GlobalValue *)> has) {
  ValueToValueMapTy values;
  std::unique_ptr<Module> part = CloneModule(module, values, [&](const GlobalValue *value) {
    auto *global = dyn_cast<GlobalVariable>(value);
    return has(value) || isOnDemand(*value) || (global && global->hasLocalLinkage());
  });
  SmallVector<char, 0> bytes;
  raw_svector_ostream stream(bytes);
  WriteBitcodeToFile(*part, stream);
  return bytes;
}

std::vector<SmallVector<char, 0>> split(Module &module, unsigned count) {
  std::vector<Function *> functions = definitions(module);
  unsigned instructions = 0;
  for (Function *function : functions)
    instructions += function->getInstructionCount();
  count = std::min<unsigned>({count, unsigned(functions.size()), instructions / kWorthAThread});
  if (count < 2)
    return {};

  // The largest that is left goes to the part with the least work.
  std::vector<unsigned> work(count, 0);
  DenseMap<const GlobalValue *, unsigned> partOf;
  for (Function *function : functions) {
    unsigned part = std::min_element(work.begin(), work.end()) - work.begin();
    work[part] += function->getInstructionCount();
    partOf[function] = part;
  }
  giveSymbols(module);
  std::vector<SmallVector<char, 0>> parts;
  for (unsigned part = 0; part < count; ++part)
    parts.push_back(
        bitcodeOf(module, [&](const GlobalValue *value) { return partOf.lookup(value) == part; }));
  return parts;
}

Expected<std::unique_ptr<Module>> read(ArrayRef<char> bitcode, LLVMContext &context) {
  return parseBitcodeFile(MemoryBufferRef(StringRef(bitcode.data(), bitcode.size()), "lamina"),
                          context);
}

Error join(ArrayRef<SmallVector<char, 0>> objects, SmallVectorImpl<char> &bytes) {
  std::vector<NewArchiveMember> members;
  std::vector<std::string> names;
  for (size_t i = 0; i < objects.size(); ++i)
    names.push_back(std::to_string(i) + ".o");
  for (auto [object, name] : llvm::zip_equal(objects, names))
    members.emplace_back(MemoryBufferRef(StringRef(object.data(), object.size()), name));
  auto archive = writeArchiveToBuffer(members, SymtabWritingMode::NoSymtab, object::Archive::K_GNU,
                                      /*Deterministic=*/true,
                                      /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  bytes.append((*archive)->getBufferStart(), (*archive)->getBufferEnd());
  return Error::success();
}

} // namespace mlir::lamina::jit
