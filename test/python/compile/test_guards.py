"""A compiled function never gives a stale answer: what the trace read is looked at again at every
call.
"""

import types
import weakref

import lamina
import numpy as np
import pytest
from agreement import tensor
from lamina import config
from lamina.errors import CompileError, UnsupportedError

SCALE = 2.0
WEIGHT = tensor(3)
TABLE = {"factor": 3.0, "list": [1, 2]}
SETTINGS = types.SimpleNamespace(bias=1.0)


def compiled(fn):
    return lamina.compile(fn, fullgraph=True, backend="interpreter")


def entries(fn, *calls):
    """How many entries `fn` has after these calls."""
    run = compiled(fn)
    for args in calls:
        run(*args)
    return len(run.entries)


def double(x):
    return x * 2


def test_equal_arguments_share_an_entry():
    assert entries(double, (tensor(3),), (tensor(3, seed=1),)) == 1


@pytest.mark.parametrize(
    "other",
    [
        tensor(4),
        tensor(3, dtype=np.float64),
        tensor(3, grad=True),
        tensor(6)[::2],
        tensor(3, 1),
    ],
    ids=["shape", "dtype", "requires_grad", "strides", "rank"],
)
def test_another_kind_of_tensor_recompiles(other):
    assert entries(double, (tensor(3),), (other,)) == 2


def test_a_python_scalar_is_part_of_the_program():
    run = compiled(lambda x, n: x * n)
    x = tensor(3)
    assert [run(x, n).sum().item() for n in (1, 2, 2.0, True)] == [
        (x * n).sum().item() for n in (1, 2, 2.0, True)
    ]
    assert len(run.entries) == 4


def test_structure_of_arguments_recompiles():
    def first(tree):
        return tree[0] * 1

    assert entries(first, ([tensor(3)],), ((tensor(3),),), ([tensor(3), None],)) == 3


def test_keyword_and_positional_arguments_agree():
    run = compiled(lambda x, y: x - y)
    a, b = tensor(3), tensor(3, seed=2)
    assert run(a, y=b).tolist() == run(a, b).tolist() == (a - b).tolist()


def test_grad_mode_recompiles():
    run, x = compiled(double), tensor(3, grad=True)
    assert run(x).requires_grad
    with lamina.no_grad():
        assert not run(x).requires_grad
    assert len(run.entries) == 2


def test_the_same_tensor_twice_is_another_program():
    def add_first(a, b):
        a.add_(1)
        return a + b

    run = compiled(add_first)
    x = tensor(3)
    wanted = ((x + 1) * 2).tolist()
    run(tensor(3), tensor(3))
    assert run(x, x).tolist() == wanted


def test_a_global_number_is_guarded(monkeypatch):
    run, x = compiled(lambda x: x * SCALE), tensor(3)
    run(x)
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert run(x).tolist() == (x * 5.0).tolist()


def test_a_global_tensor_is_an_input(monkeypatch):
    run, x = compiled(lambda x: x * WEIGHT), tensor(3)
    run(x)
    WEIGHT.add_(1)
    assert run(x).tolist() == (x * WEIGHT).tolist()
    monkeypatch.setitem(globals(), "WEIGHT", tensor(3, seed=9))
    assert run(x).tolist() == (x * WEIGHT).tolist()
    assert len(run.entries) == 1


def test_an_entry_of_a_global_dictionary_is_guarded(monkeypatch):
    run, x = compiled(lambda x: x * TABLE["factor"]), tensor(3)
    run(x)
    monkeypatch.setitem(TABLE, "factor", 7.0)
    assert run(x).tolist() == (x * 7.0).tolist()


def test_the_elements_of_a_global_list_are_guarded(monkeypatch):
    def total(x):
        for n in TABLE["list"]:
            x = x + n
        return x

    run, x = compiled(total), tensor(3)
    run(x)
    monkeypatch.setitem(TABLE, "list", [1, 2, 3])
    assert run(x).tolist() == (x + 6).tolist()


def test_an_attribute_of_a_global_object_is_guarded(monkeypatch):
    run, x = compiled(lambda x: x + SETTINGS.bias), tensor(3)
    run(x)
    monkeypatch.setattr(SETTINGS, "bias", 4.0)
    assert run(x).tolist() == (x + 4.0).tolist()


