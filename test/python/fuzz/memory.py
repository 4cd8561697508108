"""Which elements of memory a tensor of either library looks at."""

from __future__ import annotations

import itertools


def addresses(tensor) -> list:
    """The first byte of each element, relative to the storage, in row-major order."""
    item = tensor.element_size()
    steps = [[i * stride for i in range(n)] for n, stride in zip(tensor.shape, tensor.stride())]
    start = tensor.storage_offset()
    return [(start + sum(at)) * item for at in itertools.product(*steps)]


def storage_key(tensor):
    """Equal for tensors of one storage."""
    return tensor.untyped_storage().data_ptr()


def repeats_itself(tensor) -> bool:
    """Whether two elements of the tensor are one in memory."""
    found = addresses(tensor)
    return len(set(found)) < len(found) and 0 not in tensor.shape


def same_memory(a, b) -> bool:
    """Whether two tensors look at the same elements in the same order."""
    return storage_key(a) == storage_key(b) and addresses(a) == addresses(b)


def overlaps(a, b) -> bool:
    """Whether they share some element, but are not the same memory."""
    if storage_key(a) != storage_key(b) or same_memory(a, b):
        return False
    wide = max(a.element_size(), b.element_size())
    mine = {at // wide for at in addresses(a)}
    return bool(mine & {at // wide for at in addresses(b)})
