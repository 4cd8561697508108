/// LLVM IR to object bytes or assembly.
#include "python/native/JIT/Compile.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace mlir::lamina::jit {

Error emit(Module &module, TargetMachine &machine, CodeGenFileType type,
           SmallVectorImpl<char> &bytes) {
  raw_svector_ostream stream(bytes);
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, /*DwoOut=*/nullptr, type))
    return createStringError("the target cannot emit this kind of file");
  passes.run(module);
  return Error::success();
}

} // namespace mlir::lamina::jit
