"""`backward` and `autograd.grad`, with all their options, as torch runs them."""

import pytest

from .agreement import agree, graph, program, raised


@program
def test_backward_accumulates(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    (x * 3).sum().backward()
    first = x.grad
    (x * x).sum().backward()
    return x.grad, first is x.grad, x.grad._version


@program
def test_backward_with_a_gradient(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.backward(m.tensor([1.0, 10.0]), retain_graph=True)
    y.backward(gradient=m.tensor([1.0, 10.0]))
    return x.grad


@program
def test_several_roots(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    y, z = x * 2, x.exp()
    m.autograd.backward([y.sum(), z], [None, m.ones(2)])
    return x.grad


@program
def test_the_same_root_twice(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    y = (x * 2).sum()
    m.autograd.backward([y, y])
    return x.grad, m.autograd.grad([(x * x).sum(), x.sum()], [x, x])


@program
def test_root_that_is_a_leaf(m):
    x = m.tensor(2.0, requires_grad=True)
    x.backward()
    x.backward()
    return x.grad, m.autograd.grad(x, x), m.autograd.grad([x], [x], [m.tensor(5.0)])


@program
def test_implicit_gradient_of_one_element(m):
    x = m.ones(1, 1, requires_grad=True)
    (x * 3).backward()
    return x.grad


@program
def test_create_graph(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    (x**3).sum().backward(create_graph=True)
    first = x.grad
    x.grad = None
    first.sum().backward()
    return first, x.grad


@program
def test_triple_backward(m):
    x = m.tensor([0.3, 0.7], requires_grad=True)
    y = x.sin() * x
    found = []
    for _ in range(3):
        (y,) = m.autograd.grad(y.sum(), x, create_graph=True)
        found.append(y)
    return found


@program
def test_grad_leaves_nothing_behind(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    g = m.autograd.grad((x * x).sum(), x)
    return g, x.grad, type(g).__name__


@program
def test_grad_of_intermediates(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y * y
    return m.autograd.grad(z.sum(), [x, y, z])


@program
def test_unused_inputs(m):
    x, y = (m.ones(2, requires_grad=True) for _ in range(2))
    z = x.sum()
    unused = "appears to not have been used in the graph"
    return (
        raised(lambda: m.autograd.grad(z, [x, y], retain_graph=True), unused),
        m.autograd.grad(z, [x, y], retain_graph=True, allow_unused=True),
        m.autograd.grad(z, [x, y], retain_graph=True, materialize_grads=True),
        raised(
            lambda: m.autograd.grad(
                z, y, retain_graph=True, allow_unused=False, materialize_grads=True
            ),
            "materialize_grads",
        ),
    )


@program
def test_inputs_that_need_no_gradient(m):
    x, y = m.ones(2, requires_grad=True), m.ones(2)
    return (
        raised(lambda: m.autograd.grad(x.sum(), y), "does not require grad"),
        raised(lambda: m.autograd.backward(x.sum(), inputs=y)),
        raised(lambda: m.autograd.backward(x.sum(), inputs=[]), "inputs.*empty"),
    )


@program
def test_backward_into_inputs(m):
    x, w = (m.ones(2, requires_grad=True) for _ in range(2))
    y = x * 3
    z = (y * w).sum()
    z.backward(inputs=[x], retain_graph=True)
    seen = [x.grad.clone(), w.grad]
    z.backward(inputs=[y, w], retain_graph=True)
    return seen, x.grad, w.grad, y.grad


@program
def test_backward_into_one_input(m):
    x = m.ones(2, requires_grad=True)
    (x * 2).sum().backward(inputs=x)
    return x.grad


@program
def test_refused_roots(m):
    x, y = m.ones(2), m.ones(2, requires_grad=True)
    return (
        raised(lambda: x.sum().backward(), "element 0 of tensors does not require grad"),
        raised(
            lambda: m.autograd.backward([y.sum(), x.sum()]),
            "element 1 of tensors does not require grad",
        ),
        raised(
            lambda: (y * 2).backward(), "grad can be implicitly created only for scalar outputs"
        ),
        raised(lambda: (y * 2).backward(m.ones(3)), r"Mismatch in shape: grad_output\[0\]"),
        raised(lambda: m.autograd.grad([y.sum()], [y], [m.ones(()), m.ones(())])),
        raised(lambda: m.autograd.backward([y.sum()], [m.ones(()), m.ones(())])),
        raised(lambda: m.autograd.backward([y.sum()], grad_tensors=[3.0])),
        raised(lambda: m.autograd.grad([], [y])),
        raised(lambda: m.autograd.backward([])),
    )


@program
def test_integer_root(m):
    x = m.ones(2, requires_grad=True)
    return raised(lambda: x.argmax().backward(), "does not require grad")


@program
def test_complex_root(m):
    z = m.tensor([1.0 + 2.0j], requires_grad=True)
    return (
        raised(lambda: (z * z).backward(), "implicitly created only for (real )?(scalar )?outputs"),
        raised(lambda: (z * z).backward(m.tensor([1.0 + 0.0j]))),
        z.grad,
    )


@program
def test_gradient_of_another_dtype(m):
    x = m.ones(2, requires_grad=True)
    (x * 2).backward(m.ones(2, dtype=m.float64))
    return x.grad


@program
def test_gradient_with_history_and_create_graph(m):
    x, g = m.ones(2, requires_grad=True), m.full((2,), 3.0, requires_grad=True)
    (first,) = m.autograd.grad(x * x, x, g, create_graph=True)
    return first, m.autograd.grad(first.sum(), [x, g])


@program
def test_freed_graph(m):
    x = m.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    text = "Trying to backward through the graph a second time"
    return raised(y.backward, text), raised(
        lambda: y.grad_fn.next_functions[0][0]._saved_self, text
    )


@program
def test_graph_without_saved_tensors_runs_twice(m):
    x = m.ones(2, requires_grad=True)
    y = (x + x).sum()
    y.backward()
    y.backward()
    return x.grad


@program
def test_half_freed_graph(m):
    x = m.ones(2, requires_grad=True)
    y = x.exp()
    a, b = (y * 2).sum(), (y * 3).sum()
    a.backward()
    return raised(b.backward, "second time"), x.grad


@program
def test_retained_then_freed(m):
    x = m.ones(2, requires_grad=True)
    y = x.exp().sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad, raised(y.backward, "second time")


@program
def test_batched_gradients(m):
    x = m.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * x
    found = m.autograd.grad(y, x, m.eye(3), is_grads_batched=True, retain_graph=True)
    return found


@program
def test_graph_of_nodes(m):
    x, w = m.ones(2, 3, requires_grad=True), m.ones(3, 2, requires_grad=True)
    y = (x @ w).relu().sum() / 2
    return graph(y.grad_fn)


@program
def test_accumulate_node(m):
    x = m.ones(2, requires_grad=True)
    node = (x * 2).grad_fn.next_functions[0][0]
    again = (x + 2).grad_fn.next_functions[0][0]
    return node, node is again, node.variable is x, node.next_functions


@program
def test_constant_operands_have_no_edge(m):
    x = m.ones(2, requires_grad=True)
    return (x * m.ones(2)).grad_fn.next_functions[1], (x * 3).grad_fn.next_functions


@program
def test_flags(m):
    x = m.ones(2)
    y = x.requires_grad_()
    z = y * 2
    d = z.detach()
    return (
        y is x,
        x.requires_grad,
        x.is_leaf,
        z.requires_grad,
        z.is_leaf,
        z,
        d,
        d.requires_grad_(),
        raised(lambda: z.requires_grad_(False), "you can only change requires_grad flags of leaf"),
        z.requires_grad_(True) is z,
        raised(lambda: m.ones(2, dtype=m.int64).requires_grad_(), "floating point"),
        raised(lambda: m.tensor([1], requires_grad=True), "floating point and complex"),
        m.ones(2, dtype=m.int64).requires_grad_(False).requires_grad,
    )


@program
def test_setting_requires_grad(m):
    x = m.ones(2)
    x.requires_grad = True
    y = x * 2

    def turn_off():
        y.requires_grad = False

    def integer():
        m.ones(2, dtype=m.int64).requires_grad = True

    return x, raised(turn_off, "you can only change requires_grad flags of leaf"), raised(integer)


@program
def test_retain_grad(m):
    x = m.ones(2, requires_grad=True)
    y = x * 2
    before = y.retains_grad
    y.retain_grad()
    y.retain_grad()
    (y * y).sum().backward(retain_graph=True)
    x.retain_grad()
    return (
        before,
        y.retains_grad,
        y.grad,
        x.retains_grad,
        x.grad,
        raised(
            lambda: m.ones(2).retain_grad(),
            "can't retain_grad on Tensor that has requires_grad=False",
        ),
    )


@program
def test_retain_grad_accumulates(m):
    x = m.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    return y.grad, x.grad


@program
def test_retain_grad_with_create_graph(m):
    x = m.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    (y**3).sum().backward(create_graph=True)
    return y.grad, x.grad


@program
def test_retain_grad_and_grad_function(m):
    x = m.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    m.autograd.grad((y * y).sum(), x)
    return y.grad


@program
def test_assigning_grad(m):
    x = m.ones(2, requires_grad=True)
    x.grad = m.full((2,), 3.0)
    kept = x.grad
    (x * 2).sum().backward()

    def wrong_shape():
        x.grad = m.ones(3)

    def wrong_dtype():
        x.grad = m.ones(2, dtype=m.float64)

    def wrong_type():
        x.grad = 3.0

    def itself():
        x.grad = x

    return (
        x.grad,
        kept is x.grad,
        raised(wrong_shape, "different size|size"),
        raised(wrong_dtype),
        raised(wrong_type),
        raised(itself),
    )


@program
def test_deleting_grad(m):
    x = m.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    x.grad = None
    first = x.grad
    (x * 2).sum().backward()
    del x.grad
    return first, x.grad


@program
def test_layout_of_an_accumulated_gradient(m):
    x = m.ones(2, 3).t().requires_grad_()
    (x * m.ones(3, 2)).sum().backward()
    y = m.ones(2, 3, requires_grad=True)
    (y.t() * m.ones(3, 2)).sum().backward()
    z = m.ones(2, 3, requires_grad=True)
    z.sum().backward()
    return x.grad, y.grad, z.grad


@program
def test_incoming_gradient_is_not_stolen(m):
    x, g = m.ones(2, requires_grad=True), m.ones(2)
    (x * 1).backward(g)
    (x + 0).backward(g)
    x.grad.add_(5)
    return g, x.grad


@program
def test_two_leaves_do_not_share_a_gradient(m):
    x, y = m.ones(2, requires_grad=True), m.ones(2, requires_grad=True)
    (x + y).sum().backward()
    x.grad.add_(5)
    return x.grad, y.grad


@program
def test_accumulation_when_the_sum_is_recorded(m):
    x = m.ones(2, requires_grad=True)
    (x * x).sum().backward(create_graph=True)
    first = x.grad
    (x * x).sum().backward(create_graph=True)
    return first is x.grad, x.grad, first


@program
def test_accumulation_in_place_keeps_aliases(m):
    x = m.ones(2, requires_grad=True)
    (x * x).sum().backward()
    alias = x.grad
    (x * x).sum().backward()
    return alias is x.grad, alias


@program
def test_broadcast_operands(m):
    x, w = m.ones(2, requires_grad=True), m.ones(3, 1, requires_grad=True)
    (x * w).sum().backward()
    b = m.tensor(2.0, requires_grad=True)
    (m.ones(2, 2) * b).sum().backward()
    return x.grad, w.grad, b.grad


@program
def test_dtype_of_gradients(m):
    x, y = m.ones(2, requires_grad=True), m.ones(2, dtype=m.float64, requires_grad=True)
    (x * y).sum().backward()
    z = m.ones(2, dtype=m.complex64, requires_grad=True)
    a = m.ones(2, requires_grad=True)
    (z * a).sum().abs().backward()
    return x.grad, y.grad, z.grad, a.grad


@program
def test_detach_shares_memory_and_version(m):
    x = m.ones(2, requires_grad=True)
    y = x * 2
    d = y.detach()
    d.add_(1)
    return y, d, y._version, d._base is None, y.detach_() is y, y


@program
def test_detach_in_place(m):
    x = m.ones(2, requires_grad=True)
    y = x * 2
    v = y[0:1]
    return raised(v.detach_, "Can't detach views in-place"), y.detach_().requires_grad, x.detach_()


@program
def test_deepcopy_of_non_leaf(m):
    import copy

    x = m.ones(2, requires_grad=True)
    x.grad = m.ones(2)
    y = copy.deepcopy(x)
    return y, y.grad, y.grad is x.grad, raised(lambda: copy.deepcopy(x * 2), "graph leaves")


@program
def test_data_attribute(m):
    x = m.ones(2, requires_grad=True)
    x.data.mul_(3)
    x.data = m.zeros(3)
    return x, x.data.requires_grad


@program
def test_gradient_edge(m):
    x = m.ones(2, requires_grad=True)
    y = x * 2
    z = (y * y).sum()
    leaf = m.autograd.graph.get_gradient_edge(x)
    inner = m.autograd.graph.get_gradient_edge(y)
    found = m.autograd.grad(z, [inner, leaf], retain_graph=True)
    also = m.autograd.grad(inner, x, m.ones(2), retain_graph=True)
    m.autograd.backward(m.autograd.graph.get_gradient_edge(z), inputs=[leaf])
    return (
        leaf.node,
        inner.output_nr,
        found,
        also,
        x.grad,
        raised(
            lambda: m.autograd.graph.get_gradient_edge(m.ones(2)),
            "get_gradient_edge|does not require grad",
        ),
    )


@program
def test_sparse_paths_through_none(m):
    x = m.ones(3, requires_grad=True)
    values, indices = x.sort()
    return values, indices, m.autograd.grad(values[1], x)


@program
def test_only_one_of_several_outputs_is_used(m):
    x = m.tensor([[3.0, 1.0], [2.0, 5.0]], requires_grad=True)
    a, b = x.unbind(0)
    (b * 2).sum().backward()
    return a, b, x.grad


@pytest.mark.parametrize("count", [1, 3])
def test_set_grad_to_none_between_steps(count):
    def steps(m):
        x = m.ones(2, requires_grad=True)
        for _ in range(count):
            x.grad = None
            (x * x).sum().backward()
        return x.grad

    agree(steps)
