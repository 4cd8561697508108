"""Inputs that share memory which the program writes to: eager's answer in values, gradients,
versions, in who is a view of whom and in the histories of views.
"""

import lamina
import numpy as np
import pytest
from agreement import assert_agrees, tensor
from lamina.errors import AutogradError, UnsupportedError

PROGRAMS = {}


def program(make):
    """Registers a program with the function that makes its arguments."""

    def register(fn):
        PROGRAMS[fn.__name__] = (fn, make)
        return fn

    return register


def result(*shape, **options):
    """A tensor that requires grad and is no leaf."""
    return tensor(*shape, grad=True, **options) * 1


def overlapping():
    x = result(6)
    return x[0:4], x[2:6]


def plain_overlapping():
    x = tensor(6)
    return x[0:4], x[2:6]


def view_before_base():
    x = result(6)
    return x[1:], x


def base_before_view():
    return view_before_base()[::-1]


def made_without_grad():
    x = tensor(6, grad=True)
    with lamina.no_grad():
        return x, x[1:4]


@program(lambda: (lambda x: (x, x))(result(6)))
def the_same_tensor_twice(a, b):
    a.mul_(2)
    return b.sin(), a, b[1:]


@program(overlapping)
def overlapping_views(a, b):
    a.mul_(2)
    return b.sin()


@program(plain_overlapping)
def overlapping_views_without_grad(a, b):
    a.mul_(2)
    return b.sin(), b[1:], a.reshape(2, 2)


@program(overlapping)
def members_and_their_views_are_returned(a, b):
    a.mul_(2)
    return a, b, b.view(2, 2), a[1:].detach(), b.as_strided((2, 2), (1, 2))


@program(base_before_view)
def an_input_that_is_only_returned(x, v):
    x.mul_(2)
    return v


@program(overlapping)
def a_view_of_all_memory_is_returned(a, b):
    a.mul_(2)
    return b.as_strided((2, 2), (1, 2), 0)


@program(overlapping)
def a_view_is_used_before_and_after_the_write(a, b):
    y = b * 3
    a.mul_(2)
    return y + b


@program(view_before_base)
def a_view_comes_before_its_base(v, x):
    v.mul_(2)
    return x.sin(), v[0]


@program(base_before_view)
def a_base_is_written_through(x, v):
    x.mul_(2)
    return v.sin(), x[:2]


@program(lambda: (lambda x: (x.detach(), x))(result(6)))
def a_detached_alias_is_written(d, x):
    d.mul_(2)
    return x.sin(), d[1:]


@program(lambda: (lambda x: (x, x.detach()[1:3]))(result(6)))
def a_detached_alias_sees_the_write(x, d):
    x.mul_(2)
    return x.sin(), d + 1


@program(lambda: (lambda x, y: (y.set_(x), x))(tensor(6), tensor(0)))
def a_base_that_another_was_set_to(s, x):
    s.mul_(2)
    return x.sin(), s[1:]


@program(lambda: (lambda x: (x, x.data))(tensor(6, grad=True)))
def data_is_written_under_its_own_version(x, d):
    d.mul_(2)
    return x.sin()


@program(lambda: (lambda x, y: (x[0:3], y, x[1:5], y[1:]))(result(8), result(4, seed=1)))
def several_bases(a, y, b, v):
    a.mul_(2)
    v.add_(1)
    return b.sin(), y * 2


@program(lambda: (lambda x: (x[0:3], x[2:5], x[4:8]))(result(8)))
def a_chain_of_overlaps(a, b, c):
    a.mul_(2)
    c.add_(b.sum())
    return b.sin()


@program(lambda: (lambda x: (x[0:4], x[2:6], tensor(4, grad=True, seed=3)))(tensor(6)))
def views_become_differentiable(a, b, w):
    a.mul_(w)
    return b.sin(), b[1:]


@program(lambda: (lambda x: (x[:, ::2], x[:, 1::2], tensor(3, 2, grad=True)))(tensor(3, 4)))
def a_column_between_becomes_differentiable(a, b, w):
    a.mul_(w)
    return b.sin()


@program(lambda: (lambda x: (x[0:4], x[2:6], x.mul_(2))[:2])(result(6)))
def views_whose_history_is_stale(a, b):
    a.mul_(2)
    return b.sin()


@program(lambda: (lambda x: (x.real, x))(result(4, dtype=np.complex64)))
def real_parts(r, x):
    r.mul_(2)
    return x * x


@program(lambda: (lambda x: (x, x.imag[1:3]))(result(4, dtype=np.complex128)))
def imaginary_parts_at_an_offset(x, i):
    x.mul_(2)
    return i * 2, i[1:]


