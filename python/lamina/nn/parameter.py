"""Parameter and Buffer: tensors that a Module registers by their class alone."""

from __future__ import annotations

from ..dispatch.function import disabled_torch_function
from ..tensor import Tensor
from ..wrapper import is_wrapper


class _Marked(type):
    """The class of Parameter and Buffer: a wrapper tensor keeps its own class, and is an instance of
    them by a mark.
    """

    def __instancecheck__(cls, value) -> bool:
        if type.__instancecheck__(cls, value):
            return True
        mark = cls.__dict__.get("_mark")
        return mark is not None and isinstance(value, Tensor) and mark in value.__dict__


def _mark(wrapper: Tensor, mark: str) -> Tensor:
    """A leaf like a wrapper tensor, with a mark. Raises TypeError when its class cannot detach it."""
    leaf = wrapper.detach()
    if type(leaf) is not type(wrapper) or leaf is wrapper:
        raise TypeError(
            f"detach() of a {type(wrapper).__name__} must give another {type(wrapper).__name__}"
        )
    leaf.__dict__[mark] = True
    return leaf


def _adopt(cls: type, data: Tensor | None) -> Tensor:
    """A leaf tensor of class `cls` over the memory of `data`: its own autograd history, the same
    version.
    """
    if data is None:
        from .. import empty

        data = empty(0)
    if not isinstance(data, Tensor):
        raise TypeError(f"{cls.__name__} is made from a Tensor, got {type(data).__name__}")
    adopted = object.__new__(cls)
    adopted._array, adopted._storage = data._array, data._storage
    adopted._strides, adopted._offset = data._strides, data._offset
    adopted._autograd, adopted._view, adopted._counter = None, None, data._counter
    return adopted


class Parameter(Tensor, metaclass=_Marked):
    """A tensor that a Module counts among its parameters; it requires grad unless told otherwise.

    Parameter(data=None, requires_grad=True) shares the memory of `data`, which must be floating
    point or complex for requires_grad. Operators on it return plain Tensors. A wrapper tensor gives
    one of its own class, with inner tensors over the same memory.
    """

    __slots__ = ()
    _mark = "_is_param"
    __torch_function__ = disabled_torch_function

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True):
        """A leaf over the memory of `data`."""
        is_made = isinstance(data, Tensor) and is_wrapper(data)
        param = _mark(data, cls._mark) if is_made else _adopt(cls, data)
        if requires_grad:
            param.requires_grad_(True)
        return param

    def __deepcopy__(self, memo: dict) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self) -> str:
        return f"Parameter containing:\n{self.data.requires_grad_(self.requires_grad)!r}"


class Buffer(Tensor, metaclass=_Marked):
    """A tensor that a Module counts among its buffers; `persistent` says whether its state dict has
    it.

    Buffer(data=None, *, persistent=True) shares the memory of `data`. Operators on it return plain
    Tensors. A wrapper tensor gives one of its own class.
    """

    _mark = "_is_buffer"
    __torch_function__ = disabled_torch_function

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True):
        """A tensor over the memory of `data`."""
        is_made = isinstance(data, Tensor) and is_wrapper(data)
        buffer = _mark(data, cls._mark) if is_made else _adopt(cls, data)
        buffer.persistent = persistent
        return buffer
