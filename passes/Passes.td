#ifndef LAMINA_PASSES
#define LAMINA_PASSES

include "mlir/Pass/PassBase.td"

// Every pass states what it does, the invariant it leaves, and IR before and after.
// `lamina-foo-bar` lives in passes/<Stage>/FooBar.cpp and is tested by
// test/passes/<Stage>/foo-bar.mlir.

#endif // LAMINA_PASSES
