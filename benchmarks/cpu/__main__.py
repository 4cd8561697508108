"""Compiled CPU programs against torch.compile, torch, jax, NumPy and what the machine can do at best.

    python benchmarks/cpu                                      # everything
    python benchmarks/cpu --suites kernels --threads 1         # one suite on one thread
    python benchmarks/cpu --rows softmax 'layer norm' --rivals lamina floor

Rivals run in processes of their own and take turns; a row's time is the median of its turns. Every result is
compared with torch in double precision. Writes cpu.json, cpu.md and cpu.png into `--out`; ends with status 1 if a
result was wrong.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import report
from rivals import RIVALS
from suites import SUITES
from worker import Worker, relative_error

PAUSE = 0.05  # seconds in which the threads of the last rival stop spinning


def main() -> int:
    """Measure what the command line selects, and write the report."""
    options = arguments()
    results = []
    for threads in options.threads:
        workers = {name: Worker(name, threads) for name in options.rivals}
        reference = Worker("reference", threads)
        for suite in options.suites:
            for row in SUITES[suite]:
                if not any(word in row.name for word in options.rows):
                    continue
                result = measure(suite, row, workers, reference, options.rounds)
                results.append({"suite": suite, "row": row.name, "threads": threads, **result})
                print(report.line(results[-1], options.clock), flush=True)
                report.write(options.out, results, options.clock)
        for worker in (*workers.values(), reference):
            worker.stop()
    return int(any(rival["wrong"] for result in results for rival in result["rivals"].values()))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suites", nargs="+", default=list(SUITES), choices=SUITES)
    parser.add_argument("--rows", nargs="+", default=[""], help="parts of names of rows")
    rivals = [name for name in RIVALS if name != "reference"]
    parser.add_argument("--rivals", nargs="+", default=rivals, choices=rivals)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    return parser.parse_args()


def measure(suite: str, row, workers: dict[str, Worker], reference: Worker, rounds: int) -> dict:
    """Times of every rival that can run the row."""
    expected = reference.ask("prepare", suite, row.name)["values"]
    reference.ask("drop")
    rivals, failures = {}, {}
    for name, worker in workers.items():
        if not hasattr(RIVALS[name], row.kind):
            continue
        try:
            answer = worker.ask("prepare", suite, row.name)
        except RuntimeError as failure:
            failures[name] = str(failure).strip().splitlines()[-1]
            continue
        values = answer.pop("values")
        error = 0.0 if name == "floor" else relative_error(values, expected)
        wrong = not error <= row.tolerance
        rivals[name] = {**answer, "error": error, "wrong": wrong, "wall": [], "cpu": []}
    for _ in range(rounds):
        for name, table in rivals.items():
            time.sleep(PAUSE)
            turn = workers[name].ask("turn")
            for clock in ("wall", "cpu"):
                table[clock].append(turn[clock])
    for name, table in rivals.items():
        table.update(workers[name].ask("drop"))
        table["median"] = {clock: statistics.median(table[clock]) for clock in ("wall", "cpu")}
    return {"rivals": rivals, "failures": failures}


if __name__ == "__main__":
    sys.exit(main())
