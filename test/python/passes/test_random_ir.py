"""A fixed part of the random programs, and some new ones; `random_ir.py` runs as many as wanted."""

import os
import random

import pytest
from random_ir import check


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_known_programs(start):
    for seed in range(start, start + 20):
        check(seed)


def test_new_programs():
    given = os.environ.get("LAMINA_FUZZ_SEED")
    seed = int(given) if given else random.SystemRandom().randrange(2**32)
    print(f"LAMINA_FUZZ_SEED={seed}")
    for offset in range(20):
        check(seed + offset)