@program(lambda: (result(3, 4, dtype=np.complex64)[:, :2],))
def a_view_of_all_memory_of_complex_numbers(x):
    return x.as_strided([2], [3], 2)


@program(lambda: (lambda x: (x, x.view(lamina.int32)[1:]))(tensor(4)))
def floats_as_integers(x, bits):
    bits.bitwise_xor_(1)
    return x * 2


@program(lambda: (lambda x: (x, x.view(lamina.uint8)[1:]))(tensor(4) > 1))
def bools_as_bytes(x, bytes_):
    bytes_.zero_()
    return x.logical_not()


@program(lambda: (lambda x: (x, x.view(lamina.int8)[4:12], x.view(lamina.float64)[1:]))(tensor(6)))
def floats_as_bytes_and_as_wider_floats(x, bytes_, wide):
    bytes_.bitwise_or_(1)
    wide.mul_(1.5)
    return x * 2, bytes_[1:]


@program(lambda: (lambda x: (x, x.view(lamina.float64), x.real))(tensor(4, dtype=np.complex64)))
def complex_numbers_as_wider_floats_and_as_parts(x, wide, r):
    wide.mul_(1.5)
    r[1:].add_(1)
    return x * 2


@program(lambda: (lambda x: (x.expand(3, 4), x))(result(4)))
def repeated_elements_see_the_write(e, x):
    x.mul_(2)
    return e * 3


@pytest.mark.parametrize("name", PROGRAMS)
def test_agrees_with_eager(name, backend):
    fn, make = PROGRAMS[name]
    assert_agrees(fn, make, backend)


REFUSED_BY_AUTOGRAD = {
    "a leaf": lambda: (lambda x: (x[1:], x[:2]))(tensor(4, grad=True)),
    "made without grad": made_without_grad,
    "one of several views": lambda: (lambda x: (x, x.split(3)[1]))(result(6)),
}


@pytest.mark.parametrize("kind", REFUSED_BY_AUTOGRAD)
def test_what_eager_autograd_refuses_is_refused_alike(kind, backend):
    def fn(a, b):
        a.mul_(2)
        return b.sin()

    make = REFUSED_BY_AUTOGRAD[kind]
    a, b = make()
    before = a.detach().clone()
    with pytest.raises(AutogradError) as eager:
        fn(*make())
    with pytest.raises(AutogradError) as found:
        lamina.compile(fn, fullgraph=True, backend=backend)(a, b)
    assert (
        found.value.message.split(" is a view")[-1] == eager.value.message.split(" is a view")[-1]
    )
    assert (a == before).all(), "nothing was written"


def test_a_view_made_without_grad_is_written_without_grad(backend):
    def fn(x, v):
        with lamina.no_grad():
            v.mul_(2)
        return (x * 3).sum()

    (x, v), (y, u) = made_without_grad(), made_without_grad()
    lamina.compile(fn, fullgraph=True, backend=backend)(x, v).backward()
    fn(y, u).backward()
    assert (x == y).all() and (x.grad == y.grad).all() and v._version == u._version


def captured(fn, *args):
    return lamina.compile(fn, fullgraph=True).lower(*args).text("captured")


def double_first(a, b):
    a.mul_(2)
    return b.sin()


@pytest.mark.parametrize(
    "pick",
    [
        lambda x: (x[:, ::2], x[:, 1::2]),
        lambda x: (x[:2], x[2:]),
        lambda x: (x[:, :3], x[:, 3:]),
        lambda x: (x.view(-1)[::3], x.view(-1)[1::6]),
        lambda x: (x.diagonal(), x[0, 1:]),
        lambda x: (x.t()[1:3], x[:, 4:]),
    ],
    ids=["interleaved columns", "rows", "blocks", "strides of 3 and 6", "diagonal", "transposed"],
)
def test_views_without_a_common_element_stay_apart(pick):
    assert "as_strided" not in captured(double_first, *pick(result(6, 6)))


@pytest.mark.parametrize(
    "pick",
    [
        lambda x: (x[:, ::2], x[:, 2::3]),
        lambda x: (x.view(-1)[::3], x.view(-1)[9::6]),
        lambda x: (x.diagonal(), x[1]),
    ],
    ids=["columns", "strides of 3 and 6", "diagonal"],
)
def test_views_with_a_common_element_are_one_input(pick):
    assert "as_strided" in captured(double_first, *pick(result(6, 6)))


def test_only_the_reached_memory_is_an_input():
    x = tensor(1000)
    assert "!lamina.ref<6xf32>" in captured(double_first, x[500:504], x[502:506])


def test_an_input_between_others_joins_their_memory(backend):
    def fn(a, b, c):
        a.mul_(2)
        c.add_(1)
        return b.sin()

    def make():
        x = tensor(12)
        return x[:10:2], x[4:12:2], x[5:8:2]

    assert_agrees(fn, make, backend)


