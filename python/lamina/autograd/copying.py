"""Copies of tensors as Python objects: `copy.deepcopy` and pickling."""

from __future__ import annotations

import copy

import numpy as np

from ..errors import AutogradError
from ..storage import Storage
from ..tensor import Tensor, from_array, make
from .meta import requires_grad


def deepcopy(tensor: Tensor, memo: dict) -> Tensor:
    """A copy with a storage of its own; tensors that share a storage share the copy's. Leaves
    only.
    """
    if id(tensor) in memo:
        return memo[id(tensor)]
    if not tensor.is_leaf:
        raise AutogradError(
            "only tensors created explicitly by the user (graph leaves) support deepcopy; detach() "
            "first",
            op="deepcopy",
        )
    storage = _copied_storage(tensor._storage, memo)
    array = storage.array(tensor.geometry, tensor._known("deepcopy()").dtype)
    twin = make(array, storage, None, tensor._offset)
    if type(tensor) is not Tensor:
        twin = twin.as_subclass(type(tensor))
    memo[id(tensor)] = twin
    if requires_grad(tensor):
        twin.requires_grad_()
    if tensor.grad is not None:
        twin.grad = deepcopy(tensor.grad, memo)
    for name, value in tensor.__dict__.items():
        twin.__dict__[name] = copy.deepcopy(value, memo)
    return twin


def _copied_storage(storage: Storage, memo: dict) -> Storage:
    if id(storage) not in memo:
        memo[id(storage)] = Storage(storage.bytes.copy(), None, storage.device)
    return memo[id(storage)]


def rebuild(cls: type, array: np.ndarray, needs_grad: bool, attributes: dict) -> Tensor:
    """A tensor from what pickling kept of it."""
    tensor = from_array(array)
    if cls is not Tensor:
        tensor = tensor.as_subclass(cls)
    tensor.__dict__.update(attributes)
    return tensor.requires_grad_() if needs_grad else tensor
