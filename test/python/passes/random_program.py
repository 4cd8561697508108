"""Random programs of refs: views of views in several dtypes, writes through them, also in branches
and loops, shared outputs.

The generator keeps an array beside each ref, made by the interpreter's own primitives, so it knows
where a reshape is a view. Elements are whole numbers: results must agree exactly.
"""

import random
from typing import NamedTuple

import numpy as np
from lamina.ops import primitives

SIZES = (1, 2, 3, 4)
MOST_ELEMENTS = 48
FORWARD, BACKWARD, TANGENT = range(3)
ELEMENTS = {"int64": "i64", "int32": "i32", "float64": "f64", "complex128": "complex<f64>"}


class Handle(NamedTuple):
    """A ref: its name, an array of its shape and strides, whether no element shows twice, and
    whose memory it is.
    """

    name: str
    array: np.ndarray
    distinct: bool
    phase: int


class RandomProgram:
    """`text` is a module with a joint function @f of `inputs`, or one without gradients. `places`
    says which `outputs`, arrays, inputs look at in the end.
    """

    def __init__(self, seed: int, length: int = 14):
        self._random = random.Random(seed)
        self._lines: list[str] = []
        self._phase = FORWARD
        count = self._random.randint(1, 3)
        self._in_region = False
        self.inputs = [self._data(self._shape()) for _ in range(count)]
        self._handles = [Handle(f"%x{i}", a, True, FORWARD) for i, a in enumerate(self.inputs)]
        arguments = [
            f"%x{i}: {_type(a)} {{lamina.arg = #lamina.input<{i}>}}"
            for i, a in enumerate(self.inputs)
        ]

        self._steps(length)
        if self._random.random() < 0.3:
            self._resize(self._random.randrange(count))
            self._steps(length // 2)
        outputs = [self._random.choice(self._handles) for _ in range(self._random.randint(0, 4))]
        self.places = self._add_places(outputs)
        self.outputs = [o.array for o in outputs]
        gradients = []
        if outputs and self._random.random() < 0.6:
            arguments += self._add_tangents(outputs)
            self._steps(length // 2)
            gradients = [
                self._random.choice(self._handles) for _ in range(self._random.randint(1, 3))
            ]
        self.text = self._function(arguments, outputs, gradients)

    def _add_places(self, outputs: list) -> dict[int, int]:
        """Inputs look elsewhere in the end; for each the output that it looks at."""
        places = {}
        for i in range(len(self.inputs)):
            if self._random.random() < 0.7:
                continue
            place = self._random.choice(self._handles)
            self._set(i, self._random.choice(self._handles))
            self._set(i, place)
            places[i] = next((k for k, o in enumerate(outputs) if o is place), len(outputs))
            if places[i] == len(outputs):
                outputs.append(place)
        return places

    def _resize(self, number: int) -> None:
        """The memory of an input gets another size; only what is made of it anew is used then."""
        old, shape = self.inputs[number], self._shape()
        array = primitives.resize(old, shape)
        self._handles = [h for h in self._handles if not np.may_share_memory(h.array, old)]
        sizes = f"{{sizes = {_attribute(shape)}}}"
        self._emit(f"resize %x{number} {sizes} : {_type(old)} -> {_type(array)}", array)

    def _set(self, number: int, place: Handle) -> None:
        types = f"{_type(self.inputs[number])}, {_type(place.array)}"
        self._lines.append(f"lamina.set %x{number}, {place.name} : {types}")

    def _add_tangents(self, outputs: list) -> list[str]:
        """Arguments for the gradients of the outputs. The forward's memory is read only now."""
        self._phase = BACKWARD
        tangents = [
            Handle(f"%d{i}", np.zeros(o.array.shape, o.array.dtype), True, TANGENT)
            for i, o in enumerate(outputs)
        ]
        self._handles += tangents
        return [
            f"{t.name}: {_type(t.array)} {{lamina.arg = #lamina.tangent<output, {i}>}}"
            for i, t in enumerate(tangents)
        ]

    def _function(self, arguments: list, outputs: list, gradients: list) -> str:
        results = [
            f"{_type(o.array)} {{lamina.result = #lamina.output<{i}>}}"
            for i, o in enumerate(outputs)
        ]
        results += [
            f"{_type(g.array)} {{lamina.result = #lamina.gradient<{i}>}}"
            for i, g in enumerate(gradients)
        ]
        names = ", ".join(handle.name for handle in outputs + gradients)
        types = ", ".join(_type(handle.array) for handle in outputs + gradients)
        tail = f" {names} : {types}" if names else ""
        body = "\n".join(f"  {line}" for line in [*self._lines, f"return{tail}"])
        return f"func.func @f({', '.join(arguments)}) -> ({', '.join(results)}) {{\n{body}\n}}\n"

    def _steps(self, count: int) -> None:
        steps = (
            [self._view] * 4
            + [self._binary] * 2
            + [self._assign] * 3
            + [self._unary] * 2
            + [self._full]
        )
        if not self._in_region:
            steps += [self._cond, self._while]
        for _ in range(count):
            self._random.choice(steps)()

    def _shape(self) -> tuple:
        return tuple(self._random.choice(SIZES) for _ in range(self._random.randint(0, 3)))

    def _data(self, shape: tuple) -> np.ndarray:
        dtype = self._random.choice(["int64", "int64", "complex128"])
        parts = [
            [self._random.randint(-9, 9) for _ in range(int(np.prod(shape)))] for _ in range(2)
        ]
        flat = np.array(parts[0], np.int64)
        if dtype == "complex128":
            flat = flat + 1j * np.array(parts[1], np.int64)
        return flat.astype(dtype).reshape(shape)

    def _emit(
        self, op: str, array: np.ndarray, source: Handle | None = None, distinct=True
    ) -> Handle:
        """A new line. Without a `source` the result is memory of its own."""
        name, phase = self._line(op), self._phase
        if source is not None:
            distinct, phase = distinct and source.distinct, source.phase
        handle = Handle(name, array, distinct, phase)
        self._handles.append(handle)
        return handle

    def _line(self, op: str) -> str:
        """A new line and the name of its result."""
        name = f"%v{len(self._lines)}"
        self._lines.append(f"{name} = lamina.{op}")
        return name

    def _compute(self, name: str, *operands: Handle) -> Handle:
        array = getattr(primitives, name)(*(h.array for h in operands))
        return self._emit(f"{name} {', '.join(h.name for h in operands)} : {_type(array)}", array)

    def _like(self, handle: Handle) -> Handle:
        """Some handle of the same shape."""
        return self._random.choice(
            [
                h
                for h in self._handles
                if (h.array.shape, h.array.dtype) == (handle.array.shape, handle.array.dtype)
            ]
        )

    def _binary(self) -> None:
        left = self._random.choice(self._handles)
        self._compute(self._random.choice(["add", "sub", "mul"]), left, self._like(left))

    def _unary(self) -> None:
        self._compute(self._random.choice(["neg", "clone"]), self._random.choice(self._handles))

    def _full(self, like: Handle | None = None) -> Handle:
        array = (like or self._random.choice(self._handles)).array
        value = _scalar(self._random.randint(-9, 9), array.dtype)
        return self._emit(f"full {{value = {value}}} : {_type(array)}", np.zeros_like(array))

    def _assign(self) -> None:
        targets = [h for h in self._handles if h.phase == self._phase]
        if not targets:
            return
        target = self._random.choice(targets)
        # Of several values given to one element any may stay, unless all are the same.
        value = self._like(target) if target.distinct else self._full(target)
        if target.distinct and self._random.random() < 0.5:
            value = self._compute("mul", value, target)
        self._lines.append(f"lamina.assign {value.name}, {target.name} : {_type(target.array)}")

    def _cond(self) -> None:
        """A branch on data; both sides see, write and return what stands before them."""
        result = self._random.choice(self._handles)
        test = self._predicate()
        number = len(self._lines)
        self._lines.append("")
        for opening in ("", "} else {"):
            self._lines.append(opening)
            self._region(lambda: self._yield(result))
        name, type_ = f"%v{number}", _type(result.array)
        self._lines[number] = f"{name} = lamina.cond {test} : !lamina.ref<i1> -> {type_} {{"
        self._lines.append("}")
        self._handles.append(Handle(name, np.zeros_like(result.array), True, self._phase))

    def _while(self) -> None:
        """A loop that runs twice and writes to what stands before it."""
        zero, one, two = (self._line(f"full {{value = {k} : i64}} : {_COUNT}") for k in range(3))
        result = f"%v{len(self._lines)}"
        self._lines += [
            f"{result} = lamina.while {zero} : {_COUNT} while {{",
            f"^bb0(%count: {_COUNT}):",
        ]
        less = self._line(f'compare %count, {two} {{predicate = "lt"}} : {_COUNT}')
        self._lines += [
            f"lamina.yield {less} : !lamina.ref<i1>",
            "} do {",
            f"^bb0(%count: {_COUNT}):",
        ]
        self._region(
            lambda: self._lines.append(
                f"lamina.yield {self._line(f'add %count, {one} : {_COUNT}')} : {_COUNT}"
            )
        )
        self._lines.append("}")
        self._handles.append(Handle(result, np.zeros((), np.int64), True, self._phase))

    def _region(self, end) -> None:
        """A few steps whose own results nothing outside can see."""
        outside, self._in_region = list(self._handles), True
        self._steps(self._random.randint(0, 4))
        end()
        self._handles, self._in_region = outside, False

    def _yield(self, like: Handle) -> None:
        value = self._compute("clone", self._like(like))
        self._lines.append(f"lamina.yield {value.name} : {_type(value.array)}")

    def _predicate(self) -> str:
        """A bit that depends on data, where there are integers."""
        found = [h for h in self._handles if h.array.size and h.array.dtype == np.int64]
        if not found:
            return self._line("full {value = true} : !lamina.ref<i1>")
        source = self._random.choice(found)
        ones = f"array<i64: {', '.join('1' for _ in source.array.shape)}>"
        zeros = f"array<i64: {', '.join('0' for _ in source.array.shape)}>"
        first, whole = source.name, _type(source.array)
        if source.array.ndim:
            shape = "x".join("1" for _ in source.array.shape)
            bounds = f"{{starts = {zeros}, stops = {ones}, steps = {ones}}}"
            one = f"!lamina.ref<{shape}xi64>"
            first = self._line(f"slice {first} {bounds} : {whole} -> {one}")
            first = self._line(f"reshape {first} : {one} -> {_COUNT}")
        limit = self._line(f"full {{value = {self._random.randint(-9, 9)} : i64}} : {_COUNT}")
        return self._line(f'compare {first}, {limit} {{predicate = "lt"}} : {_COUNT}')

    def _view(self) -> None:
        source = self._random.choice(self._handles)
        made = self._random.choice(_VIEWS)(self._random, source.array)
        if made is None:
            return
        name, parameters, distinct = made
        array = getattr(primitives, name)(source.array, **parameters)
        if array.size > MOST_ELEMENTS or (
            array.size and not np.may_share_memory(array, source.array)
        ):
            return
        shown = ", ".join(
            f"{k} = {_attribute(v)}" for k, v in parameters.items() if k not in ("shape", "dtype")
        )
        shown = f" {{{shown}}}" if shown else ""
        op = f"{name} {source.name}{shown} : {_type(source.array)} -> {_type(array)}"
        self._emit(op, array, source, distinct)


_COUNT = "!lamina.ref<i64>"


def _type(array: np.ndarray) -> str:
    sizes = "".join(f"{n}x" for n in array.shape)
    return f"!lamina.ref<{sizes}{ELEMENTS[array.dtype.name]}>"


def _scalar(value: int, dtype: np.dtype) -> str:
    if dtype.kind == "c":
        return f"[{value}.0 : f64, 0.0 : f64]"
    return f"{value}.0 : f64" if dtype.kind == "f" else f"{value} : {ELEMENTS[dtype.name]}"


def _attribute(value) -> str:
    if isinstance(value, int):
        return f"{value} : i64"
    return f"array<i64: {', '.join(map(str, value))}>" if value else "array<i64>"


# Each view gives its name, its parameters and whether it shows no element twice; None where it
# does not apply.


def _permute(rng, x):
    return "permute", {"dims": rng.sample(range(x.ndim), x.ndim)}, True


def _slice(rng, x):
    starts = [rng.randint(0, size) for size in x.shape]
    stops = [rng.randint(start, size) for start, size in zip(starts, x.shape, strict=True)]
    return (
        "slice",
        {"starts": starts, "stops": stops, "steps": [rng.randint(1, 2) for _ in x.shape]},
        True,
    )


def _reshape(rng, x):
    shape = list(x.shape)
    if len(shape) > 1 and rng.random() < 0.5:
        at = rng.randrange(len(shape) - 1)
        shape[at : at + 2] = [shape[at] * shape[at + 1]]
    elif shape and shape[-1] == 4:
        shape[-1:] = [2, 2]
    else:
        shape.insert(rng.randint(0, len(shape)), 1)
    return "reshape", {"shape": shape}, True


def _unsqueeze(rng, x):
    return "unsqueeze", {"dims": [rng.randint(0, x.ndim)]}, True


def _squeeze(rng, x):
    ones = [d for d, size in enumerate(x.shape) if size == 1]
    return "squeeze", {"dims": sorted(rng.sample(ones, rng.randint(0, len(ones))))}, True


def _diagonal(rng, x):
    if x.ndim < 2:
        return None
    first, second = rng.sample(range(x.ndim), 2)
    return "diagonal", {"offset": rng.randint(-1, 1), "dim1": first, "dim2": second}, True


def _expand(rng, x):
    shape = [rng.choice(SIZES) if size == 1 else size for size in x.shape]
    if rng.random() < 0.3:
        shape.insert(0, rng.choice(SIZES))
    return "expand", {"shape": shape}, shape == list(x.shape)


def _unfold(rng, x):
    if x.size == 0 or x.ndim == 0:
        return None
    dim = rng.randrange(x.ndim)
    size, step = rng.randint(1, x.shape[dim]), rng.randint(1, 3)
    return "unfold", {"dim": dim, "size": size, "step": step}, step >= size


def _as_strided(rng, x):
    if not x.flags.c_contiguous or x.size < 3:
        return None
    offset, step = rng.randint(0, 1), rng.randint(1, 2)
    rows = rng.randint(1, (x.size - offset - 1) // step + 1)
    return "as_strided", {"sizes": [rows], "strides": [step], "offset": offset}, True


def _alias(rng, x):
    return "alias", {}, True


def _part(rng, x):
    if x.dtype.kind != "c":
        return None
    return rng.choice(["real", "imag", "view_as_real"]), {}, True


def _pair(rng, x):
    is_pair = x.dtype.kind == "f" and x.ndim and x.shape[-1] == 2 and x.flags.c_contiguous
    return ("view_as_complex", {}, True) if is_pair else None


def _bitcast(rng, x):
    """Integers of one width as others; the last dimension must lie densely."""
    if x.dtype.kind != "i" or not x.ndim or not x.size or not x.flags.c_contiguous:
        return None
    if x.dtype == np.int32 and x.shape[-1] % 2:
        return None
    return "bitcast", {"dtype": np.dtype("int32" if x.dtype == np.int64 else "int64")}, True


_VIEWS = (
    _permute,
    _slice,
    _reshape,
    _unsqueeze,
    _squeeze,
    _diagonal,
    _expand,
    _unfold,
    _as_strided,
    _alias,
    _part,
    _pair,
    _bitcast,
)
