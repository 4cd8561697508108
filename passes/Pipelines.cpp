/// The named pipelines: what `lamina-opt --lamina-<name>-pipeline` and Python run.
#include "passes/Passes.h"

void mlir::lamina::registerPipelines() {}
