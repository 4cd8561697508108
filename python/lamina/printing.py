"""How tensors print: values as torch users expect them, metadata where values are unknown."""

from __future__ import annotations

import numpy as np

from . import dtypes

_DEFAULTS = (dtypes.int64, dtypes.bool)


def tensor_repr(tensor) -> str:
    """`tensor([[1., 2.]], grad_fn=<MulBackward0>)`; a traced tensor prints its shape and dtype."""
    suffix = _suffixes(tensor)
    name = "tensor" if type(tensor).__name__ == "Tensor" else type(tensor).__name__
    if tensor._storage.traced or not isinstance(tensor._array, np.ndarray):
        return f"{name}(..., {', '.join([f'size={list(tensor.shape)}', f'dtype={tensor.dtype}', *suffix[1:]])})"
    indent = len(name) + 1
    body = _body(tensor._array).replace("\n", "\n" + " " * indent)
    if tensor.numel() == 0 and tensor.shape != (0,):
        suffix.insert(0, f"size={tuple(tensor.shape)}")
    return f"{name}({', '.join([body, *[s for s in suffix if s]])})"


def _body(array: np.ndarray) -> str:
    if array.dtype.kind == "V" or array.dtype.itemsize == 1 and array.dtype.kind == "f":
        array = array.astype(np.float32)
    if array.size == 0:
        return "[]"
    options = {"precision": 4, "threshold": 1000, "max_line_width": 80, "separator": ", ", "sign": " "}
    if array.dtype.kind == "f":
        finite = array[np.isfinite(array)]
        options["floatmode"] = "fixed" if finite.size and np.any(finite != np.trunc(finite)) else "maxprec"
    if array.dtype.kind not in "fc" or not np.any(np.signbit(array.real)):
        options["sign"] = "-"
    text = np.array2string(array, **options)
    return text


def _suffixes(tensor) -> list[str]:
    found = [""]
    dtype = tensor.dtype
    if dtype not in _DEFAULTS and dtype is not dtypes.get_default_dtype() and \
            dtype is not dtypes.get_default_dtype().to_complex():
        found[0] = f"dtype={dtype}"
    if tensor.device.type != "cpu":
        found.append(f"device='{tensor.device}'")
    fn = tensor.grad_fn
    if fn is not None:
        found.append(f"grad_fn=<{fn.name()}>")
    elif tensor.requires_grad:
        found.append("requires_grad=True")
    return found
