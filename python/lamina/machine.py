"""How the machine executes: threads of compiled programs and of NumPy's BLAS, which is all that
eager operators use them for, memory kept for reuse, and denormal numbers.
"""

from __future__ import annotations

import ctypes
import functools
import platform
import sys

from . import native
from .errors import RangeError
from .ops.registry import composite

_NAMES = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
    "MKL_{}_Num_Threads",
)


@functools.cache
def _blas():
    """(get, set) of the BLAS that NumPy is linked to, or None where it has neither."""
    from numpy.linalg import _umath_linalg

    # Symbols of the libraries it depends on are found through the extension.
    library = ctypes.CDLL(_umath_linalg.__file__)
    for name in _NAMES:
        getter = getattr(library, name.format("get"), None) or getattr(
            library, name.format("Get_Max"), None
        )
        setter = getattr(library, name.format("set"), None) or getattr(
            library, name.format("Set"), None
        )
        if getter is not None and setter is not None:
            return getter, setter
    return None


@composite
def get_num_threads():
    """How many threads loops of compiled programs may use, and matrix products of eager tensors
    where NumPy's BLAS offers control.
    """
    return native.num_threads()


@composite
def set_num_threads(n):
    """Sets how many threads loops of compiled programs may use, and matrix products of eager tensors
    where NumPy's BLAS offers control. Raises RangeError for n < 1.
    """
    if not isinstance(n, int) or n < 1:
        raise RangeError(f"expected a positive number of threads, got {n!r}", op="set_num_threads")
    native.set_num_threads(n)
    found = _blas()
    if found:
        found[1](ctypes.c_int(n))


def cached_memory():
    """Bytes of dead outputs and workspaces of compiled programs that are kept for the next call."""
    return native.launcher().pool_bytes()


def empty_cache():
    """Returns what `cached_memory` counts to the system. It also happens when memory runs out."""
    native.launcher().pool_trim()


def set_cache_limit(size):
    """Sets how many bytes `cached_memory` may grow to; 0 keeps none. None, as at first, keeps 256 MiB, and
    more as long as compiled programs once had that much in use. Raises RangeError for a negative size.
    """
    if size is not None and (not isinstance(size, int) or size < 0):
        raise RangeError(f"expected a number of bytes, got {size!r}", op="set_cache_limit")
    native.launcher().pool_set_limit(size)


# The SSE control word in glibc's fenv_t on x86-64, and its bits for results and for operands.
_CONTROL_WORD, _ENVIRONMENT_BYTES = 28, 32
_FLUSH = (1 << 15) | (1 << 6)


@composite
def set_flush_denormal(mode):
    """Makes arithmetic of the calling thread treat denormal numbers as zeros, or not. Returns
    whether it could, which is so on Linux on x86-64.
    """
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        return False
    math_library = ctypes.CDLL("libm.so.6")
    environment = ctypes.create_string_buffer(_ENVIRONMENT_BYTES)
    if math_library.fegetenv(environment):
        return False
    word = ctypes.c_uint32.from_buffer(environment, _CONTROL_WORD)
    word.value = word.value | _FLUSH if mode else word.value & ~_FLUSH
    return math_library.fesetenv(environment) == 0
