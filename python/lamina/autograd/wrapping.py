"""Wrapper tensors taken apart into plain tensors and put together again, and these as steps of a graph.

A compiled program takes and gives plain tensors. Around it an argument is taken apart, and what belongs together among
the results is put together: `UnwrapBackward` and `WrapBackward` are the derivatives of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import AutogradError, UnsupportedError
from ..tensor import Tensor
from ..wrapper import is_traceable_class, is_wrapper, unflatten
from .meta import AutogradMeta
from .nodes import Node, OutputMeta, zeros


class Parts(NamedTuple):
    """How wrapper tensors that look alike are taken apart: by attribute, the parts of an inner wrapper or what a
    plain inner tensor looks like.
    """

    cls: type
    context: object
    inner: dict[str, Parts | OutputMeta]
    sizes: tuple
    strides: tuple

    def leaves(self) -> list[OutputMeta]:
        """What the plain tensors look like, in the order in which they are taken out."""
        found = []
        for part in self.inner.values():
            found += part.leaves() if isinstance(part, Parts) else [part]
        return found

    def assemble(self, tensors: Iterator[Tensor]) -> Tensor:
        """A wrapper around the next of these plain tensors."""
        inner = {
            name: part.assemble(tensors) if isinstance(part, Parts) else next(tensors)
            for name, part in self.inner.items()
        }
        return unflatten(self.cls, inner, self.context, self.sizes, self.strides)

    def take(self, tensor: Tensor) -> list[Tensor]:
        """The plain tensors in a gradient. Raises AutogradError when it is of another kind, and its class cannot make it
        of this one.
        """
        if not self._is_kind_of(tensor):
            coerce = getattr(tensor, "__coerce_same_metadata_as_tangent__", None)
            coerced = None if coerce is None else coerce(self.context, self.cls)
            if coerced is None or not self._is_kind_of(coerced):
                raise AutogradError(self._complaint(tensor))
            tensor = coerced
        found = []
        for name, part in self.inner.items():
            inner = getattr(tensor, name)
            if isinstance(part, Parts):
                found += part.take(inner)
            elif is_wrapper(inner):
                raise AutogradError(
                    _GUESSED + f"Expected a plain tensor in {name!r}, {_got(inner)}"
                )
            else:
                found.append(inner)
        return found

    def _is_kind_of(self, tensor: Tensor) -> bool:
        if type(tensor) is not self.cls:
            return False
        names, context = tensor.__tensor_flatten__()
        return [*names] == [*self.inner] and bool(context == self.context)

    def _complaint(self, tensor: Tensor) -> str:
        return (
            f"{_GUESSED}Expected a {self.cls.__name__} tangent with context {self.context!r}, {_got(tensor)}.\n"
            "A class can offer __coerce_same_metadata_as_tangent__(context, type=None) to make one of the other."
        )


_GUESSED = "\nDuring the backward, we encountered a tensor subclass where we guessed its\nmetadata incorrectly.\n\n"


def _got(tensor: Tensor) -> str:
    if not is_traceable_class(type(tensor)):
        return f"but got a plain Tensor of shape {list(tensor.shape)}"
    context = tensor.__tensor_flatten__()[1]
    return (
        f"but got a {type(tensor).__name__} with context {context!r} and shape {list(tensor.shape)}"
    )


def parts_of(tensor: Tensor) -> Parts | OutputMeta:
    """How a tensor is taken apart; a plain one is not. Raises UnsupportedError for a wrapper that cannot be."""
    if not is_wrapper(tensor):
        return OutputMeta.of(tensor)
    cls = type(tensor)
    if not is_traceable_class(cls):
        raise UnsupportedError(
            f"a {cls.__name__} without __tensor_flatten__ and __tensor_unflatten__ cannot be compiled"
        )
    names, context = tensor.__tensor_flatten__()
    inner = {name: parts_of(getattr(tensor, name)) for name in names}
    return Parts(cls, context, inner, tensor.sizes, tensor.strides)


def leaves_of(tensor: Tensor) -> list[Tensor]:
    """The plain tensors in a wrapper, those of inner wrappers included; a plain tensor itself."""
    if not is_wrapper(tensor):
        return [tensor]
    names, _ = tensor.__tensor_flatten__()
    return [leaf for name in names for leaf in leaves_of(getattr(tensor, name))]


class UnwrapBackward(Node):
    """A tensor was taken apart: the gradients of the plain tensors are put together, as `parts` say, and go along
    `edge`. One that is missing counts as zeros.
    """

    def __init__(self, parts: Parts | OutputMeta, edge: tuple | None):
        super().__init__([edge], parts.leaves() if isinstance(parts, Parts) else [parts])
        self.parts = parts

    def apply(self, grads: list, wanted: list) -> list:
        """The gradient of the wrapper."""
        if all(grad is None for grad in grads):
            return [None]
        if not isinstance(self.parts, Parts):
            return grads
        grads = [zeros(m) if g is None else g for g, m in zip(grads, self.outputs, strict=True)]
        whole = self.parts.assemble(iter(grads))
        # What has no second derivative says so as a whole too.
        recorded = next((g._autograd for g in grads if g.grad_fn is not None), None)
        whole._autograd = (
            None if recorded is None else AutogradMeta(False, recorded.grad_fn, recorded.output_nr)
        )
        return [whole]


class WrapBackward(Node):
    """A wrapper was put together: its gradient is taken apart, and goes along `edges`. `before` is where the gradient
    went of what a written wrapper was before.
    """

    def __init__(self, wrapper: Tensor, parts: Parts, edges: list, before: list = ()):
        super().__init__([*before, *edges], [OutputMeta.of(wrapper)])
        self.parts, self.skipped = parts, len(before)

    def apply(self, grads: list, wanted: list) -> list:
        """The gradients of the plain tensors. Raises AutogradError for a gradient of another kind."""
        if grads[0] is None:
            return [None] * len(self.next_edges)
        return [None] * self.skipped + self.parts.take(grads[0])
