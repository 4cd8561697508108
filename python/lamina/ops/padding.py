"""Padding with the input's own elements: mirrored at the ends, or the end repeated.

Inputs are [N, C, *S] or [C, *S] with 1 to 3 spatial dimensions. `padding` holds the amounts before
and after each of them, the last dimension first, as in torch; negative amounts crop.
"""

from __future__ import annotations

from ..errors import ShapeError
from . import layout
from .formulas import zeros_at
from .registry import aten, op


def _slice(p, x, dim, start, stop):
    starts, stops = [0] * x.ndim, list(x.shape)
    starts[dim], stops[dim] = start, stop
    return p.slice(x, starts, stops, [1] * x.ndim)


def _place(p, x, dim, before, after):
    """x between zeros along dim."""
    low, high = [0] * x.ndim, [0] * x.ndim
    low[dim], high[dim] = before, after
    return p.pad(x, low, high, [0] * x.ndim, 0)


def _reflected(p, x, dim, before, after):
    size = x.shape[dim]
    head = p.flip(_slice(p, x, dim, 1, before + 1), (dim,)) if before > 0 else None
    tail = p.flip(_slice(p, x, dim, size - 1 - after, size - 1), (dim,)) if after > 0 else None
    return head, tail


def _reflected_back(p, head, tail, dim, size):
    """What the gradients of the mirrored ends add to that of the input."""
    for part, start in ((head, 1), (tail, None)):
        if part is not None:
            width = part.shape[dim]
            start = size - 1 - width if start is None else start
            yield _place(p, p.flip(part, (dim,)), dim, start, size - width - start)


def _replicated(p, x, dim, before, after):
    ends = []
    for amount, place in ((before, 0), (after, x.shape[dim] - 1)):
        shape = (*x.shape[:dim], amount, *x.shape[dim + 1 :])
        ends.append(p.expand(_slice(p, x, dim, place, place + 1), shape) if amount > 0 else None)
    return ends


def _replicated_back(p, head, tail, dim, size):
    for part, start in ((head, 0), (tail, size - 1)):
        if part is not None:
            total = p.unsqueeze(p.sum(part, (dim,)), (dim,))
            yield _place(p, total, dim, start, size - 1 - start)


_MODES = {
    "reflection": (_reflected, _reflected_back),
    "replication": (_replicated, _replicated_back),
}


def _amounts(self, padding, rank, mode):
    """(dimension, before, after) of every padded dimension. Raises ShapeError."""
    if self.ndim not in (rank + 1, rank + 2) or 0 in self.shape[self.ndim - rank - 1 :]:
        raise ShapeError(
            f"expected {rank + 1} or {rank + 2} dimensions with elements, got shape "
            f"{tuple(self.shape)}"
        )
    if len(padding) != 2 * rank:
        raise ShapeError(f"padding must be {2 * rank} numbers, got {tuple(padding)}")
    amounts = [(self.ndim - 1 - i, padding[2 * i], padding[2 * i + 1]) for i in range(rank)]
    for dim, before, after in amounts:
        size = self.shape[dim]
        if mode == "reflection" and max(before, after) >= size:
            raise ShapeError(
                f"padding {before} and {after} must be less than the size of dimension {dim} of "
                f"shape {tuple(self.shape)}"
            )
        if size + before + after < 1:
            raise ShapeError(
                f"padding {before} and {after} leaves nothing of dimension {dim} of shape "
                f"{tuple(self.shape)}"
            )
    return amounts


def _padded(p, x, dim, before, after, ends):
    size = x.shape[dim]
    head, tail = ends(p, x, dim, before, after)
    core = _slice(p, x, dim, max(0, -before), size - max(0, -after))
    parts = [part for part in (head, core, tail) if part is not None]
    return core if len(parts) == 1 else p.concat(parts, dim)


def _unpadded(p, grad, dim, before, after, size, ends_back):
    first, last = max(before, 0), grad.shape[dim] - max(after, 0)
    core = _place(p, _slice(p, grad, dim, first, last), dim, max(0, -before), max(0, -after))
    head = _slice(p, grad, dim, 0, first) if before > 0 else None
    tail = _slice(p, grad, dim, last, grad.shape[dim]) if after > 0 else None
    for part in ends_back(p, head, tail, dim, size):
        core = p.add(core, part)
    return core


def _pad(mode, rank):
    ends, ends_back = _MODES[mode]
    name = f"{mode}_pad{rank}d"

    def forward(p, self, padding):
        result = p.clone(self)
        for dim, before, after in _amounts(self, padding, rank, mode):
            result = _padded(p, result, dim, before, after, ends)
        return result

    def backward(p, grad_output, self, padding):
        grad = grad_output
        for dim, before, after in reversed(_amounts(self, padding, rank, mode)):
            grad = _unpadded(p, grad, dim, before, after, self.shape[dim], ends_back)
        return grad

    forward.__doc__ = {
        "reflection": f"The last {rank} dimensions continued by their mirror image at both ends.",
        "replication": f"The last {rank} dimensions continued by their first and last elements.",
    }[mode]
    backward.__doc__ = f"The gradient of {name}."
    op(
        f"{name}(Tensor self, SymInt[{2 * rank}] padding) -> Tensor",
        layout=layout.suggested("self"),
        variants="",
        vjp={
            "self": lambda grad, self, padding: getattr(aten, f"{name}_backward")(
                grad, self, padding
            )
        },
    )(forward)
    op(
        f"{name}_backward(Tensor grad_output, Tensor self, SymInt[{2 * rank}] padding) -> Tensor",
        variants="",
        vjp={
            "grad_output": lambda grad, padding: getattr(aten, name)(grad, padding),
            "self": zeros_at,
        },
    )(backward)


for _mode in _MODES:
    for _rank in (1, 2, 3):
        _pad(_mode, _rank)
