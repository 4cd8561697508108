"""Direct kernels: where an entry is one NumPy function, that function does what the entry says."""

import contextlib
import threading

import lamina
import numpy as np
import pytest
from lamina.ops import primitives, registry

DTYPES = [np.float32, np.float64, np.int32, np.int64, np.float16, np.bool_, np.complex64]
ENTRIES = [e for e in registry.entries() if e.ufunc is not None and not e.is_inplace]
WRITING = [e for e in registry.entries() if e.ufunc is not None and e.direct_write is not None]


def _operands(entry, dtype):
    values = np.array([[-2.5, -1.0, -0.0], [0.0, 1.0, 3.5]])
    if np.dtype(dtype).kind == "f":
        values[0, 0] = np.nan
        values[1, 2] = np.inf
    x = values.astype(dtype)
    rest = tuple(a.default for a in entry.schema.arguments[entry.ufunc.nin :])
    if entry.ufunc.nin == 1:
        return [(x, *rest), (x[0, 1], *rest)]
    others = [x[::-1].copy(), x[:1], np.array(2, dtype), 2, 2.5, True]
    return [(x, y, *rest) for y in others]


@contextlib.contextmanager
def _outcome(found: list):
    """Appends the class of what is raised."""
    try:
        yield
    except Exception as error:
        found.append(type(error))


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_agrees_with_the_entry(entry):
    for dtype in DTYPES:
        for operands in _operands(entry, dtype):
            direct, general = [], []
            with _outcome(direct):
                direct.append(np.asarray(entry.kernel(*operands)))
            with _outcome(general), np.errstate(all="ignore"):
                general.append(np.asarray(entry.impl(primitives, *operands)))
            if isinstance(general[0], type):
                assert direct == general
                continue
            assert direct[0].dtype == general[0].dtype
            np.testing.assert_array_equal(direct[0], general[0], strict=True)


@pytest.mark.parametrize("entry", WRITING, ids=str)
def test_writes_what_the_functional_entry_computes(entry):
    for dtype in (np.float32, np.int64):
        for operands in _operands(entry.functional, dtype):
            target, expected = np.array(operands[0]), []
            with _outcome(expected):
                expected.append(entry.functional.kernel(*operands))
            if entry.direct_write([target, *operands[1:]]):
                np.testing.assert_array_equal(target, expected[0])


def test_says_no_to_memory_that_overlaps_itself():
    expanded = np.lib.stride_tricks.as_strided(np.zeros(1, np.float32), (3,), (0,))
    assert not lamina.ops.aten.mul_.Tensor.direct_write([expanded, 2.0])


def test_warns_of_nothing_in_any_thread(recwarn):
    found = []

    def run():
        found.append((lamina.ones(2) / 0).tolist())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    run()
    assert found == [[np.inf, np.inf]] * 2 and not recwarn


def test_the_callers_error_state_is_untouched():
    with np.errstate(divide="raise"):
        assert (lamina.ones(1) / 0).tolist() == [np.inf]
        with pytest.raises(FloatingPointError):
            np.ones(1) / 0
