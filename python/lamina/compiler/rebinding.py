"""The caller's tensors after a program changed their geometry, memory or place in the graph."""

from __future__ import annotations

import numpy as np

from ..autograd.inplace import check_target, rebase
from ..autograd.meta import requires_grad, set_history
from ..autograd.nodes import Node, OutputMeta
from ..autograd.views import Step, ViewInfo
from ..dispatch.state import state
from ..errors import AutogradError, ShapeError
from ..ops.registry import aten
from ..storage import Geometry
from ..tensor import Tensor, make
from .backward import WriteBack


def check_rebind(tensor: Tensor, name: str) -> None:
    """Raises AutogradError where the views that lead to the new place would be refused eagerly."""
    if state.grad_enabled and requires_grad(tensor):
        check_target(tensor, name)


def accumulator_of(tensor: Tensor) -> Node | None:
    """The node that a gradient of a leaf arrives at, None where no graph has it."""
    meta = tensor._autograd
    return meta.accumulator() if meta is not None and meta.accumulator is not None else None


def look_anew(tensor: Tensor) -> None:
    """Makes the node that a gradient of a leaf arrives at expect one that looks as the leaf does now."""
    node = accumulator_of(tensor)
    if node is not None:
        node.outputs = [OutputMeta.of(tensor)]


def move(tensor: Tensor, place: Tensor) -> None:
    """Makes `tensor` look at memory as `place` does. Its version and its history stay its own."""
    is_view_of_itself = place._storage is tensor._storage
    tensor._array, tensor._storage = place._array, place._storage
    tensor._strides, tensor._offset = place._strides, place._offset
    info = tensor._view
    if info is not None and is_view_of_itself:
        step = Step(aten.as_strided.default, tuple(tensor.geometry), None)
        tensor._view = ViewInfo(
            info.base, (*info.chain, step), info.creation, info.version, info.seen
        )


def move_on(tensor: Tensor, place: Tensor) -> None:
    """`move` to a view of `tensor`, which becomes its history."""
    move(tensor, place)
    meta = place._autograd
    if meta is not None and meta.grad_fn is not None:
        _retain(tensor, meta.grad_fn, meta.output_nr)
        set_history(tensor, meta.grad_fn, meta.output_nr)
        if tensor._view is not None and tensor._counter is not None:
            tensor._view.version = tensor._counter.version


def move_and_rebase(tensor: Tensor, place: Tensor, before, node: Node, root: int) -> None:
    """`move` of a tensor whose history, to which `before` led, goes on with output number `root` of
    `node`.
    """
    move(tensor, place)
    node.outputs[root] = meta = OutputMeta.of(tensor)
    rebase(tensor, WriteBack([before, (node, root)], meta))


def check_cut_off(tensor: Tensor, name: str) -> None:
    """Raises AutogradError where a tensor cannot be cut off from its history."""
    if tensor._view is not None:
        raise AutogradError("Can't detach views in-place. Use detach() instead.", op=name)


def check_resize(tensor: Tensor, name: str) -> None:
    """Raises ShapeError where the memory of a tensor cannot be resized."""
    if not tensor._storage.resizable():
        raise ShapeError("trying to resize storage that is not resizable", op=name)


def resized(tensor: Tensor, array: np.ndarray) -> Tensor:
    """All memory of a tensor as a vector, after it took over the size and the data of `array`."""
    storage = tensor._storage
    storage.resize_(array.nbytes)
    storage.bytes[:] = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return make(storage.array(Geometry((array.size,), (1,)), array.dtype), storage)


def move_base(base: Tensor, place: Tensor) -> Tensor:
    """`move` of memory of the program, which takes over the history of `place`; the base itself."""
    move(base, place)
    base._autograd = place._autograd
    return base


def _retain(tensor: Tensor, node: Node, number: int) -> None:
    """Goes on to keep the gradient of a tensor that asked for it."""
    meta = tensor._autograd
    if meta is not None and meta.retains_grad and meta.grad_fn is not None:
        node.retain(number, meta.grad_fn.retained.pop(meta.output_nr))
