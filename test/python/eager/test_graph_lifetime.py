"""How long graphs and what they saved live, how deep they may be, and who may run them at once."""

import gc
import threading
import weakref

import lamina
import pytest
from lamina.autograd.nodes import AccumulateGrad
from lamina.utils.checkpoint import checkpoint


@pytest.fixture
def no_collector():
    """Nothing is freed but by reference counts."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _leaf():
    return lamina.ones(1, requires_grad=True)


def _chain(x, depth):
    y = x
    for _ in range(depth):
        y = y + x
    return y


def test_a_deep_graph_runs_and_dies():
    x = lamina.ones(1, requires_grad=True)
    y = _chain(x, 100_000)
    y.backward(lamina.ones(1))
    assert x.grad.item() == 100_001
    del y


def test_a_deep_graph_dies_unused(no_collector):
    x = lamina.ones(1, requires_grad=True)
    y = _chain(x, 100_000)
    node = weakref.ref(y.grad_fn)
    del y
    assert node() is None


def test_a_deep_chain_of_writes():
    x = lamina.ones(2, requires_grad=True)
    y = x * 1
    for _ in range(5_000):
        y.add_(1)
        y[0:1].add_(1)
    y.sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_a_deep_graph_of_gradients():
    x = lamina.ones(1, requires_grad=True)
    y = x
    for _ in range(2_000):
        y = y * 1.001
    (g,) = lamina.autograd.grad(y, x, create_graph=True)
    del y
    assert g.item() == pytest.approx(1.001**2000, rel=1e-2)


def _dies(make):
    """Whether the graph and the memory that `make(x)` returns a tensor of are gone once that
    tensor is.
    """
    x = lamina.ones(4, requires_grad=True)
    y = make(x)
    watched = [weakref.ref(y), weakref.ref(y.grad_fn), weakref.ref(y._storage)]
    del y
    return all(w() is None for w in watched)


def _in_place(x):
    y = x * 2
    y.mul_(y.detach() + 1)
    y[0:2].exp_()
    return y


def _view(x):
    y = x.exp()
    v = y[1:]
    y.mul_(2)
    assert v.grad_fn is not None
    return y


def _hooked(x):
    y = x.exp()
    y.register_hook(lambda g: g)
    y.grad_fn.register_hook(lambda *_: None)
    y.retain_grad()
    return y


def _packed(x):
    with lamina.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        return x.exp()


class _Custom(lamina.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[1]


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x.exp(),
        lambda x: (x * x).sigmoid(),
        _in_place,
        _view,
        _hooked,
        _packed,
        _Custom.apply,
        lambda x: x.unbind(0)[0].exp(),
        lambda x: x.softmax(0),
        lambda x: checkpoint(lamina.exp, x, use_reentrant=False),
        lambda x: checkpoint(lamina.exp, x, use_reentrant=True),
    ],
)
def test_a_graph_is_no_cycle(no_collector, make):
    assert _dies(make)


def test_a_graph_that_ran_is_no_cycle(no_collector):
    def make(x):
        y = x.exp()
        (y * y).sum().backward(retain_graph=True)
        return y

    assert _dies(make)


def test_a_differentiated_gradient_is_no_cycle(no_collector):
    assert _dies(lambda x: lamina.autograd.grad((x**3).sum(), x, create_graph=True)[0])


def test_a_backward_that_failed_leaves_nothing(no_collector):
    x = lamina.ones(4, requires_grad=True)
    y = x.exp()
    z = (y * 2).sum()
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()
    node = weakref.ref(z.grad_fn)
    del y, z
    gc.collect()  # the exception's traceback
    assert node() is None


def test_saved_memory_is_freed_by_backward(no_collector):
    x = lamina.ones(4, requires_grad=True)
    y = x.exp()
    z = y * y
    saved = weakref.ref(y._storage)
    del y
    assert saved() is not None
    z.sum().backward()
    assert saved() is None


def test_saved_memory_is_freed_node_by_node(no_collector):
    x = lamina.ones(4, requires_grad=True)
    y = x.exp()
    z = y.sin()
    saved, seen = weakref.ref(z._storage), []
    y.register_hook(lambda g: seen.append(saved() is None))
    (z * z).sum().backward()
    del z
    w = x.exp().sin()
    later = weakref.ref(w._storage)
    w = (w * w).sum()
    w.backward()
    assert later() is None


def test_gradients_of_the_pass_are_freed(no_collector):
    x = lamina.ones(4, requires_grad=True)
    seen = []
    y = x * 2
    y.register_hook(lambda g: seen.append(weakref.ref(g)))
    (y * 3).sum().backward()
    assert seen[0]() is None


def test_nodes_live_as_long_as_somebody_asks(no_collector):
    x = lamina.ones(1, requires_grad=True)
    node = (x * 2).grad_fn
    assert node.next_functions[0][0].variable is x
    del node
    assert not [o for o in gc.get_objects() if type(o) is AccumulateGrad and o.variable is x]


def test_threads_with_graphs_of_their_own():
    x = lamina.ones(100, requires_grad=True)

    def run():
        for _ in range(50):
            (x * 2).sum().backward()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert x.grad.tolist() == [400] * 100


def test_threads_with_one_retained_graph():
    x = lamina.ones(10, requires_grad=True)
    y = (x.exp() * x).sum()
    found = []

    def run():
        for _ in range(20):
            found.append(lamina.autograd.grad(y, x, retain_graph=True)[0].tolist())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80 and all(f == found[0] for f in found)


def test_backward_inside_backward_inside_backward():
    @lamina.enable_grad()
    def nested(depth, x):
        y = x * 2
        if depth:
            y.register_hook(lambda g: nested(depth - 1, _leaf()))
        y.sum().backward()
        assert x.grad.item() == 2

    nested(40, _leaf())


def test_a_nested_backward_shares_leaves():
    x = lamina.ones(1, requires_grad=True)
    y = x * 2
    z = (x * 5).sum()
    y.register_hook(lambda g: z.backward())
    y.sum().backward()
    assert x.grad.item() == 7
