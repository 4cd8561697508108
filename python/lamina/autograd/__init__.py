"""Reverse-mode differentiation: `backward`, `grad`, `Function`, hooks and grad modes.

The graph is recorded by `lamina.dispatch.autograd` and run by `engine`. Formulas are the
registry's, and are written in tensor operators, so gradients are themselves differentiable and
traceable.
"""

# ruff: noqa: F401
from __future__ import annotations

import importlib

from ..dispatch.state import state
from ..errors import AutogradError
from . import graph, nodes
from .anomaly import (
    detect_anomaly,
    is_anomaly_check_nan_enabled,
    is_anomaly_enabled,
    set_detect_anomaly,
)
from .engine import run
from .function import Function
from .meta import accumulator, edge, ensure, grad_fn, requires_grad
from .modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .roots import listed, roots_of, targets_of
from .saved import SavedTensor


def backward(
    tensors,
    grad_tensors=None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs=None,
) -> None:
    """Adds to `grad` of the leaves (or of `inputs`) the gradients of `tensors`.

    `tensors` and `inputs` are tensors or gradient edges. `grad_tensors` are the incoming gradients,
    one per tensor; None stands for 1 and needs a real one-element tensor. Raises AutogradError for
    tensors without a graph, TypeError for gradients that are no tensors.
    """
    tensors = listed(tensors)
    roots = roots_of(tensors, listed(grad_tensors, len(tensors)))
    keep = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        run(roots, keep, create_graph)
        return
    inputs = listed(inputs)
    if not inputs:
        raise AutogradError("the inputs argument to backward() cannot be empty")
    edges = targets_of(inputs)
    captured = _run_to(edges, roots, keep, create_graph, accumulate=True)
    for tensor, (node, _), found in zip(inputs, edges, captured):
        if not isinstance(node, nodes.AccumulateGrad) and found is not None:
            nodes.accumulate(tensor, found)


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple:
    """Gradients of `outputs` with respect to `inputs`, as a tuple; nothing is accumulated.

    Both are tensors or gradient edges. With is_grads_batched, `grad_outputs` have a leading batch
    dimension, and so have the gradients returned. An input that does not take part is an
    AutogradError, or None with allow_unused, or zeros with materialize_grads. Raises ValueError for
    materialize_grads with allow_unused=False.
    """
    if materialize_grads and allow_unused is False:
        raise ValueError("allow_unused must be True or absent when materialize_grads is True")
    outputs, inputs = listed(outputs), listed(inputs)
    if not inputs:
        raise AutogradError("the inputs argument to grad() cannot be empty")
    grads = listed(grad_outputs, len(outputs))
    keep = create_graph if retain_graph is None else retain_graph
    edges = targets_of(inputs)
    if is_grads_batched:
        found = _batched(outputs, grads, edges, keep, create_graph)
    else:
        found = _run_to(edges, roots_of(outputs, grads), keep, create_graph)
    if materialize_grads:
        found = [
            _zeros(x, grads if is_grads_batched else ()) if g is None else g
            for g, x in zip(found, inputs)
        ]
    unused = next((i for i, g in enumerate(found) if g is None), None)
    if unused is not None and not allow_unused:
        raise AutogradError(
            f"The differentiated Tensor at index {unused} appears to not have been used in the "
            "graph. Set "
            "allow_unused=True if this is the desired behavior."
        )
    if create_graph:
        return tuple(found)
    return tuple([g if g is None or g._autograd is None else g.detach() for g in found])


def _run_to(
    edges: list, roots: list, keep: bool, create_graph: bool, accumulate: bool = False
) -> list:
    """A pass for the gradients at edges alone, which in a trace must not depend on what lies outside."""
    if state.tracer is not None:
        state.tracer.history.check([root[0] for root in roots], [edge[0] for edge in edges])
    return run(roots, keep, create_graph, edges, accumulate=accumulate)


def _batched(outputs: list, grads: list, edges: list, keep: bool, create_graph: bool) -> list:
    """One pass per element of the batch; the last may free the graph."""
    from ..ops.registry import aten

    count = next((g.shape[0] for g in grads if g is not None and g.ndim), 0)
    if not count:
        raise AutogradError("is_grads_batched needs grad_outputs with a leading batch dimension")
    passes = []
    for i in range(count):
        roots = roots_of(outputs, [None if g is None else g[i] for g in grads])
        last = i == count - 1
        passes.append(_run_to(edges, roots, keep or not last, create_graph))
    return [None if gs[0] is None else aten.stack(list(gs)) for gs in zip(*passes)]


def _zeros(given, batched):
    """A zero gradient for an input; with a batch dimension where there is a batch."""
    from ..ops.registry import aten
    from .roots import GradientEdge

    lead = tuple(next((g.shape[:1] for g in batched if g is not None), ()))
    if not lead and not isinstance(given, GradientEdge):
        return aten.zeros_like(given)
    meta = (
        given.node.outputs[given.output_nr]
        if isinstance(given, GradientEdge)
        else nodes.OutputMeta.of(given)
    )
    return nodes.zeros(meta._replace(sizes=lead + tuple(meta.sizes)))


def __getattr__(name: str):
    if name == "functional":
        return importlib.import_module(f"{__name__}.functional")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# Last, because it differentiates by `grad`. The function takes the module's name in this package,
# as in torch.
from .gradcheck import gradcheck, gradgradcheck  # noqa: E402
