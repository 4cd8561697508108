"""What a captured program returns: which results there are, what memory they share, which of them
are differentiable.

Outputs that look at one fresh memory are views of one base, and gradients arrive at the base. So
the base is returned too when it is not an output already, and only bases are differentiable roots.
"""

from __future__ import annotations

from ..autograd import views
from ..autograd.meta import edge, grad_fn, is_bare_leaf, requires_grad
from ..errors import UnsupportedError
from ..ir.builder import TracedArray
from ..storage import Missing
from ..tensor import Tensor
from .inputs import Input
from .joint import Root
from .places import KEPT, OWN, VIEW, leads_to, place_of, to_place
from .tracer import Tracer

_BY_CREATION = {
    views.NO_GRAD: "no_grad",
    views.INFERENCE: "no_grad",
    views.MULTI_OUTPUT: "multi_output",
    views.IN_CUSTOM_FUNCTION: "custom_function",
}


class Output:
    """One result: its array, the input whose memory it is in (None: fresh), and how autograd sees
    that it shares memory, a word of `#lamina.alias`.

    `place` is set if it is what an input looks at in the end, or a tensor of the program that has
    views and was moved since, and says what its history is. `is_stale`: it is a view from before the
    last write to its memory.
    """

    __slots__ = ("array", "input", "is_moved_base", "is_stale", "place", "sharing", "tensor")

    def __init__(self, tensor: Tensor, array: TracedArray, owner: Input | None):
        self.tensor, self.array, self.input = tensor, array, owner
        self.place: str | None = None
        self.is_moved_base = False
        info, counter = tensor._view, tensor._counter
        self.is_stale = None not in (info, counter) and info.version != counter.version
        if owner is not None and owner.tensor is tensor:
            self.sharing = "view"
        else:
            self.sharing = _sharing(tensor, _base(tensor) if owner is None else owner.tensor)

    @property
    def is_barred(self) -> bool:
        """Whether autograd refuses to say what its history is by now."""
        info = self.tensor._view
        return self.is_stale and info.creation != views.DEFAULT and requires_grad(info.base)

    @property
    def is_new_leaf(self) -> bool:
        """Whether it accumulates its gradient itself, unless it is an input."""
        meta = self.tensor._autograd
        return meta is not None and meta.requires_grad and meta.grad_fn is None

    @property
    def is_unrecorded(self) -> bool:
        """Whether it is a view that was made before its base came to require grad."""
        info = self.tensor._view
        if info is None or self.is_stale or info.creation != views.DEFAULT:
            return False
        return is_bare_leaf(self.tensor) and requires_grad(info.base) and not self.is_new_leaf

    @property
    def goes_its_own_way(self) -> bool:
        """Whether it is a view whose gradient does not go to its base through the views alone."""
        if self.tensor._view is None or self.is_barred or is_bare_leaf(self.tensor):
            return False
        return self.sharing == "custom_function" or not _follows_base(self.tensor)


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
        if owner is not None and (owner.is_rebound or self._shares_memory(owner)):
            # As a result it would be an argument beside the memory that it is in.
            return "input", owner.number
        return "output", self.add(tensor)

    def add_places(self) -> None:
        """Makes what inputs look at in the end outputs, if it is not what they looked at before.
        They come first, so that later outputs can be views of them.
        """
        for x in list(self.tracer.inputs):
            if type(x.tensor._array) is Missing and not x.looks_as_before:
                raise UnsupportedError(
                    f"{x.source.text} has another geometry in the end, and no memory to look at so"
                )
            if x.is_rebound:
                output = self.all[self.add(x.tensor)]
                output.place = place_of(x)
                output.sharing = "view" if output.place == VIEW else "detached"

    def _shares_memory(self, x: Input) -> bool:
        others = (y for y in self.tracer.inputs if y is not x)
        return x.base is not None or any(y.real_storage is x.real_storage for y in others)

    def has(self, tensor: Tensor) -> bool:
        """Whether a tensor is a result already."""
        return id(tensor) in self._number

    def add(self, tensor: Tensor) -> int:
        """The number of the result that `tensor` is."""
        found = self._number.get(id(tensor))
        if found is not None:
            return found
        array = self.tracer.handle(tensor)
        info = tensor._view
        if self.tracer.has_left_base(tensor):
            raise UnsupportedError(
                f"the program returns a view of shape {list(tensor.shape)} that it set to other memory "
                "than its base is in"
            )
        if info is not None and not self._is_input(info.base):
            # Which tensor it is a view of is said relative to that tensor, which comes first.
            if self.tracer.is_moved(info.base):
                self._add_moved(info.base)
            else:
                self._add_base(tensor, info.base)
        owner = self._owner(tensor)
        is_input = self._is_input(tensor)
        if not is_input and (
            array.value in self._values or any(array is x.root for x in self.tracer.inputs)
        ):
            # Another tensor object over the same memory: not the very same result.
            array = self.tracer.builder.alias(array)
        if owner is not None and owner.base is not None and tensor._view is not None:
            self.tracer.follow(array, owner)
        self._values.add(array.value)
        self._number[id(tensor)] = len(self.all)
        output = Output(tensor, array, owner)
        self.all.append(output)
        if self._follows(output):
            output.sharing = to_place(output.sharing)
        return len(self.all) - 1

    def _add_base(self, tensor: Tensor, base: Tensor) -> None:
        self.add(base)
        if self.tracer.is_rebound(base) and not leads_to(base._array, tensor._array):
            raise UnsupportedError(
                f"the program returns a view of shape {list(tensor.shape)} of a tensor in the memory of "
                "another one, which it made look otherwise"
            )

    def _add_moved(self, base: Tensor) -> None:
        output = self.all[self.add(base)]
        output.is_moved_base, output.sharing = True, "detached"
        output.place = OWN if requires_grad(base) else KEPT

    def _follows(self, output: Output) -> bool:
        """Whether an output is a view of an input that looks elsewhere, made after it did."""
        base = _base(output.tensor)
        if base is output.tensor or id(base) not in self._number:
            return False
        found = self.all[self._number[id(base)]]
        return found.place not in (None, VIEW) and leads_to(found.array, output.array)

    def differentiable(self) -> list[Root]:
        """The results that tangents are given for; adds bases that are not results yet."""
        roots: dict[int, Root] = {}
        for number, output in enumerate(self.all):
            has_own = self._has_own_history(output) and requires_grad(output.tensor)
            if has_own and (output.place is not None or not output.is_new_leaf):
                roots[number] = Root("output", number, output.tensor)
        for group in self._fresh():
            recorded = [output.tensor for output in group if requires_grad(output.tensor)]
            bases = [_base(tensor) for tensor in recorded or [o.tensor for o in group]]
            whole = (base for base in bases if base._array is base._storage.data)
            shared = next(whole, None)
            for output in group:
                output.sharing = _sharing(output.tensor, shared)
            for tensor in recorded:
                base = _base(tensor)
                _refuse_moved(tensor, base)
                number = self.add(base)
                if not self.all[number].is_new_leaf:
                    roots.setdefault(number, Root("output", number, base))
            for output in group:
                if output.goes_its_own_way:
                    number = self._number[id(output.tensor)]
                    roots.setdefault(number, Root("output", number, output.tensor))
        return list(roots.values())

    def leaves(self) -> list[int]:
        """The numbers of the results that are leaves which require grad and that the program made."""
        return [i for i, output in self._made() if output.is_new_leaf]

    def targets(self) -> dict[int, Tensor]:
        """The results, by number, that the program made and that keep their gradient: leaves, and
        those that it told to. Raises UnsupportedError for one that autograd refuses to look at.
        """
        kept = {i: o for i, o in self._made() if o.is_new_leaf or retains_grad(o.tensor)}
        barred = [o.tensor for o in kept.values() if o.is_barred and not o.is_new_leaf]
        if barred:
            raise UnsupportedError(
                f"the program returns a view of shape {list(barred[0].shape)} that retains its gradient, "
                "but whose base was written to after the view was made without grad, by a custom Function "
                "or as one of several"
            )
        return {i: output.tensor for i, output in kept.items() if not output.is_barred}

    def unrecorded(self) -> list[int]:
        """The numbers of the results that are views without a history, though their base requires
        grad.
        """
        return [i for i, output in self._made() if output.is_unrecorded]

    def stale(self) -> list[int]:
        """The numbers of the results that are views from before the last write to their memory."""
        return [i for i, output in self._made() if output.is_stale and output.place is None]

    def inference(self) -> list[int]:
        """The numbers of the results that are made in inference mode."""
        return [i for i, output in enumerate(self.all) if output.tensor._counter is None]

    def _made(self) -> list[tuple[int, Output]]:
        """The results that are no inputs, with their numbers."""
        return [(i, o) for i, o in enumerate(self.all) if not self._is_input(o.tensor)]

    def _has_own_history(self, output: Output) -> bool:
        """Whether its gradient comes to the program by no view: it is no view, of an input's memory,
        for autograd, or one that goes its own way, or a view of how an input looked before.
        """
        if output.is_barred:
            return False
        if output.place is not None:
            return output.place == OWN
        if self._is_view_of_moved(output.tensor):
            return self._place(_base(output.tensor)) != VIEW and not self._follows(output)
        if output.input is not None and output.input.is_marked_anew:
            return output.tensor is not output.input.tensor
        is_cut_off = output.sharing == "detached" or output.goes_its_own_way
        return output.input is not None and is_cut_off

    def _is_view_of_moved(self, tensor: Tensor) -> bool:
        """Whether it is a view of a tensor that came to look elsewhere, or otherwise."""
        base = _base(tensor)
        return base is not tensor and (self._is_rebound(base) or self.tracer.is_moved(base))

    def _place(self, tensor: Tensor) -> str | None:
        return self.all[self._number[id(tensor)]].place

    def _is_rebound(self, tensor: Tensor) -> bool:
        x = self.tracer.entered(tensor)
        return x is not None and x.is_rebound

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
        """Outputs in memory of the program, but for places and views of tensors that were moved."""
        groups: dict[int, list[Output]] = {}
        for output in self.all:
            is_apart = output.place is not None or self._is_view_of_moved(output.tensor)
            if output.input is None and not is_apart:
                groups.setdefault(id(output.tensor._storage), []).append(output)
        return list(groups.values())


