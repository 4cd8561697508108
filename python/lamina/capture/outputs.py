"""What a captured program returns: which results there are, what memory they share, which of them
are differentiable.

Outputs that look at one fresh memory are views of one base, and gradients arrive at the base. So
the base is returned too when it is not an output already, and only bases are differentiable roots.
"""

from __future__ import annotations

from ..autograd import views
from ..autograd.meta import is_bare_leaf, requires_grad
from ..errors import UnsupportedError
from ..ir.builder import TracedArray
from ..tensor import Tensor
from .joint import Root
from .tracer import Input, Tracer

_BY_CREATION = {
    views.NO_GRAD: "no_grad",
    views.INFERENCE: "no_grad",
    views.MULTI_OUTPUT: "multi_output",
    views.IN_CUSTOM_FUNCTION: "custom_function",
}


class Output:
    """One result: its array, the input whose memory it is in (None: fresh), and how autograd sees
    that it shares memory, a word of `#lamina.alias`.
    """

    __slots__ = ("array", "input", "sharing", "tensor")

    def __init__(self, tensor: Tensor, array: TracedArray, owner: Input | None):
        self.tensor, self.array, self.input = tensor, array, owner
        if owner is not None and owner.tensor is tensor:
            self.sharing = "view"
        else:
            self.sharing = _sharing(tensor, tensor if owner is None else owner.tensor)


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
        info = tensor._view
        if info is not None and info.creation != views.DEFAULT and not self._is_input(info.base):
            # Which tensor it is a view of is said relative to that tensor, which comes first.
            self.add(info.base)
        owner = self._owner(tensor)
        is_input = owner is not None and owner.tensor is tensor
        if not is_input and (
            array.value in self._values or any(array is x.root for x in self.tracer.inputs)
        ):
            # Another tensor object over the same memory: not the very same result.
            array = self.tracer.builder.alias(array)
        if owner is not None and owner.base is not None and tensor._view is not None:
            self.tracer.follow(array, owner)
        self._values.add(array.value)
        self._number[id(tensor)] = len(self.all)
        self.all.append(Output(tensor, array, owner))
        return len(self.all) - 1

    def differentiable(self) -> list[Root]:
        """The results that tangents are given for; adds bases that are not results yet."""
        roots: dict[int, Root] = {}
        for number, output in enumerate(self.all):
            # In memory of an input, but no view of it for autograd.
            own = output.input is not None and output.sharing == "detached"
            if own and requires_grad(output.tensor) and not _is_new_leaf(output.tensor):
                roots[number] = Root("output", number, output.tensor)
        for group in self._fresh():
            recorded = [output.tensor for output in group if requires_grad(output.tensor)]
            shared = _base((recorded or [group[0].tensor])[0])
            for output in group:
                output.sharing = _sharing(output.tensor, shared)
            for tensor in recorded:
                base = _base(tensor)
                _refuse_moved(tensor, base)
                number = self.add(base)
                if not _is_new_leaf(base):
                    roots.setdefault(number, Root("output", number, base))
        return list(roots.values())

    def leaves(self) -> dict[int, Tensor]:
        """The results, by number, that are leaves which require grad and that the program made."""
        made = enumerate(output.tensor for output in self.all)
        return {i: t for i, t in made if not self._is_input(t) and _is_new_leaf(t)}

    def retaining(self) -> dict[int, Tensor]:
        """The results, by number, that the program made and told to retain their gradient."""
        made = enumerate(output.tensor for output in self.all)
        return {i: t for i, t in made if not self._is_input(t) and retains_grad(t)}

    def inference(self) -> list[int]:
        """The numbers of the results that are made in inference mode."""
        return [i for i, output in enumerate(self.all) if output.tensor._counter is None]

    def _is_input(self, tensor: Tensor) -> bool:
        return self.tracer.entered(tensor) is not None

    def _owner(self, tensor: Tensor) -> Input | None:
        """The input whose memory a tensor is in: the one that autograd knows it as a view of, if it
        is one.
        """
        for known in (tensor, _base(tensor)):
            owner = self.tracer.entered(known)
            if owner is not None and owner.storage is tensor._storage:
                return owner
        return next((x for x in self.tracer.inputs if x.storage is tensor._storage), None)

    def _fresh(self) -> list[list[Output]]:
        groups: dict[int, list[Output]] = {}
        for output in self.all:
            if output.input is None:
                groups.setdefault(id(output.tensor._storage), []).append(output)
        return list(groups.values())


def _base(tensor: Tensor) -> Tensor:
    return tensor if tensor._view is None else tensor._view.base


def _sharing(tensor: Tensor, shared: Tensor) -> str:
    """How autograd sees that `tensor` is in the memory of `shared`."""
    info = tensor._view
    if info is None:
        is_all = tensor is shared and tensor._array is tensor._storage.data
        return "view" if is_all else "detached"
    if info.creation in _BY_CREATION:
        _refuse_stale(tensor)
        word = _BY_CREATION[info.creation]
        if word == "no_grad":
            # A view in grad mode of one made without has a history, which leads nowhere.
            return word if is_bare_leaf(tensor) else "no_grad_before"
        is_cut_off = is_bare_leaf(tensor) and requires_grad(info.base)
        return "no_grad" if is_cut_off else word
    return "view" if info.base is shared else "view_of_detached"


def _refuse_stale(tensor: Tensor) -> None:
    info, counter = tensor._view, tensor._counter
    is_stale = counter is not None and info.version != counter.version
    if is_stale and requires_grad(info.base):
        raise UnsupportedError(
            f"the program returns a view of shape {list(tensor.shape)} that autograd cannot bring up "
            "to date with its base, which was written to after the view was made without grad, by a "
            "custom Function or as one of several"
        )


def _refuse_moved(tensor: Tensor, base: Tensor) -> None:
    if tensor is not base and base._array is not base._storage.data:
        raise UnsupportedError(
            f"the program returns a view of shape {list(tensor.shape)} of a tensor whose sizes or "
            "strides it changed in place"
        )


def retains_grad(tensor: Tensor) -> bool:
    """Whether a tensor that is no leaf keeps its gradient."""
    return tensor._autograd is not None and tensor._autograd.retains_grad


def _is_new_leaf(tensor: Tensor) -> bool:
    """Whether a result that is no input accumulates its gradient itself."""
    return tensor._view is None and tensor.is_leaf and requires_grad(tensor)
