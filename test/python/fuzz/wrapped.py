"""Random programs on wrapper tensors: those that the generator makes for plain ones, with every tensor that has memory
of its own in two halves.
"""

from __future__ import annotations

import lamina
import numpy as np
from agreement import assert_same
from lamina.errors import UnsupportedError
from lamina.wrapper import is_wrapper
from wrapper_agreement import observe
from wrapper_classes import classes

from .execute import FILE
from .functions import definitions
from .program import Program

TwoTensor = classes(lamina).TwoTensor


class Eager(Exception):
    """The program raises eagerly, or takes no wrapper: there is nothing to compare."""


def differences(program: Program, backend: str) -> str | None:
    """How the compiled program differs from the eager one on wrappers, at the call that compiles or the next; None if
    it does not. Raises Eager and UnsupportedError.
    """
    variables = definitions(lamina)
    exec(compile(program.body_source(), FILE, "exec"), variables)
    wanted = _outcome(program, variables["program"], variables)
    call = lamina.compile(variables["program"], fullgraph=True, backend=backend)
    for _ in range(2):
        try:
            # Half floats are rounded once where eager rounds each step.
            assert_same(wanted, _outcome(program, call, variables), rounding=2e-3)
        except (AssertionError, Eager) as difference:
            return f"{program.source()}\n{difference}"
    return None


def _outcome(program: Program, function, variables: dict) -> dict:
    """What a call does with wrappers. Raises Eager."""
    arguments = _arguments(program, variables)
    if not any(map(is_wrapper, arguments)):
        raise Eager("no argument is a wrapper")
    with np.errstate(all="ignore"):
        try:
            return observe(lambda *given: function(*given) or (), arguments)
        except UnsupportedError:
            raise
        except Exception as error:
            raise Eager(str(error)) from error


def _arguments(program: Program, variables: dict) -> tuple:
    """The arguments of a program, made by its setup, on wrappers from the first tensors on."""
    known: dict = {}
    for step in program.setup:
        line = step.line() if step.mode is None else f"with torch.{step.mode}(): {step.line()}"
        exec(compile(line, FILE, "exec"), variables)
        for name in step.makes:
            if name not in known and _owns_memory(variables[name], known.values()):
                variables[name] = _in_halves(variables[name])
            known[name] = variables[name]
    return tuple(variables[name] for name in program.arguments)


def _owns_memory(value, others) -> bool:
    """Whether a value is a plain leaf whose memory no other tensor has."""
    if type(value) is not lamina.Tensor or value._is_view() or not value.is_leaf:
        return False
    plain = (t for other in others for t in _plain(other))
    return all(t is not value and t._storage is not value._storage for t in plain)


def _plain(tensor) -> list:
    return [tensor.a, tensor.b] if is_wrapper(tensor) else [tensor]


def _in_halves(tensor):
    with lamina.no_grad():
        first = tensor.detach()
        second = first.clone()
        if first.is_floating_point() or first.is_complex():
            second.mul_(0.5)
    return TwoTensor(first, second).requires_grad_(tensor.requires_grad)
