"""Checkpointing: forgets what a function saves for backward, and runs it again when backward needs
it.

Without reentrance the function's graph is an ordinary one whose saved tensors are place holders;
the first of them that is unpacked runs the function again. With it the function is one node, whose
backward runs the function and a backward of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from ..autograd import backward
from ..autograd.engine import current_task
from ..autograd.function import Function
from ..autograd.modes import enable_grad
from ..dispatch.state import state
from ..errors import AutogradError
from ..tensor import Tensor
from . import recompute
from .recompute import CheckpointError, set_checkpoint_early_stop

__all__ = [
    "CheckpointError",
    "checkpoint",
    "checkpoint_sequential",
    "set_checkpoint_early_stop",
]


def checkpoint(
    function: Callable,
    *args,
    use_reentrant: bool | None = None,
    context_fn: Callable = recompute.no_contexts,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs,
):
    """function(*args, **kwargs), which is run again in backward instead of keeping what it saves.

    use_reentrant: True runs it as one node: keyword arguments are a ValueError, only tensors
    directly among `args` get gradients, and only `backward` (not `grad`) can run it. False is the
    better choice. preserve_rng_state (keyword, True): whether random numbers are drawn again as
    they were.
    context_fn: returns two context managers, for the run and for the run in backward.
    determinism_check: "default" compares sizes, dtypes and devices of what is saved in both runs,
    "none" nothing.
    debug: names the operators of both runs when they differ.
    early_stop: whether the run in backward ends once the last saved tensor is there.
    Raises CheckpointError in backward when both runs differ.
    """
    preserve = kwargs.pop("preserve_rng_state", True)
    if use_reentrant is None:
        warnings.warn(
            "checkpoint() without use_reentrant uses True; pass use_reentrant=False, which is "
            "better, or True",
            stacklevel=2,
        )
        use_reentrant = True
    if not use_reentrant:
        options = recompute.Options(preserve, context_fn, determinism_check, debug, early_stop)
        return recompute.run(function, args, kwargs, options)
    if kwargs:
        raise ValueError(f"unexpected keyword arguments with use_reentrant=True: {sorted(kwargs)}")
    if context_fn is not recompute.no_contexts or debug:
        raise ValueError("context_fn and debug are only for use_reentrant=False")
    if state.grad_enabled and not any(isinstance(a, Tensor) and a.requires_grad for a in args):
        warnings.warn(
            "None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2
        )
    return _Reentrant.apply(function, preserve, *args)


class _Reentrant(Function):
    """The function as one node."""

    @staticmethod
    def forward(ctx, function, preserve: bool, *args):
        ctx.function_to_run = function
        ctx.surroundings = recompute.Surroundings(preserve)
        ctx.tensors = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        ctx.args = [None if isinstance(a, Tensor) else a for a in args]
        ctx.save_for_backward(*[args[i] for i in ctx.tensors])
        return function(*args)

    @staticmethod
    def backward(ctx, *grads):
        if current_task().targets:
            raise AutogradError(
                "checkpoint(use_reentrant=True) is incompatible with autograd.grad() and with "
                "inputs= of backward(); "
                "use use_reentrant=False",
                op="checkpoint",
            )
        args = list(ctx.args)
        for i, tensor in zip(ctx.tensors, ctx.saved_tensors):
            args[i] = tensor.detach().requires_grad_(tensor.requires_grad)
        with ctx.surroundings.restored(), enable_grad():
            outputs = ctx.function_to_run(*args)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        roots = [
            (o, g) for o, g in zip(outputs, grads) if isinstance(o, Tensor) and o.requires_grad
        ]
        if not roots:
            raise AutogradError(
                "none of the outputs has requires_grad=True, so this checkpoint() is not necessary",
                op="checkpoint",
            )
        backward([o for o, _ in roots], [g for _, g in roots])
        return (None, None, *[a.grad if isinstance(a, Tensor) else None for a in args])


def checkpoint_sequential(
    functions, segments: int, input, use_reentrant: bool | None = None, **kwargs
):
    """`functions` (a list or Sequential of one-argument functions) one after the other on `input`,
    in `segments` that are checkpointed, except for the last.
    """
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError(f"unexpected keyword arguments: {sorted(kwargs)}")
    if use_reentrant is None:
        warnings.warn(
            "checkpoint_sequential() without use_reentrant uses True; pass it explicitly",
            stacklevel=2,
        )
        use_reentrant = True
    functions = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size, end = len(functions) // segments, 0
    for start in range(0, size * (segments - 1), size):
        end = start + size
        input = checkpoint(
            _sequence(functions[start:end]),
            input,
            use_reentrant=use_reentrant,
            preserve_rng_state=preserve,
        )
    return _sequence(functions[end:])(input)


def _sequence(functions: list) -> Callable:
    def run(value):
        for function in functions:
            value = function(value)
        return value

    return run
