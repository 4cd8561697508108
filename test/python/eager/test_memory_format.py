"""Memory formats, and the strides of copies, factories and results computed from tensors in every order."""

import lamina
import pytest

from .differential import check

INPUTS = {
    "0-d": lambda m: m.tensor(1.5),
    "matrix": lambda m: m.arange(12.0).reshape(3, 4),
    "transposed": lambda m: m.arange(12.0).reshape(3, 4).t(),
    "permuted": lambda m: m.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1),
    "sliced": lambda m: m.arange(24.0).reshape(2, 3, 4)[:, ::2, 1:],
    "sliced permuted": lambda m: (
        m.arange(120.0).reshape(2, 3, 4, 5).permute(2, 0, 3, 1)[1:, :, ::2]
    ),
    "expanded": lambda m: m.ones(2, 3, 1).expand(2, 3, 4).permute(2, 0, 1),
    "empty": lambda m: m.zeros(2, 0, 3).permute(2, 1, 0),
    "one": lambda m: m.zeros(3, 1, 2).permute(1, 2, 0),
    "image": lambda m: m.arange(120.0).reshape(2, 3, 4, 5),
    "channels last": lambda m: m.arange(120.0).reshape(2, 3, 4, 5).permute(0, 3, 1, 2),
    "one channel last": lambda m: m.arange(20.0).reshape(1, 4, 5, 1).permute(0, 3, 1, 2),
    "one pixel": lambda m: m.arange(6.0).reshape(2, 1, 1, 3).permute(0, 3, 1, 2),
    "sliced channels last": lambda m: (
        m.arange(120.0).reshape(2, 3, 4, 5).permute(0, 3, 1, 2)[:, :, ::2]
    ),
    "volume": lambda m: m.arange(240.0).reshape(2, 3, 4, 5, 2),
    "volume channels last": lambda m: m.arange(240.0).reshape(2, 3, 4, 5, 2).permute(0, 4, 1, 2, 3),
}
FORMATS = ("contiguous_format", "preserve_format", "channels_last", "channels_last_3d")

WITH_FORMAT = {
    "is_contiguous": lambda m, x, f: x.is_contiguous(memory_format=f),
    "contiguous": lambda m, x, f: x.contiguous(memory_format=f),
    "clone": lambda m, x, f: x.clone(memory_format=f),
    "to": lambda m, x, f: x.to(memory_format=f),
    "to float64": lambda m, x, f: x.to(m.float64, memory_format=f),
    "double": lambda m, x, f: x.double(memory_format=f),
    "to copy": lambda m, x, f: x.to(m.float32, False, True, memory_format=f),
    "empty_like": lambda m, x, f: m.empty_like(x, memory_format=f).zero_(),
    "zeros_like": lambda m, x, f: m.zeros_like(x, memory_format=f),
    "full_like": lambda m, x, f: m.full_like(x, 2, memory_format=f),
    "empty": lambda m, x, f: m.empty(tuple(x.shape), memory_format=f).zero_(),
    "resize_": lambda m, x, f: x.clone().resize_(2, 3, 1, 2, memory_format=f).zero_(),
    "resize_as_": lambda m, x, f: m.zeros(2).resize_as_(x, memory_format=f).zero_(),
}

FUNCTIONS = {
    "clone": lambda m, x: x.clone(),
    "contiguous": lambda m, x: x.contiguous(),
    "ones_like": lambda m, x: m.ones_like(x, dtype=m.int32),
    "to float64": lambda m, x: x.to(m.float64),
    "abs": lambda m, x: x.abs(),
    "add a number": lambda m, x: x + 1,
    "add itself": lambda m, x: x + x,
    "add a 0-d tensor": lambda m, x: x + m.tensor(2.0),
    "add a contiguous one": lambda m, x: x + x.contiguous(),
    "add to a contiguous one": lambda m, x: x.contiguous() + x,
    "where": lambda m, x: m.where(x > 0, x, -x),
    "addcmul": lambda m, x: m.addcmul(x, x, x.contiguous()),
    "isnan": lambda m, x: x.isnan(),
    "sum": lambda m, x: x.sum(0),
    "sum keepdim": lambda m, x: x.sum(-1, keepdim=True),
    "mean keepdim": lambda m, x: x.mean(0, keepdim=True),
    "cumsum": lambda m, x: x.cumsum(0),
    "sort": lambda m, x: tuple(x.sort(0, stable=True)),
    "flip": lambda m, x: x.flip(0) if x.ndim else x,
    "cat": lambda m, x: m.cat([x, x], -1),
    "cat of two orders": lambda m, x: m.cat([x, x.contiguous()]),
    "stack": lambda m, x: m.stack([x, x], 1),
    "stack last": lambda m, x: m.stack([x, x], -1),
    "repeat": lambda m, x: x.repeat(*[2] * x.ndim),
    "masked_fill": lambda m, x: x.masked_fill(x > 3, 0.0),
    "copy_": lambda m, x: m.zeros(x.shape).copy_(x),
    "new_zeros": lambda m, x: x.new_zeros(x.shape),
    "dim_order": lambda m, x: x.dim_order(),
    "pad": lambda m, x: m.nn.functional.pad(x, (1, 1)) if x.ndim else x,
}

IMAGES = {
    "conv2d": lambda m, x: m.nn.functional.conv2d(x, m.ones(2, x.shape[1], 1, 1)),
    "max_pool2d": lambda m, x: m.nn.functional.max_pool2d(x, 2, 1),
    "avg_pool2d": lambda m, x: m.nn.functional.avg_pool2d(x, 2, 1),
    "group_norm": lambda m, x: m.nn.functional.group_norm(x, 1) * 0,
    "batch_norm": lambda m, x: (
        m.nn.functional.batch_norm(x, m.zeros(x.shape[1]), m.ones(x.shape[1])) * 0
    ),
}


def _check_all(torch, function, names=INPUTS):
    for name in names:

        def case(m, make=INPUTS[name]):
            x = make(m)
            return [x, function(m, x)]

        try:
            check(torch, case)
        except AssertionError as error:
            raise AssertionError(f"of the {name} tensor: {error}") from error


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("function", WITH_FORMAT)
def test_with_a_format(torch, function, format):
    _check_all(torch, lambda m, x: WITH_FORMAT[function](m, x, getattr(m, format)))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_result_strides(torch, function):
    _check_all(torch, FUNCTIONS[function])


@pytest.mark.parametrize("function", IMAGES)
def test_image_strides(torch, function):
    _check_all(torch, IMAGES[function], ("image", "channels last", "sliced channels last"))


@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.empty_strided((2, 3), (1, 2)).zero_(),
        lambda m: m.empty_strided((2, 3), (7, 2)).zero_(),
        lambda m: m.empty_strided((2, 0), (5, 2)).zero_(),
        lambda m: m.empty_strided((2, 3), (7,)),
        lambda m: m.empty_strided((2, 3), (-7, 1)),
        lambda m: m.zeros(1).new_empty_strided((2, 3), (1, 2)).zero_(),
        lambda m: m.empty_permuted((2, 3, 4), (1, 2, 0)).zero_(),
        lambda m: m.empty_permuted((2, 3, 4), (1, 1, 0)),
        lambda m: m.empty(),
    ],
)
def test_factories_with_strides(torch, make):
    check(torch, make)


def test_names():
    assert repr(lamina.channels_last) == "lamina.channels_last"
    assert isinstance(lamina.preserve_format, lamina.memory_format)
    assert lamina.zeros(1).layout is lamina.strided
