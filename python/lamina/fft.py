"""Fourier transforms: `lamina.fft.rfft` and all that torch has in the module of this name.

Generated from the composites called fft_*; nothing is defined here. Functions take `out=`.
"""

from .surface import prefixed as _prefixed

_functions = _prefixed("fft_")
globals().update(_functions)

__all__ = [*_functions]
