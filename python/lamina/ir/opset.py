"""How a primitive's Python signature maps to an operation of the dialect.

`primitives.slice(x, starts, stops, steps)` is `lamina.slice` with one operand and three attributes:
a parameter is an attribute when `ATTRIBUTES` knows its name, it stands for the result type when it
is `shape` or `dtype`, and else it is an operand. So a new primitive needs a line here only for a
new attribute name.
"""

from __future__ import annotations

import functools
import inspect
from typing import NamedTuple

from ..ops import primitives
from ..ops.primitives import elementwise, view

# Attribute names and what they hold; "scalar" is a number in the element type of the array.
ATTRIBUTES = {
    **dict.fromkeys(["dim", "dim1", "dim2", "offset", "size", "step", "groups"], "int"),
    **dict.fromkeys(["dims", "starts", "stops", "steps", "sizes", "strides"], "ints"),
    **dict.fromkeys(["padding", "dilations", "low", "high", "interior"], "ints"),
    **dict.fromkeys(["predicate", "reduce"], "word"),
    **dict.fromkeys(["descending", "accumulate"], "bool"),
    "value": "scalar",
}
RESULT_TYPE = ("shape", "dtype")
VARIADIC = ("xs", "indices")


class Signature(NamedTuple):
    """What the parameters of a primitive stand for, in order.

    `operands` and `attributes` are parameter names, `typed` says which of shape and dtype the
    result type carries, `variadic` names the operand that is a list of arrays.
    """

    name: str
    parameters: tuple[str, ...]
    operands: tuple[str, ...]
    attributes: tuple[str, ...]
    typed: tuple[str, ...]
    variadic: str | None
    elementwise: bool


@functools.cache
def signature(name: str) -> Signature:
    """The signature of primitive `name`. Raises KeyError when there is none."""
    function = vars(primitives)[name]
    parameters = tuple(inspect.signature(function).parameters)
    # The value that `assign` writes is an array, unlike every other `value`.
    attributes = tuple(p for p in parameters if p in ATTRIBUTES and name != "assign")
    typed = tuple(p for p in parameters if p in RESULT_TYPE)
    operands = tuple(p for p in parameters if p not in attributes and p not in typed)
    return Signature(
        name,
        parameters,
        operands,
        attributes,
        typed,
        next((p for p in operands if p in VARIADIC), None),
        name in elementwise.__all__,
    )


def is_view(operation: str) -> bool:
    """Whether an operation (`lamina.slice`) names memory of its operand, not its own."""
    name = operation.removeprefix("lamina.")
    return name in view.__all__ and not name.endswith("_scatter")


def names() -> list[str]:
    """All primitives."""
    modules = (
        m
        for m in vars(primitives).values()
        if inspect.ismodule(m) and m.__name__.startswith(primitives.__name__)
    )
    return [name for module in modules for name in getattr(module, "__all__", ())]
