"""Module: a tree of parameters, buffers and submodules with a `forward`.

The class keeps names and order, nothing else: it has no knowledge of tracing. What the compiler
needs of it is `_epoch.module_epoch()`, one number that changes whenever any module is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from ..autograd import no_grad
from ..tensor import Tensor
from . import conversion, state
from ._epoch import Registry, advance
from .calling import Hooked
from .hooks import RemovableHandle, register
from .members import TABLES, Members

_HOOKS = (
    "_forward_pre_hooks",
    "_forward_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
    "_state_dict_pre_hooks",
    "_state_dict_hooks",
    "_backward_pre_hooks",
    "_backward_hooks",
)


class Module(Hooked, Members):
    """Base class of layers and models. Subclasses call `super().__init__()` first and define
    `forward`.

    Attributes that are Parameters, Buffers or Modules are registered under their name and are found
    by `parameters`, `to`, `state_dict` and the like; all others are plain attributes.
    """

    training: bool = True
    _version: int = 1

    def __init__(self):
        fields = self.__dict__
        fields["training"] = True
        for name in TABLES + _HOOKS:
            fields[name] = Registry()
        fields["_non_persistent_buffers_set"] = set()
        advance()

    # Changing all of it

    def apply(self, fn: Callable[[Module], None]) -> Module:
        """Calls `fn` on every submodule, children before parents, and last on this module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Module:
        """Replaces the data of every parameter, its gradient and every buffer by `fn` of it.

        Parameters stay the same objects, so optimizers that hold them remain right.
        """
        for child in self.children() if recurse else ():
            child._apply(fn)
        with no_grad():
            for param in [p for p in self._parameters.values() if p is not None]:
                param.data = fn(param.data)
                if param.grad is not None:
                    param.grad.data = fn(param.grad.data)
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        advance()
        return self

    to = conversion.to
    type = conversion.type
    float = conversion.float
    double = conversion.double
    half = conversion.half
    bfloat16 = conversion.bfloat16
    cpu = conversion.cpu
    cuda = conversion.cuda
    to_empty = conversion.to_empty

    def train(self, mode: bool = True) -> Module:
        """Sets training mode here and below: dropout drops, batch norm uses the batch's
        statistics.
        """
        if not isinstance(mode, bool):
            raise ValueError(f"the training mode must be a bool, got {type(mode).__name__}")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Module:
        """Sets evaluation mode here and below."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Sets whether the parameters collect gradients."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drops the gradients of all parameters, or sets them to zero."""
        for param in self.parameters():
            if set_to_none:
                # Without a look at it, on which a compiled program would come to depend.
                param.grad = None
            elif param.grad is not None:
                with no_grad():
                    param.grad.zero_()

    # State

    state_dict = state.state_dict
    load_state_dict = state.load_state_dict
    _save_to_state_dict = state.save_own_state
    _load_from_state_dict = state.load_own_state
    get_extra_state = state.get_extra_state
    set_extra_state = state.set_extra_state

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Calls `hook(module, prefix, keep_vars)` before the state is collected."""
        return register(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Calls `hook(module, state_dict, prefix, local_metadata)` after the state was
        collected.
        """
        return register(self._state_dict_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Calls `hook(module, state_dict, prefix, metadata, strict, missing, unexpected, errors)`
        before loading.
        """
        return register(self._load_state_dict_pre_hooks, hook)

    def _register_state_dict_hook(self, hook: Callable) -> RemovableHandle:
        """`register_state_dict_post_hook`, by the name that older programs use; the hook may return
        another state dict.
        """
        return register(self._state_dict_hooks, hook)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable, with_module: bool = False
    ) -> RemovableHandle:
        """`register_load_state_dict_pre_hook` of a hook that is not given the module."""
        called = hook if with_module else lambda module, *arguments: hook(*arguments)
        return register(self._load_state_dict_pre_hooks, called)

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Calls `hook(module, incompatible_keys)` after loading."""
        return register(self._load_state_dict_post_hooks, hook)

    def __setstate__(self, fields: dict) -> None:
        self.__dict__.update(fields)
        advance()

    # Printing

    def extra_repr(self) -> str:
        """What stands between the parentheses of `repr`, for subclasses to define."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        children = [f"({name}): {_indented(repr(child))}" for name, child in self._modules.items()]
        if not children and "\n" not in extra:
            return f"{self._get_name()}({extra})"
        lines = "\n".join(f"  {line}" for line in chain(extra.splitlines(), children))
        return f"{self._get_name()}(\n{lines}\n)"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
