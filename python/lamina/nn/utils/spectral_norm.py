"""Spectral normalization (Miyato et al., 2018): a weight over its largest singular value, which
power iteration estimates.
"""

from __future__ import annotations

from ...autograd import no_grad
from ...errors import ValueError_
from ...ops.registry import aten
from ...random import distributions
from ..functional import normalize
from ..module import Module
from ..modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..parameter import Parameter


class SpectralNorm:
    """Recomputes the weight before every forward; in training the estimate gets better
    each time.
    """

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float):
        if n_power_iterations <= 0:
            raise ValueError_(
                f"n_power_iterations must be positive, got {n_power_iterations}",
                op="spectral_norm",
            )
        self.name, self.n_power_iterations = name, n_power_iterations
        self.dim, self.eps = dim, eps

    def matrix(self, weight):
        """The weight as a matrix, dimension dim first."""
        if self.dim:
            order = [self.dim, *(d for d in range(weight.ndim) if d != self.dim)]
            weight = weight.permute(order)
        return weight.reshape(weight.shape[0], -1)

    def compute_weight(self, module: Module, iterates: bool):
        """The weight over u W v, the vectors made better first if iterates."""
        weight = getattr(module, f"{self.name}_orig")
        u, v = getattr(module, f"{self.name}_u"), getattr(module, f"{self.name}_v")
        matrix = self.matrix(weight)
        if iterates:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(normalize(aten.mv(matrix.t(), u), dim=0, eps=self.eps))
                    u.copy_(normalize(aten.mv(matrix, v), dim=0, eps=self.eps))
            # The backward needs these values, and the next forward writes new ones.
            u, v = u.clone(), v.clone()
        return weight / aten.dot(u, aten.mv(matrix, v))

    def __call__(self, module: Module, inputs) -> None:
        """The hook: sets the weight of the module."""
        setattr(module, self.name, self.compute_weight(module, module.training))


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Replaces the parameter `name` by `name`_orig, from which every forward computes it; the
    singular vectors are buffers `name`_u and `name`_v. Returns the module.

    dim is that of the outputs: 0, and 1 for transposed convolutions. Raises ValueError_ when the
    weight is normalized already.
    """
    if _find(module, name) is not None:
        raise ValueError_(f"{name} is normalized already", op="spectral_norm")
    if dim is None:
        transposed = (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)
        dim = 1 if isinstance(module, transposed) else 0
    hook = SpectralNorm(name, n_power_iterations, dim, eps)
    weight = module._parameters.pop(name)
    rows, columns = hook.matrix(weight).shape
    with no_grad():
        options = {"dtype": weight.dtype, "device": weight.device}
        u = normalize(distributions.randn(rows, **options), dim=0, eps=eps)
        v = normalize(distributions.randn(columns, **options), dim=0, eps=eps)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Makes the weight a parameter again. Raises ValueError_ when it is not normalized."""
    key = _find(module, name)
    if key is None:
        raise ValueError_(f"{name} is not normalized", op="remove_spectral_norm")
    hook = module._forward_pre_hooks.pop(key)[0]
    weight = hook.compute_weight(module, False).detach()
    delattr(module, name)
    for part in ("u", "v", "orig"):
        delattr(module, f"{name}_{part}")
    module.register_parameter(name, Parameter(weight))
    return module


def _find(module: Module, name: str):
    """The key of the hook that normalizes `name`, None when there is none."""
    for key, (hook, _) in module._forward_pre_hooks.items():
        if isinstance(hook, SpectralNorm) and hook.name == name:
            return key
    return None
