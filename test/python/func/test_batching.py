"""A mapped operator gives what it gives example by example: every sample of the operator database,
with all of its tensors mapped, and each one alone.
"""

import lamina
import numpy as np
import pytest
from lamina.func import vmap
from lamina.ops import registry
from samples import Array, cases, convert, sample

# Contents are unspecified, or results have the sizes that values ask for.
LEFT_OUT = {"empty", "empty.memory_format", "empty_strided", "empty_like", "new_empty"}
LEFT_OUT |= {"new_empty_strided", "nonzero", "masked_select", "_unique2", "unique_dim"}
LEFT_OUT |= {"unique_consecutive", "where"}
# A view by strides says nothing of examples; masks may select more or less in each.
REFUSED = {"as_strided", "index.Tensor", "index_put"}
TOLERANCE = {"float16": 4e-3, "bfloat16": 3e-2, "float8_e4m3fn": 0.2, "float8_e5m2": 0.3}


def tensors_of(drawn) -> list:
    found = []
    convert([drawn.args, drawn.kwargs], lambda a: found.append(a) if isinstance(a, Array) else a)
    return found


def patterns():
    for name, number in cases():
        entry = registry.lookup(name)
        if name in LEFT_OUT or entry.namespace != "aten" or entry.placement is not None:
            continue
        count = len(tensors_of(sample(name, number)))
        if count:
            yield name, number, (True,) * count
        if count > 1:
            for one in range(count):
                yield name, number, tuple(i == one for i in range(count))


CASES = list(patterns())


def other(data: np.ndarray) -> np.ndarray:
    """The same elements in another order: whatever they must satisfy one by one, they do."""
    return np.roll(data.reshape(-1), 1).reshape(data.shape)


def prepared(name, number, mapped, batch: bool, index: int = 0):
    """The arguments with mapped tensors as batches of two, or as example `index` of them, and the
    tensors among them.
    """
    drawn, positions, tensors = sample(name, number), iter(mapped), []

    def make(value):
        if not isinstance(value, Array):
            return value.to_lamina()
        first = value.to_lamina()
        if not next(positions):
            tensors.append(first.clone() if not batch else first)
            return tensors[-1]
        second = lamina.from_numpy(np.array(other(first.numpy())))
        tensors.append(lamina.stack([first, second]) if batch else (first, second)[index].clone())
        return tensors[-1]

    return convert(drawn.args, make), convert(drawn.kwargs, make), tensors


def run_mapped(name, number, mapped):
    args, kwargs, tensors = prepared(name, number, mapped, True)
    entry = registry.lookup(name)

    def call(*examples):
        given = iter(examples)
        fill = {id(t): next(given) for t in tensors}
        put = lambda v: fill.get(id(v), v)  # noqa: E731
        found = entry(*replaced(args, put), **replaced(kwargs, put))
        return tuple(r for r in many(found) if r is not None)

    return vmap(call, in_dims=tuple(0 if m else None for m in mapped))(*tensors)


def replaced(value, how):
    if isinstance(value, (list, tuple)):
        return type(value)(replaced(v, how) for v in value)
    if isinstance(value, dict):
        return {k: replaced(v, how) for k, v in value.items()}
    return how(value)


def many(found) -> tuple:
    return tuple(found) if isinstance(found, (tuple, list)) else (found,)


def run_single(name, number, mapped, index):
    args, kwargs, _ = prepared(name, number, mapped, False, index)
    return tuple(r for r in many(registry.lookup(name)(*args, **kwargs)) if r is not None)


@pytest.mark.parametrize(
    "name,number,mapped", CASES, ids=[f"{n}-{i}-{''.join('01'[m] for m in p)}" for n, i, p in CASES]
)
def test_mapped_as_one_by_one(name, number, mapped):
    try:
        wanted = [run_single(name, number, mapped, i) for i in range(2)]
    except lamina.LaminaError:
        pytest.skip("the reordered example is no valid argument")
    entry = registry.lookup(name)
    if entry.writes and not mapped[0]:
        with pytest.raises(lamina.errors.UnsupportedError):
            run_mapped(name, number, mapped)
        return
    try:
        found = run_mapped(name, number, mapped)
    except lamina.errors.UnsupportedError:
        assert name in REFUSED
        return
    assert len(found) == len(wanted[0])
    for got, *examples in zip(found, *wanted):
        expected = np.stack([e.detach().numpy() for e in examples])
        got = got.detach().numpy()
        assert got.dtype == expected.dtype
        assert got.shape == expected.shape
        wide = np.complex128 if got.dtype.kind == "c" else np.float64
        tolerance = TOLERANCE.get(got.dtype.name, 2e-4)
        np.testing.assert_allclose(
            got.astype(wide), expected.astype(wide), rtol=tolerance, atol=tolerance
        )
