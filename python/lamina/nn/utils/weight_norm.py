"""Weight normalization (Salimans and Kingma, 2016): a weight as a magnitude times a direction."""

from __future__ import annotations

from ...errors import ValueError_
from ...ops.registry import aten
from ..module import Module
from ..parameter import Parameter


def _norm(weight, dim: int | None):
    """The norms over all dimensions but dim, which stay with size 1; over all for None."""
    if dim is None:
        return aten.linalg_vector_norm(weight)
    others = [d for d in range(weight.ndim) if d != dim % weight.ndim]
    return aten.linalg_vector_norm(weight, 2, others, True)


class WeightNorm:
    """Recomputes the weight before every forward."""

    def __init__(self, name: str, dim: int | None):
        self.name, self.dim = name, None if dim == -1 else dim

    def compute_weight(self, module: Module):
        """g * v / |v|."""
        magnitude, direction = (getattr(module, f"{self.name}_{part}") for part in "gv")
        return direction * (magnitude / _norm(direction, self.dim))

    def __call__(self, module: Module, inputs) -> None:
        """The hook: sets the weight of the module."""
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Replaces the parameter `name` by `name`_g, its norms over all dimensions but dim (all for
    None), and `name`_v, from which every forward computes it anew. Returns the module.

    Raises ValueError_ when the weight is normalized already.
    """
    if _find(module, name) is not None:
        raise ValueError_(f"{name} is normalized already", op="weight_norm")
    hook = WeightNorm(name, dim)
    weight = getattr(module, name)
    del module._parameters[name]
    module.register_parameter(f"{name}_g", Parameter(_norm(weight, hook.dim).detach()))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    setattr(module, name, hook.compute_weight(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Makes the weight a parameter again. Raises ValueError_ when it is not normalized."""
    key = _find(module, name)
    if key is None:
        raise ValueError_(f"{name} is not normalized", op="remove_weight_norm")
    hook = module._forward_pre_hooks.pop(key)[0]
    weight = hook.compute_weight(module).detach()
    delattr(module, name)
    del module._parameters[f"{name}_g"], module._parameters[f"{name}_v"]
    module.register_parameter(name, Parameter(weight))
    return module


def _find(module: Module, name: str):
    """The key of the hook that normalizes `name`, None when there is none."""
    for key, (hook, _) in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            return key
    return None
