"""Running one sample on lamina and on the oracle, and saying whether they agree."""

from __future__ import annotations

import lamina
import ml_dtypes
import numpy as np
import torch
from lamina.ops import registry
from samples import Array, convert

# Relative tolerances: several roundings of the dtype.
_TOLERANCE = {
    "float64": 1e-9,
    "complex128": 1e-9,
    "float32": 2e-5,
    "complex64": 2e-5,
    "float16": 4e-3,
    "bfloat16": 3e-2,
    "float8_e4m3fn": 0.2,
    "float8_e5m2": 0.3,
}

# Vectors that are unique up to a sign or phase only: their absolute values are compared.
_UP_TO_PHASE = {"_linalg_svd": (0, 2), "_linalg_eigh": (1,), "linalg_eig": (1,)}


def torch_op(name: str):
    """The oracle's operator with the name of an entry."""
    base, _, overload = name.partition(".")
    return getattr(getattr(torch.ops.aten, base), overload or "default")


def run_lamina(name, sample):
    """(results as a tuple, the tensors among the arguments)."""
    results, leaves = _run(registry.lookup(name), sample, lambda a: a.to_lamina())
    return _without_phase(name, results), leaves


def run_torch(name, sample):
    """(results as a tuple, the tensors among the arguments)."""
    entry = torch_op(name)
    declared = [str(a.type) for a in entry._schema.arguments]
    if any(
        kind == "Tensor" and isinstance(value, (int, float, complex))
        for kind, value in zip(declared, sample.args)
    ):
        # A number in a tensor's place: let the oracle find the overload that Python code would
        # reach.
        entry = entry.overloadpacket
    results, leaves = _run(entry, sample, lambda a: a.to_torch())
    return _without_phase(name, results), leaves


def _without_phase(name, results):
    which = _UP_TO_PHASE.get(name, ())
    return tuple(r.abs() if i in which else r for i, r in enumerate(results))


def _run(entry, sample, how):
    leaves = []

    def make(value):
        tensor = how(value)
        if isinstance(value, Array):
            leaves.append(tensor)
            if sample.grad and value.differentiable:
                tensor = tensor.detach().requires_grad_()
                leaves[-1] = tensor
        return tensor

    args, kwargs = convert(sample.args, make), convert(sample.kwargs, make)
    results = entry(*args, **kwargs)
    return (tuple(results) if isinstance(results, (tuple, list)) else (results,)), leaves


def array(tensor) -> np.ndarray:
    """The data of a tensor of either library."""
    if isinstance(tensor, lamina.Tensor):
        return tensor.detach().numpy()
    tensor = tensor.detach()
    if tensor.dtype in (torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2):
        kind = np.dtype(getattr(ml_dtypes, str(tensor.dtype).removeprefix("torch.")))
        return (
            tensor.contiguous().view(getattr(torch, f"int{8 * kind.itemsize}")).numpy().view(kind)
        )
    return tensor.resolve_conj().numpy(force=True)


def dtype_name(tensor) -> str:
    return str(tensor.dtype).partition(".")[2]


def tolerance(sample, results) -> float:
    """What the least precise dtype among the arguments and results allows."""
    names = {dtype_name(r) for r in results if r is not None}
    convert(
        [sample.args, sample.kwargs],
        lambda a: names.add(a.dtype if isinstance(a, Array) else str(a)),
    )
    return max((_TOLERANCE.get(name, 0) for name in names), default=0)


def check_same(got, expected, tolerance: float, what: str) -> None:
    """Asserts equal dtype, shape and, within the tolerance, values; None matches None."""
    if expected is None or got is None:
        assert got is None and expected is None, f"{what}: {got} against {expected}"
        return
    assert dtype_name(got) == dtype_name(expected), (
        f"{what}: dtype {got.dtype}, expected {expected.dtype}"
    )
    assert tuple(got.shape) == tuple(expected.shape), (
        f"{what}: shape {got.shape}, expected {expected.shape}"
    )
    left, right = array(got), array(expected)
    if left.dtype.kind == "V" or dtype_name(expected) == "float8_e5m2":
        left, right = left.astype(np.float32), right.astype(np.float32)
    np.testing.assert_allclose(left, right, rtol=tolerance, atol=tolerance, err_msg=what)
