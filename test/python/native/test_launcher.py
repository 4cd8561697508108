"""The launcher: what it checks, what it allocates, what it writes."""

import gc
import resource
import sys
import threading
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from lamina import native
from support import ADD, link

VECTOR = ("f4", (4,), None)

# out = in, element by element, for arrays of two dimensions
COPY = """
func.func @copy(%a: {source}, %out: {target}) attributes {{lamina.entry}} {{
  linalg.copy ins(%a : {source}) outs(%out : {target})
  return
}}
"""

# a = a + a, and scratch memory that must be writable
TWICE = """
func.func @twice(%a: memref<4xf32>, %scratch: memref<4xf32>) attributes {lamina.entry} {
  linalg.add ins(%a, %a : memref<4xf32>, memref<4xf32>) outs(%scratch : memref<4xf32>)
  linalg.copy ins(%scratch : memref<4xf32>) outs(%a : memref<4xf32>)
  return
}
"""


NOTHING = """
llvm.func @nothing(%out: !llvm.ptr) attributes {lamina.entry} {
  llvm.return
}
"""


@pytest.fixture(scope="module")
def add():
    return link(ADD.format(n=4, t="f32"), "add", [VECTOR, VECTOR], [VECTOR])


@pytest.fixture(scope="module")
def twice():
    return link(TWICE, "twice", [VECTOR], [], workspace=16, written=[0])


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_a_call_returns_fresh_aligned_outputs(add):
    first, second = (add(floats(1, 2, 3, 4), floats(1, 1, 1, 1)) for _ in range(2))
    assert first[0].tolist() == [2, 3, 4, 5]
    assert not np.shares_memory(first[0], second[0])
    assert first[0].ctypes.data % 64 == 0
    assert first[0].flags.writeable and first[0].flags.c_contiguous


def test_an_output_survives_its_launcher():
    temporary = link(ADD.format(n=4, t="f32"), "add", [VECTOR, VECTOR], [VECTOR])
    output = temporary(floats(1, 2, 3, 4), floats(1, 2, 3, 4))[0]
    del temporary
    gc.collect()
    native.launcher().pool_trim()
    assert output.tolist() == [2, 4, 6, 8]


@pytest.mark.parametrize(
    "arrays, error, message",
    [
        ([floats(1, 2, 3, 4)], TypeError, "add: expected 2 inputs, got 1"),
        ([floats(1, 2, 3, 4), [1, 2, 3, 4]], TypeError, "expected a NumPy array, got list"),
        ([np.zeros(4), floats(1, 2, 3, 4)], TypeError, "expected dtype float32, got float64"),
        ([np.zeros(4, ">f4")] * 2, TypeError, "input 0: expected dtype float32, got >f4"),
        ([np.zeros(5, "f4")] * 2, ValueError, r"input 0: expected shape \(4,\), got \(5,\)"),
        ([np.zeros((4, 1), "f4")] * 2, ValueError, r"expected shape \(4,\), got \(4, 1\)"),
        ([floats(1, 2, 3, 4), np.zeros(8, "f4")[::2]], ValueError,
         r"input 1: expected strides in bytes \(4,\), got \(8,\)"),
    ],
)  # fmt: skip
def test_arrays_of_another_signature_are_named(add, arrays, error, message):
    with pytest.raises(error, match=message):
        add(*arrays)


def test_keywords_are_refused(add):
    with pytest.raises(TypeError, match="no keyword arguments"):
        add(floats(1, 2, 3, 4), b=floats(1, 2, 3, 4))


def test_unchecked_calls_still_refuse_what_is_no_array():
    trusting = link(ADD.format(n=4, t="f32"), "add", [VECTOR, VECTOR], [VECTOR], check=False)
    as_ints = floats(1, 2, 3, 4).view(np.int32)
    assert trusting(as_ints, as_ints)[0].tolist() == [2, 4, 6, 8]
    with pytest.raises(TypeError, match="expected a NumPy array, got int"):
        trusting(1, 2)
    with pytest.raises(TypeError, match="expected 2 inputs, got 0"):
        trusting()


def test_an_input_is_written_in_place_and_not_returned(twice):
    array = floats(1, 2, 3, 4)
    assert twice(array) == []
    assert array.tolist() == [2, 4, 6, 8]


def test_a_read_only_array_cannot_be_written(twice):
    array = floats(1, 2, 3, 4)
    array.flags.writeable = False
    with pytest.raises(ValueError, match="input 0 is written, but the array is read-only"):
        twice(array)


# a = a + b
ACCUMULATE = """
func.func @accumulate(%a: memref<4xf32, strided<[2]>>, %b: memref<4xf32, strided<[2]>>)
    attributes {lamina.entry} {
  linalg.add ins(%a, %b : memref<4xf32, strided<[2]>>, memref<4xf32, strided<[2]>>)
             outs(%a : memref<4xf32, strided<[2]>>)
  return
}
"""


