"""Derivatives as arrays: `jvp`, `jacrev`, `jacfwd`, `hessian`.

Forward derivatives come from reverse ones: a pullback is linear in its cotangent, so its own
pullback, at any cotangent, is the pushforward (J. Townsend, "A new trick for calculating Jacobian
vector products", 2017).
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from ..errors import ArgumentError
from ..ops.registry import aten
from ..tensor import Tensor
from .gradients import check_tensors, positions, vjp
from .levels import flatten, unflatten
from .mapping import vmap


def jvp(func: Callable, primals: tuple, tangents: tuple, *, strict: bool = False, has_aux=False):
    """(func(*primals), its derivative along `tangents`), with has_aux and aux third.

    `tangents` has the structure of `primals`. `strict` is accepted: a result that depends on nothing
    has the derivative zero. Raises ArgumentError for tangents of another structure or shape.
    """
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple):
        raise ArgumentError("jvp: expected primals and tangents as tuples")
    points, spec = flatten(primals)
    directions, given_spec = flatten(tangents)
    _check_like(points, spec, directions, given_spec)
    found = vjp(func, *primals, has_aux=has_aux)
    outputs, out_spec = flatten(found[0])

    def pullback(*cotangents):
        pulled, _ = flatten(found[1](unflatten(out_spec, cotangents)))
        return pulled

    zeros = [aten.zeros_like(o) for o in outputs]
    _, pushforward = vjp(pullback, *zeros)
    return (found[0], unflatten(out_spec, pushforward(directions)), *found[2:])


def jacrev(
    func: Callable,
    argnums: int | tuple = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
) -> Callable:
    """The Jacobian of `func` by its arguments `argnums`, one pullback per element of the result, all
    in one batch (`chunk_size` at a time when given).

    For each tensor of the result and each argument: sizes of the result, then of the argument.
    """

    @functools.wraps(func, updated=())
    def jacobian(*args, **kwargs):
        chosen = positions(argnums, len(args))
        partial, points = _of_chosen(func, args, kwargs, chosen)
        result, pullback, *aux = vjp(partial, *points, has_aux=has_aux)
        outputs, out_spec = flatten(result)
        check_tensors(outputs, "jacrev")
        rows = vmap(_flat_pullback(pullback, out_spec), chunk_size=chunk_size)(*_basis(outputs))
        leaves, spec = flatten(points)
        counts = [o.numel() for o in outputs]
        by_output = [[] for _ in outputs]
        for row, leaf in zip(rows, leaves, strict=True):
            for found, part, output in zip(by_output, row.split(counts), outputs, strict=True):
                found.append(part.reshape((*output.shape, *leaf.shape)))
        trees = [_one_or_all(unflatten(spec, found), argnums) for found in by_output]
        found = unflatten(out_spec, trees)
        return (found, aux[0]) if has_aux else found

    return jacobian


def jacfwd(
    func: Callable,
    argnums: int | tuple = 0,
    has_aux: bool = False,
    *,
    randomness: str = "error",
) -> Callable:
    """The Jacobian of `func` by its arguments `argnums`, one pushforward per element of the
    arguments, all in one batch. Results as `jacrev`'s.
    """

    @functools.wraps(func, updated=())
    def jacobian(*args, **kwargs):
        chosen = positions(argnums, len(args))
        partial, points = _of_chosen(func, args, kwargs, chosen)
        leaves, spec = flatten(points)
        kept: dict = {}

        def push(*directions):
            pushed = jvp(partial, points, unflatten(spec, directions), has_aux=has_aux)
            kept["aux"] = pushed[2] if has_aux else None
            outputs, kept["spec"] = flatten(pushed[1])
            check_tensors(outputs, "jacfwd")
            return tuple(outputs)

        columns = vmap(push, randomness=randomness)(*_basis(leaves))
        counts = [leaf.numel() for leaf in leaves]
        by_output = []
        for column in columns:
            parts = zip(column.split(counts), leaves, strict=True)
            found = [
                part.movedim(0, -1).reshape((*column.shape[1:], *leaf.shape))
                for part, leaf in parts
            ]
            by_output.append(_one_or_all(unflatten(spec, found), argnums))
        found = unflatten(kept["spec"], by_output)
        return (found, kept["aux"]) if has_aux else found

    return jacobian


def hessian(func: Callable, argnums: int | tuple = 0) -> Callable:
    """The second derivative of `func`: `jacfwd` of its `jacrev`."""
    return jacfwd(jacrev(func, argnums), argnums)


def _of_chosen(func: Callable, args: tuple, kwargs: dict, chosen: tuple) -> tuple:
    """`func` as a function of the chosen arguments alone, and their values."""

    def partial(*values):
        arguments = list(args)
        for i, value in zip(chosen, values, strict=True):
            arguments[i] = value
        return func(*arguments, **kwargs)

    return partial, tuple([args[i] for i in chosen])


def _flat_pullback(pullback: Callable, out_spec) -> Callable:
    def pull(*cotangents):
        leaves, _ = flatten(pullback(unflatten(out_spec, cotangents)))
        return tuple(leaves)

    return pull


def _basis(tensors: list) -> list:
    """For each tensor, stacked along a first dimension: for every element of all of them, the unit
    tensor of that element where it is this tensor's, else zeros.
    """
    counts = [t.numel() for t in tensors]
    total = sum(counts)
    found, start = [], 0
    for tensor, count in zip(tensors, counts, strict=True):
        unit = aten.eye.m(total, count, dtype=tensor.dtype, device=tensor.device)
        rolled = unit.roll(start, 0) if start else unit
        found.append(rolled.reshape((total, *tensor.shape)))
        start += count
    return found


def _one_or_all(trees: tuple, argnums):
    return trees[0] if isinstance(argnums, int) else trees


def _check_like(points: list, spec, directions: list, given_spec) -> None:
    if spec != given_spec:
        raise ArgumentError(f"jvp: primals are {spec}, got tangents {given_spec}")
    for point, direction in zip(points, directions, strict=True):
        if not isinstance(point, Tensor) or not isinstance(direction, Tensor):
            raise ArgumentError("jvp: expected tensors as primals and tangents")
        if point.shape != direction.shape:
            raise ArgumentError(
                f"jvp: a primal has shape {list(point.shape)}, its tangent {list(direction.shape)}"
            )
