"""Derivatives of scatter_reduce where zeros meet, which division could not give."""

import lamina
import pytest
from lamina.autograd.gradcheck import gradcheck, gradgradcheck

PLACES = lamina.tensor([0, 0, 1, 2, 1, 2, 2])
SELF = [2.0, 3.0, 0.0, 4.0]
SOURCES = {
    "no zero": [1.5, 2.2, -1.0, 3.0, 0.5, 5.0, 2.5],
    "one zero at a place": [0.0, 2.0, 4.0, 3.0, 0.0, 5.0, 0.0],
    "two zeros at a place": [0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0],
}


def tensor(values):
    return lamina.tensor(values, dtype=lamina.float64, requires_grad=True)


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_products(source, include_self):
    def product(x, src):
        return x.scatter_reduce(0, PLACES, src, "prod", include_self=include_self)

    gradcheck(product, (tensor(SELF), tensor(source)))
    gradgradcheck(product, (tensor(SELF), tensor(source)))


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("reduce", ["sum", "mean", "amax", "amin"])
def test_other_reductions(reduce, include_self):
    def reduced(x, src):
        return x.scatter_reduce(0, PLACES, src, reduce, include_self=include_self)

    gradcheck(reduced, (tensor(SELF), tensor(SOURCES["no zero"])))
    gradgradcheck(reduced, (tensor(SELF), tensor(SOURCES["no zero"])))


@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax"])
def test_a_source_larger_than_the_index_gets_zeros_beyond_it(reduce):
    x, src = tensor([1.0, 2.0, 3.0]), tensor([4.0, 5.0, 6.0, 7.0])
    x.scatter_reduce(0, lamina.tensor([0, 2]), src, reduce).sum().backward()
    assert src.grad[2:].tolist() == [0, 0] and src.grad[0].item() != 0


def test_the_older_form_has_no_derivative():
    x = tensor([1.0, 2.0]).scatter(0, lamina.tensor([0]), 3.0, reduce="multiply")
    assert x.tolist() == [3, 2]
    with pytest.raises(RuntimeError):
        x.sum().backward()
