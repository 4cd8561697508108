"""What the type of an argument means for a call, looked up once a type."""

from __future__ import annotations

from ..tensor import Tensor
from .function import overrides

OTHER, PLAIN, LAYERED, SEQUENCE = range(4)


class _Kinds(dict):
    """OTHER: no tensor. PLAIN: a tensor that asks for no layer. LAYERED: one with a protocol of its own. SEQUENCE."""

    def __missing__(self, cls: type) -> int:
        if issubclass(cls, Tensor):
            kind = LAYERED if overrides(cls) or hasattr(cls, "__torch_dispatch__") else PLAIN
        else:
            kind = SEQUENCE if issubclass(cls, (list, tuple)) else OTHER
        self[cls] = kind
        return kind


kinds = _Kinds()
