"""Every public entry does what the oracle does in every dtype, memory layout, mix of operands and shape: values,
dtypes, strides, gradients, or an error of the same builtin class.

Where the oracle has no kernel for a dtype, lamina may have one.
"""

import pathlib
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
import variants  # noqa: E402
from lamina.ops import registry  # noqa: E402
from oracle import array, check_same, run_lamina, run_torch, tolerance  # noqa: E402
from samples import SAMPLES, Array  # noqa: E402

ERRORS = (IndexError, ValueError, TypeError, RuntimeError)
# Not a matter of bad input: a kernel, or an overload for numbers, that the oracle lacks.
LACKS = ("not implemented for", "failed to match any schema", "Expected a value of type")

# Sentences of the documentation.
NO_COMPLEX32 = "complex32 do not exist"
FIRST = "`topk` and `kthvalue` pick the first of equal elements"
ROUNDING = "Sums round in another order"
WIDE = "`native_batch_norm` return stay float32"
TAKES_MORE = "What torch has no kernel or no derivative for"
KNOWN = {
    ("complex", "float16"): NO_COMPLEX32,
    ("complex", "float16, float16"): NO_COMPLEX32,
    ("complex", "float16, 0-d float16"): NO_COMPLEX32,
    ("conj_physical", "strided"): "`conj_physical` of a real tensor is a copy",
    ("conj_physical", "expanded"): "`conj_physical` of a real tensor is a copy",
    ("logcumsumexp", "complex64"): "`logcumsumexp` is for real numbers",
    ("logcumsumexp", "complex128"): "`logcumsumexp` is for real numbers",
    ("grid_sampler_2d", "bfloat16"): ROUNDING,
    ("histc", "float16"): ROUNDING,
    ("histc", "bfloat16"): ROUNDING,
    ("upsample_bilinear2d", "uint8"): ROUNDING,
    ("upsample_bicubic2d", "uint8"): ROUNDING,
    **{
        (f"native_{kind}_norm", dtype): WIDE
        for kind in ("batch", "group", "layer")
        for dtype in ("float16", "bfloat16")
    },
    **{("native_group_norm", layout): TAKES_MORE for layout in variants.LAYOUTS},
    **{
        (name, dtype): FIRST
        for name in ("kthvalue", "topk")
        for dtype in ("uint8", "int8", "int16", "int32", "int64")
    },
    ("renorm", "float8_e4m3fn"): TAKES_MORE,
    ("renorm", "float8_e5m2"): TAKES_MORE,
    ("view_as_complex", "float16"): NO_COMPLEX32,
}
# The oracle takes the overload for numbers, which is tested by itself.
ANOTHER_OVERLOAD = {("pow.Tensor_Tensor", "bool, True")}
PAGE = (pathlib.Path(__file__).parents[3] / "docs" / "limitations.md").read_text()


def _is_public(name: str) -> bool:
    parts = ("backward", "empty", "linalg", "fft")
    return not name.startswith("_") and not any(part in name for part in parts)


NAMES = [name for name in sorted(SAMPLES) if _is_public(name)]
# What takes operands of any broadcast shape; other operators have shapes of their own.
POINTWISE = [name for name in NAMES if registry.lookup(name).pointwise]
# The number in max(x, 2) is a dimension.
OPERANDS = [name for name in POINTWISE if name not in ("max.other", "min.other")]


def _outcome(run, name, drawn):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return run(name, drawn)[0]
        except ERRORS as error:
            return error


def _difference(name, drawn) -> str | None:
    expected = _outcome(run_torch, name, drawn)
    if isinstance(expected, Exception) and any(words in str(expected) for words in LACKS):
        return None
    found = _outcome(run_lamina, name, drawn)
    if isinstance(expected, Exception):
        kind = next(kind for kind in ERRORS if isinstance(expected, kind))
        return None if isinstance(found, kind) else f"found {found!r}, expected {expected!r}"
    if isinstance(found, Exception):
        return f"raised {found!r}"
    for i, (mine, theirs) in enumerate(zip(found, expected)):
        if isinstance(theirs, torch.Tensor) and theirs.dtype != torch.complex32:
            try:
                check_same(mine, theirs, tolerance(drawn, expected), f"result {i}")
            except AssertionError as error:
                return str(error)
            if tuple(mine.stride()) != tuple(theirs.stride()):
                return f"strides {mine.stride()}, expected {theirs.stride()}"
    return None


