"""Autocast for functions that are compositions: they are cast as one, like the operators torch has
for them.
"""

from __future__ import annotations

import functools

from ...dispatch.state import state


def autocast_as_one(function):
    """`function`, whose arguments an autocast region casts by its name before the region
    is left.
    """
    name = function.__name__

    @functools.wraps(function)
    def call(*args, **kwargs):
        region = state.autocast
        cast = None if region is None else region.of_function(name, args, kwargs)
        if cast is None:
            return function(*args, **kwargs)
        with state.override(autocast=None):
            return function(*cast[0], **cast[1])

    return call
