"""Every entry of the registry, compiled, does what it does eagerly: the operator database decides
the arguments.
"""

import pathlib
import sys

import lamina
import pytest

sys.path.append(str(pathlib.Path(__file__).parents[1] / "ops"))

from agreement import assert_agrees
from lamina.errors import DataDependentError, UnsupportedError
from lamina.ops import registry
from samples import Array, cases, convert, sample

# Contents are unspecified.
UNSPECIFIED = {
    "empty",
    "empty.memory_format",
    "empty_like",
    "new_empty",
    "empty_strided",
    "new_empty_strided",
}
# How large the result is depends on data; for indexing only when an index is a mask.
DATA_DEPENDENT = {
    "bincount",
    "masked_select",
    "nonzero",
    "repeat_interleave.Tensor",
    "unique_consecutive",
    "unique_dim",
    "where",
    "_unique2",
}
INDEXING = {"index.Tensor", "index_put", "index_put_", "_index_put_impl_"}
CASES = [case for case in cases() if case[0] not in UNSPECIFIED]


@pytest.mark.parametrize("name,number", CASES, ids=[f"{name}-{number}" for name, number in CASES])
def test_agrees_with_eager(name, number, backend):
    op, drawn = registry.lookup(name), sample(name, number)

    def make():
        return convert(
            [drawn.args, dict(drawn.kwargs)], lambda a: _tensor(a, drawn.grad and not op.writes)
        )

    def fn(args, kwargs):
        return op(*args, **kwargs)

    if is_data_dependent(name, drawn):
        with pytest.raises(DataDependentError):
            assert_agrees(fn, make, backend)
    elif "eager_only" in op.tags:
        with pytest.raises(UnsupportedError, match=op.name):
            lamina.compile(fn, fullgraph=True, backend=backend)(*make())
    else:
        assert_agrees(fn, make, backend, calls=1)


def is_data_dependent(name, drawn):
    dtypes = []
    convert(list(drawn.args), lambda a: dtypes.append(a.dtype) if isinstance(a, Array) else None)
    return name in DATA_DEPENDENT or (name in INDEXING and "bool" in dtypes[1:])


def _tensor(value, grad):
    tensor = value.to_lamina()
    return (
        tensor.detach().requires_grad_()
        if isinstance(value, Array) and grad and value.differentiable
        else tensor
    )
