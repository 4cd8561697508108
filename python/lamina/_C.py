"""Names that tensor classes written for torch take from `torch._C`."""

from .overrides import (
    DisableTorchFunction,
    DisableTorchFunctionSubclass,
    _disabled_torch_function_impl,
)
from .overrides import is_torch_function_all_disabled as _is_torch_function_all_disabled
from .overrides import is_torch_function_enabled as _is_torch_function_enabled

__all__ = [
    "DisableTorchFunction",
    "DisableTorchFunctionSubclass",
    "_disabled_torch_function_impl",
    "_is_torch_function_all_disabled",
    "_is_torch_function_enabled",
]
