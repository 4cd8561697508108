"""Transforms of functions give what torch.func gives, in any nesting, eagerly and compiled."""

import lamina
import lamina.func
import numpy as np
import pytest

torch = pytest.importorskip("torch")

# name: (shapes of the arguments, a function of (library, its func module) that makes the function)
PROGRAMS = {
    "grad": ([(3,)], lambda t, f: f.grad(lambda x: x.sin().sum())),
    "grad_argnums": ([(3,), (3,)], lambda t, f: f.grad(lambda a, b: (a * b).sum(), argnums=(0, 1))),
    "grad_aux": ([(3,)], lambda t, f: f.grad(lambda a: ((a * a).sum(), a * 3), has_aux=True)),
    "grad_and_value": ([(3,)], lambda t, f: f.grad_and_value(lambda a: (a * a).sum())),
    "grad_of_grad": (
        [(3,)],
        lambda t, f: f.grad(lambda x: f.grad(lambda y: y.sin().sum())(x).sum()),
    ),
    "grad_unused": ([(3,)], lambda t, f: f.grad(lambda x: t.ones(()))),
    "grad_detach": ([(3,)], lambda t, f: f.grad(lambda x: (x * x.detach()).sum())),
    "grad_closure": (
        [(3,), (3,)],
        lambda t, f: lambda a, b: f.grad(lambda x: (x * b).sum())(a),
    ),
    "grad_inplace": ([(3,)], lambda t, f: f.grad(lambda x: _with(x.clone(), "mul_", x).sum())),
    "grad_view_write": ([(3,)], lambda t, f: f.grad(lambda x: _written(x * 1, x).sum())),
    "grad_inplace_view": ([(3, 2)], lambda t, f: f.grad(lambda x: _with(x * 1, "t_")[0].sum())),
    "vjp": (
        [(3,), (3,)],
        lambda t, f: lambda a, c: f.vjp(lambda x: (x.sin(), x.cos()), a)[1]((c, c)),
    ),
    "vjp_flags": ([(3,), (3,)], lambda t, f: lambda a, c: f.vjp(t.sin, a)[1](c, True, True)),
    "jvp": (
        [(5, 2), (2, 3), (5, 2), (2, 3)],
        lambda t, f: lambda a, b, c, d: f.jvp(lambda x, y: (x @ y).exp(), (a, b), (c, d)),
    ),
    "jacrev": ([(5, 2), (2, 3)], lambda t, f: f.jacrev(lambda x, y: (x @ y).exp(), (0, 1))),
    "jacrev_tree": ([(4,)], lambda t, f: f.jacrev(lambda x: {"a": x.sin(), "b": (x * x).sum()})),
    "jacrev_chunks": ([(5,)], lambda t, f: f.jacrev(t.sin, chunk_size=2)),
    "jacfwd": ([(5, 2), (2, 3)], lambda t, f: f.jacfwd(lambda x, y: (x @ y).exp(), (0, 1))),
    "jacrev_of_jacrev": ([(3,)], lambda t, f: f.jacrev(f.jacrev(lambda x: x.sin() * x.sum()))),
    "hessian_of_saved_result": ([(4,)], lambda t, f: f.hessian(lambda x: x.softmax(0).log().sum())),
    "vmap_of_hessian": ([(4, 3)], lambda t, f: f.vmap(f.hessian(lambda x: x.sin().prod()))),
    "vmap_dims": ([(3, 4), (3, 2)], lambda t, f: f.vmap(t.matmul, in_dims=(1, None), out_dims=1)),
    "vmap_of_vmap": (
        [(3,), (4,)],
        lambda t, f: f.vmap(f.vmap(t.mul, in_dims=(0, None)), in_dims=(None, 0)),
    ),
    "vmap_promotes_numbers": ([(3,), (3, 2)], lambda t, f: f.vmap(lambda a, b: a.double() * b)),
    "vmap_inplace": ([(3, 2), (3,)], lambda t, f: f.vmap(lambda x, y: _first(x * 1, y))),
    "vmap_chunks": ([(5, 2)], lambda t, f: f.vmap(t.sin, chunk_size=2)),
    "per_sample_gradients": (
        [(5, 3), (7, 5), (7, 3)],
        lambda t, f: f.vmap(
            f.grad(lambda w, x, y: ((x @ w).tanh() - y).square().sum()), in_dims=(None, 0, 0)
        ),
    ),
    "grad_of_vmap": (
        [(5,), (7, 5)],
        lambda t, f: f.grad(lambda w, x: f.vmap(lambda v: (v * w).sin().sum())(x).sum()),
    ),
    "filters_of_their_own": (
        [(3, 2, 4, 5, 5), (3, 6, 4, 3, 3)],
        lambda t, f: f.vmap(lambda x, w: t.nn.functional.conv2d(x, w, padding=1)),
    ),
}


def _with(x, method, *args):
    getattr(x, method)(*args)
    return x


def _written(y, x):
    y[1:].mul_(x[1:])
    return y


def _first(x, y):
    x[0].add_(y)
    return x


def arguments(name) -> list:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(np.float32) for shape in PROGRAMS[name][0]]


def leaves(tree) -> list:
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, (list, tuple)):
        return [leaf for part in tree for leaf in leaves(part)]
    return [tree.detach().numpy()]


