"""The classes of results with names: `lamina.return_types.sort(values, indices)`, made as operators
register.

They are found here by name, so that results can be pickled.
"""

from __future__ import annotations

from collections import namedtuple


def named(name: str, *fields: str) -> type:
    """The class of results of `name` with these fields, in order. Raises ValueError when it has
    others.
    """
    known = globals().get(name)
    if known is None:
        known = globals()[name] = namedtuple(name, fields, module=__name__)
    if known._fields != fields:
        raise ValueError(f"results of {name} have the fields {known._fields}, not {fields}")
    return known
