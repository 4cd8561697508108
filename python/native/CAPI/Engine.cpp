/// C API of the in-process linker.
#include "python/native/lamina-c/Engine.h"

#include "python/native/CAPI/Support.h"
#include "python/native/JIT/Engine.h"

using namespace mlir::lamina;

struct LaminaProgram {
  jit::Engine &engine;
  llvm::orc::JITDylib &library;
};

LaminaProgram *laminaProgramLoad(LaminaBytes object, const char *name, char **error) {
  auto engine = jit::Engine::get();
  if (!engine)
    return fail(engine.takeError(), error);
  auto library = engine->load({object.data, object.size}, name);
  if (!library)
    return fail(library.takeError(), error);
  return new LaminaProgram{*engine, *library};
}

void *laminaProgramLookup(LaminaProgram *program, const char *symbol, char **error) {
  auto address = program->engine.lookup(program->library, symbol);
  if (!address)
    return fail(address.takeError(), error);
  return *address;
}

void laminaProgramUnload(LaminaProgram *program) {
  // Removal can only fail for a library that is already gone.
  llvm::consumeError(program->engine.unload(program->library));
  delete program;
}
