"""In-place writes to views, bases and their aliases under autograd, as torch records or
refuses them.
"""

import pytest

from .agreement import agree, graph, program, raised

MULTIPLE = "Such functions do not allow the output views to be modified inplace"
LEAF = "a leaf Variable that requires grad is being used in an in-place operation"
VIEW_OF_LEAF = "a view of a leaf Variable that requires grad is being used in an in-place operation"
NO_GRAD = "created in no_grad mode and .* modified inplace with grad mode enabled"
INFERENCE = "Inplace update to inference tensor outside|inplace update to inference tensor outside"


def _pair(m):
    x = m.arange(6.0).reshape(2, 3).requires_grad_()
    return x, x * 2


@program
def test_base_written_to(m):
    x, y = _pair(m)
    v = y[0]
    before = graph(v.grad_fn)
    y.mul_(3)
    return before, graph(v.grad_fn), graph(y.grad_fn), m.autograd.grad(v.sum(), x)


@program
def test_view_written_to(m):
    x, y = _pair(m)
    v = y[0]
    v.mul_(3)
    return graph(v.grad_fn), graph(y.grad_fn), y, m.autograd.grad(y.sum(), x)


@program
def test_view_of_a_view_written_to(m):
    x, y = _pair(m)
    a = y.t()
    b = a[1:]
    b.mul_(b.detach() + 1)
    return graph(a.grad_fn, 4), graph(b.grad_fn, 4), a, b, y, m.autograd.grad((y * y).sum(), x)


@program
def test_sibling_views_see_the_write(m):
    x, y = _pair(m)
    a, b, c = y[0], y[:, 1], y.view(6)
    a.exp_()
    return a, b, c, m.autograd.grad((b.sum() * c.sum()), x)


@program
def test_two_writes_through_two_views(m):
    x, y = _pair(m)
    y[0].mul_(2)
    y[:, 1].mul_(3)
    y.add_(1)
    y[1].zero_()
    return y, y.grad_fn, m.autograd.grad((y * y).sum(), x)


@program
def test_view_that_did_not_require_grad(m):
    x, y = m.ones(3, requires_grad=True), m.zeros(2, 3)
    v = y[1]
    other = y.view(6)
    v.copy_(x)
    v.mul_(2)
    return y, v, other, graph(y.grad_fn, 5), m.autograd.grad((y * y).sum(), x)


@program
def test_base_that_did_not_require_grad(m):
    x, y = m.ones(2, 3, requires_grad=True), m.zeros(2, 3)
    v = y[1]
    y.add_(x)
    return v, graph(v.grad_fn), m.autograd.grad(v.sum(), x)


@program
def test_assignment_to_an_index(m):
    x, y = m.ones(3, requires_grad=True), m.zeros(4, 3)
    y[1] = x * 2
    y[2:] = x
    y[:, 0] = 5
    y[m.tensor([0, 3])] = x
    return y, m.autograd.grad((y * y).sum(), x)


@program
def test_overwritten_region_gets_no_gradient(m):
    x, y = _pair(m)
    y[0] = 0
    return y, m.autograd.grad(y.sum(), x)


@program
def test_write_of_itself(m):
    x, y = _pair(m)
    y[0].add_(y[1])
    y[1].add_(y[0], alpha=2)
    z = x * 2
    z[1].mul_(z[0])
    return (
        y,
        z,
        m.autograd.grad(y.sum(), x),
        raised(lambda: m.autograd.grad(z.sum(), x), "modified by an inplace operation"),
    )


@program
def test_unary_writes_that_need_their_result(m):
    x = m.tensor([0.3, 0.7], requires_grad=True)
    y = x * 1
    y.sigmoid_()
    z = (x * 2).tanh_()
    w = (x * 3).neg_().relu_()
    return (
        y,
        z,
        w,
        graph(w.grad_fn),
        m.autograd.grad((y * z * w).sum(), x),
        raised(
            lambda: m.autograd.grad((x * 1).exp_().sqrt_().sum(), x),
            "modified by an inplace operation",
        ),
    )


@program
def test_writes_that_need_their_operand(m):
    x = m.tensor([0.3, 0.7], requires_grad=True)
    y = x * 1
    y.mul_(x)
    y.pow_(2)
    y.sin_()
    z = y.clone()
    z.div_(x)
    return (
        z,
        m.autograd.grad(z.sum(), x),
        raised(lambda: m.autograd.grad((x * 1).div_(x.clone()).add_(1).mul_(x).sum(), x)),
    )


@program
def test_double_backward_through_a_write(m):
    x = m.tensor([0.3, 0.7], requires_grad=True)
    y = x * x
    y[0:1].exp_()
    (g,) = m.autograd.grad(y.sum(), x, create_graph=True)
    return g, m.autograd.grad(g.sum(), x)


