"""`gradcheck` and `gradgradcheck`: what passes, what fails, and what each option adds; beside
torch's.
"""

import warnings

import pytest

from .agreement import agree, program, raised


def _double(m, *values):
    return m.tensor(values, dtype=m.float64, requires_grad=True)


def _wrong(m):
    class Wrong(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            return grad * 3 * ctx.saved_tensors[0]

    return Wrong.apply


@program
def test_right_derivatives(m):
    g, x, y = m.autograd.gradcheck, _double(m, 0.5, 1.5), _double(m, 2.0, 3.0)
    z = m.tensor([1 + 2j], dtype=m.complex128, requires_grad=True)
    return (
        g(m.exp, x),
        g(lambda a, b: (a * b, a.sin()), (x, y)),
        g(lambda a, b: a @ b, (x, y.detach())),
        g(lambda a: a * a.conj(), z),
        g(lambda a: (a * a).abs(), (z,)),
        m.autograd.gradgradcheck(lambda a, b: (a * b).exp(), (x, y)),
        m.autograd.gradgradcheck(m.sin, (x,), gen_non_contig_grad_outputs=True),
        m.autograd.gradgradcheck(m.sin, (x,), (_double(m, 1.0, 2.0),)),
    )


@pytest.mark.parametrize("fast", [False, True])
def test_wrong_derivatives(fast):
    def run(m):
        x = _double(m, 0.5, 1.5)
        return (
            raised(lambda: m.autograd.gradcheck(_wrong(m), x, fast_mode=fast), "Jacobian mismatch"),
            m.autograd.gradcheck(_wrong(m), x, fast_mode=fast, raise_exception=False),
            m.autograd.gradcheck(m.exp, x, fast_mode=fast),
            m.autograd.gradcheck(_wrong(m), x, fast_mode=fast, atol=10.0),
        )

    agree(run)


@program
def test_options(m):
    g, x = m.autograd.gradcheck, _double(m, 0.5, 1.5)
    return (
        g(m.exp, x, eps=1e-5, rtol=1e-2),
        g(m.exp, x, check_grad_dtypes=True),
        g(m.exp, x, check_batched_grad=True),
        g(m.exp, x, check_undefined_grad=False, nondet_tol=1e-3),
        raised(lambda: g(m.exp, x.detach())),
        raised(lambda: g(lambda a: a.detach() * 2, x)),
    )


@program
def test_backward_that_is_not_deterministic(m):
    calls = []

    class Odd(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            calls.append(1)
            return grad * (2 + 1e-4 * len(calls))

    x = _double(m, 0.5)
    loose = {"atol": 1.0, "rtol": 1.0}
    return (
        raised(lambda: m.autograd.gradcheck(Odd.apply, x, **loose), "Backward is not reentrant"),
        m.autograd.gradcheck(Odd.apply, x, nondet_tol=1.0, check_undefined_grad=False, **loose),
    )


@program
def test_single_precision(m):
    x = m.tensor([0.5], requires_grad=True)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        m.autograd.gradcheck(m.exp, x, raise_exception=False)
    return any("double precision" in str(w.message) for w in seen)
