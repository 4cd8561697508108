"""Reverse-mode differentiation: `backward`, `grad`, `Function`, hooks and grad modes.

The graph is recorded by `lamina.dispatch.autograd` and run by `engine`. Formulas are the registry's, and
are written in tensor operators, so gradients are themselves differentiable and traceable.
"""

# ruff: noqa: F401
from __future__ import annotations

from ..errors import AutogradError
from ..tensor import Tensor
from . import graph
from .engine import run
from .function import Function
from .meta import accumulator, edge, ensure, grad_fn, requires_grad
from .modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    save_on_cpu,
    saved_tensors_hooks,
    set_grad_enabled,
)

graph.saved_tensors_hooks = saved_tensors_hooks
graph.save_on_cpu = save_on_cpu


def backward(
    tensors,
    grad_tensors=None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs=None,
) -> None:
    """Adds to `grad` of the leaves (or of `inputs`) the gradients of `tensors`.

    `grad_tensors` are the incoming gradients, one per tensor; None stands for 1 and needs a one-element tensor.
    Raises AutogradError for tensors without a graph.
    """
    tensors = _sequence(tensors)
    roots = _roots(tensors, _sequence(grad_tensors, len(tensors)))
    keep = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        run(roots, keep, create_graph)
        return
    inputs = _sequence(inputs)
    if not inputs:
        raise AutogradError("inputs= of backward() must not be empty")
    edges = _targets(inputs)
    captured = run(roots, keep, create_graph, edges, accumulate=True)
    for tensor, (node, _), found in zip(inputs, edges, captured):
        if not isinstance(node, graph.AccumulateGrad) and found is not None:
            graph.accumulate(tensor, found)


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple:
    """Gradients of `outputs` with respect to `inputs`, as a tuple; nothing is accumulated.

    An input that does not take part is an AutogradError, or None with allow_unused, or zeros with materialize_grads.
    """
    outputs, inputs = _sequence(outputs), _sequence(inputs)
    roots = _roots(outputs, _sequence(grad_outputs, len(outputs)))
    keep = create_graph if retain_graph is None else retain_graph
    if allow_unused is None:
        allow_unused = materialize_grads
    found = run(roots, keep, create_graph, _targets(inputs), accumulate=False)
    if not allow_unused and any(g is None for g in found):
        raise AutogradError(
            "One of the differentiated Tensors appears to not have been used in the graph. Set "
            "allow_unused=True if this is the desired behavior."
        )
    if materialize_grads:
        found = [
            graph.zeros(graph.OutputMeta.of(x)) if g is None else g for g, x in zip(found, inputs)
        ]
    return tuple(
        [
            g if g is None or create_graph else g.detach() if g._autograd is not None else g
            for g in found
        ]
    )


def _sequence(value, count: int | None = None) -> list:
    if value is None:
        return [None] * (count or 0)
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _roots(tensors: list, grads: list) -> list:
    if len(tensors) != len(grads):
        raise AutogradError(f"got {len(tensors)} tensors and {len(grads)} gradients")
    return [
        _root(i, t, g)
        for i, (t, g) in enumerate(zip(tensors, grads))
        if g is not None or t is not None
    ]


def _root(index: int, tensor: Tensor, grad):
    found = edge(tensor)
    if found is None:
        raise AutogradError(
            f"element {index} of tensors does not require grad and does not have a grad_fn"
        )
    if grad is None:
        if tensor.numel() != 1:
            raise AutogradError(
                "grad can be implicitly created only for scalar outputs, got a tensor of shape "
                f"{list(tensor.shape)}"
            )
        grad = _one(tensor)
    elif tuple(grad.shape) != tuple(tensor.shape):
        raise AutogradError(
            f"Mismatch in shape: grad_output[{index}] has a shape of {list(grad.shape)} and "
            f"output[{index}] has a shape of {list(tensor.shape)}."
        )
    return (*found, grad)


def _one(tensor):
    from ..ops.registry import aten

    return aten.full(tensor.sizes, 1, dtype=tensor.dtype, device=tensor.device)


def _targets(inputs: list) -> list:
    edges = []
    for i, tensor in enumerate(inputs):
        found = edge(tensor)
        if found is None:
            raise AutogradError(
                f"One of the differentiated Tensors does not require grad (input {i} of shape "
                f"{list(tensor.shape)})"
            )
        edges.append(found)
    return edges
