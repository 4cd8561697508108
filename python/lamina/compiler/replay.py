"""Replaying views: the steps of a `lamina.alias` recipe as operator calls on the caller's own
tensors.

The calls go through the dispatcher, so the results are views like any other: they share storage and
versions with their base, and autograd knows how they were made.
"""

from __future__ import annotations

from collections.abc import Callable

from ..dtypes import from_numpy
from ..errors import CompileError
from ..ir.descriptors import View
from ..ops.registry import aten
from ..tensor import Tensor

Replay = Callable[[Tensor], Tensor]


def replay(views: tuple[View, ...]) -> Replay:
    """A function that applies the views in order. Raises CompileError for an unknown view."""
    steps = [step for view in views for step in _steps(view)]

    def run(tensor: Tensor) -> Tensor:
        for op, args in steps:
            tensor = op(tensor, *args)
        return tensor

    return run


def _steps(view: View) -> list[tuple[Callable, tuple]]:
    """The operator calls that make one view primitive."""
    make = _PRIMITIVES.get(view.name)
    if make is None:
        raise CompileError(f"no operator replays the view '{view.name}'")
    return make(**view.attributes)


def _slices(starts: tuple, stops: tuple, steps: tuple) -> list:
    bounds = enumerate(zip(starts, stops, steps, strict=True))
    return [(aten.slice.Tensor, (dim, *bound)) for dim, bound in bounds]


def _relative_as_strided(sizes: tuple, strides: tuple, offset: int) -> list:
    def run(tensor: Tensor) -> Tensor:
        # The primitive counts elements of its operand, the operator those of the storage.
        return aten.as_strided.default(tensor, sizes, strides, tensor.storage_offset() + offset)

    return [(run, ())]


_PRIMITIVES: dict[str, Callable[..., list]] = {
    "alias": lambda: [(aten.alias.default, ())],
    "permute": lambda dims: [(aten.permute.default, (dims,))],
    "reshape": lambda shape: [(aten.view.default, (shape,))],
    "expand": lambda shape: [(aten.expand.default, (shape,))],
    "slice": _slices,
    "squeeze": lambda dims: [(aten.squeeze.dims, (dims,))],
    "unsqueeze": lambda dims: [(aten.unsqueeze.default, (d,)) for d in sorted(dims)],
    "diagonal": lambda offset, dim1, dim2: [(aten.diagonal.default, (offset, dim1, dim2))],
    "as_strided": _relative_as_strided,
    "unfold": lambda dim, size, step: [(aten.unfold.default, (dim, size, step))],
    "real": lambda: [(aten.view_as_real.default, ()), (aten.select.int, (-1, 0))],
    "imag": lambda: [(aten.view_as_real.default, ()), (aten.select.int, (-1, 1))],
    "view_as_real": lambda: [(aten.view_as_real.default, ())],
    "view_as_complex": lambda: [(aten.view_as_complex.default, ())],
    "bitcast": lambda dtype: [(aten.view.dtype, (from_numpy(dtype),))],
}
