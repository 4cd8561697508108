"""Parameter groups: hyperparameters that a compiled step reads anew at every call.

A schedule changes the learning rate at every step. Were it a Python number, a compiled step would
have to be compiled again for each. So a group keeps its numbers in 0-d tensors: `group["lr"] = 0.1`
writes into one, and a compiled step, which has it as an input, sees the new value. What decides
*which* operations a step performs (flags, whether a number is zero) stays Python, and a change of
that does compile again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from itertools import chain

import numpy as np

from ..autograd import no_grad
from ..tensor import Tensor, from_array


class ParamGroup(MutableMapping):
    """`params` and options of a group, by name. Numbers, and tuples of them, are read and written
    as such.
    """

    def __init__(self, options: Mapping):
        self._options: dict = {}
        self._numbers: dict[str, Tensor | tuple[Tensor, ...]] = {}
        self._nonzero: dict[str, bool] = {}
        self.update(options)

    def scalar(self, name: str, index: int | None = None) -> Tensor:
        """The number `self[name]` (or its element `index`) as a 0-d tensor that follows it."""
        found = self._numbers[name] if name in self._numbers else self._options[name]
        return found if index is None else found[index]

    def uses(self, name: str) -> bool:
        """Whether the number `self[name]` is other than zero (a tensor of the user's always counts
        as such).
        """
        return self._nonzero[name]

    def __getitem__(self, name: str):
        if name not in self._numbers:
            return self._options[name]
        found = self._numbers[name]
        return tuple(n.item() for n in found) if isinstance(found, tuple) else found.item()

    def __setitem__(self, name: str, value) -> None:
        before = self._numbers.get(name)
        if not _is_number(value):
            self._forget(name)
            self._options[name] = value
        elif before is not None and _same_type(self[name], value):
            _write(before, value)
        else:
            self._forget(name)
            self._numbers[name] = _tensors(value)
        self._nonzero[name] = type(value) not in (int, float) or value != 0

    def _forget(self, name: str) -> None:
        for table in (self._options, self._numbers, self._nonzero):
            table.pop(name, None)

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self._forget(name)

    def __iter__(self) -> Iterator[str]:
        return chain(self._options, self._numbers)

    def __len__(self) -> int:
        return len(self._options) + len(self._numbers)

    def __repr__(self) -> str:
        return repr(dict(self))


def _is_number(value) -> bool:
    values = value if type(value) in (tuple, list) and value else (value,)
    return all(type(v) in (int, float) for v in values)


def _same_type(old, new) -> bool:
    if isinstance(old, tuple):
        return not isinstance(new, int | float) and list(map(type, old)) == list(map(type, new))
    return type(old) is type(new)


def _tensors(value):
    if isinstance(value, tuple | list):
        return tuple(map(_tensors, value))
    return from_array(np.array(value))


def _write(numbers, value) -> None:
    with no_grad():
        for number, one in (
            zip(numbers, value) if isinstance(numbers, tuple) else [(numbers, value)]
        ):
            number.fill_(one)
