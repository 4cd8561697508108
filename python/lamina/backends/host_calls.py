"""Custom operators called from native code.

Native code describes each call in JSON (`lamina-c/HostCall.h`); the launcher makes arrays over its
memory and calls the `HostCall` that `resolve` gives. That memory is the operator's for the time of
the call only, which is checked.
"""

from __future__ import annotations

import functools
import json
import traceback
from typing import Any, NoReturn

import numpy as np

from lamina import dtypes, native
from lamina.errors import LaminaError
from lamina.ops.opaque import Call, Operand


class HostCall:
    """One call in a program. The launcher reads `dtypes`, of the arrays in order, and `inputs`: how
    many of them, from the first, are read only.
    """

    def __init__(self, description: dict[str, Any]):
        self.inputs: int = description["inputs"]
        self.dtypes = tuple(_dtype(name) for name in description["elements"])
        mutates = description["mutates"]
        self._written = len(self.dtypes) - len(mutates)
        self._operands = _in_order(self.inputs, self._written, mutates)
        results = tuple((None, d) for d in self.dtypes[self.inputs : self._written])
        self._call = Call(description["callee"], _decode(description["arguments"]), results)

    def __call__(self, *arrays: np.ndarray) -> None:
        """Runs the operator and fills the arrays of its results. Raises what it raises."""
        try:
            outputs = arrays[self.inputs : self._written]
            shapes = tuple((o.shape, o.dtype) for o in outputs)
            results = self._call._replace(results=shapes)([arrays[k] for k in self._operands])
            for output, result in zip(outputs, results, strict=True):
                np.copyto(output, result)
        except BaseException as error:
            _forget(error)
            arrays = outputs = results = output = result = None
            raise

    def refuse_kept(self) -> NoReturn:
        """Raises LaminaError: the operator kept an array longer than the call."""
        raise LaminaError(
            "keeps an argument, or a view of one, after it returned; a compiled program uses that "
            "memory again: keep a clone",
            op=self._call.name,
        )


def _in_order(inputs: int, written: int, mutates: list[int]) -> list[int]:
    """For each operand of the operator the position of its array: those that it mutates come
    last.
    """
    read = iter(range(inputs))
    return [
        written + mutates.index(k) if k in mutates else next(read)
        for k in range(inputs + len(mutates))
    ]


def _forget(error: BaseException | None) -> None:
    """Frames that a traceback keeps alive must not keep arrays alive."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _decode(argument: Any) -> Any:
    if isinstance(argument, list):
        return [_decode(a) for a in argument]
    if not isinstance(argument, dict):
        return argument
    if "operand" in argument:
        return Operand(argument["operand"])
    if "dtype" in argument:
        return dtypes.from_numpy(_dtype(argument["dtype"]))
    return float.fromhex(argument["float"])


def _dtype(name: str) -> np.dtype:
    from lamina.ir.types import named_dtype

    return named_dtype(name)


@functools.lru_cache(maxsize=4096)
def resolve(description: bytes) -> HostCall:
    """What runs the call that native code describes."""
    return HostCall(json.loads(description))


def install() -> None:
    """Makes this process ready for native code that calls custom operators."""
    native.set_host_calls(resolve)
