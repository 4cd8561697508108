"""Function transforms: derivatives of functions, and functions mapped over a batch.

A transform is a *level*: while its function runs, each operator call is first seen by the innermost
level, which works on tensors of its own (`levels.LevelTensor`) and hands the call on, in terms of
their values, to the levels outside. So transforms nest in any order, mix with ordinary autograd, and
are traced by `lamina.compile` like any other program.

Names, signatures and meaning are those of `torch.func`.
"""

from .. import left_out
from ..errors import LeftOutError
from . import (  # noqa: F401  (rules register when their modules load)
    contraction_rules,
    image_rules,
    indexing_rules,
    movement_rules,
    reduction_rules,
)
from .gradients import grad, grad_and_value, vjp
from .jacobians import hessian, jacfwd, jacrev, jvp
from .mapping import vmap
from .stateless import functional_call, stack_module_state

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "stack_module_state",
    "vjp",
    "vmap",
]


def __getattr__(name: str):
    if name in left_out.FUNC_REASONS:
        raise LeftOutError(f"lamina.func has no {name!r}: {left_out.FUNC_REASONS[name]}")
    raise AttributeError(f"module 'lamina.func' has no attribute {name!r}")
