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
    # Threading stays on: forward and backward are compiled at the same time, and a context that is
    # told there is one thread does not guard what it shares.
    made = ir.Context()
    bindings.append_dialect_search_prefix("lamina.ir.dialects")
    native.register(made)
    return made


def unknown() -> ir.Location:
    """The location of what no user line stands for."""
    return ir.Location.unknown(context())
