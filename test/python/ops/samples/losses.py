"""Samples of the loss operators."""

from __future__ import annotations

import numpy as np

from .arrays import Array, Sample, literal

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


def _signs(a, *shape):
    return Array(np.sign(a(*shape).data), constant=True)


def _soft_margins(a):
    for reduction in _REDUCTIONS:
        yield Sample((a(3, 4), _signs(a, 3, 4), reduction))
    yield Sample((a(4, dtype="float32"), literal([1, -1, -1, 1], "float32").frozen(), 1))


def _soft_margin_gradients(a):
    for reduction in _REDUCTIONS:
        outer = a(3, 4) if reduction == 0 else a()
        yield Sample((outer, a(3, 4), _signs(a, 3, 4), reduction))


def _margins(a):
    for reduction in _REDUCTIONS:
        yield Sample((a(5, 4), a.index(5, size=4), 1, 0.5, None, reduction))
        yield Sample((a(5, 4), a.index(5, size=4), 2, 1, a(4, low=0.5).frozen(), reduction))
    yield Sample((a(4, dtype="float32"), a.index(size=4), 1, 1, None, 1))


def _margin_gradients(a):
    for reduction, p in ((0, 1), (1, 2), (2, 2)):
        outer = a(5) if reduction == 0 else a()
        weight = a(4, low=0.5).frozen() if p == 2 else None
        yield Sample((outer, a(5, 4), a.index(5, size=4), p, 1, weight, reduction), grad=False)


_LABELS = literal([[3, 0, -1, 1], [2, -1, -1, -1], [-1, 0, 0, 0]], "int64")


def _label_margins(a):
    for reduction in _REDUCTIONS:
        yield Sample((a(3, 4), _LABELS, reduction))
    yield Sample((a(4, dtype="float32"), literal([1, 0, -1, -1], "int64"), 1))


def _label_margin_gradients(a):
    marks = literal([[1, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]])
    for reduction in _REDUCTIONS:
        outer = a(3) if reduction == 0 else a()
        yield Sample((outer, a(3, 4), _LABELS, reduction, marks), grad=False)


def _log_probabilities(a, *shape, dtype="float64"):
    scores = a(*shape).data
    return Array((scores - np.log(np.exp(scores).sum(-1, keepdims=True))).astype(dtype))


_TARGETS = literal([[1, 1, 2], [3, 2, 1]], "int64")


def _sequences(a):
    # Targets with a repeated class, of full length: what the oracle leaves undefined is not read.
    yield Sample((_log_probabilities(a, 6, 2, 4), _TARGETS, [6, 6], [3, 3], 0, False))
    flat = literal([1, 1, 2, 3, 2, 1], "int64")
    yield Sample((_log_probabilities(a, 5, 2, 4, dtype="float32"), flat, [5, 5], [3, 3], 0, True))


def _sequences_of_tensors(a):
    lengths = literal([6, 6], "int64"), literal([3, 3], "int64")
    yield Sample((_log_probabilities(a, 6, 2, 4), _TARGETS, *lengths, 0, False))


def _sequence_gradients(a, lengths):
    """Of all targets possible: every length is that of the tensors."""
    import lamina

    scores = _log_probabilities(a, 6, 2, 4)
    sizes = literal([6, 6], "int64"), literal([3, 3], "int64")
    ints = lamina.ops.aten._ctc_loss.Tensor
    loss, alpha = ints(*(x.to_lamina() for x in (scores, _TARGETS, *sizes)), 0, False)
    saved = (Array(loss.numpy()), Array(alpha.numpy()))
    given = sizes if lengths else ([6, 6], [3, 3])
    yield Sample((a(2), scores, _TARGETS, *given, *saved, 0, False), grad=False)


SAMPLES = {
    "soft_margin_loss": _soft_margins,
    "soft_margin_loss_backward": _soft_margin_gradients,
    "multi_margin_loss": _margins,
    "multi_margin_loss_backward": _margin_gradients,
    "multilabel_margin_loss_forward": _label_margins,
    "multilabel_margin_loss_backward": _label_margin_gradients,
    "_ctc_loss": _sequences,
    "_ctc_loss.Tensor": _sequences_of_tensors,
    "_ctc_loss_backward": lambda a: _sequence_gradients(a, False),
    "_ctc_loss_backward.Tensor": lambda a: _sequence_gradients(a, True),
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
