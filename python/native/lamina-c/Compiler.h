/// LLVM dialect to object code.
#ifndef LAMINA_C_COMPILER_H
#define LAMINA_C_COMPILER_H

#include "python/native/lamina-c/Support.h"

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The result of one compilation: object bytes and, on request, the texts of
/// the stages before them.
typedef struct LaminaObject LaminaObject;

typedef struct LaminaCompileOptions {
  /// 0 (no optimisation, fastest to compile) to 3.
  int optLevel;
  /// Vector width in bits that the loop vectoriser prefers; 0 leaves the choice
  /// to LLVM's description of the CPU.
  int vectorWidth;
  /// Keep the optimised LLVM IR and the assembly for inspection.
  bool keepText;
  /// Target CPU; null means the host.
  const char *cpu;
  /// Comma-separated `+feature` / `-feature`. With no cpu given they amend the
  /// host's features, otherwise those that the cpu implies. May be null.
  const char *features;
} LaminaCompileOptions;

/// Wall-clock seconds of each stage of one compilation.
typedef struct LaminaStageSeconds {
  double translate;
  double optimize;
  double codegen;
} LaminaStageSeconds;

/// Compiles `module`, a builtin.module in the LLVM dialect, to position
/// independent object code. The module is not changed.
///
/// Every llvm.func that carries the unit attribute `lamina.entry` gets a second
/// symbol `<name>_packed` with the signature `void(void **arguments)`. A pointer
/// parameter is passed arguments[i] itself; an integer or float parameter is
/// loaded from the memory arguments[i] points to. An entry returns nothing.
LAMINA_EXPORTED LaminaObject *laminaCompile(MlirOperation module,
                                            const LaminaCompileOptions *options,
                                            LaminaStageSeconds *seconds, char **error);

LAMINA_EXPORTED LaminaBytes laminaObjectGetBytes(const LaminaObject *object);
/// Optimised LLVM IR; empty unless keepText was set.
LAMINA_EXPORTED LaminaBytes laminaObjectGetLLVMIR(const LaminaObject *object);
/// Assembly; empty unless keepText was set.
LAMINA_EXPORTED LaminaBytes laminaObjectGetAssembly(const LaminaObject *object);
LAMINA_EXPORTED void laminaObjectDestroy(LaminaObject *object);

/// The host as LLVM names it; release both with laminaStringFree.
LAMINA_EXPORTED char *laminaHostCPU(void);
LAMINA_EXPORTED char *laminaHostFeatures(void);

/// Bits of the widest float vectors of the target that `options` name, which passes take from the
/// attribute `lamina.vector_bits` of a module; 0 with an error for an unknown target.
LAMINA_EXPORTED int laminaVectorBits(const LaminaCompileOptions *options, char **error);

#ifdef __cplusplus
}
#endif

#endif // LAMINA_C_COMPILER_H
