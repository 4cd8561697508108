"""Custom operators: schema from annotations, derivative, and what is refused."""

import itertools

import lamina
import numpy as np
import pytest
from lamina import Tensor
from lamina.errors import AutogradError, UnsupportedError
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


def test_mutated_arguments_are_marked_as_in_torch():
    def fn(x: Tensor, xs: list[Tensor], scale: float, mode: str = "a") -> None: ...

    assert infer_schema(fn, mutates_args=["xs"]) == (
        '(Tensor x, Tensor(a1!)[] xs, float scale, str mode="a") -> ()'
    )
    assert infer_schema(fn, mutates_args="unknown").startswith("(Tensor(a0!) x, Tensor(a1!)[] xs,")


def test_a_mutated_argument_gets_another_version():
    @custom_op(next(fresh), mutates_args=["x"])
    def double(x: Tensor) -> None:
        x.mul_(2)

    x = lamina.ones(2)
    assert double(x) is None
    assert (x.tolist(), x._version) == ([2, 2], 1)


def test_a_write_that_autograd_cannot_see_is_refused():
    @custom_op(next(fresh), mutates_args=["x"])
    def double(x: Tensor) -> None:
        x.mul_(2)

    x = lamina.ones(2, requires_grad=True)
    with pytest.raises(AutogradError, match="no_grad"):
        double(x)
    with lamina.no_grad():
        double(x)
    assert x.tolist() == [2, 2]
    with pytest.raises(UnsupportedError, match="derivative"):
        double.register_autograd(lambda ctx, grad: grad)


def test_a_kernel_for_another_device_is_not_called():
    op = custom_op(next(fresh), sine, device_types="cuda")
    with pytest.raises(UnsupportedError, match="cuda"):
        op(lamina.ones(1))
    op.register_kernel("cpu")(lambda x: x + 1)
    assert op(lamina.ones(1)).item() == 2


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
    handle = getattr(lamina.ops.test_library, op.entry.schema.name)
    for call in (op, handle):
        x = lamina.tensor([0.5], requires_grad=True)
        call(x).backward()
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
        (lambda: custom_op(next(fresh), sine, mutates_args=("y",)), "mutates_args"),
        (
            lambda: custom_op(next(fresh), lambda x: x, schema="(Tensor x) -> Tensor")(
                lamina.ones(1)
            ),
            "returns one of its",
        ),
    ],
    ids=["name", "mutates_args", "alias"],
)
def test_bad_operators_are_refused(call, message):
    with pytest.raises(lamina.LaminaError, match=message):
        call()
