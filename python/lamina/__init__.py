"""lamina: compiles array programs that mutate, alias and differentiate.

The names here mirror torch's. Eager tensors, operators and autograd load at once; everything else (the
compiler, symbolic shapes, modules) loads when it is first asked for.
"""

# ruff: noqa: F401
from __future__ import annotations

import importlib

from . import (
    autograd,
    devices,
    dispatch,
    dtypes,
    errors,
    left_out,
    machine,
    memory_format,
    ops,
    random,
    surface,
    tensor_types,
)
from .autograd import (
    enable_grad,
    inference_mode,
    is_anomaly_check_nan_enabled,
    is_anomaly_enabled,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .devices import device
from .dispatch import entry as _entry
from .dlpack import from_dlpack
from .dtypes import dtype, finfo, get_default_dtype, iinfo, set_default_dtype
from .errors import LaminaError
from .interop import asarray, frombuffer, set_default_tensor_type
from .ops.construct import as_tensor, from_numpy, is_storage, is_tensor, tensor
from .printing import get_printoptions, set_printoptions
from .random import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .storage import Storage as UntypedStorage
from .tensor import Size, Tensor

__version__ = "0.1.0"

_entry.install()
surface.install()
globals().update({name: fn for name, fn in surface.functions().items() if name not in globals()})
globals().update(dtypes.PUBLIC)
globals().update(memory_format.PUBLIC)
globals().update(tensor_types.PUBLIC)

_LAZY_MODULES = (
    "_C",
    "amp",
    "backends",
    "capture",
    "compiler",
    "config",
    "fft",
    "func",
    "ir",
    "library",
    "linalg",
    "nn",
    "optim",
    "overrides",
    "special",
    "torch",
    "utils",
)
_LAZY_NAMES = {
    "autocast": "lamina.amp",
    "compile": "lamina.compiler",
    "get_autocast_dtype": "lamina.amp",
    "is_autocast_enabled": "lamina.amp",
    "load": "lamina.serialization",
    "save": "lamina.serialization",
}


def __getattr__(name: str):
    if name in _LAZY_NAMES:
        value = getattr(importlib.import_module(_LAZY_NAMES[name]), name)
    elif name in _LAZY_MODULES:
        value = importlib.import_module(f"lamina.{name}")
    elif name in left_out.REASONS:
        raise errors.LeftOutError(f"lamina has no {name!r}: {left_out.REASONS[name]}")
    else:
        raise AttributeError(f"module 'lamina' has no attribute {name!r}")
    globals()[name] = value
    return value