def helper(x):
    return x * SCALE


def test_what_a_called_function_reads_is_guarded(monkeypatch):
    run, x = compiled(lambda x: helper(x) + 1), tensor(3)
    run(x)
    monkeypatch.setitem(globals(), "SCALE", 11.0)
    assert run(x).tolist() == (x * 11.0 + 1).tolist()


def test_rebinding_a_called_function_recompiles(monkeypatch):
    run, x = compiled(lambda x: helper(x)), tensor(3)
    run(x)
    monkeypatch.setitem(globals(), "helper", lambda x: x - 1)
    assert run(x).tolist() == (x - 1).tolist()


def test_closure_variables_are_guarded():
    factor, shift = 2.0, tensor(3)

    def program(x):
        return x * factor + shift

    run, x = compiled(program), tensor(3)
    run(x)
    factor, shift = 3.0, tensor(3, seed=5)
    assert run(x).tolist() == (x * 3.0 + shift).tolist()


def test_a_variable_that_a_nested_function_reads_is_guarded():
    factor = 2.0

    def program(x):
        def inner(y):
            return y * factor

        return inner(x)

    run, x = compiled(program), tensor(3)
    run(x)
    factor = 4.0
    assert run(x).tolist() == (x * 4.0).tolist()


def test_the_data_of_a_global_array_is_guarded():
    array = np.ones(3, np.float32)
    run, x = compiled(lambda x: x * lamina.tensor(array)), tensor(3)
    run(x)
    array[:] = 2
    assert run(x).tolist() == (x * 2).tolist()


class Model:
    def __init__(self):
        self.scale, self.weight, self.flag = 2.0, tensor(3), False

    def forward(self, x):
        return -x if self.flag else x * self.scale * self.weight


def test_attributes_of_a_bound_method_are_guarded():
    model, x = Model(), tensor(3)
    run = compiled(model.forward)
    run(x)
    model.scale = 3.0
    assert run(x).tolist() == model.forward(x).tolist()
    model.weight = tensor(3, seed=4)
    assert run(x).tolist() == model.forward(x).tolist()
    model.flag = True
    assert run(x).tolist() == (-x).tolist()


def test_a_compiled_method_serves_every_instance():
    class Scaled:
        def __init__(self, scale):
            self.scale = scale

        @compiled
        def apply(self, x):
            return x * self.scale

    x = tensor(3)
    assert Scaled(2.0).apply(x).tolist() == (x * 2.0).tolist()
    assert Scaled(3.0).apply(x).tolist() == (x * 3.0).tolist()


def test_whether_a_gradient_exists_is_guarded():
    def step(p):
        return p * 0 if p.grad is None else p - p.grad

    run, p = compiled(step), tensor(3, grad=True)
    assert run(p).tolist() == [0, 0, 0]
    (p * p).sum().backward()
    assert run(p).tolist() == (p - p.grad).tolist()


def test_a_new_gradient_tensor_is_read():
    @lamina.no_grad()
    def step(p):
        p.sub_(p.grad)

    p = tensor(3, grad=True)
    run = compiled(step)
    for _ in range(3):
        p.grad = None
        (p * p).sum().backward()
        wanted = (p - p.grad).tolist()
        run(p)
        assert p.tolist() == wanted


def test_gradients_accumulate_over_calls():
    run, p = compiled(lambda p: (p * p).sum().backward()), tensor(3, grad=True)
    for times in range(1, 4):
        run(p)
        assert p.grad.tolist() == (2 * times * p).tolist()
    # The first call met no gradient, the others one.
    assert len(run.entries) == 2


def test_gradients_that_are_only_looked_at_are_guarded():
    p, x = tensor(3, grad=True), tensor(3)
    run = compiled(lambda x: x * 2 if p.grad is None else x * 3)
    assert run(x).tolist() == (x * 2).tolist()
    p.grad = tensor(3)
    assert run(x).tolist() == (x * 3).tolist()


def test_gradients_that_are_replaced_unseen_are_not_guarded():
    model = lamina.nn.Linear(3, 2)
    optimizer = lamina.optim.SGD(model.parameters(), lr=0.1)

    def step(x):
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
        return loss.detach()

    run, x = compiled(step), tensor(4, 3)
    losses = [run(x).item() for _ in range(3)]
    assert losses == sorted(losses, reverse=True) and model.weight.grad is not None
    assert len(run.entries) == 1


