"""Object code in this process: linking, symbols, unloading, other processes."""

import ctypes
import pathlib
import subprocess
import sys
import textwrap

import ml_dtypes
import numpy as np
import pytest
from lamina import native
from lamina.errors import CompileError
from support import ADD, compile_text, link

CONSTANT = """
llvm.func @value() -> i64 {{
  %0 = llvm.mlir.constant({value} : i64) : i64
  llvm.return %0 : i64
}}
"""


def call(program: native.LoadedObject) -> int:
    return ctypes.CFUNCTYPE(ctypes.c_int64)(program.address("value"))()


def test_equal_names_in_two_objects_do_not_clash():
    programs = [
        native.LoadedObject(compile_text(CONSTANT.format(value=value)).data) for value in (1, 2)
    ]
    assert [call(program) for program in programs] == [1, 2]


def test_an_object_outlives_others_that_are_unloaded():
    data = compile_text(CONSTANT.format(value=7)).data
    kept = native.LoadedObject(data)
    for _ in range(20):
        call(native.LoadedObject(data))
    assert call(kept) == 7


def test_an_object_runs_in_another_process(tmp_path: pathlib.Path):
    path = tmp_path / "add.o"
    path.write_bytes(compile_text(ADD.format(n=4, t="f32")).data)
    script = f"""
        import numpy as np
        from lamina import native
        program = native.LoadedObject(open({str(path)!r}, "rb").read(), "add")
        spec = ("f4", (4,), None)
        address = program.address("add_packed")
        add = native.launcher().Launcher(address, [spec, spec], [spec], keepalive=program)
        print(add(np.arange(4, dtype="f4"), np.ones(4, "f4"))[0].tolist())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[1.0, 2.0, 3.0, 4.0]"


def test_bytes_that_are_no_object_are_refused():
    with pytest.raises(CompileError, match="loading broken"):
        native.LoadedObject(b"not an object", "broken")


def test_a_truncated_object_is_refused():
    data = compile_text(ADD.format(n=64, t="f32")).data
    with pytest.raises(CompileError):
        native.LoadedObject(data[: len(data) // 2]).address("add_packed")


def test_a_symbol_that_is_not_defined_is_named():
    program = native.LoadedObject(compile_text(CONSTANT.format(value=1)).data, "constants")
    with pytest.raises(CompileError, match=r"linking constants.*nothing"):
        program.address("nothing")


def test_a_function_missing_from_the_process_is_named():
    text = """
    llvm.func @no_such_function()
    llvm.func @f() {
      llvm.call @no_such_function() : () -> ()
      llvm.return
    }"""
    with pytest.raises(CompileError, match="no_such_function"):
        native.LoadedObject(compile_text(text).data).address("f")


def test_the_math_library_is_found():
    text = """
    llvm.func @tgamma(f64) -> f64
    llvm.func @gamma(%x: !llvm.ptr, %out: !llvm.ptr) attributes {lamina.entry} {
      %0 = llvm.load %x : !llvm.ptr -> f64
      %1 = llvm.call @tgamma(%0) : (f64) -> f64
      llvm.store %1, %out : f64, !llvm.ptr
      llvm.return
    }"""
    scalar = ("f8", (), None)
    assert link(text, "gamma", [scalar], [scalar])(np.array(5.0))[0] == 24.0


def test_strided_copies_need_no_runner_library():
    text = """
    func.func @copy(%a: memref<2x3xf32, strided<[1, 2]>>, %out: memref<2x3xf32>)
        attributes {lamina.entry} {
      memref.copy %a, %out : memref<2x3xf32, strided<[1, 2]>> to memref<2x3xf32>
      return
    }"""
    copy = link(text, "copy", [("f4", (2, 3), (1, 2))], [("f4", (2, 3), None)])
    transposed = np.arange(6, dtype="f4").reshape(3, 2).T
    np.testing.assert_array_equal(copy(transposed)[0], transposed)


@pytest.mark.parametrize("source", [np.float32, np.float64])
@pytest.mark.parametrize("target", ["bf16", "f16"])
def test_narrow_floats_round_as_numpy_does_on_an_old_cpu(source, target):
    name = {np.float32: "f32", np.float64: "f64"}[source]
    dtype = np.dtype(ml_dtypes.bfloat16 if target == "bf16" else np.float16)
    text = f"""
    func.func @narrow(%a: memref<1024x{name}>, %out: memref<1024x{target}>)
        attributes {{lamina.entry}} {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 1024 : index
      scf.for %i = %c0 to %n step %c1 {{
        %x = memref.load %a[%i] : memref<1024x{name}>
        %y = arith.truncf %x : {name} to {target}
        memref.store %y, %out[%i] : memref<1024x{target}>
      }}
      return
    }}"""
    program = native.LoadedObject(compile_text(text, cpu="x86-64").data)
    narrow = native.launcher().Launcher(
        program.address("narrow_packed"),
        [(source, (1024,), None)],
        [(dtype, (1024,), None)],
        keepalive=program,
    )
    values = np.random.default_rng(0).standard_normal(1024).astype(source) * 100
    values[:6] = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.00390625]
    result, expected = narrow(values)[0], values.astype(dtype)
    np.testing.assert_array_equal(result.astype("f4"), expected.astype("f4"))
