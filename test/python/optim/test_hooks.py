"""Hooks around the state dict of an optimizer, as torch calls them."""

import lamina
import pytest

torch = pytest.importorskip("torch")


def build(lib):
    return lib.optim.SGD([lib.ones(2, requires_grad=True)], lr=0.5, momentum=0.9)


def logged(lib):
    """What hooks of all four kinds see, in order."""
    optimizer, seen = build(lib), []
    optimizer.register_state_dict_pre_hook(lambda o: seen.append(("before saving", o is optimizer)))
    optimizer.register_state_dict_post_hook(lambda o, d: seen.append(("saved", sorted(d))))
    optimizer.register_state_dict_post_hook(lambda o, d: {**d, "note": 1}, prepend=True)
    saved = optimizer.state_dict()
    optimizer.register_load_state_dict_pre_hook(lambda o, d: d["param_groups"][0].update(lr=0.25))
    optimizer.register_load_state_dict_post_hook(
        lambda o: seen.append(("loaded", o.param_groups[0]["lr"]))
    )
    optimizer.load_state_dict(saved)
    return seen, sorted(saved)


def test_hooks_are_called_as_in_torch():
    assert logged(lamina) == logged(torch)


def test_a_hook_replaces_what_is_loaded():
    results = []
    for lib in (lamina, torch):
        optimizer, other = build(lib), build(lib).state_dict()
        other["param_groups"][0]["lr"] = 0.125
        handle = optimizer.register_load_state_dict_pre_hook(lambda o, d, other=other: other)
        optimizer.load_state_dict(build(lib).state_dict())
        handle.remove()
        results.append(optimizer.param_groups[0]["lr"])
    assert results == [0.125, 0.125]
