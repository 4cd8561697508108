"""Samples of what works on images: padding, resampling, sampling at positions, and columns."""

from __future__ import annotations

from .arrays import Sample

_SHAPE = (2, 3, 5, 4, 6)


def _image(a, rank, **options):
    return a(*_SHAPE[: 2 + rank], **options)


def _pads(a, rank, mode):
    yield Sample((_image(a, rank, layout="transposed"), [1, 2, 2, 0, 1, 1][: 2 * rank]))
    crop = [-1, 2, 1, -1, 0, -2] if mode == "replication" else [3, 0, 0, 1, 2, 3]
    yield Sample((a(*_SHAPE[1 : 2 + rank], dtype="float32"), crop[: 2 * rank]))
    yield Sample((a(0, *_SHAPE[1 : 2 + rank]), [1] * 2 * rank))


def _pad_gradients(a, rank):
    pad = [1, 2, 2, 0, 1, 1][: 2 * rank]
    grown = [pad[2 * i] + pad[2 * i + 1] for i in reversed(range(rank))]
    sizes = [size + more for size, more in zip(_SHAPE[2:], grown)]
    yield Sample((a(2, 3, *sizes), _image(a, rank), pad))


_SIZES = ([7, 3, 6], [10, 8, 12])


def _resamplings(a, rank, corners):
    aligned = [(True,), (False,)] if corners else [(), ()]
    for size, options in zip(_SIZES, aligned):
        yield Sample((_image(a, rank), size[:rank], *options))
    factors = [1.5, 0.7, 2.0][:rank]
    sizes = [int(n * f) for n, f in zip(_SHAPE[2:], factors)]
    yield Sample((_image(a, rank, dtype="float32"), sizes, *aligned[1], *factors))
    yield Sample((a(0, *_SHAPE[1 : 2 + rank]), [1] * rank, *aligned[0]))


def _resampling_gradients(a, rank, corners):
    aligned = [(False,), (True,)] if corners else [(), ()]
    for size, options in zip(_SIZES, aligned):
        yield Sample((a(2, 3, *size[:rank]), size[:rank], _SHAPE[: 2 + rank], *options))


def _antialiased(a):
    for size in ([2, 3], [7, 9]):
        yield Sample((_image(a, 2), size, False))
    yield Sample((_image(a, 2), [2, 2], True))
    yield Sample((_image(a, 2, dtype="float32"), [3, 2], False, 0.6, 0.5))


def _antialiased_gradients(a):
    for size in ([2, 3], [7, 9]):
        yield Sample((a(2, 3, *size), size, _SHAPE[:4], False))


# Interpolation, padding, align_corners: every pair of the first two, the third alternating.
_MODES = [(mode, padding, bool((mode + padding) % 2)) for mode in range(3) for padding in range(3)]


def _grid(a, rank, batch=1, **options):
    """Positions in and around the image."""
    return a(batch, *(3, 2, 2)[:rank], rank, low=-1.7, high=1.7, **options)


def _samplings(a, rank):
    image = (1, *_SHAPE[1 : 2 + rank])
    for modes in _MODES[: 9 if rank == 2 else 6]:
        yield Sample((a(*image), _grid(a, rank), *modes))
    for modes in _MODES[:3]:
        yield Sample((_image(a, rank), _grid(a, rank, batch=2), *modes))
    grid = _grid(a, rank, batch=2, dtype="float32")
    yield Sample((_image(a, rank, dtype="float32"), grid, 0, 0, False))
    yield Sample((a(0, *image[1:]), _grid(a, rank, batch=0), 0, 0, False))


def _sampling_gradients(a, rank):
    image, out = (1, *_SHAPE[1 : 2 + rank]), (1, 3, *(3, 2, 2)[:rank])
    for modes in _MODES[: 9 if rank == 2 else 6]:
        mask = [modes[1] != 1, True]
        yield Sample((a(*out), a(*image), _grid(a, rank), *modes, mask), grad=False)


def _sampling_second_gradients(a, rank):
    image, out = (1, *_SHAPE[1 : 2 + rank]), (1, 3, *(3, 2, 2)[:rank])
    for modes in ((0, 0, False), (2 if rank == 2 else 0, 2, True)):
        grads = (a(*image), _grid(a, rank), a(*out))
        yield Sample((*grads, a(*image), _grid(a, rank), *modes), grad=False)


_WINDOWS = (
    ([2, 3], [1, 1], [0, 0], [1, 1]),
    ([3, 2], [2, 1], [2, 1], [1, 2]),
    ([2, 2], [1, 2], [1, 0], [2, 2]),
)


def _windows(a):
    for options in _WINDOWS:
        yield Sample((_image(a, 2), *options))
    yield Sample((a(3, 5, 4, dtype="float32"), [2, 2], [1, 1], [0, 0], [1, 1]))
    yield Sample((_image(a, 2, layout="transposed"), [2, 2], [1, 1], [1, 1], [2, 1]))


def _columns(a):
    for kernel, dilation, padding, stride in _WINDOWS:
        counts = [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, d, p, s in zip((5, 4), kernel, dilation, padding, stride)
        ]
        rows, columns = 3 * kernel[0] * kernel[1], counts[0] * counts[1]
        yield Sample((a(2, rows, columns), [5, 4], kernel, dilation, padding, stride))
    yield Sample((a(12, 12, dtype="float32"), [5, 4], [2, 2], [1, 1], [0, 0], [1, 1]))


SAMPLES = {
    **{
        f"{mode}_pad{rank}d": lambda a, rank=rank, mode=mode: _pads(a, rank, mode)
        for mode in ("reflection", "replication")
        for rank in (1, 2, 3)
    },
    **{
        f"{mode}_pad{rank}d_backward": lambda a, rank=rank: _pad_gradients(a, rank)
        for mode in ("reflection", "replication")
        for rank in (1, 2, 3)
    },
    **{
        f"{name}{rank}d{suffix}": lambda a, rank=rank, draw=draw: draw(a, rank, 0)
        for name in ("upsample_nearest", "_upsample_nearest_exact")
        for rank in (1, 2, 3)
        for suffix, draw in (("", _resamplings), ("_backward", _resampling_gradients))
    },
    **{
        f"upsample_{name}{suffix}": lambda a, rank=rank, draw=draw: draw(a, rank, 1)
        for name, rank in (("linear1d", 1), ("bilinear2d", 2), ("trilinear3d", 3), ("bicubic2d", 2))
        for suffix, draw in (("", _resamplings), ("_backward", _resampling_gradients))
    },
    "_upsample_bilinear2d_aa": _antialiased,
    "_upsample_bicubic2d_aa": _antialiased,
    "_upsample_bilinear2d_aa_backward": _antialiased_gradients,
    "_upsample_bicubic2d_aa_backward": _antialiased_gradients,
    "grid_sampler_2d": lambda a: _samplings(a, 2),
    "grid_sampler_3d": lambda a: _samplings(a, 3),
    "grid_sampler_2d_backward": lambda a: _sampling_gradients(a, 2),
    "grid_sampler_3d_backward": lambda a: _sampling_gradients(a, 3),
    "grid_sampler_2d_double_backward": lambda a: _sampling_second_gradients(a, 2),
    "grid_sampler_3d_double_backward": lambda a: _sampling_second_gradients(a, 3),
    "im2col": _windows,
    "col2im": _columns,
}
