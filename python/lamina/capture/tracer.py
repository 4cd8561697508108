"""The tracer: a function under construction in the ref world, and the tensors that take part in it.

The program runs on the caller's own tensors. A tensor *enters* the trace when the program first
meets it: for the time of the trace its handle, storage and autograd metadata are replaced by traced
ones, so whatever asks for its data raises, and nothing that the program does reaches real memory.
`leave` gives every tensor back as it was.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from mlir import ir

from ..autograd.engine import current_task
from ..autograd.meta import AutogradMeta, grad_fn, requires_grad
from ..autograd.meta import edge as edge_of
from ..autograd.nodes import OutputMeta
from ..autograd.views import ViewInfo
from ..devices import CPU
from ..dispatch.state import state
from ..dispatch.viewing import reinterpreted
from ..errors import UnsupportedError
from ..ir import attributes, descriptors, locations, opset
from ..ir.builder import Builder, TracedArray
from ..ir.context import context, unknown
from ..ir.types import ref_type
from ..memory_format import is_dense
from ..storage import (
    Missing,
    Storage,
    VersionCounter,
    contiguous_strides,
)
from ..tensor import Tensor, make
from ..wrapper import is_traceable_class, is_wrapper
from .history import InputMeta, InputNode, leave_history
from .inputs import Input
from .memory import Memory, SharedMemory, component, element, stretch, view_of_stretch
from .outside_history import OutsideHistory
from .record import Record
from .replaced import put_back, slots_of
from .sources import Source
from .traced_memory import TracedMemory
from .wrappers import Wrappers

_ASSIGN, _CUSTOM_CALL = "lamina.assign", "lamina.custom_call"
_SET, _RESIZE = "lamina.set", "lamina.resize"


class Copy(NamedTuple):
    """A tensor whose `root` holds a copy of elements of the memory `source`, where the program has a
    view.
    """

    tensor: Tensor
    root: ir.Value
    source: ir.Value


class Deferred(NamedTuple):
    """What a backward() of the program sends out of it: gradients of the old data of inputs, by
    number, to be propagated there in one pass.
    """

    task: int
    retain_graph: bool
    gradients: list[tuple[int, Tensor]]


class Tracer:
    """Builds one function. The kernel layer calls `handle`; `capture` enters arguments and takes
    the result.

    `merged` is memory that several inputs look at and the program writes to: it is one flat input,
    and those inputs are views of it.
    """

    def __init__(self, name: str, record: Record, merged: list[Memory]):
        self.name, self.record, self.merged = name, record, merged
        self.inputs: list[Input] = []
        self.deferred: list[Deferred] = []
        self.copies: list[Copy] = []
        self._counters: dict[int, VersionCounter] = {}
        self._flat: dict[int, Input] = {}
        self._entered: dict[int, Input] = {}
        self._restore: list[tuple[Tensor, dict]] = []
        self._made: set[int] = set()
        self._literals: set[int] = set()
        self.memory = TracedMemory(self)
        self.history = OutsideHistory(self)
        self.wrappers = Wrappers(self)
        self._moved: dict[int, tuple[Tensor, bool]] = {}
        self._results: set[ir.Value] = set()
        record.on_tensor = self._meet
        self._is_sketch = False
        with context(), unknown():
            self.module = ir.Module.create()
        self.function = _new_function(name, ir.InsertionPoint(self.module.body))
        self.block = self.function.regions[0].blocks.append()
        self.builder = Builder(ir.InsertionPoint(self.block))

    # What the kernel layer asks.

    def handle(self, tensor: Tensor) -> TracedArray:
        """The traced array of a tensor; one that the trace has not met becomes an input, or a
        literal if it is new.
        """
        array = tensor._array
        if type(array) is TracedArray:
            if array.builder is not self.builder:
                raise UnsupportedError("a tensor made in another trace cannot be used in this one")
            return array
        if type(array) is Missing:
            array.__array__()
        if id(tensor) in self._made or id(array) in self._literals:
            self._literal(tensor)
        else:
            self._lift(tensor)
        return tensor._array

    def owned(self, array: TracedArray) -> TracedArray:
        """A result that shares memory with nothing else: the array itself, or a copy of a view, of
        an operand or of what another result is already.
        """
        owner = array.value.owner
        is_fresh = not isinstance(owner, ir.Block) and not opset.is_view(owner.name)
        if not is_fresh or array.value in self._results:
            array = self.builder.clone(array)
        self._results.add(array.value)
        return array

    def another(self, tensor: Tensor) -> TracedArray:
        """Another handle of what a tensor looks at, for a tensor that is no view of it."""
        return self.builder.alias(self.handle(tensor))

    def made(self, tensor: Tensor) -> None:
        """Notes a tensor that the program made from data: it is a literal of the program."""
        self._made.add(id(tensor))
        self._literals.add(id(tensor._array))
        # Keeps the object alive, so that its id stays its own.
        self._restore.append((tensor, slots_of(tensor)))

    def stands_for_view(self, copy: Tensor, source: Tensor) -> None:
        """Notes a copy of elements at a place that the trace does not know, which eagerly is a view."""
        if not self._is_sketch:
            root = root_of(self.handle(source).value)
            self.copies.append(Copy(copy, self.handle(copy).value, root))

    @contextlib.contextmanager
    def sketching(self):
        """Within it, operations go to a function that is thrown away: only shapes are asked for.
        Gives a function that makes stand-ins for arrays.
        """
        kept = self.builder.point, self._results, self._made, self._is_sketch
        function = _new_function("sketch")
        block = function.regions[0].blocks.append()
        self.builder.point, self._is_sketch = ir.InsertionPoint(block), True
        self._results, self._made = set(), set()
        try:
            yield lambda array: self._argument(block, array.shape, array.dtype)
        finally:
            self.builder.point, self._results, self._made, self._is_sketch = kept

    def adopt(self, target: Tensor, source: Tensor) -> None:
        """Makes `target` look at the memory of `source`, as that does."""
        was = self.handle(target)
        array = self.another(source)
        target._array, target._storage = array, source._storage
        target._strides, target._offset = source._strides, source._offset
        self.rebind(target, was)

    def is_moved(self, tensor: Tensor) -> bool:
        """Whether a tensor that the program made, and that was all of its memory at first, looks at
        it otherwise.
        """
        _, was_all = self._moved.get(id(tensor), (tensor, False))
        return was_all and tensor._array is not tensor._storage.data

    def is_rebound(self, tensor: Tensor) -> bool:
        """Whether the program made a tensor of its own look elsewhere, or otherwise."""
        return id(tensor) in self._moved

    def has_left_base(self, tensor: Tensor) -> bool:
        """Whether a tensor that the program made is a view, and looks at other memory than its base."""
        info = tensor._view
        has_left = self.is_rebound(tensor) and info is not None
        return has_left and tensor._storage is not info.base._storage

    def rebind(self, tensor: Tensor, was: TracedArray) -> None:
        """Notes that a tensor, whose array `was` another one, looks elsewhere from here on, or
        otherwise: the caller's, if it is an input, has to follow.
        """
        x = self.entered(tensor)
        if x is None:
            was_all = was is tensor._storage.data and tensor._view is None
            self._moved.setdefault(id(tensor), (tensor, was_all))
            return
        if x.looks_as_before and not self.memory.is_resized(x.storage):
            tensor._array = x.root
        is_missing = type(tensor._array) is Missing
        if x.is_marked:
            # The gradient of a leaf looks as the leaf does in the end.
            x.edge[0].outputs = [OutputMeta.of(tensor)]
        # Where there is no memory to look at, the caller's tensor only sees its storage shrink.
        self.builder.emit("set", [x.root, x.root if is_missing else tensor._array], None, [])

    # Tensors that take part.

    def enter(self, tensor: Tensor, source: Source) -> Input | None:
        """Makes a concrete tensor an argument of the function, or a view of one. A wrapper is none: its
        inner tensors are.
        """
        if is_wrapper(tensor):
            self.wrappers.enter(tensor, source)
            return None
        if id(tensor) in self._entered:
            return self._entered[id(tensor)]
        if not is_supported(tensor):
            cls = type(tensor).__name__
            raise UnsupportedError(f"a {cls} on {tensor.device} cannot be compiled yet")
        memory = next((m for m in self.merged if m.holds(tensor)), None)
        if memory is None and type(tensor._array) is Missing:
            real, dtype = tensor._storage, element([tensor._array.dtype])
            raise SharedMemory([Memory(real, 0, real.nbytes(), dtype, requires_grad(tensor))])
        if memory is not None:
            return self._enter_view(memory, tensor, source)
        return self._enter_root(tensor, source)

    def _enter_root(self, tensor: Tensor, source: Source) -> Input:
        root = self.argument(tensor._array.shape, tensor._array.dtype)
        storage = Storage(root, tensor.strides, CPU)
        return self._replace(tensor, source, root, storage, tensor.strides, 0, None)

    def entered(self, tensor: Tensor) -> Input | None:
        """The input that a tensor is, None if it is none."""
        return self._entered.get(id(tensor))

    def is_flat(self, x: Input) -> bool:
        """Whether an input is memory that other inputs are views of."""
        return any(x.number == flat.number for flat in self._flat.values())

    def follow(self, array: TracedArray, owner: Input) -> None:
        """Sees to it that a view of flat memory, made from no input in it, is a view of `owner` at
        later calls. Raises UnsupportedError where such views are of several inputs.
        """
        value = array.value
        while not isinstance(value.owner, ir.Block):
            if "lamina.place" in value.owner.attributes:
                return
            value = value.owner.operands[0]
        for key, flat in self._flat.items():
            if flat.root.value == value:
                self._flat[key] = self.inputs[flat.number] = self._followed(flat, owner)

    def _followed(self, flat: Input, owner: Input) -> Input:
        dtype = owner.before["_array"].dtype
        if component(dtype) != flat.root.dtype:
            raise UnsupportedError(
                f"{owner.source.text} shares memory that the program writes to with tensors of another "
                "dtype, and the program returns as_strided() of it"
            )
        start = flat.storage.origin * flat.root.itemsize - _start(owner)
        function, dtype = map(self.record.names.name, (view_of_stretch, flat.root.dtype))
        code = f"{function}({owner.source.code}, {start}, {flat.root.size}, {dtype})"
        if flat.source.code.startswith(f"{function}(") and flat.source.code != code:
            raise UnsupportedError(
                f"{owner.source.text} shares memory that the program writes to, and the program "
                "returns as_strided() of it and of a tensor that is no view of the same base"
            )
        return flat._replace(source=Source(code, flat.source.text))

    def written(self) -> set[int]:
        """The numbers of the inputs whose memory the program writes to so far."""
        roots = {root_of(ref) for op in self.block.operations for ref in written_by(op)}
        of = {x.root.value: x.number for x in self.inputs if x.base is None}
        flat = {number for value, number in of.items() if value in roots}
        return flat | {x.number for x in self.inputs if x.base in flat}

    def writes_to_left(self, x: Input) -> bool:
        """Whether the program writes to the memory that an input looked at, after it looked
        elsewhere.
        """
        has_left = False
        for op in self.block.operations:
            has_left |= op.name == _SET and op.operands[0] == x.root.value
            if has_left and root_of(x.root.value) in map(root_of, written_by(op)):
                return True
        return False

    def versions(self) -> list[int]:
        """For each input by how much the program moved on the version of its memory, counted at the
        first of those that share a version.
        """
        seen, counts = set(), []
        for x in self.inputs:
            counter = x.tensor._counter
            is_new = counter is not None and id(counter) not in seen
            counts.append(counter.version if is_new else 0)
            seen.add(id(counter))
        return counts

    def argument(self, shape: tuple, dtype: np.dtype) -> TracedArray:
        """A new argument of the function, a root of its own."""
        return self._argument(self.block, shape, dtype)

    def tangent(self, tensor: Tensor) -> Tensor:
        """A new argument that holds the incoming gradient of `tensor`, laid out as `tensor` is where
        that is dense, else row-major; the caller converts what comes in another layout.
        """
        array = self.argument(tensor.sizes, tensor._array.dtype)
        geometry = tensor.geometry
        is_dense_order = array.size and is_dense(geometry)
        strides = geometry.strides if is_dense_order else contiguous_strides(array.shape)
        return make(array, Storage(array, strides, CPU), strides)

    def leave(self) -> None:
        """Gives every tensor back its own handle, storage, history and attributes."""
        for tensor, before in reversed(self._restore):
            put_back(tensor, before)
            if "attributes" in before:
                vars(tensor).clear()
                vars(tensor).update(before["attributes"])

    def _meet(self, tensor: Tensor, source: Source) -> None:
        """Makes a tensor that the program is about to read an argument; one that it does not use is
        dropped in the end.
        """
        is_new = type(tensor._array) is TracedArray or id(tensor) in self._made
        if not is_new and is_supported(tensor):
            self.enter(tensor, source)

    def _argument(self, block: ir.Block, shape: tuple, dtype: np.dtype) -> TracedArray:
        value = block.add_argument(ref_type(tuple(shape), dtype), locations.current())
        return self.builder.wrap(value)

    def _lift(self, tensor: Tensor) -> None:
        if self._is_sketch:
            raise UnsupportedError(
                f"a shape rule uses a tensor of shape {list(tensor.shape)} from outside; it may "
                "only use its arguments"
            )
        source = self.record.source_of(tensor)
        if source is None:
            raise UnsupportedError(
                f"a tensor of shape {list(tensor.shape)} and dtype {tensor.dtype} came into the "
                "program in a way that lamina cannot follow at later calls; pass it as an "
                "argument, or reach it through a global, a closure or an attribute"
            )
        self.enter(tensor, source)

    def _enter_view(self, memory: Memory, tensor: Tensor, source: Source) -> Input:
        """A tensor in memory that other inputs share: a view of that memory as a whole."""
        flat = self._enter_flat(memory, tensor, source)
        base = self._enter_base(memory, tensor, source)
        sizes, strides, offset = tensor.geometry
        dtype = tensor._array.dtype
        whole = reinterpreted(self.builder, flat.root, dtype)
        is_missing = type(tensor._array) is Missing
        if is_missing:
            root = self.builder.alias(whole)
            self.memory.nbytes(flat.storage)
        else:
            start = offset - memory.start // dtype.itemsize
            root = self.builder.as_strided(whole, sizes, strides, start)
        number = len(self.inputs)
        root.value.owner.attributes["lamina.place"] = descriptors.place(number)
        view = None if base is None else _linked(tensor._view, base)
        missing = tensor._array if is_missing else None
        found = self._replace(
            tensor, source, root, flat.storage, strides, offset, flat.number, view
        )
        if missing is not None:
            tensor._array = missing
        return found

    def _enter_base(self, memory: Memory, tensor: Tensor, source: Source) -> Input | None:
        """The input that a tensor is a view of, where the trace must know."""
        info = tensor._view
        if info is None or not memory.linked:
            return None
        found = self._entered.get(id(info.base))
        if found is not None:
            return found if found.real_storage is memory.storage else None
        if not memory.holds(info.base):
            return None
        return self.enter(info.base, Source(f"{source.code}._view.base", f"{source.text}._base"))

    def _enter_flat(self, memory: Memory, tensor: Tensor, source: Source) -> Input:
        """The input that memory is, found at later calls around `tensor`."""
        found = self._flat.get(id(memory))
        if found is None:
            start = memory.start - tensor._offset * tensor.itemsize
            nbytes = (memory.end - memory.start) // memory.dtype.itemsize * memory.dtype.itemsize
            function, dtype = map(self.record.names.name, (stretch, memory.dtype))
            code = f"{function}({source.code}, {start}, {nbytes}, {dtype})"
            flat = stretch(tensor, start, nbytes, memory.dtype)
            found = self._enter_root(flat, Source(code, f"the memory of {source.text}"))
            found.storage.origin = memory.start // memory.dtype.itemsize
            self._flat[id(memory)] = found
        return found

    def _replace(
        self,
        tensor: Tensor,
        source: Source,
        root: TracedArray,
        storage: Storage,
        strides: tuple,
        offset: int,
        base: int | None,
        view: ViewInfo | None = None,
    ) -> Input:
        self.settle(tensor)
        before, meta = self.replaced(tensor, self._defer)
        _set(tensor, root, storage, strides, offset, meta)
        tensor._counter = self.counter(before["_counter"])
        parts = (before, strides, offset, root, storage, edge_of(tensor), meta, base, view)
        # Its gradient goes where it went before; only a write makes the base's history its own.
        tensor._view = view
        found = Input(len(self.inputs), tensor, source, *parts)
        self._entered[id(tensor)] = found
        self.inputs.append(found)
        self.record.add_tensor(tensor, source)
        return found

    def replaced(self, tensor: Tensor, defer: Callable) -> tuple[dict, InputMeta]:
        """What a tensor is made of, to be put back in the end, and its metadata for the trace."""
        before = {**slots_of(tensor), "attributes": dict(vars(tensor))}
        self._restore.append((tensor, before))
        return before, leave_history(tensor, defer)

    def counter(self, real) -> VersionCounter | None:
        """What counts writes in the trace where `real` does outside; inputs share one as they do
        there.
        """
        if real is None:
            # Tensors made in inference mode have no version, and keep none.
            return None
        return self._counters.setdefault(id(real), VersionCounter())

    def own_version(self, tensor: Tensor) -> int | None:
        """The version of a tensor that counts writes apart from its memory, as `.data` does; None for others."""
        counter = tensor._counter
        is_input = any(c is counter for c in self._counters.values())
        return counter.version if type(counter) is VersionCounter and not is_input else None

    def settle(self, tensor: Tensor) -> None:
        """Brings the history of a view up to date with its base, outside of the trace as it would be
        there.
        """
        info, counter = tensor._view, tensor._counter
        if info is None or counter is None or info.version == counter.version:
            return
        base = self._entered.get(id(info.base))
        with self.outside(*([base] if base is not None else [])):
            grad_fn(tensor)

    @contextlib.contextmanager
    def outside(self, *inputs: Input):
        """Within it, these inputs are what they are outside of the trace."""
        traced = [slots_of(x.tensor) for x in inputs]
        for x in inputs:
            put_back(x.tensor, x.before)
        try:
            with state.override(tracer=None):
                yield
        finally:
            for x, slots in zip(inputs, traced, strict=True):
                put_back(x.tensor, slots)

    def _literal(self, tensor: Tensor) -> None:
        array = self.builder.constant(tensor._array)
        strides = contiguous_strides(array.shape)
        # The program made it: all of its history is in the trace already.
        _set(tensor, array, Storage(array, strides, CPU), strides, 0, tensor._autograd)

    def _defer(self, node: InputNode, grad: Tensor) -> None:
        task = current_task()
        if state.grad_enabled:
            raise UnsupportedError(
                "backward(create_graph=True) in the program reaches the history of an input that is no "
                "leaf: the gradients of a compiled call cannot be differentiated again"
            )
        number = next(x.number for x in self.inputs if x.edge is not None and x.edge[0] is node)
        if not self.deferred or self.deferred[-1].task != task.id:
            self.deferred.append(Deferred(task.id, task.retain_graph, []))
        self.deferred[-1].gradients.append((number, grad))


def written_by(op: ir.Operation) -> list[ir.Value]:
    """The refs that an operation writes through."""
    if op.name == _ASSIGN:
        return [op.operands[1]]
    if op.name == _CUSTOM_CALL and "mutates" in op.attributes:
        return [op.operands[k] for k in attributes.decode(op.attributes["mutates"])]
    return []


def root_of(value: ir.Value) -> ir.Value:
    """The memory that a handle leads to."""
    while not isinstance(value.owner, ir.Block) and (
        opset.is_view(value.owner.name) or value.owner.name == _RESIZE
    ):
        value = value.owner.operands[0]
    return value


def _start(x: Input) -> int:
    """The first byte that an input looks at in its storage outside."""
    return x.before["_offset"] * x.before["_array"].dtype.itemsize


def _new_function(name: str, point: ir.InsertionPoint | None = None) -> ir.Operation:
    """An empty function, at `point` if it is given."""
    with context(), unknown():
        return ir.Operation.create(
            "func.func",
            attributes={
                "sym_name": ir.StringAttr.get(name),
                "function_type": ir.TypeAttr.get(ir.FunctionType.get([], [])),
            },
            regions=1,
            loc=locations.current(),
            ip=point if point is not None else False,
        )


def is_supported(tensor: Tensor) -> bool:
    """Whether a tensor can take part in a trace."""
    if is_wrapper(tensor):
        return is_traceable_class(type(tensor))
    on_cpu = tensor.device.type == "cpu"
    return on_cpu and getattr(type(tensor), "__torch_dispatch__", None) is None


def _linked(info: ViewInfo, base: Input) -> ViewInfo:
    """What a view is in the trace: the same of its traced base, with the history it came with until
    something is written.
    """
    seen = info.seen
    if base.before["_array"] is seen[0]:
        seen = (base.root, base.strides, base.tensor._offset)
    return ViewInfo(base.tensor, info.chain, info.creation, 0, seen)


def _set(
    tensor: Tensor,
    root: TracedArray,
    storage: Storage,
    strides: tuple,
    offset: int,
    meta: AutogradMeta | None,
) -> None:
    tensor._array, tensor._storage, tensor._strides, tensor._offset = root, storage, strides, offset
    tensor._autograd, tensor._view = meta, None
    tensor._counter = None if tensor._counter is None else storage
