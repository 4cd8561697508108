"""Samples of the loss operators."""

from __future__ import annotations

from .arrays import Sample, literal

_REDUCTIONS = (0, 1, 2)


def _pairs(a, *rest, low=-3.0, target_low=-3.0, high=3.0, **kwargs):
    for reduction in _REDUCTIONS:
        yield Sample(
            (a(3, 4, low=low, high=high), a(3, 4, low=target_low, high=high), reduction, *rest),
            kwargs,
        )
    yield Sample((a(low=low, high=high), a(low=target_low, high=high), 1, *rest), kwargs)
    for dtype in ("float32", "bfloat16"):
        yield Sample(
            (
                a(3, 4, dtype=dtype, low=low, high=high),
                a(3, 4, dtype=dtype, low=target_low, high=high),
                1,
                *rest,
            ),
            kwargs,
        )
    yield Sample(
        (
            a(3, 4, layout="transposed", low=low, high=high),
            a(3, 4, low=target_low, high=high),
            0,
            *rest,
        ),
        kwargs,
    )


def _mse_gradient(a):
    for reduction in _REDUCTIONS:
        yield Sample((a(3, 4) if reduction == 0 else a(), a(3, 4), a(3, 4), reduction))


def _cross_entropies(a, low, high, *weights):
    for reduction in _REDUCTIONS:
        yield Sample(
            (
                a(3, 4, low=low, high=high),
                a(3, 4, low=0.1, high=0.9),
                *(None for _ in weights),
                reduction,
            )
        )
    yield Sample(
        (
            a(3, 4, low=low, high=high),
            a(3, 4, low=0.1, high=0.9),
            *(a(*w, low=0.5).frozen() for w in weights),
            1,
        )
    )
    yield Sample(
        (
            a(4, low=low, high=high, dtype="float32"),
            a(4, low=0.1, high=0.9, dtype="float32").frozen(),
            *(None for _ in weights),
            1,
        )
    )


def _nll(a):
    for reduction in _REDUCTIONS:
        yield Sample((a(5, 4), a.index(5, size=4), None, reduction, -100))
        yield Sample((a(5, 4), a.index(5, size=4), a(4, low=0.5).frozen(), reduction, 2))
    yield Sample((a(4), a.index(size=4), None, 1, -100))
    yield Sample((a(5, 4, dtype="float32"), literal([1, 0, -100, 3, -100], "int64"), None, 1, -100))


def _nll_gradient(a):
    for reduction in _REDUCTIONS:
        outer = a(5) if reduction == 0 else a()
        yield Sample(
            (
                outer,
                a(5, 4).frozen(),
                a.index(5, size=4),
                a(4, low=0.5).frozen(),
                reduction,
                2,
                literal(3.0).frozen(),
            )
        )


SAMPLES = {
    "mse_loss": _pairs,
    "mse_loss_backward": _mse_gradient,
    "smooth_l1_loss": lambda a: [*_pairs(a), *_pairs(a, 0.5), *_pairs(a, 0.0)],
    "huber_loss": lambda a: [*_pairs(a), *_pairs(a, 0.5)],
    "binary_cross_entropy": lambda a: _cross_entropies(a, 0.1, 0.9, (3, 4)),
    "binary_cross_entropy_with_logits": lambda a: _cross_entropies(a, -3, 3, (3, 4), (4,)),
    "nll_loss_forward": _nll,
    "nll_loss_backward": _nll_gradient,
    "kl_div": lambda a: [*_pairs(a, target_low=0.1), *_pairs(a, log_target=True)],
}