def _check(name, drawn_variants):
    faults = []
    for description, drawn in drawn_variants:
        if (name, description) in ANOTHER_OVERLOAD:
            continue
        fault = _difference(name, drawn._replace(grad=False))
        if (name, description) in KNOWN:
            assert fault, f"{description} is no longer different"
        elif fault:
            faults.append(f"{description}: {fault}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("reason", sorted(set(KNOWN.values())))
def test_known_differences_are_documented(reason):
    assert reason in " ".join(PAGE.split())


@pytest.mark.parametrize("name", NAMES)
def test_dtypes(name):
    _check(name, variants.by_dtype(name))


@pytest.mark.parametrize("name", NAMES)
def test_layouts(name):
    _check(name, variants.by_layout(name))


@pytest.mark.parametrize("name", OPERANDS)
def test_mixed_operands(name):
    _check(name, variants.by_operand(name))


@pytest.mark.parametrize("name", POINTWISE)
def test_shapes(name):
    _check(name, variants.by_shape(name))


def _gradients(run, library, name, drawn):
    """First and second derivatives of a fixed combination of the results."""
    results, leaves = run(name, drawn)
    results = results[:1] if name in FIRST_RESULT_ONLY else results
    leaves = [x for x in leaves if x.requires_grad]
    first = _derive(library, [r for r in results if r is not None and r.requires_grad], leaves)
    live = [g for g in first if g is not None and g.requires_grad]
    return first, _derive(library, live, leaves, False) if live else [None] * len(leaves)


def _derive(library, roots, leaves, create_graph=True):
    if not roots or not leaves:
        return [None] * len(leaves)
    weights = [library.from_numpy(_weight(r)) for r in roots]
    return library.autograd.grad(
        roots, leaves, weights, allow_unused=True, create_graph=create_graph
    )


def _weight(result) -> np.ndarray:
    values = np.random.default_rng(0).uniform(-1, 1, tuple(result.shape))
    return np.asarray(values).astype(array(result).dtype)


def _differentiable(name: str) -> bool:
    one = variants.main(name)
    entry = registry.lookup(name)
    return bool(one and one.grad and entry.differentiable and not entry.writes and entry.formulas)


def _smooth_variants(name: str):
    """Variants in which derivatives are compared: layouts, and the wide floating dtypes."""
    for description, drawn in (*variants.by_layout(name), *variants.by_dtype(name)):
        if description in variants.LAYOUTS or description in ("float32", "complex128"):
            yield description, drawn


# Of these, the oracle's second derivatives ignore what flows through the statistics.
FIRST_RESULT_ONLY = {"native_batch_norm", "native_layer_norm", "native_group_norm"}


@pytest.mark.parametrize("name", [n for n in NAMES if _differentiable(n)])
def test_derivatives(name):
    for description, drawn in _smooth_variants(name):
        if (name, description) in KNOWN or not any(isinstance(a, Array) for a in drawn.args):
            continue
        try:
            expected = _gradients(run_torch, torch, name, drawn)
        except ERRORS:
            continue
        found = _gradients(run_lamina, lamina, name, drawn)
        accuracy = 10 * tolerance(drawn, [])
        for order in (1, 2):
            for mine, theirs in zip(found[order - 1], expected[order - 1]):
                what = f"derivative {order}, {description}"
                if mine is None or theirs is None:
                    present = mine if theirs is None else theirs
                    assert present is None or not np.any(array(present)), what
                    continue
                check_same(mine, theirs, accuracy, what)
