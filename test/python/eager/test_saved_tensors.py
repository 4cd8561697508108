"""What is kept for backward: versions, freeing, hooks, and mutation that is allowed."""

from .agreement import program, raised

MODIFIED = (
    "one of the variables needed for gradient computation has been modified by an inplace operation"
)


def _leaf(m):
    return m.tensor([1.0, 2.0], requires_grad=True)


@program
def test_modified_result(m):
    x = _leaf(m)
    y = x.exp()
    z = y.sum()
    y.add_(1)
    return raised(z.backward, MODIFIED), raised(z.backward, "is at version 1; expected version 0")


@program
def test_modified_operand(m):
    x, w = _leaf(m), m.ones(2)
    z = (x * w).sum()
    w.add_(1)
    return raised(z.backward, MODIFIED)


@program
def test_operand_that_is_not_saved_may_be_modified(m):
    x, w = _leaf(m), m.ones(2)
    z = (x + w).sum()
    w.add_(1)
    z.backward()
    y = w * x.detach()
    return x.grad, y


@program
def test_only_what_a_formula_needs_is_saved(m):
    x, w = _leaf(m), m.ones(2)
    y = x * w
    y.add_(1)
    y.sum().backward()
    return x.grad


@program
def test_modification_through_a_view_a_detached_alias_and_data(m):
    found = []
    for write in (
        lambda w: w[0:1].add_(1),
        lambda w: w.detach().add_(1),
        lambda w: w.data.add_(1),
        lambda w: w.view(2).zero_(),
    ):
        x, w = _leaf(m), m.ones(2)
        z = (x * w).sum()
        write(w)
        found.append(raised(z.backward, MODIFIED))
    return found


@program
def test_leaf_modified_under_no_grad(m):
    x = _leaf(m)
    z = (x * x).sum()
    with m.no_grad():
        x.add_(1)
    return raised(z.backward, MODIFIED)


@program
def test_increment_version(m):
    x, w = _leaf(m), m.ones(2)
    z = (x * w).sum()
    m.autograd.graph.increment_version(w)
    return raised(z.backward, MODIFIED), w._version


@program
def test_saved_attributes(m):
    x, w = _leaf(m), m.full((2,), 3.0)
    node = (x * w).grad_fn
    return node._saved_self, node._saved_other, raised(lambda: node._saved_nothing)


@program
def test_saved_leaf_is_the_leaf(m):
    x = _leaf(m)
    y = x.exp()
    return (x * x).grad_fn._saved_self is x, y.grad_fn._saved_result, (y * y).grad_fn._saved_self


@program
def test_hooks_pack_and_unpack(m):
    x, seen = _leaf(m), []

    def pack(t):
        seen.append(("pack", t))
        return t.clone()

    def unpack(t):
        seen.append(("unpack", t))
        return t

    with m.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = x * x
        z = y.exp()
    z.sum().backward()
    return x.grad, seen


@program
def test_hooks_that_change_values(m):
    x = _leaf(m)
    with m.autograd.graph.saved_tensors_hooks(lambda t: t * 4, lambda t: t * 4):
        y = x * x
    y.sum().backward()
    return x.grad


@program
def test_hooks_that_pack_into_anything(m):
    x, store = _leaf(m), {}

    def pack(t):
        store[len(store)] = t.detach().clone()
        return len(store) - 1

    with m.autograd.graph.saved_tensors_hooks(pack, store.__getitem__):
        y = (x * x).exp()
    y.sum().backward()
    return x.grad, store


@program
def test_hooks_protect_from_modification(m):
    x, w = _leaf(m), m.ones(2)
    with m.autograd.graph.save_on_cpu():
        z = (x * w).sum()
    w.add_(1)
    z.backward()
    return x.grad


@program
def test_innermost_hooks_count(m):
    x, seen = _leaf(m), []

    def hooks(name):
        def pack(t):
            seen.append(("pack", name))
            return t

        def unpack(t):
            seen.append(("unpack", name))
            return t

        return m.autograd.graph.saved_tensors_hooks(pack, unpack)

    with hooks("outer"):
        a = x.exp()
        with hooks("inner"):
            b = a.exp()
    b.sum().backward()
    return seen, x.grad


@program
def test_hooks_and_double_backward(m):
    x = _leaf(m)
    with m.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = x * x * x
    (g,) = m.autograd.grad(y.sum(), x, create_graph=True)
    return m.autograd.grad(g.sum(), x)


@program
def test_hook_that_unpacks_something_else(m):
    x = _leaf(m)
    with m.autograd.graph.saved_tensors_hooks(lambda t: 3, lambda t: t):
        y = x * x
    return raised(y.sum().backward)


@program
def test_disabled_hooks(m):
    g = m.autograd.graph

    def use():
        with g.saved_tensors_hooks(lambda t: t, lambda t: t):
            pass

    with g.disable_saved_tensors_hooks("not here"):
        inside = raised(use, "not here")

    def disable():
        with g.saved_tensors_hooks(lambda t: t, lambda t: t):
            with g.disable_saved_tensors_hooks("not there"):
                pass

    return inside, raised(use), raised(disable)


@program
def test_hooks_on_one_saved_tensor(m):
    x, seen = _leaf(m), []
    y = x.exp()
    y.grad_fn._raw_saved_result.register_hooks(
        lambda t: seen.append(t) or t.clone(), lambda t: t * 2
    )
    again = raised(lambda: y.grad_fn._raw_saved_result.register_hooks(lambda t: t, lambda t: t))
    y.sum().backward()
    return x.grad, seen, again


@program
def test_mutation_of_saved_tensors(m):
    x, w = _leaf(m), m.ones(2)
    with m.autograd.graph.allow_mutation_on_saved_tensors():
        y = x * w
        z = y.exp()
        w.add_(5)
        z.add_(1)
        z[0:1].mul_(0)
        z.sum().backward()
    return x.grad


@program
def test_mutation_seen_outside_of_its_context(m):
    x, w = _leaf(m), m.ones(2)
    with m.autograd.graph.allow_mutation_on_saved_tensors():
        y = (x * w).sum()
    return raised(y.backward, "outside of the 'allow_mutation_on_saved_tensors' context")


@program
def test_nested_mutation_contexts(m):
    def nest():
        with m.autograd.graph.allow_mutation_on_saved_tensors():
            with m.autograd.graph.allow_mutation_on_saved_tensors():
                pass

    return raised(nest, "nest")
