"""Questions about a tensor that are asked as methods, and answered without computing anything."""

from __future__ import annotations

from .registry import composite


@composite(variants="function, method")
def is_nonzero(self):
    """Whether the only element is not zero. Raises ShapeError unless there is exactly one."""
    return bool(self)


@composite(variants="method")
def is_signed(self):
    """Whether the dtype has negative numbers."""
    return self.dtype.is_signed


@composite(variants="function, method")
def is_same_size(self, other):
    """Whether two tensors have the same sizes."""
    return self.sizes == other.sizes


@composite(variants="method")
def is_set_to(self, tensor):
    """Whether two tensors look at the same memory in the same way."""
    return self._storage is tensor._storage and self.geometry == tensor.geometry


@composite(variants="function, method")
def is_conj(self):
    """False: conjugation is never lazy here."""
    return False


@composite(variants="function, method")
def is_neg(self):
    """False: negation is never lazy here."""
    return False


@composite(variants="function, method")
def resolve_neg(self):
    """self itself: negation is never lazy here."""
    return self


@composite(variants="method")
def is_shared(self):
    """False: no memory is shared between processes."""
    return False


@composite(variants="method")
def is_pinned(self, device=None):
    """False: no memory is page-locked."""
    return False


@composite(variants="method")
def get_device(self):
    """The index of the device, -1 for the CPU."""
    return -1 if self.is_cpu else self.device.index or 0
