"""Where in the user's program an operation comes from: the innermost Python frame outside of
lamina.
"""

from __future__ import annotations

import functools
import os
import sys

from mlir import ir

from ..errors import Frame
from .context import context, unknown

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_INTERNAL: dict = {}


def current() -> ir.Location:
    """The user's line that is being executed."""
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        internal = _INTERNAL.get(code)
        if internal is None:
            internal = _INTERNAL[code] = code.co_filename.startswith((_PACKAGE, "<frozen"))
        if not internal:
            return at(code.co_filename, frame.f_lineno, code.co_name)
        frame = frame.f_back
    return unknown()


@functools.lru_cache(maxsize=4096)
def at(file: str, line: int, function: str) -> ir.Location:
    """The location of a line, named after the function it is in."""
    return ir.Location.name(function, ir.Location.file(file, line, 0, context()), context())


@functools.lru_cache(maxsize=4096)
def derivative(location: ir.Location) -> ir.Location:
    """The location of what was derived from the operation at `location`."""
    return ir.Location.name("gradient", location, context())


def frame_of(location: ir.Location) -> Frame | None:
    """The first user line that a location names, or None."""
    if location.is_a_name():
        found = frame_of(location.child_loc)
        return found and found._replace(function=location.name_str)
    if location.is_a_file():
        return Frame(location.filename, location.start_line, "")
    if location.is_a_fused():
        return next(filter(None, map(frame_of, location.locations)), None)
    if location.is_a_callsite():
        return frame_of(location.callee) or frame_of(location.caller)
    return None
