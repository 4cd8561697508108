"""Random programs mean the same before and after every pass of the functional pipeline."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from lamina.compiler import stages
from lamina.compiler.validate import Validator
from lamina.ir import descriptors
from lamina.ir.context import context
from mlir import ir
from random_program import RandomProgram


def check(seed: int) -> None:
    """Runs every pass on the program of `seed`, executing it in between."""
    program = RandomProgram(seed)
    module = ir.Module.parse(program.text, context())
    inputs = [SimpleNamespace(before={"_array": array}, base=None) for array in program.inputs]
    validator = Validator(SimpleNamespace(name="f", module=module, inputs=inputs))
    try:
        stages.run(module, after_pass=validator.check)
        check_places(program, module)
    except Exception:
        print(f"seed {seed}\n{program.text}\nbecame\n{module}")
        raise


def check_places(program: RandomProgram, module: ir.Module) -> None:
    """Inputs look at the outputs that they were set to; the caller is told of no others."""
    functions = stages.functions(module)
    found = descriptors.rebinds(functions.get("f") or functions["f_forward"])
    assert found.items() <= program.places.items()
    for number in program.places.keys() - found.keys():
        # All of the input again, element for element.
        place = program.outputs[program.places[number]]
        assert np.shares_memory(place, program.inputs[number]) or not place.size
        assert place.shape == program.inputs[number].shape


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_known_programs(start):
    for seed in range(start, start + 20):
        check(seed)


def test_new_programs():
    seed = random.SystemRandom().randrange(2**32)
    print(f"first seed {seed}")
    for offset in range(20):
        check(seed + offset)
