"""Checkpointing beside torch's: values, gradients, how often the function runs, and what it
refuses.
"""

import contextlib
import warnings
from importlib import import_module

import lamina
import pytest
from lamina.utils.checkpoint import CheckpointError, checkpoint

from .agreement import agree, program, raised


def _checkpoint(m):
    return import_module(f"{m.__name__}.utils.checkpoint")


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_values_and_gradients(use_reentrant):
    def run(m):
        x, w = m.tensor([0.5, 1.0], requires_grad=True), m.tensor([2.0, 3.0], requires_grad=True)
        calls = []

        def block(a, b, factor):
            calls.append(m.is_grad_enabled())
            return (a * b).sin() * factor, a.exp()

        y, z = _checkpoint(m).checkpoint(block, x * 1, w, 3.0, use_reentrant=use_reentrant)
        (y.sum() + (z * z).sum()).backward()
        return y.detach(), z.detach(), y.requires_grad, x.grad, w.grad, calls

    agree(run)


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_retained_graph(use_reentrant):
    def run(m):
        x = m.tensor([0.5, 1.0], requires_grad=True)
        calls = []

        def block(a):
            calls.append(1)
            return a.sin().exp()

        y = _checkpoint(m).checkpoint(block, x, use_reentrant=use_reentrant).sum()
        y.backward(retain_graph=True)
        y.backward()
        return x.grad, len(calls), raised(y.backward)

    agree(run)


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_inputs_that_need_no_gradient(use_reentrant):
    def run(m):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            w = m.ones(2, requires_grad=True)
            y = _checkpoint(m).checkpoint(lambda a: a * w, m.ones(2), use_reentrant=use_reentrant)
        if y.requires_grad:
            y.sum().backward()
        return y.detach(), y.requires_grad, w.grad

    agree(run)


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_nested(use_reentrant):
    def run(m):
        c, calls = _checkpoint(m).checkpoint, []
        x = m.tensor([0.5, 1.0], requires_grad=True)

        def inner(a):
            calls.append("inner")
            return a.sin().exp()

        def outer(a):
            calls.append("outer")
            b = a.cos() * a
            return c(inner, b, use_reentrant=use_reentrant).tanh()

        y = c(outer, x * 2, use_reentrant=use_reentrant)
        y.sum().backward()
        return y.detach(), x.grad

    agree(run)


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_sequential(use_reentrant):
    def run(m):
        x, calls = m.tensor([0.5, 1.0], requires_grad=True), []

        def layer(i):
            return lambda a: calls.append(i) or (a * (i + 1)).sin()

        layers = [layer(i) for i in range(5)]
        y = _checkpoint(m).checkpoint_sequential(layers, 2, x, use_reentrant=use_reentrant)
        y.sum().backward()
        return y.detach(), x.grad, calls

    agree(run)


@program
def test_keyword_arguments(m):
    c, x = _checkpoint(m).checkpoint, m.ones(2, requires_grad=True)
    y = c(lambda a, *, b: a * b, x, b=x * 2, use_reentrant=False)
    y.sum().backward()
    return y, x.grad, raised(lambda: c(lambda a, b: a, x, b=x, use_reentrant=True))


@program
def test_grad_and_double_backward(m):
    c, x = _checkpoint(m).checkpoint, m.tensor([0.5, 1.0], requires_grad=True)
    y = c(lambda a: a**3, x, use_reentrant=False)
    (g,) = m.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = m.autograd.grad(g.sum(), x)
    z = c(lambda a: a**3, x, use_reentrant=True)
    return (
        g,
        h,
        raised(lambda: m.autograd.grad(z.sum(), x), "incompatible"),
        raised(
            lambda: c(lambda a: a**3, x, use_reentrant=True).sum().backward(inputs=[x]),
            "incompatible",
        ),
    )


@program
def test_nothing_is_recorded_under_no_grad(m):
    c, x = _checkpoint(m).checkpoint, m.ones(2, requires_grad=True)
    with m.no_grad():
        return c(lambda a: a * 2, x, use_reentrant=False)


@program
def test_runs_that_differ(m):
    c = _checkpoint(m).checkpoint
    different = "different metadata than during the forward|A different number of tensors"
    found = []
    for sizes in ((2, 3), (2, 2)):
        calls = []

        def block(a):
            calls.append(1)  # noqa: B023
            b = m.ones(sizes[len(calls) > 1], 1)  # noqa: B023
            return (a * b).sin().sum()

        x = m.ones(1, 2, requires_grad=True)
        y = c(block, x, use_reentrant=False)
        found.append(raised(y.backward, different))
    return found


