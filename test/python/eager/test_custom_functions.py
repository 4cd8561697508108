"""`autograd.Function` beside torch's: what ctx offers, what forward may return, what backward
may return.
"""

from .agreement import graph, program, raised

DIRTY_VIEW = "view.*(inplace|in-place|in place)|(inplace|in-place|in place).*view"


def _cube(m):
    class Cube(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * 3 * x * x

    return Cube


@program
def test_three_derivatives(m):
    x = m.tensor([1.0, 2.0], requires_grad=True)
    y, found = _cube(m).apply(x), []
    found.append((y, graph(y.grad_fn), type(y.grad_fn).__name__))
    for _ in range(3):
        (y,) = m.autograd.grad(y.sum(), x, create_graph=True)
        found.append(y.detach())
    return found


@program
def test_context_attributes(m):
    seen = []

    class Scale(m.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor, flag=True):
            seen.append((ctx.needs_input_grad, flag, m.is_grad_enabled(), x.requires_grad))
            ctx.factor = factor
            return x * factor

        @staticmethod
        def backward(ctx, grad):
            seen.append((ctx.needs_input_grad, m.is_grad_enabled(), ctx.saved_tensors))
            return grad * ctx.factor, None, None

    x = m.ones(2, requires_grad=True)
    y = Scale.apply(x, 3.0, False)
    y.sum().backward()
    z = Scale.apply(m.ones(2), 2, "text")
    return y, x.grad, seen, z


@program
def test_setup_context(m):
    class Power(m.autograd.Function):
        @staticmethod
        def forward(x, n):
            return x**n, n

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, n = inputs
            ctx.save_for_backward(x, output[0])
            ctx.n = n

        @staticmethod
        def backward(ctx, grad, _):
            x, _y = ctx.saved_tensors
            return grad * ctx.n * x ** (ctx.n - 1), None

    x = m.tensor([1.0, 2.0], requires_grad=True)
    y, n = Power.apply(x, 3)
    (g,) = m.autograd.grad(y.sum(), x, create_graph=True)
    return y, n, g, m.autograd.grad(g.sum(), x)


@program
def test_outputs_that_are_no_tensors(m):
    class Mixed(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, "text", None, 3, x.argmax(), [x]

        @staticmethod
        def backward(ctx, *grads):
            return grads[0] * 2 + len(grads)

    x = m.ones(2, requires_grad=True)
    y, text, nothing, three, where, listed = Mixed.apply(x)
    y.sum().backward()
    return y, text, nothing, three, where, listed[0] is x, x.grad


@program
def test_what_backward_gets(m):
    seen = []

    class Two(m.autograd.Function):
        @staticmethod
        def forward(ctx, x, materialize):
            ctx.set_materialize_grads(materialize)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            seen.append((a, b))
            return (a if b is None else b if a is None else a + b), None

    for materialize in (True, False):
        x = m.ones(2, requires_grad=True)
        _a, b = Two.apply(x, materialize)
        b.sum().backward()
        seen.append(x.grad)
    return seen


@program
def test_non_differentiable_outputs(m):
    class Sort(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            values, where = x.sort()
            other = x * 5
            ctx.mark_non_differentiable(where, other)
            return values, where, other

        @staticmethod
        def backward(ctx, values, where, other):
            return values + other.sum()

    x = m.tensor([2.0, 1.0], requires_grad=True)
    values, where, other = Sort.apply(x)
    values.sum().backward()
    return values, where, other, x.grad


@program
def test_dirty_input(m):
    class Double(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            x.mul_(2)
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    x = m.ones(2, requires_grad=True)
    y = x * 1
    z = Double.apply(y)
    base = x * 1
    w = Double.apply(base[0:1])
    (z.sum() + base.sum()).backward()
    plain = m.ones(2)
    p = Double.apply(plain)
    return (
        z is y,
        z,
        graph(z.grad_fn),
        w,
        graph(base.grad_fn),
        x.grad,
        p is plain,
        p._version,
        raised(lambda: Double.apply(x), "a leaf Variable that requires grad .* in-place operation"),
        raised(lambda: Double.apply(x[0:1]), "leaf Variable that requires grad"),
        raised(lambda: Double.apply((x * 1).unbind(0)[0]), "modified inplace|in-place|inplace"),
    )


@program
def test_dirty_input_among_others(m):
    class AddInto(m.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.mark_dirty(x)
            ctx.save_for_backward(y)
            return x.add_(y * y), y * 3

        @staticmethod
        def backward(ctx, a, b):
            (y,) = ctx.saved_tensors
            return a, a * 2 * y + 3 * b

    y = m.tensor([1.0, 2.0], requires_grad=True)
    x = m.zeros(2)
    a, b = AddInto.apply(x, y)
    (a.sum() + b.sum()).backward()
    return a is x, x, b, y.grad


@program
def test_dirty_tensor_that_is_not_returned(m):
    class Bad(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            x.mul_(2)
            return x.clone()

        @staticmethod
        def backward(ctx, grad):
            return grad

    class Worse(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * 2
            ctx.mark_dirty(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            return grad

    x = m.ones(2, requires_grad=True)
    return raised(lambda: Bad.apply(x * 1)), raised(lambda: Worse.apply(x))


@program
def test_input_written_to_without_saying_so(m):
    class Quiet(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            return x.clone()

        @staticmethod
        def backward(ctx, grad):
            return grad

    x = m.ones(2, requires_grad=True)
    y = x * 1
    return raised(lambda: Quiet.apply(y)), y


def _identity(m):
    class Identity(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 7

    return Identity


@program
def test_input_handed_back(m):
    x = m.ones(2, requires_grad=True)
    y = _identity(m).apply(x)
    z = _identity(m).apply(x * 1)
    text = "view was created inside a custom Function"
    y.sum().backward()
    plain = m.ones(2)
    w = _identity(m).apply(plain)
    return (
        y is x,
        y._is_view(),
        y,
        graph(y.grad_fn),
        x.grad,
        z._is_view(),
        graph(z.grad_fn),
        raised(lambda: y.add_(1), text),
        raised(lambda: z.add_(1), text),
        w is plain,
        w._is_view(),
    )


@program
def test_view_of_an_input(m):
    class First(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x[0:1]

        @staticmethod
        def backward(ctx, grad):
            return m.cat([grad * 5, grad * 0])

    x = m.ones(2, requires_grad=True)
    y = First.apply(x * 1)
    text = "view was created inside a custom Function"
    y.sum().backward()
    return y._is_view(), y, x.grad, raised(lambda: y.add_(1), text)


@program
def test_several_views_of_an_input(m):
    class Both(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x[0:1], x[1:]

        @staticmethod
        def backward(ctx, a, b):
            return m.cat([a, b])

    x = m.ones(2, requires_grad=True)
    a, b = Both.apply(x * 1)
    return a._is_view(), a, b, raised(lambda: a.add_(1))


@program
def test_saving_outputs_and_intermediates(m):
    class Exp(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y, None, x * 2)
            return y

        @staticmethod
        def backward(ctx, grad):
            y, nothing, twice = ctx.saved_tensors
            assert nothing is None
            return grad * y + 0 * twice

    x = m.tensor([0.5, 1.0], requires_grad=True)
    y = Exp.apply(x)
    (g,) = m.autograd.grad(y.sum(), x, create_graph=True)
    again = m.autograd.grad(g.sum(), x)
    z = Exp.apply(x)
    z.sum().backward()
    node = z.grad_fn
    w = Exp.apply(x)
    w.add_(1)
    return (
        g,
        again,
        raised(lambda: node.saved_tensors, "after they have already been freed"),
        raised(lambda: w.sum().backward(), "modified by an inplace operation"),
    )


@program
def test_saving_twice_and_wrongly(m):
    class Save(m.autograd.Function):
        @staticmethod
        def forward(ctx, x, what):
            if what == "wrong":
                ctx.save_for_backward(3)
            ctx.save_for_backward(x)
            ctx.save_for_backward(x * 2)
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return grad * len(ctx.saved_tensors) * ctx.saved_tensors[0], None

    x = m.ones(2, requires_grad=True)
    Save.apply(x, "fine").sum().backward()
    return x.grad, raised(lambda: Save.apply(x, "wrong"))


def _returning(m, value, inputs=1):
    class Returning(m.autograd.Function):
        @staticmethod
        def forward(ctx, *xs):
            return sum(xs) * 1

        @staticmethod
        def backward(ctx, grad):
            return value(grad)

    xs = [m.ones(2, requires_grad=True) for _ in range(inputs)]
    return raised(lambda: Returning.apply(*xs).sum().backward()), [x.grad for x in xs]


@program
def test_what_backward_returns(m):
    return (
        _returning(m, lambda g: (g, g)),
        _returning(m, lambda g: (g, None, None)),
        _returning(m, lambda g: g, inputs=2),
        _returning(m, lambda g: None),
        _returning(m, lambda g: (None, g), inputs=2),
        _returning(m, lambda g: [g, g], inputs=2),
        _returning(m, lambda g: 3),
        _returning(m, lambda g: m.ones(3)),
        _returning(m, lambda g: m.ones(5, 2)),
        _returning(m, lambda g: m.ones(2, dtype=m.float64)),
        _returning(m, lambda g: g.sum()),
    )


@program
def test_gradient_for_an_argument_that_is_no_tensor(m):
    class Odd(m.autograd.Function):
        @staticmethod
        def forward(ctx, x, n):
            return x * n

        @staticmethod
        def backward(ctx, grad):
            return grad, grad

    x, y = m.ones(2, requires_grad=True), m.ones(2)
    return (
        raised(lambda: Odd.apply(x, 2).sum().backward()),
        raised(lambda: Odd.apply(x, y).sum().backward()),
        x.grad,
    )


@program
def test_once_differentiable(m):
    from importlib import import_module

    once = import_module(f"{m.__name__}.autograd.function").once_differentiable

    class Once(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once
        def backward(ctx, grad):
            assert not m.is_grad_enabled()
            return grad * 2 * ctx.saved_tensors[0]

    x = m.ones(2, requires_grad=True)
    (g,) = m.autograd.grad(Once.apply(x).sum(), x)
    (h,) = m.autograd.grad((Once.apply(x) ** 2).sum(), x, create_graph=True)
    return (
        g,
        h.requires_grad,
        raised(lambda: h.sum().backward(), "trying to differentiate twice a function"),
    )


@program
def test_missing_methods(m):
    class Empty(m.autograd.Function):
        pass

    class NoBackward(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

    x = m.ones(2, requires_grad=True)
    return (
        raised(lambda: Empty.apply(x), "must implement the forward"),
        raised(
            lambda: NoBackward.apply(x).sum().backward(), "must implement (either )?the backward"
        ),
        raised(lambda: _cube(m)()(x), "[Ll]egacy|apply|static"),
    )


@program
def test_nothing_is_recorded(m):
    x = m.ones(2, requires_grad=True)
    with m.no_grad():
        y = _cube(m).apply(x)
        z = _identity(m).apply(x)
    with m.inference_mode():
        w = _cube(m).apply(x)
    return y, z is x, z.requires_grad, w.is_inference()


@program
def test_hooks_and_retained_gradients(m):
    x, seen = m.ones(2, requires_grad=True), []
    y = _cube(m).apply(x)
    y.retain_grad()
    y.register_hook(lambda g: seen.append(g.clone()))
    y.grad_fn.register_hook(lambda gi, go: seen.append((gi, go)))
    (y * 2).sum().backward()
    return y.grad, seen, y.grad_fn.next_functions[0][0]


@program
def test_modes_inside_of_forward(m):
    class Inner(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            with m.enable_grad():
                leaf = x.detach().requires_grad_()
                y = (leaf * leaf).sum()
            ctx.save_for_backward(*m.autograd.grad(y, leaf))
            return y.detach()

        @staticmethod
        def backward(ctx, grad):
            return ctx.saved_tensors[0] * grad

    x = m.tensor([1.0, 3.0], requires_grad=True)
    Inner.apply(x).backward()
    return x.grad


@program
def test_backward_inside_of_backward(m):
    class Reentrant(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.exp()

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            with m.enable_grad():
                leaf = x.detach().requires_grad_()
                leaf.exp().backward(grad)
            return leaf.grad

    x = m.tensor([0.5, 1.0], requires_grad=True)
    y = x * 1
    for _ in range(5):
        y = Reentrant.apply(y.tanh())
    y.sum().backward()
    return x.grad


@program
def test_saved_tensors_hooks(m):
    x, seen = m.ones(2, requires_grad=True), []
    with m.autograd.graph.saved_tensors_hooks(lambda t: seen.append(t) or t * 2, lambda t: t * 3):
        y = _cube(m).apply(x)
    y.sum().backward()
    return seen, x.grad


@program
def test_function_of_a_function(m):
    cube = _cube(m)

    class Outer(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return cube.apply(x)

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * cube.apply(x) * 3

    x = m.tensor([1.0, 2.0], requires_grad=True)
    (g,) = m.autograd.grad(Outer.apply(x).sum(), x, create_graph=True)
    return g, m.autograd.grad(g.sum(), x)


@program
def test_class_and_static_members(m):
    cube = _cube(m)
    return (
        cube.generate_vmap_rule,
        issubclass(cube, m.autograd.Function),
        type(cube.apply(m.ones(1, requires_grad=True)).grad_fn).__name__,
        hasattr(cube, "vmap"),
        hasattr(cube, "jvp"),
        hasattr(cube, "setup_context"),
    )


@program
def test_exception_in_forward_restores_the_mode(m):
    class Failing(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            raise ValueError("mine")

    return raised(lambda: Failing.apply(m.ones(1, requires_grad=True)), "mine"), m.is_grad_enabled()


@program
def test_output_used_twice(m):
    class Same(m.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * 2
            return y, y

        @staticmethod
        def backward(ctx, a, b):
            return a + b

    x = m.ones(2, requires_grad=True)
    a, b = Same.apply(x)
    return raised(lambda: (a + b).sum().backward()), x.grad, a is b
