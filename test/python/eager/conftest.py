"""What the eager tests share: the oracle, and a comparison of everything one can see of a tensor."""

import lamina
import numpy as np
import pytest


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def to_lamina(x):
    """A lamina tensor with a torch tensor's values, strides and requires_grad."""
    made = lamina.from_numpy(x.detach().numpy().copy(order="K"))
    return made.requires_grad_() if x.requires_grad else made


def assert_same(ours, theirs, values=True):
    """The same sizes, strides, offset, dtype, version, requires_grad, leafness and values."""
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert str(ours.dtype).split(".")[1] == str(theirs.dtype).split(".")[1]
    if ours.numel() > 0:
        real = [d for d, n in enumerate(ours.shape) if n != 1]
        assert [ours.stride(d) for d in real] == [theirs.stride(d) for d in real]
        assert ours.storage_offset() == theirs.storage_offset()
    assert ours._version == theirs._version
    assert ours.requires_grad == theirs.requires_grad
    assert ours.is_leaf == theirs.is_leaf
    if values:
        np.testing.assert_allclose(
            ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-5, atol=1e-6
        )
