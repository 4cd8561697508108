"""Runs random programs and prints the ones on which two executors differ.

python -m fuzz --programs 10000                   eager lamina against torch
python -m fuzz --compiled cpu --programs 1000     compiled against eager lamina
python -m fuzz --seed 7 --programs 1 --show       the program of one seed
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from .runner import Finding, compiled_runner, eager_runner


def main() -> int:
    """The command line; the exit status says whether a program differed."""
    options = _options()
    runner = (
        compiled_runner(options.compiled, options.aliasing)
        if options.compiled
        else eager_runner(options.aliasing)
    )
    seed = random.randrange(10**9) if options.seed is None else options.seed
    print(f"seeds {seed} to {seed + options.programs - 1}", flush=True)
    start, failures = time.time(), 0
    for number in range(seed, seed + options.programs):
        if options.show:
            print(runner.program(number).source())
        found = runner.check(number)
        if isinstance(found, Finding):
            failures += 1
            print((found if options.whole else runner.minimize(found)).report(), flush=True)
        if failures == options.failures:
            break
    if runner.refusals:
        print(f"refused:\n{runner.reasons()}")
    print(f"{runner.summary()} in {time.time() - start:.0f} s")
    return int(failures > 0)


def _options():
    parser = argparse.ArgumentParser("fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, help="seed of the first one; random when left out")
    parser.add_argument("--compiled", metavar="BACKEND", help="compiled against eager lamina")
    parser.add_argument("--aliasing", action="store_true", help="arguments share memory")
    parser.add_argument("--failures", type=int, default=20, help="stop after so many")
    parser.add_argument("--show", action="store_true", help="print every program")
    parser.add_argument("--whole", action="store_true", help="do not minimize")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
