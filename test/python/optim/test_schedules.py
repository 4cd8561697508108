"""Learning-rate schedules against torch."""

import lamina
import pytest
from lamina import nn, optim

torch = pytest.importorskip("torch")

CASES = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [2, 5, 5], "gamma": 0.5}),
    ("ConstantLR", {"factor": 0.5, "total_iters": 4}),
    ("LinearLR", {"start_factor": 0.25, "total_iters": 5}),
    ("PolynomialLR", {"total_iters": 6, "power": 2.0}),
    ("ExponentialLR", {"gamma": 0.8}),
    ("CosineAnnealingLR", {"T_max": 4, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 2, "T_mult": 2, "eta_min": 0.01}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / (1 + epoch)}),
    ("MultiplicativeLR", {"lr_lambda": lambda epoch: 0.9}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 3}),
    (
        "CyclicLR",
        {
            "base_lr": 0.01,
            "max_lr": 0.1,
            "step_size_up": 2,
            "step_size_down": 3,
            "mode": "exp_range",
            "gamma": 0.9,
        },
    ),
    (
        "CyclicLR",
        {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 2, "mode": "triangular2"},
    ),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 12}),
    ("OneCycleLR", {"max_lr": 0.5, "epochs": 4, "steps_per_epoch": 3, "three_phase": True}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 12, "anneal_strategy": "linear"}),
]


def rates(library, parameter, name, options, steps=10):
    """The rate and momentum at every step."""
    optimizer = library.optim.SGD([parameter(library.ones(1))], lr=0.1, momentum=0.9)
    schedule = getattr(library.optim.lr_scheduler, name)(optimizer, **options)
    seen = []
    for _ in range(steps):
        seen += [*schedule.get_last_lr(), optimizer.param_groups[0]["momentum"]]
        optimizer.step()
        schedule.step()
    return seen


@pytest.mark.parametrize(
    ("name", "options"), CASES, ids=[f"{name}-{i}" for i, (name, _) in enumerate(CASES)]
)
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
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    first.step()
    second.step()
    assert second.get_last_lr() == first.get_last_lr()


def test_one_cycle_ends():
    optimizer = optim.SGD([nn.Parameter(lamina.ones(1))], lr=0.1)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, 1.0, 2, cycle_momentum=False)
    schedule.step()
    schedule.step()
    with pytest.raises(ValueError, match="step 3 of a schedule of 2 steps"):
        schedule.step()


def combined(library, parameter):
    """The rates of schedules in sequence, chained, on Adam, and by epochs that are given."""
    schedules = library.optim.lr_scheduler
    seen = []

    def run(optimizer, schedule, steps=(), count=7):
        for epoch in steps or [None] * count:
            optimizer.step()
            schedule.step(*(() if epoch is None else (epoch,)))
            seen.append(optimizer.param_groups[0]["lr"])
            seen.extend(optimizer.param_groups[0].get("betas", ()))

    optimizer = library.optim.SGD([parameter(library.ones(1))], lr=0.1)
    parts = [
        schedules.LinearLR(optimizer, 0.1, total_iters=3),
        schedules.ExponentialLR(optimizer, 0.5),
    ]
    run(optimizer, schedules.SequentialLR(optimizer, parts, [3]))
    optimizer = library.optim.SGD([parameter(library.ones(1))], lr=0.1)
    parts = [schedules.StepLR(optimizer, 2, 0.5), schedules.ExponentialLR(optimizer, 0.9)]
    run(optimizer, schedules.ChainedScheduler(parts))
    optimizer = library.optim.Adam([parameter(library.ones(1))], lr=0.1)
    run(optimizer, schedules.OneCycleLR(optimizer, 1.0, 8))
    for build in (
        lambda o: schedules.CosineAnnealingWarmRestarts(o, 2, 2),
        lambda o: schedules.CosineAnnealingWarmRestarts(o, 3),
    ):
        optimizer = library.optim.SGD([parameter(library.ones(1))], lr=0.1)
        run(optimizer, build(optimizer), steps=[0.5, 1, 2.5, 6, 13.5])
    return seen


@pytest.mark.filterwarnings("ignore")
def test_combinations_agree_with_torch():
    ours, theirs = combined(lamina, nn.Parameter), combined(torch, torch.nn.Parameter)
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 1},
        {"mode": "max", "patience": 0, "cooldown": 1, "threshold": 0.1, "threshold_mode": "abs"},
        {"factor": 0.5, "patience": 0, "min_lr": 0.02},
    ],
)
def test_plateaus_agree_with_torch(options):
    found = []
    for library, parameter in ((lamina, nn.Parameter), (torch, torch.nn.Parameter)):
        optimizer = library.optim.SGD([parameter(library.ones(1))], lr=0.1)
        schedule = library.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        seen = []
        for metric in (1.0, 0.9, 0.95, 0.91, 0.92, 0.8, 0.85, 0.9, 0.9, 0.9):
            schedule.step(library.tensor(metric))
            seen.append(optimizer.param_groups[0]["lr"])
        found.append(seen)
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_a_schedule_of_ones_own_defines_get_lr():
    class Halved(optim.lr_scheduler._LRScheduler):
        def get_lr(self):
            return [base / (1 + self.last_epoch) for base in self.base_lrs]

    optimizer = optim.SGD([nn.Parameter(lamina.ones(1))], lr=1.0)
    schedule = Halved(optimizer)
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == 0.5 == schedule.get_last_lr()[0]


def test_resuming_needs_an_initial_rate():
    optimizer = optim.SGD([nn.Parameter(lamina.ones(1))], lr=1.0)
    with pytest.raises(KeyError, match="initial_lr"):
        optim.lr_scheduler.StepLR(optimizer, 2, last_epoch=3)
