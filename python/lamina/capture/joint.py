"""Joint capture: the gradients of a program, traced into the same function by the real autograd
engine.
"""

from __future__ import annotations

from typing import NamedTuple

from ..autograd.engine import run
from ..autograd.meta import edge
from ..dispatch.state import state
from ..errors import AutogradError
from ..ir import locations
from ..ir.builder import TracedArray
from ..tensor import Tensor
from .later import later_writes
from .places import leaf_edge
from .tracer import Tracer


class Root(NamedTuple):
    """A tensor whose gradient the caller will pass: an output or the new data of an input, by
    number.
    """

    of: str
    index: int
    tensor: Tensor


class Joint(NamedTuple):
    """The differentiable roots, their tangent arguments, and the gradients of inputs and of leaves
    among the outputs, by number.

    `later` are arguments that hold what inputs hold when the backward runs, by input, for those that
    it writes to. `once` says that the backward writes to memory of the forward, so a second one would
    start from other data. `error` says why there are no gradients although a root requires grad.
    """

    roots: list[Root]
    tangents: list[Tensor]
    gradients: dict[int, Tensor]
    leaf_gradients: dict[int, Tensor]
    later: dict[int, TracedArray]
    once: bool = False
    error: str | None = None


def differentiate(
    tracer: Tracer, roots: list[Root], leaves: dict[int, Tensor], outputs: list[TracedArray]
) -> Joint:
    """Traces the gradients of all inputs that require grad and of `leaves`, which are outputs, given
    tangents of `roots`. `outputs` are what the program returns.
    """
    edges = [("input", x.number, x.edge or leaf_edge(x)) for x in tracer.inputs]
    targets = [target for target in edges if target[2] is not None]
    targets += [("leaf", number, edge(tensor)) for number, tensor in leaves.items()]
    roots = [root for root in roots if edge(root.tensor) is not None]
    if not roots:
        return Joint([], [], {}, {}, {})
    tangents = [tracer.tangent(root.tensor) for root in roots]
    starts = [(*edge(root.tensor), tangent) for root, tangent in zip(roots, tangents, strict=True)]
    before, forward = tracer.builder.locate, len(tracer.block.operations)
    tracer.builder.locate = lambda: locations.derivative(before())
    try:
        with state.override(tracer=tracer):
            found = run(starts, False, False, [t for *_, t in targets], accumulate=False)
    except AutogradError as error:
        # Only a program that goes on to differentiate the results may complain.
        return Joint(roots, tangents, {}, {}, {}, error=error.message)
    finally:
        tracer.builder.locate = before
    gradients: dict = {"input": {}, "leaf": {}}
    for (kind, number, _), grad in zip(targets, found, strict=True):
        if grad is not None:
            gradients[kind][number] = grad
    later, once = later_writes(tracer, outputs, forward)
    return Joint(roots, tangents, gradients["input"], gradients["leaf"], later, once)
