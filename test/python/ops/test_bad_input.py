"""Bad input raises a lamina error that names the operator, the shapes or dtypes, and this file."""

import lamina
import pytest
from lamina.errors import (
    DimError,
    DtypeError,
    LaminaError,
    ShapeError,
    UnsupportedError,
    ValueError_,
)


def ones(*sizes, dtype=None):
    return lamina.ones(*sizes, dtype=dtype)


CASES = [
    (lambda: ones(2, 3) + ones(4), ShapeError, ["add", "(2, 3)", "(4,)"]),
    (lambda: ones(2, 3) @ ones(2, 3), ShapeError, ["mm", "(2, 3)"]),
    (lambda: lamina.mm(ones(2), ones(2, 2)), ShapeError, ["mm", "(2,)"]),
    (
        lambda: lamina.mm(ones(2, 2), ones(2, 2, dtype=lamina.float64)),
        DtypeError,
        ["mm", "float32", "float64"],
    ),
    (lambda: lamina.bmm(ones(2, 3, 4), ones(3, 4, 5)), ShapeError, ["bmm", "(2, 3, 4)"]),
    (lambda: lamina.addmm(ones(5), ones(2, 3), ones(3, 4)), ShapeError, ["addmm", "(5,)"]),
    (lambda: ones(2).sum(1), DimError, ["sum", "1"]),
    (lambda: ones(2, 2).sum((0, 0)), ShapeError, ["sum", "(0, 0)"]),
    (lambda: ones(0).max(), ShapeError, ["max", "(0,)"]),
    (lambda: ones(2, dtype=lamina.int64).mean(), DtypeError, ["mean", "int64"]),
    (lambda: ones(2, dtype=lamina.complex64) < 1, DtypeError, ["lt", "complex64"]),
    (lambda: ones(2, dtype=lamina.bool) - ones(2, dtype=lamina.bool), DtypeError, ["sub", "bool"]),
    (lambda: ones(2) & ones(2), DtypeError, ["bitwise_and", "float32"]),
    (lambda: ones(2, dtype=lamina.int64) ** -1, ValueError_, ["pow"]),
    (lambda: ones(2).div(2, rounding_mode="up"), ValueError_, ["div", "up"]),
    (lambda: lamina.cat([ones(2, 3), ones(2, 4)]), ShapeError, ["cat", "(2, 3)", "(2, 4)"]),
    (lambda: lamina.cat([]), ShapeError, ["cat"]),
    (lambda: lamina.stack([ones(2), ones(3)]), ShapeError, ["stack", "(2,)", "(3,)"]),
    (lambda: ones(2, 3).gather(0, ones(2, 2)), DtypeError, ["gather", "float32"]),
    (
        lambda: ones(2, 3).gather(0, lamina.zeros(2, 4, dtype=lamina.int64)),
        ShapeError,
        ["gather", "(2, 4)"],
    ),
    (lambda: ones(2)[lamina.tensor([5])], LaminaError, ["index"]),
    (lambda: ones(3).masked_fill(ones(3), 0), DtypeError, ["masked_fill", "float32"]),
    (lambda: lamina.where(ones(3), ones(3), ones(3)), DtypeError, ["where", "float32"]),
    (lambda: ones(3).softmax(1), DimError, ["_softmax", "1"]),
    (lambda: ones(3, dtype=lamina.int64).softmax(0), DtypeError, ["_softmax", "int64"]),
    (lambda: ones(3).topk(4), ShapeError, ["topk", "4"]),
    (
        lambda: lamina.convolution(
            ones(1, 2, 4), ones(3, 3, 2), None, [1], [0], [1], False, [0], 1
        ),
        ShapeError,
        ["convolution", "(1, 2, 4)", "(3, 3, 2)"],
    ),
    (
        lambda: lamina.convolution(
            ones(1, 2, 2), ones(3, 2, 4), None, [1], [0], [1], False, [0], 1
        ),
        ShapeError,
        ["convolution", "(4,)"],
    ),
    (lambda: lamina.avg_pool2d(ones(1, 2, 2), [3]), ShapeError, ["avg_pool2d"]),
    (
        lambda: lamina.native_layer_norm(ones(2, 3), [4], None, None, 1e-5),
        ShapeError,
        ["native_layer_norm", "(4,)"],
    ),
    (
        lambda: lamina.native_batch_norm(ones(2, 3), None, None, ones(3), ones(3), True, 0.1, 1e-5),
        UnsupportedError,
        ["native_batch_norm"],
    ),
    (lambda: lamina.einsum("ij,jk->ik", ones(2, 3), ones(4, 5)), ShapeError, ["einsum", "'j'"]),
    (lambda: lamina.einsum("ij->ik", ones(2, 3)), ValueError_, ["einsum", "k"]),
    (lambda: lamina.arange(0, 5, -1), ValueError_, ["arange", "-1"]),
    (lambda: lamina.zeros(-1), ShapeError, ["zeros", "-1"]),
    (lambda: ones(2, dtype=lamina.float8_e5m2) + ones(2), DtypeError, ["add", "float8_e5m2"]),
    (lambda: ones(2).tril(), ShapeError, ["tril", "(2,)"]),
    (lambda: lamina.embedding(ones(3, 2), ones(2)), DtypeError, ["embedding", "float32"]),
    (
        lambda: ones(2, 2).scatter_reduce(
            0, lamina.zeros(1, 1, dtype=lamina.int64), ones(1, 1), "median"
        ),
        UnsupportedError,
        ["scatter_reduce", "median"],
    ),
]


@pytest.mark.parametrize("call,kind,words", CASES, ids=[str(i) for i in range(len(CASES))])
def test_says_what_is_wrong_and_where(call, kind, words):
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    for word in words:
        assert word in message
    assert __file__ in message
