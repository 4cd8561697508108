"""Differentiable views: how a view was made from its base, so that its history can be made again.

A view keeps the chain of operators from its base. After an in-place write through any alias, the
next look at a view's `grad_fn` makes the view of the base again, whose history the write has
rebased: by one `as_strided`, or in a trace, across dtypes and for wrapper tensors by that chain.
"""

from __future__ import annotations

from typing import NamedTuple

from ..dispatch.state import state
from ..errors import AutogradError
from ..ops.registry import aten
from ..storage import Hollow

DEFAULT, IN_CUSTOM_FUNCTION, MULTI_OUTPUT, NO_GRAD, INFERENCE = range(5)

_REASON = {
    NO_GRAD: "{what} was created in no_grad mode and {event} with grad mode enabled. Run both under no_grad, or create the "
    "view with grad mode enabled.",
    INFERENCE: "{what} was created in inference mode and {event} with grad mode enabled outside of it. Run both in inference "
    "mode, or create the view outside of it.",
    MULTI_OUTPUT: "{what} and {event}. This view is the output of a function that returns multiple views. Such functions do not "
    "allow the output views to be modified inplace. You should replace the inplace operation by an "
    "out-of-place "
    "one.",
    IN_CUSTOM_FUNCTION: "{what} and {event}. This view was created inside a custom Function (or because an input was returned "
    "as-is) and the autograd logic to handle view+inplace would override the custom backward. "
    "Clone the "
    "output of the custom Function.",
}


class Step(NamedTuple):
    """One view operator of a chain: its arguments after self, and which of several results."""

    op: object
    args: tuple
    index: int | None

    def apply(self, tensor):
        """This step on another tensor."""
        result = self.op.call((tensor, *self.args))
        return result if self.index is None else result[self.index]


class ViewInfo:
    """`base`, the `chain` of steps from it, how it was created, and the version its grad_fn belongs
    to.

    `seen` is how the base looked at its storage when the chain was started: an in-place view
    operator may have changed that since, and then the chain starts with the old geometry.
    """

    __slots__ = ("base", "chain", "creation", "seen", "version")

    def __init__(self, base, chain: tuple, creation: int, version: int, seen: tuple):
        self.base, self.chain, self.creation, self.version, self.seen = (
            base,
            chain,
            creation,
            version,
            seen,
        )

    def steps(self) -> tuple:
        """The chain from the base as it is now."""
        array, strides, offset = self.seen
        if self.base._array is array:
            return self.chain
        if strides is None:
            strides = tuple([s // array.itemsize for s in array.strides])
        return (Step(aten.as_strided.default, (array.shape, strides, offset), None), *self.chain)

    def replay(self, base):
        """The same view of another base, which must look like the present one."""
        for step in self.steps():
            base = step.apply(base)
        return base


def link(view, source, op, rest: tuple, index: int | None = None, kind: int = DEFAULT) -> None:
    """Records that `view` is `op(source, *rest)` (its result number `index`)."""
    if not op.differentiable or view is source or source._counter is None:
        return
    creation = INFERENCE if state.inference else kind if state.grad_enabled else NO_GRAD
    step = Step(op, rest, index)
    info = source._view
    if info is None:
        base, chain, seen = source, (step,), (source._array, source._strides, source._offset)
    elif "of_storage" in op.tags:
        # It looks at the storage whatever it was applied to, and may reach further than its source
        # did.
        base, chain, seen = info.base, (Step(op, (*rest[:2], view._offset), None),), info.seen
    else:
        base, chain, seen = info.base, (*info.chain, step), info.seen
    if info is not None and info.creation != DEFAULT:
        creation = info.creation
    counter = view._counter
    view._view = ViewInfo(
        base, chain, creation, counter.version if counter is not None else 0, seen
    )


def extend(view, op, rest: tuple) -> None:
    """Records that an in-place view operator changed the geometry of `view`, if it is one. Its history is stale
    until the operator's own is attached, or the view is next asked.
    """
    info = view._view
    if info is not None:
        chain = (*info.chain, Step(op.functional, rest, None))
        view._view = ViewInfo(info.base, chain, info.creation, info.version, info.seen)


def regenerate(view) -> None:
    """Brings the grad_fn of a view up to date with its base. Raises AutogradError where that
    has no meaning.
    """
    info = view._view
    counter = view._counter
    if counter is None or info.version == counter.version:
        return
    from .meta import ensure, requires_grad
    from .nodes import DeadEnd, OutputMeta

    meta = view._autograd
    if (meta is None or meta.grad_fn is None) and not requires_grad(info.base):
        return
    check_rebase(view, indirect=True)
    with state.override(grad_enabled=True):
        as_one = state.tracer is None and type(view._array) is not Hollow
        if as_one and not any(step.op.retype for step in info.chain):
            # One step says all, however long the chain.
            geometry = (view.sizes, view.strides, view._offset)
            twin = aten.as_strided.default(info.base, *geometry)
        else:
            twin = info.replay(info.base)
    twin_meta = twin._autograd
    meta = ensure(view)
    # A base that no longer requires grad leaves the view a node that leads nowhere.
    meta.grad_fn = (
        twin_meta.grad_fn if twin_meta is not None else DeadEnd([], [OutputMeta.of(view)])
    )
    meta.output_nr = twin_meta.output_nr if twin_meta is not None else 0
    info.version = counter.version


def check_rebase(view, indirect: bool) -> None:
    """Raises AutogradError when the way the view was created forbids in-place writes under
    autograd.
    """
    info = view._view
    if info.creation == DEFAULT:
        return
    meta = view._autograd
    made = meta.grad_fn.name() if meta is not None and meta.grad_fn is not None else None
    name = f"Output {meta.output_nr} of {made}" if made else "A view"
    if info.creation in (NO_GRAD, INFERENCE):
        what = name if made else "A view"
        event = (
            "its base or another view of its base has been modified inplace"
            if indirect
            else "is being modified inplace"
        )
    else:
        what = f"{name} is a view"
        event = (
            "its base or another view of its base has been modified inplace"
            if indirect
            else "is being modified inplace"
        )
    raise AutogradError(_REASON[info.creation].format(what=what, event=event))
