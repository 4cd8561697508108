"""NumPy dtypes and shapes go into IR types and come back."""

import ml_dtypes
import numpy as np
import pytest
from lamina.errors import DtypeError
from lamina.ir import types

DTYPES = [
    np.float64,
    np.float32,
    np.float16,
    ml_dtypes.bfloat16,
    ml_dtypes.float8_e4m3fn,
    ml_dtypes.float8_e5m2,
    np.int64,
    np.int32,
    np.int16,
    np.int8,
    np.uint8,
    np.bool_,
    np.complex64,
    np.complex128,
]


@pytest.mark.parametrize("scalar", DTYPES)
@pytest.mark.parametrize("make", [types.tensor_type, types.ref_type])
def test_round_trip(scalar, make):
    dtype = np.dtype(scalar)
    for shape in ((), (3,), (2, types.DYNAMIC, 1)):
        assert types.shape_and_dtype(make(shape, dtype)) == (shape, dtype)


def test_worlds_are_told_apart():
    dtype = np.dtype(np.float32)
    assert types.is_ref(types.ref_type((2,), dtype))
    assert not types.is_ref(types.tensor_type((2,), dtype))


def test_unsigned_bytes_are_unsigned_and_booleans_are_bits():
    assert types.element_name(np.dtype(np.uint8)) == "ui8"
    assert types.element_name(np.dtype(np.bool_)) == "i1"


def test_other_dtypes_are_refused():
    with pytest.raises(DtypeError, match="uint32"):
        types.tensor_type((2,), np.dtype(np.uint32))
