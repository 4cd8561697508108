/// What code is generated for.
#include "python/native/JIT/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"

using namespace llvm;

namespace mlir::lamina::jit {

void initializeNativeTarget() {
  static const bool once = [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    InitializeNativeTargetAsmParser();
    return true;
  }();
  (void)once;
}

std::string hostCPU() { return sys::getHostCPUName().str(); }

std::string hostFeatures() {
  SubtargetFeatures features;
  // The map is unordered; sorting makes the string usable in a cache key.
  StringMap<bool> host = sys::getHostCPUFeatures();
  std::vector<std::pair<StringRef, bool>> sorted;
  for (const auto &entry : host)
    sorted.emplace_back(entry.first(), entry.second);
  llvm::sort(sorted);
  for (const auto &[name, enabled] : sorted)
    features.AddFeature(name, enabled);
  return features.getString();
}

static Error checkCPU(const MCSubtargetInfo &info, StringRef cpu) {
  if (info.isCPUStringValid(cpu))
    return Error::success();
  return createStringError("unknown target cpu '" + cpu + "'");
}

static Error checkFeatures(const MCSubtargetInfo &info, StringRef features) {
  SmallVector<StringRef> parts;
  features.split(parts, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    if (!SubtargetFeatures::hasFlag(part))
      return createStringError("target feature '" + part + "' must start with '+' or '-'");
    StringRef name = SubtargetFeatures::StripFlag(part);
    bool known = llvm::any_of(info.getAllProcessorFeatures(),
                              [&](const auto &kv) { return name == kv.Key; });
    if (!known)
      return createStringError("unknown target feature '" + name + "'");
  }
  return Error::success();
}

static CodeGenOptLevel codeGenLevel(unsigned optLevel) {
  switch (optLevel) {
  case 0:
    return CodeGenOptLevel::None;
  case 1:
    return CodeGenOptLevel::Less;
  case 2:
    return CodeGenOptLevel::Default;
  default:
    return CodeGenOptLevel::Aggressive;
  }
}

Expected<std::unique_ptr<TargetMachine>> createTargetMachine(const TargetOptions &options) {
  initializeNativeTarget();
  Triple triple(sys::getProcessTriple());
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError(message);

  std::unique_ptr<MCSubtargetInfo> info(target->createMCSubtargetInfo(triple, "", ""));
  if (!info)
    return createStringError("no subtarget description for " + triple.str());
  if (!options.cpu.empty())
    if (Error error = checkCPU(*info, options.cpu))
      return std::move(error);
  if (Error error = checkFeatures(*info, options.features))
    return std::move(error);

  bool host = options.cpu.empty();
  std::string features = host ? hostFeatures() : "";
  if (!features.empty() && !options.features.empty())
    features += ',';
  features += options.features;

  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      triple, host ? hostCPU() : options.cpu, features, llvm::TargetOptions(), Reloc::PIC_,
      CodeModel::Small, codeGenLevel(options.optLevel)));
  if (!machine)
    return createStringError("cannot generate code for " + triple.str());
  return machine;
}

unsigned vectorBits(const TargetMachine &machine) {
  const MCSubtargetInfo &info = *machine.getMCSubtargetInfo();
  // Features of other architectures are unknown here, and none of them is wider by default.
  if (!machine.getTargetTriple().isX86())
    return 128;
  return info.checkFeatures("+avx512f") ? 512 : info.checkFeatures("+avx") ? 256 : 128;
}

} // namespace mlir::lamina::jit
