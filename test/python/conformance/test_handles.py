"""Programs that change the geometry or the memory of their arguments: the caller's own tensors are
in the end as after the eager program, and so are their versions, histories and gradients.
"""

import lamina
import numpy as np
import pytest
from agreement import assert_agrees, tensor
from lamina import config
from lamina.errors import AutogradError, ShapeError, UnsupportedError

PROGRAMS = {}


def program(*makes):
    """Registers a program with the functions that make its arguments."""

    def register(fn):
        for make in makes:
            PROGRAMS[f"{fn.__name__}-{len(PROGRAMS)}"] = (fn, make)
        return fn

    return register


def leaf(*shape, **options):
    return tensor(*shape, grad=True, **options)


def result(*shape, **options):
    """A tensor that requires grad and is no leaf."""
    return leaf(*shape, **options) * 1


def of(*makers, shape=(2, 3)):
    """Functions that make one argument each way, or two of each."""
    return [lambda make=make: (make(*shape),) for make in makers]


def two(*makers, shapes=((3, 3), (3, 3))):
    return [
        lambda make=make: tuple(make(*s, seed=i) for i, s in enumerate(shapes)) for make in makers
    ]


@pytest.mark.parametrize("make", [*two(tensor, result)])
def test_input_mutation_metadata(make, backend):
    def f(a, b):
        a.transpose_(1, 0)
        return a + b

    assert_agrees(f, make, backend, calls=1)


@program(*of(tensor, result))
def sizes_change(a):
    a.t_()
    return a * 2


@program(*of(tensor, result))
def the_input_is_returned(a):
    return a.t_(), a


@program(*of(tensor, leaf, result))
def turned_over_and_back(a):
    with lamina.no_grad():
        a.t_().t_()
    return a + 1


@program(*of(tensor, result))
def a_dimension_that_stays(a):
    b = a.squeeze_(1)
    return b.index_add(0, lamina.tensor([0, 0]), b.index_select(0, lamina.tensor([0, 0])))


@program(lambda: (result(1, 4),))
def a_write_that_changes_nothing(a):
    a.copy_(a)
    return a.index_add(0, lamina.tensor([0, 0]), a.index_select(0, lamina.tensor([0, 0])))


@program(*of(tensor, result))
def dimensions_come_and_go(a):
    a.unsqueeze_(0)
    a.unsqueeze_(-1)
    a.squeeze_(0)
    a.swapdims_(0, 1)
    return a.sum(0)


@program(*of(tensor, result))
def views_from_before_and_after(a):
    before = a.view(6)
    a.t_()
    return before, a[0], a.view_as(a)


@program(*of(tensor, result))
def data_then_metadata(a):
    a.mul_(2)
    a.t_()
    return a + 1


@program(*of(tensor, result))
def metadata_then_data(a):
    a.t_()
    a.mul_(2)
    return a + 1


@program(*of(tensor, result))
def data_and_metadata_with_views(a):
    before = a.view(6)
    a.t_()
    a.mul_(2)
    return before, a[0]


@program(*of(tensor, leaf))
def metadata_without_grad(a):
    with lamina.no_grad():
        a.t_()
    return a * 2, a[0]


@program(*of(tensor, result))
def a_part_of_the_input(a):
    a.as_strided_((2,), (2,), 1)
    return a * 2


@program(*of(tensor, result))
def a_part_of_the_written_input(a):
    a.mul_(2)
    a.as_strided_((2,), (2,), 1)
    return a * 3


def view_of(make):
    return lambda: (make(6).view(2, 3),)


def view_and_base(make):
    def pair():
        base = make(6)
        return base.view(2, 3), base

    return pair


@program(view_of(tensor), view_of(result))
def an_input_that_is_a_view(a):
    a.t_()
    return a * 2


@program(view_of(tensor), view_of(result))
def an_input_that_is_a_view_is_written(a):
    a.mul_(2)
    a.t_()
    return a * 2


@program(view_and_base(tensor), view_and_base(result))
def an_input_beside_its_base(a, base):
    a.t_()
    return a * 2, base * 3


