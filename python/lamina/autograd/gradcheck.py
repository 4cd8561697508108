"""Numerical checks of derivatives: `gradcheck` and `gradgradcheck`.

Analytical gradients are compared with central differences, elementwise, in double precision.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..dispatch.state import state
from ..errors import AutogradError, UnsupportedError
from ..tensor import Tensor, from_array
from . import grad
from .function import Function


class GradcheckError(AutogradError):
    """Analytical and numerical derivatives disagree."""


def gradcheck(
    func,
    inputs,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the gradients of func(*inputs) agree with differences; inputs that require grad
    should be double.

    eps, atol, rtol: the step, and how far both may be apart.
    nondet_tol: how far two backward passes may be apart.
    check_undefined_grad: whether gradients that are absent must count as zero.
    check_grad_dtypes: whether gradients must have the dtype of their inputs.
    check_batched_grad: whether batched gradients must be the single ones.
    fast_mode: compares one random projection of the Jacobian instead of all of it.
    masked: of sparse inputs only; there are none. Raises GradcheckError naming output, input and
    both Jacobians, or returns False without `raise_exception`; ValueError when no input requires
    grad; UnsupportedError for forward-mode checks.
    """
    if check_forward_ad or check_batched_forward_grad:
        raise UnsupportedError(
            "gradcheck of forward-mode derivatives, which lamina does not compute"
        )
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    wanted = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not wanted:
        raise ValueError("gradcheck expects at least one input tensor that requires grad")
    if not check_backward_ad:
        return True
    _warn_of_low_precision(inputs, wanted)
    check = _Check(func, inputs, wanted, eps, atol, rtol)
    try:
        outputs = _outputs(func(*inputs))
        for number, output in enumerate(outputs):
            if not output.requires_grad:
                check.independent(number)
                continue
            check.projected(number) if fast_mode else check.whole(number)
            check.deterministic(number, nondet_tol)
            if check_grad_dtypes:
                check.dtypes(number)
            if check_batched_grad:
                check.batched(number)
        if check_undefined_grad:
            check.undefined()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func,
    inputs,
    grad_outputs=None,
    *,
    gen_non_contig_grad_outputs: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    **options,
) -> bool:
    """`gradcheck`, with its options, of the function that computes the gradients of func(*inputs).

    grad_outputs: incoming gradients, random ones by default (with gaps in memory with
    gen_non_contig_grad_outputs). Raises UnsupportedError for check_fwd_over_rev.
    """
    if check_fwd_over_rev:
        raise UnsupportedError("gradgradcheck of forward-mode derivatives")
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    if not check_rev_over_rev:
        return True
    outputs = [o for o in _outputs(func(*inputs)) if o.requires_grad]
    if grad_outputs is None:
        rng = np.random.default_rng(0)
        grad_outputs = [_like(o, _random(rng, o)) for o in outputs]
        if gen_non_contig_grad_outputs:
            grad_outputs = [_with_gaps(g) for g in grad_outputs]
        grad_outputs = [g.requires_grad_() for g in grad_outputs]
    grad_outputs = (grad_outputs,) if isinstance(grad_outputs, Tensor) else tuple(grad_outputs)
    count = len(inputs)

    def gradients(*values):
        given = values[:count]
        results = [o for o in _outputs(func(*given)) if o.requires_grad]
        wanted = [x for x in given if isinstance(x, Tensor) and x.requires_grad]
        return grad(
            results, wanted, list(values[count:]), create_graph=True, materialize_grads=True
        )

    return gradcheck(gradients, (*inputs, *grad_outputs), **options)


