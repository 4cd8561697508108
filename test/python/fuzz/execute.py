"""Runs a program with one executor: torch, eager lamina, or compiled lamina."""

from __future__ import annotations

import contextlib
import traceback
import warnings
from typing import NamedTuple

from .functions import definitions
from .observe import Observation, Observer
from .program import Program

BUILTINS = (IndexError, ValueError, TypeError, RuntimeError)
FILE = "<program>"


class Refused(Exception):
    """The executor says that it does not take such programs."""


class Executor(NamedTuple):
    """library: the module that programs call `torch`. transform: what makes the function of a program
    the one that is called. refusals: exception classes that mean "not supported".
    """

    library: object
    transform: object = staticmethod(lambda function: function)
    refusals: tuple = ()
    calls: int = 1

    def run(self, program: Program) -> list[Observation]:
        """What can be seen of each call. Raises Refused."""
        variables = definitions(self.library)
        exec(compile(program.body_source(), FILE, "exec"), variables)
        function = self.transform(variables["program"])
        return [self._call(program, function, variables) for _ in range(self.calls)]

    def _call(self, program: Program, function, variables: dict) -> Observation:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(program.setup_source(), "<setup>", "exec"), variables)
            made = {n: variables[n] for step in program.setup for n in step.makes}
            observer = Observer(self.library, made)
            outputs, error = (), None
            try:
                outputs = function(*[variables[name] for name in program.arguments]) or ()
            except self.refusals as refusal:
                raise Refused(str(refusal)) from refusal
            except Exception as raised:
                error = builtin(raised), line_of(raised)
            return observer.finish(dict(zip(program.returns, outputs)), error)


def builtin(error: Exception) -> tuple:
    """The names of the builtin classes by which a caller could catch the error."""
    names = tuple(kind.__name__ for kind in BUILTINS if isinstance(error, kind))
    return names or (type(error).__name__,)


def line_of(error: Exception) -> int | None:
    """The line of the program's function that raised."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == FILE]
    return lines[-1] if lines else None


def run_steps(steps, variables: dict) -> None:
    """Runs steps in the variables."""
    for step in steps:
        mode = getattr(variables["torch"], step.mode) if step.mode else contextlib.nullcontext
        with mode():
            exec(compile(step.line(), FILE, "exec"), variables)


def torch_executor() -> Executor:
    """The oracle."""
    import torch

    return Executor(torch)


def eager_executor(refusals: tuple = ()) -> Executor:
    """Eager lamina."""
    import lamina

    return Executor(lamina, refusals=refusals)


def compiled_executor(backend: str, calls: int = 2) -> Executor:
    """Compiled lamina: the call that compiles and one that does not. What a trace does not take is
    refused."""
    import lamina
    from lamina.errors import UnsupportedError

    def transform(function):
        return lamina.compile(function, fullgraph=True, backend=backend)

    return Executor(lamina, transform, (UnsupportedError,), calls)
