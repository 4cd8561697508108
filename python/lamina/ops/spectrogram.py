"""Short-time Fourier transforms: the spectra of overlapping windows of a signal, and back.

Raises ShapeError for windows and hops that do not fit, DtypeError for a dtype that cannot be.
"""

from __future__ import annotations

from ..errors import DtypeError, ShapeError, UnsupportedError
from .registry import aten, composite

_ENVELOPE = 1e-11
"""Sum of squared weights below which a sample cannot be recovered."""


def _window(name, like, n_fft, win_length, window):
    """The window of win_length, centred in n_fft."""
    if not 0 < win_length <= n_fft:
        raise ShapeError(f"expected 0 < win_length <= n_fft, got {win_length} and {n_fft}", op=name)
    if window is None:
        window = aten.ones([win_length], dtype=like, device=None)
    elif tuple(window.shape) != (win_length,):
        raise ShapeError(
            f"window must have shape ({win_length},), got {tuple(window.shape)}", op=name
        )
    before = (n_fft - win_length) // 2
    if n_fft == win_length:
        return window
    return aten.constant_pad_nd(window, [before, n_fft - win_length - before])


def _hop(name, hop_length, n_fft):
    hop = n_fft // 4 if hop_length is None else hop_length
    if hop <= 0:
        raise ShapeError(f"expected hop_length > 0, got {hop}", op=name)
    return hop


def _padded(signal, amount, mode):
    from ..nn.functional import pad

    return pad(signal, [amount, amount], mode)


@composite(variants="function, method")
def stft(
    self,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    pad_mode="reflect",
    normalized=False,
    onesided=None,
    return_complex=None,
    align_to_window=None,
):
    """The transforms of windows of self[*, T], hop_length (n_fft // 4) apart, weighted by `window`
    of win_length (n_fft): [*, frequencies, frames], with all frequencies or, if onesided, the first
    n_fft // 2 + 1.

    With center the windows are centred at multiples of hop_length in the signal padded by pad_mode.
    normalized divides by sqrt(n_fft). Without return_complex, which real operands must be called
    with, the last dimension holds real and imaginary parts.
    """
    name = "stft"
    if self.ndim not in (1, 2) or not (self.is_floating_point() or self.is_complex()):
        raise ShapeError(
            f"expected a floating or complex tensor of 1 or 2 dimensions, got {self.dtype} of "
            f"shape {tuple(self.shape)}",
            op=name,
        )
    if center and align_to_window is not None:
        raise UnsupportedError("align_to_window is for center=False", op=name)
    hop = _hop(name, hop_length, n_fft)
    win_length = n_fft if win_length is None else win_length
    is_complex = self.is_complex() or (window is not None and window.is_complex())
    if return_complex is None:
        if not is_complex:
            raise ShapeError("return_complex must be given for real operands", op=name)
        return_complex = True
    if onesided and is_complex:
        raise DtypeError("the transform of a complex signal has two sides", op=name)
    signal = self.unsqueeze(0) if self.ndim == 1 else self
    if align_to_window:
        amount = (n_fft - win_length) // 2
        signal = aten.constant_pad_nd(signal, [amount, amount])
    if center:
        signal = _padded(signal, n_fft // 2, pad_mode)
    if not 0 < n_fft <= signal.shape[-1]:
        raise ShapeError(
            f"expected 0 < n_fft <= {signal.shape[-1]}, the length of the signal, got {n_fft}",
            op=name,
        )
    real = self.dtype if not self.is_complex() else self.dtype.to_real()
    frames = signal.unfold(-1, n_fft, hop) * _window(name, real, n_fft, win_length, window)
    scale = 1 if normalized else 0
    if is_complex:
        spectra = aten._fft_c2c(frames, [2], scale, True)
    else:
        spectra = aten._fft_r2c(frames, [2], scale, onesided is not False)
    spectra = spectra.transpose(1, 2)
    spectra = spectra.squeeze(0) if self.ndim == 1 else spectra
    return spectra if return_complex else aten.view_as_real(spectra)


@composite(variants="function, method")
def istft(
    self,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    normalized=False,
    onesided=None,
    length=None,
    return_complex=False,
):
    """The signal [*, T] whose stft self[*, frequencies, frames] is, complex: windows are added
    where they overlap and divided by the sum of their squared weights. A real signal, without
    return_complex, takes only the first n_fft // 2 + 1 frequencies. `length` cuts or pads it.
    Raises ShapeError where the weights leave a sample out.
    """
    name = "istft"
    if not self.is_complex() or self.ndim not in (2, 3) or self.numel() == 0:
        raise ShapeError(
            f"expected a complex tensor [*, frequencies, frames], got {self.dtype} of shape "
            f"{tuple(self.shape)}",
            op=name,
        )
    hop = _hop(name, hop_length, n_fft)
    win_length = n_fft if win_length is None else win_length
    onesided = self.shape[-2] != n_fft if onesided is None else onesided
    if self.shape[-2] != (n_fft // 2 + 1 if onesided else n_fft) or hop > win_length:
        raise ShapeError(
            f"shape {tuple(self.shape)} does not fit n_fft {n_fft}, win_length {win_length}, "
            f"hop_length {hop} and onesided {onesided}",
            op=name,
        )
    if return_complex and onesided:
        raise ShapeError("a complex signal has a transform of two sides", op=name)
    weights = _window(name, self.dtype.to_real(), n_fft, win_length, window)
    spectra = (self.unsqueeze(0) if self.ndim == 2 else self).transpose(1, 2)
    scale = 1 if normalized else 2
    if return_complex:
        frames = aten._fft_c2c(spectra, [2], scale, False)
    else:
        frames = aten._fft_c2r(spectra[..., : n_fft // 2 + 1], [2], scale, n_fft)
    signal, envelope = _overlapped(frames * weights, weights, hop)
    start = n_fft // 2 if center else 0
    full = signal.shape[1]
    end = min(full, start + length) if length is not None else full - start
    signal, envelope = signal[:, start:end], envelope[:, start:end]
    if (envelope.abs() < _ENVELOPE).any():
        raise ShapeError(
            "the windows leave out a sample: their squares add up to zero there", op=name
        )
    signal = signal / envelope
    if length is not None and length > signal.shape[1]:
        signal = aten.constant_pad_nd(signal, [0, length - signal.shape[1]])
    return signal.squeeze(0) if self.ndim == 2 else signal


def _overlapped(frames, weights, hop):
    """(frames, squares of the weights) added up at their places, both [*, T]."""
    batch, count, size = frames.shape
    total = size + hop * (count - 1)
    squares = (weights * weights).expand(1, count, size)
    return (
        aten.unfold_backward(frames, [batch, total], 1, size, hop),
        aten.unfold_backward(squares, [1, total], 1, size, hop),
    )
