"""autocast against torch's on the CPU."""

import lamina
import numpy as np
import pytest
from lamina import amp, nn
from nn_oracle import assert_same, load

torch = pytest.importorskip("torch")


def test_products_run_in_the_small_dtype_and_gradients_keep_theirs(rng):
    ours, theirs = nn.Linear(4, 3), torch.nn.Linear(4, 3)
    load(ours, theirs)
    data = rng.standard_normal((5, 4)).astype(np.float32)
    with amp.autocast("cpu"):
        result = ours(lamina.tensor(data))
    with torch.autocast("cpu"):
        expected = theirs(torch.tensor(data))
    assert_same(result.float(), expected.float(), rtol=1e-2, atol=1e-2)
    assert result.dtype is lamina.bfloat16
    result.float().sum().backward()
    expected.float().sum().backward()
    assert_same(ours.weight.grad, theirs.weight.grad, rtol=1e-2, atol=1e-2)


def test_losses_run_in_float32():
    with amp.autocast("cpu"):
        assert (
            nn.functional.mse_loss(lamina.ones(3).bfloat16(), lamina.zeros(3)).dtype
            is lamina.float32
        )


def test_float64_is_left_alone():
    x = lamina.ones(2, 2, dtype=lamina.float64)
    with amp.autocast("cpu"):
        assert (x @ x).dtype is lamina.float64


def test_concatenation_takes_the_widest_dtype():
    with amp.autocast("cpu"):
        assert lamina.cat([lamina.ones(1), lamina.ones(1).bfloat16()]).dtype is lamina.float32


def test_regions_nest_and_end():
    x = lamina.ones(2, 2)
    with amp.autocast("cpu", dtype=lamina.float16):
        assert amp.is_autocast_enabled() and (x @ x).dtype is lamina.float16
        with amp.autocast("cpu", enabled=False):
            assert (x @ x).dtype is lamina.float32
        assert (x @ x).dtype is lamina.float16
    assert not amp.is_autocast_enabled() and (x @ x).dtype is lamina.float32


def test_autocast_decorates_functions():
    @amp.autocast("cpu")
    def product(x):
        return x @ x

    assert product(lamina.ones(2, 2)).dtype is lamina.bfloat16


def test_other_dtypes_are_refused():
    with pytest.raises(lamina.LaminaError, match="float32"):
        amp.autocast("cpu", dtype=lamina.float32)
