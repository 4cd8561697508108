"""Raw data of literals, which MLIR's bindings hand out for few element types only."""

import ml_dtypes
import numpy as np
from lamina import native
from mlir import ir


def test_raw_elements_are_the_bytes_of_a_literal():
    with ir.Context():
        literal = ir.Attribute.parse("dense<[1.0, -2.0]> : tensor<2xbf16>")
        data = native.raw_elements(literal, 4)
    np.testing.assert_array_equal(
        np.frombuffer(data, ml_dtypes.bfloat16).astype("f4"), np.array([1, -2], "f4")
    )
