"""The runtime wrapper: one flat function, written from the attributes of the functions alone."""

import ast

import lamina
import pytest
from lamina import config
from lamina.backends import DEFAULT_OPTIONS, get_backend
from lamina.compiler.wrapper import Runtime
from lamina.ir.context import context
from mlir import ir

PROGRAM = """
func.func @f(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<1>},
        tensor<2x3xf32> {lamina.result = #lamina.output<1>})
    attributes {lamina.outputs = [
      #lamina.alias<input, 1, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>, unit]} {
  %0 = lamina.add %a, %a : tensor<2x3xf32>
  %1 = lamina.mul %0, %0 : tensor<2x3xf32>
  return %0, %1 : tensor<2x3xf32>, tensor<2x3xf32>
}
"""


@pytest.fixture(params=["interpreter", "cpu"])
def runtime(request) -> Runtime:
    with context():
        module = ir.Module.parse(PROGRAM)
    return Runtime(module, "f", get_backend(request.param), DEFAULT_OPTIONS)


def test_a_program_read_from_text_is_called_like_one_just_traced(runtime):
    other, a = lamina.zeros(1), lamina.ones(2, 3)
    view, result = runtime.call((other, a))
    assert view._base is a and view.tolist() == [[2, 2], [2, 2], [2, 2]]
    assert result.tolist() == [[4, 4, 4], [4, 4, 4]]
    assert a._version == 1 and other._version == 0


def test_the_wrapper_is_one_flat_function(runtime):
    (function,) = ast.parse(runtime.text).body
    assert not [n for n in ast.walk(function) if isinstance(n, (ast.For, ast.Lambda, ast.While))]


def test_results_of_inference_mode_have_no_version(runtime):
    with lamina.inference_mode():
        assert runtime.call((None, lamina.ones(2, 3)))[1].is_inference()


def test_the_wrapper_is_shown_when_asked_for(capsys):
    with config.scope(logs=frozenset({"wrapper"})):
        lamina.compile(lambda x: x * 2)(lamina.ones(3))
    shown = capsys.readouterr().err
    assert "execute(t0._array)" in shown and "func.func" not in shown


@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
def test_a_write_to_one_of_two_inputs_in_one_memory_gives_both_a_history(backend):
    x = lamina.ones(2, 3, requires_grad=True) * 1
    view = x.t()

    def program(x, view):
        x.clamp_(-1, 0.5)
        return view * 2

    result = lamina.compile(program, fullgraph=True, backend=backend)(x, view)
    assert result.tolist() == [[1, 1], [1, 1], [1, 1]]
    assert not x.is_leaf and view.grad_fn is not None


@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
def test_complex_numbers_written_to_places_are_literals_of_the_program(backend):
    def program(x):
        x[-1] = 0.5
        x[lamina.tensor([0])] = True
        return x + lamina.tensor([1j, 2, 3])

    def run(function):
        return function(lamina.zeros(3, dtype=lamina.complex64)).tolist()

    assert run(lamina.compile(program, fullgraph=True, backend=backend)) == run(program)


@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
@pytest.mark.parametrize(
    "program",
    [
        lambda x: x[lamina.arange(0), None],
        lambda x: x.unsqueeze(-1)[:0][lamina.arange(0), None],
        lambda x: x.reshape(3, 2).narrow(1, 1, 0).double(),
    ],
)
def test_strides_of_results_without_elements_are_those_of_eager(backend, program):
    found = lamina.compile(program, fullgraph=True, backend=backend)(lamina.ones(2, 3))
    assert found.stride() == program(lamina.ones(2, 3)).stride()


@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
def test_a_write_through_data_moves_no_version(backend):
    x = lamina.ones(3)
    lamina.compile(lambda x: [x.data.mul_(2)][:0], fullgraph=True, backend=backend)(x)
    assert x.tolist() == [2, 2, 2] and x._version == 0
