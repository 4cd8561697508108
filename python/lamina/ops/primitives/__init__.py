"""The NumPy meaning of every primitive of the dialect: `primitives.X` is what `lamina.X` computes.

Eager kernels and the IR interpreter call these; the IR builder has methods of the same names, so a
registry entry written over one runs over the other. Nothing here knows of Tensors, autograd or
tracing, and dtypes are `numpy.dtype` objects. Operands already have matching dtypes: promotion is
the caller's.
"""

from .contraction import *  # noqa: F403
from .elementwise import *  # noqa: F403
from .factory import *  # noqa: F403
from .indexing import *  # noqa: F403
from .reduction import *  # noqa: F403
from .view import *  # noqa: F403
