"""Where a backward pass starts and what it is asked for: tensors and gradient edges become
graph edges.
"""

from __future__ import annotations

from typing import NamedTuple

from ..dispatch.state import state
from ..errors import AutogradError
from ..ops.registry import aten
from ..storage import Hollow
from ..tensor import Tensor
from .meta import edge, requires_grad
from .nodes import DeadEnd


class GradientEdge(NamedTuple):
    """A place in the graph: the gradient of output `output_nr` of `node`. Stands for a tensor
    in `grad`.
    """

    node: object
    output_nr: int
    ownership_token: object = None


def listed(value, count: int = 0) -> list:
    """One value or a sequence as a list; None as `count` times None."""
    if value is None:
        return [None] * count
    if isinstance(value, GradientEdge):
        return [value]
    return list(value) if isinstance(value, (list, tuple)) else [value]


def roots_of(outputs: list, grads: list) -> list:
    """(node, output number, gradient) of each output. Raises AutogradError or TypeError."""
    if len(grads) < len(outputs):
        raise AutogradError(f"got {len(outputs)} tensors and {len(grads)} gradients")
    return [_root(i, o, g) for i, (o, g) in enumerate(zip(outputs, grads))]


def _root(index: int, output, grad):
    if grad is not None and not isinstance(grad, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(grad).__name__}")
    given = isinstance(output, GradientEdge)
    found = (output.node, output.output_nr) if given else edge(output)
    if found is None:
        raise AutogradError(
            f"element {index} of tensors does not require grad and does not have a grad_fn"
        )
    sizes, dtype, device = found[0].outputs[found[1]] if given else _seen(output)
    if grad is None:
        one = _implicit(sizes, dtype, device)
        if not given and type(output._array) is Hollow:
            with state.override(grad_enabled=False):
                one = aten.ones_like(output)
        return (*found, one)
    if tuple(grad.shape) != tuple(sizes):
        raise AutogradError(
            f"Mismatch in shape: grad_output[{index}] has a shape of {list(grad.shape)} and "
            f"output[{index}] has a shape of {list(sizes)}."
        )
    if (grad._array.dtype.kind == "c") != (dtype.kind == "c"):
        raise AutogradError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. "
            f"Mismatch in dtype: grad_output[{index}] has a dtype of {grad._array.dtype} and "
            f"output[{index}] has a dtype of {dtype}."
        )
    return (*found, grad)


def _seen(tensor) -> tuple:
    return tensor._array.shape, tensor._array.dtype, tensor._storage.device


def _implicit(sizes: tuple, dtype, device):
    """The gradient 1 of a real output of one element."""
    from ..dtypes import from_numpy

    if any(size != 1 for size in sizes):
        raise AutogradError(
            "grad can be implicitly created only for scalar outputs, got a tensor of shape "
            f"{list(sizes)}"
        )
    if dtype.kind == "c":
        raise AutogradError(
            f"grad can be implicitly created only for real scalar outputs but got {dtype}"
        )
    return aten.full(tuple(sizes), 1, dtype=from_numpy(dtype), device=device)


def targets_of(inputs: list) -> list:
    """The edges whose gradients are asked for. Raises AutogradError for an input that has none."""
    edges = []
    for i, given in enumerate(inputs):
        found = (given.node, given.output_nr) if isinstance(given, GradientEdge) else edge(given)
        if found is not None and isinstance(found[0], DeadEnd) and not found[0].is_target:
            found = None
        if found is None and requires_grad(given):
            # A view that was made under no_grad requires grad as its base does, but nothing leads to it.
            found = DeadEnd([], []), 0
        if found is None:
            raise AutogradError(
                "One of the differentiated Tensors does not require grad (input "
                f"{i} of shape {list(given.shape)})"
            )
        edges.append(found)
    return edges
