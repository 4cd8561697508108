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


@program(lambda: (tensor(2, 3),))
def view_that_is_a_leaf(x):
    y = x.view(3, 2).requires_grad_()
    return y, y.t(), x


@program(lambda: (tensor(2, 3),))
def views_of_a_view_that_is_a_leaf(x):
    return x.view(3, 2).requires_grad_().t()


@program(lambda: (tensor(2, 3),))
def computed_view_that_is_a_leaf(x):
    y = (x * 2).view(3, 2).requires_grad_()
    return y, y.t(), y * 2


@program(lambda: (tensor(2, 3),))
def view_made_before_its_base_required_grad(x):
    y = x.t()
    x.requires_grad_()
    return y, x.t()


@program(lambda: (tensor(2, 3),))
def view_made_before_a_computed_base_required_grad(x):
    z = x * 2
    y = z.t()
    z.requires_grad_()
    return y, z, z[0]


@program(lambda: (tensor(2, 3),))
def views_of_a_detached_leaf(x):
    y = x.detach().requires_grad_()
    return y.view(3, 2), y.as_strided([2], [3])


@program(lambda: (tensor(2, 3),))
def part_of_the_storage_of_data(x):
    y = x.data
    return y, y.as_strided([2], [3])


@program(lambda: (tensor(2, 3, grad=True),))
def view_of_an_argument_that_is_cut_off(x):
    x.detach_()
    y = x.t()
    x.mul_(2)
    return y


@program(lambda: (tensor(1, 4),))
def layout_of_results_with_single_elements(x):
    y = x[:, ::2].sort().values
    return y, y.t(), (x[:, :0].unsqueeze(-1) + x).split(1, 1)[0]


@program(lambda: (tensor(2, 4, 3, 3),))
def layout_of_a_base_behind_views_that_change_elements(x):
    y = x.to(lamina.complex64).clone(memory_format=lamina.channels_last)
    return y.imag


def leaf_and_views():
    x = tensor(3, grad=True)
    return x, x[1::2][::2], x[1::2]


@program(leaf_and_views)
def view_of_a_view_of_an_argument_that_is_not_used(x, other, y):
    view = y.view(1, 1)
    y.logical_not_()
    return view, other + 1


def base_and_view():
    x = tensor(4)
    return x, x[1:]


@program(base_and_view)
def view_of_a_view_of_an_argument_that_comes_to_require_grad(x, y):
    view = y[1:]
    x.requires_grad_()
    return view, y[2:]


@program(lambda: (tensor(3, grad=True) * 1,))
def argument_written_after_a_product_of_unlinked_views(x):
    y = lamina.kron(x, x)
    with lamina.no_grad():
        x.mul_(2)
    return y


@program(lambda: (tensor(2, 3),))
def part_of_the_storage_of_flat_data(x):
    y = x.flatten().data
    return y, y.as_strided([2], [1])


@program(base_and_view)
def gradient_of_a_view_of_an_argument_that_comes_to_require_grad(x, y):
    x.requires_grad_()
    return lamina.autograd.grad(y.sum(), y, materialize_grads=True)[0]


def view_and_part():
    x = tensor(3, 4)
    return x, x[:2], x[:1, 2]


@program(view_and_part)
def write_to_memory_in_which_an_argument_is_not_used(x, rows, row):
    row.mul_(2)
    return rows + 1


@program(lambda: (tensor(3, 4, grad=True),))
def part_of_the_storage_of_a_view(x):
    return x.diagonal(1).as_strided([3, 3], [4, 1]), (x * 2)[1:].as_strided([2, 2], [1, 4])


@program(lambda: (tensor(2, 3, grad=True),))
def part_of_the_storage_of_a_view_made_without_grad(x):
    with lamina.no_grad():
        y = x[1:]
    return y.as_strided([2], [2])


@pytest.mark.parametrize("name", PROGRAMS)
def test_agrees_with_eager(name, backend):
    assert_agrees(*PROGRAMS[name], backend)


def base(x):
    return x * 1


def view_without_grad(x):
    with lamina.no_grad():
        return x[1:]


def one_of_several(x):
    return x.split(2)[0]


