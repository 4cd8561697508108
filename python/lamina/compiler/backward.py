"""The graph node of a compiled function, and the function that it runs, written as text like the
call itself.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.meta import AutogradMeta
from ..autograd.nodes import ErrorNode, Node, OutputMeta
from ..autograd.saved import FREED
from ..dispatch.state import state
from ..errors import AutogradError, DataDependentError
from ..storage import Storage, extent
from ..tensor import Tensor, make
from .code import Code, tuple_of
from .convention import Argument, Convention

_SPENT = (
    "this backward writes to values of its forward, so it cannot run a second time; call the compiled "
    "function again, or run it eagerly"
)
_TWICE = (
    "the gradient of a compiled function cannot be differentiated again; compute the outer "
    "derivative inside of the compiled function, or run the function eagerly"
)


class CompiledBackward(Node):
    """Gradients of a compiled function, from the arrays that its forward saved.

    `notes` holds, for each of them that is the data of an input, what counts its writes and how
    many there were; `inputs` are those that the backward itself writes to. `spent` is whether a backward that can run only once has.
    """

    spent = False
    _error: tuple[type, str, int] | None = None

    def __init__(
        self,
        run: Callable,
        edges: list,
        outputs: list,
        saved: tuple,
        notes: tuple,
        inputs: tuple[Tensor, ...],
    ):
        super().__init__(edges, outputs)
        self._run, self.saved, self.notes, self.inputs = run, saved, notes, inputs

    def name(self) -> str:
        """The node's public name: that of the function."""
        return self._run.__name__

    def apply(self, grads: list, wanted: list) -> list:
        """Gradients along the edges. Raises AutogradError when saved values are freed or were
        written to since.
        """
        if self.saved is None:
            raise AutogradError(FREED, op=self.name())
        if self._error is None:
            return self._run(self, grads)
        kind, message, first = self._error
        if any(wanted[first:]):
            raise kind(message)
        return [*self._run(self, grads), *[None] * len(wanted[first:])]

    def bar(self, kind: type, message: str, edges: list) -> None:
        """Adds edges on the way along which an error is raised."""
        self._error = kind, message, len(self.next_edges)
        self.next_edges += edges

    def release(self) -> None:
        """Frees what was saved, if anything was."""
        if self.saved:
            self.saved = self.notes = None


class WriteBack(Node):
    """The history of an input that a compiled function wrote to: nothing of its old data, all of
    the new.
    """

    def __init__(self, edges: list, output: OutputMeta):
        super().__init__(edges, [output])

    def apply(self, grads: list, wanted: list) -> list:
        """The gradient goes to the compiled function, none of it to the old data."""
        return [None, grads[0]]


class Keep(Node):
    """Keeps the gradient of a result as its `.grad`."""

    def __init__(self, tensor: Tensor):
        super().__init__([], [OutputMeta.of(tensor)])
        self.retain(0, weakref.ref(tensor))

    def apply(self, grads: list, wanted: list) -> list:
        """Nothing: it has been kept on arrival."""
        return []


def keep_gradient(tensor: Tensor) -> tuple[Node, int]:
    """Where the gradient of a result goes that retains it though it is no leaf."""
    tensor._autograd.retains_grad = True
    return Keep(tensor), 0


def note(tensor: Tensor) -> tuple[Any, int]:
    """What counts the writes to a tensor, and how many there were; tensors made in inference mode
    have no such thing.
    """
    counter = tensor._counter
    return counter, 0 if counter is None else counter.version


def write_backward(convention: Convention, execute) -> Code:
    """The function from a node and the gradients of its outputs to those of its inputs. `execute`
    runs the backward on arrays.
    """
    code = Code(f"{convention.name}Backward", "node", "grads")
    if convention.once:
        code.add(f"{code.ref(refuse_again, 'refuse_again')}(node)")
    _check_saved(convention, code)
    if convention.later:
        code.add(f"{tuple_of([f't{i}' for i in convention.later])} = node.inputs")
    arguments = [_argument(code, argument) for argument in convention.back_arguments]
    count = len(convention.sources) + len(convention.leaf_sources)
    results = [f"r{k}" for k in range(count)]
    call = f"{code.ref(execute, 'execute')}({', '.join(arguments)})"
    code.add(f"{tuple_of(results)} = {call}" if results else call)
    move_versions(convention.later, code)
    given = [_given(convention, code, k) for k in range(len(results))]
    code.add(f"return [{', '.join(given)}]")
    return code


