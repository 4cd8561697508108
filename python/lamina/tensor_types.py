"""The names that tensor types had before dtypes: `FloatTensor`, `Tensor.type()`.

A tensor type is callable like the legacy `Tensor` constructor, and `isinstance` knows its tensors.
"""

from __future__ import annotations

from . import dtypes
from .errors import ArgumentError
from .ops import construct
from .tensor import Tensor

_NAMES = {
    "FloatTensor": dtypes.float32,
    "DoubleTensor": dtypes.float64,
    "HalfTensor": dtypes.float16,
    "BFloat16Tensor": dtypes.bfloat16,
    "LongTensor": dtypes.int64,
    "IntTensor": dtypes.int32,
    "ShortTensor": dtypes.int16,
    "CharTensor": dtypes.int8,
    "ByteTensor": dtypes.uint8,
    "BoolTensor": dtypes.bool,
}
_BY_DTYPE = {dtype: name for name, dtype in _NAMES.items()}


class TensorType:
    """CPU tensors of one dtype: `FloatTensor(2, 3)` has those sizes, `FloatTensor([2, 3])` those values."""

    def __init__(self, name: str, dtype: dtypes.dtype):
        self.__name__, self.dtype = name, dtype

    def __call__(self, *data) -> Tensor:
        """A tensor of this type, of sizes, a sequence or a tensor."""
        return construct.legacy(Tensor, *data, dtype=self.dtype)

    def __instancecheck__(self, value) -> bool:
        return isinstance(value, Tensor) and value.dtype is self.dtype

    def __repr__(self) -> str:
        return f"<class 'lamina.{self.__name__}'>"


PUBLIC = {name: TensorType(name, dtype) for name, dtype in _NAMES.items()}


def by_type(t) -> dtypes.dtype:
    """The dtype of a tensor type or of its name. Raises ArgumentError for an unknown one."""
    if isinstance(t, TensorType):
        return t.dtype
    package, _, name = str(t).rpartition(".")
    if not isinstance(t, str) or package not in ("torch", "lamina") or name not in _NAMES:
        raise ArgumentError(f"invalid type {t!r}: expected one of {', '.join(_NAMES)}", op="type")
    return _NAMES[name]


def type_of(self, dtype=None, non_blocking: bool = False):
    """The name of this tensor's type; with a dtype, a tensor type or its name, this tensor cast to it."""
    if dtype is None:
        name = _BY_DTYPE.get(self.dtype)
        return f"lamina.{name}" if name else f"lamina.{self.dtype.name.capitalize()}Tensor"
    return self.to(dtype if isinstance(dtype, dtypes.dtype) else by_type(dtype))


Tensor.type = type_of
