"""Wrapper tensors in a trace: what a program takes and gives are the plain tensors in them.

A wrapper that the program meets enters with its inner tensors, which are inputs; its class answers operators in the
trace as it does eagerly, so the program holds plain operations alone. For autograd the wrapper is one tensor. Its
gradient is taken apart into results (`Receiver`), and where one is returned, or was written to, plain outputs stand
for it that a gradient arrives at in parts.

What a call does around the program is said in a `Wrapping`, as data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ..autograd.meta import AutogradMeta, edge, grad_fn, is_bare_leaf, requires_grad
from ..autograd.views import DEFAULT, IN_CUSTOM_FUNCTION, NO_GRAD
from ..autograd.wrapping import Parts, UnwrapBackward, leaves_of, parts_of
from ..errors import UnsupportedError
from ..storage import Geometry
from ..tensor import Size, Tensor, make
from ..wrapper import is_traceable_class, is_wrapper
from .record import SIMPLE
from .replaced import changed_attributes
from .sources import Source
from .wrapping import Adjusted, Change, History, Made, Place, Receiver, Viewed, Wrapper, Wrapping

if TYPE_CHECKING:
    from .outputs import Outputs
    from .tracer import Tracer


class Wrappers:
    """The wrappers that entered a trace, and those that it returns."""

    def __init__(self, tracer: Tracer):
        self._tracer = tracer
        self.entered: list[Wrapper] = []
        self.results: list[Made | Viewed | Adjusted] = []
        self.receivers: list[Receiver] = []
        self._of: dict[int, Wrapper] = {}
        # Kept with what they are known by, so that its id stays its own.
        self._places: dict[int, tuple[Tensor, Place]] = {}
        self._stand_ins: dict[int, tuple[Tensor, int]] = {}
        self._counters: dict[int, Place] = {}
        self._storages: dict[int, Place] = {}

    # Coming in.

    def enter(self, tensor: Tensor, source: Source) -> None:
        """Makes the inner tensors of a wrapper inputs, and the wrapper one tensor for autograd. Raises UnsupportedError
        for a class that cannot be taken apart.
        """
        if id(tensor) in self._of:
            self._tracer.record.add_tensor(tensor, source)
            return
        cls = type(tensor)
        if not is_traceable_class(cls):
            raise UnsupportedError(
                f"a {cls.__name__} cannot be compiled: its class has no __tensor_flatten__ and "
                "__tensor_unflatten__"
            )
        self._settle(tensor, source)
        names, context = tensor.__tensor_flatten__()
        inner = {name: getattr(tensor, name) for name in names}
        for name, part in inner.items():
            self._tracer.enter(part, source.attribute(name))
        before, meta = self._tracer.replaced(tensor, _refuse_backward)
        tensor._autograd, tensor._view = meta, None
        tensor._counter = self._tracer.counter(before["_counter"])
        found = Wrapper(
            len(self.entered),
            tensor,
            source,
            before,
            inner,
            {name: self._known(part) for name, part in inner.items()},
            context,
            edge(tensor),
            meta,
            meta.grad_fn,
        )
        self._of[id(tensor)] = found
        self.entered.append(found)
        self._remember(tensor, ("wrapper", found.number))
        self._tracer.record.add_tensor(tensor, source)

    def _known(self, tensor: Tensor) -> Place:
        """Where a call finds a tensor that entered."""
        if is_wrapper(tensor):
            return "wrapper", self._of[id(tensor)].number
        return "input", self._tracer.entered(tensor).number

    def _remember(self, tensor: Tensor, place: Place) -> None:
        """Notes whose version and storage a wrapper has, for others that share them."""
        self._storages.setdefault(id(tensor._storage), place)
        if tensor._counter is not None:
            self._counters.setdefault(id(tensor._counter), place)

    def _settle(self, tensor: Tensor, source: Source) -> None:
        """Brings the history of a view up to date with its base."""
        info, counter = tensor._view, tensor._counter
        if info is None or counter is None or info.version == counter.version:
            return
        if id(info.base) in self._of:
            raise UnsupportedError(
                f"{source.text} is a view of another argument that was written to since; look at its "
                "grad_fn before the call"
            )
        self._tracer.settle(tensor)

    # Going out.

    def place(self, tensor: Tensor | None, outputs: Outputs) -> Place | None:
        """Where a call finds a tensor, None for None."""
        if tensor is None:
            return None
        if is_wrapper(tensor):
            return self._place(tensor, outputs)
        if id(tensor) in self._places:
            return self._places[id(tensor)][1]
        stand_in = self._stand_ins.get(id(tensor))
        found = outputs.place(tensor) if stand_in is None else ("output", stand_in[1])
        if self._tracer.entered(tensor) is not None:
            return found
        cls = None if type(tensor) is Tensor else type(tensor)
        version = self._tracer.own_version(tensor)
        if cls is None and version is None and not vars(tensor):
            return found
        attributes = self._attributes(tensor, vars(tensor), outputs)
        counter = None if version is None else self._counters.get(id(tensor._counter))
        place = self._add(tensor, Adjusted(found, cls, attributes, counter, version))
        if version is not None:
            self._counters.setdefault(id(tensor._counter), place)
        return place

    def _add(self, tensor: Tensor, result: Made | Viewed | Adjusted) -> Place:
        place = "wrapped", len(self.results)
        self._places[id(tensor)] = tensor, place
        if is_wrapper(tensor):
            self._remember(tensor, place)
        self.results.append(result)
        return place

    def _attributes(self, tensor: Tensor, values: dict, outputs: Outputs) -> dict[str, Place]:
        """Where a call finds what the program keeps in attributes of a tensor. Raises UnsupportedError for objects
        that it made.
        """
        found: dict[str, Place] = {}
        for name, value in values.items():
            if isinstance(value, Tensor):
                found[name] = self.place(value, outputs)
            elif isinstance(value, (*SIMPLE, Size)) or self._tracer.record.knows(value):
                found[name] = "value", value
            else:
                raise UnsupportedError(
                    f"the program makes a {type(value).__name__} the attribute {name!r} of a "
                    f"{type(tensor).__name__} that outlives it"
                )
        return found

    def _place(self, tensor: Tensor, outputs: Outputs) -> Place:
        if id(tensor) in self._of:
            return "wrapper", self._of[id(tensor)].number
        if id(tensor) in self._places:
            return self._places[id(tensor)][1]
        is_view = tensor._view is not None
        return self._add(tensor, (self._viewed if is_view else self._made)(tensor, outputs))

    def _viewed(self, tensor: Tensor, outputs: Outputs) -> Viewed:
        info = tensor._view
        if info.creation == IN_CUSTOM_FUNCTION:
            raise UnsupportedError(
                f"the program returns a {type(tensor).__name__} that a custom Function made as a view"
            )
        counter = tensor._counter
        is_stale = counter is not None and info.version != counter.version
        if is_stale and info.creation != DEFAULT and requires_grad(info.base):
            raise UnsupportedError(
                f"the program returns a {type(tensor).__name__} that is a view which autograd cannot bring up "
                "to date with its base, written to since"
            )
        base, steps, meta = self._place(info.base, outputs), info.steps(), tensor._autograd
        is_leaf = meta is not None and meta.requires_grad and meta.grad_fn is None
        if is_leaf:
            _refuse_used(tensor)
        count = 0
        if is_bare_leaf(tensor) and (info.creation >= NO_GRAD or requires_grad(info.base)):
            count = len(steps)
        elif info.creation >= NO_GRAD:
            # A view in grad mode of one made without: it has a history, which leads nowhere.
            count = len(steps) - 1
        return Viewed(base, steps[:count], steps[count:], is_leaf)

    def _made(self, tensor: Tensor, outputs: Outputs) -> Made:
        parts = parts_of(tensor)
        is_leaf = requires_grad(tensor) and tensor.grad_fn is None
        if is_leaf:
            _refuse_used(tensor)
        if tensor.grad is not None:
            raise UnsupportedError("the program returns a wrapper that it gave a gradient")
        before = set(self._stand_ins)
        history = None if tensor.grad_fn is None else self._history(tensor, parts, outputs)
        spent = [self._stand_ins[key][1] for key in set(self._stand_ins) - before]
        inner = {n: self.place(getattr(tensor, n), outputs) for n in parts.inner}
        plain = {k: v for k, v in vars(tensor).items() if isinstance(v, SIMPLE)}
        extra = self._attributes(tensor, plain, outputs)
        counter = self._counters.get(id(tensor._counter))
        storage = self._storages.get(id(tensor._storage))
        is_inference = tensor._counter is None
        return Made(
            parts, inner, history, sorted(spent), is_leaf, is_inference, counter, storage, extra
        )

    def _history(self, tensor: Tensor, parts: Parts, outputs: Outputs) -> History:
        gather = UnwrapBackward(parts, (grad_fn(tensor), tensor._autograd.output_nr))
        leaves = enumerate(leaves_of(tensor))
        return History(parts, [self._stand_in(leaf, gather, nr, outputs) for nr, leaf in leaves])

    def _stand_in(self, leaf: Tensor, gather: UnwrapBackward, nr: int, outputs: Outputs) -> int:
        """The number of an output over the memory of a plain tensor, whose gradient goes to that of the wrapper; it is
        the plain tensor itself where nothing else is returned as that.
        """
        array = self._tracer.handle(leaf)
        twin = make(array, leaf._storage, leaf._strides, leaf._offset)
        twin._counter = leaf._counter
        twin._autograd = AutogradMeta(grad_fn=gather, output_nr=nr)
        is_input = self._tracer.entered(leaf) is not None
        is_known = id(leaf) in self._stand_ins or outputs.has(leaf)
        number = outputs.add(twin)
        if not (is_input or is_known or requires_grad(leaf) or leaf._view is not None):
            self._stand_ins[id(leaf)] = leaf, number
        return number

    # What became of those that came in.

    def changes(self, outputs: Outputs) -> list[Change]:
        """What the program did to the wrappers that entered; adds outputs for their new histories. Raises
        UnsupportedError for what a call could not do again.
        """
        found, counted = [], set()
        for w in list(self.entered):
            _refuse_changes(w)
            counter, geometry = w.tensor._counter, w.tensor.geometry
            is_first = counter is not None and id(counter) not in counted
            counted.add(id(counter))
            moved = geometry != Geometry(
                w.before["_array"].shape, w.before["_strides"], w.before["_offset"]
            )
            history = None
            if w.autograd.grad_fn is not w.history:
                self._refuse_shared_history(w, moved)
                history = self._history(w.tensor, parts_of(w.tensor), outputs)
            versions = counter.version if is_first else 0
            if versions or moved or history is not None:
                found.append(Change(w.number, versions, geometry if moved else None, history))
        return found

    def _refuse_shared_history(self, w: Wrapper, moved: bool) -> None:
        others = [o for o in self.entered if o is not w and o.tensor._counter is w.tensor._counter]
        if others and w.tensor._counter is not None:
            raise UnsupportedError(
                f"{w.source.text} is written to under autograd and shares memory with {others[0].source.text}"
            )
        if moved and w.before["_view"] is not None:
            raise UnsupportedError(
                f"{w.source.text} is a view that the program gives another geometry under autograd"
            )

    def replaced_grads(self, outputs: Outputs) -> list[tuple[Place, Place | None]]:
        """The wrappers that entered whose `.grad` is another object than before, and where that is."""
        found: list[tuple[Place, Place | None]] = []
        for w in self.entered:
            if w.autograd.replaces_grad:
                grad = self.place(w.autograd.current_grad, outputs)
                found.append((("wrapper", w.number), grad))
        return found

    # Gradients.

    def targets(self) -> list[tuple[str, int, tuple]]:
        """Where the gradients of wrappers go in the trace."""
        return [("wrapper", w.number, w.edge) for w in self.entered if w.edge is not None]

    def receive(self, found: dict[Place, Tensor]) -> dict[int, Tensor]:
        """The plain tensors in gradients of wrappers, or of plain tensors that are wrappers, by the numbers of stand-ins
        which a call passes after all inputs and wrappers.
        """
        first = len(self._tracer.inputs) + len(self.entered)
        numbered: dict[int, Tensor] = {}
        for place, grad in found.items():
            self.receivers.append(Receiver(place, parts_of(grad)))
            for leaf in leaves_of(grad):
                numbered[first + len(numbered)] = leaf
        return numbered

    def set_attributes(self, outputs: Outputs) -> list[tuple[Place, dict[str, Place]]]:
        """The attributes that the program set on tensors that came in. Raises UnsupportedError for those whose values
        it made, or that it deleted.
        """
        found: list[tuple[Place, dict[str, Place]]] = []
        for x in (*self._tracer.inputs, *self.entered):
            changed = changed_attributes(x.tensor, x.before["attributes"], x.source.text)
            if changed:
                values = self._attributes(x.tensor, changed, outputs)
                found.append((self._known(x.tensor), values))
        return found

    def wrapping(self, changes: list[Change], attributes: list) -> Wrapping | None:
        """What a call does around the program, None if that is nothing."""
        if not (self.entered or self.results or self.receivers or attributes):
            return None
        return Wrapping(
            len(self._tracer.inputs),
            self.entered,
            changes,
            self.results,
            self.receivers,
            attributes,
        )


def _refuse_used(leaf: Tensor) -> None:
    """Raises UnsupportedError for a leaf that gradients arrive at."""
    if leaf._autograd.accumulator is not None:
        raise UnsupportedError(
            f"the program computes with a {type(leaf).__name__} that it made a leaf which requires grad, "
            "and returns it"
        )


def _refuse_changes(w: Wrapper) -> None:
    """Raises UnsupportedError when the program changed what a call could not change again."""
    names, context = w.tensor.__tensor_flatten__()
    same = [*names] == [*w.inner] and all(getattr(w.tensor, n) is t for n, t in w.inner.items())
    if not same or context != w.context:
        _refuse(w, "has other inner tensors or another context in the end")
    meta = w.autograd
    if meta.retains_grad:
        _refuse(w, "keeps its gradient in the end")
    was = w.before["_autograd"]
    was_marked = was is not None and was.requires_grad and was.grad_fn is None
    is_cut_off = w.history is not None and meta.grad_fn is None
    if is_cut_off or bool(meta.requires_grad) != was_marked:
        _refuse(w, "requires grad of itself in the end, or does not, other than before")


def _refuse(w: Wrapper, what: str) -> NoReturn:
    raise UnsupportedError(f"{w.source.text}, a {type(w.tensor).__name__}, {what}")


def _refuse_backward(node: Any, grad: Tensor) -> NoReturn:
    raise UnsupportedError(
        "backward() in the program reaches the history of a wrapper tensor that is no leaf"
    )
