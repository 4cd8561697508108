"""One process that runs rows for one rival on a given number of threads, in turns that the driver hands out.

Separate processes keep the thread pools of the rivals apart: one that is not asked sleeps.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

import numpy as np

TURN_SECONDS = 0.04


@contextmanager
def limited(threads: int):
    """Processes started meanwhile have this many CPUs, and thread pools of that size."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:threads])
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
    os.environ.update(dict.fromkeys(names, str(threads)))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Worker:
    """The driver's end of a rival's process."""

    def __init__(self, rival: str, threads: int):
        """Start it; it imports the rival when the first row comes."""
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        with limited(threads):
            self.process = context.Process(target=serve, args=(other, rival), daemon=True)
            self.process.start()
        other.close()

    def ask(self, request: str, *arguments):
        """The answer to a request. Raises RuntimeError with the traceback if the rival failed."""
        self.connection.send((request, *arguments))
        try:
            failed, answer = self.connection.recv()
        except EOFError:
            raise RuntimeError("the process died") from None
        if failed:
            raise RuntimeError(answer)
        return answer

    def stop(self) -> None:
        """End the process."""
        self.connection.close()
        self.process.join()


def serve(connection, rival: str) -> None:
    """Answer requests until the driver closes the connection."""
    from rivals import RIVALS

    runner = Runner(RIVALS[rival])
    while True:
        try:
            request, *arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = False, getattr(runner, request)(*arguments)
        except Exception:
            answer = True, traceback.format_exc()
        connection.send(answer)


class Runner:
    """The rival's end: holds the row that is measured."""

    def __init__(self, make_rival):
        """The rival is made with the first row."""
        self.make_rival, self.rival = make_rival, None

    def prepare(self, suite: str, name: str) -> dict:
        """Compile a row. Returns the seconds of the first call and the results as float64."""
        from suites import arrays_of, find

        if self.rival is None:
            self.rival = self.make_rival()
        row = find(suite, name)
        arrays = arrays_of(row)
        self.resident = memory("VmRSS")
        start = time.perf_counter()
        self.call = getattr(self.rival, row.kind)(row, arrays)
        outputs = self.call()
        self.rival.finish(outputs)
        seconds = time.perf_counter() - start
        if row.kind == "training":
            # The first loss knows nothing of the update.
            outputs = [*outputs, *self.call()]
        values = [self.rival.to_numpy(output) for output in outputs]
        self.repeats = 1
        once = self.turn()["wall"]
        self.repeats = int(min(max(TURN_SECONDS / once, 1), 2000))
        Path("/proc/self/clear_refs").write_text("5")
        return {"first_call": seconds, "values": values}

    def turn(self) -> dict:
        """Mean seconds of a call: wall clock, and CPU time of all threads of the process."""
        self.rival.finish(self.call())
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(self.repeats):
            outputs = self.call()
        self.rival.finish(outputs)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return {"wall": wall / self.repeats, "cpu": cpu / self.repeats}

    def drop(self) -> dict:
        """Forget the row. Returns the most bytes that calls needed beyond the inputs."""
        peak = memory("VmHWM") - self.resident
        self.call = None
        gc.collect()
        return {"peak_bytes": peak}


def memory(field: str) -> int:
    """Bytes, from the kernel's account of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"the kernel does not tell {field}")


def relative_error(values: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """The largest difference, as a part of the largest element of the array it stands in."""
    if len(values) != len(expected):
        return float("inf")
    errors = [0.0]
    for value, reference in zip(values, expected, strict=True):
        if value.shape != reference.shape:
            return float("inf")
        scale = np.abs(reference).max() or 1.0
        errors.append(float(np.abs(value - reference).max() / scale))
    return float(np.max(errors))
