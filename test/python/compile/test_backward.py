"""The backward of a compiled function: what it writes to, how often it runs, and what arrives."""

import inspect

import lamina
import pytest
from lamina import config
from lamina.autograd import Function
from lamina.errors import AutogradError, UnsupportedError


@pytest.fixture(params=["interpreter", "cpu"], autouse=True)
def backend(request):
    with config.scope(backend=request.param):
        yield


@pytest.fixture
def x():
    return lamina.tensor([1.0, 2.0, 3.0], requires_grad=True)


def compiled(function):
    return lamina.compile(function, fullgraph=True)


class ScalesSaved(Function):
    """Keeps a value on ctx and scales it in backward."""

    @staticmethod
    def forward(ctx, x):
        ctx.kept = x * 2
        return x * 3

    @staticmethod
    def backward(ctx, grad):
        ctx.kept.mul_(10)
        return grad * ctx.kept


class ScalesTangent(Function):
    """Writes to the gradient that it is given."""

    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad.mul_(3)


class Counts(Function):
    """Adds to a number in backward, as it is then."""

    @staticmethod
    def forward(ctx, x, number):
        ctx.number = number
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        ctx.number.add_(1)
        return grad * 2, None


class WritesTwice(Function):
    """Writes to an input in forward and in backward, and computes with it in both."""

    @staticmethod
    def forward(ctx, x, y):
        y.add_(10)
        ctx.y = y
        return x * y

    @staticmethod
    def backward(ctx, grad):
        ctx.y.mul_(2)
        return grad * ctx.y, None


