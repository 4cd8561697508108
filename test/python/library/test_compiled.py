"""Custom operators in compiled programs: arguments, mutation, order, derivatives, errors."""

import threading

import lamina
import numpy as np
import pytest
from lamina import Tensor
from lamina.errors import CompileError, UnregisteredError, UnsupportedError
from lamina.library import custom_op
from lamina.nn import functional as F


def compiled(fn, backend):
    """`fn` compiled whole, or an error."""
    return lamina.compile(fn, fullgraph=True, backend=backend)


def sine(name, **facts):
    """An operator that autograd and the tracer cannot see into."""

    @custom_op(name, **facts)
    def op(x: Tensor) -> Tensor:
        return lamina.from_numpy(np.sin(x.numpy()))

    op.register_fake(lamina.empty_like)
    return op


def test_a_library_call_in_a_program(name, backend):
    @custom_op(name)
    def mv(matrix: Tensor, vector: Tensor) -> Tensor:
        return lamina.from_numpy(matrix.numpy() @ vector.numpy())

    mv.register_fake(lambda matrix, vector: vector.new_empty(matrix.shape[0]))

    def f(matrix, vector):
        return mv(matrix.t(), vector * 2) + 1

    matrix, vector = lamina.randn(3, 4), lamina.randn(3)
    np.testing.assert_allclose(compiled(f, backend)(matrix, vector), f(matrix, vector), rtol=1e-6)


def test_arguments_that_are_no_tensors(name, backend):
    seen = []

    @custom_op(name)
    def op(
        x: Tensor,
        scale: float,
        sizes: list[int],
        others: list[Tensor],
        mask: Tensor | None,
        *,
        mode: str = "mean",
        exact: bool = True,
        to: lamina.dtype = lamina.float32,
    ) -> Tensor:
        seen.append((scale, list(sizes), len(others), mask, mode, exact, to))
        return x.to(to) * scale + others[1]

    op.register_fake(lambda x, *rest, to, **named: lamina.empty_like(x, dtype=to))

    def f(x, y):
        return op(x, float("inf"), [3, -1], [x, y], None, exact=False, to=lamina.float64)

    x, y = lamina.ones(2), lamina.arange(2.0)
    result = compiled(f, backend)(x, y)
    assert seen == [(float("inf"), [3, -1], 2, None, "mean", False, lamina.float64)]
    assert result.dtype == lamina.float64 and result.tolist() == f(x, y).tolist()


@pytest.mark.parametrize(
    "dtype",
    ["bool", "uint8", "int16", "int64", "float16", "bfloat16", "float64", "complex64"],
)
def test_dtypes(name, backend, dtype):
    @custom_op(name)
    def op(x: Tensor) -> Tensor:
        return x.flip(0)

    op.register_fake(lamina.empty_like)
    x = lamina.tensor([[1, 0, 3], [0, 1, 1]]).to(getattr(lamina, dtype))
    result = compiled(lambda x: op(x.t()), backend)(x)
    assert result.dtype == x.dtype and result.equal(op(x.t()))


def test_several_results_and_sizes_zero(name, backend):
    @custom_op(name)
    def split(x: Tensor) -> tuple[Tensor, Tensor]:
        return x[:1].clone(), x[1:].clone()

    split.register_fake(lambda x: (x[:1], x[1:]))
    first, rest = compiled(lambda x: split(x), backend)(lamina.ones(1, 2))
    assert (first.tolist(), rest.shape) == ([[1, 1]], (0, 2))


def writer(name):
    """An operator that adds to its first argument and says what was there."""

    @custom_op(name, mutates_args=["x"])
    def op(x: Tensor, y: Tensor) -> Tensor:
        old = x.sum()
        x.add_(y)
        return old

    op.register_fake(lambda x, y: x.new_empty(()))
    return op


def test_a_mutated_argument(name, backend):
    op = writer(name)

    def f(x, y):
        before = x.clone()
        old = op(x, y)
        return before, old, x * 10

    results = []
    for g in (f, compiled(f, backend)):
        x, y = lamina.arange(3.0), lamina.ones(3)
        results.append([t.tolist() for t in (*g(x, y), x)] + [x._version])
    assert results[0] == results[1]
    assert results[0][3:] == [[1, 2, 3], 1]


def test_a_mutated_view(name, backend):
    op = writer(name)

    def f(x, y):
        row = x.t()[1]
        op(row, y)
        return x.sum(), row

    results = []
    for g in (f, compiled(f, backend)):
        x = lamina.arange(6.0).reshape(2, 3).clone()
        total, row = g(x, lamina.ones(2))
        results.append((total.item(), row.tolist(), x.tolist()))
    assert results[0] == results[1]
    assert row._base is x


