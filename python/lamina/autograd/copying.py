"""Copies of tensors as Python objects: `copy.deepcopy` and pickling."""

from __future__ import annotations

import copy

import numpy as np

from ..errors import AutogradError, UnsupportedError
from ..storage import Storage
from ..tensor import Tensor, from_array, make
from ..wrapper import is_traceable_class, is_wrapper, unflatten
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
    twin = _copied_wrapper(tensor, memo) if is_wrapper(tensor) else _copied(tensor, memo)
    memo[id(tensor)] = twin
    if requires_grad(tensor):
        twin.requires_grad_()
    if tensor.grad is not None:
        twin.grad = deepcopy(tensor.grad, memo)
    for name, value in tensor.__dict__.items():
        if name not in twin.__dict__:
            twin.__dict__[name] = copy.deepcopy(value, memo)
    return twin


def _copied_wrapper(tensor: Tensor, memo: dict) -> Tensor:
    """A wrapper of copies of the inner tensors. Raises UnsupportedError for a class that cannot be taken apart."""
    cls = type(tensor)
    if not is_traceable_class(cls):
        raise UnsupportedError(f"a {cls.__name__} has no __tensor_flatten__ to copy it by")
    names, context = tensor.__tensor_flatten__()
    inner = {name: deepcopy(getattr(tensor, name), memo) for name in names}
    return unflatten(cls, inner, context, tensor.sizes, tensor.strides)


def _copied(tensor: Tensor, memo: dict) -> Tensor:
    storage = _copied_storage(tensor._storage, memo)
    array = storage.array(tensor.geometry, tensor._known("deepcopy()").dtype)
    twin = make(array, storage, None, tensor._offset)
    if type(tensor) is not Tensor:
        twin = twin.as_subclass(type(tensor))
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
