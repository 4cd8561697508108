"""Inputs: the tensors of the outside world that a program uses."""

from __future__ import annotations

from typing import NamedTuple

from ..autograd.nodes import AccumulateGrad
from ..autograd.views import ViewInfo
from ..ir.builder import TracedArray
from ..storage import Storage
from ..tensor import Tensor
from .history import InputMeta
from .sources import Source


class Input(NamedTuple):
    """A tensor that entered: its number, where to find it, what it was, and where its gradient goes
    in the trace.

    `base` is the number of the input whose memory it is a part of, None for one with its own. `view`
    says of which input the trace knows it to be a view.
    """

    number: int
    tensor: Tensor
    source: Source
    before: dict
    strides: tuple
    offset: int
    root: TracedArray
    storage: Storage
    edge: tuple | None
    autograd: InputMeta
    base: int | None
    view: ViewInfo | None

    @property
    def real_storage(self) -> Storage:
        """The memory that the caller passes."""
        return self.before["_storage"]

    @property
    def is_marked(self) -> bool:
        """Whether it required grad of itself, not because of what it was computed from."""
        return self.edge is not None and isinstance(self.edge[0], AccumulateGrad)

    @property
    def used(self) -> bool:
        """Whether the program computes anything with it; only known until passes run."""
        return any(True for _ in self.root.value.uses)

    @property
    def is_rebound(self) -> bool:
        """Whether the program made it look elsewhere, or otherwise; not if its memory is too small
        for it in the end.
        """
        return type(self.tensor._array) is TracedArray and self.tensor._array is not self.root

    @property
    def is_marked_anew(self) -> bool:
        """Whether it requires grad of itself in the end, or does not, other than before."""
        meta = self.tensor._autograd
        is_cut_off = self.edge is not None and not self.is_marked and meta.grad_fn is None
        return is_cut_off or (meta is not None and meta.requires_grad) != self.is_marked

    @property
    def looks_as_before(self) -> bool:
        """Whether it looks at its own memory as it did when it entered."""
        before = (self.before["_array"].shape, self.strides, self.offset)
        same = self.tensor._storage is self.storage and self.tensor.geometry == before
        return same and self.tensor._array.dtype == self.root.dtype

    @property
    def history(self):
        """The node that the program made the tensor's last, None when its history is unchanged."""
        node = self.tensor._autograd.grad_fn if self.tensor._autograd is not None else None
        return None if self.edge is not None and node is self.edge[0] else node
