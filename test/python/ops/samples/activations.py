"""Samples of the activation functions and of the backward operators with names of their own."""

from __future__ import annotations

from .arrays import DType, Sample

_DTYPES = ("float64", "float32", "float16", "bfloat16")


def unary(a, *rest, low=-4.0, high=4.0, **kwargs):
    """One floating operand, then the given arguments."""
    for dtype in _DTYPES:
        yield Sample((a(3, 4, dtype=dtype, low=low, high=high), *rest), kwargs)
    yield Sample((a(2, 3, 4, layout="transposed", low=low, high=high), *rest), kwargs)
    yield Sample((a(low=low, high=high), *rest), kwargs)
    yield Sample((a(0, 3, low=low, high=high), *rest), kwargs)


def paired(a, *rest, low=-4.0, high=4.0, **kwargs):
    """An output gradient and a tensor of its shape, then the given arguments."""
    for dtype in _DTYPES:
        yield Sample(
            (a(3, 4, dtype=dtype), a(3, 4, dtype=dtype, low=low, high=high), *rest), kwargs
        )
    yield Sample((a(3, 4, layout="transposed"), a(3, 4, low=low, high=high), *rest), kwargs)
    yield Sample((a(0), a(0), *rest), kwargs)


def _both(a, draw, options):
    for option in options:
        yield from draw(a, *option)


def _elu_backward(a):
    for is_result in (False, True):
        for sample in paired(a, low=-0.9 if is_result else -4.0):
            grad, x = sample.args
            yield Sample((grad, 1.0, 1.0, 1.0, is_result, x))


def _hardsigmoid(a):
    # The oracle's derivative multiplies by 1/6 rounded to float32, whatever the dtype.
    return [s._replace(grad=s.args[0].dtype != "float64") for s in unary(a)]


def _softmax(a):
    for dtype in _DTYPES:
        yield Sample((a(3, 4, dtype=dtype), -1, False))
    yield Sample((a(2, 3, 4, layout="transposed"), 0, False))
    yield Sample((a(2, 3, 4), 1, False))
    yield Sample((a(), 0, False))
    yield Sample((a(0, 3), 1, False))
    yield Sample((a(3, 0), 1, False))
    yield Sample((a(3, 4, high=500, dtype="float32"), 1, False))


def _softmax_backward(a):
    for dim in (0, -1):
        yield Sample((a(3, 4), a(3, 4, low=0.1, high=0.5), dim, DType("float64")))
    yield Sample(
        (a(3, 4, dtype="float32"), a(3, 4, low=0.1, high=0.5, dtype="float32"), 1, DType("float32"))
    )
    yield Sample((a(0, 4), a(0, 4), 1, DType("float64")))


SAMPLES = {
    "hardshrink": lambda a: _both(a, unary, [(), (1.5,)]),
    "hardshrink_backward": lambda a: paired(a, 1.5),
    "softshrink": lambda a: _both(a, unary, [(), (1.5,)]),
    "softshrink_backward": lambda a: paired(a, 1.5),
    "relu": lambda a: [*unary(a), Sample((a(4, dtype="int32"),))],
    "relu6": lambda a: unary(a, low=-4, high=8),
    "threshold": lambda a: unary(a, 0.5, -1.0),
    "threshold_backward": lambda a: paired(a, 0.5),
    "hardtanh": lambda a: _both(a, unary, [(), (-2.0, 0.5)]),
    "hardtanh_backward": lambda a: paired(a, -1.0, 1.0),
    "hardsigmoid": _hardsigmoid,
    "hardswish": unary,
    "leaky_relu": lambda a: _both(a, unary, [(), (0.2,)]),
    "leaky_relu_backward": lambda a: paired(a, 0.1, False),
    "elu": lambda a: _both(a, unary, [(), (0.5, 2.0, 1.5)]),
    "elu_backward": _elu_backward,
    "celu": lambda a: _both(a, unary, [(), (0.5,)]),
    "selu": unary,
    "sigmoid_backward": lambda a: paired(a, low=0.1, high=0.9),
    "tanh_backward": lambda a: paired(a, low=-0.9, high=0.9),
    "log_sigmoid": unary,
    "silu": unary,
    "silu_backward": lambda a: [s._replace(grad=False) for s in paired(a)],
    "mish": unary,
    "softplus": lambda a: _both(a, unary, [(), (2.0, 3.0)]),
    "softplus_backward": lambda a: paired(a, 2.0, 3.0),
    "gelu": lambda a: [*unary(a), *unary(a, approximate="tanh")],
    "gelu_backward": lambda a: [*paired(a), *paired(a, approximate="tanh")],
    "_softmax": _softmax,
    "_log_softmax": _softmax,
    "_softmax_backward_data": _softmax_backward,
    "_log_softmax_backward_data": _softmax_backward,
}
