"""Draws a program from a seed. A guide, any library with torch's interface, runs each step as it is
chosen, so that the next one knows the shapes; what it refuses is mostly dropped.
"""

from __future__ import annotations

import contextlib
import math
import warnings

import numpy as np

from .draw import DTYPES, Draw, Variable
from .execute import run_steps
from .functions import definitions
from .memory import overlaps, repeats_itself, storage_key
from .moves import FAMILIES, WEIGHTS
from .observe import array
from .program import Program, Step

SHAPES = {
    (3, 4): 6,
    (4,): 3,
    (2, 3): 3,
    (2, 2, 3): 3,
    (3, 1): 2,
    (1, 4): 1,
    (): 2,
    (0, 3): 1,
    (2, 0): 1,
    (1,): 1,
    (2, 3, 2, 2): 2,
}
MODES = {None: 30, "no_grad": 4, "enable_grad": 1, "inference_mode": 1}
# By the bytes of a real number: sines of larger ones are made of rounding.
LARGEST = {1: 10, 2: 100, 4: 1e3, 8: 1e5}
ERRORS_KEPT = 0.08
NO_KERNEL = ("not implemented for", "does not support automatic differentiation")
REFUSALS = (RuntimeError, TypeError, IndexError, ValueError)


class Generator:
    """Grows one program step by step in the guide's variables. With `aliasing`, arguments share
    memory more often, in more ways, and in any order.
    """

    def __init__(self, seed: int, guide, aliasing: bool = False):
        self.draw, self.guide, self.aliasing = Draw(seed), guide, aliasing
        self.variables = definitions(guide)
        self.steps: list[Step] = []
        self.twins: dict[str, str] = {}
        self.count = 0

    def program(self) -> Program:
        """The program of this generator's seed."""
        self._setup()
        setup, self.draw.pool = tuple(self.steps), self._passed()
        parameters = arguments = tuple(v.name for v in self.draw.pool)
        if self.draw.chance(0.15):
            # The same tensor twice.
            twin = self.draw.variable().name
            self.twins[self._fresh()] = twin
            parameters, arguments = (*parameters, *self.twins), (*arguments, twin)
            self._restore()
        length = len(setup) + 1 + self.draw.below(9)
        for _ in range(8 * length):
            if len(self.steps) == length or self._step():
                break
        body = tuple(self.steps[len(setup) :])
        return Program(setup, parameters, arguments, body, self._returns(body))

    def _fresh(self) -> str:
        self.count += 1
        return f"x{self.count - 1}"

    def _passed(self) -> list:
        """The variables that are arguments; now and then all but one, which others may be views of."""
        made = self.draw.pool
        if self.aliasing:
            # Bases come after their views, and may be missing.
            return self.draw.random.sample(made, max(1, len(made) - self.draw.below(2)))
        return made[1:] if len(made) > 1 and self.draw.chance(0.1) else made

    def _setup(self) -> None:
        for _ in range(1 + self.draw.below(3)):
            self._add(Step((), self._input()))
        for _ in range(self.draw.below(3)):
            x = self.draw.variable()
            text = f"{x} * 1" if self.draw.chance(0.3) else self._choose("view")
            self._add(Step((), text, "no_grad" if self.draw.chance(0.15) else None), single=True)
        for _ in range(2 if self.aliasing else 0):
            self._add(Step((), self._alias(self.draw.variable())), single=True)

    def _alias(self, x: Variable) -> str:
        """Another tensor in the memory of x."""
        rows = x.shape[0] if x.rank else 1
        start = self.draw.below(rows)
        return self.draw.of(
            (
                f"{x}.detach()",
                f"{x}.data",
                f"{x}.real",
                f"{x}.view(torch.uint8)",
                f"{x}.view(torch.int32)",
                f"torch.empty(0, dtype=torch.{x.dtype}).set_({x}.detach())",
                f"{x}[{start}:{start + 2}]",
                f"{x}[{start}::2]",
                f"{x}[..., 1::2]",
                f"{x}.t()",
            )
        )

    def _input(self) -> str:
        draw = self.draw
        dtype, shape = draw.weighted(DTYPES), draw.weighted(SHAPES)
        text = values(shape, dtype, draw.below(5))
        differentiable = dtype.startswith(("float", "bfloat", "complex"))
        return text + ".requires_grad_()" * (differentiable and draw.chance(0.55))

    def _choose(self, family: str):
        return self.draw.of(FAMILIES[family])(self.draw)

    def _step(self) -> bool:
        """Draws a step and adds it if it can be; whether the program ends here."""
        chosen = self._choose(self.draw.weighted(WEIGHTS))
        text, target = chosen if isinstance(chosen, tuple) else (chosen, None)
        step = Step((), text, self.draw.weighted(MODES))
        if (target is not None and self._is_undefined(step, target)) or self._is_odd(step):
            return False
        refused = self._add(step, unnamed=target is not None and self.draw.chance(0.8))
        if (
            refused is None
            or not self.draw.chance(ERRORS_KEPT)
            or not self._is_clean(step, refused)
        ):
            return False
        self.steps.append(step)
        return True

    def _is_clean(self, step: Step, refusal: Exception) -> bool:
        """Whether what the guide refuses is not only a dtype that it has no kernel or derivative for, and has left
        no traces.
        """
        if any(words in str(refusal) for words in NO_KERNEL):
            return False
        before = [array(v.value) for v in self.draw.pool]
        with contextlib.suppress(*REFUSALS):
            self._run(step)
        clean = all(
            was.shape == tuple(v.shape) and np.array_equal(was, array(v.value), equal_nan=True)
            for was, v in zip(before, self.draw.pool)
        )
        self._restore()
        return clean

    def _add(self, step: Step, *, single: bool = False, unnamed: bool = False) -> Exception | None:
        """Adds a step, binding fresh names to its results (to the first, if `single`; to none, if `unnamed`).
        The error with which the guide refused it; a step that does not stay leaves no trace.
        """
        try:
            found = self._run(step)
        except REFUSALS as refusal:
            self._restore()
            return refusal
        several = isinstance(found, (tuple, list))
        if several and found and (single or len(found) == 1):
            step, found, several = step._replace(text=f"{step.text}[0]"), found[0], False
        values = list(found) if several else [found]
        if values and not unnamed and all(isinstance(v, self.guide.Tensor) for v in values):
            step = step._replace(makes=tuple(self._fresh() for _ in values))
            self._bind(step.makes, values)
        self.steps.append(step)
        if not self._is_tame():
            self.steps.pop()
            self.draw.pool = [v for v in self.draw.pool if v.name not in step.makes]
            self._restore()
        return None

    def _run(self, step: Step):
        """The value of the step's expression; None for a statement."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if _is_statement(step.text):
                run_steps([step], self.variables)
                return None
            run_steps([step._replace(makes=("_found",))], self.variables)
        return self.variables.pop("_found")

    def _bind(self, names: tuple, values: list) -> None:
        for name, value in zip(names, values):
            self.variables[name] = value
            self.draw.pool.append(Variable(name, value))

    def _restore(self) -> None:
        """Runs the program so far once more: a step that was dropped may have had effects."""
        names = [*(v.name for v in self.draw.pool), *self.twins]
        self.variables = definitions(self.guide)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for step in self.steps:
                run_steps([step], self.variables)
                for name, twin in self.twins.items():
                    if twin in step.makes:
                        self.variables[name] = self.variables[twin]
        names = [n for n in dict.fromkeys(names) if n in self.variables]
        self.draw.pool = [Variable(n, self.variables[n]) for n in names]

    def _is_undefined(self, step: Step, target: Variable) -> bool:
        """Whether the result depends on the order in which elements are written."""
        if repeats_itself(target.value):
            return True
        operands = [v for v in self.draw.pool if v.name in step.names]
        if "torch.tensor(" in step.text and any(
            storage_key(v.value) == storage_key(target.value)
            for v in operands
            if v.name != target.name
        ):
            return True
        if step.text.count(target.name) > 1 and "[" in step.text:
            return True
        return any(overlaps(v.value, target.value) for v in operands if v.name != target.name)

    def _is_odd(self, step: Step) -> bool:
        """Whether torch crashes, as it may on hooks of views, or makes a tensor of no one mode, as it does when it
        reinterprets or repeats an inference tensor, or does not find the gradient of a real number among complex ones,
        or of a view of another dtype whose geometry changed.
        """
        operands = [v.value for v in self.draw.pool if v.name in step.names]
        if any(text in step.text for text in ("torch.where(", ".fill_(", "logaddexp")):
            kinds = {x.is_complex() for x in operands if x.requires_grad or x.is_complex()}
            if len(kinds) > 1:
                return True
        if "hook" in step.text and any(map(_hides_hooks, operands)):
            return True
        if any(text in step.text for text in _GEOMETRY) and any(
            step.mode == "inference_mode" or (x._is_view() and x._base.dtype != x.dtype)
            for x in operands
        ):
            return True
        inference = step.mode == "inference_mode" or any(x.is_inference() for x in operands)
        if inference and "requires_grad=True" in step.text:
            return True
        return inference and any(
            t in step.text
            for t in (".view(torch.", ".repeat(", ".data", ".detach()", "torch.stack(")
        )

    def _is_tame(self) -> bool:
        """Whether all values are finite and far from what rounding decides, and no bits of rounded numbers are seen."""
        if not all(_tame(v.value) for v in self.draw.pool):
            return False
        seen = [v for v in self.variables.values() if isinstance(v, self.guide.Tensor)]
        dtypes: dict = {}
        for x in seen:
            if x.numel():
                dtypes.setdefault(storage_key(x), set()).add(_bits(x))
        return all(_exact(x) for x in seen if x.numel() and len(dtypes[storage_key(x)]) > 1)

    def _returns(self, body: tuple) -> tuple:
        made = [name for step in body for name in step.makes]
        if self.draw.chance(0.15):
            made += [v.name for v in self.draw.pool[:2]]
        if self.draw.chance(0.3):
            made = [name for name in made if self.draw.chance(0.5)]
        return tuple(made)


_GEOMETRY = (".t_()", "squeeze_(", "transpose_(")


def _hides_hooks(tensor) -> bool:
    """Whether a hook on it may be lost, or be seen by second derivatives of the operator that made it."""
    return tensor._is_view() or "Prod" in str(tensor.grad_fn)


def _is_statement(text: str) -> bool:
    head = text.partition("(")[0]
    return "]" in text and any(f"] {op} " in text for op in ("=", "+=", "*=", "-=")) and head != ""


def _exact(tensor) -> bool:
    """Whether no element is the outcome of a rounding."""
    data = array(tensor)
    parts = [data.real, data.imag] if data.dtype.kind == "c" else [data]
    return all(np.array_equal(part * 64.0, np.floor(part * 64.0)) for part in parts)


def _bits(tensor) -> str:
    """The dtype, complex numbers as their parts."""
    name = str(tensor.dtype).partition(".")[2]
    return {"complex64": "float32", "complex128": "float64"}.get(name, name)


def _tame(tensor) -> bool:
    if tensor.requires_grad and not (tensor.is_floating_point() or tensor.is_complex()):
        return False  # a write gave integers a history, which backward refuses as an internal error
    if "complex32" in str(tensor.dtype):
        return False
    tensor = tensor.detach()
    if tensor.numel() == 0 or (tensor.dtype.is_complex is False and not tensor.is_floating_point()):
        return True
    if tensor.is_complex():
        return float(tensor.abs().max()) < LARGEST[tensor.itemsize // 2]
    largest = float(tensor.abs().max())
    return math.isfinite(largest) and largest < LARGEST[tensor.itemsize]


def values(shape: tuple, dtype: str, start: int) -> str:
    """An expression for a tensor of distinct, smooth values."""
    count = math.prod(shape)
    if dtype == "bool":
        made = f"(torch.arange({start}, {start + count}) % 3 == 0)"
    elif dtype.startswith(("int", "uint")):
        made = f"torch.arange({start}, {start + count}, dtype=torch.{dtype})"
    elif dtype.startswith("complex"):
        made = (
            f"torch.arange({start}.0, {start + count}.0).add(1).mul(0.25+0.125j).to(torch.{dtype})"
        )
    else:
        made = f"torch.arange({start}.0, {start + count}.0).add(1).div(8).to(torch.{dtype})"
    return f"{made}.reshape({list(shape)}).clone()"


def generate(seed: int, guide, aliasing: bool = False) -> Program:
    """The program of a seed. guide: the library whose opinion on shapes and errors is followed.
    aliasing: whether most arguments share memory.
    """
    return Generator(seed, guide, aliasing).program()
