"""Padding at the ends of dimensions."""

from __future__ import annotations

from ...errors import RangeError, ShapeError, UnsupportedError
from ...ops.registry import aten

_MODES = {"reflect": "reflection_pad", "replicate": "replication_pad"}


def pad(input, pad, mode="constant", value=None):
    """Adds pad[0] and pad[1] elements before and after the last dimension, pad[2] and pad[3] to the
    one before it, ...

    mode is constant (of `value`, 0 by default; negative amounts crop), reflect, replicate or
    circular; the last three pad the last 1, 2 or 3 dimensions of inputs that have one or two more.
    Raises ShapeError for amounts that do not fit, UnsupportedError for other ranks and modes.
    """
    amounts = tuple(pad)
    if len(amounts) % 2 or len(amounts) > 2 * input.ndim:
        raise ShapeError(
            f"padding {list(amounts)} does not come in pairs for at most {input.ndim} dimensions",
            op="pad",
        )
    if mode == "constant":
        return aten.constant_pad_nd(input, amounts, 0 if value is None else value)
    if mode not in _MODES and mode != "circular":
        raise UnsupportedError(
            f"mode must be constant, reflect, replicate or circular, got {mode!r}", op="pad"
        )
    if value is not None:
        raise RangeError(f"mode {mode!r} takes no value", op="pad")
    rank = len(amounts) // 2
    if rank not in (1, 2, 3) or input.ndim not in (rank + 1, rank + 2):
        raise UnsupportedError(
            f"{mode} padding of {list(amounts)} pads 1 to 3 dimensions of an input with one or two "
            f"more, got shape {list(input.shape)}",
            op="pad",
        )
    if mode == "circular":
        return _circular(input, amounts)
    return getattr(aten, f"{_MODES[mode]}{rank}d")(input, amounts)


def _circular(input, amounts):
    for i in range(len(amounts) // 2):
        dim, before, after = input.ndim - 1 - i, amounts[2 * i], amounts[2 * i + 1]
        size = input.shape[dim]
        if max(before, after) > size or size + before + after < 0:
            raise ShapeError(
                f"circular padding of {before} and {after} does not fit dimension {dim} of shape "
                f"{list(input.shape)}",
                op="pad",
            )
        core = input.narrow(dim, max(0, -before), size - max(0, -before) - max(0, -after))
        parts = [core]
        if before > 0:
            parts.insert(0, core.narrow(dim, core.shape[dim] - before, before))
        if after > 0:
            parts.append(core.narrow(dim, 0, after))
        input = parts[0] if len(parts) == 1 else aten.cat(parts, dim)
    return input
