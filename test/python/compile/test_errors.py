"""What cannot be compiled says so, with the operator, the shapes and the user's line; arguments
stay as they were.
"""

import cProfile
import gc
import inspect

import lamina
import pytest
from agreement import tensor
from lamina.dispatch.state import state
from lamina.errors import CompileError, DataDependentError, ShapeError, UnsupportedError


def compiled(fn):
    return lamina.compile(fn, fullgraph=True, backend="interpreter")


def line_of(fn, text):
    lines, start = inspect.getsourcelines(fn)
    return start + next(i for i, line in enumerate(lines) if text in line)


def branches(x):
    if x.sum() > 0:
        return x * 2
    return x


def test_a_branch_on_a_traced_value_names_the_line():
    with pytest.raises(DataDependentError) as caught:
        compiled(branches)(tensor(3))
    assert caught.value.user_frame.line == line_of(branches, "if x.sum()")
    assert caught.value.user_frame.file == __file__


def test_a_branch_on_a_traced_value_runs_eagerly_without_fullgraph():
    run, x = lamina.compile(branches, backend="interpreter"), tensor(3)
    assert run(x).tolist() == (x * 2).tolist()
    report = run.explain(x)
    assert sum(report.fallbacks.values()) == 1 and "bool()" in str(report)


OUTSIDE = tensor(3)


@pytest.mark.parametrize(
    "fn",
    [
        lambda x: x * OUTSIDE.sum().item(),
        lambda x: x * float(OUTSIDE[0]),
        lambda x: x * OUTSIDE.tolist()[0],
        lambda x: x + lamina.tensor(OUTSIDE.numpy()),
    ],
    ids=["item", "float", "tolist", "numpy"],
)
def test_the_data_of_a_closed_over_tensor_is_never_baked_in(fn):
    with pytest.raises(DataDependentError):
        compiled(fn)(tensor(3))


def mismatched(a, b):
    a.mul_(2)
    return a + b


def test_mismatched_shapes():
    a = tensor(2, 3)
    before, version = a.tolist(), a._version
    with pytest.raises(ShapeError, match=r"add.*\(2, 3\).*\(4,\)") as caught:
        compiled(mismatched)(a, tensor(4))
    assert caught.value.user_frame.line == line_of(mismatched, "a + b")
    assert a.tolist() == before and a._version == version


def test_a_failed_capture_leaves_history_alone():
    w = tensor(3, grad=True)
    y = w * 2
    node = y.grad_fn

    def program(y):
        y.mul_(w)
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        compiled(program)(y)
    assert y.grad_fn is node and y._version == 0 and w.is_leaf and w.grad is None


def test_in_place_on_a_leaf_that_requires_grad():
    with pytest.raises(lamina.errors.AutogradError, match="leaf"):
        compiled(lambda x: x.mul_(2))(tensor(3, grad=True))


def test_in_place_on_a_view_of_a_leaf_that_requires_grad():
    x = tensor(3, 4, grad=True)
    with pytest.raises(lamina.errors.AutogradError, match="leaf"):
        compiled(lambda v: v.mul_(2))(x[0])


def test_unknown_backend():
    with pytest.raises(UnsupportedError, match="known: "):
        lamina.compile(branches, backend="fpga")


def test_unknown_option():
    with pytest.raises(TypeError, match="speed"):
        lamina.compile(branches, options={"speed": 11})


def test_dynamic_sizes_are_refused():
    with pytest.raises(UnsupportedError, match="dynamic"):
        lamina.compile(branches, dynamic=True)


def test_differentiating_twice_is_refused():
    x = tensor(3, grad=True)
    y = compiled(lambda x: x.sin().sum())(x)
    (g,) = lamina.autograd.grad(y, x, create_graph=True)
    assert g.tolist() == pytest.approx(x.cos().tolist())
    with pytest.raises(lamina.errors.AutogradError, match="cannot be differentiated again"):
        g.sum().backward()


def test_backward_twice_needs_retain_graph():
    x = tensor(3, grad=True)
    run = compiled(lambda x: x.sin().sum())
    y = run(x)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == pytest.approx((2 * x.cos()).tolist())
    with pytest.raises(lamina.errors.AutogradError, match="retain_graph"):
        y.backward()


def test_a_saved_input_that_was_written_is_noticed():
    x, w = tensor(3), tensor(3, grad=True)
    y = compiled(lambda x, w: (x * w).sum())(x, w)
    x.add_(1)
    with pytest.raises(lamina.errors.AutogradError, match="modified by an inplace operation"):
        y.backward()


def test_a_saved_result_that_was_written_is_noticed():
    def overwrites(x):
        y = x.exp()
        y.add_(1)
        return y * 2

    x = tensor(3, grad=True)
    y = compiled(overwrites)(x)
    assert y.tolist() == overwrites(x).tolist()
    with pytest.raises(lamina.errors.AutogradError, match="modified by an inplace operation"):
        y.sum().backward()


def test_an_error_of_the_backward_is_met_on_the_way_to_any_input():
    def overwrites(x):
        y = x.exp()
        y.add_(1)
        return y

    x = tensor(3, grad=True)
    y = compiled(overwrites)(x * 1)
    with pytest.raises(lamina.errors.AutogradError, match="modified by an inplace operation"):
        lamina.autograd.grad(y.sum(), [x])


def test_a_view_of_several_may_not_be_written():
    first = compiled(lambda x: x.split(2)[0])(tensor(4, grad=True))
    with pytest.raises(lamina.errors.AutogradError, match="multiple views"):
        first.mul_(2)


def test_a_tensor_of_another_trace_is_refused():
    kept = []

    class Keeper:
        def __call__(self, x):
            kept.append(x * 2)
            return x

    keep = Keeper()
    with pytest.raises(UnsupportedError):
        compiled(lambda x: keep(x))(tensor(3))
    assert kept == []


def test_a_lowered_program_checks_its_arguments():
    run = compiled(lambda x: x * 2).lower(tensor(3)).compile()
    with pytest.raises(CompileError, match=r"shape \[3\]"):
        run(tensor(4))


class Box:
    def __init__(self, value):
        self.value = value


def test_a_result_that_hides_tensors_is_refused():
    with pytest.raises(UnsupportedError, match="returns a Box"):
        compiled(lambda x: Box(x * 2))(tensor(3))


def test_the_arguments_of_a_call_are_not_kept():
    import gc
    import weakref

    run, x = compiled(lambda x: x * 2), tensor(3)
    run(x)
    kept = weakref.ref(x)
    del x
    gc.collect()
    assert kept() is None


collections = 0


def count_collection(phase, info):
    global collections
    collections += 1


def test_the_garbage_collector_is_no_part_of_a_program():
    gc.callbacks.append(count_collection)
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        assert compiled(lambda x: x * 2)(tensor(3)).shape == (3,)
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(count_collection)
    assert collections and gc.isenabled()


def test_a_failed_capture_leaves_no_trace_running():
    def fails(x):
        assert state.grad_enabled
        raise KeyError("no such thing")

    with pytest.raises(KeyError):
        compiled(fails)(tensor(3))
    assert state.tracer is None


def after_the_call():
    pass


def test_a_profiler_goes_on_after_a_capture():
    profiler = cProfile.Profile()
    profiler.enable()
    compiled(lambda x: x * 2)(tensor(3))
    after_the_call()
    profiler.disable()
    profiler.create_stats()
    assert any(name == "after_the_call" for _, _, name in profiler.stats)