def test_mutated_lists_and_no_result(name, backend):
    @custom_op(name, mutates_args=["xs"])
    def op(xs: list[Tensor], value: float) -> None:
        for x in xs:
            x.fill_(value)

    x, y = lamina.zeros(2), lamina.zeros(3)
    assert compiled(lambda x, y: op([x, y * 1], 2.0), backend)(x, y) is None
    assert (x.tolist(), y.tolist(), x._version, y._version) == ([2, 2], [0, 0, 0], 1, 0)


def test_calls_happen_in_order(name, backend):
    calls = []

    @custom_op(name)
    def log(x: Tensor, what: str) -> Tensor:
        calls.append(what)
        return x.clone()

    log.register_fake(lambda x, what: lamina.empty_like(x))

    def f(x):
        log(x, "first")
        y = log(x * 2, "second")
        log(x, "first")
        return y

    g = compiled(f, backend)
    g(lamina.ones(2))
    assert calls == ["first", "second", "first"]
    g(lamina.ones(2))
    assert len(calls) == 6


def test_pure_calls_are_shared_and_left_out(name, backend):
    calls = []

    @custom_op(name, pure=True)
    def op(x: Tensor, by: int) -> Tensor:
        calls.append(by)
        return x + by

    op.register_fake(lambda x, by: lamina.empty_like(x))

    def f(x):
        op(x, 1)
        return op(x, 2) + op(x, 2)

    assert compiled(f, backend)(lamina.zeros(1)).item() == 4
    assert calls == [2]


def test_gradients(name, backend):
    calls = []

    @custom_op(name)
    def forward(x: Tensor) -> Tensor:
        calls.append("forward")
        return lamina.from_numpy(np.sin(x.numpy()))

    @custom_op(name + "_backward")
    def backward(grad: Tensor, x: Tensor) -> Tensor:
        calls.append("backward")
        return grad * lamina.from_numpy(np.cos(x.numpy()))

    forward.register_fake(lamina.empty_like)
    backward.register_fake(lambda grad, x: lamina.empty_like(x))
    forward.register_autograd(
        lambda ctx, grad: backward(grad, *ctx.saved_tensors),
        setup_context=lambda ctx, inputs, output: ctx.save_for_backward(inputs[0]),
    )

    def f(x):
        return (forward(x * 2) ** 2).sum()

    x, y = (lamina.tensor([0.5, 1.0], requires_grad=True) for _ in range(2))
    f(x).backward()
    calls.clear()
    loss = compiled(f, backend)(y)
    assert calls == ["forward"]
    loss.backward()
    assert calls == ["forward", "backward"]
    np.testing.assert_allclose(y.grad, x.grad, rtol=1e-6)


def test_a_training_step_with_a_custom_operator(name, backend):
    op = sine(name, pure=True)
    op.register_autograd(
        lambda ctx, grad: grad * ctx.saved_tensors[0].cos(),
        setup_context=lambda ctx, inputs, output: ctx.save_for_backward(inputs[0]),
    )

    def losses(wrap):
        lamina.manual_seed(0)
        layer = lamina.nn.Linear(3, 2)
        optimizer = lamina.optim.SGD(layer.parameters(), lr=0.1)
        x, target = lamina.randn(4, 3), lamina.randn(4, 2)

        def step(x, target):
            optimizer.zero_grad()
            loss = F.mse_loss(op(layer(x)), target)
            loss.backward()
            optimizer.step()
            return loss.detach()

        step = wrap(step)
        return [step(x, target).item() for _ in range(3)]

    expected = losses(lambda step: step)
    assert expected[2] < expected[0]
    np.testing.assert_allclose(losses(lambda s: compiled(s, backend)), expected, rtol=1e-5)


def test_an_error_of_the_operator_is_the_error_of_the_call(name, backend):
    error = KeyError("mine")
    calls = []

    @custom_op(name)
    def op(x: Tensor, fail: bool) -> Tensor:
        calls.append(fail)
        if x.sum() < 0:
            raise error
        return x.clone()

    op.register_fake(lambda x, fail: lamina.empty_like(x))

    def f(x):
        return op(op(x, True) * 2, False)

    g = compiled(f, backend)
    with pytest.raises(KeyError) as caught:
        g(-lamina.ones(100))
    assert caught.value is error
    assert calls == [True]
    assert g(lamina.ones(100)).sum() == 200


