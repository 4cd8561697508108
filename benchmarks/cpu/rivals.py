"""How each rival runs a row. A rival turns arrays into its own, and a row into a function of no arguments.

Importing this module imports none of them.
"""

from __future__ import annotations

import ctypes
import functools
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import ml_dtypes
import numpy as np
from faces import Face, JaxFace

LEARNING_RATE = 1e-3
SEED = 0


def cotangent_like(output) -> np.ndarray:
    """A fixed random array of the output's shape; one for a scalar."""
    shape = tuple(output.shape)
    if not shape:
        return np.ones((), np.float32)
    return np.random.default_rng(SEED + 1).standard_normal(shape, np.float32)


class TorchLike:
    """Eager execution by a library with torch's interface."""

    def __init__(self, library):
        """Hold the library: torch, or lamina."""
        self.t = library

    def load(self, array: np.ndarray):
        """The array as a tensor, strides kept."""
        return self.t.from_numpy(array)

    def compiled(self, function: Callable) -> Callable:
        """What the rival makes of a function; eager leaves it alone."""
        return function

    def forward(self, row, arrays) -> Callable:
        """The program alone, no gradients recorded."""
        program = self.compiled(functools.partial(row.program, self.t))
        tensors = [self.load(array) for array in arrays]

        def call():
            with self.t.no_grad():
                return [program(*tensors)]

        return call

    def gradient(self, row, arrays) -> Callable:
        """The program, then the gradients of its floating-point arguments."""
        program = self.compiled(functools.partial(row.program, self.t))
        tensors = [self.load(array) for array in arrays]
        wanted = [x.requires_grad_() for x in tensors if x.is_floating_point()]
        output = row.program(self.t, *tensors)
        cotangent = self.load(cotangent_like(output)).to(output.dtype)

        def call():
            output = program(*tensors)
            return [output, *self.t.autograd.grad(output, wanted, cotangent)]

        return call

    def training(self, row, arrays) -> Callable:
        """A step; the result is its loss."""
        parameters, x, labels = self.training_state(row, arrays)
        loss_of = self.compiled(functools.partial(row.loss, self.t))
        optimizer = self.t.optim.AdamW(parameters, lr=LEARNING_RATE, fused=True)

        def step():
            optimizer.zero_grad()
            loss = loss_of(parameters, x, labels)
            loss.backward()
            optimizer.step()
            return [loss.detach()]

        return step

    def training_state(self, row, arrays):
        """Parameters that require gradients, inputs, labels."""
        *parameters, x, labels = [self.load(array) for array in arrays]
        return [p.requires_grad_() for p in parameters], x, labels

    def finish(self, outputs) -> None:
        """Wait for the results; nothing runs behind one's back here."""

    def to_numpy(self, output) -> np.ndarray:
        """As float64, or integers as they are."""
        output = output.detach()
        return (output.double() if output.is_floating_point() else output).numpy()


class Torch(TorchLike):
    """torch, eagerly."""

    def __init__(self):
        """Import it."""
        import torch

        super().__init__(torch)

    def load(self, array: np.ndarray):
        """NumPy's bfloat16 goes over as bits."""
        if array.dtype == ml_dtypes.bfloat16:
            return self.t.from_numpy(array.view(np.int16)).view(self.t.bfloat16)
        return self.t.from_numpy(array)


class TorchCompile(Torch):
    """torch.compile with Inductor: forward and backward compiled, the fused optimizer of torch."""

    def compiled(self, function: Callable) -> Callable:
        """One graph, or an error. Rows share their code, and would be its recompilations."""
        self.t._dynamo.reset()
        return self.t.compile(function, fullgraph=True)


class Reference(Torch):
    """torch eagerly in double precision: the values that all others must have."""

    def load(self, array: np.ndarray):
        """Floats become float64."""
        tensor = super().load(array)
        return tensor.double() if tensor.is_floating_point() else tensor


class Lamina(TorchLike):
    """lamina.compile; gradients and whole training steps as one program."""

    def __init__(self):
        """Import it."""
        import lamina

        super().__init__(lamina)

    def compiled(self, function: Callable) -> Callable:
        """One program, or an error."""
        return self.t.compile(function, fullgraph=True)

    def training(self, row, arrays) -> Callable:
        """The step of TorchLike, compiled as a whole."""
        parameters, x, labels = self.training_state(row, arrays)
        optimizer = self.t.optim.AdamW(parameters, lr=LEARNING_RATE)

        def step(x, labels):
            optimizer.zero_grad()
            loss = row.loss(self.t, parameters, x, labels)
            loss.backward()
            optimizer.step()
            return [loss.detach()]

        return functools.partial(self.compiled(step), x, labels)


