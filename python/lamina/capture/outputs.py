"""What a captured program returns: which results there are, what memory they share, which of them
are differentiable.

Outputs that look at one fresh memory are views of one base, and gradients arrive at the base. So
the base is returned too when it is not an output already, and only bases are differentiable roots.
"""

from __future__ import annotations

from ..autograd.meta import requires_grad
from ..ir.builder import TracedArray
from ..tensor import Tensor
from .joint import Root
from .tracer import Input, Tracer


class Output:
    """One result: its array, the input whose memory it is in (None: fresh), and whether autograd
    does not see it.
    """

    __slots__ = ("array", "detached", "input", "tensor")

    def __init__(self, tensor: Tensor, array: TracedArray, owner: Input | None):
        self.tensor, self.array, self.input = tensor, array, owner
        self.detached = (
            owner is not None and requires_grad(owner.tensor) and not requires_grad(tensor)
        )


class Outputs:
    """The results of a trace in order; adding a tensor twice gives one result."""

    def __init__(self, tracer: Tracer):
        self.tracer = tracer
        self.all: list[Output] = []
        self._number: dict[int, int] = {}
        self._values: set = set()

    def place(self, tensor: Tensor) -> tuple[str, int]:
        """Where the caller finds the result that `tensor` is: ("output", number) or ("input",
        number).
        """
        owner = self.tracer.entered(tensor)
        if owner is not None and owner.base is not None:
            return "input", owner.number
        return "output", self.add(tensor)

    def add(self, tensor: Tensor) -> int:
        """The number of the result that `tensor` is."""
        found = self._number.get(id(tensor))
        if found is not None:
            return found
        array = self.tracer.handle(tensor)
        owner = next((x for x in self.tracer.inputs if x.storage is tensor._storage), None)
        is_input = owner is not None and owner.tensor is tensor
        if not is_input and (
            array.value in self._values or (owner is not None and array is owner.root)
        ):
            # Another tensor object over the same memory: not the very same result.
            array = self.tracer.builder.alias(array)
        self._values.add(array.value)
        self._number[id(tensor)] = len(self.all)
        self.all.append(Output(tensor, array, owner))
        return len(self.all) - 1

    def differentiable(self) -> list[Root]:
        """The results that tangents are given for; adds bases that are not results yet."""
        roots: dict[int, Root] = {}
        for group in self._fresh():
            for output in group:
                if not requires_grad(output.tensor):
                    output.detached = len(group) > 1
                    continue
                base = _base(output.tensor) if len(group) > 1 else output.tensor
                number = self.add(base)
                roots.setdefault(number, Root("output", number, base))
        return list(roots.values())

    def _fresh(self) -> list[list[Output]]:
        groups: dict[int, list[Output]] = {}
        for output in self.all:
            if output.input is None:
                groups.setdefault(id(output.tensor._storage), []).append(output)
        return list(groups.values())


def _base(tensor: Tensor) -> Tensor:
    return tensor if tensor._view is None else tensor._view.base
