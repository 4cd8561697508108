"""Executes IR with NumPy: the reference meaning of a program, in either world.

A ref is an ndarray and a view of it is a NumPy view, so writes are seen through every alias exactly
as in the traced program. Each `lamina.X` is one call of `primitives.X`; nothing is fused and
nothing is fast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from mlir import ir

from ..errors import LaminaError, UnsupportedError
from ..ops import primitives
from . import attributes, custom_calls, opset
from .locations import frame_of
from .types import shape_and_dtype


class Step(NamedTuple):
    """One operation, decoded: `run(*operands)` gives the results for slots `results`."""

    run: Callable
    operands: tuple[int, ...]
    results: tuple[int, ...]
    op: str
    location: ir.Location


class Program:
    """A function of a module, ready to be called with ndarrays. Raises UnsupportedError for foreign
    operations.
    """

    def __init__(self, module: ir.Module, name: str | None = None):
        # Operations do not keep the module alive that they are in.
        self.module = module
        self.functions: dict[str, ir.Operation] = {}
        for op in module.operation.regions[0].blocks[0].operations:
            if op.operation.name == "func.func":
                self.functions[attributes.decode(op.attributes["sym_name"])] = op
        self.name = name if name is not None else next(iter(self.functions))
        self.blocks: dict[str, Block] = {}

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """The function's results. Arguments of ref type are written in place."""
        return self.call(self.name, arrays)

    def call(self, name: str, arrays) -> list[np.ndarray]:
        """The results of function `name`."""
        block = self.blocks.get(name)
        if block is None:
            block = self.blocks[name] = Block(self, self.functions[name].regions[0].blocks[0], {})
        return block.run(arrays, {})


class Block:
    """A straight line of steps; `outer` numbers the values of enclosing blocks."""

    def __init__(self, program: Program, block: ir.Block, outer: dict):
        self.program = program
        self.slots = dict(outer)
        self.arguments = [self._slot(a) for a in block.arguments]
        *body, terminator = block.operations
        self.steps = [self._step(op.operation) for op in body]
        self.returned = [self.slots[o] for o in terminator.operation.operands]

    def run(self, arrays, environment: dict) -> list[np.ndarray]:
        """What the terminator returns for these block arguments; `environment` maps slots of outer
        values.
        """
        values = dict(environment)
        values.update(zip(self.arguments, arrays, strict=True))
        for step in self.steps:
            try:
                results = step.run(values, *[values[o] for o in step.operands])
            except (ValueError, TypeError, IndexError) as error:
                if step.op == "lamina.custom_call":
                    # An error of the program itself.
                    raise
                raise LaminaError(str(error), op=step.op, frame=frame_of(step.location)) from error
            values.update(zip(step.results, results, strict=True))
        return [values[slot] for slot in self.returned]

    def _slot(self, value: ir.Value) -> int:
        return self.slots.setdefault(value, len(self.slots))

    def _step(self, op: ir.Operation) -> Step:
        operands = tuple([self.slots[o] for o in op.operands])
        run = self._decode(op)
        return Step(run, operands, tuple([self._slot(r) for r in op.results]), op.name, op.location)

    def _decode(self, op: ir.Operation) -> Callable:
        dialect, _, name = op.name.partition(".")
        if op.name == "func.call":
            callee = op.attributes["callee"].value
            return lambda _, *operands: self.program.call(callee, operands)
        if dialect != "lamina":
            raise UnsupportedError(
                "the interpreter executes operations of lamina and calls only",
                op=op.name,
                frame=frame_of(op.location),
            )
        if len(op.regions):
            return _REGIONS[name](self, op)
        if name == "custom_call":
            return custom_calls.decode(op)
        if name == "set":
            # An object of the caller follows, no array.
            return lambda *_: ()
        return primitive(op)

    def region(self, op: ir.Operation, number: int) -> Block:
        """The only block of a region of `op`."""
        return Block(self.program, op.regions[number].blocks[0], self.slots)


def primitive(op: ir.Operation) -> Callable:
    """`run(environment, *operands)` of an operation without regions."""
    name = op.name.partition(".")[2]
    if name == "constant":
        literal = attributes.literal(op)
        return lambda _: (np.array(literal),)
    function = getattr(primitives, name, None)
    if function is None:
        raise UnsupportedError("no primitive of that name", op=op.name, frame=frame_of(op.location))
    signature = opset.signature(name)
    given = {a: attributes.decode(op.attributes[a]) for a in signature.attributes}
    if signature.typed:
        shape, dtype = shape_and_dtype(op.results[0].type)
        given.update(
            {k: v for k, v in (("shape", shape), ("dtype", dtype)) if k in signature.typed}
        )
    variadic = signature.operands.index(signature.variadic) if signature.variadic else None
    count = len(op.results)

    def run(_, *operands):
        if variadic is not None:
            operands = (*operands[:variadic], list(operands[variadic:]))
        found = function(**dict(zip(signature.operands, operands, strict=True)), **given)
        return found if count > 1 else (found,) * count

    return run


def _cond(block: Block, op: ir.Operation) -> Callable:
    branches = [block.region(op, 0), block.region(op, 1)]
    return lambda environment, pred, *operands: branches[0 if pred else 1].run(
        operands, environment
    )


def _while(block: Block, op: ir.Operation) -> Callable:
    condition, body = block.region(op, 0), block.region(op, 1)

    def run(environment, *carried):
        while condition.run(carried, environment)[0]:
            carried = body.run(carried, environment)
        return carried

    return run


_REGIONS = {"cond": _cond, "while": _while}
