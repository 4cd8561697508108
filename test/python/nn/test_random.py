"""Generators and draws: the published Philox vectors, both forms of the operator, moments, and
streams.
"""

import lamina
import numpy as np
import pytest
from lamina.ops import primitives
from lamina.random import philox

VECTORS = [
    ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_philox_gives_the_published_words(counter, key, expected):
    words = philox.encrypt(np.array(counter, np.uint64)[:, None], key[0] | key[1] << 32)
    assert " ".join(f"{int(word):08x}" for word in words[:, 0]) == expected


@pytest.mark.parametrize("state", [(0, 0), (-1, 5), (1 << 40, (1 << 32) - 3), (7, -2)])
def test_primitives_and_kernel_agree(state):
    state = np.array(state, np.int64)
    np.testing.assert_array_equal(philox.philox(primitives, state, 9), philox._kernel(state, 9))


def test_equal_seeds_give_equal_draws():
    lamina.manual_seed(3)
    first = lamina.randn(5)
    lamina.manual_seed(3)
    assert (lamina.randn(5) == first).all() and not (lamina.randn(5) == first).any()


def test_the_first_draws_do_not_depend_on_the_count():
    lamina.manual_seed(1)
    many = lamina.rand(10)
    lamina.manual_seed(1)
    assert (lamina.rand(4) == many[:4]).all()


def test_a_draw_advances_only_its_generator():
    generator = lamina.Generator().manual_seed(5)
    before = lamina.random.get_rng_state()
    lamina.rand(3, generator=generator)
    assert (lamina.random.get_rng_state() == before).all() and generator.state.tolist() == [5, 1]


def test_state_can_be_saved_and_restored():
    saved = lamina.random.get_rng_state()
    first = lamina.rand(3)
    lamina.random.set_rng_state(saved)
    assert (lamina.rand(3) == first).all()


def test_fork_rng_restores_the_state():
    before = lamina.random.get_rng_state()
    with lamina.random.fork_rng():
        lamina.rand(3)
    assert (lamina.random.get_rng_state() == before).all()


def test_seeds_of_64_bits_are_kept():
    assert lamina.manual_seed(2**64 - 1).initial_seed() == 2**64 - 1


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_uniform_draws_fill_the_half_open_unit_interval(dtype):
    draws = lamina.rand(20000, dtype=getattr(lamina, dtype))
    assert draws.dtype.name == dtype
    values = draws.to(lamina.float64).numpy()
    assert values.min() >= 0 and values.max() < 1
    assert abs(values.mean() - 0.5) < 0.01 and abs(values.var() - 1 / 12) < 0.01


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_draws_have_the_normal_moments(dtype):
    values = lamina.randn(200, 101, dtype=getattr(lamina, dtype)).numpy()
    assert (
        abs(values.mean()) < 0.02
        and abs(values.var() - 1) < 0.03
        and abs((values**4).mean() - 3) < 0.2
    )


@pytest.mark.parametrize(("low", "high"), [(0, 10), (-3, 4), (0, 1 << 40)])
def test_integers_stay_in_their_range(low, high):
    values = lamina.randint(low, high, (5000,)).numpy()
    assert values.dtype == np.int64 and values.min() >= low and values.max() < high
    assert abs(values.mean() - (low + high - 1) / 2) < 0.03 * (high - low)


def test_randint_of_an_empty_range_is_an_error():
    with pytest.raises(lamina.LaminaError, match="low=3 and high=3"):
        lamina.randint(3, 3, (2,))


def test_randperm_is_a_permutation():
    order = lamina.randperm(50).tolist()
    assert sorted(order) == list(range(50)) and order != list(range(50))


def test_bernoulli_follows_its_probabilities():
    draws = lamina.bernoulli(lamina.tensor([0.0, 0.3, 1.0]).expand(10000, 3)).mean(0).tolist()
    assert draws[0] == 0 and abs(draws[1] - 0.3) < 0.02 and draws[2] == 1


@pytest.mark.parametrize("replacement", [True, False])
def test_multinomial_follows_its_weights(replacement):
    weights = lamina.tensor([0.0, 1.0, 3.0]).expand(8000, 3)
    counts = (
        np.bincount(lamina.multinomial(weights, 1, replacement).numpy().ravel(), minlength=3) / 8000
    )
    np.testing.assert_allclose(counts, [0, 0.25, 0.75], atol=0.02)


def test_multinomial_without_replacement_draws_each_index_once():
    drawn = lamina.multinomial(lamina.ones(20, 6), 6).numpy()
    assert (np.sort(drawn, 1) == np.arange(6)).all()


def test_in_place_draws_keep_the_tensor():
    x = lamina.empty(1000)
    assert x.uniform_(2, 4) is x
    assert x.min().item() >= 2 and x.max().item() < 4
    assert abs(x.normal_(3, 0.5).mean().item() - 3) < 0.1
    assert abs(x.exponential_(2).mean().item() - 0.5) < 0.1
    assert set(x.bernoulli_(0.5).tolist()) == {0, 1}


def test_draws_can_be_written_into_a_given_tensor():
    out = lamina.empty(3)
    assert lamina.rand(3, out=out) is out and out.max().item() < 1


@pytest.mark.parametrize("rate", [0.0, 0.3, 4.0, 9.99, 10.0, 35.5, 4000.0])
def test_poisson_draws_have_their_moments(rate):
    lamina.manual_seed(0)
    draws = lamina.poisson(lamina.full((20000,), rate, dtype=lamina.float64)).numpy()
    assert (draws >= 0).all() and (draws == np.floor(draws)).all()
    error = 5 * np.sqrt(max(rate, 1e-12) / draws.size)
    assert abs(draws.mean() - rate) <= error
    assert abs(draws.var() - rate) <= 0.06 * rate + 1e-12


def test_poisson_draws_are_distributed_as_they_should():
    lamina.manual_seed(1)
    for rate in (3.0, 12.0):
        draws = lamina.poisson(lamina.full((40000,), rate)).numpy().astype(int)
        found = np.bincount(draws, minlength=40)[:40] / draws.size
        logs = np.arange(40) * np.log(rate) - rate - np.cumsum(np.log(np.maximum(np.arange(40), 1)))
        np.testing.assert_allclose(found, np.exp(logs), atol=0.01)


def test_poisson_refuses_what_is_no_rate():
    with pytest.raises(RuntimeError, match="poisson"):
        lamina.poisson(lamina.tensor([-1.0]))
    with pytest.raises(RuntimeError, match="int64"):
        lamina.poisson(lamina.tensor([1]))


@pytest.mark.parametrize("name", ["rand_like", "randn_like"])
def test_draws_like_a_tensor_come_from_the_generator(name):
    x, first, second = lamina.ones(3), lamina.Generator(), lamina.Generator()
    first.manual_seed(5), second.manual_seed(5)
    draw, plain = getattr(lamina, name), getattr(lamina, name.removesuffix("_like"))
    assert draw(x, generator=first).tolist() == plain(3, generator=second).tolist()
