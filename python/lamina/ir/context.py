"""The one MLIR context of the process, with the dialect and passes of lamina registered."""

from __future__ import annotations

import functools

from mlir import ir
from mlir._mlir_libs._mlir import globals as bindings

# The bindings would import these when they first meet such an operation, in the middle of a trace.
from .. import native


@functools.cache
def context() -> ir.Context:
    """The context that all of lamina's IR lives in, made on first use."""
    made = ir.Context()
    # Functions are small and compiled one at a time: a thread pool costs more than it gives.
    made.enable_multithreading(False)
    bindings.append_dialect_search_prefix("lamina.ir.dialects")
    native.register(made)
    return made


def unknown() -> ir.Location:
    """The location of what no user line stands for."""
    return ir.Location.unknown(context())