def test_what_is_written_must_not_be_reached_through_another_input():
    spec = ("f4", (4,), (2,))
    accumulate = link(ACCUMULATE, "accumulate", [spec, spec], [], written=[0])
    memory = np.ones(9, "f4")
    with pytest.raises(ValueError, match="inputs 0 and 1 share memory, and the call writes it"):
        accumulate(memory[2::2], memory[:-1:2])
    accumulate(memory[:-1:2], memory[1::2])
    assert memory.tolist() == [2, 1, 2, 1, 2, 1, 2, 1, 1]


def misaligned(values: np.ndarray) -> np.ndarray:
    raw = np.zeros(values.nbytes + 1, np.uint8)
    array = raw[1:].view(values.dtype)
    array[:] = values
    assert not array.flags.aligned
    return array


def test_misaligned_inputs_are_read(add):
    array = misaligned(floats(1, 2, 3, 4))
    assert add(array, array)[0].tolist() == [2, 4, 6, 8]


def test_misaligned_inputs_are_written(twice):
    array = misaligned(floats(1, 2, 3, 4))
    twice(array)
    assert array.tolist() == [2, 4, 6, 8]


def test_strides_of_inputs_and_outputs_are_kept():
    text = COPY.format(
        source="memref<2x3xf32, strided<[6, 2]>>", target="memref<2x3xf32, strided<[1, 2]>>"
    )
    copy = link(text, "copy", [("f4", (2, 3), (6, 2))], [("f4", (2, 3), (1, 2))])
    source = np.arange(12, dtype="f4").reshape(2, 6)[:, ::2]
    result = copy(source)[0]
    assert result.strides == (4, 8)
    np.testing.assert_array_equal(result, source)


def test_strides_of_dimensions_of_size_one_do_not_matter():
    text = COPY.format(source="memref<1x3xf32>", target="memref<1x3xf32>")
    copy = link(text, "copy", [("f4", (1, 3), None)], [("f4", (1, 3), None)])
    source = np.arange(12, dtype="f4").reshape(2, 6)[:1, :3]
    assert copy(source)[0].tolist() == [[0, 1, 2]]


def test_broadcast_inputs_are_read():
    text = COPY.format(source="memref<2x3xf32, strided<[0, 1]>>", target="memref<2x3xf32>")
    copy = link(text, "copy", [("f4", (2, 3), (0, 1))], [("f4", (2, 3), None)])
    assert copy(np.broadcast_to(floats(1, 2, 3), (2, 3)))[0].tolist() == [[1, 2, 3]] * 2


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_empty_arrays(shape):
    text = """
    llvm.func @nothing(%a: !llvm.ptr, %out: !llvm.ptr) attributes {lamina.entry} {
      llvm.return
    }"""
    nothing = link(text, "nothing", [("f4", shape, None)], [("f4", shape, None)])
    assert nothing(np.zeros(shape, "f4"))[0].shape == shape


DTYPES = {
    "f64": "f8",
    "f32": "f4",
    "f16": "f2",
    "bf16": ml_dtypes.bfloat16,
    "f8E4M3FN": ml_dtypes.float8_e4m3fn,
    "f8E5M2": ml_dtypes.float8_e5m2,
    "i64": "i8",
    "i32": "i4",
    "i16": "i2",
    "i8": "i1",
    "ui8": "u1",
    "i1": "?",
    "complex<f32>": "c8",
    "complex<f64>": "c16",
}


@pytest.mark.parametrize("element", DTYPES)
def test_every_dtype_passes_through(element):
    dtype = np.dtype(DTYPES[element])
    storage = "i8" if np.dtype(DTYPES[element]).itemsize == 1 else element
    text = COPY.format(source=f"memref<2x2x{storage}>", target=f"memref<2x2x{storage}>")
    copy = link(text, "copy", [(dtype, (2, 2), None)], [(dtype, (2, 2), None)])
    array = np.array([[0, 1], [1, 2]]).astype(dtype)
    result = copy(array)[0]
    assert result.dtype == dtype
    assert result.tobytes() == array.tobytes()


def test_dtypes_of_equal_size_are_told_apart():
    text = COPY.format(source="memref<2x2xbf16>", target="memref<2x2xbf16>")
    spec = (ml_dtypes.bfloat16, (2, 2), None)
    with pytest.raises(TypeError, match="expected dtype bfloat16, got float16"):
        link(text, "copy", [spec], [spec])(np.zeros((2, 2), "f2"))


