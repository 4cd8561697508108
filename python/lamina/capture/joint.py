"""Joint capture: the gradients of a program, traced into the same function by the real autograd
engine.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from .. import config
from ..amp import autocast
from ..autograd.engine import run
from ..autograd.meta import edge
from ..dispatch.state import state
from ..errors import LaminaError, NoDerivativeError, UnsupportedError
from ..ir import locations
from ..ir.builder import TracedArray
from ..ir.descriptors import BackwardError
from ..tensor import Tensor
from ..wrapper import is_wrapper
from .later import later_writes, outside_writes
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

    Gradients of wrapper tensors are those of stand-ins, numbered after all inputs. `later` are arguments
    that hold what inputs hold when the backward runs, by input, for those that it writes to. `once` says
    that the backward writes to memory of the forward, so a second one would start from other data. `error`
    is what it raises on the way to other inputs and leaves, if it does.
    """

    roots: list[Root]
    tangents: list[Tensor]
    gradients: dict[int, Tensor]
    leaf_gradients: dict[int, Tensor]
    later: dict[int, TracedArray]
    once: bool = False
    error: BackwardError | None = None


def differentiate(
    tracer: Tracer, roots: list[Root], leaves: dict[int, Tensor], outputs: list[TracedArray]
) -> Joint:
    """Traces the gradients of all inputs that require grad and of `leaves`, which are outputs, given
    tangents of `roots`. `outputs` are what the program returns.
    """
    edges = [("input", x.number, x.edge or leaf_edge(x)) for x in tracer.inputs]
    targets = [target for target in edges if target[2] is not None]
    targets += [("leaf", number, edge(tensor)) for number, tensor in leaves.items()]
    targets += tracer.wrappers.targets()
    roots = [root for root in roots if edge(root.tensor) is not None]
    if not roots:
        return Joint([], [], {}, {}, {})
    tangents = [tracer.tangent(root.tensor) for root in roots]
    starts = [(*edge(root.tensor), tangent) for root, tangent in zip(roots, tangents, strict=True)]
    before, forward = tracer.builder.locate, len(tracer.block.operations)
    tracer.builder.locate = lambda: locations.derivative(before())
    try:
        with state.override(tracer=tracer), _autocast():
            found = _gradients(starts, targets)
            error = None
            if isinstance(found, LaminaError):
                # Only a program that goes on to differentiate the results may complain.
                error, targets = _on_the_way(tracer, found, starts, targets, forward)
                found = _gradients(starts, targets) if targets else []
    finally:
        tracer.builder.locate = before
    gradients: dict = {"input": {}, "leaf": {}}
    apart = {}
    for (kind, number, _), grad in zip(targets, found, strict=True):
        if grad is None:
            continue
        if kind == "leaf" and is_wrapper(grad):
            raise UnsupportedError(
                f"output {number} is a leaf that the program makes, and its gradient is a {type(grad).__name__}"
            )
        if kind == "wrapper" or is_wrapper(grad):
            apart[kind, number] = grad
        else:
            gradients[kind][number] = grad
    gradients["input"].update(tracer.wrappers.receive(apart))
    later, once = later_writes(tracer, outputs, forward)
    return Joint(roots, tangents, gradients["input"], gradients["leaf"], later, once, error)


def _gradients(starts: list, targets: list) -> list | LaminaError:
    """The gradients of targets, or the error on the way."""
    try:
        return run(starts, True, False, [found for *_, found in targets], accumulate=False)
    except LaminaError as error:
        if isinstance(error, UnsupportedError) and not isinstance(error, NoDerivativeError):
            raise
        return error


def _on_the_way(
    tracer: Tracer, error: LaminaError, starts: list, targets: list, forward: int
) -> tuple[BackwardError, list]:
    """The error with the targets on the way to which it is raised, and the others. What was computed
    until it was raised is left to be dropped; so UnsupportedError is raised where operations after the
    first `forward` ones wrote to memory from before.
    """
    failing: dict = {"input": [], "leaf": []}
    others = []
    for target in targets:
        kind, number, _ = target
        if not isinstance(_gradients(starts, [target]), LaminaError):
            others.append(target)
        elif kind == "wrapper":
            raise UnsupportedError(
                f"the backward of the program raises on the way to a wrapper tensor: {error.message}"
            )
        else:
            failing[kind].append(number)
    attempted = list(tracer.block.operations)[forward:]
    if outside_writes(attempted):
        raise UnsupportedError(
            f"the backward of the program writes to memory of the forward, and raises: {error.message}"
        )
    places = tuple(failing["input"]), tuple(failing["leaf"])
    return BackwardError(type(error).__name__, error.message, *places), others


@contextlib.contextmanager
def _autocast() -> Iterator[None]:
    """The autocast region that the settings ask for, around the trace of a backward."""
    asked = config.get().backward_pass_autocast
    with contextlib.ExitStack() as regions:
        if asked != "same_as_forward":
            regions.enter_context(state.override(autocast=None))
        for given in () if isinstance(asked, str) else asked:
            regions.enter_context(autocast(**given))
        yield
