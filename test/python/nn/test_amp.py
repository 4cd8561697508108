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


@pytest.mark.parametrize("cast_inputs", [None, "float32"])
def test_custom_functions_say_how_they_go_with_autocast(cast_inputs):
    seen = {}
    for lib in (lamina, torch):
        log = seen.setdefault(lib.__name__, [])
        cast = cast_inputs and getattr(lib, cast_inputs)

        class Product(lib.autograd.Function):
            @staticmethod
            @lib.amp.custom_fwd(device_type="cpu", cast_inputs=cast)
            def forward(ctx, a, b, lib=lib, log=log):
                ctx.save_for_backward(a, b)
                log.append((a.dtype, a.mm(b).dtype, lib.is_autocast_enabled("cpu")))
                return a.mm(b)

            @staticmethod
            @lib.amp.custom_bwd(device_type="cpu")
            def backward(ctx, grad, lib=lib, log=log):
                a, b = ctx.saved_tensors
                log.append((grad.dtype, lib.is_autocast_enabled("cpu")))
                return grad.mm(b.t()).to(a.dtype), a.t().mm(grad).to(b.dtype), None, None

        x = lib.ones(2, 2, requires_grad=True)
        with lib.autocast("cpu", dtype=lib.bfloat16):
            y = Product.apply(x.to(lib.bfloat16), x)
        y.sum().backward()
        log.append((y.dtype, x.grad.dtype))
    plain = [str(entries).replace("torch.", "lamina.") for entries in seen.values()]
    assert plain[0] == plain[1]
