"""The compiler: stages from a captured program to something callable, and how it is called.

Nothing here edits IR: passes do. Nothing here knows of an operator.
"""

from .compile import Compiled, compile
from .lowered import Lowered, lower

__all__ = ["Compiled", "Lowered", "compile", "lower"]
