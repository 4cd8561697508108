"""Learning-rate schedules against torch."""

import lamina
import pytest
from lamina import nn, optim

torch = pytest.importorskip("torch")

CASES = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("ExponentialLR", {"gamma": 0.8}),
    ("CosineAnnealingLR", {"T_max": 6, "eta_min": 0.01}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / (1 + epoch)}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 12, "cycle_momentum": False}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 12, "cycle_momentum": False, "anneal_strategy": "linear"}),
]


def rates(library, parameter, name, options, steps=10):
    optimizer = library.optim.SGD([parameter(library.ones(1))], lr=0.1)
    schedule = getattr(library.optim.lr_scheduler, name)(optimizer, **options)
    seen = []
    for _ in range(steps):
        seen += schedule.get_last_lr()
        optimizer.step()
        schedule.step()
    return seen


@pytest.mark.parametrize(("name", "options"), CASES, ids=[f"{name}-{i}" for i, (name, _) in enumerate(CASES)])
def test_rates_agree_with_torch(name, options):
    ours = rates(lamina, nn.Parameter, name, options)
    theirs = rates(torch, torch.nn.Parameter, name, options)
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_a_loaded_schedule_continues():
    def build():
        optimizer = optim.SGD([nn.Parameter(lamina.ones(1))], lr=0.1)
        return optim.lr_scheduler.ExponentialLR(optimizer, 0.5)

    first, second = build(), build()
    first.step()
    second.load_state_dict(first.state_dict())
    first.step()
    second.step()
    assert second.get_last_lr() == first.get_last_lr()


def test_one_cycle_ends():
    optimizer = optim.SGD([nn.Parameter(lamina.ones(1))], lr=0.1)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, 1.0, 2)
    schedule.step()
    schedule.step()
    with pytest.raises(ValueError, match="step 3 of a schedule of 2 steps"):
        schedule.step()
