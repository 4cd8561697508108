"""Tensors saved for backward.

A saved tensor remembers the memory and the version it had, not the tensor object: that keeps graphs
free of reference cycles, and lets the object change its geometry. Only leaves are kept themselves,
because gradients must reach that very tensor.
"""

from __future__ import annotations

import weakref

from ..dispatch.state import state
from ..errors import AutogradError
from ..tensor import Tensor, make
from .meta import AutogradMeta, accumulator, grad_fn, requires_grad

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been "
    "freed). Saved intermediate values of the graph are freed by .backward() or autograd.grad(); "
    "specify "
    "retain_graph=True to keep them."
)


class TensorMeta:
    """Everything about a tensor but its data: sizes, strides, offset, dtype, device."""

    __slots__ = ("device", "np_dtype", "offset", "sizes", "strides")

    def __init__(self, tensor):
        array = tensor._array
        self.sizes = array.shape
        self.np_dtype = array.dtype
        self.device = tensor._storage.device
        self.offset = tensor._offset
        self.strides = tensor.strides

    shape = property(lambda self: self.sizes)
    ndim = property(lambda self: len(self.sizes))

    @property
    def dtype(self):
        """The element type."""
        from ..dtypes import from_numpy

        return from_numpy(self.np_dtype)

    def numel(self) -> int:
        """Number of elements."""
        count = 1
        for size in self.sizes:
            count *= size
        return count

    def dim(self) -> int:
        """Number of dimensions."""
        return len(self.sizes)

    def size(self, dim=None):
        """All sizes, or that of one dimension."""
        return self.sizes if dim is None else self.sizes[dim]


class SavedNumber:
    """A number that stood in the place of a tensor: freed like one, as what it was promoted to would be."""

    __slots__ = ("freed", "value")

    def __init__(self, value):
        self.value, self.freed = value, False

    def unpack(self, node):
        """The number. Raises AutogradError when it was freed."""
        if self.freed:
            raise AutogradError(FREED, op=node.name())
        return self.value

    def release(self) -> None:
        """Unpacking raises from now on."""
        self.freed = True


class SavedTensor:
    """One tensor saved for backward; `unpack` gives it back, checked.

    Kept is `whole`, the tensor itself, for leaves and subclasses, what a hook made of it
    (`packed`), or else the memory and how to look at it. `fn` and `output_nr` say whose result it
    was.
    """

    # Most tensors have the values that stand here.
    freed = False
    fn = meta = whole = packed = unpack_hook = None
    output_nr = 0

    def __init__(self, tensor, is_output: bool = False):
        self.array, self.storage = tensor._array, tensor._storage
        self.strides, self.offset = tensor._strides, tensor._offset
        self.counter = counter = tensor._counter
        if counter is None:
            raise AutogradError(
                "Inference tensors cannot be saved for backward; clone() one outside of inference "
                "mode"
            )
        self.version = counter.version
        self.is_output = is_output
        if is_output:
            if tensor._autograd is not None:
                self.output_nr = tensor._autograd.output_nr
        elif tensor._autograd is not None or tensor._view is not None:
            self._note_history(tensor)
        if type(tensor) is not Tensor and self.whole is None:
            self.whole = tensor._without_history() if is_output else tensor
        if state.saved_hooks:
            self._pack(tensor, *state.saved_hooks[-1])

    def _note_history(self, tensor) -> None:
        fn = grad_fn(tensor)
        if fn is not None:
            meta = tensor._autograd
            self.fn, self.output_nr = fn, meta.output_nr
            # Whoever detaches the tensor in place takes the history away that its gradient needs.
            self.meta = weakref.ref(meta)
        elif requires_grad(tensor):
            self.whole = tensor

    def register_hooks(self, pack_hook, unpack_hook) -> None:
        """Packs this tensor by a hook of its own. Raises AutogradError when it has hooks or
        was freed.
        """
        if self.freed:
            raise AutogradError(FREED)
        if self.unpack_hook is not None:
            raise AutogradError("Calling register_hooks on a saved tensor with existing hooks")
        self._pack(self._rebuild(self.fn), pack_hook, unpack_hook)

    def _pack(self, tensor, pack, unpack) -> None:
        with state.override(saved_hooks=(), grad_enabled=False):
            version = self.counter.version
            packed = pack(tensor)
        if self.counter.version != version:
            raise AutogradError(
                "A saved tensor pack hook is modifying its input in place, which autograd would "
                "not notice"
            )
        if packed is tensor and self.is_output:
            # The tensor leads back to the node that keeps it.
            packed = tensor.detach()
        self.packed, self.unpack_hook = packed, unpack
        self.array = self.storage = self.counter = None
        # A leaf is not kept itself, but what is unpacked must send its gradient there.
        leaf = self.whole is tensor and tensor._autograd is not None and self.fn is None
        self.whole = accumulator(tensor) if leaf and tensor._autograd.requires_grad else None

    def unpack(self, node) -> Tensor:
        """The saved tensor. Raises AutogradError when it was freed, or written to since."""
        if self.freed:
            raise AutogradError(FREED, op=node.name())
        fn = node if self.is_output else self.fn
        if self.unpack_hook is not None:
            return self._unpack_hooked(fn)
        if self.counter.version != self.version:
            raise AutogradError(
                "one of the variables needed for gradient computation has been modified by an "
                "inplace operation: a tensor of "
                f"size {list(self.array.shape)} and dtype {self.array.dtype}, "
                f"{_source(self, node)}, is at version "
                f"{self.counter.version}; expected version {self.version} instead",
                op=node.name(),
            )
        meta = self.meta() if self.meta is not None else None
        if meta is not None and meta.grad_fn is None:
            raise AutogradError(
                "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_(). This is not "
                "supported; use out-of-place .detach() instead",
                op=node.name(),
            )
        if self.whole is not None and not self.is_output:
            return self.whole
        return self._rebuild(fn)

    def _unpack_hooked(self, fn) -> Tensor:
        with state.override(saved_hooks=()):
            data = self.unpack_hook(self.packed)
        if not isinstance(data, Tensor):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(data).__name__}"
            )
        if self.whole is not None and self.whole.variable is data:
            return data
        tensor = data.detach()
        if self.whole is not None:
            tensor._autograd = AutogradMeta(requires_grad=True)
            tensor._autograd.accumulator = weakref.ref(self.whole)
        elif fn is not None:
            tensor._autograd = AutogradMeta(grad_fn=fn, output_nr=self.output_nr)
        return tensor

    def _rebuild(self, fn) -> Tensor:
        if self.whole is not None:
            tensor = self.whole._without_history() if self.is_output else self.whole
            if self.is_output and fn is not None:
                tensor._autograd = AutogradMeta(grad_fn=fn, output_nr=self.output_nr)
            return tensor
        tensor = make(self.array, self.storage, self.strides, self.offset)
        tensor._counter = self.counter
        if fn is not None:
            tensor._autograd = AutogradMeta(grad_fn=fn, output_nr=self.output_nr)
        return tensor

    def release(self) -> None:
        """Frees the memory; unpacking raises from now on."""
        self.freed = True
        self.array = self.storage = self.counter = self.whole = self.packed = self.fn = None


def _source(saved: SavedTensor, node) -> str:
    fn = node if saved.is_output else saved.fn
    return (
        f"which is output {saved.output_nr} of {fn.name()}"
        if fn is not None
        else "an input of the graph"
    )