class Jax:
    """jax.jit of the same programs through `faces.JaxFace`."""

    def __init__(self):
        """Import it."""
        import jax

        self.jax, self.t = jax, JaxFace()

    def load(self, array: np.ndarray):
        """Copied to jax's memory, row-major."""
        return self.jax.device_put(np.asarray(array, order="C"))

    def forward(self, row, arrays) -> Callable:
        """The program alone."""
        program = self.jax.jit(functools.partial(row.program, self.t))
        inputs = [self.load(array) for array in arrays]
        return lambda: [program(*inputs)]

    def gradient(self, row, arrays) -> Callable:
        """Value and gradients in one program."""
        inputs = [self.load(array) for array in arrays]
        wanted = [i for i, x in enumerate(inputs) if x.dtype.kind != "i"]

        def both(inputs, cotangent):
            def of_wanted(*floats):
                filled = list(inputs)
                for i, x in zip(wanted, floats, strict=True):
                    filled[i] = x
                return row.program(self.t, *filled)

            output, backward = self.jax.vjp(of_wanted, *(inputs[i] for i in wanted))
            return [output, *backward(cotangent)]

        shape = self.jax.eval_shape(functools.partial(row.program, self.t), *inputs)
        cotangent = self.load(cotangent_like(shape)).astype(shape.dtype)
        program = self.jax.jit(both)
        return lambda: program(inputs, cotangent)

    def training(self, row, arrays) -> Callable:
        """Loss, gradients and AdamW in one program that reuses the memory of the old state."""
        *parameters, x, labels = [self.load(array) for array in arrays]
        zeros = [self.t.xp.zeros_like(p) for p in parameters]
        state = [parameters, zeros, [z + 0 for z in zeros], self.t.xp.zeros(())]
        program = self.jax.jit(functools.partial(self.adamw_step, row), donate_argnums=0)

        def step():
            nonlocal state
            loss, state = program(state, x, labels)
            return [loss]

        return step

    def adamw_step(self, row, state, x, labels):
        """torch.optim.AdamW with its defaults."""
        parameters, means, squares, count = state
        loss, grads = self.jax.value_and_grad(lambda p: row.loss(self.t, p, x, labels))(parameters)
        count = count + 1
        means = [0.9 * m + 0.1 * g for m, g in zip(means, grads, strict=True)]
        squares = [0.999 * s + 0.001 * g * g for s, g in zip(squares, grads, strict=True)]
        rate, scale = LEARNING_RATE / (1 - 0.9**count), self.t.xp.sqrt(1 - 0.999**count)
        parameters = [
            p * (1 - LEARNING_RATE * 1e-2) - rate * m / (self.t.xp.sqrt(s) / scale + 1e-8)
            for p, m, s in zip(parameters, means, squares, strict=True)
        ]
        return loss, [parameters, means, squares, count]

    def finish(self, outputs) -> None:
        """Results are computed asynchronously."""
        self.jax.block_until_ready(outputs)

    def to_numpy(self, output) -> np.ndarray:
        """As float64, or integers as they are."""
        array = np.asarray(output)
        return array if array.dtype.kind == "i" else array.astype(np.float64)


class NumPy:
    """NumPy through `faces.Face`; forward programs only."""

    def forward(self, row, arrays) -> Callable:
        """The program alone."""
        program = functools.partial(row.program, Face(np))
        return lambda: [program(*arrays)]

    def finish(self, outputs) -> None:
        """Nothing to wait for."""

    def to_numpy(self, output) -> np.ndarray:
        """As float64, or integers as they are."""
        array = np.asarray(output)
        return array if array.dtype.kind == "i" else array.astype(np.float64)


class Floor:
    """Loops in C that touch each byte of inputs and outputs once, and loops that do as many
    multiply-adds as the row needs: no rival can be faster than the slower of the two.
    """

    def __init__(self):
        """Compile `floor.c` for this machine."""
        source = Path(__file__).with_name("floor.c")
        with tempfile.TemporaryDirectory() as folder:
            library = f"{folder}/floor.so"
            flags = ["-O3", "-march=native", "-fopenmp", "-shared", "-fPIC"]
            subprocess.run(["cc", *flags, str(source), "-o", library], check=True)
            self.c = ctypes.CDLL(library)

    def forward(self, row, arrays) -> Callable:
        """Inputs are read and the output is written."""
        if row.flops:
            return self.arithmetic(row.flops)
        return self.traffic(arrays, row.program(Face(np), *arrays).nbytes)

    def gradient(self, row, arrays) -> Callable:
        """The cotangent is read too and a gradient of each input written; arithmetic is tripled."""
        if row.flops:
            return self.arithmetic(3 * row.flops)
        output = np.asarray(row.program(Face(np), *arrays))
        gradients = sum(array.nbytes for array in arrays if array.dtype.kind != "i")
        return self.traffic([*arrays, output], output.nbytes + gradients)

    def training(self, row, arrays) -> Callable:
        """The arithmetic of forward and backward."""
        return self.arithmetic(row.flops)

    def arithmetic(self, flops: int) -> Callable:
        """That many multiplications and additions, half of each."""

        def run():
            self.c.multiply_add(ctypes.c_long(flops))
            return []

        return run

    def traffic(self, arrays, written: int) -> Callable:
        """Reads the arrays; copies them into `written` bytes for as long as there is room."""
        sources = [np.ascontiguousarray(array) for array in arrays]
        target, copies, reads = np.empty(written, np.uint8), [], []
        at = 0
        for source in sources:
            copied = min(source.nbytes, written - at)
            copies.append((source.ctypes.data, target.ctypes.data + at, copied))
            reads.append((source.ctypes.data + copied, source.nbytes - copied))
            at += copied
        calls = [
            functools.partial(function, *map(ctypes.c_void_p, arguments))
            for function, group in ((self.c.copy, copies), (self.c.read, reads))
            for arguments in group
            if arguments[-1]
        ]

        def run(keep=(sources, target)):
            for call in calls:
                call()
            return []

        return run

    def finish(self, outputs) -> None:
        """Nothing to wait for."""


RIVALS = {
    "lamina": Lamina,
    "torch.compile": TorchCompile,
    "torch": Torch,
    "jax": Jax,
    "numpy": NumPy,
    "floor": Floor,
    "reference": Reference,
}
