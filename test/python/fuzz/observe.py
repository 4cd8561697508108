"""What can be seen of a call: plain data, the same for either library.

Looking has effects (gradients accumulate, elements are overwritten), so an Observer does it in one fixed
order: facts about tensors, gradients and their gradients, then writes through each tensor in turn.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .memory import storage_key

_RAISES = (TypeError, IndexError, ValueError, RuntimeError)


class Observation(NamedTuple):
    """error: (builtin class names, line) or None. facts: name -> what a tensor looks like. relations:
    who is who, and whose view. gradients: what backward gave. writes: who changed when each was
    written through.
    """

    error: object
    facts: dict
    relations: dict
    gradients: dict
    writes: dict


class Observer:
    """Looks at the tensors `made` by the setup before the call, and at everything after it."""

    def __init__(self, library, made: dict):
        self.library, self.made = library, made
        self.before = {name: (_version(x), array(x)) for name, x in made.items()}

    def finish(self, outputs: dict, error) -> Observation:
        """The observation, after the call has returned these outputs or raised."""
        seen = {**self.made}
        others = {}
        for name, value in outputs.items():
            if isinstance(value, self.library.Tensor):
                seen.setdefault(name, value)
            else:
                others[name] = type(value).__name__
        facts = {name: self._facts(name, x) for name, x in seen.items()} | others
        relations = _relations(seen)
        return Observation(error, facts, relations, self._gradients(seen), self._writes(seen))

    def _facts(self, name: str, x) -> dict:
        look = {
            "dtype": str(x.dtype).partition(".")[2],
            "shape": tuple(x.shape),
            "strides": tuple(x.stride()),
            "offset": x.storage_offset(),
            "requires_grad": x.requires_grad,
            "is_leaf": _asked(lambda: x.is_leaf),
            "has_grad_fn": _asked(lambda: x.grad_fn is not None),
            "is_view": x._is_view(),
            "is_inference": x.is_inference(),
            "data": array(x),
            "grad": _accumulated(x),
        }
        if name in self.before:
            version, data = self.before[name]
            look["version"] = None if version is None else _version(x) - version
            look["written"] = data.shape != look["data"].shape or bool(_changed(data, look["data"]))
        return look

    def _gradients(self, seen: dict) -> dict:
        """Gradients of everything that has a history, with respect to all leaves, and theirs."""
        roots = _distinct(x for x in seen.values() if _has_history(x))
        leaves = _distinct(x for x in self.made.values() if x.requires_grad and _is_leaf(x))
        if not roots or not leaves:
            return {}
        found = {}
        first = self._differentiate(roots, leaves, found, "first", create_graph=True)
        live = [g for g in first if g is not None and g.requires_grad]
        if live:
            self._differentiate(live, leaves, found, "second", create_graph=False)
        return found

    def _differentiate(self, roots, leaves, found: dict, which: str, create_graph: bool) -> tuple:
        try:
            grads = self.library.autograd.grad(
                roots,
                leaves,
                [self._weights(x) for x in roots],
                allow_unused=True,
                create_graph=create_graph,
            )
        except _RAISES as error:
            found[which] = [kind for kind in _RAISES if isinstance(error, kind)][-1].__name__
            return ()
        found[which] = [None if g is None else array(g) for g in grads]
        return grads

    def _weights(self, x):
        """A fixed cotangent for x."""
        count = math.prod(x.shape)
        made = self.library.tensor(np.cos(np.arange(count)).reshape(tuple(x.shape)))
        return made.to(x.dtype)

    def _writes(self, seen: dict) -> dict:
        """For each tensor: the elements of all tensors that change when it is changed, and versions."""
        named = {name: x for name, x in seen.items() if not x.is_inference()}
        found = {}
        for name, x in named.items():
            if x.numel() == 0:
                continue
            before = {other: (array(y), _version(y)) for other, y in named.items()}
            with self.library.no_grad():
                first = x.detach()
                for _ in range(x.dim()):
                    first = first[-1]
                first.logical_not_() if "bool" in str(x.dtype) else first.add_(1)
            found[name] = {
                other: (_changed(was, array(named[other])), _version(named[other]) - version)
                for other, (was, version) in before.items()
                if _version(named[other]) != version or _changed(was, array(named[other]))
            }
        return found


def _asked(question):
    """The answer, or "raises"."""
    try:
        return question()
    except _RAISES:
        return "raises"


def _is_leaf(x) -> bool:
    return _asked(lambda: x.is_leaf) is True


def _accumulated(x):
    return array(x.grad) if _is_leaf(x) and x.grad is not None else None


def _has_history(x) -> bool:
    return _asked(lambda: x.grad_fn is not None) is True


def _distinct(tensors) -> list:
    return list({id(x): x for x in tensors}.values())


def _version(x):
    return None if x.is_inference() else x._version


def _relations(seen: dict) -> dict:
    """For each tensor: the first that is the same object, shares its storage, or is its base."""
    names = list(seen)

    def first(matches) -> str | None:
        return next((name for name in names if matches(seen[name])), None)

    found = {}
    for name, x in seen.items():
        base = x._base
        found[name] = {
            "is": first(lambda y, x=x: y is x),
            "shares": first(lambda y, x=x: storage_key(y) == storage_key(x)) if x.numel() else None,
            "base": None if base is None else first(lambda y, base=base: y is base),
        }
    return found


def _changed(before: np.ndarray, after: np.ndarray) -> list:
    differs = (before != after) & ~(_nan(before) & _nan(after))
    return [tuple(int(i) for i in at) for at in np.argwhere(differs)]


def _nan(data: np.ndarray):
    return data != data


def array(x) -> np.ndarray:
    """A copy of the data; small floats as float32."""
    x = x.detach()
    if str(x.dtype).endswith(("bfloat16", "e4m3fn", "e5m2")):
        x = x.float()
    if hasattr(x, "resolve_neg"):
        x = x.resolve_conj().resolve_neg()
    return np.array(x.numpy(force=True))
