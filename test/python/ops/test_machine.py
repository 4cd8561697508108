"""Threads, kept memory and denormal numbers."""

import gc
import sys

import lamina
import numpy as np
import pytest


def test_threads_can_be_set():
    before = lamina.get_num_threads()
    lamina.set_num_threads(1)
    assert lamina.get_num_threads() == 1
    lamina.set_num_threads(before)
    assert lamina.get_num_threads() == before


@pytest.mark.parametrize("count", [0, -1, 1.5])
def test_threads_are_a_positive_number(count):
    with pytest.raises(RuntimeError, match="set_num_threads"):
        lamina.set_num_threads(count)


def test_memory_of_dead_outputs_is_kept_until_asked_for():
    machine = lamina.machine
    machine.empty_cache()
    double = lamina.compile(lambda x: x * 2)
    assert double(lamina.ones(1 << 18)).sum().item() == 1 << 19
    gc.collect()
    assert machine.cached_memory() >= 1 << 20
    machine.empty_cache()
    assert machine.cached_memory() == 0


@pytest.mark.parametrize("size", [-1, 1.5])
def test_the_limit_of_kept_memory_is_a_number_of_bytes(size):
    with pytest.raises(RuntimeError, match="set_cache_limit"):
        lamina.machine.set_cache_limit(size)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere it is refused")
def test_denormal_numbers_are_zeros_where_that_can_be_set():
    small = lamina.tensor([1e-310], dtype=lamina.float64)
    could = lamina.set_flush_denormal(True)
    try:
        assert (bool(np.any((small * 0.5).numpy().view(np.int64))) is False) == could
    finally:
        lamina.set_flush_denormal(False)
    assert np.any((small * 0.5).numpy().view(np.int64))
