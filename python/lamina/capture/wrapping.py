"""What a call does with wrapper tensors around a program of plain ones, as data: said by capture, written as text by
the compiler.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..autograd.nodes import Node, OutputMeta
from ..autograd.views import Step
from ..autograd.wrapping import Parts
from ..storage import Geometry
from ..tensor import Tensor
from .history import InputMeta
from .sources import Source

# Where a call finds something: a kind ("input", "output", "wrapper" for one that entered, "wrapped" for what is made
# around the program) and a number; or "value" and the value itself.
Place = tuple[str, Any]


class Wrapper(NamedTuple):
    """A wrapper that entered: what it was, its inner tensors by attribute and where a call finds them, and where its
    gradient goes in the trace.
    """

    number: int
    tensor: Tensor
    source: Source
    before: dict
    inner: dict[str, Tensor]
    places: dict[str, Place]
    context: Any
    edge: tuple | None
    autograd: InputMeta
    history: Node | None


class History(NamedTuple):
    """Where the gradient of a wrapper goes: taken apart, as `parts` say, to these outputs."""

    parts: Parts
    outputs: list[int]


class Change(NamedTuple):
    """What the program did to a wrapper that entered: writes, another geometry and another history (None: as before)."""

    number: int
    versions: int
    geometry: Geometry | None
    history: History | None


class Adjusted(NamedTuple):
    """The tensor at a place, as one of class `cls` (None: as it is), with attributes at places. If it counts writes
    apart from its memory, it does so with the tensor at `counter` or, alone, from `version` on.
    """

    place: Place
    cls: type | None
    attributes: dict[str, Place]
    counter: Place | None
    version: int | None


class Made(NamedTuple):
    """A wrapper to be made of tensors at `inner` places. `spent` are outputs among them whose history is that of the
    wrapper. It counts writes with the tensor at `counter`, and shares the storage of that at `storage`, if there are any.
    """

    parts: Parts
    inner: dict[str, Place]
    history: History | None
    spent: list[int]
    is_leaf: bool
    is_inference: bool
    counter: Place | None
    storage: Place | None
    attributes: dict[str, Place]


class Viewed(NamedTuple):
    """A wrapper that is a view, to be made of its base by these steps, first those that are taken without grad. It may
    be a leaf that requires grad all the same.
    """

    base: Place
    without_grad: tuple[Step, ...]
    with_grad: tuple[Step, ...]
    is_leaf: bool


class Receiver(NamedTuple):
    """The gradient of the tensor at a place, which arrives in parts."""

    place: Place
    parts: Parts | OutputMeta


class Wrapping(NamedTuple):
    """What a call does around a program of `inputs` plain inputs. `attributes` are those that it sets on tensors that
    came in.
    """

    inputs: int
    wrappers: list[Wrapper]
    changes: list[Change]
    results: list[Made | Viewed | Adjusted]
    receivers: list[Receiver]
    attributes: list[tuple[Place, dict[str, Place]]]
