"""Programs made by function transforms are captured like any others: rows of the seed behaviours whose names
begin with test_make_fx. The captured program must compute, not repeat, so it runs on other data.
"""

import lamina
import numpy as np
import pytest
from lamina import func
from lamina.errors import LeftOutError
from lamina.func import grad, jacrev, vjp, vmap


def agrees_on_other_data(fn, *shapes):
    """The captured program of `fn`, after it was compared with `fn` on data it was not captured from."""
    rng = np.random.default_rng(0)
    draw = lambda: [lamina.tensor(rng.standard_normal(s).astype("f4")) for s in shapes]  # noqa: E731
    lowered = lamina.compile(fn, fullgraph=True).lower(*draw())
    other = draw()
    np.testing.assert_allclose(lowered.compile()(*other).numpy(), fn(*other).numpy(), rtol=1e-5)
    return lowered


def test_make_fx():
    agrees_on_other_data(lambda x: lamina.sin(x), (3,))


def test_make_fx_grad():
    lowered = agrees_on_other_data(lambda x: grad(lambda y: y.sin().sum())(x), (3,))
    assert "lamina.cos" in lowered.text("functional")


@pytest.mark.parametrize("dtype", [lamina.float32, lamina.int32])
def test_scalar_device(dtype):
    fn = lambda a, b: a + b  # noqa: E731
    a, b = lamina.rand(3).to(dtype), lamina.tensor(5)
    found = lamina.compile(fn, fullgraph=True)(a, b)
    assert found.dtype == dtype
    assert found.tolist() == fn(a, b).tolist()


def test_make_fx_vmap():
    agrees_on_other_data(lambda x: vmap(lamina.sin)(x), (5, 3))


def test_make_fx_jacrev():
    agrees_on_other_data(lambda x: jacrev(jacrev(lambda y: y.sin().sum()))(x), (3,))


def test_make_fx_vjp():
    primal = lamina.rand(3)
    _, pullback = vjp(lambda y: y.sin().sum(), primal)
    agrees_on_other_data(lambda cotangent: pullback(cotangent, True, True)[0], ())


def test_make_fx_functionalize():
    def program(x):
        y = x.clone()
        y.relu_()
        return vmap(lambda row: row.mul_(2))(y)

    lowered = agrees_on_other_data(program, (3, 2))
    assert "lamina.assign" in lowered.text("captured")
    assert "lamina.assign" not in lowered.text("functional")


def test_compile_with_functionalization(backend):
    """There is no transform that takes mutation away; the pass does it, in every compiled program, and the writes that
    the program makes stay to be seen in what was captured.
    """
    with pytest.raises(LeftOutError, match="shows a program without mutation"):
        func.functionalize  # noqa: B018

    def program(x):
        return x.add_(1.0) + lamina.relu_(x)

    call = lamina.compile(program, fullgraph=True, backend=backend)
    for _ in range(3):
        x, same = lamina.arange(-2.0, 4.0), lamina.arange(-2.0, 4.0)
        assert call(x).tolist() == program(same).tolist() and x.tolist() == same.tolist()
    assert len(call.entries) == 1
    lowered = call.lower(x)
    assert lowered.text("captured").count("lamina.assign") == 2
    assert "lamina.assign" not in lowered.text("functional")


def test_compile_higher_order_with_functionalization(backend):
    """Likewise where a function of the program writes for it, and inside of a transform, where a compiled function is
    the function itself.
    """

    def program(x):
        return lamina.utils.checkpoint.checkpoint(
            lambda y: y.add_(1.0) * 2, x * 1, use_reentrant=False
        )

    call = lamina.compile(program, fullgraph=True, backend=backend)
    x = lamina.arange(6.0).reshape(2, 3)
    assert call(x).tolist() == program(x).tolist()
    assert "lamina.assign" not in call.lower(x).text("functional")
    assert vmap(call)(x).tolist() == vmap(program)(x).tolist() and len(call.entries) == 1
