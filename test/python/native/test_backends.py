"""Both backends honour one calling convention, and agree."""

import numpy as np
import pytest
from lamina import native
from lamina.backends import CompileOptions, get_backend, list_backends
from lamina.errors import CompileError, UnsupportedError
from mlir import ir

F32 = np.float32

# a becomes 2 * a; the results are a + b (of the old a) and the transpose of b
TEXT = """
func.func @f(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<0>},
             %b: tensor<2x3xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<0>},
        tensor<2x3xf32> {lamina.result = #lamina.output<0>},
        tensor<3x2xf32> {lamina.result = #lamina.output<1>, lamina.strides = array<i64: 1, 3>}) {
  %0 = lamina.add %a, %a : tensor<2x3xf32>
  %1 = lamina.add %a, %b : tensor<2x3xf32>
  %2 = lamina.permute %b {dims = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  return %0, %1, %2 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<3x2xf32>
}
func.func @other(%a: tensor<?xf32>) -> tensor<?xf32> { return %a : tensor<?xf32> }
"""

# the two inputs change places
SWAP = """
func.func @swap(%a: tensor<4xf32> {lamina.arg = #lamina.input<0>},
                %b: tensor<4xf32> {lamina.arg = #lamina.input<1>})
    -> (tensor<4xf32> {lamina.result = #lamina.mutation<0>},
        tensor<4xf32> {lamina.result = #lamina.mutation<1>}) {
  return %b, %a : tensor<4xf32>, tensor<4xf32>
}
"""


def build(text: str, name: str, backend: str, **options):
    with ir.Context() as context:
        native.register(context)
        module = ir.Module.parse(text)
        before = str(module)
        executable = get_backend(backend).compile(module, name, CompileOptions(**options))
        assert str(module) == before
        return executable


@pytest.fixture(params=["cpu", "interpreter"])
def backend(request):
    if request.param == "interpreter":
        pytest.importorskip("lamina.ir.interpreter")
    return request.param


def arrays():
    return np.arange(6, dtype=F32).reshape(2, 3), np.full((2, 3), 10, F32)


def test_results_and_mutations(backend):
    a, b = arrays()
    total, transposed = build(TEXT, "f", backend)(a, b)
    np.testing.assert_array_equal(total, [[10, 11, 12], [13, 14, 15]])
    np.testing.assert_array_equal(a, [[0, 2, 4], [6, 8, 10]])
    np.testing.assert_array_equal(transposed, b.T)
    assert transposed.strides == (4, 12)
    assert not np.shares_memory(transposed, b)


def test_mutations_read_old_values(backend):
    a, b = np.zeros(4, F32), np.ones(4, F32)
    assert build(SWAP, "swap", backend)(a, b) == []
    assert a.tolist() == [1] * 4 and b.tolist() == [0] * 4


def test_arrays_of_another_signature_are_refused(backend):
    f = build(TEXT, "f", backend)
    a, b = arrays()
    with pytest.raises(TypeError, match="f: expected 2 inputs, got 1"):
        f(a)
    with pytest.raises(TypeError, match="f: input 1: expected dtype float32, got float64"):
        f(a, b.astype(np.float64))
    with pytest.raises(ValueError, match="f: input 0: expected shape"):
        f(a.T, b)
    np.testing.assert_array_equal(a, arrays()[0])


def test_memory_is_analysed(backend):
    memory = build(TEXT, "f", backend).memory_analysis()
    assert (memory.inputs, memory.outputs, memory.in_place) == (48, 48, 24)
    assert memory.total >= 96


def test_stages_are_timed(backend):
    assert all(seconds > 0 for seconds in build(TEXT, "f", backend).seconds.values())


def test_texts_of_the_native_stages_are_kept_on_request():
    assert build(TEXT, "f", "cpu").texts == {}
    texts = build(TEXT, "f", "cpu", keep_text=True).texts
    assert "llvm.func @f" in texts["llvm-dialect"]
    assert "define void @f(" in texts["llvm-ir"]
    assert "f_packed" in texts["assembly"]


def test_code_links_again_from_its_bytes():
    from lamina.backends.cpu import CPUExecutable

    f = build(TEXT, "f", "cpu")
    again = CPUExecutable(f.code, f.signature, f.workspace)
    for mine, theirs in zip(again(*arrays()), f(*arrays()), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_stage_that_fails_reports_its_diagnostics():
    from lamina.backends.cpu import CPUBackend

    with ir.Context() as context:
        native.register(context)
        module = ir.Module.parse("func.func @f() { %0 = memref.alloc() : memref<f32> return }")
        with pytest.raises(CompileError, match=r"lamina-nonsense"):
            CPUBackend(pipeline="builtin.module(lamina-nonsense)").compile(module, "f")
        with pytest.raises(CompileError, match=r"no llvm\.func 'f'"):
            CPUBackend(pipeline="builtin.module(canonicalize)").compile(module, "f")


def test_unknown_backends_are_refused():
    assert {"cpu", "interpreter"} <= set(list_backends())
    with pytest.raises(UnsupportedError, match="unknown backend 'abacus'; known: cpu, interpreter"):
        get_backend("abacus")
