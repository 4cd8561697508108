"""Python values go into attributes and come back."""

import math

import ml_dtypes
import numpy as np
import pytest
from lamina.ir import attributes, descriptors


@pytest.mark.parametrize(
    "kind,value",
    [
        ("int", -3),
        ("ints", (1, 0, -2)),
        ("ints", ()),
        ("word", "lt"),
        ("bool", True),
        ("bool", False),
    ],
)
def test_round_trip(kind, value):
    found = attributes.decode(attributes.encode(kind, value))
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("scalar", [np.float64, np.float32, np.float16, ml_dtypes.bfloat16])
@pytest.mark.parametrize("value", [0.5, -0.0, math.inf, -math.inf])
def test_scalars_of_floats(scalar, value):
    found = attributes.decode(attributes.encode("scalar", value, np.dtype(scalar)))
    assert found == value and math.copysign(1, found) == math.copysign(1, value)


def test_nan_stays_nan():
    assert math.isnan(attributes.decode(attributes.encode("scalar", math.nan, np.dtype("f4"))))


@pytest.mark.parametrize("dtype,value", [("i8", -5), ("u1", 250), ("?", True), ("c8", 1 - 2j)])
def test_other_scalars(dtype, value):
    assert attributes.decode(attributes.encode("scalar", value, np.dtype(dtype))) == value


def test_integer_scalars_wrap():
    assert attributes.decode(attributes.encode("scalar", 257, np.dtype(np.uint8))) == 1


@pytest.mark.parametrize(
    "scalar",
    [
        np.float64,
        np.float32,
        np.float16,
        ml_dtypes.bfloat16,
        ml_dtypes.float8_e5m2,
        np.int64,
        np.int8,
        np.uint8,
        np.bool_,
        np.complex64,
    ],
)
@pytest.mark.parametrize("values", [[[1, 0, 2], [0, 3, 1]], [[1, 1]], [1], 1, []])
def test_literals(scalar, values):
    array = np.array(values).astype(scalar)
    found = attributes.decode(attributes.elements(array))
    assert found.dtype == array.dtype and found.shape == array.shape
    assert (found == array).all()


def test_a_literal_of_a_transposed_array_keeps_its_order():
    array = np.arange(6.0).reshape(2, 3).T
    assert (attributes.decode(attributes.elements(array)) == array).all()


def test_an_alias_is_read_from_text():
    text = (
        '#lamina.alias<input, 1, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>, '
        '#lamina.view<"alias">], detached>'
    )
    permute = descriptors.View("permute", {"dims": (1, 0)})
    wanted = descriptors.Alias("input", 1, (permute, descriptors.View("alias", {})), "detached")
    assert descriptors.alias(text) == wanted
