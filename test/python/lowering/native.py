"""Running a function of primitives as native code, beside its NumPy meaning.

`LAMINA_CPU=x86-64-v3 pytest test/python/lowering` does so as on a CPU without 512-bit vectors.
"""

import numpy as np
from lamina.backends import configured_options
from lamina.backends.cpu import BACKEND
from lamina.ir.builder import tensor_builder
from lamina.ir.context import context, unknown
from lamina.ir.types import tensor_type
from lamina.ops import primitives
from mlir import ir


def run_text(text: str, *arrays, entry: str = "f"):
    """Compile `text` (tensor world) and call `entry`; its outputs as a list."""
    module = ir.Module.parse(text, context())
    return BACKEND.compile(module, entry, configured_options())(*arrays)


def run(function, *arrays):
    """`function(p, *arrays)` as native code, p being the builder of IR."""
    text = str(module_of(function, *arrays))
    return run_text(text, *(np.array(a, order="C") for a in arrays))


def module_of(function, *arrays) -> ir.Module:
    """The module of one function `f` that computes `function` on arrays like these."""
    with context(), unknown():
        context().get_dialect_descriptor("lamina")  # loads it: types are inferred
        module = ir.Module.create()
        inputs = [tensor_type(a.shape, a.dtype) for a in arrays]
        f = ir.Operation.create(
            "func.func",
            attributes={
                "sym_name": ir.StringAttr.get("f"),
                "function_type": ir.TypeAttr.get(ir.FunctionType.get(inputs, [])),
            },
            regions=1,
            ip=ir.InsertionPoint(module.body),
        )
        block = f.regions[0].blocks.append(*inputs)
        p = tensor_builder(ir.InsertionPoint(block))
        p.locate = unknown
        results = function(p, *(p.wrap(a) for a in block.arguments))
        results = results if isinstance(results, tuple) else (results,)
        values = [r.value for r in results]
        ir.Operation.create("func.return", operands=values, ip=ir.InsertionPoint(block))
        types = ir.FunctionType.get(inputs, [v.type for v in values])
        f.attributes["function_type"] = ir.TypeAttr.get(types)
        return module


def meaning(function, *arrays):
    """The same function over the NumPy primitives."""
    results = function(primitives, *arrays)
    return list(results) if isinstance(results, tuple) else [results]


def check(function, *arrays, rtol=None):
    """Native code and NumPy agree: exactly for integers, to a few roundings for floats."""
    got, expected = run(function, *arrays), meaning(function, *arrays)
    assert len(got) == len(expected)
    for native, numpy in zip(got, expected, strict=True):
        assert native.dtype == numpy.dtype
        assert native.shape == numpy.shape
        tolerance = _tolerance(native.dtype) if rtol is None else rtol
        if native.dtype.kind in "biu":
            np.testing.assert_array_equal(native, numpy)
        else:
            wide = np.complex128 if native.dtype.kind == "c" else np.float64
            np.testing.assert_allclose(
                native.astype(wide), numpy.astype(wide), rtol=tolerance, atol=tolerance
            )


def _tolerance(dtype) -> float:
    digits = {8: 1e-12, 16: 1e-12, 4: 2e-6, 2: 1e-2, 1: 0.13}
    return digits[dtype.itemsize] if dtype.kind != "c" else (1e-5 if dtype.itemsize == 8 else 1e-12)