@program(view_and_base(tensor), view_and_base(result))
def an_input_beside_its_base_is_written(a, base):
    a.t_()
    a.mul_(2)
    return a * 2, base * 3


@program(view_and_base(tensor), view_and_base(result))
def the_base_of_a_turned_input_is_written(a, base):
    a.t_()
    base.mul_(2)
    return a * 2, base * 3


@pytest.mark.parametrize("make", [*of(tensor, leaf, result, shape=(3, 3))])
def test_input_mutation_set__input_mutation(make, backend):
    def f(a):
        b = lamina.arange(9, dtype=a.dtype).reshape(3, 3)
        with lamina.no_grad():
            a.set_(b)
        return a * b

    assert_agrees(f, make, backend, calls=1)


@pytest.mark.parametrize("make", [*two(tensor, shapes=((3, 3), (3, 9)))])
def test_set__steals_view_chain(make, backend):
    def f(a, b):
        a_ = a.mul(2)
        b_ = b.mul(2)
        b_slice = b_[1].view(3, 3)
        a_.set_(b_slice)
        a_.view(-1).mul_(2)
        return a_ * b_slice

    assert_agrees(f, make, backend, calls=1)


@pytest.mark.parametrize("make", [*two(tensor, leaf)])
def test_set__and_data_mutation_good(make, backend):
    def f(a, b):
        with lamina.no_grad():
            a.set_(b)
            b.mul_(2)
        return a + b

    assert_agrees(f, make, backend, calls=1)


def set_and_write_to_what_was_left(a):
    left = a.view(-1)
    fresh = lamina.ones(3, 3, requires_grad=True)
    with lamina.no_grad():
        a.set_(fresh)
        left.mul_(2)
    return a + fresh


def set_and_write_under_autograd(a, b):
    with lamina.no_grad():
        a.set_(b)
    a.mul_(2)
    return a + b


program(*of(tensor, leaf, shape=(3, 3)))(set_and_write_to_what_was_left)
program(*two(tensor), lambda: (result(3, 3), leaf(3, 3)))(set_and_write_under_autograd)


@pytest.mark.parametrize("make", [*of(tensor, leaf, shape=(3, 3))])
def test_input_mutation_set__nop(make, backend):
    def f(a):
        b = lamina.arange(9, dtype=a.dtype)
        old = a.alias()
        with lamina.no_grad():
            a.set_(b)
            a.set_(old)
        return a + b.reshape(3, 3)

    assert_agrees(f, make, backend, calls=1)


@program(*of(tensor))
def a_view_of_what_was_set(a):
    a.set_(lamina.arange(6.0))
    return a[:3]


@program(*two(tensor, shapes=((2, 3), (4, 3))))
def set_to_another_input(a, b):
    a.set_(b)
    return a[0], b[0]


@program(*two(tensor, shapes=((2, 3), (4, 3))))
def set_to_each_other(a, b):
    a.set_(b)
    b.set_(a.clone())
    return a + 1, b + 1


@program(*two(tensor))
def set_to_memory_by_strides(a, b):
    a.set_(b.untyped_storage(), 1, (2, 2), (1, 3))
    return a * 2


@program(*of(tensor))
def set_to_nothing(a):
    a.set_()
    return a.numel()


@program(*two(tensor, leaf, result))
def data_of_each_other(a, b):
    kept = a.data
    a.data = b.data
    b.data = kept
    return a * 2, b * 3


@program(*two(tensor, leaf, result))
def data_that_was_computed(a, b):
    a.data = (b * 2).detach()
    return a.sin()


@program(*of(tensor))
def data_of_another_dtype(a):
    a.data = a.data.double()
    return a * 2


@program(*of(tensor))
def begins_to_require_grad(a):
    a.requires_grad_()
    return a * 2


@program(*of(tensor))
def requires_grad_for_a_while(a):
    a.requires_grad_()
    y = a * 2
    a.requires_grad_(False)
    return y, a * 3


@program(*of(leaf))
def no_longer_requires_grad(a):
    y = a * 2
    a.requires_grad_(False)
    return y, a * 3


