"""The registry is complete: every entry is documented, has sample inputs and runs on them."""

import pytest
from lamina.ops import registry
from samples import SAMPLES, convert, samples

ENTRIES = list(registry.entries())
# Placement rules are no functions of values: they are tested with the storages they change.
FUNCTIONAL = [entry for entry in ENTRIES if entry.functional is None and entry.placement is None]


def test_every_entry_has_samples():
    missing = {entry.name for entry in FUNCTIONAL} - SAMPLES.keys()
    assert not missing


def test_every_sample_has_an_entry():
    assert not SAMPLES.keys() - {entry.name for entry in FUNCTIONAL}


@pytest.mark.parametrize("entry", FUNCTIONAL, ids=lambda e: e.name)
def test_runs_on_its_samples(entry):
    drawn = samples(entry.name)
    assert drawn
    for one in drawn:
        entry(
            *convert(one.args, lambda a: a.to_lamina()),
            **convert(one.kwargs, lambda a: a.to_lamina()),
        )
