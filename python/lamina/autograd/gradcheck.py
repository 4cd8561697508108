"""Numerical checks of derivatives: `gradcheck` and `gradgradcheck`.

Analytical gradients are compared with central differences, elementwise, in double precision.
"""

from __future__ import annotations

import numpy as np

from ..dispatch.state import state
from ..errors import AutogradError
from ..tensor import Tensor, from_array
from . import grad


class GradcheckError(AutogradError):
    """Analytical and numerical derivatives disagree."""


def gradcheck(
    fn,
    inputs,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Whether the gradients of fn(*inputs) agree with differences; inputs that require grad should be double.

    Raises GradcheckError naming output, input and both Jacobians, or returns False without `raise_exception`.
    """
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    wanted = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not wanted:
        raise ValueError("gradcheck expects at least one input that requires grad")
    for number, output in enumerate(_outputs(fn(*inputs))):
        if not output.requires_grad:
            continue
        analytical = _analytical(fn, inputs, wanted, number)
        for i, found in zip(wanted, analytical):
            expected = _numerical(fn, inputs, i, number, eps, found.shape)
            if not np.allclose(found, expected, rtol=rtol, atol=atol):
                if not raise_exception:
                    return False
                raise GradcheckError(
                    f"the Jacobian of output {number} with respect to input {i} is wrong:\nnumerical:\n"
                    f"{expected}\nanalytical:\n{found}"
                )
    return True


def gradgradcheck(fn, inputs, grad_outputs=None, **options) -> bool:
    """`gradcheck` of the function that computes the gradients of fn(*inputs)."""
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    outputs = [o for o in _outputs(fn(*inputs)) if o.requires_grad]
    if grad_outputs is None:
        rng = np.random.default_rng(0)
        grad_outputs = [_like(o, _random(rng, o)).requires_grad_() for o in outputs]
    count = len(inputs)

    def gradients(*values):
        given = values[:count]
        results = [o for o in _outputs(fn(*given)) if o.requires_grad]
        wanted = [x for x in given if isinstance(x, Tensor) and x.requires_grad]
        return grad(
            results, wanted, list(values[count:]), create_graph=True, materialize_grads=True
        )

    return gradcheck(gradients, (*inputs, *grad_outputs), **options)


def _outputs(result) -> list:
    found = result if isinstance(result, (tuple, list)) else [result]
    return [o for o in found if isinstance(o, Tensor)]


def _analytical(fn, inputs: tuple, wanted: list, number: int) -> list[np.ndarray]:
    """One Jacobian (real and imaginary parts as separate rows) per wanted input."""
    output = _outputs(fn(*inputs))[number]
    jacobians = [np.zeros((_width(inputs[i]), _width(output))) for i in wanted]
    for column in range(_width(output)):
        seed = _like(output, _unit(output, column))
        found = grad(
            output, [inputs[i] for i in wanted], seed, retain_graph=True, allow_unused=True
        )
        for jacobian, g in zip(jacobians, found):
            if g is not None:
                jacobian[:, column] = _reals(g)
    return jacobians


def _numerical(fn, inputs: tuple, which: int, number: int, eps: float, shape: tuple) -> np.ndarray:
    source = inputs[which]
    rows = []
    for row in range(_width(source)):
        step = _unit(source, row) * eps
        up, down = (_evaluate(fn, inputs, which, s, number) for s in (step, -step))
        rows.append((up - down) / (2 * eps))
    return np.array(rows).reshape(shape)


def _evaluate(fn, inputs: tuple, which: int, step: np.ndarray, number: int) -> np.ndarray:
    """The output with one input moved, its strides kept."""
    source = inputs[which]
    with state.override(grad_enabled=False):
        moved = source.detach().clone()
        moved.copy_(_like(source, source.detach().numpy() + step))
    moved.requires_grad_()
    changed = (*inputs[:which], moved, *inputs[which + 1 :])
    return _reals(_outputs(fn(*changed))[number])


def _width(tensor) -> int:
    return tensor.numel() * (2 if tensor.is_complex() else 1)


def _reals(tensor) -> np.ndarray:
    array = np.ascontiguousarray(tensor.detach().numpy()).reshape(-1)
    return array.view(array.real.dtype) if array.dtype.kind == "c" else array.astype(np.float64)


def _unit(tensor, at: int) -> np.ndarray:
    flat = np.zeros(_width(tensor))
    flat[at] = 1
    return (flat.view(np.complex128) if tensor.is_complex() else flat).reshape(tuple(tensor.shape))


def _random(rng, tensor) -> np.ndarray:
    values = rng.standard_normal(tuple(tensor.shape))
    return values + 1j * rng.standard_normal(tuple(tensor.shape)) if tensor.is_complex() else values


def _like(tensor, array: np.ndarray) -> Tensor:
    return from_array(np.asarray(array).astype(tensor._array.dtype))
