"""The way in: what a call costs when no layer is active is decided here."""

from __future__ import annotations

import numpy as np

from . import function, kernel
from .state import state
from ..ops import registry
from ..storage import Storage
from ..tensor import Tensor, make

# Tensor classes that behave like Tensor itself: no protocol of their own to ask.
PLAIN = {Tensor}
_ndarray = np.ndarray


def call(op, args: tuple):
    """Calls an operator with all its arguments in schema order."""
    if state.layered or not op.is_simple:
        return function.call(op, args)
    handles = [*args]
    recording = state.grad_enabled
    for i in op.tensors:
        value = args[i]
        if type(value) in PLAIN:
            if recording and (value._autograd is not None
                              or value._view is not None and value._view.base._autograd is not None):
                return function.call(op, args)
            handles[i] = value._array
        elif isinstance(value, Tensor):
            return function.call(op, args)
    try:
        result = op.kernel(*handles)
    except Exception as error:
        raise kernel.explain(op, args, error)
    if type(result) is _ndarray and result.base is None and (result.ndim < 2 or not op.pointwise
                                                             and result.flags.c_contiguous):
        return make(result, Storage(result))
    return kernel.wrap(op, args, result)


def install() -> None:
    """Makes `call` what registry entries call."""
    registry.set_dispatcher(call)
