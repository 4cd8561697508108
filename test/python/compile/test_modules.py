"""Compiled modules: parameters and buffers are inputs, and a module stays a module."""

import lamina
import numpy as np
import pytest
from agreement import assert_same, tensor
from lamina import nn


def compiled(module, backend):
    return lamina.compile(module, fullgraph=True, backend=backend)


def network():
    lamina.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))


def gradients(module):
    return [np.array(p.grad.numpy()) for p in module.parameters()]


def test_values_and_gradients_agree(backend):
    eager, model = network(), network()
    run, x = compiled(model, backend), tensor(5, 4)
    for _ in range(2):
        wanted, found = eager(x), run(x)
        assert_same(np.array(wanted.detach().numpy()), np.array(found.detach().numpy()))
        wanted.square().sum().backward()
        found.square().sum().backward()
        assert_same(gradients(eager), gradients(model))


def test_parameters_are_read_at_every_call(backend):
    model = network()
    run, x = compiled(model, backend), tensor(5, 4)
    run(x)
    with lamina.no_grad():
        model[0].weight.mul_(2)
    assert_same(np.array(model(x).detach().numpy()), np.array(run(x).detach().numpy()))
    model[2].bias = nn.Parameter(tensor(3, seed=7))
    assert_same(np.array(model(x).detach().numpy()), np.array(run(x).detach().numpy()))


def test_train_and_eval_are_different_programs(backend):
    class Switch(nn.Module):
        def forward(self, x):
            return x * 2 if self.training else x

    run, x = compiled(Switch(), backend), tensor(3)
    assert run(x).tolist() == (x * 2).tolist()
    run.eval()
    assert run(x).tolist() == x.tolist()


def test_replacing_a_layer_recompiles(backend):
    model = network()
    run, x = compiled(model, backend), tensor(5, 4)
    run(x)
    model[1] = nn.ReLU()
    assert_same(np.array(model(x).detach().numpy()), np.array(run(x).detach().numpy()))


def test_freezing_a_parameter_recompiles(backend):
    model = network()
    run, x = compiled(model, backend), tensor(5, 4)
    run(x).sum().backward()
    model.zero_grad()
    model[0].weight.requires_grad_(False)
    run(x).sum().backward()
    assert model[0].weight.grad is None and model[2].weight.grad is not None


def test_buffers_are_mutated(backend):
    class Running(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mean", lamina.zeros(3))

        def forward(self, x):
            self.mean.mul_(0.9).add_(x.mean(0), alpha=0.1)
            return x - self.mean

    eager, model = Running(), Running()
    run, x = compiled(model, backend), tensor(5, 3)
    for _ in range(3):
        assert_same(np.array(eager(x).numpy()), np.array(run(x).numpy()))
        assert_same(np.array(eager.mean.numpy()), np.array(model.mean.numpy()))


def test_a_compiled_module_is_a_module(backend):
    model = network()
    run = compiled(model, backend)
    assert isinstance(run, nn.Module)
    assert [id(p) for p in run.parameters()] == [id(p) for p in model.parameters()]
    assert run.append == model.append


def test_a_function_that_uses_a_module(backend):
    model, x = network(), tensor(5, 4)
    run = compiled(lambda x: model(x).sum(), backend)
    assert run(x).item() == pytest.approx(model(x).sum().item(), rel=1e-5)


def test_a_module_as_an_argument(backend):
    first, second, x = network(), nn.Sequential(nn.Linear(4, 2)), tensor(5, 4)
    run = compiled(lambda module, x: module(x).sum(), backend)
    for module in (first, second, first):
        assert run(module, x).item() == pytest.approx(module(x).sum().item(), rel=1e-5)
    assert len(run.entries) == 2


def test_dropout_draws_anew_at_every_call(backend):
    model = nn.Dropout(0.5)
    run, x = compiled(model, backend), lamina.ones(64)
    lamina.manual_seed(3)
    found = [run(x).tolist() for _ in range(3)]
    lamina.manual_seed(3)
    wanted = [model(x).tolist() for _ in range(3)]
    assert found == wanted and found[0] != found[1]


def train(step, model):
    optimizer = lamina.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x, y = tensor(5, 4), tensor(5, 3, seed=1)
    losses = []
    for _ in range(5):
        losses.append(step(model, optimizer, x, y))
    return losses, [np.array(p.detach().numpy()) for p in model.parameters()]


def eager_step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = (model(x) - y).square().mean()
    loss.backward()
    optimizer.step()
    return loss.item()


def test_training_with_a_compiled_model(backend):
    model = network()
    run = compiled(model, backend)

    def step(_, optimizer, x, y):
        optimizer.zero_grad()
        loss = (run(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    wanted, found = train(eager_step, network()), train(step, model)
    assert found[0] == pytest.approx(wanted[0], rel=1e-4)
    assert_same(wanted[1], found[1])


def test_training_with_a_compiled_step(backend):
    def whole(model, optimizer, x, y):
        optimizer.zero_grad()
        loss = (model(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        return loss.detach()

    run = lamina.compile(whole, backend=backend)
    wanted, found = train(eager_step, network()), train(lambda *a: run(*a).item(), network())
    assert found[0] == pytest.approx(wanted[0], rel=1e-4)
    assert_same(wanted[1], found[1])
    assert len(run.entries) >= 1