def check(found, wanted):
    found, wanted = leaves(found), leaves(wanted)
    assert len(found) == len(wanted)
    for mine, theirs in zip(found, wanted):
        assert mine.dtype == theirs.dtype
        np.testing.assert_allclose(mine, theirs, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_torch(name):
    build, given = PROGRAMS[name][1], arguments(name)
    wanted = build(torch, torch.func)(*map(torch.tensor, given))
    check(build(lamina, lamina.func)(*map(lamina.tensor, given)), wanted)


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled(name):
    fn = PROGRAMS[name][1](lamina, lamina.func)
    compiled = lamina.compile(lambda *args: fn(*args), fullgraph=True, backend="interpreter")
    compiled(*[lamina.tensor(a) for a in arguments(name)])
    # Other data: nothing of the first may have become a constant.
    given = [lamina.tensor(a[::-1].copy()) for a in arguments(name)]
    check(compiled(*given), fn(*given))


def test_outer_autograd_goes_through():
    x = lamina.tensor([1.0, 2.0], requires_grad=True)
    slope = lamina.func.grad(lambda v: (v**3).sum())(x)
    slope.sum().backward()
    assert x.grad.tolist() == [6, 12]


def test_no_grad_outside_is_not_seen_inside():
    with lamina.no_grad():
        slope = lamina.func.grad(lambda v: (v * v).sum())(lamina.ones(2, requires_grad=True))
    assert slope.tolist() == [2, 2]
    assert not slope.requires_grad


def test_no_grad_inside_is_obeyed():
    def f(x):
        with lamina.no_grad():
            constant = x * x
        return (constant * x).sum()

    assert lamina.func.grad(f)(lamina.tensor([3.0])).tolist() == [9]


def test_randomness():
    zeros = lamina.zeros(3)
    draw = lambda x: x + lamina.rand(2)  # noqa: E731
    with pytest.raises(RuntimeError, match="randomness"):
        lamina.func.vmap(draw)(zeros)
    same = lamina.func.vmap(draw, randomness="same")(zeros)
    assert (same == same[0]).all()
    different = lamina.func.vmap(draw, randomness="different")(zeros)
    assert len(set(different.flatten().tolist())) == 6


def test_writes_to_captured_tensors_are_refused():
    total = lamina.zeros(3)
    with pytest.raises(RuntimeError, match="did not get as an argument"):
        lamina.func.grad(lambda x: total.add_(x).sum())(lamina.ones(3))
    with pytest.raises(RuntimeError, match="did not get as an argument"):
        lamina.func.vmap(lambda x: total.add_(x))(lamina.ones(3))
    assert total.tolist() == [0, 0, 0]


def test_values_are_not_known_inside():
    with pytest.raises(lamina.errors.DataDependentError, match="inside of a function transform"):
        lamina.func.vmap(lambda x: x if x > 0 else -x)(lamina.ones(3))


def test_a_tensor_does_not_outlive_its_transform():
    kept = []
    lamina.func.vmap(lambda x: kept.append(x) or x)(lamina.ones(3))
    with pytest.raises(lamina.LaminaError, match="has ended"):
        kept[0] + 1


@pytest.mark.parametrize(
    "call,kind",
    [
        (lambda f: f.vmap(lambda x, y: x)(lamina.ones(3), lamina.ones(2)), ValueError),
        (lambda f: f.vmap(lambda x: x, in_dims=2)(lamina.ones(3)), ValueError),
        (lambda f: f.vmap(lambda x: x, in_dims=(0, 0))(lamina.ones(3)), ValueError),
        (lambda f: f.vmap(lambda x: 1)(lamina.ones(3)), ValueError),
        (lambda f: f.vmap(lambda x: x, randomness="none"), ValueError),
        (lambda f: f.grad(lambda x: x)(lamina.ones(3)), RuntimeError),
        (lambda f: f.grad(lambda x: x.sum(), argnums=1)(lamina.ones(3)), lamina.LaminaError),
        (lambda f: f.vjp(lamina.sin, lamina.ones(3))[1]((lamina.ones(3),)), lamina.LaminaError),
        (lambda f: f.jvp(lamina.sin, (lamina.ones(3),), (lamina.ones(2),)), lamina.LaminaError),
    ],
)
def test_bad_input(call, kind):
    with pytest.raises(kind):
        call(lamina.func)


class Straight(lamina.autograd.Function):
    """Rounds; its gradient goes straight through."""

    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, grad):
        return grad


def test_functions_with_a_backward_of_their_own():
    slope = lamina.func.grad(lambda x: Straight.apply(x).sum())
    assert slope(lamina.ones(2)).tolist() == [1, 1]
    assert lamina.func.vmap(slope)(lamina.ones(3, 2)).tolist() == [[1, 1]] * 3
    assert lamina.func.vmap(Straight.apply)(lamina.full((2,), 0.7)).tolist() == [1, 1]
    with pytest.raises(lamina.errors.UnsupportedError, match="Straight"):
        lamina.func.grad(lambda x: lamina.func.vmap(Straight.apply)(x).sum())(lamina.ones(2))
    with pytest.raises(lamina.errors.UnsupportedError, match="Straight"):
        slope(lamina.ones(2, requires_grad=True))


def test_functional_call_leaves_the_module_alone():
    model = lamina.nn.Linear(2, 1, bias=False)
    before = model.weight.tolist()
    out = lamina.func.functional_call(model, {"weight": lamina.ones(1, 2)}, lamina.ones(3, 2))
    assert out.tolist() == [[2], [2], [2]]
    assert model.weight.tolist() == before
    with pytest.raises(lamina.LaminaError, match="unknown names"):
        lamina.func.functional_call(model, {"bias": lamina.ones(1)}, lamina.ones(3, 2))


def test_an_ensemble_of_models():
    models = [lamina.nn.Linear(2, 1) for _ in range(3)]
    parameters, buffers = lamina.func.stack_module_state(models)
    x = lamina.rand(4, 2)

    def call(parameters, buffers, x):
        return lamina.func.functional_call(models[0], (parameters, buffers), (x,))

    outputs = lamina.func.vmap(call, in_dims=(0, 0, None))(parameters, buffers, x)
    check(outputs, lamina.stack([m(x) for m in models]))