@pytest.mark.parametrize(
    "specs, error, message",
    [
        ([("f4", (4,))], TypeError, "expected a tuple"),
        ([("f4", (4,), (1, 1))], ValueError, "strides has 2 entries for 1 dimensions"),
        ([("f4", (-1,), None)], ValueError, "negative dimension"),
        ([("O", (4,), None)], TypeError, "no fixed-size plain elements"),
        ([("f4", (2**40, 2**40), None)], ValueError, "the array is too large"),
        ([("f4", (1,) * 33, None)], ValueError, "33 dimensions, at most 32"),
    ],
)
def test_impossible_specs_are_refused(specs, error, message):
    with pytest.raises(error, match=r"inputs\[0\]: .*" + message):
        native.launcher().Launcher(1, specs, [])
    with pytest.raises(error, match=r"outputs\[0\]: .*" + message):
        native.launcher().Launcher(1, [], specs)


@pytest.mark.parametrize("shape, strides", [((2, 2), (0, 1)), ((2, 3), (2, 1)), ((4,), (-1,))])
def test_what_is_written_must_keep_its_elements_apart(shape, strides):
    spec = ("f4", shape, strides)
    with pytest.raises(ValueError, match=r"outputs\[0\]: strides must be positive"):
        native.launcher().Launcher(1, [], [spec])
    with pytest.raises(ValueError, match="elements of input 0 share memory or lie backwards"):
        native.launcher().Launcher(1, [spec], [], written=[0])


@pytest.mark.parametrize(
    "options, message",
    [
        ({"address": 0}, "must not be 0"),
        ({"written": [1]}, "written: there is no input 1"),
        ({"workspace": -1}, "negative workspace"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        native.launcher().Launcher(**{"address": 1, "inputs": [VECTOR], "outputs": [], **options})


def test_an_allocation_that_cannot_succeed_raises():
    huge = native.launcher().Launcher(1, [], [("f4", (2**60,), None)])
    with pytest.raises(MemoryError):
        huge()


def test_threads_share_one_launcher(twice, add):
    failures = []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(2000):
            array = rng.standard_normal(4).astype("f4")
            expected = array * 2
            if not np.array_equal(add(array, array)[0], expected):
                failures.append("add")
            twice(array)
            if not np.array_equal(array, expected):
                failures.append("twice")

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_calls_release_the_gil():
    wait = """
    llvm.func @usleep(i32) -> i32
    llvm.func @nap() attributes {lamina.entry} {
      %0 = llvm.mlir.constant(200000 : i32) : i32
      llvm.call @usleep(%0) : (i32) -> i32
      llvm.return
    }"""
    nap = link(wait, "nap", [], [])
    thread = threading.Thread(target=nap)
    thread.start()
    ticks = 0
    while thread.is_alive():
        ticks += 1
        thread.join(0.01)
    assert ticks > 5


def test_calls_leak_no_references(add):
    left, right = floats(1, 2, 3, 4), floats(1, 1, 1, 1)
    add(left, right)
    before = sys.getrefcount(left), sys.getrefcount(right), sys.getrefcount(left.dtype)
    for _ in range(1000):
        add(left, right)
        with pytest.raises(TypeError):
            add(left)
    assert (sys.getrefcount(left), sys.getrefcount(right)) == before[:2]
    assert abs(sys.getrefcount(left.dtype) - before[2]) < 10


def test_released_outputs_are_reused_within_the_limit(add):
    launcher = native.launcher()
    launcher.pool_trim()
    add(floats(1, 2, 3, 4), floats(1, 2, 3, 4))
    assert launcher.pool_bytes() == 64
    launcher.pool_set_limit(0)
    try:
        add(floats(1, 2, 3, 4), floats(1, 2, 3, 4))
        assert launcher.pool_bytes() == 0
    finally:
        launcher.pool_set_limit(None)


def test_as_much_is_kept_as_was_in_use():
    launcher, large = native.launcher(), ("f4", (40 << 20,), None)
    launcher.pool_trim()
    link(NOTHING, "nothing", [], [large, large, large])()
    try:
        assert launcher.pool_bytes() >= 3 * (160 << 20)
        launcher.pool_set_limit(256 << 20)
        assert launcher.pool_bytes() <= 256 << 20
    finally:
        launcher.pool_set_limit(None)
        launcher.pool_trim()


def test_kept_memory_is_given_back_when_there_is_no_other():
    big, bigger = ("f4", (20 << 20,), None), ("f4", (25 << 20,), None)
    first, second = (link(NOTHING, "nothing", [], [spec]) for spec in (big, bigger))
    first()
    assert native.launcher().pool_bytes() >= 80 << 20
    limit = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (60 << 20), limit[1]))
    try:
        assert second()[0].shape == (25 << 20,)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limit)
        native.launcher().pool_trim()


def test_a_launcher_in_a_cycle_is_collected():
    class Owner:
        pass

    owner = Owner()
    owner.launcher = native.launcher().Launcher(1, [VECTOR], [VECTOR], keepalive=owner)
    alive = threading.Event()
    owner.probe = Probe(alive)
    del owner
    gc.collect()
    assert alive.is_set()


class Probe:
    """Sets an event when it dies."""

    def __init__(self, event: threading.Event):
        self.event = event

    def __del__(self) -> None:
        self.event.set()
