"""The interpreter executes IR text of both worlds, regions and calls included."""

import numpy as np
import pytest
from lamina.errors import LaminaError, UnsupportedError
from lamina.ir.context import context
from lamina.ir.interpreter import Program
from mlir import ir


def run(text, *arrays, name=None):
    return Program(ir.Module.parse(text, context()), name)(*arrays)


def test_refs_are_written_in_place():
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    (view,) = run(
        """
        func.func @f(%x: !lamina.ref<2x3xf32>) -> !lamina.ref<3x2xf32> {
          %v = lamina.permute %x {dims = array<i64: 1, 0>}
              : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
          %0 = lamina.mul %v, %v : !lamina.ref<3x2xf32>
          lamina.assign %0, %v : !lamina.ref<3x2xf32>
          return %v : !lamina.ref<3x2xf32>
        }""",
        x,
    )
    assert x.tolist() == [[0, 1, 4], [9, 16, 25]] and view.base is not None


def test_tensors_are_values():
    x = np.ones(3, np.float32)
    (result,) = run(
        """
        func.func @f(%x: tensor<3xf32>) -> tensor<3xf32> {
          %0 = lamina.add %x, %x : tensor<3xf32>
          return %0 : tensor<3xf32>
        }""",
        x,
    )
    assert result.tolist() == [2, 2, 2] and x.tolist() == [1, 1, 1]


def test_a_literal_is_fresh_at_every_call():
    program = Program(
        ir.Module.parse(
            """
            func.func @f() -> !lamina.ref<2xf32> {
              %0 = lamina.constant dense<1.0> : tensor<2xf32> : !lamina.ref<2xf32>
              %1 = lamina.add %0, %0 : !lamina.ref<2xf32>
              lamina.assign %1, %0 : !lamina.ref<2xf32>
              return %0 : !lamina.ref<2xf32>
            }""",
            context(),
        )
    )
    assert program()[0].tolist() == program()[0].tolist() == [2, 2]


def test_calls():
    text = """
        func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
          %0 = call @g(%x) : (tensor<2xf32>) -> tensor<2xf32>
          return %0 : tensor<2xf32>
        }
        func.func private @g(%x: tensor<2xf32>) -> tensor<2xf32> {
          %0 = lamina.neg %x : tensor<2xf32>
          return %0 : tensor<2xf32>
        }"""
    assert run(text, np.ones(2, np.float32), name="f")[0].tolist() == [-1, -1]


def test_operations_of_other_dialects_are_refused():
    text = """
        func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
          %0 = arith.negf %x : tensor<2xf32>
          return %0 : tensor<2xf32>
        }"""
    with pytest.raises(UnsupportedError, match=r"arith\.negf"):
        run(text, np.ones(2, np.float32))


def test_an_index_out_of_range_names_the_operation():
    text = """
        func.func @f(%x: tensor<2xf32>, %i: tensor<1xi64>) -> tensor<1xf32> {
          %0 = lamina.gather %x, %i {dim = 0 : i64}
              : (tensor<2xf32>, tensor<1xi64>) -> tensor<1xf32>
          return %0 : tensor<1xf32>
        }"""
    with pytest.raises(LaminaError, match=r"lamina\.gather"):
        run(text, np.ones(2, np.float32), np.array([5]))
