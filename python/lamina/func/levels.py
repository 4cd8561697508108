"""Levels and the tensors that belong to one.

A `LevelTensor` is a Tensor with a `value`: what it is to the levels outside. Its geometry is that of
the value as the level sees it, so shapes and dtypes can be asked of it like of any tensor; only its
data cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import optree

from ..autograd.meta import requires_grad
from ..dispatch.function import disabled_torch_function
from ..dispatch.state import state
from ..errors import DataDependentError, LaminaError, UnsupportedError
from ..storage import VersionCounter
from ..tensor import Tensor

_NAMESPACE = "lamina"


class LevelArray:
    """What kernels would see of a LevelTensor: how it looks, and an error instead of data."""

    __slots__ = ("dtype", "itemsize", "ndim", "shape", "size")

    def __init__(self, shape: tuple, dtype):
        self.shape, self.dtype = shape, dtype
        self.ndim, self.itemsize = len(shape), dtype.itemsize
        self.size = 1
        for size in shape:
            self.size *= size

    def __array__(self, dtype=None, copy=None):
        raise LaminaError(
            f"a tensor of shape {list(self.shape)} belongs to a function transform that has ended; "
            "return it from the function instead"
        )


class LevelTensor(Tensor):
    """A tensor as `level` sees it; `value` is what it stands for outside of that level."""

    __torch_function__ = disabled_torch_function

    def _known(self, asked: str):
        raise DataDependentError(
            f"{asked} needs the value of a tensor of shape {list(self.shape)} inside of a function "
            "transform, where it stands for other values; use where() instead of Python's `if`"
        )

    def _without_history(self) -> LevelTensor:
        # Only at this level: outside the value keeps what leads to it.
        twin = self.level.wrap(self.value)
        twin._counter = self._counter
        return twin

    def __repr__(self) -> str:
        kind = type(self.level).__name__
        return f"LevelTensor(shape={list(self.shape)}, dtype={self.dtype}, level={kind})"


class Level:
    """One active transform. `skip` leading dimensions of a value are invisible at the level."""

    skip = 0

    def process(self, op, args: tuple):
        """Interprets one call. Runs with this level taken off `state.transforms`."""
        raise NotImplementedError

    def draw(self, words: Callable, count: int) -> Tensor:
        """What the function gets when it draws `count` random words; `words` draws outside."""
        return words(count)

    @contextmanager
    def active(self) -> Iterator[None]:
        """Puts the level on top for the duration of a with block."""
        with state.override(transforms=(*state.transforms, self)):
            yield

    def check_function(self, name: str, tensors: list) -> None:
        """Raises UnsupportedError for an `autograd.Function` whose arguments are differentiated outside
        of this level, which would see the operators of its forward instead of its backward.
        """
        if any(self.owns(t) and _requires_grad(t.value) for t in tensors):
            raise UnsupportedError(
                f"{name} is an autograd.Function in a transform inside of another derivative; "
                "differentiate it by one transform only, or write it with operators"
            )

    def owns(self, value) -> bool:
        """Whether `value` is a tensor of this level."""
        return type(value) is LevelTensor and value.level is self

    def sees(self, args: tuple) -> bool:
        """Whether a tensor of this level is among the arguments."""
        return any(
            self.owns(value) or (isinstance(value, (list, tuple)) and self.sees(value))
            for value in args
        )

    def wrap(self, value: Tensor) -> LevelTensor:
        """A new tensor of this level that stands for `value`."""
        tensor = object.__new__(LevelTensor)
        tensor.level = self
        tensor._autograd = tensor._view = None
        tensor._counter = None if value._counter is None else VersionCounter()
        self.look(tensor, value)
        return tensor

    def look(self, tensor: LevelTensor, value: Tensor) -> None:
        """Makes `tensor` stand for `value` from here on."""
        tensor.value = value
        tensor._array = LevelArray(tuple(value.sizes[self.skip :]), value._array.dtype)
        tensor._storage = value._storage
        tensor._strides, tensor._offset = value.strides[self.skip :], value._offset

    def unwrap(self, value):
        """What a tensor of this level stands for; anything else as it is."""
        return value.value if self.owns(value) else value

    def check_target(self, op, target) -> None:
        """Raises UnsupportedError for a write to a tensor from outside of the level."""
        if not self.owns(target):
            raise UnsupportedError(
                "the function of a transform writes to a tensor that it did not get as an argument "
                f"or make itself, of shape {list(target.shape)}; return the new value instead",
                op=op.name,
            )


def _requires_grad(value: Tensor) -> bool:
    """Whether a level outside, or autograd itself, differentiates by the value."""
    return requires_grad(value) or (type(value) is LevelTensor and _requires_grad(value.value))


def map_tensors(fn: Callable, args: tuple) -> tuple:
    """`args` with `fn` of each tensor among them, also those in lists."""
    return tuple([_mapped(fn, value) for value in args])


def _mapped(fn: Callable, value):
    if isinstance(value, Tensor):
        return fn(value)
    if isinstance(value, (list, tuple)):
        return type(value)([_mapped(fn, v) for v in value])
    return value


def flatten(tree) -> tuple[list, optree.PyTreeSpec]:
    """The leaves of arguments or results, and their structure; None is a leaf."""
    return optree.tree_flatten(tree, none_is_leaf=True, namespace=_NAMESPACE)


def unflatten(spec: optree.PyTreeSpec, leaves) -> object:
    """The tree of structure `spec` with these leaves."""
    return optree.tree_unflatten(spec, leaves)


def spread(prefix, tree) -> list:
    """The leaves of `prefix`, each repeated for all leaves of `tree` that stand under it."""
    return optree.broadcast_prefix(prefix, tree, none_is_leaf=True, namespace=_NAMESPACE)
