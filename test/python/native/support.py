"""Compiles small upstream-dialect modules for the tests of this folder."""

from __future__ import annotations

from lamina import native
from mlir import ir
from mlir.passmanager import PassManager

LOWER = """builtin.module(
  convert-linalg-to-loops, lower-affine, convert-scf-to-cf, convert-math-to-llvm,
  expand-strided-metadata, lower-affine, convert-index-to-llvm, finalize-memref-to-llvm,
  convert-arith-to-llvm,
  convert-func-to-llvm{use-bare-ptr-memref-call-conv=1}, convert-cf-to-llvm,
  reconcile-unrealized-casts)"""

# out[i] = a[i] + b[i]
ADD = """
func.func @add(%a: memref<{n}x{t}>, %b: memref<{n}x{t}>, %out: memref<{n}x{t}>)
    attributes {{lamina.entry}} {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant {n} : index
  scf.for %i = %c0 to %n step %c1 {{
    %x = memref.load %a[%i] : memref<{n}x{t}>
    %y = memref.load %b[%i] : memref<{n}x{t}>
    %z = arith.addf %x, %y : {t}
    memref.store %z, %out[%i] : memref<{n}x{t}>
  }}
  return
}}
"""


def lower(text: str) -> ir.Module:
    """A module of upstream dialects, lowered to the LLVM dialect with bare-pointer arguments."""
    with ir.Context() as context:
        native.register(context)
        module = ir.Module.parse(text)
        PassManager.parse(LOWER).run(module.operation)
    return module


def compile_text(text: str, opt_level: int = 1, **options) -> native.ObjectCode:
    """Object code of a module of upstream dialects."""
    return native.compile_object(lower(text), opt_level, **options)


def link(text: str, name: str, inputs, outputs, workspace: int = 0, **options):
    """A launcher of function `name`, its code included."""
    program = native.LoadedObject(compile_text(text).data, name)
    return native.launcher().Launcher(
        program.address(f"{name}_packed"),
        inputs,
        outputs,
        workspace,
        name=name,
        keepalive=program,
        **options,
    )
