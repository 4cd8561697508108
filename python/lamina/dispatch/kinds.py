"""What the type of an argument means for a call, looked up once a type."""

from __future__ import annotations

import numbers

import numpy as np

from ..tensor import Tensor
from .function import overrides

PLAIN, SCALAR, SEQUENCE, LAYERED, NUMPY, FOREIGN = range(6)


class _Kinds(dict):
    """Kinds by type.

    PLAIN: a tensor that asks for no layer. LAYERED: one with a protocol of its own, or an object that
    is no tensor but sees calls. SCALAR: a Python number or None. NUMPY: a NumPy scalar, which counts as a Python number. SEQUENCE: list or
    tuple. FOREIGN: all else.
    """

    def __missing__(self, cls: type) -> int:
        if issubclass(cls, Tensor):
            layered = overrides(cls) or hasattr(cls, "__torch_dispatch__")
            kind = LAYERED if layered else PLAIN
        elif overrides(cls):
            kind = LAYERED
        elif issubclass(cls, np.generic):
            kind = NUMPY
        elif issubclass(cls, (list, tuple)):
            kind = SEQUENCE
        else:
            kind = SCALAR if issubclass(cls, (numbers.Number, type(None))) else FOREIGN
        self[cls] = kind
        return kind


kinds = _Kinds()