@program(*of(leaf, result))
def detached_in_place(a):
    y = a * 2
    return y, a.detach_()


def part():
    return (tensor(6)[2:4],)


@program(*of(tensor), part)
def memory_grows(a):
    a.mul_(2)
    a.resize_(4, 4)
    a.add_(1)
    return a + 1


@program(*of(tensor), part)
def memory_is_seen_in_other_sizes(a):
    a.resize_(2, 1)
    return a * 2, a


@program(lambda: (lambda x: (x, x[:2]))(tensor(6)))
def memory_of_two_inputs_grows(a, b):
    a.resize_(4, 4)
    b.add_(1)
    return a * 1


@program(*two(tensor))
def memory_goes_and_comes_back(a, b):
    storage = a.untyped_storage()
    size = storage.nbytes()
    storage.resize_(0)
    storage.resize_(size)
    a.copy_(b)
    return a * 2


def emptied(make):
    def pair():
        a = make(2, 3)
        a.untyped_storage().resize_(0)
        return a, tensor(2, 3, seed=1)

    return pair


@program(emptied(tensor), emptied(leaf))
def memory_comes_back(a, b):
    with lamina.no_grad():
        a.untyped_storage().resize_(24)
        a.copy_(b)
    return (a * b).sum()


@program(*two(tensor, shapes=((6,), (2, 2))))
def resized_as_another(a, b):
    a.resize_as_(b)
    return a * 2


@program(*of(tensor, leaf))
def views_of_a_tensor_that_moves(a):
    y = a * 2
    before = y[0]
    y.mul_(3)
    y.t_()
    after = y[1]
    y.mul_(2)
    return before, after, y


@program(*of(tensor, leaf))
def views_of_detached_memory_that_moves(a):
    y = a * 2
    d = y.detach()
    d.t_()
    return d[0], y[0], y


@program(*of(tensor))
def a_view_of_a_tensor_set_elsewhere(a):
    y = a * 2
    y.set_(y.clone())
    return y, y.t()


@program(lambda: (tensor(2, 3, dtype=np.float64),))
def a_view_in_another_dtype_that_moves(a):
    b = a.view(lamina.int64)
    b.squeeze_(-1)
    return b[1]


@program(*of(tensor, leaf))
def a_view_of_a_tensor_that_moved(a):
    y = a * 2
    v = y[0]
    y.t_()
    return v


@pytest.mark.parametrize("name", PROGRAMS)
def test_agrees_with_eager(name, backend):
    assert_agrees(*PROGRAMS[name], backend, calls=1)


def refusing(fn):
    return lamina.compile(fn, fullgraph=True, backend="interpreter")


def test_set__and_data_mutation_bad():
    with (
        config.scope(refuse_like_torch=True),
        pytest.raises(UnsupportedError, match="cannot mutate tensors with frozen storage"),
    ):
        refusing(set_and_write_to_what_was_left)(leaf(3, 3))


def test_set__not_allowed():
    with (
        config.scope(refuse_like_torch=True),
        pytest.raises(UnsupportedError, match="but the input has other mutations that we cannot"),
    ):
        refusing(set_and_write_under_autograd)(result(3, 3), leaf(3, 3))


def test_places_that_are_as_before_are_not_reported():
    lowered = lamina.compile(turned_over_and_back, fullgraph=True).lower(tensor(2, 3))
    assert "lamina.rebinds" not in lowered.text("replayed")


def test_what_follows_the_call_is_as_after_the_eager_program(backend):
    def use(fn):
        x = result(2, 3)
        y = fn(x)
        x.mul_(3)
        (x.sum() + y.sum()).backward()
        return x._version, x.tolist(), x.shape, y.tolist()

    def f(a):
        a.t_()
        return a[0] * 2

    assert use(f) == use(lamina.compile(f, fullgraph=True, backend=backend))


def test_another_geometry_compiles_anew(backend):
    def f(a):
        a.t_()
        return a.sum(0)

    run = lamina.compile(f, fullgraph=True, backend=backend)
    x, y = tensor(2, 3), tensor(2, 3)
    for _ in range(3):
        assert run(x).tolist() == f(y).tolist() and x.shape == y.shape
    assert len(run.entries) == 2


