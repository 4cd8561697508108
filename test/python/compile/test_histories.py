"""What autograd knows of the results of compiled programs: their bases, leaves and histories."""

import lamina
import pytest
from agreement import assert_agrees, tensor

PROGRAMS = {}


def program(make):
    """Registers a program with the function that makes its arguments."""

    def register(fn):
        PROGRAMS[fn.__name__] = (fn, make)
        return fn

    return register


@program(lambda: (tensor(2, 3),))
def view_of_data(x):
    y = x.data
    return y, y.t()


@program(lambda: (tensor(2, 3),))
def view_of_data_made_without_grad(x):
    with lamina.no_grad():
        return x.data.t()


@program(lambda: ())
def data_of_a_literal():
    x = lamina.tensor(1.5, requires_grad=True)
    return x, x.data


@pytest.mark.parametrize("name", PROGRAMS)
def test_agrees_with_eager(name, backend):
    assert_agrees(*PROGRAMS[name], backend)