@program
def test_leaves(m):
    x = m.ones(2, 2, requires_grad=True)
    found = [
        raised(lambda: x.add_(1), LEAF),
        raised(lambda: x[0].add_(1), VIEW_OF_LEAF),
        raised(lambda: x.t()[0].zero_(), VIEW_OF_LEAF),
        raised(lambda: x.__setitem__(0, 1)),
        raised(lambda: x.requires_grad_(False).add_(1)),
    ]
    with m.no_grad():
        x.requires_grad_()
        x.add_(1)
        x[0].mul_(2)
    return found, x


@program
def test_leaf_that_starts_to_require_grad(m):
    w, x = m.zeros(2), m.ones(2, requires_grad=True)
    w.add_(x)
    return w, raised(lambda: m.zeros(2).requires_grad_().add_(x), LEAF)


@program
def test_in_place_with_an_operand_that_requires_grad(m):
    w, x = m.zeros(2), m.ones(2, requires_grad=True)
    w.mul_(x).add_(x, alpha=2)
    return w, graph(w.grad_fn), m.autograd.grad(w.sum(), x)


@program
def test_several_views_of_one_call(m):
    found = []
    for make in (
        lambda y: y.unbind(0),
        lambda y: y.split(1),
        lambda y: y.chunk(2),
        lambda y: y.tensor_split(2),
    ):
        _x, y = _pair(m)
        a, b = make(y)
        found.append((raised(lambda: a.add_(1), MULTIPLE), a.grad_fn))  # noqa: B023
        y.mul_(2)
        found.append(raised(lambda: b.grad_fn, MULTIPLE))  # noqa: B023
        found.append(raised(lambda: (b * 2).grad_fn, MULTIPLE))  # noqa: B023
    return found


@program
def test_several_views_without_grad(m):
    y = m.ones(2, 3)
    a, b = y.unbind(0)
    a.add_(1)
    with m.no_grad():
        b.mul_(3)
    return y, a, b, raised(lambda: a.add_(m.ones(3, requires_grad=True)), MULTIPLE)


@program
def test_several_views_under_no_grad(m):
    _x, y = _pair(m)
    a, b = y.unbind(0)
    with m.no_grad():
        a.mul_(2)
    return y, raised(lambda: b.grad_fn), raised(lambda: a.grad_fn)


@program
def test_view_made_under_no_grad(m):
    _x, y = _pair(m)
    with m.no_grad():
        v = y[0]
    found = [v.requires_grad, v.grad_fn, v.is_leaf, v._is_view()]
    return found, raised(lambda: v.add_(1), NO_GRAD), y._version


@program
def test_view_made_under_no_grad_whose_base_is_written(m):
    _x, y = _pair(m)
    with m.no_grad():
        v = y[0]
    y.mul_(2)
    return raised(lambda: v.grad_fn, NO_GRAD), v.requires_grad


@program
def test_view_made_and_written_under_no_grad(m):
    x, y = _pair(m)
    with m.no_grad():
        v = y[0]
        v.mul_(2)
    return y, raised(lambda: v.grad_fn), m.autograd.grad(y.sum(), x)


@program
def test_view_of_a_leaf_made_under_no_grad(m):
    x = m.ones(2, 2, requires_grad=True)
    with m.no_grad():
        v = x[0]
        v.mul_(2)
    return x, v.requires_grad, raised(lambda: v.add_(1), "in-place|inplace")


@program
def test_view_of_plain_data_made_under_no_grad(m):
    y, x = m.zeros(2, 2), m.ones(2, requires_grad=True)
    with m.no_grad():
        v = y[0]
    return raised(lambda: v.add_(x), NO_GRAD), raised(lambda: v.add_(1)), y


@program
def test_inference_tensors(m):
    with m.inference_mode():
        a = m.ones(2)
        v = a[0:1]
        a.add_(1)
    x = m.ones(2, requires_grad=True)
    return (
        a.is_inference(),
        v.is_inference(),
        raised(lambda: a.add_(1), INFERENCE),
        raised(lambda: a._version, "[Ii]nference tensors do not track version counter"),
        raised(lambda: a * x, "[Ii]nference tensors cannot be saved for backward"),
        raised(lambda: (a + x).sum().backward()),
        raised(lambda: a.requires_grad_(), "inference tensor outside"),
        a.clone().is_inference(),
        (a + 1).is_inference(),
        a[0:1].is_inference(),
    )


@program
def test_normal_tensors_in_inference_mode(m):
    y, x = m.ones(2), m.ones(2, requires_grad=True)
    z = x * 2
    with m.inference_mode():
        y.add_(1)
        v = y[0:1]
        w = z[0:1]
        t = x * 2
        z.mul_(3)
        inside = (v.is_inference(), v._version, t.requires_grad, t.is_inference(), w.requires_grad)
    v.add_(1)
    return inside, y, y._version, raised(lambda: w.add_(1), "created in inference mode"), z._version


@program
def test_expanded_tensors(m):
    x = m.ones(1, 3, requires_grad=True)
    y = (x * 2).expand(2, 3)
    single = "more than one element of the written-to tensor refers to a single memory location"
    return (
        raised(lambda: y.add_(1), single),
        raised(lambda: m.ones(1).expand(3).mul_(2), single),
        y,
    )