@program
def test_another_number_of_saved_tensors(m):
    c, calls = _checkpoint(m).checkpoint, []

    def block(a):
        calls.append(1)
        return a.sin().sin() if len(calls) == 1 else a.sin()

    x = m.ones(2, requires_grad=True)
    y = c(block, x, use_reentrant=False)
    return raised(lambda: y.sum().backward(), "A different number of tensors was saved")


@program
def test_early_stop(m):
    ck, seen = _checkpoint(m), []

    def block(a):
        b = a.sin()
        seen.append("after sin")
        c = b + 1
        seen.append("after add")
        return c

    for early in (True, False):
        x = m.ones(2, requires_grad=True)
        with ck.set_checkpoint_early_stop(early):
            y = ck.checkpoint(block, x, use_reentrant=False)
        y.sum().backward()
        seen.append("--")
    return seen


@program
def test_contexts(m):
    ck, seen = _checkpoint(m), []

    @contextlib.contextmanager
    def block(name):
        seen.append(f"enter {name}")
        yield
        seen.append(f"leave {name}")

    x = m.ones(2, requires_grad=True)
    y = ck.checkpoint(
        lambda a: a.sin(),
        x,
        use_reentrant=False,
        context_fn=lambda: (block("first"), block("second")),
    )
    seen.append("backward")
    y.sum().backward()
    return seen[:4], raised(
        lambda: ck.checkpoint(lambda a: a, x, use_reentrant=True, context_fn=lambda: 3)
    )


@program
def test_options_that_do_not_exist(m):
    c, x = _checkpoint(m).checkpoint, m.ones(2, requires_grad=True)
    return (
        raised(lambda: c(lambda a: a.sin(), x, use_reentrant=True, other=3)),
        raised(lambda: c(lambda a: a.sin(), x, use_reentrant=False, other=3)),
    )


@program
def test_input_written_to_in_between(m):
    c, x = _checkpoint(m).checkpoint, m.ones(2, requires_grad=True)
    a = x * 2
    y = c(lambda a: a.sin(), a, use_reentrant=False)
    a.add_(1)
    return raised(lambda: y.sum().backward(), "modified by an inplace operation")


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_random_numbers_are_drawn_again(use_reentrant):
    seen = []

    def block(a):
        mask = (lamina.rand(100) > 0.5).to(lamina.float32)
        seen.append(mask)
        return a * mask

    x = lamina.ones(100, requires_grad=True)
    y = checkpoint(block, x, use_reentrant=use_reentrant)
    after = lamina.get_rng_state().tolist()
    y.sum().backward()
    assert seen[0].tolist() == seen[1].tolist() == x.grad.tolist()
    assert lamina.get_rng_state().tolist() == after
    checkpoint(block, x, use_reentrant=use_reentrant, preserve_rng_state=False).sum().backward()
    assert seen[2].tolist() != seen[3].tolist()


def test_autocast_is_as_it_was():
    seen = []

    def block(a):
        b = a @ a
        seen.append(b.dtype)
        return b.float()

    x = lamina.ones(2, 2, requires_grad=True)
    with lamina.amp.autocast("cpu", dtype=lamina.bfloat16):
        y = checkpoint(block, x, use_reentrant=False)
    with lamina.utils.checkpoint.set_checkpoint_early_stop(False):
        y.sum().backward()
    assert seen[0] is lamina.bfloat16


def test_only_the_inputs_are_kept():
    import weakref

    kept = []

    def block(a):
        b = a.sin()
        kept.append(weakref.ref(b._storage))
        return b.exp().sin()

    x = lamina.ones(2, requires_grad=True)
    y = checkpoint(block, x, use_reentrant=False)
    assert kept[0]() is None
    y.sum().backward()
    assert kept[1]() is None


def test_an_inner_checkpoint_does_not_keep_its_inputs():
    import weakref

    kept = []

    def outer(a):
        b = a.sin()
        kept.append(weakref.ref(b._storage))
        return checkpoint(lambda c: c.exp().sin(), b, use_reentrant=False).sin()

    x = lamina.ones(2, requires_grad=True)
    y = checkpoint(outer, x, use_reentrant=False)
    assert kept[0]() is None
    y.sum().backward()
    assert x.grad is not None


def test_debugging_names_the_operators():
    calls = []

    def block(a):
        calls.append(1)
        return a.sin().cos() if len(calls) == 1 else a.sin()

    x = lamina.ones(2, requires_grad=True)
    y = checkpoint(block, x, use_reentrant=False, debug=True)
    with pytest.raises(CheckpointError, match=r"aten\.cos(.|\n)*of the run in backward"):
        y.sum().backward()


def test_without_a_choice_it_warns():
    x = lamina.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="use_reentrant"):
        checkpoint(lambda a: a * 2, x)
