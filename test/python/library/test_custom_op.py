"""Custom operators: schema from annotations, derivative, and what is refused."""

import itertools

import lamina
import numpy as np
import pytest
from lamina import Tensor
from lamina.library import custom_op, infer_schema

fresh = (f"test_library::op{i}" for i in itertools.count())


def sine(x: Tensor) -> Tensor:
    """A function that autograd cannot see into."""
    return lamina.from_numpy(np.sin(x.numpy()))


def test_schema_comes_from_annotations():
    def fn(
        x: Tensor, others: list[Tensor], scale: float = 1.0, *, mask: Tensor | None = None
    ) -> tuple[Tensor, int]: ...

    assert (
        infer_schema(fn)
        == "(Tensor x, Tensor[] others, float scale=1.0, *, Tensor? mask=None) -> (Tensor, int)"
    )


def test_an_annotation_without_schema_is_named():
    def fn(x: dict) -> Tensor: ...

    with pytest.raises(lamina.LaminaError, match="'x'"):
        infer_schema(fn)


def test_operator_is_called_and_found_in_ops():
    name = next(fresh)
    op = custom_op(name, sine)
    x = lamina.tensor([0.5])
    assert op(x).item() == pytest.approx(np.sin(0.5))
    assert getattr(lamina.ops.test_library, name.partition("::")[2])(x).item() == op(x).item()


def test_without_a_derivative_nothing_is_recorded():
    assert not custom_op(next(fresh), sine)(lamina.ones(2, requires_grad=True)).requires_grad


def test_registered_derivative_is_used():
    op = custom_op(next(fresh), mutates_args=())(sine)
    op.register_autograd(
        lambda ctx, grad: grad * ctx.saved_tensors[0].cos(),
        setup_context=lambda ctx, inputs, output: ctx.save_for_backward(inputs[0]),
    )
    x = lamina.tensor([0.5], requires_grad=True)
    op(x).backward()
    assert x.grad.item() == pytest.approx(np.cos(0.5))


def test_several_results():
    def both(x: Tensor) -> tuple[Tensor, Tensor]:
        return x + 1, x + 2

    first, second = custom_op(next(fresh), both)(lamina.zeros(1))
    assert (first.item(), second.item()) == (1, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: custom_op("noname", sine), "namespace::name"),
        (lambda: custom_op(next(fresh), sine, mutates_args=("x",)), "write to their arguments"),
        (
            lambda: custom_op(next(fresh), lambda x: x, schema="(Tensor x) -> Tensor")(
                lamina.ones(1)
            ),
            "returns one of its",
        ),
    ],
    ids=["name", "mutation", "alias"],
)
def test_bad_operators_are_refused(call, message):
    with pytest.raises(lamina.LaminaError, match=message):
        call()
