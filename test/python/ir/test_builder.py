"""The builder emits what the primitives compute: equal operands, full types, the user's line."""

import inspect

import numpy as np
import pytest
from lamina.errors import DtypeError, ShapeError
from lamina.ir import opset
from lamina.ir.builder import Builder, tensor_builder
from lamina.ir.context import context, unknown
from lamina.ir.interpreter import Program
from lamina.ops import primitives
from mlir import ir

F4 = np.dtype(np.float32)


class Function:
    """A function under construction, with one argument per (shape, dtype)."""

    def __init__(self, *arguments, make=Builder):
        from lamina.ir.types import ref_type, tensor_type

        array_type = ref_type if make is Builder else tensor_type
        with context(), unknown():
            self.module = ir.Module.create()
            types = [array_type(shape, np.dtype(dtype)) for shape, dtype in arguments]
            self.op = ir.Operation.create(
                "func.func",
                attributes={
                    "sym_name": ir.StringAttr.get("f"),
                    "function_type": ir.TypeAttr.get(ir.FunctionType.get(types, [])),
                },
                regions=1,
                ip=ir.InsertionPoint(self.module.body),
            )
            block = self.op.regions[0].blocks.append(*types, arg_locs=[unknown()] * len(types))
        self.p = make(ir.InsertionPoint(block))
        self.arguments = [self.p.wrap(a) for a in block.arguments]

    def run(self, results, *arrays):
        with context(), unknown():
            values = [r.value for r in results]
            ir.Operation.create("func.return", operands=values, ip=self.p.point)
            inputs = [a.value.type for a in self.arguments]
            type_ = ir.FunctionType.get(inputs, [v.type for v in values])
            self.op.attributes["function_type"] = ir.TypeAttr.get(type_)
        assert self.module.operation.verify()
        return Program(self.module)(*arrays)


def test_every_primitive_has_a_method():
    assert all(callable(getattr(Builder, name)) for name in opset.names())


@pytest.mark.parametrize("make", [Builder, tensor_builder])
def test_operands_are_broadcast(make):
    f = Function(((2, 3), F4), ((3,), F4), make=make)
    total = f.p.add(*f.arguments)
    assert total.shape == (2, 3) and "lamina.expand" in str(f.module)
    a, b = np.ones((2, 3), F4), np.arange(3, dtype=F4)
    assert (f.run([total], a, b)[0] == a + b).all()


def test_a_python_number_takes_the_dtype_of_its_neighbour():
    f = Function(((2,), np.float16))
    result = f.p.mul(f.arguments[0], 2)
    assert result.dtype == np.float16


def test_a_number_beside_a_predicate_takes_the_dtype_of_the_other_branch():
    f = Function(((2,), np.bool_), ((2,), np.float64))
    pred, x = f.arguments
    assert f.p.select(pred, 0, x).dtype == np.float64


def test_result_types_follow_parameters():
    f = Function(((2, 3), F4))
    (x,) = f.arguments
    assert f.p.cast(x, np.dtype(np.int32)).dtype == np.int32
    assert f.p.reshape(x, (3, 2)).shape == (3, 2)
    assert f.p.full((4,), 1.5, F4).shape == (4,)
    assert f.p.sum(x, (0,)).shape == (3,)


def test_several_results():
    f = Function(((3,), F4))
    values, positions = f.p.sort(f.arguments[0], 0, True)
    found = f.run([values, positions], np.array([1, 3, 2], F4))
    assert found[0].tolist() == [3, 2, 1] and found[1].tolist() == [1, 2, 0]


def test_a_list_of_operands():
    f = Function(((2,), F4), ((3,), F4))
    joined = f.p.concat(f.arguments, 0)
    assert joined.shape == (5,)


def test_writes_are_seen_through_views():
    f = Function(((2, 3), F4))
    (x,) = f.arguments
    view = f.p.permute(x, (1, 0))
    f.p.assign(f.p.add(view, 1), view)
    array = np.zeros((2, 3), F4)
    f.run([x], array)
    assert (array == 1).all()


def test_concrete_arrays_become_literals():
    f = Function(((2,), F4))
    result = f.p.mul(f.arguments[0], np.array([2, 3], F4))
    assert f.run([result], np.ones(2, F4))[0].tolist() == [2, 3]


def test_shapes_that_do_not_broadcast():
    f = Function(((2,), F4), ((3,), F4))
    with pytest.raises(ShapeError, match=r"add: shapes \[2\] and \[3\]"):
        f.p.add(*f.arguments)


def test_what_the_dialect_rejects_names_operation_operands_and_line():
    f = Function(((2, 3), F4), ((2, 3), F4))
    line = inspect.currentframe().f_lineno + 2
    with pytest.raises(ShapeError, match=r"matmul.*operands: \[2, 3\] float32") as caught:
        f.p.matmul(*f.arguments)
    assert (caught.value.user_frame.file, caught.value.user_frame.line) == (__file__, line)


def test_numbers_alone_have_no_dtype():
    f = Function()
    with pytest.raises(DtypeError, match="at least one operand"):
        f.p.add(1, 2)


def test_primitives_and_signatures_agree():
    for name in opset.names():
        parameters = tuple(inspect.signature(getattr(primitives, name)).parameters)
        assert opset.signature(name).parameters == parameters
