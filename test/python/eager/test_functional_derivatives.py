"""`autograd.functional` beside torch's."""

import pytest

from .agreement import agree, program, raised


def _two(m):
    return m.tensor([0.5, 1.0]), m.tensor([2.0, 3.0])


@program
def test_vjp(m):
    f, (x, y) = m.autograd.functional, _two(m)
    return (
        f.vjp(lambda a, b: (a * b).exp(), (x, y), m.tensor([1.0, 2.0])),
        f.vjp(lambda a: (a * a).sum(), x),
        f.vjp(lambda a: (a * 2, a.sum()), x, (m.ones(2), m.tensor(3.0))),
        f.vjp(lambda a, b: a * 2, (x, y), m.ones(2)),
        raised(lambda: f.vjp(lambda a: a * 2, x)),
        raised(lambda: f.vjp(lambda a: a * 2, x, m.ones(3))),
        raised(lambda: f.vjp(lambda a, b: a * 2, (x, y), m.ones(2), strict=True), "independent"),
        raised(lambda: f.vjp(lambda a: 3, x)),
        raised(lambda: f.vjp(lambda a: a, 3)),
    )


@program
def test_jvp(m):
    f, (x, y) = m.autograd.functional, _two(m)
    return (
        f.jvp(lambda a, b: (a * b).exp(), (x, y), (m.ones(2), m.tensor([1.0, 2.0]))),
        f.jvp(lambda a: (a * a).sum(), x, m.ones(2)),
        f.jvp(lambda a: (a * 2, a.sum()), x, m.tensor([1.0, 5.0])),
        raised(lambda: f.jvp(lambda a: a * 2, x)),
    )


@program
def test_jacobian(m):
    f, (x, y) = m.autograd.functional, _two(m)
    return (
        f.jacobian(lambda a: (a * a).exp(), x),
        f.jacobian(lambda a, b: a * b.sum(), (x, y)),
        f.jacobian(lambda a: (a * 2, a.sum()), x),
        f.jacobian(lambda a, b: (a * 2, b), (x, y)),
        f.jacobian(lambda a: a.reshape(2, 1) * a, x),
        f.jacobian(lambda a: m.ones(3), x),
        f.jacobian(lambda a: a * 2, x, vectorize=True),
        raised(lambda: f.jacobian(lambda a, b: a * 2, (x, y), strict=True), "independent"),
        raised(lambda: f.jacobian(lambda a: m.ones(3), x, strict=True)),
    )


@program
def test_hessian(m):
    f, (x, y) = m.autograd.functional, _two(m)
    return (
        f.hessian(lambda a: (a**3).sum(), x),
        f.hessian(lambda a, b: (a * b * b).sum(), (x, y)),
        f.hessian(lambda a: (a**3).sum().reshape(1), x),
        raised(lambda: f.hessian(lambda a: a**3, x)),
    )


@pytest.mark.parametrize("name", ["vhp", "hvp"])
def test_hessian_products(name):
    def run(m):
        f, (x, y) = getattr(m.autograd.functional, name), _two(m)
        return (
            f(lambda a: (a**3).sum(), x, m.tensor([1.0, 2.0])),
            f(lambda a, b: (a * b * b).sum(), (x, y), (m.ones(2), m.tensor([1.0, 2.0]))),
            f(lambda a, b: (a * a).sum(), (x, y), (m.ones(2), m.ones(2))),
            raised(lambda: f(lambda a: a**3, x, m.ones(2))),
        )

    agree(run)


@program
def test_results_that_can_be_differentiated(m):
    f = m.autograd.functional
    x = m.tensor([0.5, 1.0], requires_grad=True)
    j = f.jacobian(lambda a: a**3, x, create_graph=True)
    _, v = f.vjp(lambda a: (a**3).sum(), x, create_graph=True)
    (plain, w) = f.vjp(lambda a: (a**3).sum(), x)
    return (
        j.detach(),
        j.requires_grad,
        m.autograd.grad(j.sum(), x),
        m.autograd.grad(v.sum(), x),
        plain.requires_grad,
        w.requires_grad,
        x.grad,
    )


@program
def test_inside_of_no_grad(m):
    with m.no_grad():
        return m.autograd.functional.jacobian(lambda a: a * a, m.ones(2))
