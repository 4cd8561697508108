"""Programs that take, make, write to and return wrapper tensors do the same compiled as eagerly."""

import lamina
import pytest
from agreement import assert_same
from lamina.errors import UnsupportedError
from wrapper_agreement import assert_agrees, inner, look, observe
from wrapper_classes import classes

wrap = classes(lamina)
TwoTensor, Tagged = wrap.TwoTensor, wrap.Tagged


def plain(*sizes, grad=False, start=1.0):
    count = lamina.Size(sizes).numel()
    return (lamina.arange(start, start + count) / count).reshape(sizes).requires_grad_(grad)


def two(*sizes, grad=True):
    return TwoTensor(plain(*sizes), plain(*sizes, start=3.0)).requires_grad_(grad)


def tagged(*sizes, grad=True, tag=5):
    return Tagged(plain(*sizes), tag).requires_grad_(grad)


def computed(*sizes):
    """No leaf: the result of an operation."""
    return two(*sizes) * 1


def arithmetic(x, y):
    return (x * y + 1).sin()


def returns_several(x, y):
    z = x * y
    return {"sum": z + 1, "list": [z, z.a, 3]}


def inner_and_outer(x, y):
    z = x.a + y
    return z, x * z


def takes_views(x, y):
    return x.t(), x[0], x.unbind(1)


def views_of_results(x, y):
    z = x * y
    return z.t(), z.view(-1)


def detaches(x, y):
    return x.detach(), (x * y).detach()


def returns_argument(x, y):
    return x, x.a, y


def under_no_grad(x, y):
    with lamina.no_grad():
        z = x * y
        v = x.t()
    return z, v, z * x


def writes_results(x, y):
    z = x * 2
    z.mul_(x)
    z.t().add_(y.t())
    return z


def writes_argument(x, y):
    x.mul_(2)
    return x + y


def writes_and_returns(x, y):
    return x.mul_(y)


def writes_inner(x, y):
    with lamina.no_grad():
        x.a.add_(1)
    return x * y


def writes_through_view(x, y):
    x.t().mul_(2)
    return x * y


def writes_without_grad(x, y):
    with lamina.no_grad():
        x.add_(1)
    return x * y


def writes_detached(x, y):
    x.detach().add_(1)
    return x * 1


def writes_plain(x, y):
    y.add_(x.a)
    return x * y


def transposes_in_place(x, y):
    x.t_()
    return x * 2


def constructs(x, y):
    return TwoTensor(x.a * 2, x.b + y)


def constructs_from_argument(x, y):
    return TwoTensor(y, y * 2)


def reduces(x, y):
    return x.sum(), x.sum().a, lamina.softmax(x, 0), lamina.cat([x, x])


def linear(x, y):
    return lamina.nn.functional.linear(x, y)


def mixes_plain_parameter(x, y):
    return (x * y).sum() * y


def sets_attribute(x, y):
    z = x * y
    z.note = 7
    return z


PROGRAMS = [
    arithmetic,
    returns_several,
    inner_and_outer,
    takes_views,
    views_of_results,
    detaches,
    returns_argument,
    under_no_grad,
    writes_results,
    writes_inner,
    writes_without_grad,
    writes_detached,
    constructs,
    constructs_from_argument,
    reduces,
    linear,
    mixes_plain_parameter,
    sets_attribute,
    writes_plain,
]
WRITES = [writes_argument, writes_and_returns, writes_through_view, transposes_in_place]

ARGUMENTS = {
    "leaf": lambda: (two(2, 3), plain(2, 3)),
    "no grad": lambda: (two(2, 3, grad=False), plain(2, 3)),
    "computed": lambda: (computed(2, 3), plain(2, 3)),
    "plain grad": lambda: (two(2, 3), plain(2, 3, grad=True)),
}


