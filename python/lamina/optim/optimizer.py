"""Optimizer: parameter groups, state per parameter, and what all optimizers share.

A step consists of in-place operators on tensors and reads no tensor's value, so `lamina.compile`
captures it: parameters, state, step counters and learning rates are inputs that the compiled step
updates. For the same reason state is made when a parameter is added, not in its first step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain

from .. import ops
from ..autograd import enable_grad, no_grad
from ..errors import ValueError_
from ..nn.hooks import RemovableHandle, register
from ..tensor import Tensor
from .groups import ParamGroup


class Optimizer:
    """Base class. A subclass gives `defaults`, `state_names(group)` and `update(param, grad, state,
    group)`.

    `params` is an iterable of tensors, of (name, tensor) pairs, or of dicts with `params` and
    options.
    """

    def __init__(self, params: Iterable, defaults: dict):
        if isinstance(params, Tensor):
            raise TypeError("params must be an iterable of tensors or of dicts, got a Tensor")
        self.defaults = defaults
        self.state: defaultdict = defaultdict(dict)
        self.param_groups: list[ParamGroup] = []
        self._step_pre_hooks: dict = {}
        self._step_post_hooks: dict = {}
        self._state_dict_pre_hooks: dict = {}
        self._state_dict_post_hooks: dict = {}
        self._load_state_dict_pre_hooks: dict = {}
        self._load_state_dict_post_hooks: dict = {}
        params = list(params)
        if not params:
            raise ValueError_("an optimizer needs at least one parameter")
        for group in params if isinstance(params[0], dict) else [{"params": params}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict) -> None:
        """Adds a group; options it lacks take the defaults. Raises ValueError_ for a parameter
        given twice.
        """
        group = ParamGroup({**self.defaults, **param_group})
        params = group["params"]
        params = [params] if isinstance(params, Tensor) else list(params)
        names = [entry[0] for entry in params if isinstance(entry, tuple)]
        params = [entry[1] if isinstance(entry, tuple) else entry for entry in params]
        for param in params:
            _check_param(param)
        everyone = [id(p) for p in chain(params, self._params())]
        if len(set(everyone)) < len(everyone):
            raise ValueError_("a parameter appears more than once in an optimizer's groups")
        group["params"] = params
        if names:
            group["param_names"] = names
        self.check(group)
        self.param_groups.append(group)
        self._make_state(group)

    def check(self, group: dict) -> None:
        """Raises ValueError_ for options outside their range; subclasses extend it."""
        check_range("lr", group["lr"], low=0)
        check_range("weight_decay", group.get("weight_decay", 0), low=0)

    def state_names(self, group: ParamGroup) -> tuple[str, ...]:
        """Names of the tensors kept for each parameter: of its shape and zero at first; "step" is a
        0-d counter.
        """
        return ()

    def update(self, param: Tensor, grad: Tensor, state: dict, group: ParamGroup) -> None:
        """Updates one parameter and its state in place. Called without autograd."""
        raise NotImplementedError(f"{type(self).__name__} does not define update")

    def step(self, closure: Callable | None = None):
        """Updates every parameter that has a gradient. Returns the loss when `closure` recomputes
        it.
        """
        for hook in tuple(self._step_pre_hooks.values()):
            hook(self, (), {} if closure is None else {"closure": closure})
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                for param in group["params"]:
                    if param.grad is not None:
                        self._update_one(param, group)
        for hook in tuple(self._step_post_hooks.values()):
            hook(self, (), {} if closure is None else {"closure": closure})
        return loss

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` before every step."""
        return register(self._step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` after every step."""
        return register(self._step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable, prepend: bool = False):
        """Calls `hook(optimizer)` before a state dict is made."""
        return register(self._state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable, prepend: bool = False):
        """Calls `hook(optimizer, state_dict)` with a new state dict, which what it returns replaces."""
        return register(self._state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable, prepend: bool = False):
        """Calls `hook(optimizer, state_dict)` before loading, with a shallow copy, which what it returns replaces."""
        return register(self._load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable, prepend: bool = False):
        """Calls `hook(optimizer)` after loading."""
        return register(self._load_state_dict_post_hooks, hook, prepend)

    def _make_state(self, group: ParamGroup) -> None:
        for param in group["params"]:
            if param.requires_grad:
                self._state_of(param, group)

    def _state_of(self, param: Tensor, group: ParamGroup) -> dict:
        """The parameter's state; makes what is missing because the parameter or an option was
        changed.
        """
        state = self.state[param]
        for name in self.state_names(group):
            if name not in state:
                state[name] = self.initial(name, param, group)
        return state

    def initial(self, name: str, param: Tensor, group: ParamGroup) -> Tensor:
        """A new state entry: zeros."""
        if name == "step":
            return ops.aten.zeros(())
        return ops.aten.zeros_like(param.detach())

    def complete(self, state: dict) -> None:
        """Adds to a loaded state what torch's lacks; subclasses define it where that is not the
        initial value.
        """

    def _update_one(self, param: Tensor, group: ParamGroup) -> None:
        grad = -param.grad if group.get("maximize") else param.grad
        self.update(param, grad, self._state_of(param, group), group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drops the gradients of all parameters, or sets them to zero."""
        for param in chain.from_iterable(group["params"] for group in self.param_groups):
            if set_to_none:
                # Without a look at it, on which a compiled program would come to depend.
                param.grad = None
            elif param.grad is not None:
                with no_grad():
                    param.grad.zero_()

    def state_dict(self) -> dict:
        """State and groups, with parameters replaced by their numbers in order of the groups."""
        for hook in tuple(self._state_dict_pre_hooks.values()):
            hook(self)
        numbers = {id(p): i for i, p in enumerate(self._params())}
        state = {numbers[id(p)]: dict(values) for p, values in self.state.items() if values}
        groups = [
            {**group, "params": [numbers[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        found = {"state": state, "param_groups": groups}
        return self._passed_through(self._state_dict_post_hooks, found)

    def _passed_through(self, hooks: dict, state_dict: dict) -> dict:
        for hook in tuple(hooks.values()):
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        return state_dict

    def load_state_dict(self, state_dict: dict) -> None:
        """Takes over copies of a `state_dict`. Raises ValueError_ when the groups' sizes differ."""
        state_dict = self._passed_through(self._load_state_dict_pre_hooks, dict(state_dict))
        saved = state_dict["param_groups"]
        ours = [len(group["params"]) for group in self.param_groups]
        theirs = [len(group["params"]) for group in saved]
        if ours != theirs:
            raise ValueError_(
                f"the state dict has groups of {theirs} parameters, the optimizer of {ours}"
            )
        for group, options in zip(self.param_groups, saved):
            group.update(
                {name: deepcopy(value) for name, value in options.items() if name != "params"}
            )
        params = dict(zip(chain.from_iterable(group["params"] for group in saved), self._params()))
        self.state.clear()
        for number, values in state_dict["state"].items():
            param = params[number]
            # torch's state has None for what is not there yet.
            taken = {n: _taken_over(n, v, param) for n, v in values.items() if v is not None}
            self.complete(taken)
            self.state[param] = taken
        for group in self.param_groups:
            self._make_state(group)
        for hook in tuple(self._load_state_dict_post_hooks.values()):
            hook(self)

    def _params(self):
        return chain.from_iterable(group["params"] for group in self.param_groups)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [
                f"    {name}: {value}"
                for name, value in sorted(group.items())
                if name not in ("params", "param_names")
            ]
        return "\n".join([*lines, ")"])


def check_range(name: str, value, low: float, high: float | None = None) -> None:
    """Raises ValueError_ unless low <= value (< high); a tensor's value is not looked at."""
    if isinstance(value, Tensor):
        return
    if not low <= value or (high is not None and not value < high):
        limit = f"at least {low}" if high is None else f"in [{low}, {high})"
        raise ValueError_(f"{name} must be {limit}, got {value}")


def _check_param(param) -> None:
    if not isinstance(param, Tensor):
        raise TypeError(f"an optimizer updates Tensors, got {type(param).__name__}")
    if not param.is_leaf:
        raise ValueError_(
            "an optimizer updates leaf tensors only; this one was computed from others"
        )


def _taken_over(name: str, value, param: Tensor):
    """A copy of a saved state entry, in the parameter's dtype unless it is a step counter."""
    if not isinstance(value, Tensor):
        return deepcopy(value)
    if name == "step" or not param.is_floating_point():
        return value.clone()
    return value.to(dtype=param.dtype, device=param.device, copy=True)