def test_memory_shared_by_an_earlier_call_compiles_anew(backend):
    def f(a, b):
        a.mul_(2)
        a.set_(b)
        return a + b

    run = lamina.compile(f, fullgraph=True, backend=backend)
    pairs = [(tensor(3), tensor(3, seed=1)) for _ in range(2)]
    for _ in range(3):
        assert run(*pairs[0]).tolist() == f(*pairs[1]).tolist()
        assert [x.tolist() for x in pairs[0]] == [x.tolist() for x in pairs[1]]
        assert pairs[0][0]._storage is pairs[0][1]._storage
    assert len(run.entries) == 2


def test_a_view_that_left_its_base_is_refused():
    def f(a):
        b = a.t()
        b.set_(b.clone())
        return b

    with pytest.raises(UnsupportedError, match="set to other memory"):
        refusing(f)(tensor(2, 3))


def write_and_look_at_a_part(a):
    a.mul_(2)
    a.as_strided_((2,), (2,), 1)
    return a * 3


def test_a_written_view_that_looks_at_a_part_of_itself_is_refused():
    with pytest.raises(UnsupportedError, match="look at a part of itself"):
        refusing(write_and_look_at_a_part)(result(6).view(2, 3))


def test_a_view_after_a_tensor_that_is_none_is_refused():
    run = refusing(write_and_look_at_a_part)
    run(result(2, 3))
    with pytest.raises(UnsupportedError, match="look at a part of itself"):
        run(result(6).view(2, 3))


def test_the_base_of_a_written_view_gets_its_history(backend):
    def gradient(fn):
        x = leaf(6)
        base = x * 1
        fn(base.view(2, 3))
        base.sum().backward()
        return x.grad.tolist()

    def f(a):
        a.mul_(2)
        a.t_()
        a[0].mul_(3)
        return a.sum()

    assert gradient(f) == gradient(lamina.compile(f, fullgraph=True, backend=backend))


def test_memory_ends_empty(backend):
    def f(a, b):
        a.untyped_storage().resize_(24)
        a.copy_(b)
        y = a * 2
        a.untyped_storage().resize_(0)
        return y

    run = lamina.compile(f, fullgraph=True, backend=backend)
    for _ in range(2):
        (a, b), (c, d) = emptied(tensor)(), emptied(tensor)()
        assert run(a, b).tolist() == f(c, d).tolist()
        assert a.untyped_storage().nbytes() == c.untyped_storage().nbytes() == 0
        assert a.shape == c.shape and a._version == c._version
    assert len(run.entries) == 1


def test_memory_of_another_size_compiles_anew(backend):
    def f(a):
        a.resize_(8)
        return a * 1

    run = lamina.compile(f, fullgraph=True, backend=backend)
    for make in (lambda: tensor(4), lambda: tensor(6)[:4], lambda: tensor(6)[2:]):
        x, y = make(), make()
        assert run(x).tolist() == f(y).tolist()
        assert (
            x.storage_offset() == y.storage_offset() and x._storage.nbytes() == y._storage.nbytes()
        )
    assert len(run.entries) == 3


def test_memory_that_is_seen_outside_is_not_resized(backend):
    x = tensor(4)
    x.numpy()
    with pytest.raises(ShapeError, match="not resizable"):
        lamina.compile(lambda a: a.resize_(8), fullgraph=True, backend=backend)(x)


def test_strides_from_the_start_of_memory(backend):
    """An offset counts from the start of the memory, not of the argument."""

    def f(a):
        return a.as_strided((2,), (1,), 0) * 1

    run = lamina.compile(f, fullgraph=True, backend=backend)
    for x in (tensor(6)[2:4], tensor(6)[:4], tensor(6)[4:]):
        assert run(x).tolist() == f(x).tolist()


def test_a_view_is_not_detached_in_place():
    with pytest.raises(AutogradError, match="detach views in-place"):
        refusing(lambda a: a.detach_())(result(6)[1:])
