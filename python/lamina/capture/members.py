"""Guards on what a program may have looked up of tensors: methods, properties and constants of their classes, and
attributes of their own.
"""

from __future__ import annotations

from ..tensor import Size, Tensor
from .record import SIMPLE
from .replaced import plain_attributes

_PACKAGE = Tensor.__module__.partition(".")[0]


def members_of(cls: type, bound: dict) -> list[tuple[str, str]]:
    """Code that must be true for the members of a tensor class and its bases to be the same, with what it says in
    words. Classes of lamina do not change.
    """
    found = []
    for base in cls.__mro__[: cls.__mro__.index(Tensor)]:
        if base.__module__.partition(".")[0] == _PACKAGE:
            continue
        name = f"{base.__name__}_{id(base)}"
        bound[f"{name}_"], bound[f"members_of_{name}"] = base, dict(vars(base))
        found.append(
            (f"vars({name}_) == members_of_{name}", f"{base.__name__} has the same members")
        )
    return found


def attributes_of(x, number: int, bound: dict) -> list[tuple[str, str]]:
    """Code that must be true for an input or a wrapper, `t<number>`, to have the same plain attributes, with what it
    says in words. Plain tensors without any are not asked.
    """
    before = {k: v for k, v in x.before["attributes"].items() if isinstance(v, (*SIMPLE, Size))}
    is_ours = type(x.tensor).__module__.partition(".")[0] == _PACKAGE
    if is_ours and not before:
        return []
    bound[f"attributes{number}"], bound["plain_attributes"] = before, plain_attributes
    code = f"plain_attributes(t{number}) == attributes{number}"
    return [(code, f"{x.source.text} has the same attributes ({', '.join(before) or 'none'})")]
