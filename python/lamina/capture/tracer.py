"""The tracer: a function under construction in the ref world, and the tensors that take part in it.

The program runs on the caller's own tensors. A tensor *enters* the trace when the program first
meets it: for the time of the trace its handle, storage and autograd metadata are replaced by traced
ones, so whatever asks for its data raises, and nothing that the program does reaches real memory.
`leave` gives every tensor back as it was.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from mlir import ir

from ..autograd.meta import AutogradMeta, edge, requires_grad
from ..autograd.nodes import Node, OutputMeta
from ..devices import CPU
from ..errors import UnsupportedError
from ..ir import locations, opset
from ..ir.builder import Builder, TracedArray
from ..ir.context import context, unknown
from ..ir.types import ref_type
from ..storage import Storage, contiguous_strides
from ..tensor import Tensor, make
from .record import Record
from .sources import Source

_SLOTS = ("_array", "_storage", "_strides", "_offset", "_autograd", "_view", "_counter")


class Input(NamedTuple):
    """A tensor that entered: its number, where to find it, what it was, and where its gradient goes
    in the trace.

    `base` is the number of the input whose memory it is a view of, None for one with its own.
    """

    number: int
    tensor: Tensor
    source: Source
    before: dict
    strides: tuple
    root: TracedArray
    storage: Storage
    edge: tuple | None
    autograd: AutogradMeta | None
    grad: Tensor | None
    base: int | None

    @property
    def real_storage(self) -> Storage:
        """The memory that the caller passes."""
        return self.before["_storage"]

    @property
    def written(self) -> bool:
        """Whether the program wrote to its memory."""
        return self.storage.version > 0

    @property
    def versions(self) -> int:
        """By how much the program moved on the version of its memory, counted at the input that the
        memory is.
        """
        counts = self.base is None and self.tensor._counter is not None
        return self.storage.version if counts else 0

    @property
    def used(self) -> bool:
        """Whether the program computes anything with it; only known until passes run."""
        return any(True for _ in self.root.value.uses)

    @property
    def history(self):
        """The node that the program made the tensor's last, None when its history is unchanged."""
        node = self.tensor._autograd.grad_fn if self.tensor._autograd is not None else None
        return None if isinstance(node, InputNode) else node


class InputNode(Node):
    """Stands for the history that a tensor which is no leaf has outside of the trace."""

    def apply(self, grads: list, wanted: list) -> list:
        """Raises UnsupportedError: the joint capture catches gradients where they arrive, so this is
        a backward that the program itself runs.
        """
        raise UnsupportedError(
            "backward() in the program reaches the history of an input that is no leaf; a compiled "
            "call could not accumulate gradients there"
        )


