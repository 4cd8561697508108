"""Hooks on tensors, on nodes, after accumulation and over several tensors."""

from .agreement import program, raised


def _leaf(m):
    return m.tensor([1.0, 2.0], requires_grad=True)


@program
def test_tensor_hooks_run_in_order_and_replace(m):
    x, seen = _leaf(m), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.clone()))
    y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: seen.append(g.clone()))
    y.sum().backward()
    return x.grad, seen


@program
def test_removed_hook(m):
    x, seen = _leaf(m), []
    y = x * 2
    handle = y.register_hook(lambda g: seen.append(1))
    with y.register_hook(lambda g: seen.append(2)):
        y.sum().backward(retain_graph=True)
    handle.remove()
    handle.remove()
    y.sum().backward()
    return seen


@program
def test_leaf_hooks_before_accumulation(m):
    x, seen = _leaf(m), []
    x.register_hook(lambda g: seen.append(("hook", x.grad)))
    x.register_hook(lambda g: g + 1)
    x.register_post_accumulate_grad_hook(lambda p: seen.append(("post", p.grad.clone())))
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    return x.grad, seen


@program
def test_post_accumulate_hook_may_drop_the_gradient(m):
    x = _leaf(m)

    def step(p):
        with m.no_grad():
            p.sub_(p.grad)
        p.grad = None

    handle = x.register_post_accumulate_grad_hook(step)
    (x * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()
    return x, x.grad


@program
def test_hook_sees_the_summed_gradient_once(m):
    x, seen = _leaf(m), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.clone()))
    (y * 3 + y * 4).sum().backward()
    return seen


@program
def test_hooks_and_grad(m):
    x, seen = _leaf(m), []
    y = x * 2
    y.register_hook(lambda g: g * 5)
    x.register_hook(lambda g: g * 7)
    return m.autograd.grad((y * y).sum(), [x, y]), x.grad, seen


@program
def test_hook_on_a_tensor_written_to_afterwards(m):
    x, seen = _leaf(m), []
    y = x * 2
    y.register_hook(lambda g: seen.append(("before", g.clone())))
    y.mul_(3)
    y.register_hook(lambda g: seen.append(("after", g.clone())))
    y.sum().backward()
    return x.grad, seen


@program
def test_hook_on_a_base_written_to_through_a_view(m):
    x, seen = _leaf(m), []
    y = x * 2
    y.register_hook(lambda g: seen.append(("before", g.clone())))
    y[0:1].mul_(3)
    y.register_hook(lambda g: seen.append(("after", g.clone())))
    y.sum().backward()
    return x.grad, seen


@program
def test_retain_grad_follows_a_write(m):
    x = _leaf(m)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    y.sum().backward()
    return y.grad, y.retains_grad


@program
def test_retain_grad_of_a_view_and_its_base(m):
    x = _leaf(m)
    y = x * 2
    v = y[0:1]
    y.retain_grad()
    v.retain_grad()
    v.mul_(3)
    (y * y).sum().backward()
    return y.grad, v.grad, x.grad


@program
def test_retained_gradient_comes_after_hooks(m):
    x = _leaf(m)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    y.sum().backward()
    return y.grad, x.grad


@program
def test_node_hooks(m):
    x, seen = _leaf(m), []
    y = x * m.full((2,), 3.0, requires_grad=True)
    y.grad_fn.register_hook(lambda gi, go: seen.append((gi, go, type(gi).__name__)))
    y.grad_fn.register_hook(lambda gi, go: (gi[0] * 10, None))
    y.grad_fn.register_prehook(lambda go: seen.append((go, type(go).__name__)))
    handle = y.grad_fn.register_prehook(lambda go: (go[0] * 7,))
    y.sum().backward(retain_graph=True)
    handle.remove()
    y.sum().backward()
    return x.grad, seen


@program
def test_node_hook_of_a_leaf(m):
    x, seen = _leaf(m), []
    node = (x * 2).grad_fn.next_functions[0][0]
    node.register_hook(lambda gi, go: seen.append((len(gi), go)))
    node.register_prehook(lambda go: (go[0] * 3,))
    (x * 2).sum().backward()
    return x.grad, seen