def _base(tensor: Tensor) -> Tensor:
    return tensor if tensor._view is None else tensor._view.base


def _follows_base(view: Tensor) -> bool:
    """Whether the history of a view is that of its base and the views that lead to it, or nothing."""
    info = view._view
    found = grad_fn(view), view._autograd.output_nr
    for _ in info.chain:
        if not found[0].next_edges:
            return False
        found = found[0].next_edges[0]
        if found is None:
            # Nothing is behind a view that was made without grad.
            return info.creation == views.NO_GRAD and "of_storage" not in info.chain[-1].op.tags
    return found == edge(info.base)


def _sharing(tensor: Tensor, shared: Tensor | None) -> str:
    """How autograd sees that `tensor` is in the memory of `shared`, None if it is none's of its own."""
    info = tensor._view
    if info is None:
        is_all = tensor is shared and tensor._array is tensor._storage.data
        return "view" if is_all else "detached"
    if info.creation in _BY_CREATION:
        word = _BY_CREATION[info.creation]
        if word == "no_grad":
            # A view in grad mode of one made without has a history, which leads nowhere.
            return word if is_bare_leaf(tensor) else "no_grad_before"
        is_cut_off = is_bare_leaf(tensor) and requires_grad(info.base)
        return "no_grad" if is_cut_off else word
    return "view" if info.base is shared else "view_of_detached"


def _refuse_moved(tensor: Tensor, base: Tensor) -> None:
    if tensor is not base and base._array is not base._storage.data:
        raise UnsupportedError(
            f"the program returns a view of shape {list(tensor.shape)} of a tensor that it made look at "
            "memory of another one"
        )


def retains_grad(tensor: Tensor) -> bool:
    """Whether a tensor that is no leaf keeps its gradient."""
    return tensor._autograd is not None and tensor._autograd.retains_grad
