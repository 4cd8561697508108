"""Signatures that backends read from functions."""

import re

import numpy as np
import pytest
from lamina import native
from lamina.backends.signature import Buffer, read_signature
from lamina.errors import CompileError, UnsupportedError
from mlir import ir


def read(text: str, name: str = "f"):
    with ir.Context() as context:
        native.register(context)
        return read_signature(ir.Module.parse(text).operation, name)


def test_roles_and_layouts_are_read_from_attributes():
    signature = read("""
    func.func @f(%a: tensor<2x3xf32> {lamina.arg = #lamina.input<1>,
                                      lamina.strides = array<i64: 1, 2>},
                 %t: tensor<2xui8> {lamina.arg = #lamina.tangent<mutation, 4>})
        -> (tensor<2x3xf32> {lamina.result = #lamina.mutation<1>},
            tensor<2xui8> {lamina.result = #lamina.output<0>}) {
      return %a, %t : tensor<2x3xf32>, tensor<2xui8>
    }""")
    floats, bytes_ = np.dtype("f4"), np.dtype("u1")
    assert signature.arguments == (
        Buffer(floats, (2, 3), (1, 2), "input", 1),
        Buffer(bytes_, (2,), None, "tangent", 4),
    )
    assert signature.outputs == (Buffer(bytes_, (2,), None, "output", 0),)
    assert signature.written == (0,)


def test_functions_without_attributes_are_plain():
    signature = read("func.func @f(%a: tensor<i1>) -> tensor<i1> { return %a : tensor<i1> }")
    assert signature.arguments == signature.outputs == (Buffer(np.dtype(bool), ()),)
    assert signature.written == ()


def test_a_mutation_needs_its_input():
    text = """
    func.func @f(%a: tensor<f32>) -> (tensor<f32> {lamina.result = #lamina.mutation<0>}) {
      return %a : tensor<f32>
    }"""
    with pytest.raises(CompileError, match="mutation of input 0, but no argument is that input"):
        _ = read(text).written


@pytest.mark.parametrize(
    "type_, reason",
    [
        ("tensor<?xf32>", "dynamic dimensions"),
        ("tensor<4xi7>", "no array dtype"),
        ("tensor<*xf32>", "only tensors of known rank"),
        ("!lamina.ref<4xf32>", "only tensors of known rank"),
        ("index", "only tensors of known rank"),
    ],
)
def test_types_without_arrays_are_refused(type_, reason):
    with pytest.raises(UnsupportedError, match=f"f: .*{reason}.*: {re.escape(type_)}"):
        read(f"func.func private @f({type_})")


def test_a_missing_function_is_named():
    with pytest.raises(CompileError, match=r"no func\.func 'g'"):
        read("func.func private @f()", "g")
