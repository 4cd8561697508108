"""Linear algebra: `lamina.linalg.solve` and all that torch has in the module of this name.

Generated from the operators and composites called linalg_*; nothing is defined here. Functions take
batches of matrices in the last two dimensions and `out=`.
"""

from .errors import LinAlgError
from .surface import prefixed as _prefixed

_functions = _prefixed("linalg_")
globals().update(_functions)

__all__ = ["LinAlgError", *_functions]
