"""Modules as functions of their parameters: `functional_call`, `stack_module_state`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..errors import ArgumentError
from ..ops.registry import aten
from ..tensor import Tensor


def functional_call(
    module,
    parameter_and_buffer_dicts,
    args=None,
    kwargs: dict | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
):
    """module(*args, **kwargs) with its parameters and buffers replaced by those given, by name.

    A sequence of dicts counts as one. What is not given stays the module's own. tie_weights: a
    tensor that the module has under several names is replaced under all of them. strict: raise
    ArgumentError for missing names. Unknown names are an ArgumentError always. The module itself is
    not changed.
    """
    given = _merged(parameter_and_buffer_dicts)
    own = {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }
    unknown = [name for name in given if name not in own]
    missing = [name for name in own if name not in given]
    if unknown or (strict and missing):
        raise ArgumentError(
            f"functional_call: unknown names {unknown}, missing names {missing if strict else []}"
        )
    if tie_weights:
        given = _tied(given, own)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _replaced(module, given):
        return module(*args, **(kwargs or {}))


def stack_module_state(models: Sequence) -> tuple[dict, dict]:
    """(parameters, buffers) of equal modules, each stacked along a new first dimension.

    The stacked parameters are leaves. Raises ArgumentError unless there are modules, of one class
    and all in the same mode.
    """
    models = list(models)
    if not models:
        raise ArgumentError("stack_module_state: expected at least one model")
    if len({type(m) for m in models}) > 1 or len({m.training for m in models}) > 1:
        raise ArgumentError("stack_module_state: expected models of one class and mode")
    parameters = _stacked([dict(m.named_parameters()) for m in models])
    buffers = _stacked([dict(m.named_buffers()) for m in models])
    return parameters, buffers


def _stacked(states: list) -> dict:
    found = {}
    for name, first in states[0].items():
        stacked = aten.stack([s[name].detach() for s in states])
        found[name] = stacked.requires_grad_(first.requires_grad)
    return found


def _merged(dicts) -> dict:
    if isinstance(dicts, dict):
        return dict(dicts)
    found: dict = {}
    for one in dicts:
        twice = found.keys() & one.keys()
        if twice:
            raise ArgumentError(f"functional_call: {sorted(twice)} appear in several dictionaries")
        found.update(one)
    return found


def _tied(given: dict, own: dict) -> dict:
    """`given` with the other names of the same tensors."""
    replacement: dict[int, Tensor] = {}
    for name, value in given.items():
        before = replacement.setdefault(id(own[name]), value)
        if before is not value:
            raise ArgumentError(f"functional_call: {name} is tied to a tensor replaced by another")
    return {
        **{n: replacement[id(t)] for n, t in own.items() if id(t) in replacement},
        **given,
    }


@contextmanager
def _replaced(module, tensors: dict) -> Iterator[None]:
    """The module with these tensors in the places of its own."""
    places = [_place(module, name) for name in tensors]
    before = [holder[key] for holder, key in places]
    try:
        for (holder, key), value in zip(places, tensors.values(), strict=True):
            holder[key] = value
        yield
    finally:
        for (holder, key), value in zip(places, before, strict=True):
            holder[key] = value


def _place(module, name: str) -> tuple[dict, str]:
    path, _, leaf = name.rpartition(".")
    owner = module.get_submodule(path) if path else module
    holder = owner._parameters if leaf in owner._parameters else owner._buffers
    return holder, leaf
