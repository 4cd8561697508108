/// Object code in this process.
#include "python/native/JIT/Engine.h"

#include "python/native/JIT/RuntimeSymbols.h"
#include "python/native/JIT/Target.h"

#include "llvm/BinaryFormat/Magic.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/Object/Archive.h"
#include "llvm/Support/MemoryBuffer.h"

#include <mutex>

using namespace llvm;
using namespace llvm::orc;

namespace mlir::lamina::jit {

/// ORC reports why linking failed to the session and gives the caller only
/// "failed to materialize"; the reasons of this thread are kept here. Linking
/// runs on the thread that asked for it.
static thread_local std::string linkProblems;

static void collectLinkProblem(Error error) {
  if (!linkProblems.empty())
    linkProblems += '\n';
  linkProblems += toString(std::move(error));
}

static Error withLinkProblems(Error error) {
  std::string text = std::exchange(linkProblems, {});
  if (!text.empty())
    text += '\n';
  return createStringError(text + toString(std::move(error)));
}

static Expected<JITDylib *> createRuntimeLibrary(LLJIT &jit) {
  auto library = jit.createJITDylib("lamina-runtime");
  if (!library)
    return library.takeError();
  SymbolMap symbols;
  for (const RuntimeSymbol &symbol : runtimeSymbols())
    symbols[jit.mangleAndIntern(symbol.name)] = {
        ExecutorAddr::fromPtr(symbol.address), JITSymbolFlags::Exported | JITSymbolFlags::Callable};
  if (Error error = library->define(absoluteSymbols(std::move(symbols))))
    return std::move(error);
  return &*library;
}

Expected<std::unique_ptr<Engine>> Engine::create() {
  initializeNativeTarget();
  // Objects carry no static initialisers, so the generic platform's support for
  // them would only make every load slower.
  auto jit = LLJITBuilder().setPlatformSetUp(setUpInactivePlatform).create();
  if (!jit)
    return jit.takeError();
  (*jit)->getExecutionSession().setErrorReporter(collectLinkProblem);
  auto runtime = createRuntimeLibrary(**jit);
  if (!runtime)
    return runtime.takeError();
  auto engine = std::make_unique<Engine>();
  engine->jit = std::move(*jit);
  engine->runtime = *runtime;
  return engine;
}

Expected<Engine &> Engine::get() {
  static std::mutex mutex;
  static Engine *engine = nullptr;
  std::lock_guard<std::mutex> lock(mutex);
  if (!engine) {
    auto created = create();
    if (!created)
      return created.takeError();
    engine = created->release();
  }
  return *engine;
}

/// Adds an object, or all of an archive.
static Error addObjects(LLJIT &jit, JITDylib &library, StringRef bytes, StringRef name) {
  if (identify_magic(bytes) != file_magic::archive)
    return jit.addObjectFile(library, MemoryBuffer::getMemBufferCopy(bytes, name));
  auto archive = object::Archive::create(MemoryBufferRef(bytes, name));
  if (!archive)
    return archive.takeError();
  Error error = Error::success();
  for (const object::Archive::Child &child : (*archive)->children(error)) {
    auto member = child.getMemoryBufferRef();
    if (!member)
      return joinErrors(std::move(error), member.takeError());
    if (Error failure =
            jit.addObjectFile(library, MemoryBuffer::getMemBufferCopy(member->getBuffer(), name)))
      return joinErrors(std::move(error), std::move(failure));
  }
  return error;
}

Expected<JITDylib &> Engine::load(StringRef object, StringRef name) {
  std::string unique = (name + "." + Twine(loaded++)).str();
  auto library = jit->createJITDylib(unique);
  if (!library)
    return library.takeError();
  JITDylibSearchOrder order = jit->defaultLinkOrder();
  order.insert(order.begin(), {runtime, JITDylibLookupFlags::MatchExportedSymbolsOnly});
  library->setLinkOrder(std::move(order));
  linkProblems.clear();
  Error error = addObjects(*jit, *library, object, unique);
  if (!error)
    return *library;
  error = withLinkProblems(std::move(error));
  return joinErrors(std::move(error), unload(*library));
}

Expected<void *> Engine::lookup(JITDylib &library, StringRef symbol) {
  linkProblems.clear();
  auto address = jit->lookup(library, symbol);
  if (!address)
    return withLinkProblems(address.takeError());
  return address->toPtr<void *>();
}

Error Engine::unload(JITDylib &library) {
  return jit->getExecutionSession().removeJITDylib(library);
}

} // namespace mlir::lamina::jit