class Consumes(Function):
    """Clears an input that it saved, after its last use."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(w)
        return x * w

    @staticmethod
    def backward(ctx, grad):
        (w,) = ctx.saved_tensors
        result = grad * w
        w.zero_()
        return result, None


@pytest.mark.parametrize("function", [Counts, WritesTwice, Consumes])
def test_mutations_of_inputs_in_backward(function):
    """Rows 8 and 36: forward and backward each leave in an input what they leave there eagerly."""

    def run(wrap):
        x, y = lamina.ones(3, requires_grad=True), lamina.full((3,), 5.0)
        call, seen = wrap(lambda x, y: function.apply(x, y) + y), []
        for _ in range(2):
            result = call(x, y)
            seen += [result.tolist(), y.tolist(), y._version]
            result.sum().backward()
            seen += [y.tolist(), y._version, x.grad.tolist()]
        return seen

    assert run(compiled) == run(lambda f: f)


def test_a_backward_writes_to_what_the_caller_has_put_there_since(x):
    number = lamina.zeros((), dtype=lamina.int64)
    loss = compiled(lambda x, n: Counts.apply(x, n))(x, number).sum()
    number.fill_(40)
    loss.backward(retain_graph=True)
    loss.backward()
    assert number.item() == 42 and number._version == 3


def test_hooks_may_write_to_inputs(x):
    def program(x, seen):
        doubled = x * 2
        doubled.register_hook(lambda grad: None if seen.add_(grad) is None else grad)
        return doubled * 3

    seen = lamina.zeros(3)
    result = compiled(program)(x, seen)
    assert seen.tolist() == [0, 0, 0]
    result.sum().backward()
    assert seen.tolist() == [3, 3, 3] and x.grad.tolist() == [6, 6, 6]


@pytest.mark.parametrize("is_leaf", [True, False])
def test_hooks_that_outlive_the_call_are_refused(x, is_leaf):
    x = x if is_leaf else x * 1
    with pytest.raises(UnsupportedError, match="registers a hook"):
        compiled(lambda x: x.register_hook(lambda grad: grad * 2) and x * 2)(x)


def test_hooks_that_the_program_takes_back_compile(x):
    def program(x):
        with x.register_hook(lambda grad: grad * 2):
            return x * 2

    compiled(program)(x).sum().backward()
    assert x.grad.tolist() == [2, 2, 2]


def test_writing_to_an_input_that_requires_grad_in_backward_is_refused(x):
    y = lamina.ones(3, requires_grad=True) * 1
    with pytest.raises(UnsupportedError, match=r"writes to args\[1\], which requires grad"):
        compiled(lambda x, y: Counts.apply(x, y))(x, y)


class Doubled(Function):
    """The argument itself, with twice its gradient."""

    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, grad):
        return grad * 2


@pytest.mark.parametrize(
    "program", [Doubled.apply, lambda x: Doubled.apply(x).t(), lambda x: (Doubled.apply(x), x)]
)
def test_a_function_that_returns_its_input_has_its_own_backward(program):
    def facts(function):
        x = lamina.ones(3, requires_grad=True)
        y = x * 3
        outputs = function(y)
        first = outputs[0] if isinstance(outputs, tuple) else outputs
        first.sum().backward()
        with pytest.raises(AutogradError, match="custom Function"):
            first.mul_(2)
        return x.grad.tolist(), first._base is y

    assert facts(compiled(program)) == facts(program)


def test_a_backward_may_write_to_what_the_forward_made(x):
    compiled(lambda x: ScalesSaved.apply(x))(x).sum().backward()
    assert x.grad.tolist() == [20, 40, 60]


def test_a_backward_that_wrote_to_what_it_kept_does_not_run_again(x):
    loss = compiled(lambda x: ScalesSaved.apply(x))(x).sum()
    loss.backward(retain_graph=True)
    with pytest.raises(AutogradError, match="cannot run a second time"):
        loss.backward()


def test_a_gradient_inside_of_the_backward_may_be_written_to(x):
    tangent = lamina.ones(3)
    compiled(lambda x: ScalesTangent.apply(x) * 5)(x).backward(tangent)
    assert x.grad.tolist() == [15, 15, 15] and tangent.tolist() == [1, 1, 1]


def test_writing_to_the_callers_gradient_is_refused_at_the_users_line(x):
    with pytest.raises(UnsupportedError, match="writes to the gradient that it is given") as error:
        compiled(lambda x: ScalesTangent.apply(x))(x)
    _, first = inspect.getsourcelines(ScalesTangent.backward)
    assert error.value.user_frame.line == first + 2


def test_saved_values_survive_a_backward_that_retains_the_graph(x):
    loss = compiled(lambda x: (x * x).sum())(x)
    loss.backward(retain_graph=True)
    loss.backward()
    assert x.grad.tolist() == [4, 8, 12]


def test_a_second_backward_says_what_eager_says(x):
    def message(function):
        loss = function(x).sum()
        loss.backward()
        with pytest.raises(AutogradError) as error:
            loss.backward()
        return error.value.message

    function = lambda x: x * x  # noqa: E731
    assert message(compiled(function)) == message(function)


def test_a_backward_that_saved_nothing_runs_again(x):
    result = compiled(lambda x: x + 1)(x)
    result.backward(lamina.ones(3))
    result.backward(lamina.ones(3))
    assert x.grad.tolist() == [2, 2, 2]


def test_inputs_that_no_gradient_reaches_get_none(x):
    y = lamina.ones(3, requires_grad=True)
    first, second = compiled(lambda x, y: (x * 2, y * 3))(x, y)
    first.sum().backward()
    assert x.grad.tolist() == [2, 2, 2] and y.grad is None
    second.sum().backward()
    assert y.grad.tolist() == [3, 3, 3]


def test_gradients_of_gradients_are_refused_when_they_are_asked_for(x):
    loss = compiled(lambda x: x * x * x)(x).sum()
    (grad,) = lamina.autograd.grad(loss, x, create_graph=True)
    assert grad.tolist() == [3, 12, 27]
    with pytest.raises(AutogradError, match="cannot be differentiated again"):
        grad.sum().backward()


@pytest.mark.parametrize(
    "overwrite",
    [lambda w: w.zero_(), lambda w: w.detach().zero_(), lambda w: w[1:].fill_(0)],
    ids=["itself", "detached", "a view"],
)
def test_an_input_that_is_saved_and_overwritten_in_the_forward_agrees_with_eager(x, overwrite):
    def saves_the_input(x, w):
        result = x * w
        overwrite(w)
        return result

    def saves_a_copy(x, w):
        result = x * w.clone()
        overwrite(w)
        return result

    def saves_nothing(x, w):
        result = x + w
        overwrite(w)
        return result

    def outcome(function):
        x.grad, w = None, lamina.full((3,), 5.0)
        try:
            function(x, w).sum().backward()
        except AutogradError as error:
            return error.message, w.tolist()
        return x.grad.tolist(), w.tolist()

    for function in (saves_the_input, saves_a_copy, saves_nothing):
        assert outcome(compiled(function)) == outcome(function)


def test_an_input_overwritten_after_the_call_is_noticed(x):
    w = lamina.full((3,), 5.0)
    result = compiled(lambda x, w: x * w)(x, w)
    w.add_(1)
    with pytest.raises(AutogradError, match="version 1; expected version 0"):
        result.sum().backward()


@pytest.mark.parametrize("mode", [lamina.enable_grad, lamina.no_grad, lamina.inference_mode])
@pytest.mark.parametrize("training", [True, False])
def test_running_statistics_move_as_they_do_eagerly(mode, training):
    def state(wrap):
        module = lamina.nn.BatchNorm1d(3).train(training)
        call, batch = wrap(module), lamina.arange(12.0).reshape(4, 3)
        with mode():
            results = [call(batch * k).tolist() for k in (1, 2)]
        buffers = [b.tolist() for b in module.buffers()]
        return results, buffers, [b._version for b in module.buffers()]

    eager, found = state(lambda m: m), state(compiled)
    assert found[1:] == eager[1:]
    assert lamina.allclose(lamina.tensor(found[0]), lamina.tensor(eager[0]), atol=1e-5)


def written_after_it_was_saved(x, y):
    result = x.sin()
    with lamina.no_grad():
        y.mul_(2)
    return result


def without_a_derivative(x, y):
    return x // 2


def with_a_derivative_that_its_dtypes_do_not_have(x, y):
    return lamina.logaddexp(x, y > 1)


@pytest.mark.parametrize(
    "fn",
    [
        written_after_it_was_saved,
        without_a_derivative,
        with_a_derivative_that_its_dtypes_do_not_have,
    ],
)
def test_errors_of_the_backward_are_raised_on_the_way_to_arguments_in_shared_memory(fn, x):
    with pytest.raises(RuntimeError) as wanted:
        lamina.autograd.grad(fn(x, x.detach()).sum(), x)
    for _ in range(2):
        result = compiled(fn)(x, x.detach())
        with pytest.raises(type(wanted.value)):
            lamina.autograd.grad(result.sum(), x)


@pytest.mark.parametrize("fn", [lambda x, y: x // 2, lambda x, y: x // 2 + y * 3])
def test_errors_of_the_backward_are_raised_only_on_the_way_to_some_arguments(fn, x):
    other = lamina.ones(3, requires_grad=True)
    (wanted,) = lamina.autograd.grad(fn(x, other).sum(), other, allow_unused=True)
    for _ in range(2):
        result = compiled(fn)(x, other).sum()
        (found,) = lamina.autograd.grad(result, other, retain_graph=True, allow_unused=True)
        assert found is wanted or found.tolist() == wanted.tolist()
        with pytest.raises(NotImplementedError):
            result.backward()


def gradient_of(y, x):
    return lamina.autograd.grad(y.sum(), x, allow_unused=True)[0]


def test_a_gradient_that_comes_by_history_outside_is_refused(x):
    y = x * 2
    for argument in (x, y):
        with pytest.raises(UnsupportedError, match="no part of the program"):
            compiled(gradient_of)(argument.exp(), argument)


def test_history_outside_is_guarded(x):
    f = compiled(gradient_of)
    y = x * 2
    assert f(y, lamina.ones(3, requires_grad=True)) is None
    assert f(y * 2, lamina.zeros(3, requires_grad=True)) is None and len(f.entries) == 1
    with pytest.raises(UnsupportedError, match="no part of the program"):
        f(y, x)


def test_a_backward_to_an_argument_does_not_go_on_behind_it(x):
    def f(y):
        lamina.autograd.backward(y.sum(), inputs=[y])
        return y * y.grad

    y = x * 1
    assert compiled(f)(y).tolist() == y.tolist()
    assert y.grad.tolist() == [1, 1, 1] and x.grad is None
