"""What wrapper tensors must be like for a compiled program to serve them: what their classes say of them, and what
autograd does. Their inner tensors are inputs, which are guarded as such.
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

from ..errors import CompileError
from .members import attributes_of, members_of
from .wrapping import Wrapper


class Kind(NamedTuple):
    """The inner tensors of a wrapper by attribute, and its context, which other wrappers are compared with."""

    names: tuple[str, ...]
    context: Any
    custom: Any

    def fits(self, tensor) -> bool:
        """Whether a wrapper is taken apart into the same attributes, with a context that the program serves."""
        names, context = tensor.__tensor_flatten__()
        if tuple(names) != self.names:
            return False
        if self.custom is not None:
            return bool(self.custom(self.context, context))
        return bool(self.context == context)


def conditions(w: Wrapper, first: int, sources: list, bound: dict) -> list[tuple[str, str]]:
    """Code that must be true of a wrapper, each with what it says in words. In it, `t3` is input 3, and wrappers
    come after all inputs, from `first` on; `sources` is where each is found. Raises CompileError for a
    `__metadata_guard__` that is no class method of two arguments.
    """
    number = first + w.number
    tensor, name, text = w.tensor, f"t{number}", w.source.text
    cls, custom = type(tensor), _custom(type(tensor))
    bound[f"class{number}"], bound[f"kind{number}"] = cls, Kind(tuple(w.inner), w.context, custom)
    array, needs = w.before["_array"], w.edge is not None
    geometry = (array.shape, w.before["_strides"], w.before["_offset"])
    bound[f"dtype{number}"] = array.dtype
    found = [
        (f"type({name}) is class{number}", f"{text} is a {cls.__name__}"),
        (f"kind{number}.fits({name})", f"{text} has the same context"),
        (f"{name}._array.dtype == dtype{number}", f"{text} has dtype {tensor.dtype}"),
        (f"{name}.geometry == {geometry}", f"{text} has shape {list(array.shape)}, and strides"),
        (f"requires_grad({name}) is {needs}", f"{text} requires grad: {needs}"),
        (
            f"({name}._counter is None) is {w.before['_counter'] is None}",
            f"{text} is made in inference mode, or not",
        ),
        (
            f"({name}._view is None) is {w.before['_view'] is None}",
            f"{text} is a view, or not",
        ),
    ]
    if needs:
        meta = w.before["_autograd"]
        is_leaf = meta is None or meta.grad_fn is None
        found.append((f"{name}.is_leaf is {is_leaf}", f"{text} is a leaf: {is_leaf}"))
    found += members_of(cls, bound)
    for attribute, (kind, index) in w.places.items():
        at = index if kind == "input" else first + index
        if sources[at].code != w.source.attribute(attribute).code:
            code = f"{name}.{attribute} is t{at}"
            found.append((code, f"{text}.{attribute} is {sources[at].text}"))
    if custom is None:
        found += attributes_of(w, number, bound)
    return found


def shared_counters(wrappers: list[Wrapper], first: int) -> list[tuple[str, str]]:
    """Which of several wrappers count writes together, as views and their base do."""
    if len(wrappers) < 2:
        return []
    counters = [id(w.before["_counter"]) for w in wrappers]
    same = tuple(counters.index(c) for c in counters)
    listed = ", ".join(f"id(t{first + w.number}._counter)" for w in wrappers)
    return [(f"indices([{listed}]) == {same}", "which wrapper tensors are views of one")]


def indices(keys: list) -> tuple[int, ...]:
    """For each key where it stands first."""
    return tuple(keys.index(key) for key in keys)


def _custom(cls: type):
    """The class's own comparison of contexts, None if it has none."""
    method = inspect.getattr_static(cls, "__metadata_guard__", None)
    if method is None:
        return None
    if not isinstance(method, classmethod):
        raise CompileError(
            f"Tensor subclass method __metadata_guard__ must be a classmethod, which that of {cls.__name__} is not"
        )
    if len(inspect.signature(method.__func__).parameters) != 3:
        raise CompileError(
            "Tensor subclass method __metadata_guard__ must take exactly two subclass metadata arguments, "
            f"which that of {cls.__name__} does not"
        )
    return cls.__metadata_guard__
