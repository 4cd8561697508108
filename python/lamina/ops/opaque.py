"""Custom operators as compiled programs call them: by name, on arrays.

Every backend ends here, so that a call means the same in all of them. What the operator is given
beside arrays was written into the program when it was traced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import LaminaError, UnregisteredError
from . import registry


class Operand(NamedTuple):
    """Stands for array number `index` of a call among its arguments."""

    index: int


class Call(NamedTuple):
    """One call in a program: the operator's name, its arguments (None if they are the arrays, in
    order) and the shape (None where unknown) and dtype of each result.
    """

    name: str
    arguments: list | None
    results: tuple[tuple[tuple | None, np.dtype], ...]

    def __call__(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The results, which may be memory of the operator. Arrays that it mutates are written.

        Raises what the operator raises, UnregisteredError if there is none of that name, and
        LaminaError for results that are not as its shape rule said.
        """
        arguments = arrays if self.arguments is None else _filled(self.arguments, arrays)
        found = lookup(self.name).kernel(*arguments)
        results = found if isinstance(found, list) else [found]
        if len(results) != len(self.results):
            raise LaminaError(
                f"returned {len(results)} tensors, expected {len(self.results)}", op=self.name
            )
        for number, (array, expected) in enumerate(zip(results, self.results, strict=True)):
            self._check(number, array, *expected)
        return results

    def _check(self, number: int, array, shape: tuple | None, dtype: np.dtype) -> None:
        if array is not None and array.shape == (shape or array.shape) and array.dtype == dtype:
            return
        got = "None" if array is None else f"{list(array.shape)} {array.dtype}"
        wanted = "" if shape is None else f"{list(shape)} "
        raise LaminaError(
            f"result {number} is {got}, but the function of register_fake promised {wanted}{dtype}",
            op=self.name,
        )


def lookup(name: str) -> registry.Op:
    """The custom operator "namespace::name". Raises UnregisteredError."""
    namespace, _, _ = name.rpartition("::")
    if namespace in registry.NAMESPACES:
        try:
            return registry.lookup(name)
        except KeyError:
            pass
    raise UnregisteredError(
        "the program calls this custom operator, which is not registered in this process; "
        "register it with lamina.library.custom_op before the call",
        op=name,
    )


def _filled(argument: Any, arrays: Sequence[np.ndarray]) -> Any:
    """`argument` with arrays in their places."""
    if isinstance(argument, Operand):
        return arrays[argument.index]
    if isinstance(argument, list):
        return [_filled(a, arrays) for a in argument]
    return argument
