"""Replaying views: the steps of a `lamina.alias` recipe as text that calls operators on the caller's
own tensors.

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
from .code import Code

Step = tuple[Callable, tuple]


def replayed(code: Code, views: tuple[View, ...], source: str) -> str:
    """The text of `source` seen through the views, in order. Raises CompileError for an unknown
    view.
    """
    for op, args in (step for view in views for step in _steps(view)):
        name = code.ref(op, _name(op))
        source = f"{name}({', '.join([source, *(_argument(code, a) for a in args)])})"
    return source


def _name(op: Callable) -> str:
    return op.packet.__name__ if hasattr(op, "packet") else op.__name__.strip("_")


def _argument(code: Code, value) -> str:
    """A view's argument: numbers and tuples of them as they are, dtypes by name."""
    plain = value is None or isinstance(value, (int, tuple))
    return repr(value) if plain else code.ref(value, str(value).rpartition(".")[2])


def _steps(view: View) -> list[Step]:
    """The operator calls that make one view primitive."""
    make = _PRIMITIVES.get(view.name)
    if make is None:
        raise CompileError(f"no operator replays the view '{view.name}'")
    return make(**view.attributes)


def _slices(starts: tuple, stops: tuple, steps: tuple) -> list[Step]:
    bounds = enumerate(zip(starts, stops, steps, strict=True))
    return [(aten.slice.Tensor, (dim, *bound)) for dim, bound in bounds]


def _as_strided(tensor: Tensor, sizes: tuple, strides: tuple, offset: int) -> Tensor:
    # The primitive counts elements of its operand, the operator those of the storage.
    return aten.as_strided.default(tensor, sizes, strides, tensor.storage_offset() + offset)


_PRIMITIVES: dict[str, Callable[..., list[Step]]] = {
    "alias": lambda: [(aten.alias.default, ())],
    "permute": lambda dims: [(aten.permute.default, (dims,))],
    "reshape": lambda shape: [(aten.view.default, (shape,))],
    "expand": lambda shape: [(aten.expand.default, (shape,))],
    "slice": _slices,
    "squeeze": lambda dims: [(aten.squeeze.dims, (dims,))],
    "unsqueeze": lambda dims: [(aten.unsqueeze.default, (d,)) for d in sorted(dims)],
    "diagonal": lambda offset, dim1, dim2: [(aten.diagonal.default, (offset, dim1, dim2))],
    "as_strided": lambda sizes, strides, offset: [(_as_strided, (sizes, strides, offset))],
    "unfold": lambda dim, size, step: [(aten.unfold.default, (dim, size, step))],
    "real": lambda: [(aten.view_as_real.default, ()), (aten.select.int, (-1, 0))],
    "imag": lambda: [(aten.view_as_real.default, ()), (aten.select.int, (-1, 1))],
    "view_as_real": lambda: [(aten.view_as_real.default, ())],
    "view_as_complex": lambda: [(aten.view_as_complex.default, ())],
    "bitcast": lambda dtype: [(aten.view.dtype, (from_numpy(dtype),))],
}