@program
def test_in_place_view_operators(m):
    x, y = _pair(m)
    z = y.t_()
    a = y.unsqueeze_(0)
    return z is y, a is y, y, graph(y.grad_fn), m.autograd.grad((y * y).sum(), x)


@program
def test_in_place_view_operator_on_a_view(m):
    x, y = _pair(m)
    v = y[:]
    v.t_()
    v.mul_(2)
    return v, y, graph(v.grad_fn, 3), m.autograd.grad((y * y).sum(), x)


@program
def test_in_place_view_operator_on_a_leaf(m):
    x = m.ones(2, 3, requires_grad=True)
    return raised(lambda: x.t_()), raised(lambda: m.ones(2, 3).t_())


@program
def test_aliases_of_several_kinds(m):
    x, y = _pair(m)
    views = [y.view(6), y.view_as(y), y[...], y[:], y.expand(2, 3), y.reshape(3, 2), y.flatten()]
    y.mul_(2)
    return views, [graph(v.grad_fn, 3) for v in views], m.autograd.grad(views[0].sum(), x)


@program
def test_views_of_diagonals_and_strided_views(m):
    x = m.arange(9.0).reshape(3, 3).requires_grad_()
    y = x * 2
    y.diagonal().mul_(5)
    y.as_strided((2, 2), (3, 1), 1).mul_(7)
    y.t()[0].add_(1)
    return y, y.grad_fn, m.autograd.grad((y * y).sum(), x)


@program
def test_unfolded_and_narrowed(m):
    x = m.arange(6.0).requires_grad_()
    y = x * 2
    y.narrow(0, 1, 3).mul_(3)
    y.unfold(0, 2, 2)[1].mul_(5)
    return y, m.autograd.grad((y * y).sum(), x)


@program
def test_complex_parts(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    z = m.zeros(2, dtype=m.complex64)
    z.real.copy_(x)
    m.view_as_real(z)[:, 1].mul_(2)
    return z, m.autograd.grad(z.abs().sum(), x)


@program
def test_detached_alias_written_to(m):
    _x, y = _pair(m)
    d = y.detach()
    v = y[0]
    d.mul_(2)
    return y, d._is_view(), v.grad_fn, raised(lambda: y.unbind(0)[0].detach().add_(1))


@program
def test_detached_alias_of_several_views(m):
    _x, y = _pair(m)
    a, _b = y.unbind(0)
    y.detach().mul_(2)
    return raised(lambda: a.grad_fn, MULTIPLE)


@program
def test_data_written_to(m):
    _x, y = _pair(m)
    v = y[0]
    y.data.mul_(2)
    return y._version, v.grad_fn, v


@program
def test_swapped_metadata(m):
    _x, y = _pair(m)
    base = y._base
    v = y.view(6)[2:]
    return base, v._base is y, v.view(2, 2)._base is y, y.t().t()._base is y


@program
def test_out_arguments(m):
    x, out = m.ones(2, requires_grad=True), m.zeros(2)
    message = "don't support automatic differentiation"
    found = raised(lambda: m.add(x, 1, out=out), message)
    with m.no_grad():
        m.add(x, 1, out=out)
    return found, out, raised(lambda: m.add(out, 1, out=m.zeros(2, requires_grad=True)), message)


@program
def test_masked_and_indexed_writes(m):
    x, y = _pair(m)
    y.masked_fill_(m.tensor([True, False, True]), 0.0)
    y.index_add_(1, m.tensor([0, 1]), m.ones(2, 2))
    y.clamp_(0, 6)
    return y, m.autograd.grad((y * y).sum(), x)


@program
def test_fill_and_zero_cut_the_history(m):
    x, y = _pair(m)
    y.fill_(3)
    z = x * 2
    z.zero_()
    return y, z, m.autograd.grad((y + z).sum(), x)


@program
def test_copy_across_dtypes(m):
    x = m.ones(2, requires_grad=True)
    y = m.zeros(2, dtype=m.float64)
    y.copy_(x)
    return y, graph(y.grad_fn), m.autograd.grad((y * y).sum(), x)


@program
def test_saved_view_of_a_written_base(m):
    x, y = _pair(m)
    z = y[0].exp()
    w = y[1] * y[1]
    y[0].zero_()
    return m.autograd.grad(z.sum(), x, retain_graph=True), raised(
        lambda: m.autograd.grad(w.sum(), x), "modified by an inplace operation"
    )


@pytest.mark.parametrize("depth", [1, 4])
def test_chains_of_views(depth):
    def run(m):
        x = m.arange(16.0).reshape(4, 4).requires_grad_()
        y = x * 1
        v = y
        for i in range(depth):
            v = v.t() if i % 2 else v[1:]
        v.mul_(2)
        w = v.reshape(-1)[::2]
        w.add_(v.sum())
        return v, w, y, graph(y.grad_fn, 3), m.autograd.grad((y * y).sum(), x)

    agree(run)