# Complaint 3: aliasing that first appears on a later call.


def test_aliasing_that_first_appears_on_the_second_call(backend):
    def fn(a, b):
        a.add_(1)
        return a * b

    run = lamina.compile(fn, fullgraph=True, backend=backend)
    x, y = tensor(4), tensor(4, seed=1)
    run(x, y)
    for pick in (
        lambda x, y: (x, x),
        lambda x, y: (x, y),
        lambda x, y: (x, x.view(4)),
        lambda x, y: (x, x.detach()),
    ):
        one, other = pick(tensor(4), tensor(4, seed=2)), pick(tensor(4), tensor(4, seed=2))
        assert (run(*one) == fn(*other)).all()


@pytest.mark.parametrize("first, second", [((0, 4), (2, 6)), ((2, 6), (0, 4)), ((0, 4), (3, 7))])
def test_another_offset_is_another_program(first, second, backend):
    run = lamina.compile(double_first, fullgraph=True, backend=backend)
    for start in (0, 1, 2, 4, 0):
        x, y = tensor(12), tensor(12)
        a, b = slice(*first), slice(second[0] + start, second[1] + start)
        assert np.allclose(run(x[a], x[b]), double_first(y[a], y[b]))
        assert np.allclose(x, y)


def test_windows_that_move_together_share_a_program(backend):
    run = lamina.compile(double_first, fullgraph=True, backend=backend)
    for start in range(4):
        x = tensor(12)
        run(x[start : start + 4], x[start + 2 : start + 6])
    assert len(run.entries) == 1


WEIGHT = tensor(4)


def test_an_argument_that_is_a_closed_over_tensor_is_told_apart(backend):
    def fn(x):
        return x * 2 + WEIGHT

    run = lamina.compile(fn, fullgraph=True, backend=backend)
    for x in (WEIGHT, tensor(4, seed=5), WEIGHT):
        assert np.allclose(run(x), fn(x))
    assert len(run.entries) == 2


def test_an_argument_in_the_memory_of_a_parameter(backend):
    class Scale(lamina.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = lamina.nn.Parameter(tensor(4))

        def forward(self, x):
            with lamina.no_grad():
                x.mul_(2)
            return x * self.weight

    eager, other = Scale(), Scale()
    run = lamina.compile(other, fullgraph=True, backend=backend)
    for pick in (lambda m: tensor(4, seed=1), lambda m: m.weight.detach(), lambda m: tensor(4)):
        assert np.allclose(run(pick(other)).detach(), eager(pick(eager)).detach())
        assert np.allclose(other.weight.detach(), eager.weight.detach())


def test_a_base_that_is_another_tensor_is_another_program(backend):
    run = lamina.compile(double_first, fullgraph=True, backend=backend)
    for detached in (False, True, False):
        x, y = result(6), result(6)
        pick = (lambda t: (t[:4], t.detach()[2:])) if detached else (lambda t: (t[:4], t[2:]))
        assert np.allclose(run(*pick(x)).detach(), double_first(*pick(y)).detach())
        assert np.allclose(x.detach(), y.detach())


@pytest.mark.parametrize("first", ["apart", "together"])
def test_one_array_under_two_storages_runs_eagerly(first, backend):
    def pair(kind):
        array = np.arange(4.0)
        other = array if kind == "together" else array.copy()
        return lamina.from_numpy(array), lamina.from_numpy(other)

    run = lamina.compile(double_first, backend=backend)
    for kind in (first, "together", "apart"):
        one, other = pair(kind), pair(kind)
        assert np.allclose(run(*one), double_first(*other))
    assert len(run.entries) == 1 and sum(run.fallbacks.values()) >= 1
    with pytest.raises(UnsupportedError, match="several storages"):
        lamina.compile(double_first, fullgraph=True, backend=backend)(*pair("together"))


# Complaint 4: synthetic bases with mixed dtypes or offsets.


def test_synthetic_bases_with_mixed_dtypes_and_offsets(backend):
    def fn(bits, x, part):
        bits.bitwise_or_(1)
        part.mul_(2)
        return x + 1

    def make():
        x = tensor(12)
        return x.view(lamina.int32)[3:9], x[1:], x[4:6]

    assert_agrees(fn, make, backend)


def test_an_unused_input_reaches_beyond_memory_that_is_written(backend):
    def program(whole, a, b):
        b.fill_(0)
        return whole, a + 1

    def make():
        whole = lamina.arange(12.0).reshape(2, 2, 3)
        a = whole.as_strided([2], [3])
        return whole, a, a.T

    assert_agrees(program, make, backend)
