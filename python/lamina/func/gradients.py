"""Reverse-mode derivatives of functions: `grad`, `grad_and_value`, `vjp`.

A `GradLevel` is the autograd layer once more, over tensors of its own: nodes are recorded on them,
while their values are computed by the levels outside, which record (or batch, or trace) in turn.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..autograd.engine import run
from ..autograd.meta import AutogradMeta, edge
from ..autograd.roots import roots_of
from ..dispatch import autograd, transforms
from ..dispatch.state import state
from ..errors import ArgumentError, AutogradError
from ..ops.registry import aten
from ..tensor import Tensor
from .levels import Level, LevelTensor, flatten, map_tensors, unflatten


class GradLevel(Level):
    """Records what is computed from the inputs of one differentiated function."""

    outside = True

    @contextmanager
    def active(self) -> Iterator[None]:
        """Puts the level on top. Inside grad mode is on, whatever it is outside."""
        before = self.outside, state.grad_enabled
        self.outside = state.grad_enabled
        try:
            with super().active(), state.override(grad_enabled=True):
                yield
        finally:
            self.outside = before[0]

    def input(self, value):
        """A leaf of this level for a tensor that can have a gradient, a constant for another."""
        if not isinstance(value, Tensor):
            return value
        tensor = self.wrap(value)
        if value._array.dtype.kind in "fcV":
            tensor._autograd = AutogradMeta(requires_grad=True)
        return tensor

    def process(self, op, args: tuple):
        """Runs the call through autograd; its results are tensors of this level."""
        outer = state.transforms
        for i in op.writes:
            self.check_target(op, args[i])
        args = map_tensors(self._own, args)

        def below(op, args: tuple):
            inner = map_tensors(self.unwrap, args)
            with state.override(transforms=outer, grad_enabled=self.outside):
                result = transforms.call(op, inner)
            return self._results(op, args, result)

        # Autograd itself calls operators, which this level has to see.
        with state.override(transforms=(*outer, self)):
            return autograd.call(op, args, below)

    def _own(self, value: Tensor) -> Tensor:
        return value if self.owns(value) else self.wrap(value)

    def _results(self, op, args: tuple, result):
        if op.writes:
            for i in op.writes:
                self.look(args[i], args[i].value)
            targets = tuple([args[i] for i in op.writes])
            return targets[0] if len(op.schema.returns) == 1 else targets
        if isinstance(result, tuple):
            return op.pack([r if r is None else self._result(op, args, r) for r in result])
        return self._result(op, args, result)

    def _result(self, op, args: tuple, value: Tensor) -> LevelTensor:
        tensor = self.wrap(value)
        if op.is_view and "unlinked" not in op.tags:
            tensor._counter = args[0]._counter
        return tensor


def vjp(func: Callable, *primals, has_aux: bool = False):
    """(func(*primals), pullback): `pullback(cotangents)` is the tuple of cotangents of the primals.

    Cotangents have the structure of the result. The pullback can be called again, and takes
    `retain_graph` and `create_graph` like `autograd.grad`; neither changes its result. With has_aux `func` returns (result, aux), and aux is
    returned third. Raises ArgumentError for results that are no tensors, or cotangents of another
    structure.
    """
    level = GradLevel()
    leaves, spec = flatten(primals)
    with level.active():
        inputs = [level.input(leaf) for leaf in leaves]
        found = func(*unflatten(spec, inputs))
        result, aux = _split_aux(found, has_aux, "vjp")
    outputs, out_spec = flatten(result)
    check_tensors(outputs, "vjp")
    pullback = Pullback(level, (inputs, spec), (outputs, out_spec))
    values = unflatten(out_spec, [level.unwrap(o) for o in outputs])
    return (values, pullback, _unwrapped(level, aux)) if has_aux else (values, pullback)


class Pullback:
    """What `vjp` returns: call it with cotangents of the results to get those of the primals."""

    def __init__(self, level: GradLevel, primals: tuple, results: tuple):
        self._level = level
        self._inputs, self._in_spec = primals
        self._outputs, self._out_spec = results

    def __call__(self, cotangents, retain_graph: bool = True, create_graph: bool | None = None):
        """The tuple of cotangents of the primals. Raises ArgumentError for another structure than the
        results'.
        """
        grads, given_spec = flatten(cotangents)
        if given_spec != self._out_spec:
            raise ArgumentError(
                f"the function returned {self._out_spec}, got cotangents {given_spec}"
            )
        with self._level.active():
            return unflatten(self._in_spec, _pull(self._level, self._inputs, self._outputs, grads))

    @functools.cached_property
    def __lamina_residuals__(self) -> tuple:
        """The tensors that it computes with, from outside of all transforms: a program that calls it
        reads them.
        """
        roots = [edge(o)[0] for o in self._outputs if _depends(self._level, o)]
        found: dict[int, Tensor] = {}
        for node in _reachable(roots):
            for saved in node.saved_values():
                value = getattr(saved, "whole", None)
                while type(value) is LevelTensor:
                    value = value.value
                if value is not None:
                    found[id(value)] = value
        return tuple(found.values())


def _reachable(roots: list) -> list:
    """The nodes of a graph, each once."""
    found = {id(node): node for node in roots}
    waiting = list(found.values())
    while waiting:
        for to in waiting.pop().next_edges:
            if to is not None and id(to[0]) not in found:
                found[id(to[0])] = to[0]
                waiting.append(to[0])
    return list(found.values())


def grad(func: Callable, argnums: int | tuple = 0, has_aux: bool = False) -> Callable:
    """The function that computes the gradient of `func`, whose result is a tensor of one element.

    argnums: which positional arguments to differentiate by; a tuple of them gives a tuple of
    gradients, each with the structure of its argument. With has_aux `func` returns (result, aux),
    and the gradient function (gradients, aux).
    """
    compute = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func, updated=())
    def gradient(*args, **kwargs):
        found, value = compute(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(func: Callable, argnums: int | tuple = 0, has_aux: bool = False) -> Callable:
    """As `grad`, with the value: the function computes (gradients, result), with has_aux
    (gradients, (result, aux)).

    Raises ArgumentError for argnums out of range and AutogradError for a result that is no tensor of
    one element.
    """

    @functools.wraps(func, updated=())
    def compute(*args, **kwargs):
        chosen = positions(argnums, len(args))
        level = GradLevel()
        leaves, spec = flatten(tuple([args[i] for i in chosen]))
        with level.active():
            inputs = [level.input(leaf) for leaf in leaves]
            arguments = list(args)
            for i, value in zip(chosen, unflatten(spec, inputs), strict=True):
                arguments[i] = value
            found = func(*arguments, **kwargs)
            result, aux = _split_aux(found, has_aux, "grad")
            _check_scalar(result)
            gradients = _pull(level, inputs, [result], [None])
        gradients = unflatten(spec, gradients)
        if isinstance(argnums, int):
            gradients = gradients[0]
        value = level.unwrap(result)
        return gradients, (value, _unwrapped(level, aux)) if has_aux else value

    return compute


def _pull(level: GradLevel, inputs: list, outputs: list, cotangents: list) -> list:
    """The cotangent of each input: zeros where no output depends on it, None for what is no
    differentiable tensor. Runs with the level active.
    """
    targets = [x for x in inputs if isinstance(x, Tensor) and x._autograd is not None]
    roots = [(o, c) for o, c in zip(outputs, cotangents, strict=True) if _depends(level, o)]
    found: list = [None] * len(targets)
    if roots and targets:
        starts = roots_of([o for o, _ in roots], [c for _, c in roots])
        edges = [edge(x) for x in targets]
        found = run(starts, True, False, edges, accumulate=False)
    pulled = {
        id(x): level.unwrap(aten.zeros_like(x) if g is None else g)
        for x, g in zip(targets, found, strict=True)
    }
    return [pulled.get(id(x)) for x in inputs]


def _depends(level: GradLevel, output) -> bool:
    return level.owns(output) and edge(output) is not None


def positions(argnums, count: int) -> tuple:
    """The arguments that `argnums` names. Raises ArgumentError when there are no such ones."""
    chosen = argnums if isinstance(argnums, tuple) else (argnums,)
    if not chosen or not all(isinstance(i, int) and -count <= i < count for i in chosen):
        raise ArgumentError(f"argnums={argnums!r} does not fit {count} positional arguments")
    chosen = tuple([i % count for i in chosen])
    if len(set(chosen)) != len(chosen):
        raise ArgumentError(f"argnums={argnums!r} names an argument twice")
    return chosen


def _split_aux(found, has_aux: bool, name: str) -> tuple:
    if not has_aux:
        return found, None
    if not isinstance(found, tuple) or len(found) != 2:
        raise ArgumentError(f"{name}: with has_aux=True the function must return (result, aux)")
    return found


def _check_scalar(result) -> None:
    if not isinstance(result, Tensor):
        raise AutogradError(f"grad: expected a tensor as result, got {type(result).__name__}")
    if result.ndim:
        raise AutogradError(
            f"grad: expected a result with a single element, got shape {list(result.shape)}"
        )


def check_tensors(outputs: list, name: str) -> None:
    """Raises ArgumentError unless there are results and all are tensors."""
    wrong = next((o for o in outputs if not isinstance(o, Tensor)), None)
    if wrong is not None or not outputs:
        got = "nothing" if not outputs else type(wrong).__name__
        raise ArgumentError(f"{name}: expected the function to return tensors, got {got}")


def _unwrapped(level: GradLevel, tree):
    leaves, spec = flatten(tree)
    return unflatten(spec, [level.unwrap(leaf) for leaf in leaves])
