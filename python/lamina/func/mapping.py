"""`vmap`: a function of single examples, mapped over a dimension of its arguments.

A `BatchLevel` hides one dimension of size `size`, the first of each value. What an operator does with
it is its batching rule (`lamina.func.rules`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from ..dispatch import transforms
from ..errors import UnsupportedError, ValueError_
from ..ops.registry import aten
from ..tensor import Tensor
from .levels import Level, LevelTensor, flatten, map_tensors, spread, unflatten
from .rules import rule_of

_RANDOMNESS = ("error", "same", "different")


class BatchLevel(Level):
    """One mapped dimension. `randomness` says what random operators do: see `vmap`."""

    skip = 1

    def __init__(self, size: int, randomness: str):
        self.size, self.randomness = size, randomness

    def process(self, op, args: tuple):
        """Runs the operator's batching rule on values; one that has no batched operand runs once."""
        if not self.sees(args):
            return transforms.call(op, args)
        for i in op.writes:
            self.check_target(op, args[i])
        owned = [_owned(self, value) for value in args]
        result = rule_of(op)(op, map_tensors(self.unwrap, args), owned, self.size)
        if op.writes:
            for i in op.writes:
                self.look(args[i], args[i].value)
            targets = tuple([args[i] for i in op.writes])
            return targets[0] if len(op.schema.returns) == 1 else targets
        if isinstance(result, tuple):
            return op.pack([r if r is None else self._result(op, args, r) for r in result])
        return self._result(op, args, result)

    def draw(self, words: Callable, count: int) -> Tensor:
        """Words for one example, as `randomness` says. Raises UnsupportedError if that is "error"."""
        if self.randomness == "error":
            raise UnsupportedError(
                "vmap: the function draws random numbers; say randomness='same' or 'different'"
            )
        if self.randomness == "same":
            return words(count)
        return self.wrap(words(self.size * count).reshape((self.size, count)))

    def _result(self, op, args: tuple, value: Tensor) -> LevelTensor:
        tensor = self.wrap(value)
        if op.is_view and self.owns(args[0]):
            tensor._counter = args[0]._counter
        return tensor


def _owned(level: BatchLevel, value):
    """Whether an argument belongs to the level; of a list, for each element."""
    if isinstance(value, (list, tuple)):
        return [level.owns(v) for v in value]
    return level.owns(value)


def vmap(
    func: Callable,
    in_dims=0,
    out_dims=0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable:
    """`func` mapped over dimension `in_dims` of its positional arguments.

    in_dims: an int for all arguments, or a structure like theirs of ints and None (not mapped).
    out_dims: where the mapped dimension is in the results, likewise.
    randomness: "error" refuses random operators, "different" draws for each example, "same" once.
    chunk_size: map so many examples at a time, to use less memory.

    Raises ValueError_ (a ValueError) when in_dims do not fit the arguments or mapped sizes differ.
    """
    if randomness not in _RANDOMNESS:
        raise ValueError_(f"vmap: randomness must be one of {_RANDOMNESS}, got {randomness!r}")
    if chunk_size is not None and chunk_size < 1:
        raise ValueError_(f"vmap: chunk_size must be positive, got {chunk_size}")

    @functools.wraps(func, updated=())
    def mapped(*args, **kwargs):
        leaves, spec = flatten(args)
        dims = _dims_of(in_dims, args, leaves)
        size = _mapped_size(leaves, dims)
        moved = [x if d is None else x.movedim(d, 0) for x, d in zip(leaves, dims, strict=True)]
        run = functools.partial(_run, func, spec, dims, kwargs, randomness)
        if chunk_size is None or chunk_size >= size:
            return _placed(*run(moved, size), out_dims)
        return _in_chunks(run, moved, dims, size, chunk_size, out_dims)

    return mapped


def _run(func, spec, dims, kwargs, randomness, leaves, size: int) -> tuple:
    """The results of one batch, mapped dimension first, and their structure."""
    level = BatchLevel(size, randomness)
    with level.active():
        inputs = [x if d is None else level.wrap(x) for x, d in zip(leaves, dims, strict=True)]
        result = func(*unflatten(spec, inputs), **kwargs)
    outputs, out_spec = flatten(result)
    for output in outputs:
        if not isinstance(output, Tensor):
            raise ValueError_(
                f"vmap: expected the function to return tensors, got {type(output).__name__}"
            )
    return [_batch_first(level, o) for o in outputs], out_spec


def _batch_first(level: BatchLevel, output: Tensor) -> Tensor:
    if level.owns(output):
        return output.value
    return output.unsqueeze(0).expand((level.size, *output.shape))


def _in_chunks(run, moved, dims, size, chunk_size, out_dims):
    found = []
    for start in range(0, size, chunk_size):
        count = min(chunk_size, size - start)
        part = [
            x if d is None else x.narrow(0, start, count) for x, d in zip(moved, dims, strict=True)
        ]
        found.append(run(part, count))
    outputs = [aten.cat(list(parts)) for parts in zip(*[outs for outs, _ in found], strict=True)]
    return _placed(outputs, found[0][1], out_dims)


def _placed(outputs: list, spec, out_dims):
    """The results with the mapped dimension where `out_dims` says."""
    tree = unflatten(spec, outputs)
    try:
        dims = spread(out_dims, tree)
    except ValueError as error:
        raise ValueError_(f"vmap: out_dims={out_dims!r} do not fit the result: {error}") from None
    if any(d is None for d in dims):
        raise ValueError_("vmap: out_dims=None is for results that are not mapped; return them")
    placed = [o if d == 0 else o.movedim(0, d) for o, d in zip(outputs, dims, strict=True)]
    return unflatten(spec, placed)


def _dims_of(in_dims, args: tuple, leaves: list) -> list:
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError_(f"vmap: in_dims must be an int or a tuple, got {in_dims!r}")
    if not args:
        raise ValueError_("vmap: the function got no positional arguments to map over")
    try:
        dims = spread(in_dims, args)
    except ValueError as error:
        raise ValueError_(f"vmap: in_dims={in_dims!r} do not fit the arguments: {error}") from None
    for leaf, dim in zip(leaves, dims, strict=True):
        if dim is None:
            continue
        if not isinstance(leaf, Tensor):
            raise ValueError_(
                f"vmap: in_dims maps over a {type(leaf).__name__}; give None for what is no tensor"
            )
        if not isinstance(dim, int) or not -leaf.ndim <= dim < leaf.ndim:
            raise ValueError_(f"vmap: in_dim {dim!r} does not fit shape {list(leaf.shape)}")
    return dims


def _mapped_size(leaves: list, dims: list) -> int:
    sizes = {x.shape[d] for x, d in zip(leaves, dims, strict=True) if d is not None}
    if not sizes:
        raise ValueError_("vmap: in_dims maps over nothing; at least one must not be None")
    if len(sizes) > 1:
        raise ValueError_(f"vmap: mapped dimensions must have one size, got {sorted(sizes)}")
    return sizes.pop()
