"""The exceptions lamina raises, each of which names the operator and the user's own line.

Every class also derives from the built-in exception a caller would expect (`RuntimeError`, `IndexError`,
`NotImplementedError`), so code written against those keeps working. Nothing here may import another room.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_INTERNAL = (_PACKAGE, "<frozen", "<lamina")
"""How the file names of code begin that no user wrote: the package, Python's own, and generated."""


class Frame(NamedTuple):
    """A place in the user's program."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def user_frame() -> Frame | None:
    """The innermost stack frame outside the lamina package, or None when there is none."""
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(_INTERNAL):
            return Frame(code.co_filename, frame.f_lineno, code.co_name)
        frame = frame.f_back
    return None


def user_stacklevel() -> int:
    """The `stacklevel` with which a caller's warning points at the user's own line."""
    frame, level = sys._getframe(1), 1
    while frame is not None and frame.f_code.co_filename.startswith(_INTERNAL):
        frame, level = frame.f_back, level + 1
    return level


class LaminaError(Exception):
    """Base of all lamina errors.

    `op` is the operator's name (filled in by the dispatcher when the raiser does not know it) and
    `user_frame` the user's file and line at the time of the raise.
    """

    def __init__(self, message: str = "", *, op: str | None = None, frame: Frame | None = None):
        super().__init__(message)
        self.message = message
        self.op = op
        self.user_frame = frame if frame is not None else user_frame()

    def __str__(self) -> str:
        head = f"{self.op}: " if self.op else ""
        tail = f"\n  at {self.user_frame}" if self.user_frame else ""
        return f"{head}{self.message}{tail}"


class ShapeError(LaminaError, RuntimeError):
    """Sizes or strides that the operator cannot take."""


class DtypeError(LaminaError, RuntimeError, TypeError):
    """A dtype that the operator cannot take or produce."""


class ArgumentError(LaminaError, TypeError):
    """Arguments that match no signature of the operator."""


class ValueError_(LaminaError, ValueError):
    """An argument of the right type with a value outside its range."""


class RangeError(ValueError_, RuntimeError):
    """A value outside its range where callers expect a RuntimeError."""


class ZeroDivisionError_(RangeError):
    """An integer that is divided by zero, where the data is seen."""


class DimError(LaminaError, IndexError):
    """A dimension or an index out of range."""


class BufferError_(LaminaError, BufferError):
    """Memory that cannot be handed to another library."""


class DeviceError(LaminaError, RuntimeError):
    """Operands on different devices, or a device that is not there."""


class AutogradError(LaminaError, RuntimeError):
    """A differentiation that is not defined: freed graphs, modified saved tensors, in-place on leaves."""


class UnsupportedError(LaminaError, NotImplementedError):
    """Something meaningful that lamina does not do."""


class NoDerivativeError(UnsupportedError):
    """An operator without a derivative stands where one is asked for."""


class LeftOutError(UnsupportedError, AttributeError):
    """A name of torch that lamina leaves out on purpose; the message says why."""


class DataDependentError(UnsupportedError):
    """A Python value was asked of a tensor whose data is not known while tracing."""


class UnregisteredError(UnsupportedError, LookupError):
    """A custom operator that IR or a saved object names and that this process has not registered."""


class LinAlgError(LaminaError, RuntimeError):
    """A matrix that a factorization or a solver cannot take: singular, not positive definite, not converging."""


class CompileError(LaminaError, RuntimeError):
    """A stage of the compiler failed."""


class VerifyError(CompileError):
    """IR that does not satisfy the invariant of its stage."""