def assert_is_refused(x):
    with pytest.raises(lamina.errors.AutogradError, match="modified inplace"):
        assert x.grad_fn


@pytest.mark.parametrize("view", [view_without_grad, one_of_several])
@pytest.mark.parametrize("make", [base, lambda x: x], ids=["computed", "input"])
def test_views_from_before_a_write_are_refused_when_autograd_looks_at_them(view, make, backend):
    @lamina.compile(fullgraph=True, backend=backend)
    def f(x):
        y = make(x)
        found = view(y), view(y).t()
        y.mul_(2)
        return *found, view(y)

    for _ in range(2):
        before, transposed, after = f(tensor(2, 3, grad=True) * 1)
        assert_is_refused(before)
        assert_is_refused(transposed)
        assert after.tolist() == before.tolist()


def test_views_of_a_view_made_without_grad_outlive_a_write_without_grad(backend):
    @lamina.compile(fullgraph=True, backend=backend)
    def f(x):
        y = x[:, None]
        with lamina.no_grad():
            x.zero_()
        return y

    for _ in range(2):
        y = f(view_without_grad(tensor(2, 3, grad=True)))
        assert y.tolist() == [[[0, 0, 0]]]
        assert_is_refused(y)


def test_a_view_of_a_detached_tensor_that_then_moves_is_refused(backend):
    @lamina.compile(fullgraph=True, backend=backend)
    def f(x):
        y = x.detach()
        z = y[0]
        y.t_()
        return y, z

    with pytest.raises(lamina.errors.UnsupportedError, match="made look otherwise"):
        f(tensor(2, 3))


def test_requires_grad_of_a_view_made_without_grad_is_refused(backend):
    with pytest.raises(lamina.errors.UnsupportedError, match="call it outside"):
        lamina.compile(lambda x: x.requires_grad_() * 2, fullgraph=True, backend=backend)(
            view_without_grad(tensor(2, 3, grad=True))
        )


def leaf_view():
    return tensor(4, grad=True).view(4)


def detached_view():
    return tensor(4)[1:]


@pytest.mark.parametrize(
    ("make", "fn"),
    [
        (leaf_view, lambda x: x.t_()),
        (leaf_view, lambda x: x.swapaxes_(2, 0)),
        (leaf_view, lambda x: x.expand(2, 4).unsqueeze_(0)),
        (detached_view, lambda x: x.detach_()),
    ],
)
def test_what_eager_refuses_of_arguments_that_are_views_is_refused(make, fn, backend):
    compiled = lamina.compile(fn, fullgraph=True, backend=backend)
    for call in (fn, compiled):
        with pytest.raises(lamina.errors.AutogradError, match="[vV]iew"):
            call(make())


def test_that_an_argument_is_a_view_is_guarded(backend):
    compiled = lamina.compile(lambda x: x.detach_(), fullgraph=True, backend=backend)
    compiled(tensor(3))
    with pytest.raises(lamina.errors.AutogradError, match="Can't detach views"):
        compiled(detached_view())


def test_the_gradient_of_a_view_made_without_grad_is_none(backend):
    def fn(x):
        return lamina.autograd.grad(x.sum(), x, allow_unused=True)[0]

    x = view_without_grad(tensor(2, 3, grad=True))
    assert lamina.compile(fn, fullgraph=True, backend=backend)(x) is None is fn(x)


def test_a_leaf_that_moves_is_expected_as_it_was_by_graphs_from_before(backend):
    def fn(x):
        with lamina.no_grad():
            x.t_()

    for call in (fn, lamina.compile(fn, fullgraph=True, backend=backend)):
        x = tensor(2, 3, grad=True)
        y = x * 1
        call(x)
        (found,) = lamina.autograd.grad(y.sum(), x)
        assert tuple(found.shape) == (2, 3)


def test_a_view_made_without_grad_is_not_used_after_a_write(backend):
    def fn(x):
        x.logical_not_()
        return x.t()

    with pytest.raises(lamina.errors.UnsupportedError, match="used after the program wrote to it"):
        lamina.compile(fn, fullgraph=True, backend=backend)(
            view_without_grad(tensor(2, 3, grad=True))
        )