class _Check(NamedTuple):
    """One function at one point, and what is asked of its gradients. Each check raises
    GradcheckError.
    """

    fn: Callable
    inputs: tuple
    wanted: list
    eps: float
    atol: float
    rtol: float

    def whole(self, number: int) -> None:
        """The Jacobian of an output agrees with differences."""
        analytical = _analytical(self.fn, self.inputs, self.wanted, number)
        for i, found in zip(self.wanted, analytical):
            expected = _numerical(self.fn, self.inputs, i, number, self.eps, found.shape)
            if not np.allclose(found, expected, rtol=self.rtol, atol=self.atol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {number} with respect to input {i},\n"
                    f"numerical:{expected}\nanalytical:{found}\n"
                )

    def projected(self, number: int) -> None:
        """u' @ Jacobian @ v agrees with the difference along v, for random u and v."""
        rng = np.random.default_rng(0)
        output = _outputs(self.fn(*self.inputs))[number]
        seed = _like(output, _random(rng, output))
        for i, found in zip(self.wanted, self._gradients(output, seed)):
            source = self.inputs[i]
            step = _random(rng, source) / max(np.sqrt(_width(source)), 1)
            up, down = (
                _evaluate(self.fn, self.inputs, i, s, number)
                for s in (step * self.eps, -step * self.eps)
            )
            expected = float(_reals(seed) @ ((up - down) / (2 * self.eps)))
            slope = 0.0 if found is None else float(_reals(found) @ _reals(_like(source, step)))
            if not np.isclose(slope, expected, rtol=self.rtol, atol=self.atol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {number} with respect to input {i} in a random "
                    "direction: "
                    f"numerical:{expected} analytical:{slope}"
                )

    def independent(self, number: int) -> None:
        """An output that requires no grad does not change with the inputs."""
        for i in self.wanted:
            moved = _numerical(self.fn, self.inputs, i, number, self.eps, None)
            if np.abs(moved).max(initial=0) > self.atol:
                raise GradcheckError(
                    f"numerical gradient for function expected to be zero: output {number} does "
                    "not require grad, but "
                    f"changes with input {i}"
                )

    def deterministic(self, number: int, tolerance: float) -> None:
        """Two backward passes give the same."""
        output = _outputs(self.fn(*self.inputs))[number]
        seed = _like(output, _random(np.random.default_rng(0), output))
        first, second = (self._gradients(output, seed) for _ in range(2))
        for i, a, b in zip(self.wanted, first, second):
            if a is not None and np.abs(_reals(a) - _reals(b)).max(initial=0) > tolerance:
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and "
                    "grad_output multiple times "
                    f"gives different values for input {i} of output {number}"
                )

    def dtypes(self, number: int) -> None:
        """Gradients have their inputs' dtypes."""
        output = _outputs(self.fn(*self.inputs))[number]
        for i, found in zip(self.wanted, self._gradients(output, _ones(output))):
            if found is not None and found.dtype is not self.inputs[i].dtype:
                raise GradcheckError(
                    f"the gradient of input {i} has dtype {found.dtype}, the input "
                    f"{self.inputs[i].dtype}"
                )

    def batched(self, number: int) -> None:
        """Gradients of a batch of incoming gradients are those of its elements."""
        output = _outputs(self.fn(*self.inputs))[number]
        rng = np.random.default_rng(0)
        seeds = [_random(rng, output) for _ in range(2)]
        together = grad(
            output,
            [self.inputs[i] for i in self.wanted],
            _like(output, np.stack(seeds)),
            retain_graph=True,
            allow_unused=True,
            is_grads_batched=True,
        )
        for row, seed in enumerate(seeds):
            for i, one, many in zip(
                self.wanted, self._gradients(output, _like(output, seed)), together
            ):
                if one is not None and not np.allclose(_reals(one), _reals(many[row])):
                    raise GradcheckError(f"the batched gradient of input {i} differs in row {row}")

    def undefined(self) -> None:
        """With no gradient coming in, none (or zero) goes out."""
        outputs = [o for o in _outputs(self.fn(*self.inputs)) if o.requires_grad]
        if not outputs:
            return
        # The sum of the outputs' absent gradients: each passes through a node that returns None.
        found = grad(
            [_Absent.apply(o) for o in outputs],
            [self.inputs[i] for i in self.wanted],
            [_ones(o) for o in outputs],
            allow_unused=True,
        )
        for i, one in zip(self.wanted, found):
            if one is not None and np.abs(_reals(one)).max(initial=0) != 0:
                raise GradcheckError(
                    f"Expected an undefined or zero gradient of input {i} for undefined incoming "
                    f"gradients, got {one}"
                )

    def _gradients(self, output, seed) -> tuple:
        inputs = [self.inputs[i] for i in self.wanted]
        return grad(output, inputs, seed, retain_graph=True, allow_unused=True)


class _Absent(Function):
    """The identity, whose gradient is absent."""

    @staticmethod
    def forward(ctx, x):
        """A copy of x."""
        return x.clone()

    @staticmethod
    def backward(ctx, grad):
        """None, whatever comes in."""
        return None


def _warn_of_low_precision(inputs: tuple, wanted: list) -> None:
    for i in wanted:
        if inputs[i]._array.dtype not in (np.float64, np.complex128):
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or "
                "complex. This check "
                "will likely fail if all the inputs are not of double precision",
                stacklevel=3,
            )


def _ones(tensor) -> Tensor:
    return _like(tensor, np.ones(tuple(tensor.shape)))


def _with_gaps(tensor) -> Tensor:
    """The same values with memory between them."""
    array = tensor.numpy()
    wide = np.zeros((*array.shape, 2), array.dtype)
    wide[..., 0] = array
    return from_array(wide).select(-1, 0)


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
    found = np.array(rows)
    return found if shape is None else found.reshape(shape)


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
