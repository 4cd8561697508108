"""Padding at the ends of dimensions."""

from __future__ import annotations

from ...errors import ShapeError, ValueError_
from ...ops.registry import aten


def pad(input, pad, mode="constant", value=None):
    """Adds pad[0] and pad[1] elements before and after the last dimension, pad[2] and pad[3] to the one before it, ...

    mode is constant (of `value`, 0 by default; negative amounts crop), reflect, replicate or circular.
    """
    amounts = tuple(pad)
    if len(amounts) % 2 or len(amounts) > 2 * input.ndim:
        raise ShapeError(
            f"padding {list(amounts)} does not come in pairs for at most {input.ndim} dimensions", op="pad"
        )
    if mode == "constant":
        return aten.constant_pad_nd(input, amounts, 0 if value is None else value)
    if mode not in _PLACES:
        raise ValueError_(f"mode must be constant, {', '.join(_PLACES)}, got {mode!r}", op="pad")
    if value is not None:
        raise ValueError_(f"mode {mode!r} takes no value", op="pad")
    for i in range(len(amounts) // 2):
        input = _extend(input, input.ndim - 1 - i, amounts[2 * i], amounts[2 * i + 1], mode)
    return input


def _extend(input, dim: int, before: int, after: int, mode: str):
    if before == after == 0:
        return input
    length = input.shape[dim]
    limit = {"reflect": length - 1, "circular": length}.get(mode)
    if limit is not None and max(before, after) > limit:
        raise ShapeError(
            f"{mode} padding of {before} and {after} does not fit dimension {dim} of shape {list(input.shape)}",
            op="pad",
        )
    places = aten.arange.start_step(-before, length + after, 1, device=input.device)
    return input.index_select(dim, _PLACES[mode](places, length))


def _reflect(places, length: int):
    places = places.abs()
    return (length - 1) - ((length - 1) - places).abs()


_PLACES = {
    "reflect": _reflect,
    "replicate": lambda places, length: places.clamp(0, length - 1),
    "circular": lambda places, length: places.remainder(length),
}
