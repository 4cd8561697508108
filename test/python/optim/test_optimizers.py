"""Optimizers against torch: trajectories, state dicts, options that change, and bad input."""

import lamina
import numpy as np
import pytest
from lamina import nn, optim

torch = pytest.importorskip("torch")

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"lr": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-4, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.3, "amsgrad": True, "maximize": True}),
    ("Adagrad", {"lr": 0.05}),
    ("Adagrad", {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.2}),
    ("RMSprop", {"lr": 0.05}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.5, "centered": True, "weight_decay": 0.1}),
]
IDS = [f"{name}-{i}" for i, (name, _) in enumerate(CASES)]


def problem(library, parameter):
    """A small regression in either library: parameters and a loss that needs both."""
    rng = np.random.default_rng(0)
    w, b, x, y = (rng.standard_normal(s).astype(np.float32) for s in ((3, 2), (2,), (8, 3), (8, 2)))
    params = [parameter(library.tensor(w)), parameter(library.tensor(b))]
    x, y = library.tensor(x), library.tensor(y)
    return params, lambda: (x @ params[0] + params[1] - y).square().mean()


def run(optimizer, loss, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()


def assert_params_agree(ours, theirs):
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_trajectory_agrees_with_torch(name, options):
    ours, our_loss = problem(lamina, nn.Parameter)
    theirs, their_loss = problem(torch, torch.nn.Parameter)
    run(getattr(optim, name)(ours, **options), our_loss, 15)
    run(getattr(torch.optim, name)(theirs, **options), their_loss, 15)
    assert_params_agree(ours, theirs)


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_a_state_dict_continues_where_it_was_saved(name, options):
    params, loss = problem(lamina, nn.Parameter)
    run(optimizer := getattr(optim, name)(params, **options), loss, 3)
    saved, values = optimizer.state_dict(), [p.detach().clone() for p in params]
    saved = {
        "state": {k: {n: v.clone() for n, v in s.items()} for k, s in saved["state"].items()},
        "param_groups": saved["param_groups"],
    }
    run(optimizer, loss, 3)
    others, other_loss = problem(lamina, nn.Parameter)
    with lamina.no_grad():
        for other, value in zip(others, values):
            other.copy_(value)
    resumed = getattr(optim, name)(others, lr=1.0)
    resumed.load_state_dict(saved)
    run(resumed, other_loss, 3)
    assert_params_agree(others, params)


def converted(state, tensor, make):
    """A state dict of the other library."""

    def one(value):
        return make(value.detach().numpy().copy()) if isinstance(value, tensor) else value

    entries = {k: {n: one(v) for n, v in s.items()} for k, s in state["state"].items()}
    return {"state": entries, "param_groups": [dict(group) for group in state["param_groups"]]}


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_torchs_state_dict_continues_and_has_the_same_keys(name, options):
    ours, loss = problem(lamina, nn.Parameter)
    theirs, their_loss = problem(torch, torch.nn.Parameter)
    our = getattr(optim, name)(ours, **options)
    their = getattr(torch.optim, name)(theirs, **options)
    run(their, their_loss, 3)
    with lamina.no_grad():
        for mine, value in zip(ours, theirs):
            mine.copy_(lamina.from_numpy(value.detach().numpy().copy()))
    our.load_state_dict(converted(their.state_dict(), torch.Tensor, lamina.tensor))
    run(our, loss, 3)
    run(their, their_loss, 3)
    assert_params_agree(ours, theirs)
    mine, its = our.state_dict(), their.state_dict()
    assert mine["param_groups"][0].keys() == its["param_groups"][0].keys()
    for number, entries in its["state"].items():
        # A damped momentum also counts its steps here.
        kept = {key for key, value in entries.items() if value is not None}
        assert kept <= mine["state"].get(number, {}).keys() <= kept | {"step"}
    their.load_state_dict(converted(mine, lamina.Tensor, torch.tensor))
    run(our, loss, 3)
    run(their, their_loss, 3)
    assert_params_agree(ours, theirs)


def test_hooks_run_around_a_step():
    params, loss = problem(lamina, nn.Parameter)
    optimizer, seen = optim.SGD(params), []
    optimizer.register_step_pre_hook(lambda *call: seen.append(("before", call[0])))
    handle = optimizer.register_step_post_hook(lambda *call: seen.append(("after", call[0])))
    run(optimizer, loss, 1)
    handle.remove()
    run(optimizer, loss, 1)
    assert seen == [("before", optimizer), ("after", optimizer), ("before", optimizer)]


def test_groups_have_their_own_options():
    ours, our_loss = problem(lamina, nn.Parameter)
    theirs, their_loss = problem(torch, torch.nn.Parameter)
    run(optim.SGD([{"params": ours[:1], "lr": 0.5}, {"params": ours[1]}], lr=0.01), our_loss, 5)
    run(
        torch.optim.SGD([{"params": theirs[:1], "lr": 0.5}, {"params": theirs[1]}], lr=0.01),
        their_loss,
        5,
    )
    assert_params_agree(ours, theirs)


def test_a_changed_learning_rate_takes_effect_in_the_same_tensor():
    params, loss = problem(lamina, nn.Parameter)
    optimizer = optim.SGD(params, lr=0.1)
    group = optimizer.param_groups[0]
    rate = group.scalar("lr")
    group["lr"] = 0.0
    before = params[0].detach().clone()
    run(optimizer, loss, 1)
    assert (params[0] == before).all() and group.scalar("lr") is rate and rate.item() == 0


def test_options_read_as_they_were_written():
    betas, lr = (0.8, 0.9), 0.1
    group = optim.Adam([nn.Parameter(lamina.ones(1))], lr=lr, betas=betas).param_groups[0]
    assert group["betas"] == betas and group["lr"] == lr and group["amsgrad"] is False
    group["betas"] = (0.5, 0.6)
    assert group["betas"] == (0.5, 0.6) and dict(group)["weight_decay"] == 0


def test_momentum_can_be_switched_on_later():
    ours, our_loss = problem(lamina, nn.Parameter)
    theirs, their_loss = problem(torch, torch.nn.Parameter)
    our, their = optim.SGD(ours, lr=0.1), torch.optim.SGD(theirs, lr=0.1)
    for optimizer, loss in ((our, our_loss), (their, their_loss)):
        run(optimizer, loss, 2)
        optimizer.param_groups[0]["momentum"] = 0.9
        run(optimizer, loss, 4)
    assert_params_agree(ours, theirs)


def test_state_exists_before_the_first_step():
    parameter = nn.Parameter(lamina.ones(2))
    assert set(optim.Adam([parameter]).state[parameter]) == {"step", "exp_avg", "exp_avg_sq"}


def test_closure_is_run_with_grad_and_its_loss_returned():
    params, loss = problem(lamina, nn.Parameter)
    optimizer = optim.SGD(params, lr=0.1)

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    with lamina.no_grad():
        first, second = optimizer.step(closure), optimizer.step(closure)
    assert second.item() < first.item()


def test_zero_grad_can_keep_the_gradient_tensors():
    params, loss = problem(lamina, nn.Parameter)
    optimizer = optim.SGD(params)
    loss().backward()
    grad = params[0].grad
    optimizer.zero_grad(set_to_none=False)
    assert params[0].grad is grad and not grad.any()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda p: optim.SGD([p], lr=-1), "lr must be at least 0"),
        (lambda p: optim.SGD([p], nesterov=True), "nesterov"),
        (lambda p: optim.Adam([p], betas=(0.9, 1.0)), r"betas\[1\] must be in \[0, 1\)"),
        (lambda p: optim.SGD([]), "at least one parameter"),
        (lambda p: optim.SGD([p, p]), "more than once"),
        (lambda p: optim.SGD([p * 2]), "leaf"),
    ],
    ids=["lr", "nesterov", "betas", "empty", "twice", "leaf"],
)
def test_bad_options_are_named(build, message):
    with pytest.raises(ValueError, match=message):
        build(nn.Parameter(lamina.ones(1)))
