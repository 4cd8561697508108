"""Saving and loading the state of a module tree, as methods that Module takes over.

A state dict is an OrderedDict from dotted names to tensors, with the versions of the modules in its
attribute `_metadata`. The tensors share memory with the module.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from ..autograd import no_grad
from ..tensor import Tensor
from ._epoch import advance

_EXTRA = "_extra_state"


class StateDict(OrderedDict):
    """An OrderedDict that can carry `_metadata`."""


class IncompatibleKeys(NamedTuple):
    """Names that a state dict lacked, and names in it that the module has no place for."""

    missing_keys: list
    unexpected_keys: list

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


def state_dict(
    self, *args, destination: dict | None = None, prefix: str = "", keep_vars: bool = False
) -> dict:
    """All parameters and persistent buffers by dotted name, detached unless `keep_vars`.

    Positional arguments are those named, in this order, as older programs pass them.
    """
    destination, prefix, keep_vars = (*args, *(destination, prefix, keep_vars)[len(args) :])
    if destination is None:
        destination = StateDict()
        destination._metadata = OrderedDict()
    metadata = {"version": self._version}
    if hasattr(destination, "_metadata"):
        destination._metadata[prefix[:-1]] = metadata
    for hook in tuple(self._state_dict_pre_hooks.values()):
        hook(self, prefix, keep_vars)
    self._save_to_state_dict(destination, prefix, keep_vars)
    for name, child in self._modules.items():
        if child is not None:
            child.state_dict(
                destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars
            )
    for hook in tuple(self._state_dict_hooks.values()):
        changed = hook(self, destination, prefix, metadata)
        destination = destination if changed is None else changed
    return destination


def save_own_state(self, destination: dict, prefix: str, keep_vars: bool) -> None:
    """Adds this module's own members to `destination`; for subclasses to extend."""
    for name, member in _own_members(self):
        destination[prefix + name] = member if keep_vars else member.detach()
    if type(self).get_extra_state is not get_extra_state:
        destination[prefix + _EXTRA] = self.get_extra_state()


def get_extra_state(self):
    """State beyond tensors to keep in the state dict, for subclasses to define together with
    `set_extra_state`.
    """
    raise NotImplementedError(f"{type(self).__name__} has no extra state")


def set_extra_state(self, state) -> None:
    """Takes back what `get_extra_state` returned."""
    raise NotImplementedError(f"{type(self).__name__} does not define set_extra_state")


def load_state_dict(
    self, state_dict: dict, strict: bool = True, assign: bool = False
) -> IncompatibleKeys:
    """Copies the state into this module (or, with `assign`, takes over its tensors).

    Raises RuntimeError, after everything that fits was loaded, when sizes differ or, with `strict`,
    when names are missing or left over.
    """
    if not hasattr(state_dict, "keys"):
        raise TypeError(f"a state dict must be a mapping, got {type(state_dict).__name__}")
    metadata = getattr(state_dict, "_metadata", {})
    state = StateDict(state_dict)
    missing, unexpected, errors = [], [], []
    _load(self, state, "", metadata, strict, assign, missing, unexpected, errors)
    if strict:
        errors[:0] = [*_key_errors("Missing", missing), *_key_errors("Unexpected", unexpected)]
    if errors:
        details = "\n\t".join(errors)
        raise RuntimeError(
            f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{details}"
        )
    return IncompatibleKeys(missing, unexpected)


def _key_errors(kind: str, keys: list) -> list:
    if not keys:
        return []
    return [f"{kind} key(s) in state_dict: " + ", ".join(f'"{key}"' for key in keys) + "."]


def _load(module, state, prefix, metadata, strict, assign, missing, unexpected, errors) -> None:
    local = dict(metadata.get(prefix[:-1], {}), assign_to_params_buffers=assign)
    for hook in tuple(module._load_state_dict_pre_hooks.values()):
        hook(module, state, prefix, local, strict, missing, unexpected, errors)
    # Both lists are the caller's and shared by the whole tree, as overriding methods expect.
    module._load_from_state_dict(state, prefix, local, True, missing, unexpected, errors)
    for name, child in module._modules.items():
        if child is not None:
            _load(
                child,
                state,
                f"{prefix}{name}.",
                metadata,
                strict,
                assign,
                missing,
                unexpected,
                errors,
            )
    for hook in tuple(module._load_state_dict_post_hooks.values()):
        hook(module, IncompatibleKeys(missing, unexpected))


def load_own_state(
    self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
) -> None:
    """Loads this module's own members from the entries that begin with `prefix`; for subclasses to
    extend.
    """
    assign = local_metadata.get("assign_to_params_buffers", False)
    for name, member in _own_members(self):
        key = prefix + name
        if key not in state_dict:
            missing_keys.append(key)
        elif (error := _load_member(self, name, member, state_dict[key], assign)) is not None:
            error_msgs.append(error.format(key=key))
    _load_extra(self, state_dict, prefix, missing_keys)
    unexpected_keys += [
        key
        for key in state_dict
        if key.startswith(prefix) and not _expected(self, key[len(prefix) :])
    ]


def _load_extra(self, state_dict, prefix, missing_keys) -> None:
    if type(self).set_extra_state is set_extra_state:
        return
    if prefix + _EXTRA in state_dict:
        self.set_extra_state(state_dict[prefix + _EXTRA])
    else:
        missing_keys.append(prefix + _EXTRA)


def _expected(self, key: str) -> bool:
    """Whether `key`, relative to this module, is its own member or belongs to one of its
    submodules.
    """
    name, dot, _ = key.partition(".")
    if dot:
        return self._modules.get(name) is not None
    if name == _EXTRA:
        return type(self).set_extra_state is not set_extra_state
    return any(name == own for own, _ in _own_members(self))


def _load_member(self, name: str, member: Tensor, value, assign: bool) -> str | None:
    """Loads one tensor; says what is wrong with `{key}` when it cannot."""
    if not isinstance(value, Tensor):
        return f"{{key}} must be a Tensor, got {type(value).__name__}"
    if tuple(value.shape) != tuple(member.shape):
        return (
            f"size mismatch for {{key}}: the shape in the checkpoint is {list(value.shape)}, that "
            f"in the current model {list(member.shape)}"
        )
    if assign:
        _assign_member(self, name, member, value)
        return None
    with no_grad():
        member.copy_(value)
    return None


def _assign_member(self, name: str, member: Tensor, value: Tensor) -> None:
    if name in self._parameters:
        wanted = type(member)
        self._parameters[name] = (
            value if isinstance(value, wanted) else wanted(value, member.requires_grad)
        )
    else:
        self._buffers[name] = value
    advance()


def _own_members(self):
    """Pairs of name and tensor that belong in the state dict, without those of submodules."""
    yield from ((name, param) for name, param in self._parameters.items() if param is not None)
    skipped = self._non_persistent_buffers_set
    yield from (
        (name, buffer)
        for name, buffer in self._buffers.items()
        if buffer is not None and name not in skipped
    )