def test_without_a_shape_rule(name, backend):
    @custom_op(name)
    def op(x: Tensor) -> Tensor:
        return x.clone()

    def f(x):
        return op(x) + 1

    with pytest.raises(UnsupportedError, match=f"{name}.*register_fake"):
        compiled(f, backend)(lamina.ones(1))
    partly = lamina.compile(f, backend=backend)
    assert partly(lamina.ones(1)).item() == 2 and partly.fallbacks


def test_a_shape_rule_leaves_nothing_in_the_program(name):
    op = sine(name)
    text = lamina.compile(lambda x: op(x)).lower(lamina.ones(3)).text("captured")
    assert text.count("lamina.") - text.count("#lamina.") - text.count("!lamina.") <= 3
    assert f'lamina.custom_call "{name}"' in text and "full" not in text


def test_a_shape_rule_uses_its_arguments_only(name):
    op, other = sine(name), lamina.ones(2)
    op.register_fake(lambda x: x + other)
    with pytest.raises(UnsupportedError, match="only use its arguments"):
        compiled(lambda x: op(x), "cpu")(lamina.ones(2))


@pytest.mark.parametrize(
    "rule", [lambda x: x.new_empty(3), lambda x: lamina.empty_like(x, dtype=lamina.int32)]
)
def test_a_wrong_shape_rule(name, backend, rule):
    op = sine(name)
    op.register_fake(rule)
    with pytest.raises(lamina.LaminaError, match=f"{name}: result 0 is .* promised"):
        compiled(lambda x: op(x), backend)(lamina.ones(2))


def test_operands_that_share_what_is_written(name, backend):
    op = writer(name)
    with pytest.raises(CompileError, match="shares memory with operand"):
        compiled(lambda x: op(x, x[:1]), backend)(lamina.ones(2))


def test_an_argument_that_is_kept(name):
    kept = []

    @custom_op(name)
    def op(x: Tensor) -> Tensor:
        kept.append(x.numpy()[1:])
        return x + 1

    op.register_fake(lamina.empty_like)
    f = compiled(lambda x: op(x * 2), "cpu")
    with pytest.raises(lamina.LaminaError, match="keep a clone"):
        f(lamina.ones(1000))
    # The memory is not given to anyone else.
    compiled(lambda x: x * 5 + 1, "cpu")(lamina.ones(1000))
    assert (kept[0] == 2).all()


def test_an_undeclared_write(name, backend):
    @custom_op(name)
    def op(x: Tensor) -> Tensor:
        x.add_(1)
        return x + 1

    op.register_fake(lamina.empty_like)
    for f in (op, compiled(lambda x: op(x * 2), backend)):
        with pytest.raises((lamina.LaminaError, ValueError), match="mutates_args|read-only"):
            f(lamina.ones(2))


def test_ir_that_names_an_unknown_operator(backend):
    from lamina.backends import get_backend
    from lamina.ir.context import context
    from mlir import ir

    text = """func.func @f(%a: tensor<2xf32> {lamina.arg = #lamina.input<0>})
            -> (tensor<2xf32> {lamina.result = #lamina.output<0>}) {
      %0 = lamina.custom_call "nobody::knows"(%a) : (tensor<2xf32>) -> tensor<2xf32>
      return %0 : tensor<2xf32>
    }"""
    executable = get_backend(backend).compile(ir.Module.parse(text, context()), "f")
    with pytest.raises(UnregisteredError, match="nobody::knows"):
        executable(np.ones(2, np.float32))


def test_calls_from_several_threads(name):
    inside = threading.Barrier(2, timeout=60)

    @custom_op(name)
    def op(x: Tensor) -> Tensor:
        inside.wait()
        return x + 1

    op.register_fake(lamina.empty_like)
    f = compiled(lambda x: op(x) * 2, "cpu")
    f.lower(lamina.ones(2))
    results = {}

    def call(k):
        results[k] = f(lamina.full((2,), float(k))).tolist()

    threads = [threading.Thread(target=call, args=(k,)) for k in range(2)]
    inside.reset()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {0: [2, 2], 1: [4, 4]}


def test_a_compiled_program_inside_of_the_operator(name):
    inner = compiled(lambda x: x * 3, "cpu")

    @custom_op(name)
    def op(x: Tensor) -> Tensor:
        return inner(x)

    op.register_fake(lamina.empty_like)
    assert compiled(lambda x: op(x + 1), "cpu")(lamina.ones(2)).tolist() == [6, 6]
