"""Comparing lamina with torch on the same NumPy data."""

import lamina
import numpy as np


def to_torch(value):
    """The same data (arrays, lamina tensors, containers of them) as torch tensors; other values as
    they are.
    """
    import torch

    if isinstance(value, lamina.Tensor):
        value = value.detach().numpy()
    if isinstance(value, np.ndarray):
        return torch.tensor(value)
    if isinstance(value, list | tuple):
        return type(value)(to_torch(v) for v in value)
    return value


def to_lamina(value):
    """The same data as lamina tensors."""
    if isinstance(value, np.ndarray):
        return lamina.tensor(value)
    if isinstance(value, list | tuple):
        return type(value)(to_lamina(v) for v in value)
    return value


def assert_same(ours, theirs, rtol=1e-5, atol=1e-5):
    """Equal shapes, dtypes and, within the tolerance, values."""
    assert str(ours.dtype).removeprefix("lamina.") == str(theirs.dtype).removeprefix("torch.")
    assert tuple(ours.shape) == tuple(theirs.shape)
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=rtol, atol=atol)


def load(module, oracle) -> None:
    """Gives a lamina module the state of a torch module."""
    state = {
        name: lamina.tensor(value.detach().numpy()) for name, value in oracle.state_dict().items()
    }
    module.load_state_dict(state)
