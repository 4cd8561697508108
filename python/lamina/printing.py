"""How tensors print: values as torch users expect them, metadata where values are unknown.

`set_printoptions` says how precisely, how many and how wide. All numbers of a tensor are formatted alike, by
a `_Format` that looks at those which will be shown.
"""

from __future__ import annotations

import math

import numpy as np

from . import dtypes
from .errors import ValueError_
from .storage import Hollow

_PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}
_options = {**_PROFILES["default"], "sci_mode": None}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Sets how tensors print: digits after the point, the number of elements above which a tensor is summarized,
    how many are shown at each edge then, and characters a line.

    `profile` ("default", "short", "full") sets those four at once. `sci_mode` forces or forbids scientific
    notation; None, which every call without it restores, lets the values decide. Raises ValueError_ for another
    profile.
    """
    if profile is not None:
        if profile not in _PROFILES:
            raise ValueError_(
                f"no print profile is called {profile!r}; there are {', '.join(_PROFILES)}"
            )
        _options.update(_PROFILES[profile])
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    _options.update({name: value for name, value in given.items() if value is not None})
    _options["sci_mode"] = sci_mode


def get_printoptions() -> dict:
    """The print options, by the names of the arguments of `set_printoptions`."""
    return dict(_options)


def tensor_repr(tensor) -> str:
    """`tensor([[1., 2.]], grad_fn=<MulBackward0>)`; a tensor that is traced, or has no memory of its own,
    prints its shape and dtype.
    """
    name = "tensor" if type(tensor).__name__ == "Tensor" else type(tensor).__name__
    if tensor._storage.traced or type(tensor._array) is Hollow:
        suffixes = [f"size={list(tensor.shape)}", f"dtype={tensor.dtype}", *_history(tensor)]
        return f"{name}(..., {', '.join(suffixes)})"
    indent = len(name) + 1
    text = f"{name}({_body(np.asarray(tensor._array), indent)}"
    width = len(text) - text.rfind("\n") + 1
    for suffix in [*_type(tensor), *_history(tensor)]:
        wraps = width + len(suffix) + 2 > _options["linewidth"]
        text += (",\n" + " " * indent if wraps else ", ") + suffix
        width = indent + len(suffix) if wraps else width + len(suffix) + 2
    return text + ")"


def _body(array: np.ndarray, indent: int) -> str:
    """The numbers in brackets; large tensors are summarized."""
    if array.size == 0:
        return "[]"
    if dtypes.from_numpy(array.dtype).is_floating_point:
        array = array.astype(np.float64)
    summarize = array.size > _options["threshold"]
    shown = _corners(array) if summarize else array
    return _layout(array, _format_of(shown), indent, summarize)


def _layout(array: np.ndarray, form, indent: int, summarize: bool) -> str:
    if array.ndim == 0:
        return form.text(array[()])
    edge = _options["edgeitems"]
    cut = summarize and array.shape[0] > 2 * edge
    rows = [*array[:edge], *array[-edge:]] if cut and edge else [] if cut else array
    if array.ndim == 1:
        return _row([form.text(v) for v in rows], form.width, indent, edge if cut else None)
    parts = [_layout(row, form, indent + 1, summarize) for row in rows]
    if cut:
        parts.insert(edge, "...")
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


def _row(texts: list, width: int, indent: int, gap: int | None) -> str:
    per_line = max(1, (_options["linewidth"] - indent) // (width + 2))
    if gap is not None:
        texts.insert(gap, " ...")
    lines = [", ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _corners(array: np.ndarray) -> np.ndarray:
    """The elements that a summary shows."""
    edge = _options["edgeitems"]
    for axis, size in enumerate(array.shape):
        if size > 2 * edge:
            array = np.take(array, [*range(edge), *range(size - edge, size)], axis)
    return array


def _format_of(array: np.ndarray):
    kind = array.dtype.kind
    if kind == "c":
        return _ComplexFormat(array)
    return _FloatFormat(array) if kind == "f" else _PlainFormat(array)


class _PlainFormat:
    """Integers and bools, as wide as the widest."""

    def __init__(self, array: np.ndarray):
        extremes = np.unique(array) if array.dtype.kind == "b" else (array.min(), array.max())
        self.width = max((len(str(v)) for v in extremes), default=0) if array.size else 0

    def text(self, value) -> str:
        return str(value).rjust(self.width)


class _FloatFormat:
    """Floats: whole numbers with a bare point, otherwise a fixed number of digits; in scientific notation when
    they range widely.
    """

    def __init__(self, array: np.ndarray):
        finite = array[np.isfinite(array) & (array != 0)]
        self.scientific, self.whole, self.width = False, True, 1
        if finite.size:
            sizes = np.abs(finite)
            low, high = float(sizes.min()), float(sizes.max())
            self.whole = bool(np.all(sizes == np.ceil(sizes)))
            wide = high > 1e8 or high / low > 1000 or (not self.whole and low < 1e-4)
            self.scientific = wide if _options["sci_mode"] is None else _options["sci_mode"]
            # Only the extremes can be widest.
            self.width = max(len(self._digits(v)) for v in (finite.min(), finite.max()))

    def _digits(self, value) -> str:
        precision = _options["precision"]
        if self.scientific:
            return f"{value:.{precision}e}"
        if not self.whole:
            return f"{value:.{precision}f}"
        return f"{value:.0f}." if np.isfinite(value) else f"{value:.0f}"

    def text(self, value) -> str:
        return self._digits(value).rjust(self.width)


class _ComplexFormat:
    """Complex numbers: both parts as floats, the imaginary one with its sign."""

    def __init__(self, array: np.ndarray):
        self.real = _FloatFormat(array.real.astype(np.float64))
        self.imag = _FloatFormat(array.imag.astype(np.float64))
        self.width = self.real.width + self.imag.width + 1

    def text(self, value) -> str:
        imag = self.imag.text(value.imag).lstrip()
        sign = "" if imag[0] in "+-" else "+"
        return f"{self.real.text(value.real)}{sign}{imag}j"


def _type(tensor) -> list[str]:
    """The size of an empty tensor, and the dtype and device where they are not what one would assume."""
    found = []
    dtype, default = tensor.dtype, dtypes.get_default_dtype()
    usual = (dtypes.int64, dtypes.bool, default, default.to_complex())
    if tensor.numel() == 0:
        # There are no elements to tell the dtype by.
        usual = (default,)
        if tensor.ndim != 1:
            found.append(f"size={tuple(tensor.shape)}")
    if dtype not in usual:
        found.append(f"dtype={dtype}")
    if tensor.device.type != "cpu":
        found.append(f"device='{tensor.device}'")
    return found


def _history(tensor) -> list[str]:
    fn = tensor.grad_fn
    if fn is not None:
        return [f"grad_fn=<{fn.name()}>"]
    return ["requires_grad=True"] if tensor.requires_grad else []
