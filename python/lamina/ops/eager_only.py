"""Operators that only a library of the host knows: array functions that run eagerly and are never
traced.

An entry belongs here when it cannot be written over the primitives: LAPACK's factorizations,
Fourier transforms, draws that reject. In a trace it is an UnsupportedError that names it and its
operands.
"""

from __future__ import annotations

import functools

import numpy as np

from ..errors import LinAlgError, UnsupportedError
from .registry import op


def eager_only(text: str, *, tags=(), variants="", **facts):
    """Registers the decorated array function `kernel(*arguments)` as the operator with schema
    `text`.

    It is public only where `variants` says so. NumPy's LinAlgError becomes lamina's; in a trace the
    operator raises UnsupportedError.
    """

    def register(kernel):
        def impl(p, *operands):
            shapes = ", ".join(str(list(x.shape)) for x in operands if hasattr(x, "shape"))
            raise UnsupportedError(
                f"cannot be compiled, it calls a library of the host (operand shapes {shapes}); "
                "call it outside the compiled function"
            )

        @functools.wraps(kernel)
        def run(*arguments):
            try:
                with np.errstate(all="ignore"):
                    return kernel(*arguments)
            except np.linalg.LinAlgError as error:
                raise LinAlgError(str(error)) from error

        impl.__doc__ = kernel.__doc__
        op(text, kernel=run, variants=variants, tags=(*tags, "eager_only"), **facts)(impl)
        return kernel

    return register
