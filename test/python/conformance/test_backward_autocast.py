"""Conformance: the autocast region of a compiled backward, by the rows of the seed tests."""

import lamina
import pytest
from lamina import amp, config
from lamina.library import custom_op


@custom_op("conformance::is_small", mutates_args=())
def is_small(x: lamina.Tensor) -> lamina.Tensor:
    """Ones if its argument is bfloat16, zeros if not: it shows the region that it runs in."""
    return lamina.full_like(x, float(x.dtype == lamina.bfloat16))


is_small.register_fake(lamina.empty_like)
is_small.register_autocast("cpu", lamina.bfloat16)


class Showing(lamina.autograd.Function):
    """Its value shows the region of the forward, its gradient that of the backward."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return is_small(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * is_small(x)


def outcome(setting, forward_autocast, backend):
    def program(x):
        with amp.autocast("cpu", enabled=False):
            return Showing.apply(x)

    x = lamina.tensor(0.0, requires_grad=True)
    call = lamina.compile(program, fullgraph=True, backend=backend)
    with (
        config.scope(backward_pass_autocast=setting),
        amp.autocast("cpu", enabled=forward_autocast),
    ):
        result = call(x)
    (grad,) = lamina.autograd.grad(result, x)
    return result.item(), grad.item()


def test_backward_pass_autocast_on(backend):
    assert outcome("same_as_forward", True, backend) == (0, 1)


def test_backward_pass_autocast_off(backend):
    assert outcome("off", True, backend) == (0, 0)


def test_backward_pass_autocast_custom(backend):
    assert outcome(({"device_type": "cpu"},), False, backend) == (0, 1)
    assert outcome(
        ({"device_type": "cpu"}, {"device_type": "cpu", "enabled": False}), False, backend
    ) == (0, 0)


def test_the_region_of_the_caller_stays(backend):
    with amp.autocast("cpu", enabled=True):
        assert outcome("off", True, backend) == (0, 0)
        assert amp.is_autocast_enabled("cpu")


def test_an_unknown_region_is_an_error():
    with (
        pytest.raises(ValueError, match="LAMINA_BACKWARD_PASS_AUTOCAST"),
        config.scope(backward_pass_autocast="on"),
    ):
        pass