@pytest.mark.parametrize("make", ARGUMENTS.values(), ids=ARGUMENTS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_agrees_with_eager(program, make, backend):
    if program is writes_plain and make()[1].requires_grad:
        pytest.skip("eager refuses to write to a leaf")
    assert_agrees(program, make, backend)


@pytest.mark.parametrize(
    "make", [ARGUMENTS["no grad"], ARGUMENTS["computed"]], ids=["no grad", "computed"]
)
@pytest.mark.parametrize("program", WRITES, ids=lambda p: p.__name__)
def test_writes_agree_with_eager(program, make, backend):
    assert_agrees(program, make, backend)


def combines(x, y):
    return 3 * x.elem * x.sin(), y * x


def combines_nested(x, y):
    return x.sin().cos() + (x + y).sum() + (x.a + y.b).sum()


def three_levels(x, y):
    return x * x.elem * x.elem.elem * x.elem.tag + y


def makes_mixed(x, y):
    return TwoTensor(x.tag * x * y.a, x * y.a * y.b)


def writes_nested(x, y):
    x.mul_(2)
    return x.a, x * y


NESTED = {
    "nested": (combines_nested, lambda: (TwoTensor(two(4), two(4)).requires_grad_(), nested())),
    "nested without grad inside": (combines_nested, lambda: (nested(), nested())),
    "tag over two": (
        combines,
        lambda: (Tagged(two(4), 6).requires_grad_(), plain(4, grad=True)),
    ),
    "tag over tag": (
        three_levels,
        lambda: (Tagged(tagged(4), 4).requires_grad_(), plain(4)),
    ),
    "tag over tag, and two over two": (
        three_levels,
        lambda: (Tagged(tagged(4, tag=6, grad=False), 4).requires_grad_(), nested()),
    ),
    "two made of tags": (makes_mixed, lambda: (tagged(4, grad=False), two(4, grad=False))),
    "two made of tags with grad": (makes_mixed, lambda: (tagged(4), two(4))),
    "written": (writes_nested, lambda: (nested() * 1, plain(4))),
}


def nested():
    return TwoTensor(two(4, grad=False), two(4, grad=False)).requires_grad_()


@pytest.mark.parametrize(("program", "make"), NESTED.values(), ids=NESTED)
def test_nested_wrappers(program, make, backend):
    assert_agrees(program, make, backend)


def both(x, y):
    return x * y, x + 1


def writes_first(x, y):
    x.add_(1)
    return x * y


def same(make):
    x = make()
    return x, x


def with_detached(make):
    x = make()
    return x, x.detach()


def with_view(make):
    x = make()
    return x, x.view(3, 2).view(2, 3)


def with_inner(make):
    x = make()
    return x, x.a


SHARED = {f.__name__: f for f in (same, with_detached, with_view, with_inner)}


@pytest.mark.parametrize("share", SHARED.values(), ids=SHARED)
@pytest.mark.parametrize("program", [both, writes_first], ids=lambda p: p.__name__)
def test_arguments_in_one_memory(program, share, backend):
    assert_agrees(program, lambda: share(lambda: two(2, 3, grad=False)), backend)


@pytest.mark.parametrize("share", SHARED.values(), ids=SHARED)
def test_differentiable_arguments_in_one_memory(share, backend):
    assert_agrees(both, lambda: share(lambda: computed(2, 3)), backend)


@pytest.mark.parametrize("share", [same, with_inner])
def test_a_differentiable_argument_is_written(share, backend):
    assert_agrees(writes_first, lambda: share(lambda: computed(2, 3)), backend)


@pytest.mark.parametrize("share", [with_detached, with_view])
def test_written_histories_that_meet_are_refused(share, backend):
    call = lamina.compile(writes_first, fullgraph=True, backend=backend)
    with pytest.raises(UnsupportedError, match="written to under autograd and shares memory"):
        call(*share(lambda: computed(2, 3)))


def test_sharing_that_first_appears_later_compiles_anew(backend):
    call = lamina.compile(writes_first, fullgraph=True, backend=backend)
    call(two(2, 3, grad=False), two(2, 3, grad=False))
    x = two(2, 3, grad=False)
    found = call(x, x)
    assert len(call.entries) == 2
    assert found.a.tolist() == writes_first(*same(lambda: two(2, 3, grad=False))).a.tolist()


def test_a_written_view_changes_the_history_of_its_base(backend):
    def outcome(call):
        x = two(2, 3)
        base = x * 1
        view = base[0]
        call(view)
        base.sum().backward()
        return base, view, x.grad, base._version, type(view.grad_fn).__name__

    compiled = lamina.compile(lambda v: v.mul_(3), fullgraph=True, backend=backend)
    for _ in range(2):
        wanted, found = outcome(lambda v: v.mul_(3)), outcome(compiled)
        for one, other in zip(wanted[:3], found[:3], strict=True):
            assert one.a.tolist() == other.a.tolist() and one.b.tolist() == other.b.tolist()
        assert wanted[3] == found[3]
    assert len(compiled.entries) == 1
    x = two(2, 3)
    closed = x * 1
    lamina.compile(lambda: closed.mul_(2), fullgraph=True, backend=backend)()
    assert closed.a.tolist() == (x.a * 2).tolist()


@pytest.mark.parametrize("mode", [lamina.no_grad, lamina.inference_mode])
@pytest.mark.parametrize("program", [arithmetic, takes_views, detaches, under_no_grad])
def test_modes_of_the_call(mode, program, backend):
    def call(x, y):
        with mode():
            return compiled(x, y)

    def eager(x, y):
        with mode():
            return program(x, y)

    compiled = lamina.compile(program, fullgraph=True, backend=backend)
    for _ in range(2):
        args = (two(2, 3), plain(2, 3)), (two(2, 3), plain(2, 3))
        assert_same(observe(eager, args[0]), observe(call, args[1]), rounding=1e-5)
    assert len(compiled.entries) == 1


class Scale(lamina.nn.Module):
    """A layer with a wrapper as its parameter, and one as a buffer that it counts in."""

    def __init__(self):
        super().__init__()
        self.weight = lamina.nn.Parameter(two(3, grad=False))
        self.register_buffer("seen", two(3, grad=False))

    def forward(self, x):
        with lamina.no_grad():
            self.seen.add_(1)
        return (x * self.weight + self.seen).sin()


def test_modules_with_wrapper_parameters_train(backend):
    def train(compiled):
        layer = Scale()
        call = lamina.compile(layer, fullgraph=True, backend=backend) if compiled else layer
        optimizer = lamina.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimizer.zero_grad()
            call(plain(2, 3)).sum().backward()
            optimizer.step()
        return [*layer.weight.a.tolist(), *layer.weight.b.tolist(), *layer.seen.b.tolist()]

    assert train(True) == pytest.approx(train(False), rel=1e-5)


def test_a_whole_step_in_the_program(backend):
    def step(x, w):
        loss = (x * w).sum()
        loss.backward()
        return loss.detach()

    assert_agrees(step, lambda: (two(3, grad=False), two(3)), backend)
    assert_agrees(step, lambda: (two(3, grad=False), plain(3, grad=True)), backend)


def test_gradients_have_no_second_derivative(backend):
    call = lamina.compile(lambda x: x * x * x, fullgraph=True, backend=backend)
    x = two(3)
    (grad,) = lamina.autograd.grad(call(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="cannot be differentiated again"):
        grad.sum().backward()


def test_a_retained_graph_runs_twice(backend):
    x, y = two(3), two(3)
    for tensor, call in (
        (x, lambda x: x.exp()),
        (y, lamina.compile(lambda x: x.exp(), backend=backend)),
    ):
        loss = call(tensor).sum()
        loss.backward(retain_graph=True)
        loss.backward()
    assert y.grad.a.tolist() == pytest.approx(x.grad.a.tolist())
    assert y.grad.b.tolist() == pytest.approx(x.grad.b.tolist())


def test_inner_tensors_that_are_one_are_told_apart(backend):
    call = lamina.compile(lambda x: x.sin(), fullgraph=True, backend=backend)
    values = plain(3)
    call(TwoTensor(values, values))
    found = call(TwoTensor(values, values * 2))
    assert len(call.entries) == 2
    assert found.b.tolist() == pytest.approx((values * 2).sin().tolist())


class Marked(lamina.Tensor):
    """A tensor with a class, and attributes, but no protocol of its own."""


def test_results_keep_plain_subclasses_and_their_attributes(backend):
    def program(x, y):
        z = (x * y).as_subclass(Marked)
        z.note, z.partner = "kept", y * 2
        return z, x.as_subclass(Marked)

    def eager_and_compiled(call):
        x, y = plain(3, grad=True), plain(3)
        z, alias = call(x, y)
        (z.as_subclass(lamina.Tensor).sum() + alias.as_subclass(lamina.Tensor).sum()).backward()
        facts = [type(z), type(alias), z.note, z.partner.tolist(), type(x), alias._is_view()]
        return facts, x.grad.tolist(), alias._storage is x._storage

    compiled = lamina.compile(program, fullgraph=True, backend=backend)
    wanted, found = eager_and_compiled(program), eager_and_compiled(compiled)
    assert found[0] == wanted[0] and found[1:] == wanted[1:]


def replaces_inner(x):
    x.a = x.a * 2
    return x * 1


def makes_note(x):
    x.note = object()
    return x * 1


def hooks(x):
    x.register_hook(lambda grad: grad)
    return x * 1


def retains(x):
    x.retain_grad()
    return x * 1


def marks(x):
    x.detach_()
    return x * 1


def makes_leaf(x):
    z = (x.detach() * 1).requires_grad_()
    return z, z * x


def breaks(x):
    x.mul_(2)
    raise ValueError("on purpose")


REFUSED = {
    replaces_inner: "has other inner tensors",
    makes_note: "makes a object the attribute 'note'",
    hooks: "registers a hook on args",
    retains: "keeps its gradient",
    marks: "requires grad of itself in the end",
    makes_leaf: "that it made a leaf",
}


@pytest.mark.parametrize("program", REFUSED, ids=lambda p: p.__name__)
def test_what_is_refused_leaves_arguments_alone(program, backend):
    x = computed(2, 3)
    before = [look(t) for t in inner(x)], dict(vars(x))
    call = lamina.compile(program, fullgraph=True, backend=backend)
    with pytest.raises(UnsupportedError, match=REFUSED[program]):
        call(x)
    assert_same(before[0], [look(t) for t in inner(x)])
    assert vars(x) == before[1]


def test_a_program_that_raises_has_not_written(backend):
    x = computed(2, 3)
    with pytest.raises(ValueError, match="on purpose"):
        lamina.compile(breaks, backend=backend)(x)
    assert x._version == 0 and x.a.tolist() == two(2, 3).a.tolist()


def test_a_class_that_cannot_be_taken_apart_is_refused(backend):
    class Opaque(lamina.Tensor):
        __torch_function__ = lamina._C._disabled_torch_function_impl

        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            return lamina.ones(3)

    opaque = lamina.Tensor._make_wrapper_subclass(Opaque, (3,))
    with pytest.raises(UnsupportedError, match="has no __tensor_flatten__"):
        lamina.compile(lambda x: x + 1, fullgraph=True, backend=backend)(opaque)


def test_the_report_names_inner_tensors():
    report = lamina.compile(writes_argument).explain(two(2, 3, grad=False), plain(2, 3))
    assert [text.split(":")[0] for text in report.inputs] == ["args[0].a", "args[0].b", "args[1]"]
    assert report.mutated == ["args[0].a", "args[0].b"]
    assert any("is a TwoTensor" in guard for guard in report.guards)


def test_gradients_that_come_by_history_outside_are_refused(backend):
    def program(x, view):
        return lamina.autograd.grad(view.sum(), x, allow_unused=True)[0]

    x = two(2, 3)
    call = lamina.compile(program, fullgraph=True, backend=backend)
    with pytest.raises(UnsupportedError, match="comes by the history of"):
        call(x, x.t())
    assert call(x, (two(2, 3) * 1)) is None
    with pytest.raises(UnsupportedError, match="comes by the history of"):
        call(x, x * 1)
