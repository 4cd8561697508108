"""Large modules are compiled in parts at the same time, which link to one program."""

import ctypes
import os

import pytest
from lamina import native
from support import compile_text

pytestmark = pytest.mark.skipif(os.cpu_count() == 1, reason="one core compiles everything in turn")


def chain(name: str, seed: int, length: int = 1500, private: bool = True) -> str:
    """A function whose instructions depend on each other: x -> (...((x ^ c0) * c1) ^ c2 ...)."""
    lines, value = [], "%x"
    for i in range(length):
        op = "llvm.xor" if i % 2 else "llvm.mul"
        lines += [
            f"  %c{i} = llvm.mlir.constant({(2 * i + seed) | 1} : i64) : i64",
            f"  %v{i} = {op} {value}, %c{i} : i64",
        ]
        value = f"%v{i}"
    linkage = "internal " if private else ""
    body = "\n".join(lines)
    return (
        f"llvm.func {linkage}@{name}(%x: i64) -> i64 {{\n{body}\n  llvm.return {value} : i64\n}}\n"
    )


def wanted(seed: int, x: int, length: int = 1500) -> int:
    for i in range(length):
        constant = (2 * i + seed) | 1
        x = (x ^ constant) if i % 2 else (x * constant) & (2**64 - 1)
    return x


CALLS = """
llvm.func @both(%x: i64) -> i64 {
  %0 = llvm.call @first(%x) : (i64) -> i64
  %1 = llvm.call @second(%0) : (i64) -> i64
  llvm.return %1 : i64
}
"""


def run(text: str, level: int, x: int) -> tuple[bytes, int]:
    code = compile_text(text, level)
    program = native.LoadedObject(code.data)
    call = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_uint64)(program.address("both"))
    return code.data, call(x)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_parts_call_each_other(level):
    data, found = run(chain("first", 3) + chain("second", 5) + CALLS, level, 7)
    assert data.startswith(b"!<arch>")
    assert found == wanted(5, wanted(3, 7))


def test_small_modules_stay_whole():
    data, _ = run(chain("first", 3, 10) + chain("second", 5, 10) + CALLS, 1, 7)
    assert data.startswith(b"\x7fELF")


def test_equal_functions_are_compiled_once():
    data, found = run(chain("first", 3) + chain("second", 3) + CALLS, 1, 7)
    assert found == wanted(3, wanted(3, 7))
    different, _ = run(chain("first", 3) + chain("second", 5) + CALLS, 1, 7)
    assert len(data) < 0.7 * len(different)


def test_parts_share_literals():
    table = ", ".join(str(i) for i in range(16))
    text = f"""
    llvm.mlir.global internal constant @table(dense<[{table}]> : tensor<16xi64>) : !llvm.array<16 x i64>
    llvm.func internal @third(%x: i64) -> i64 {{
      %0 = llvm.mlir.addressof @table : !llvm.ptr
      %1 = llvm.getelementptr %0[%x] : (!llvm.ptr, i64) -> !llvm.ptr, i64
      %2 = llvm.load %1 : !llvm.ptr -> i64
      llvm.return %2 : i64
    }}
    llvm.func @both(%x: i64) -> i64 {{
      %0 = llvm.call @third(%x) : (i64) -> i64
      %1 = llvm.call @first(%0) : (i64) -> i64
      %2 = llvm.call @second(%1) : (i64) -> i64
      llvm.return %2 : i64
    }}
    """
    _, found = run(chain("first", 3) + chain("second", 5) + text, 0, 9)
    assert found == wanted(5, wanted(3, 9))


def test_text_of_all_parts_is_kept():
    text = chain("first", 3) + chain("second", 5) + CALLS
    assert "@both" in compile_text(text, 0, keep_text=True).llvm_ir
