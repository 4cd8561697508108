"""The safetensors file format: named arrays behind a JSON header, with nothing to execute.

A file is the length of the header (8 bytes, little endian), the header (dtype, shape and byte range of each
array by name, and a string dictionary `__metadata__`) and the bytes of the arrays in row-major order. What is
read is checked: a file is data from elsewhere.
"""

from __future__ import annotations

import json
import os
from math import prod

import numpy as np

from . import dtypes
from .errors import DtypeError, ValueError_
from .tensor import Tensor, from_array

_CODES = {
    "F64": dtypes.float64,
    "F32": dtypes.float32,
    "F16": dtypes.float16,
    "BF16": dtypes.bfloat16,
    "F8_E4M3": dtypes.float8_e4m3fn,
    "F8_E5M2": dtypes.float8_e5m2,
    "I64": dtypes.int64,
    "I32": dtypes.int32,
    "I16": dtypes.int16,
    "I8": dtypes.int8,
    "U8": dtypes.uint8,
    "BOOL": dtypes.bool,
    "C64": dtypes.complex64,
}
_NAMES = {dtype: code for code, dtype in _CODES.items()}
# Headers are padded so that the arrays begin at a multiple of this many bytes.
_ALIGNMENT = 8


def save_file(tensors: dict, filename, metadata: dict | None = None) -> None:
    """Writes tensors by name, and a dictionary of strings, to a path or an open binary file.

    Raises DtypeError for a dtype the format has not (complex128).
    """
    header, blobs, at = {}, [], 0
    if metadata:
        header["__metadata__"] = {str(key): str(value) for key, value in metadata.items()}
    for name, tensor in tensors.items():
        if tensor.dtype not in _NAMES:
            raise DtypeError(f"safetensors has no dtype for {name!r} of {tensor.dtype}", op="save")
        blob = np.ascontiguousarray(tensor.detach()._known("save()")).tobytes()
        header[name] = {
            "dtype": _NAMES[tensor.dtype],
            "shape": list(tensor.sizes),
            "data_offsets": [at, at + len(blob)],
        }
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    _write(filename, [len(text).to_bytes(8, "little"), text, *blobs])


def load_file(filename) -> tuple[dict, dict]:
    """The tensors of a path or an open binary file by name, each with memory of its own, and its metadata.

    Raises ValueError_ for anything but a well-formed file.
    """
    content = _read(filename)
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8:
        raise _malformed("it is shorter than its header says")
    try:
        header = json.loads(bytes(content[8 : 8 + length]))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _malformed("its header is not JSON") from error
    if not isinstance(header, dict):
        raise _malformed("its header is not a dictionary")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _malformed("its metadata is not a dictionary of strings")
    data = content[8 + length :]
    _check_tiling(header, len(data))
    return {name: _tensor(name, entry, data) for name, entry in header.items()}, metadata


def _tensor(name: str, entry: dict, data) -> Tensor:
    dtype, shape = _CODES.get(entry.get("dtype")), entry.get("shape")
    if dtype is None:
        raise _malformed(f"tensor {name!r} has the unknown dtype {entry.get('dtype')!r}")
    if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        raise _malformed(f"tensor {name!r} has the shape {shape!r}")
    start, end = entry["data_offsets"]
    if prod(shape) * dtype.itemsize != end - start:
        raise _malformed(f"tensor {name!r} has {end - start} bytes for shape {shape} of {dtype}")
    memory = np.frombuffer(data[start:end], np.uint8).copy()
    return from_array(memory.view(dtype.np).reshape(shape))


def _check_tiling(header: dict, size: int) -> None:
    """Every byte of the data belongs to exactly one tensor."""
    spans = []
    for name, entry in header.items():
        span = entry.get("data_offsets") if isinstance(entry, dict) else None
        if not isinstance(span, list) or [type(n) for n in span] != [int, int]:
            raise _malformed(f"tensor {name!r} has no byte range")
        spans.append(tuple(span))
    at = 0
    for start, end in sorted(spans):
        if start != at or end < start:
            raise _malformed("its byte ranges overlap or leave gaps")
        at = end
    if at != size:
        raise _malformed(f"it has {size} bytes of data where its header says {at}")


def _malformed(why: str) -> ValueError_:
    return ValueError_(
        f"this is no well-formed safetensors file: {why}. Pickled files are not read; convert them with the "
        "library that wrote them",
        op="load",
    )


def _write(target, parts: list) -> None:
    if hasattr(target, "write"):
        for part in parts:
            target.write(part)
        return
    with open(os.fspath(target), "wb") as file:
        file.writelines(parts)


def _read(source) -> memoryview:
    if hasattr(source, "read"):
        return memoryview(source.read())
    with open(os.fspath(source), "rb") as file:
        return memoryview(file.read())
