"""How tensors print: values as torch users expect them, metadata where values are unknown."""

from __future__ import annotations

import numpy as np

from . import dtypes

_WIDTH = 80
_THRESHOLD = 1000
_EDGE = 3


def tensor_repr(tensor) -> str:
    """`tensor([[1., 2.]], grad_fn=<MulBackward0>)`; a traced tensor prints its shape and dtype."""
    name = "tensor" if type(tensor).__name__ == "Tensor" else type(tensor).__name__
    if tensor._storage.traced:
        suffixes = [f"size={list(tensor.shape)}", f"dtype={tensor.dtype}", *_history(tensor)]
        return f"{name}(..., {', '.join(suffixes)})"
    indent = len(name) + 1
    suffixes = [*_type(tensor), *_history(tensor)]
    if tensor.numel() == 0 and tensor.shape != (0,):
        suffixes.insert(0, f"size={tuple(tensor.shape)}")
    text = f"{name}({_body(np.asarray(tensor._array), indent)}"
    width = len(text) - text.rfind("\n") - 1
    for suffix in suffixes:
        wraps = width + len(suffix) + 2 > _WIDTH
        text += (",\n" + " " * indent if wraps else ", ") + suffix
        width = indent + len(suffix) if wraps else width + len(suffix) + 2
    return text + ")"


def _body(array: np.ndarray, indent: int) -> str:
    """The numbers in brackets, all formatted alike; large tensors are summarized."""
    if dtypes.from_numpy(array.dtype).is_floating_point:
        array = array.astype(np.float64)
    if array.size == 0:
        return "[]"
    summarize = array.size > _THRESHOLD
    shown = _corners(array) if summarize else array
    if array.dtype.kind == "c":
        real, imag = _formatter(shown.real), _formatter(shown.imag)

        def one(z):
            sign = "" if np.signbit(z.imag) else "+"
            return real(z.real) + sign + imag(z.imag).lstrip() + "j"
    else:
        one = _formatter(shown)
    return _layout(array, one, indent, summarize)


def _layout(array: np.ndarray, one, indent: int, summarize: bool) -> str:
    if array.ndim == 0:
        return one(array[()])
    edges = summarize and array.shape[0] > 2 * _EDGE
    if array.ndim == 1:
        return _row(array, one, indent, edges)
    rows = [*array[:_EDGE], *array[-_EDGE:]] if edges else array
    parts = [_layout(row, one, indent + 1, summarize) for row in rows]
    if edges:
        parts.insert(_EDGE, "...")
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


def _row(array: np.ndarray, one, indent: int, edges: bool) -> str:
    texts = [one(v) for v in ([*array[:_EDGE], *array[-_EDGE:]] if edges else array)]
    per_line = max(1, (_WIDTH - indent) // (len(texts[0]) + 2))
    if edges:
        texts.insert(_EDGE, " ...")
    lines = [", ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _corners(array: np.ndarray) -> np.ndarray:
    """The elements that a summary shows."""
    for axis, size in enumerate(array.shape):
        if size > 2 * _EDGE:
            array = np.take(array, [*range(_EDGE), *range(size - _EDGE, size)], axis)
    return array


def _formatter(array: np.ndarray):
    """How to print one of these numbers: as wide as the widest, in scientific notation for a wide range."""
    if array.dtype.kind == "b":
        width = max(len(str(v)) for v in np.unique(array))
        return lambda v: str(bool(v)).rjust(width)
    if array.dtype.kind != "f":
        width = max(len(str(array.min())), len(str(array.max())))
        return lambda v: str(v).rjust(width)
    sizes = np.abs(array[np.isfinite(array) & (array != 0)])
    if sizes.size == 0:
        return _aligned(array, "{:.0f}.")
    low, high = float(sizes.min()), float(sizes.max())
    whole = bool(np.all(sizes == np.ceil(sizes)))
    if high / low > 1000 or high > 1e8 or (not whole and low < 1e-4):
        return _aligned(array, "{:.4e}")
    return _aligned(array, "{:.0f}." if whole else "{:.4f}")


def _aligned(array: np.ndarray, pattern: str):
    def text(v) -> str:
        return pattern.format(v) if np.isfinite(v) else str(float(v))

    shown = array[np.isfinite(array) & (array != 0)]
    # Only the extremes can be widest.
    width = max((len(text(v)) for v in (shown.min(), shown.max())), default=0) if shown.size else 0
    return lambda v: text(v).rjust(width)


def _type(tensor) -> list[str]:
    """The dtype and device, where they are not what one would assume."""
    found = []
    dtype, default = tensor.dtype, dtypes.get_default_dtype()
    if dtype not in (dtypes.int64, dtypes.bool, default, default.to_complex()):
        found.append(f"dtype={dtype}")
    if tensor.device.type != "cpu":
        found.append(f"device='{tensor.device}'")
    return found


def _history(tensor) -> list[str]:
    fn = tensor.grad_fn
    if fn is not None:
        return [f"grad_fn=<{fn.name()}>"]
    return ["requires_grad=True"] if tensor.requires_grad else []
