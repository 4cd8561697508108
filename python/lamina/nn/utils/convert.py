"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from ... import ops
from ...errors import ShapeError
from ...tensor import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All elements of all parameters as one vector, differentiably."""
    return ops.aten.cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Makes consecutive pieces of `vec` the data of the parameters. Raises ShapeError when it is
    too short.
    """
    start = 0
    for param in parameters:
        stop = start + param.numel()
        if stop > vec.numel():
            raise ShapeError(
                f"a vector of {vec.numel()} elements is too short for these parameters"
            )
        param.data = vec[start:stop].reshape(param.shape).data
        start = stop
