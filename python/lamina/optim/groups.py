"""Parameter groups: hyperparameters that a compiled step can read anew at every call.

A schedule changes the learning rate at every step. Were it a Python number, a compiled step would either
keep the old one or be compiled again. `scalar` therefore gives a 0-d tensor that follows the entry: writing
`group["lr"] = 0.1` fills it in place, and the compiled program, which reads it as an input, sees it.

Writes that change which operations a step performs (a momentum that becomes zero, a flag) advance the
module epoch instead, which sends the guards of compiled functions to look again.
"""

from __future__ import annotations

import numpy as np

from ..autograd import no_grad
from ..nn._epoch import advance
from ..tensor import Tensor, from_array


class ParamGroup(dict):
    """A dict of `params` and hyperparameters whose numbers are also available as tensors."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._scalars: dict[tuple, Tensor] = {}

    def scalar(self, name: str, index: int | None = None) -> Tensor:
        """The number `self[name]` (or its element `index`) as a float64 0-d tensor that follows it."""
        found = self._scalars.get((name, index))
        if found is None:
            found = _number(self[name] if index is None else self[name][index])
            self._scalars[name, index] = found
        return found

    def __setitem__(self, name: str, value) -> None:
        if name not in self or not _same_kind(self[name], value):
            self._forget(name)
        super().__setitem__(name, value)
        with no_grad():
            for (key, index), scalar in self._scalars.items():
                if key == name:
                    scalar.fill_(float(value if index is None else value[index]))

    def _forget(self, name: str) -> None:
        """Drops the tensors of an entry that changes its kind; what was compiled from it is no longer valid."""
        advance()
        for key in [key for key in self._scalars if key[0] == name]:
            del self._scalars[key]

    def __delitem__(self, name: str) -> None:
        self._forget(name)
        super().__delitem__(name)

    def update(self, *args, **kwargs) -> None:
        """Sets entries one by one, so that their tensors follow."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def setdefault(self, name: str, default=None):
        """The entry, set to `default` first when there is none."""
        if name not in self:
            self[name] = default
        return self[name]

    def __reduce__(self):
        return (type(self), (dict(self),))

    def __deepcopy__(self, memo: dict) -> ParamGroup:
        from copy import deepcopy
        return type(self)(deepcopy(dict(self), memo))


def _number(value) -> Tensor:
    # A tensor given by the user is used as it is: writes into it are already seen by every step.
    if isinstance(value, Tensor):
        return value
    return from_array(np.array(value, np.float64))


def _same_kind(old, new) -> bool:
    """Whether a step performs the same operations for both values."""
    if isinstance(old, tuple | list) and isinstance(new, tuple | list):
        return len(old) == len(new) and all(map(_same_kind, old, new))
    numbers = type(old) in (float, int) and type(new) in (float, int)
    return numbers and (old == 0) == (new == 0)
