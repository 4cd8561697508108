"""Trees of containers under torch's names: how arguments and results of compiled functions and
transforms are taken apart.

Tuples, lists, dicts, named tuples and dataclasses are nodes; further classes are registered here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optree

from ..capture import flatten
from ..errors import ValueError_


def register_pytree_node(
    cls: type,
    flatten_fn: Callable[[Any], tuple[list, Any]],
    unflatten_fn: Callable[[list, Any], Any],
    *,
    serialized_type_name: str | None = None,
    to_dumpable_context: Callable | None = None,
    from_dumpable_context: Callable | None = None,
    flatten_with_keys_fn: Callable | None = None,
) -> None:
    """Makes instances of `cls` nodes: `flatten_fn(x)` gives children and a context that can be
    compared, `unflatten_fn(children, context)` the instance again. The names for serialization are
    accepted and not used. Raises ValueError_ when `cls` is a node already.
    """
    flatten.register(cls, flatten_fn, unflatten_fn)


def tree_flatten(tree: Any) -> tuple[list, optree.PyTreeSpec]:
    """The leaves of `tree` in order, and its structure. None is a leaf."""
    return flatten.flatten(tree)


def tree_unflatten(leaves: list, treespec: optree.PyTreeSpec) -> Any:
    """The tree of this structure with these leaves. Raises ValueError_ for another number of them."""
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError_(
            f"tree_unflatten: {len(leaves)} leaves for a structure of {treespec.num_leaves}"
        )
    return flatten.unflatten(treespec, leaves)


def tree_leaves(tree: Any) -> list:
    """The leaves of `tree` in order."""
    return tree_flatten(tree)[0]


def tree_map(func: Callable, tree: Any, *rests: Any) -> Any:
    """A tree of func(leaf, leaves at the same place of `rests`)."""
    leaves, spec = tree_flatten(tree)
    others = [spec.flatten_up_to(rest) for rest in rests]
    return tree_unflatten([func(*xs) for xs in zip(leaves, *others, strict=True)], spec)


def tree_map_only(kind: type | tuple, func: Callable, tree: Any) -> Any:
    """A tree of func(leaf) where a leaf is of class `kind`, and of the leaf itself elsewhere."""
    return tree_map(lambda leaf: func(leaf) if isinstance(leaf, kind) else leaf, tree)
