/// The stages of the pipeline, in order.
#ifndef LAMINA_VERIFY_STAGE_H
#define LAMINA_VERIFY_STAGE_H

namespace mlir::lamina {

/// What a module has been through; each stage includes those before it.
enum class Stage {
  /// lamina-functionalize: tensors only.
  Functional,
  /// lamina-view-replay: no result shares memory.
  Replayed,
  /// lamina-partition: no function needs tangents and inputs at once.
  Partitioned,
  /// lamina-convert-to-linalg: no operation of the dialect.
  Linalg,
  /// one-shot-bufferize: no tensors.
  Bufferized,
  /// The conversions to LLVM: nothing else.
  LLVM,
};

} // namespace mlir::lamina

#endif // LAMINA_VERIFY_STAGE_H
