"""Products on one thread: compiled programs beside torch, and beside the multiply-adds of the machine.

    python benchmarks/products.py

One line a program: milliseconds of the thread's own time, the median of interleaved runs, so that
other load on the machine matters little. torch runs eagerly; it has no quicker way for one product.
"""

import ctypes
import pathlib
import statistics
import subprocess
import tempfile
import time

import lamina
import numpy as np
import torch

RUNS = 10


def matmul(f, a, b):
    """Both operands row by row."""
    return a @ b


def right_transposed(f, a, b):
    """As in a linear layer."""
    return a @ b.t()


def left_transposed(f, a, b):
    """As in the gradient of a weight."""
    return a.t() @ b


def layer(f, x, w, bias):
    """A linear layer with an activation."""
    return (x @ w.t() + bias).tanh()


def convolution(f, x, w):
    """With a margin of one."""
    return f.conv2d(x, w, padding=1)


def attention(f, q, k, v):
    """Without a mask."""
    return f.scaled_dot_product_attention(q, k, v)


def product(function, m, n, k):
    """A row for a product of m x k and k x n."""
    a, b = (m, k), (k, n)
    a = a[::-1] if function is left_transposed else a
    b = b[::-1] if function is right_transposed else b
    return function, (a, b), 2 * m * n * k


def images(n, channels, size, filters, taps):
    """A row for a convolution of square images."""
    flops = 2 * n * filters * channels * (size * taps) ** 2
    return convolution, ((n, channels, size, size), (filters, channels, taps, taps)), flops


def heads(batch, count, length, width):
    """A row for an attention."""
    return attention, ((batch, count, length, width),) * 3, 4 * batch * count * length**2 * width


ROWS = [
    product(matmul, 1024, 1024, 1024),
    product(right_transposed, 1024, 1024, 1024),
    product(left_transposed, 1024, 1024, 1024),
    product(matmul, 1000, 1030, 1024),
    product(matmul, 509, 521, 503),
    product(matmul, 1000, 1000, 4096),
    product(matmul, 64, 64, 64),
    product(matmul, 4096, 32, 64),
    product(matmul, 33, 10, 64),
    product(matmul, 8, 1024, 1024),
    product(right_transposed, 8, 1024, 1024),
    product(matmul, 1, 1024, 1024),
    product(right_transposed, 1, 1024, 1024),
    (matmul, ((96, 128, 64), (96, 64, 128)), 2 * 96 * 128 * 128 * 64),
    (layer, ((512, 768), (3072, 768), (3072,)), 2 * 512 * 3072 * 768),
    images(8, 64, 56, 64, 3),
    images(8, 256, 14, 256, 3),
    images(32, 1, 8, 16, 3),
    heads(8, 4, 128, 64),
    heads(2, 4, 1000, 64),
]


def multiply_adds() -> float:
    """GFLOP/s of multiply-adds on registers, by the loop of the other benchmarks."""
    source = pathlib.Path(__file__).with_name("cpu") / "floor.c"
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/floor.so"
        flags = ["-O3", "-march=native", "-shared", "-fPIC"]
        subprocess.run(["cc", *flags, str(source), "-o", library], check=True)
        loop = ctypes.CDLL(library).multiply_add
    count = 10**9
    seconds = milliseconds({"loop": lambda: loop(ctypes.c_long(count))})["loop"] * 1e-3
    return count / seconds * 1e-9


def milliseconds(variants) -> dict[str, float]:
    """The median time of each variant; they take turns."""
    times = {name: [] for name in variants}
    for _ in range(RUNS):
        for name, run in variants.items():
            run()
            start = time.thread_time()
            run()
            times[name].append((time.thread_time() - start) * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}


def measure(function, shapes, flops, peak) -> str:
    """One row of the table."""
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]
    ours, theirs = [lamina.tensor(a) for a in arrays], [torch.from_numpy(a) for a in arrays]
    functional = lamina.nn.functional
    program = lamina.compile(lambda *a: function(functional, *a), fullgraph=True)
    start = time.process_time()
    program(*ours)
    compiling = (time.process_time() - start) * 1e3
    times = milliseconds(
        {
            "lamina": lambda: program(*ours),
            "torch": lambda: function(torch.nn.functional, *theirs),
        }
    )
    rate = flops / times["lamina"] * 1e-6
    sizes = " ".join("x".join(map(str, shape)) for shape in shapes)
    return (
        f"| {function.__name__.replace('_', ' ')} {sizes} | {times['lamina']:.3g} "
        f"| {times['torch']:.3g} | {times['torch'] / times['lamina']:.2f} | {rate:.0f} "
        f"| {100 * rate / peak:.0f}% | {compiling:.0f} |"
    )


def main():
    """Print the table."""
    lamina.set_num_threads(1)
    torch.set_num_threads(1)
    peak = multiply_adds()
    print(f"multiply-adds on registers: {peak:.0f} GFLOP/s\n")
    print("| float32 | lamina, ms | torch, ms | ratio | GFLOP/s | of the peak | compiling, ms |")
    print("|---|---|---|---|---|---|---|")
    for row in ROWS:
        print(measure(*row, peak), flush=True)


if __name__ == "__main__":
    main()