class Tracer:
    """Builds one function. The kernel layer calls `handle`; `capture` enters arguments and takes
    the result.

    `merged` is storage that several inputs look at and the program writes to: it is one flat input,
    and those inputs are views of it.
    """

    def __init__(self, name: str, record: Record, merged: list[Storage]):
        self.name, self.record = name, record
        self.inputs: list[Input] = []
        self._merged = {id(storage): storage for storage in merged}
        self._bases: dict[int, Input] = {}
        self._entered: dict[int, Input] = {}
        self._restore: list[tuple[Tensor, dict]] = []
        self._made: set[int] = set()
        self._results: set[ir.Value] = set()
        record.on_tensor = self._meet
        with context(), unknown():
            self.module = ir.Module.create()
            self.function = ir.Operation.create(
                "func.func",
                attributes={
                    "sym_name": ir.StringAttr.get(name),
                    "function_type": ir.TypeAttr.get(ir.FunctionType.get([], [])),
                },
                regions=1,
                loc=locations.current(),
                ip=ir.InsertionPoint(self.module.body),
            )
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
        if id(tensor) in self._made:
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

    def made(self, tensor: Tensor) -> None:
        """Notes a tensor that the program made from data: it is a literal of the program."""
        self._made.add(id(tensor))
        # Keeps the object alive, so that its id stays its own.
        self._restore.append((tensor, _slots(tensor)))

    # Tensors that take part.

    def enter(self, tensor: Tensor, source: Source) -> Input:
        """Makes a concrete tensor an argument of the function, or a view of one."""
        if id(tensor) in self._entered:
            return self._entered[id(tensor)]
        if not is_supported(tensor):
            cls = type(tensor).__name__
            raise UnsupportedError(f"a {cls} on {tensor.device} cannot be compiled yet")
        if id(tensor._storage) in self._merged:
            return self._enter_view(tensor, source)
        return self._enter_root(tensor, source)

    def _enter_root(self, tensor: Tensor, source: Source) -> Input:
        root = self.argument(tensor._array.shape, tensor._array.dtype)
        storage = Storage(root, tensor.strides, CPU)
        return self._replace(tensor, source, root, storage, tensor.strides, 0, None)

    def entered(self, tensor: Tensor) -> Input | None:
        """The input that a tensor is, None if it is none."""
        return self._entered.get(id(tensor))

    def argument(self, shape: tuple, dtype: np.dtype) -> TracedArray:
        """A new argument of the function, a root of its own."""
        value = self.block.add_argument(ref_type(tuple(shape), dtype), locations.current())
        return self.builder.wrap(value)

    def tangent(self, tensor: Tensor) -> Tensor:
        """A new argument that holds the incoming gradient of `tensor`."""
        array = self.argument(tensor.sizes, tensor._array.dtype)
        strides = contiguous_strides(array.shape)
        return make(array, Storage(array, strides, CPU), strides)

    def leave(self) -> None:
        """Gives every tensor back its own handle, storage and history."""
        for tensor, before in reversed(self._restore):
            for slot, value in before.items():
                setattr(tensor, slot, value)

    def _meet(self, tensor: Tensor, source: Source) -> None:
        """Makes a tensor that the program is about to read an argument; one that it does not use is
        dropped in the end.
        """
        is_new = type(tensor._array) is TracedArray or id(tensor) in self._made
        if not is_new and is_supported(tensor):
            self.enter(tensor, source)

    def _lift(self, tensor: Tensor) -> None:
        source = self.record.source_of(tensor)
        if source is None:
            raise UnsupportedError(
                f"a tensor of shape {list(tensor.shape)} and dtype {tensor.dtype} came into the "
                "program in a way that lamina cannot follow at later calls; pass it as an "
                "argument, or reach it through a global, a closure or an attribute"
            )
        self.enter(tensor, source)

    def _enter_view(self, tensor: Tensor, source: Source) -> Input:
        """A tensor in memory that other inputs share: a view of that memory as a whole."""
        key = id(tensor._storage)
        base = self._bases.get(key)
        if base is None:
            flat = whole(tensor)
            name = self.record.names.name(whole)
            text = f"the memory of {source.text}"
            base = self._bases[key] = self._enter_root(flat, Source(f"{name}({source.code})", text))
        sizes, strides, offset = tensor.geometry
        root = self.builder.as_strided(base.root, sizes, strides, offset)
        return self._replace(tensor, source, root, base.storage, strides, offset, base.number)

    def _replace(
        self,
        tensor: Tensor,
        source: Source,
        root: TracedArray,
        storage: Storage,
        strides: tuple,
        offset: int,
        base: int | None,
    ) -> Input:
        before, meta = _slots(tensor), _leave_history(tensor)
        self._restore.append((tensor, before))
        _set(tensor, root, storage, strides, offset, meta)
        grad = meta.grad if meta is not None else None
        parts = (before, strides, root, storage, edge(tensor), meta, grad, base)
        found = Input(len(self.inputs), tensor, source, *parts)
        self._entered[id(tensor)] = found
        self.inputs.append(found)
        self.record.add_tensor(tensor, source)
        return found

    def _literal(self, tensor: Tensor) -> None:
        array = self.builder.constant(tensor._array)
        strides = contiguous_strides(array.shape)
        _set(tensor, array, Storage(array, strides, CPU), strides, 0, _leave_history(tensor))


def is_supported(tensor: Tensor) -> bool:
    """Whether a tensor can take part in a trace."""
    on_cpu = tensor.device.type == "cpu"
    return on_cpu and getattr(type(tensor), "__torch_dispatch__", None) is None


def whole(tensor: Tensor) -> Tensor:
    """All memory of the tensor's storage, as a vector."""
    storage = tensor._storage
    return make(storage.bytes.view(tensor._array.dtype), storage)


def _slots(tensor: Tensor) -> dict:
    return {slot: getattr(tensor, slot) for slot in _SLOTS}


def _leave_history(tensor: Tensor) -> AutogradMeta | None:
    """Metadata for the time of the trace: as differentiable as before, with nothing behind it."""
    meta = tensor._autograd
    if not requires_grad(tensor):
        twin = None if meta is None else AutogradMeta()
    elif tensor.is_leaf:
        twin = AutogradMeta(requires_grad=True)
    else:
        twin = AutogradMeta(grad_fn=InputNode([], [OutputMeta.of(tensor)]))
    if meta is not None:
        twin.grad = meta.grad
    return twin


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
    # Tensors made in inference mode have no version, and keep none.
    tensor._counter = None if tensor._counter is None else storage
