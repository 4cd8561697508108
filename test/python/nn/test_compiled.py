"""Modules, optimizers and random numbers inside of compiled programs."""

import copy

import lamina
import numpy as np
import pytest
from lamina import config, nn, optim
from lamina.nn import functional as F
from nn_layers import LAYERS, NAMES, make, tensors

OPTIMIZERS = {
    "SGD": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01),
    "Adam": lambda p: optim.Adam(p, lr=0.01, amsgrad=True),
    "AdamW": lambda p: optim.AdamW(p, lr=0.01),
    "Adagrad": lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.1),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.5, centered=True),
}


@pytest.fixture(autouse=True, params=["interpreter", "cpu"])
def backend(request):
    """What compiled programs run on."""
    with config.scope(backend=request.param):
        yield


def network():
    """A small network with buffers that training updates."""
    # A bias before the normalization would get rounding errors for a gradient, which Adam blows up.
    return nn.Sequential(nn.Linear(3, 8, bias=False), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 2))


def batch():
    """Inputs and targets of a regression."""
    x = lamina.randn(16, 3)
    return x, x[:, :2] * x[:, 1:]


def assert_states_agree(ours, theirs):
    """Equal parameters and buffers, up to rounding."""
    for (name, a), b in zip(ours.state_dict().items(), theirs.state_dict().values()):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(("name", "args", "kwargs", "inputs"), LAYERS, ids=NAMES)
def test_compiled_layer_agrees_with_eager(name, args, kwargs, inputs):
    ours = getattr(nn, name)(*args, **kwargs)
    eager = copy.deepcopy(ours)
    xs = make(inputs, lamina.randn, lambda a: a.requires_grad_(), lamina.tensor)
    ys = _copies(xs)
    results, expected = tensors(lamina.compile(ours, fullgraph=True)(*xs)), tensors(eager(*ys))
    live = [i for i, one in enumerate(expected) if one.requires_grad]
    tangents = [lamina.randn_like(expected[i]) for i in live]
    lamina.autograd.backward([results[i] for i in live], tangents)
    lamina.autograd.backward([expected[i] for i in live], tangents)
    for a, b in zip(results, expected):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-4, atol=1e-5)
    leaves = [[x for x in tensors(given) if x.requires_grad] for given in (xs, ys)]
    for a, b in zip([*leaves[0], *ours.parameters()], [*leaves[1], *eager.parameters()]):
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-4, atol=1e-4)
    assert_states_agree(ours, eager)


def _copies(value):
    """Leaves of the same values."""
    if isinstance(value, (tuple, list)):
        return type(value)(_copies(part) for part in value)
    return value if value is None else value.detach().clone().requires_grad_(value.requires_grad)


def test_compiled_loss_gives_the_same_gradients_and_updates_buffers():
    eager = network()
    ours = copy.deepcopy(eager)
    loss = lamina.compile(lambda x, y: F.mse_loss(ours(x), y), fullgraph=True)
    x, y = batch()
    for _ in range(3):
        a, b = loss(x, y), F.mse_loss(eager(x), y)
        a.backward()
        b.backward()
        assert a.item() == pytest.approx(b.item(), rel=1e-5)
    for p, q in zip(ours.parameters(), eager.parameters()):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-4, atol=1e-5)
    assert_states_agree(ours, eager)
    assert len(loss.entries) == 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_compiled_step_follows_the_eager_one(name):
    eager = network()
    ours = copy.deepcopy(eager)
    steps = []
    for model, compiled in ((ours, True), (eager, False)):
        optimizer = OPTIMIZERS[name](model.parameters())
        steps.append(
            (
                model,
                optimizer,
                lamina.compile(optimizer.step, fullgraph=True) if compiled else optimizer.step,
            )
        )
    x, y = batch()
    for _ in range(5):
        for model, optimizer, step in steps:
            optimizer.zero_grad()
            F.mse_loss(model(x), y).backward()
            step()
    assert_states_agree(ours, eager)
    assert len(steps[0][2].entries) == 1


def test_a_whole_training_step_is_one_program():
    eager = network()
    ours = copy.deepcopy(eager)

    def trainer(model):
        optimizer = optim.AdamW(model.parameters(), lr=0.01)

        def step(x, y):
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            return loss.detach()

        return step

    compiled, plain = lamina.compile(trainer(ours), fullgraph=True), trainer(eager)
    x, y = batch()
    for _ in range(4):
        assert compiled(x, y).item() == pytest.approx(plain(x, y).item(), rel=1e-4)
    assert_states_agree(ours, eager)
    # The first call finds no gradients, the later ones those of the call before.
    assert len(compiled.entries) <= 2, compiled.recompiles


def test_a_schedule_changes_the_rate_without_compiling_again():
    parameter = nn.Parameter(lamina.zeros(1))
    optimizer = optim.SGD([parameter], lr=1.0)
    schedule = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    step = lamina.compile(optimizer.step, fullgraph=True)
    for _ in range(3):
        optimizer.zero_grad()
        parameter.sum().backward()
        step()
        schedule.step()
    assert parameter.item() == -1.75 and len(step.entries) == 1


def test_compiled_draws_are_the_eager_ones_and_new_at_each_call():
    def draw():
        return lamina.rand(5), lamina.randn(3), lamina.randint(0, 10, (4,)), lamina.randperm(6)

    lamina.manual_seed(7)
    expected = [draw(), draw()]
    compiled = lamina.compile(draw, fullgraph=True)
    lamina.manual_seed(7)
    for values in expected:
        for ours, theirs in zip(compiled(), values):
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6, atol=1e-6)
    assert len(compiled.entries) == 1


def test_compiled_dropout_has_the_eager_mask_in_forward_and_backward():
    drop = nn.Dropout(0.5)
    compiled = lamina.compile(lambda x: drop(x * 2), fullgraph=True)
    x = lamina.ones(50, requires_grad=True)
    lamina.manual_seed(1)
    expected = drop(x * 2)
    lamina.manual_seed(1)
    result = compiled(x)
    assert (result == expected).all()
    result.sum().backward()
    assert (x.grad == result).all()
    assert not (compiled(x) == expected).all()


def test_switching_to_evaluation_compiles_again():
    drop = nn.Dropout(0.5)
    compiled = lamina.compile(lambda x: drop(x), fullgraph=True)
    x = lamina.ones(20)
    compiled(x)
    drop.eval()
    assert (compiled(x) == x).all() and len(compiled.entries) == 2


def test_an_option_changed_after_compilation_is_seen():
    act = nn.LeakyReLU(0.1)
    compiled = lamina.compile(lambda x: act(x), fullgraph=True)
    x = lamina.tensor([-1.0])
    assert compiled(x).item() == pytest.approx(-0.1)
    act.negative_slope = 0.5
    assert compiled(x).item() == pytest.approx(-0.5)


def test_a_weight_decay_switched_on_after_compilation_is_seen():
    parameter = nn.Parameter(lamina.ones(1))
    optimizer = optim.SGD([parameter], lr=1.0)
    step = lamina.compile(optimizer.step, fullgraph=True)
    parameter.grad = lamina.zeros(1)
    step()
    optimizer.param_groups[0]["weight_decay"] = 0.25
    step()
    assert parameter.item() == 0.75
