"""The larger and the smaller of two tensors, elementwise."""

from __future__ import annotations

import numpy as np

from ..errors import DtypeError
from .promotion import is_complex, promote
from .registry import aten, op

_WINS = {
    "maximum": ("larger", lambda a, b: a > b, lambda a, b: a < b),
    "minimum": ("smaller", lambda a, b: a < b, lambda a, b: a > b),
}


def extremum_of_two(public, name):
    """Registers `public`: the elementwise maximum or minimum."""
    which, wins, loses = _WINS[name]

    def impl(p, self, other):
        self, other = promote(p, self, other)
        if is_complex(self.dtype):
            raise DtypeError(f"complex numbers have no order ({self.dtype})")
        return getattr(p, name)(self, other)

    impl.__doc__ = (
        f"The {which} of the two elementwise, nan if either is. Raises DtypeError for complex."
    )
    impl.__name__ = impl.__qualname__ = name
    vjp = {
        "self": lambda grad, self, other: _shared(grad, loses(self, other), self == other),
        "other": lambda grad, self, other: _shared(grad, wins(self, other), self == other),
    }
    op(
        f"{public}(Tensor self, Tensor other) -> Tensor",
        pointwise=True,
        ufunc=getattr(np, name),
        vjp=vjp,
    )(impl)


def _shared(grad, loses, ties):
    """grad except where an operand loses, half of it where both are equal; nan never loses."""
    return aten.where(ties, grad / 2, grad).masked_fill(loses, 0)


extremum_of_two("maximum", "maximum")
extremum_of_two("minimum", "minimum")
