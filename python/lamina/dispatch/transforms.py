"""Function transforms: each active level (vmap, grad, jvp, functionalize) interprets the call
in turn.
"""

from __future__ import annotations

from . import autograd
from .state import state


def call(op, args: tuple):
    """Hands the call to the innermost level, which runs with that level popped, or goes on to
    autograd.

    A level is an object with `process(op, args)`.
    """
    levels = state.transforms
    if not levels:
        return autograd.call(op, args)
    with state.override(transforms=levels[:-1]):
        return levels[-1].process(op, args)
