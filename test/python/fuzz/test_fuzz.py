"""Random programs do in lamina what they do in torch: a fixed set, and new ones in every run.

The first seed of the new ones is printed; LAMINA_FUZZ_SEED=<seed> replays them. The same programs run
compiled.
"""

import os
import random

import pytest

pytest.importorskip("torch")

from lamina import config

from .runner import compiled_runner, eager_runner

SIZE = 50
# Two programs in ten thousand still differ, in ways that `python -m fuzz` shows.
FRESH = 100


def check(first: int, count: int) -> None:
    """Compares eager lamina with torch on the programs of consecutive seeds."""
    check_seeds(eager_runner(), range(first, first + count))


def check_seeds(runner, seeds) -> None:
    """Fails with the minimized source of the first program on which the runner's executors differ."""
    for seed in seeds:
        finding = runner.check(seed)
        if finding is not None:
            pytest.fail(runner.minimize(finding).report(), pytrace=False)


def fresh_seed() -> int:
    """The first seed of new programs, printed."""
    given = os.environ.get("LAMINA_FUZZ_SEED")
    seed = int(given) if given else random.SystemRandom().randrange(10**6, 10**9)
    print(f"LAMINA_FUZZ_SEED={seed}")
    return seed


@pytest.mark.parametrize("first", range(0, 300, SIZE))
def test_fixed_programs(first):
    check(first, SIZE)


def test_fresh_programs():
    check(fresh_seed(), FRESH)


COMPILED = range(300)


def check_compiled(backend, aliasing, seeds):
    """Compares compiled with eager lamina; most programs must compile."""
    runner = compiled_runner(backend, aliasing)
    check_seeds(runner, seeds)
    assert runner.counts["agree"] > len(seeds) // 2


@pytest.mark.parametrize("aliasing", [False, True], ids=["apart", "aliasing"])
@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
def test_compiled_programs(backend, aliasing):
    check_compiled(backend, aliasing, COMPILED)


# About one program in a thousand still differs: arguments that are views which autograd refuses to look at
# after a write, moved views of computed arguments, strides of views without elements, and values on
# either side of a jump, such as the fraction of a number near 1. `python -m fuzz --compiled cpu` shows them.
FRESH_COMPILED = 3


@pytest.mark.parametrize("aliasing", [False, True], ids=["apart", "aliasing"])
@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
def test_fresh_compiled_programs(backend, aliasing):
    seed = fresh_seed()
    check_compiled(backend, aliasing, range(seed, seed + FRESH_COMPILED))


def test_compiled_programs_under_validation():
    """Every pass is checked on the programs that it sees, as LAMINA_VALIDATE=1 does."""
    with config.scope(validate=True):
        check_seeds(compiled_runner("interpreter"), range(100))