def test_gradients_that_are_replaced_unseen_are_gone_while_the_program_runs():
    def step(p):
        p.grad = None
        (p * p).sum().backward()

    run, p = compiled(step), tensor(3, grad=True)
    run(p)
    before = p.grad
    run(p)
    assert p.grad is not before and before.tolist() == p.grad.tolist()
    gone = weakref.ref(before._array)
    del before
    run(p)
    assert gone() is None and p.grad.tolist() == (2 * p).tolist()


def test_gradients_are_cleared_that_the_first_call_did_not_meet():
    def clear(p):
        p.grad = None
        return p * 2

    run, p = compiled(clear), tensor(3, grad=True)
    run(p)
    p.grad = tensor(3)
    run(p)
    assert p.grad is None and len(run.entries) == 1


def test_recompiling_stops_at_the_limit():
    with config.scope(recompile_limit=2):
        run = lamina.compile(lambda x, n: x * n, backend="interpreter")
        x = tensor(3)
        assert [run(x, n).tolist() for n in range(4)] == [(x * n).tolist() for n in range(4)]
        assert len(run.entries) == 2
        assert sum(run.fallbacks.values()) == 2


def test_the_limit_is_an_error_under_fullgraph():
    with config.scope(recompile_limit=1):
        run = compiled(lambda x, n: x * n)
        run(tensor(3), 1)
        with pytest.raises(CompileError, match="recompile_limit"):
            run(tensor(3), 2)


def test_explain_says_why_it_recompiled():
    run = compiled(double)
    run(tensor(3))
    run(tensor(4))
    assert "shape [3]" in run.explain(tensor(3)).recompiles[0]


LOG = []


def appends(x):
    LOG.append(1)
    return x * 2


COUNT = 0


def counts(x):
    global COUNT
    COUNT += 1
    return x * 2


def caches(x):
    SETTINGS.last = x * 2
    return x


@pytest.mark.parametrize("fn", [appends, counts, caches])
def test_side_effects_are_refused_and_undone(fn):
    with pytest.raises(UnsupportedError, match="outlives it"):
        compiled(fn)(tensor(3))
    assert LOG == [] and COUNT == 0 and not hasattr(SETTINGS, "last")


@pytest.mark.parametrize("fn", [appends, counts])
def test_side_effects_happen_once_when_the_call_runs_eagerly(fn):
    try:
        lamina.compile(fn, backend="interpreter")(tensor(3))
        assert (len(LOG), COUNT) == ((1, 0) if fn is appends else (0, 1))
    finally:
        LOG.clear()
        globals()["COUNT"] = 0


def test_random_numbers_of_python_are_refused():
    import random

    with pytest.raises(UnsupportedError, match="other results at every call"):
        compiled(lambda x: x * random.random())(tensor(3))


def test_what_a_module_makes_when_asked_is_seen():
    import random

    lazy = types.ModuleType("lazy")
    lazy.__getattr__ = lambda name: random
    with pytest.raises(UnsupportedError, match="other results at every call"):
        compiled(lambda x: x * lazy.numbers.random())(tensor(3))


def test_printing_is_refused():
    with pytest.raises(UnsupportedError, match="print"):
        compiled(lambda x: print("hello") or x * 1)(tensor(3))


def test_objects_that_the_program_makes_may_change():
    class Counter:
        def __init__(self):
            self.n = 0

        def add(self):
            self.n += 1

    def program(x):
        counter = Counter()
        for _ in range(3):
            counter.add()
        return x * counter.n

    x = tensor(3)
    assert compiled(program)(x).tolist() == (x * 3).tolist()


def test_a_program_may_import(tmp_path, monkeypatch):
    (tmp_path / "imported_by_a_program.py").write_text(
        "total = 0\n\n\ndef bump():\n    global total\n    total += 2\n\n\nbump()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    @lamina.compile(fullgraph=True, backend="interpreter")
    def program(x):
        import imported_by_a_program

        return x * imported_by_a_program.total

    assert program(lamina.ones(2)).tolist() == [2, 2]
    assert program(lamina.ones(2)).tolist() == [2, 2]
    assert len(program.entries) == 1
