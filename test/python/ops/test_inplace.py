"""In-place twins: x.f_(...) leaves in x what f(x, ...) returns, or refuses without touching x."""

import lamina
import numpy as np
import pytest
from lamina.errors import LaminaError
from lamina.ops import registry
from samples import Array, convert, sample, samples

TWINS = {
    entry.functional.name: entry
    for entry in registry.entries()
    if entry.functional is not None and not entry.is_inplace_view
}
CASES = [
    (name, number)
    for name in sorted(TWINS)
    for number in range(len(samples(name)))
    if isinstance(sample(name, number).args[0], Array)
]


def _arguments(drawn):
    return convert(drawn.args, lambda a: a.to_lamina()), convert(
        drawn.kwargs, lambda a: a.to_lamina()
    )


@pytest.mark.parametrize("name,number", CASES, ids=[f"{n}-{i}" for n, i in CASES])
def test_writes_the_functional_result(name, number):
    drawn = sample(name, number)
    args, kwargs = _arguments(drawn)
    expected = registry.lookup(name)(*args, **kwargs)
    args, kwargs = _arguments(drawn)
    target, before, version = args[0], args[0].clone(), args[0]._version
    fits = expected.shape == target.shape and expected.dtype.category <= target.dtype.category
    if not fits:
        with pytest.raises(LaminaError):
            TWINS[name](*args, **kwargs)
        np.testing.assert_array_equal(_wide(target), _wide(before))
        return
    result = TWINS[name](*args, **kwargs)
    assert result is target
    assert target._version == version + 1
    np.testing.assert_array_equal(_wide(target), _wide(expected.to(target.dtype)))


def _wide(tensor):
    return tensor.detach().to(lamina.complex128).numpy()
