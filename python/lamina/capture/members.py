"""Guards on the members of tensor classes: methods, properties and constants that a program may have looked up."""

from __future__ import annotations

from ..tensor import Tensor

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
