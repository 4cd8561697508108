"""What MLIR reports, as lamina's own exceptions: the operation, the shapes, the user's line."""

from __future__ import annotations

from collections.abc import Iterable

from mlir import ir

from ..errors import LaminaError, VerifyError
from .locations import frame_of


def error_from(
    failure: ir.MLIRError, *, op: str | None = None, kind: type[LaminaError] = VerifyError
) -> LaminaError:
    """`failure` as an exception of class `kind`, at the user line that its first located diagnostic
    names.
    """
    diagnostics = list(_flatten(failure.error_diagnostics))
    message = "; ".join(dict.fromkeys(d.message for d in diagnostics)) or str(failure)
    frame = next(filter(None, (frame_of(d.location) for d in diagnostics)), None)
    return kind(message, op=op, frame=frame)


def _flatten(diagnostics: Iterable) -> Iterable:
    for diagnostic in diagnostics:
        yield diagnostic
        yield from _flatten(diagnostic.notes)
