"""Arguments and results as flat lists of leaves: tuples, lists, dicts, named tuples and
dataclasses, nested, and classes that the user registered.

None, modules and objects of classes unknown to pytrees are leaves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import optree

from ..errors import ValueError_

_NAMESPACE = "lamina"
_dataclasses: set[type] = set()
_leaf_types: set[type] = {type(None), bool, int, float, complex, str, bytes}


def flatten(tree: Any) -> tuple[list, optree.PyTreeSpec]:
    """The leaves of `tree` in order, and its structure, which is hashable and comparable."""
    leaves, spec = optree.tree_flatten(tree, none_is_leaf=True, namespace=_NAMESPACE)
    for leaf in leaves:
        if type(leaf) not in _leaf_types and _learn(type(leaf)):
            return flatten(tree)
    return leaves, spec


def unflatten(spec: optree.PyTreeSpec, leaves: list) -> Any:
    """The tree of structure `spec` with these leaves."""
    return optree.tree_unflatten(spec, leaves)


def leaf_names(spec: optree.PyTreeSpec, root: str) -> list[str]:
    """For each leaf how a user would write it: `args[0]['x']`."""
    accessors = optree.treespec_accessors(spec)
    return [accessor.codify(root) for accessor in accessors]


def states(tree: Any) -> list:
    """The lists and dictionaries that hold what is in a tree, those of its objects included."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if optree.tree_is_leaf(node, none_is_leaf=True, namespace=_NAMESPACE):
            continue
        if isinstance(node, (list, dict)):
            found.append(node)
        elif hasattr(node, "__dict__"):
            found.append(vars(node))
        waiting += optree.tree_flatten_one_level(node, none_is_leaf=True, namespace=_NAMESPACE)[0]
    return found


def register(cls: type, take_apart: Callable, put_together: Callable) -> None:
    """Makes instances of `cls` nodes: take_apart(x) gives children and a context, put_together(list of
    children, context) the instance. Raises ValueError_ when `cls` is a node already.
    """
    if cls in _dataclasses:
        # It is one because nobody said how to take it apart.
        optree.unregister_pytree_node(cls, namespace=_NAMESPACE)
        _dataclasses.discard(cls)

    def flattened(value):
        children, context = take_apart(value)
        return tuple(children), context

    try:
        optree.register_pytree_node(
            cls,
            flattened,
            lambda context, children: put_together(list(children), context),
            namespace=_NAMESPACE,
        )
    except ValueError as error:
        raise ValueError_(f"{cls.__name__} is a tree node already") from error
    _leaf_types.discard(cls)


def _learn(cls: type) -> bool:
    """Notes that `cls` is a leaf, or registers it as a node when it is a dataclass; whether it did
    the latter.
    """
    if not dataclasses.is_dataclass(cls):
        _leaf_types.add(cls)
        return False
    names = tuple(f.name for f in dataclasses.fields(cls))

    def take_apart(value):
        return tuple(getattr(value, n) for n in names), None, names

    def put_together(_, children):
        value = object.__new__(cls)
        for name, child in zip(names, children, strict=True):
            object.__setattr__(value, name, child)
        return value

    optree.register_pytree_node(cls, take_apart, put_together, namespace=_NAMESPACE)
    _dataclasses.add(cls)
    return True
