"""state_dict and load_state_dict."""

import lamina
import pytest
from lamina import nn


def model():
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))


def test_keys_are_torchs():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    assert list(model().state_dict()) == list(theirs.state_dict())


def test_entries_share_memory_and_carry_no_history():
    net = model()
    entry = net.state_dict()["0.weight"]
    assert not entry.requires_grad and entry.data_ptr() == net[0].weight.data_ptr()


def test_loading_copies_values_into_the_same_parameters():
    source, target = model(), model()
    weight = target[0].weight
    report = target.load_state_dict(source.state_dict())
    assert target[0].weight is weight and (weight == source[0].weight).all()
    assert weight.data_ptr() != source[0].weight.data_ptr() and report == ([], [])


def test_assign_takes_over_the_given_tensors():
    source, target = model(), model()
    target.load_state_dict(source.state_dict(), assign=True)
    assert target[0].weight.data_ptr() == source[0].weight.data_ptr()
    assert isinstance(target[0].weight, nn.Parameter)


def test_strict_loading_names_missing_and_unexpected_keys():
    state = model().state_dict()
    state["1.extra"] = state.pop("0.bias")
    with pytest.raises(
        RuntimeError,
        match=r'(?s)Error.*Sequential:\n\tMissing key.*: "0.bias".*Unexpected key.*: "1.extra"',
    ):
        model().load_state_dict(state)


def test_loading_that_is_not_strict_reports_the_keys():
    state = model().state_dict()
    state["other.extra"] = state.pop("0.bias")
    report = model().load_state_dict(state, strict=False)
    assert report.missing_keys == ["0.bias"] and report.unexpected_keys == ["other.extra"]


def test_a_size_that_differs_is_an_error_even_when_not_strict():
    state = model().state_dict()
    state["0.weight"] = lamina.zeros(5, 2)
    with pytest.raises(RuntimeError, match=r"size mismatch for 0.weight: .*\[5, 2\].*\[3, 2\]"):
        model().load_state_dict(state, strict=False)


def test_extra_state_makes_the_round_trip():
    class Counter(nn.Module):
        calls = 0

        def get_extra_state(self):
            return self.calls

        def set_extra_state(self, state):
            self.calls = state

    source, target = Counter(), Counter()
    source.calls = 7
    target.load_state_dict(source.state_dict())
    assert target.calls == 7


def test_a_batch_norm_of_version_1_is_loaded():
    norm = nn.BatchNorm1d(2)
    state = dict(norm.state_dict())
    del state["num_batches_tracked"]
    assert norm.load_state_dict(state) == ([], [])


def test_older_hooks_see_and_change_the_state():
    net, seen = nn.Linear(1, 1), []
    net._register_load_state_dict_pre_hook(lambda state, prefix, *rest: seen.append(sorted(state)))
    net._register_state_dict_hook(lambda module, state, prefix, local: {"all": state})
    state = net.state_dict()["all"]
    net.load_state_dict(state)
    assert seen == [["bias", "weight"]]