@program
def test_tensor_hooks_run_before_node_prehooks(m):
    x, seen = _leaf(m), []
    y = x * 2
    y.grad_fn.register_prehook(lambda go: seen.append("node"))
    y.register_hook(lambda g: seen.append("tensor"))
    y.grad_fn.register_hook(lambda gi, go: seen.append("after"))
    y.sum().backward()
    return seen


@program
def test_order_of_nodes(m):
    x, seen = _leaf(m), []
    a, b = x * 2, x * 3
    c, d = a + b, b * a
    for name, t in {"a": a, "b": b, "c": c, "d": d, "x": x}.items():
        t.register_hook(lambda g, name=name: seen.append(name))
    (c * d).sum().backward()
    return seen


def _with_hook(m, hook):
    x = _leaf(m)
    y = x * 2
    y.register_hook(hook)
    return raised(lambda: y.sum().backward())


@program
def test_refused_replacements(m):
    return (
        _with_hook(m, lambda g: 3),
        _with_hook(m, lambda g: (g,)),
        _with_hook(m, lambda g: m.ones(3)),
        _with_hook(m, lambda g: g.double()),
        raised(lambda: m.ones(2).register_hook(print), "doesn't require grad"),
        raised(lambda: (_leaf(m) * 2).register_post_accumulate_grad_hook(print), "non-leaf"),
        raised(lambda: m.ones(2).register_post_accumulate_grad_hook(print), "require grad"),
    )


def _with_node_hook(m, hook, kind):
    x = _leaf(m)
    y = x * 2
    getattr(y.grad_fn, kind)(hook)
    return raised(lambda: y.sum().backward())


@program
def test_refused_replacements_of_node_hooks(m):
    after, before = "register_hook", "register_prehook"
    return (
        _with_node_hook(m, lambda gi, go: 3, after),
        _with_node_hook(m, lambda gi, go: [gi[0], None], after),
        _with_node_hook(m, lambda gi, go: (gi[0],), after),
        _with_node_hook(m, lambda gi, go: (m.ones(3), None), after),
        _with_node_hook(m, lambda go: go[0], before),
        _with_node_hook(m, lambda go: (m.ones(3),), before),
    )


@program
def test_error_in_a_hook_reaches_the_caller(m):
    def fail(g):
        raise KeyError("mine")

    x = _leaf(m)
    y = x * 2
    y.register_hook(fail)
    try:
        y.sum().backward()
    except KeyError as error:
        return str(error)


@program
def test_multi_grad_hook_of_all(m):
    x, y, unused, seen = _leaf(m), _leaf(m), _leaf(m), []
    a = x * y
    handle = m.autograd.graph.register_multi_grad_hook((x, a, y, unused), seen.append)
    (a * a).sum().backward(retain_graph=True)
    a.sum().backward(retain_graph=True, inputs=[x])
    handle.remove()
    a.sum().backward()
    return seen


@program
def test_multi_grad_hook_of_any(m):
    x, y, seen = _leaf(m), _leaf(m), []
    a = x * 2
    handle = m.autograd.graph.register_multi_grad_hook((x, a, y), seen.append, mode="any")
    (a * y).sum().backward(retain_graph=True)
    (a * y).sum().backward(retain_graph=True)
    handle.remove()
    (a * y).sum().backward()
    return seen, raised(
        lambda: m.autograd.graph.register_multi_grad_hook((x,), seen.append, mode="none")
    )


@program
def test_hook_of_a_view_whose_base_is_written_to(m):
    x, seen = _leaf(m), []
    y = x * 2
    v = y.view(2)
    v.register_hook(lambda g: seen.append(g.clone()))
    y.mul_(3)
    (v * v).sum().backward()
    return seen, x.grad


@program
def test_metadata_of_a_node_lives_with_it(m):
    y = _leaf(m) * 2
    y.grad_fn.metadata["mine"] = 3
    return y.grad_fn.metadata, y.sum().grad_fn.next_functions[0][0].metadata["mine"]


@program
def test_nodes_are_nodes(m):
    y = _leaf(m) * 2
    return (
        isinstance(y.grad_fn, m.autograd.graph.Node),
        isinstance(y.grad_fn.next_functions[0][0], m.autograd.graph.Node),
        y.grad_fn.requires_grad,
    )
