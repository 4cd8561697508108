"""Conformance: modules, library calls and backwards that run again, by the rows of the seed tests."""

import weakref

import lamina
import pytest
from lamina import config, nn
from lamina.errors import UnsupportedError
from lamina.nn import functional as F


@pytest.fixture(params=["interpreter", "cpu"], autouse=True)
def backend(request):
    with config.scope(backend=request.param):
        yield


def compiled(function):
    return lamina.compile(function, fullgraph=True)


def test_external_calls():
    """A matrix-vector product is one operation of the program and gives eager's numbers."""
    a, b = lamina.rand(16, 16), lamina.rand(16)
    call = compiled(lambda a, b: lamina.mv(a, b))
    assert call.lower(a, b).text().count("lamina.matmul") == 1
    assert lamina.allclose(call(a, b), a.mv(b))


class Residual(nn.Module):
    """Two convolutions with batch norm around a connection that skips them."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        return F.relu(x + self.second(F.relu(self.norm(self.first(x)))))


def network():
    """A small residual network with the same numbers at each call."""
    lamina.manual_seed(0)
    layers = [nn.Conv2d(3, 4, 3, stride=2), Residual(4), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(4, 5))


def test_resnet18_backward_trace():
    """Forward and backward of a convolutional network give the same gradients each time, eager's."""
    images = lamina.arange(2.0 * 3 * 9 * 9).reshape(2, 3, 9, 9) % 7 / 7

    def gradients(model, call):
        found = []
        for _ in range(2):
            model.zero_grad()
            call(images).square().sum().backward()
            found.append([p.grad.clone() for p in model.parameters()])
        return found

    eager, model = network(), network()
    wanted, first = gradients(eager, eager), gradients(model, compiled(model))
    for expected, once, again in zip(wanted[0], *first, strict=True):
        assert lamina.allclose(once, expected, rtol=1e-3, atol=1e-4)
        assert lamina.equal(once, again)


def test_resnet18_statistics_are_those_of_eager():
    """Buffers move in training and stay in evaluation, under every mode."""
    images = lamina.arange(2.0 * 3 * 9 * 9).reshape(2, 3, 9, 9) % 7 / 7
    eager, model = network(), network()
    call = compiled(model)
    for training in (True, False, True):
        eager.train(training), model.train(training)
        with lamina.set_grad_enabled(training):
            eager(images), call(images)
    for expected, found in zip(eager.buffers(), model.buffers(), strict=True):
        assert lamina.allclose(found, expected, rtol=1e-4) and found._version == expected._version


def test_composite_impl_compile():
    """`linear` is a transpose and a product. Training saves inputs that the caller has anyway."""
    module, x = nn.Linear(3, 3), lamina.rand(1, 3, requires_grad=True)
    text = compiled(module).lower(x).text("partitioned")
    forward, _, backward = text.partition("_backward")
    assert "lamina.permute" in forward and "lamina.matmul" in forward
    assert "lamina.linear" not in text and "lamina.linear" not in backward
    saved = [line for line in forward.split("lamina.alias = ")[1:] if "#lamina.saved" in line]
    assert len(saved) == forward.count("#lamina.saved") > 0
    with lamina.inference_mode():
        alone = compiled(module).lower(x).text("partitioned")
    assert "lamina.saved" not in alone and alone.count("lamina.result") == 1


@pytest.mark.parametrize("keep", [True, False])
def test_saved_tensors_and_retain_graph(keep):
    """Rows 9 and 68: saved values live as long as the graph is retained, and errors are eager's."""

    def outcome(wrap):
        x = lamina.full((3,), 2.0, requires_grad=True)
        loss = wrap(lambda x: (x.exp() * x).sum())(x)
        loss.backward(retain_graph=keep)
        try:
            loss.backward()
        except RuntimeError as error:
            return error.message
        return [round(v, 4) for v in x.grad.tolist()]

    assert outcome(compiled) == outcome(lambda f: f)


def test_saved_tensor_hooks_see_what_an_operator_around_the_program_saves():
    """Row 71: hooks of the caller apply to what is saved outside of the program."""
    seen, x = [], lamina.ones(3, requires_grad=True)
    call = compiled(lambda x: x * x)

    def pack(tensor):
        seen.append(tensor.shape)
        return tensor

    with lamina.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = call(x).exp().sum()
    result.backward()
    assert seen and lamina.allclose(x.grad, lamina.full((3,), 2 * 2.718281828))


class Bag(nn.Module):
    """An embedding bag whose result is seen flat."""

    def __init__(self, sparse: bool):
        super().__init__()
        self.emb = nn.EmbeddingBag(100, 8, sparse=sparse)

    def forward(self, x, y):
        return self.emb(x, y).view(-1)


def test_embedding_bag_view_dynamic():
    """Tensors are dense: a sparse gradient is refused, compiled as eagerly, and the dense one is eager's."""
    arguments = lamina.arange(3), lamina.arange(3)
    for module in (Bag(True), compiled(Bag(True))):
        with pytest.raises(UnsupportedError, match="sparse gradients are not supported"):
            module(*arguments)
    bag = Bag(False)
    bag(*arguments).sum().backward()
    wanted = bag.emb.weight.grad
    bag.emb.weight.grad = None
    result = compiled(bag)(*arguments)
    result.sum().backward()
    assert lamina.allclose(result, bag(*arguments)) and lamina.equal(bag.emb.weight.grad, wanted)


def test_gradients_of_inputs_and_of_weights_apart():
    """Row 66: a backward may be run for inputs first and for weights later, from one forward."""

    def outcome(wrap):
        x, w = lamina.rand(3, 4, requires_grad=True), lamina.rand(4, 2, requires_grad=True)
        with lamina.no_grad():
            x.copy_(lamina.arange(12.0).reshape(3, 4)), w.copy_(lamina.arange(8.0).reshape(4, 2))
        loss = wrap(lambda x, w: (x @ w).sin().sum())(x, w)
        (of_x,) = lamina.autograd.grad(loss, x, retain_graph=True)
        (of_w,) = lamina.autograd.grad(loss, w)
        return of_x, of_w

    for found, wanted in zip(outcome(compiled), outcome(lambda f: f), strict=True):
        assert lamina.allclose(found, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("retain", [False, True])
def test_saved_memory_is_freed_by_the_backward_that_may_free_it(retain):
    """Row 70: what is saved for the backward alone lives as long as that can run again, and no longer."""
    x = lamina.arange(64.0).requires_grad_()
    loss = compiled(lambda x: (x.sin() * x.cos().exp()).sum())(x)
    saved = [weakref.ref(array) for array in loss.grad_fn.saved if array is not x._array]
    assert saved
    loss.backward(retain_graph=retain)
    assert all((array() is None) != retain for array in saved)
    first = x.grad.clone()
    if retain:
        loss.backward()
        assert lamina.allclose(x.grad, first * 2)
        assert all(array() is None for array in saved)
