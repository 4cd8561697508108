"""The tracer: a function under construction in the ref world, and the tensors that take part in it.

The program runs on the caller's own tensors. A tensor *enters* the trace when the program first meets it: for the
time of the trace its handle, storage and autograd metadata are replaced by traced ones, so whatever asks for its
data raises, and nothing that the program does reaches real memory. `leave` gives every tensor back as it was.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from mlir import ir

from ..autograd.graph import Node, OutputMeta
from ..autograd.meta import AutogradMeta, edge, requires_grad
from ..devices import CPU
from ..errors import UnsupportedError
from ..ir import locations
from ..ir.builder import Builder, TracedArray
from ..ir.context import context, unknown
from ..ir.types import ref_type
from ..storage import Storage, contiguous_strides
from ..tensor import Tensor, make
from .reads import Observer
from .sources import Source

_SLOTS = ("_array", "_storage", "_strides", "_offset", "_autograd", "_view", "_counter")


class Input(NamedTuple):
    """A tensor that entered: where to find it, what it was, and where its gradient goes in the trace."""

    tensor: Tensor
    source: Source
    before: dict
    strides: tuple
    root: TracedArray
    storage: Storage
    edge: tuple | None
    autograd: AutogradMeta | None
    grad: Tensor | None

    @property
    def real_storage(self) -> Storage:
        """The memory that the caller passes."""
        return self.before["_storage"]

    @property
    def written(self) -> bool:
        """Whether the program wrote to its memory."""
        return self.storage.version > 0

    @property
    def used(self) -> bool:
        """Whether the program computes anything with it."""
        return any(True for _ in self.root.value.uses)

    @property
    def history(self):
        """The node that the program made the tensor's last, None when it did not change its history."""
        node = self.tensor._autograd.grad_fn if self.tensor._autograd is not None else None
        return None if isinstance(node, InputNode) else node


class InputNode(Node):
    """Stands for the history that a tensor which is no leaf has outside of the trace."""

    def apply(self, grads: list, wanted: list) -> list:
        return []


class Tracer:
    """Builds one function. The kernel layer calls `handle`; `capture` enters arguments and takes the result."""

    def __init__(self, name: str, observer: Observer):
        self.observer = observer
        observer.on_tensor = self._meet
        self.inputs: list[Input] = []
        self.constants = 0
        self._entered: dict[int, Input | None] = {}
        self._restore: list[tuple[Tensor, dict]] = []
        self._made: set[int] = set()
        self.name = name
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
        """The traced array of a tensor; one that the trace has not met becomes an input, or a literal if it is new."""
        array = tensor._array
        if type(array) is TracedArray:
            if array.builder is not self.builder:
                raise UnsupportedError("a tensor that was made in another trace cannot be used in this one")
            return array
        if id(tensor) in self._made:
            self._literal(tensor)
        else:
            self._lift(tensor)
        return tensor._array

    def made(self, tensor: Tensor) -> None:
        """Notes a tensor that the program made from data while being traced: it is a literal of the program."""
        self._made.add(id(tensor))
        # Keeps the object alive, so that its id stays its own.
        self._restore.append((tensor, _slots(tensor)))

    # Tensors that take part.

    def enter(self, tensor: Tensor, source: Source) -> Input:
        """Makes a concrete tensor an argument of the function."""
        if id(tensor) in self._entered:
            return self._entered[id(tensor)]
        _check(tensor)
        before = _slots(tensor)
        strides = tensor.strides
        root = self.argument(tensor._array.shape, tensor._array.dtype)
        self._restore.append((tensor, before))
        meta = _leave_history(tensor)
        _replace(tensor, root, strides, meta, before["_counter"] is None)
        found = Input(tensor, source, before, strides, root, tensor._storage, edge(tensor), meta, meta and meta.grad)
        self._entered[id(tensor)] = found
        self.inputs.append(found)
        self.observer.add_tensor(tensor, source)
        return found

    def entered(self, tensor: Tensor) -> Input | None:
        """The input that a tensor is, or None."""
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
        """Makes a tensor that the program is about to read an argument; one it does not use is dropped in the end."""
        if type(tensor._array) is not TracedArray and id(tensor) not in self._made and is_supported(tensor):
            self.enter(tensor, source)

    def _lift(self, tensor: Tensor) -> None:
        source = self.observer.source_of(tensor)
        if source is None:
            raise UnsupportedError(
                f"a tensor of shape {list(tensor.shape)} and dtype {tensor.dtype} came into the program in a way that lamina "
                "cannot follow at later calls; pass it as an argument, or reach it through a global, a closure or an attribute"
            )
        self.enter(tensor, source)

    def _literal(self, tensor: Tensor) -> None:
        _check(tensor)
        self.constants += 1
        array = self.builder.constant(tensor._array)
        strides = contiguous_strides(array.shape)
        _replace(tensor, array, strides, _leave_history(tensor), tensor._counter is None)


def is_supported(tensor: Tensor) -> bool:
    """Whether a tensor can take part in a trace."""
    return tensor.device.type == "cpu" and getattr(type(tensor), "__torch_dispatch__", None) is None


def _check(tensor: Tensor) -> None:
    if not is_supported(tensor):
        raise UnsupportedError(f"tensors of class {type(tensor).__name__} on {tensor.device} cannot be compiled yet")


def _slots(tensor: Tensor) -> dict:
    return {slot: getattr(tensor, slot) for slot in _SLOTS}


def _leave_history(tensor: Tensor) -> AutogradMeta | None:
    """Metadata for the time of the trace: as differentiable as before, with nothing behind it."""
    if not requires_grad(tensor):
        meta = tensor._autograd
        if meta is None:
            return None
        twin = AutogradMeta()
        twin.grad = meta.grad
        return twin
    if tensor.is_leaf:
        twin = AutogradMeta(requires_grad=True)
    else:
        twin = AutogradMeta(grad_fn=InputNode([], [OutputMeta.of(tensor)]))
    twin.grad = tensor._autograd.grad if tensor._autograd is not None else None
    return twin


def _replace(tensor: Tensor, root: TracedArray, strides: tuple, meta: AutogradMeta | None, unversioned: bool) -> None:
    storage = Storage(root, strides, CPU)
    tensor._array, tensor._storage, tensor._strides, tensor._offset = root, storage, strides, 0
    tensor._autograd, tensor._view = meta, None
    tensor._counter = None if unversioned else storage