def move_versions(versions: dict[int, int], code: Code) -> None:
    """Counts the writes to inputs, so that whoever saved one notices. Inference tensors do not
    count.
    """
    for i, steps in versions.items():
        with code.block(f"if t{i}._counter is not None:"):
            code.add(f"t{i}._counter.version += {steps}")


def _given(convention: Convention, code: Code, number: int) -> str:
    """A gradient, or None when no gradient arrived that it depends on."""
    value = f"{code.ref(gradient, 'gradient')}(r{number})"
    reached = convention.reached[number]
    if len(reached) in (0, len(convention.roots)):
        return value
    arrived = " or ".join(f"grads[{root}] is not None" for root in sorted(reached))
    return f"{value} if {arrived} else None"


def _check_saved(convention: Convention, code: Code) -> None:
    """Unpacks what was saved, and refuses inputs that were written to since."""
    names = [f"s{k}" for k in range(len(convention.saved))]
    if names:
        code.add(f"{tuple_of(names)} = node.saved")
    kept = [k for k, saved in enumerate(convention.saved) if saved.at is None]
    if kept:
        code.add(f"{tuple_of([f'(c{k}, v{k})' for k in kept])} = node.notes")
    for k in kept:
        refuse = code.ref(refuse_written, "refuse_written")
        with code.block(f"if c{k} is not None and c{k}.version != v{k}:"):
            code.add(f"{refuse}(node, s{k}, c{k}.version, v{k})")


def _argument(code: Code, argument: Argument) -> str:
    if argument.saved is not None:
        return f"s{argument.saved}"
    if argument.input is not None:
        return f"t{argument.input}._array"
    wanted = code.ref(argument, f"wanted{argument.root}")
    return f"{code.ref(tangent, 'tangent')}(grads[{argument.root}], {wanted}, node)"


def refuse_again(node: CompiledBackward) -> None:
    """Raises AutogradError at the second time: the first has written to what was saved."""
    if node.spent:
        raise AutogradError(_SPENT, op=node.name())
    node.spent = True


def refuse_written(node: Node, array: np.ndarray, version: int, expected: int) -> None:
    """Raises AutogradError: an input that was saved has changed."""
    raise AutogradError(
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: an input of shape {list(array.shape)} and dtype {array.dtype} is at version "
        f"{version}; expected version {expected} instead",
        op=node.name(),
    )


def tangent(grad: Tensor | None, wanted: Argument, node: Node) -> np.ndarray:
    """A gradient as the array that the backward was compiled for: zeros where there is none, a copy
    where it lies otherwise in memory. Its sizes and dtype are the engine's care.
    """
    if grad is None:
        return _fresh(wanted, np.zeros)
    array = grad._array
    if not isinstance(array, np.ndarray):
        raise DataDependentError(
            "the backward of a compiled function cannot be traced", op=node.name()
        )
    if _is_laid_out(array, wanted):
        return array
    fresh = _fresh(wanted, np.empty)
    np.copyto(fresh, array)
    return fresh


def _is_laid_out(array: np.ndarray, wanted: Argument) -> bool:
    item = array.itemsize
    return all(
        size == 1 or step == stride * item
        for size, step, stride in zip(array.shape, array.strides, wanted.strides, strict=True)
    )


def _fresh(wanted: Argument, allocate: Callable) -> np.ndarray:
    memory = allocate(extent(wanted.shape, wanted.strides), wanted.dtype)
    steps = [stride * memory.itemsize for stride in wanted.strides]
    return np.ndarray(wanted.shape, wanted.dtype, memory, 0, steps)


def gradient(array: np.ndarray) -> Tensor:
    """What the backward gives: a tensor which says, when asked, that it has no derivative."""
    tensor = make(array, Storage(array))
    if state.grad_enabled:
        tensor._autograd = AutogradMeta(grad_fn=ErrorNode(_TWICE, [OutputMeta.of(tensor)]))
    return tensor
