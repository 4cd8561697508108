"""The pool that compiled loops run on: every iteration once, on any number of threads."""

import ctypes
import os
import threading
import time

import lamina
import pytest
from lamina import native
from support import compile_text

KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
PARALLEL_FOR = ctypes.CFUNCTYPE(None, KERNEL, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)

# The runtime's entry has no name outside of compiled code.
ADDRESS = """
llvm.func @laminaParallelFor(!llvm.ptr, i64, i64, !llvm.ptr)
llvm.func @address() -> !llvm.ptr {
  %0 = llvm.mlir.addressof @laminaParallelFor : !llvm.ptr
  llvm.return %0 : !llvm.ptr
}
"""


@pytest.fixture(scope="module")
def parallel_for():
    program = native.LoadedObject(compile_text(ADDRESS).data)
    address = ctypes.CFUNCTYPE(ctypes.c_void_p)(program.address("address"))()
    function = PARALLEL_FOR(address)
    yield lambda kernel, count, grain: function(KERNEL(kernel), count, grain, None)


@pytest.fixture(autouse=True)
def threads():
    before = lamina.get_num_threads()
    lamina.set_num_threads(4)
    yield
    lamina.set_num_threads(before)


class Record:
    """Keeps which ranges ran, and where."""

    def __init__(self, pause=0.0):
        self.pause = pause
        self.ranges, self.threads = [], set()

    def __call__(self, begin, end, captures):
        self.ranges.append((begin, end))
        self.threads.add(threading.get_native_id())
        time.sleep(self.pause)

    def iterations(self):
        return sorted(i for begin, end in self.ranges for i in range(begin, end))


@pytest.mark.parametrize(("count", "grain"), [(1, 1), (2, 1), (7, 3), (1000, 1), (1000, 300)])
def test_every_iteration_runs_once(parallel_for, count, grain):
    record = Record()
    parallel_for(record, count, grain)
    assert record.iterations() == list(range(count))
    assert all(end - begin >= grain or end == count for begin, end in record.ranges)


def test_nothing_runs_without_iterations(parallel_for):
    record = Record()
    parallel_for(record, 0, 1)
    assert record.ranges == []


def test_chunks_run_at_the_same_time(parallel_for):
    record = Record(pause=0.02)
    parallel_for(record, 16, 1)
    assert 1 < len(record.threads) <= 4


def test_a_loop_of_one_grain_stays_on_the_caller(parallel_for):
    record = Record()
    parallel_for(record, 100, 100)
    assert record.ranges == [(0, 100)]
    assert record.threads == {threading.get_native_id()}


def test_one_thread_is_the_caller(parallel_for):
    lamina.set_num_threads(1)
    record = Record()
    parallel_for(record, 100, 1)
    assert record.threads == {threading.get_native_id()}


def test_a_loop_within_a_loop_runs_on_its_thread(parallel_for):
    inner = []

    def outer(begin, end, captures):
        for _ in range(begin, end):
            record = Record()
            parallel_for(record, 10, 1)
            inner.append((record, threading.get_native_id()))

    parallel_for(outer, 8, 1)
    assert len(inner) == 8
    for record, thread in inner:
        assert record.iterations() == list(range(10))
        assert record.threads == {thread}


def test_callers_on_several_threads_do_not_mix(parallel_for):
    records = [Record(pause=0.001) for _ in range(4)]
    callers = [threading.Thread(target=parallel_for, args=(r, 64, 1)) for r in records]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert all(record.iterations() == list(range(64)) for record in records)


def test_a_child_after_fork_has_threads_of_its_own(parallel_for):
    parallel_for(Record(pause=0.01), 16, 1)
    child = os.fork()
    if child == 0:
        record = Record(pause=0.02)
        parallel_for(record, 16, 1)
        good = record.iterations() == list(range(16)) and len(record.threads) > 1
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_workers_sleep_between_loops(parallel_for):
    parallel_for(Record(pause=0.001), 16, 1)
    time.sleep(0.05)
    before = time.process_time()
    time.sleep(0.2)
    assert time.process_time() - before < 0.1


def test_results_do_not_depend_on_the_number_of_threads():
    @lamina.compile(fullgraph=True)
    def program(x):
        return lamina.softmax(x, 1), x.sum(), x.sum(0), (x * 2).tanh()

    x = lamina.randn(600, 700)
    lamina.set_num_threads(1)
    alone = program(x)
    lamina.set_num_threads(4)
    for one, many in zip(alone, program(x), strict=True):
        assert lamina.equal(one, many)
