"""Autocast: operand dtypes chosen by the operator inside an autocast region."""

from __future__ import annotations

from . import transforms
from .state import state


def call(op, args: tuple):
    """Casts the operands as the active autocast region says, then goes on to transforms.

    `state.autocast` is an object with `cast(op, args) -> args`, or None.
    """
    region = state.autocast
    if region is None:
        return transforms.call(op, args)
    with state.override(autocast=None):
        args = region.cast(op, args)
    return transforms.call(op, args)
