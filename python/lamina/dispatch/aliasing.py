"""Views and versions: which tensor is a view of which, and when memory was written."""

from __future__ import annotations

from ..autograd.views import MULTI_OUTPUT, extend, link
from ..errors import AutogradError
from ..storage import Hollow
from . import modes
from .state import state


def call(op, args: tuple, below=modes.call):
    """Runs the operator below; links view results to their base and bumps versions of what was
    written.
    """
    if op.writes and not state.inference:
        _check_inference(op, args)
    results = below(op, args)
    if op.writes:
        _bump(op, args)
    if op.is_inplace_view:
        extend(args[0], op, args[1:])
    elif op.is_view and "unlinked" not in op.tags:
        _link(op, args, results)
    elif state.inference and not op.writes:
        _unversion(results)
    return results


def written(op, args: tuple):
    """The tensors among the arguments that the operator writes to."""
    for i in op.writes:
        if isinstance(args[i], (list, tuple)):
            yield from args[i]
        elif args[i] is not None:
            yield args[i]


def _bump(op, args: tuple) -> None:
    for target in written(op, args):
        if target._counter is not None:
            target._counter.version += 1


def _link(op, args: tuple, results) -> None:
    base, rest = args[0], args[1:]
    if isinstance(results, tuple):
        for index, result in enumerate(results):
            _share_version(result, base)
            link(result, base, op, rest, index, MULTI_OUTPUT)
        return
    _share_version(results, base)
    link(results, base, op, rest)


def _share_version(view, base) -> None:
    """Makes a view that a class made count the writes to its base, as every view does."""
    if type(view._array) is Hollow:
        view._counter = base._counter


def _unversion(results) -> None:
    for result in results if isinstance(results, tuple) else (results,):
        if result is not None:
            result._counter = None


def _check_inference(op, args: tuple) -> None:
    for target in written(op, args):
        if target._counter is None:
            raise AutogradError(
                "inplace update to inference tensor outside inference mode is not allowed; clone() "
                "it to get "
                "a normal tensor before doing inplace updates",
                op=op.name,
            )
