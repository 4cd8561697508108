"""Grad modes as with blocks, as decorators and as functions."""

from .agreement import program, raised


def _modes(m, x):
    y = x * 2
    return (m.is_grad_enabled(), m.is_inference_mode_enabled(), y.requires_grad, y.is_inference())


@program
def test_nested_blocks(m):
    x, seen = m.ones(2, requires_grad=True), []
    with m.no_grad():
        seen.append(_modes(m, x))
        with m.enable_grad():
            seen.append(_modes(m, x))
            with m.set_grad_enabled(False):
                seen.append(_modes(m, x))
            seen.append(_modes(m, x))
        seen.append(_modes(m, x))
        with m.inference_mode():
            seen.append(_modes(m, x))
            with m.enable_grad():
                seen.append(_modes(m, x))
            with m.inference_mode(False):
                seen.append(_modes(m, x))
        with m.inference_mode(mode=False):
            seen.append(_modes(m, x))
    seen.append(_modes(m, x))
    return seen


@program
def test_set_grad_enabled_as_a_function(m):
    x, seen = m.ones(2, requires_grad=True), []
    m.set_grad_enabled(False)
    seen.append(_modes(m, x))
    m.set_grad_enabled(True)
    seen.append(_modes(m, x))
    return seen


@program
def test_set_grad_enabled_as_a_decorator_does_nothing_until_called(m):
    x, seen = m.ones(2, requires_grad=True), []

    @m.set_grad_enabled(False)
    def inner():
        return _modes(m, x)

    seen.append(_modes(m, x))
    seen.append(inner())
    seen.append(_modes(m, x))
    return seen


@program
def test_decorated_functions(m):
    x = m.ones(2, requires_grad=True)

    @m.no_grad()
    def a():
        return _modes(m, x)

    @m.no_grad
    def b():
        """Documented."""
        return _modes(m, x)

    @m.enable_grad()
    def c():
        return _modes(m, x)

    @m.inference_mode()
    def d():
        return _modes(m, x)

    @m.inference_mode
    def e():
        return _modes(m, x)

    @m.inference_mode(mode=False)
    def f():
        return _modes(m, x)

    with m.no_grad():
        inside = c(), f()
    return a(), b(), c(), d(), e(), f(), inside, b.__name__, b.__doc__, _modes(m, x)


@program
def test_recursion_and_exceptions(m):
    x, seen = m.ones(2, requires_grad=True), []

    @m.no_grad()
    def descend(depth):
        seen.append(_modes(m, x))
        if depth:
            with m.enable_grad():
                descend(depth - 1)
                seen.append(_modes(m, x))
        else:
            raise ValueError("bottom")

    found = raised(lambda: descend(2))
    return found, seen, _modes(m, x)


@program
def test_decorated_generator(m):
    x, seen = m.ones(2, requires_grad=True), []

    @m.no_grad()
    def count(stop):
        try:
            for i in range(stop):
                seen.append(("inside", _modes(m, x)))
                sent = yield i
                seen.append(("sent", sent, _modes(m, x)))
        except KeyError:
            seen.append(("thrown", _modes(m, x)))
            yield "caught"
        finally:
            seen.append(("closed", _modes(m, x)))
        return "done"

    values = []
    for i in count(2):
        seen.append(("outside", _modes(m, x)))
        values.append(i)
    g = count(3)
    values.append(next(g))
    values.append(g.send("hello"))
    values.append(g.throw(KeyError()))
    g.close()
    seen.append(_modes(m, x))

    def delegating():
        return (yield from count(1))

    d = delegating()
    next(d)
    try:
        next(d)
    except StopIteration as stop:
        values.append(stop.value)
    return values, seen


@program
def test_block_inside_of_a_generator(m):
    x = m.ones(2, requires_grad=True)

    def inner():
        with m.no_grad():
            yield _modes(m, x)
        yield _modes(m, x)

    return list(inner()), _modes(m, x)


@program
def test_decorated_class(m):
    import warnings

    x = m.ones(2, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        @m.no_grad()
        class Thing:
            def __init__(self):
                self.seen = _modes(m, x)

    return Thing().seen, isinstance(Thing(), object)


@program
def test_a_mode_object_used_twice(m):
    x, seen = m.ones(2, requires_grad=True), []
    mode = m.no_grad()
    for _ in range(2):
        with mode:
            seen.append(_modes(m, x))
        seen.append(_modes(m, x))
    return seen


@program
def test_flags_of_results(m):
    x = m.ones(2, requires_grad=True)
    with m.no_grad():
        y = x * 2
        z = m.ones(2, requires_grad=True)
        w = z * 2
        v = x[0]
        y.requires_grad_()
    return y, z, w, v.requires_grad, v.is_leaf, v.grad_fn


@program
def test_modes_and_threads(m):
    import threading

    x, seen = m.ones(2, requires_grad=True), []
    with m.no_grad():
        thread = threading.Thread(target=lambda: seen.append(_modes(m, x)))
        thread.start()
        thread.join()
    return seen


@program
def test_backward_ignores_the_mode_it_is_called_in(m):
    x = m.ones(2, requires_grad=True)
    y = (x * x).sum()
    with m.no_grad():
        y.backward()
    return x.grad


@program
def test_mode_inside_of_backward(m):
    seen = []
    x = m.ones(2, requires_grad=True)
    y = x * x
    y.register_hook(lambda g: seen.append(m.is_grad_enabled()))
    y.sum().backward(retain_graph=True)
    y.sum().backward(create_graph=True)
    x.grad = None
    return seen, m.is_grad_enabled()


@program
def test_set_grad_enabled_wants_a_bool(m):
    return raised(lambda: m.set_grad_enabled(0)), m.is_grad_enabled()
