"""Random programs of IR mean the same before and after every pass of the functional pipeline.

    python test/python/passes/random_ir.py --programs 2000 --seed 0

Each program is executed by the interpreter before and after each pass, on the same inputs.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from types import SimpleNamespace

import numpy as np
from lamina.compiler import stages
from lamina.compiler.validate import Validator
from lamina.ir import descriptors
from lamina.ir.context import context
from mlir import ir
from random_program import RandomProgram


def check(seed: int) -> None:
    """Runs every pass on the program of `seed`, executing it in between. Raises what is wrong, and
    prints the program.
    """
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


def main() -> int:
    """The command line; stops at the first program that a pass changes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=2000, help="how many programs")
    parser.add_argument("--seed", type=int, help="seed of the first one; random when left out")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    print(f"seeds {seed} to {seed + options.programs - 1}", flush=True)
    start = time.time()
    for number in range(seed, seed + options.programs):
        check(number)
    print(f"{options.programs} agree in {time.time() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
