"""lamina.fft agrees with the oracle: results, first and second derivatives, errors."""

import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
from functions import compare  # noqa: E402
from samples import DType, Maker  # noqa: E402

a = Maker("fft")
REAL, COMPLEX, WIDE = a(3, 5), a(3, 4, dtype="complex128"), a(2, 3, 4)
NORMS = (None, "backward", "forward", "ortho")
EITHER = ("fft", "ifft", "irfft", "hfft")


def _calls():
    for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
        x = COMPLEX if name in EITHER else REAL
        for norm in NORMS:
            yield f"fft.{name}", (x,), {"norm": norm}
        for n in (1, 3, 8):
            yield f"fft.{name}", (x, n), {}
        yield f"fft.{name}", (x,), {"dim": 0}
        yield f"fft.{name}", (a(4, dtype="float32"),), {}
        yield f"fft.{name}", (a(4, dtype="int64"),), {}
        for suffix in ("2", "n"):
            x = a(2, 3, 4, dtype="complex128") if name in EITHER else WIDE
            yield f"fft.{name}{suffix}", (x,), {}
            yield f"fft.{name}{suffix}", (x, (5, 2)), {"norm": "ortho"}
            yield f"fft.{name}{suffix}", (x,), {"dim": (0, 2), "norm": "forward"}
            yield f"fft.{name}{suffix}", (x, (-1, 3)), {"dim": (1, 0)}
    yield "fft.fft", (REAL,), {"norm": "ortho"}
    yield "fft.ifft", (REAL,), {}
    for n in (1, 4, 5):
        yield "fft.fftfreq", (n,), {"d": 0.5}
        yield "fft.rfftfreq", (n,), {"dtype": DType("float64")}
    for name in ("fftshift", "ifftshift"):
        yield f"fft.{name}", (WIDE,), {}
        yield f"fft.{name}", (WIDE, 1), {}
        yield f"fft.{name}", (WIDE, (0, -1)), {}


CALLS = list(_calls())


@pytest.mark.parametrize("call", CALLS, ids=[f"{c[0]}-{i}" for i, c in enumerate(CALLS)])
def test_function(call):
    compare(call[0], lamina, torch, *call[1:], order=2)


SIGNAL, SPECTRA = a(2, 20), a(2, 5, 6, dtype="complex128")
WINDOW = a(8, low=0.5, high=1.5)


def _short_time():
    for option in (
        {},
        {"hop_length": 3},
        {"win_length": 6},
        {"center": False},
        {"center": False, "win_length": 6, "align_to_window": True},
        {"pad_mode": "constant"},
        {"normalized": True},
        {"onesided": False},
        {"window": WINDOW},
        {"win_length": 5, "window": a(5, low=0.5, high=1.5), "hop_length": 2},
    ):
        yield "stft", (SIGNAL, 8), {**option, "return_complex": True}
    yield "stft", (a(20), 8), {"return_complex": True}
    yield "stft", (a(2, 20, dtype="complex128"), 8), {}
    for option in (
        {},
        {"hop_length": 3},
        {"normalized": True},
        {"window": WINDOW},
        {"window": WINDOW, "center": False},
        {"length": 9},
        {"length": 25, "window": WINDOW},
        {"win_length": 6, "window": a(6, low=0.5, high=1.5)},
    ):
        yield "istft", (SPECTRA, 8), option
    yield "istft", (a(5, 6, dtype="complex128"), 8), {}
    yield "istft", (a(8, 6, dtype="complex128"), 8), {}
    yield "istft", (a(8, 6, dtype="complex128"), 8), {"return_complex": True}


SHORT_TIME = list(_short_time())


@pytest.mark.parametrize("call", SHORT_TIME, ids=[f"{c[0]}-{i}" for i, c in enumerate(SHORT_TIME)])
def test_short_time_transform(call):
    compare(call[0], lamina, torch, *call[1:], order=2)


BAD = [
    lambda lib: lib.fft.fft(lib.ones(3), norm="none"),
    lambda lib: lib.fft.fft(lib.ones(3), 0),
    lambda lib: lib.fft.fft(lib.ones(3), dim=1),
    lambda lib: lib.fft.fft(lib.ones(3, dtype=lib.float16)),
    lambda lib: lib.fft.rfft(lib.ones(3, dtype=lib.complex64)),
    lambda lib: lib.fft.irfft(lib.ones(1)),
    lambda lib: lib.fft.fftn(lib.ones(3, 3), dim=(0, 0)),
    lambda lib: lib.fft.fftn(lib.ones(3, 3), s=(1, 1, 1)),
    lambda lib: lib.fft.fftn(lib.ones(3, 3), s=(1,), dim=(0, 1)),
    lambda lib: lib.fft.rfftn(lib.ones(3, 3), dim=()),
    lambda lib: lib.stft(lib.ones(20), 8),
    lambda lib: lib.stft(lib.ones(2), 8, center=False, return_complex=True),
    lambda lib: lib.stft(lib.ones(20), 8, window=lib.ones(3), return_complex=True),
    lambda lib: lib.stft(lib.ones(20), 8, hop_length=0, return_complex=True),
    lambda lib: lib.stft(lib.ones(1, 1, 20), 8, return_complex=True),
    lambda lib: lib.istft(lib.ones(5, 6), 8),
    lambda lib: lib.istft(lib.ones(4, 6, dtype=lib.complex64), 8),
    lambda lib: lib.istft(
        lib.ones(5, 6, dtype=lib.complex64), 8, window=lib.zeros(8), center=False
    ),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_input_is_an_error_of_the_oracles_kind(number):
    with pytest.raises((RuntimeError, IndexError)) as theirs:
        BAD[number](torch)
    with pytest.raises(lamina.LaminaError) as mine:
        BAD[number](lamina)
    kinds = (RuntimeError, IndexError)
    assert any(isinstance(mine.value, k) and isinstance(theirs.value, k) for k in kinds)
