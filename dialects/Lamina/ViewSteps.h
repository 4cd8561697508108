/// View operations as attributes: the steps of a replay recipe.
#ifndef LAMINA_VIEWSTEPS_H
#define LAMINA_VIEWSTEPS_H

#include "dialects/Lamina/Lamina.h"

namespace mlir::lamina {

/// The step that describes `view`: its name and parameters. What an operation says through its
/// result type becomes a parameter too: `shape` of reshape and expand, `dtype` of bitcast.
ViewStepAttr viewStep(ViewOpInterface view);

/// Applies `step` to `base`, an array of either world. Fails, after an error at `loc`, if no view
/// has that name or its parameters do not fit `base`.
FailureOr<Value> applyViewStep(OpBuilder &builder, Location loc, Value base, ViewStepAttr step);

} // namespace mlir::lamina

#endif // LAMINA_VIEWSTEPS_H
