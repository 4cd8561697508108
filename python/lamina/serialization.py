"""`save` and `load`: tensors in nested containers, in safetensors files.

A file holds each tensor under its path in the object ("model.weight"), so other programs can read it, and in
its metadata, under "lamina", the structure as JSON. A node of the structure is

    null, true, 1, 1.5, "text"                 itself
    {"float": "nan"}, {"complex": [re, im]}    numbers that JSON has not
    {"list": [...]}, {"tuple": [...]}, {"size": [...]}
    {"dict": [[key, value], ...]}, {"ordered_dict": ...}, {"state_dict": ..., "metadata": node}
    {"dtype": "float32"}, {"device": "cpu"}
    {"tensor": name, ...}                      with what the array does not say:
        "strides"        where it was not row-major
        "geometry"       [sizes, strides, offset] and "dtype": a view of the entry, which is memory that
                         several tensors share, as bytes
        "complex"        the entry has a last dimension of real and imaginary parts
        "requires_grad", "parameter"

Nothing is pickled and nothing is executed; what has no node cannot be saved.
"""

from __future__ import annotations

import json
import math
from collections import OrderedDict

from . import devices, dtypes
from .autograd import no_grad
from .errors import ArgumentError, UnsupportedError, ValueError_
from .ops.registry import aten
from .safetensors import load_file, save_file
from .storage import Geometry, contiguous_strides
from .tensor import Size, Tensor, from_array, make

_KEY = "lamina"


def save(obj, f) -> None:
    """Writes `obj` to a path or an open binary file: tensors, numbers, strings, None, dtypes and devices in
    nested dicts, lists and tuples.

    Tensors that share memory share it again after `load`. Raises ArgumentError, naming its place, for an object
    of any other class.
    """
    writer = _Writer()
    structure = writer.node(obj, ())
    save_file(writer.entries(), f, {"format": "lamina", _KEY: json.dumps(structure)})


def load(f, map_location=None, *, weights_only: bool = True):
    """What `save` wrote to a path or an open binary file; of another safetensors file, its tensors by name.

    `map_location` may only be the CPU. Raises ValueError_ for a malformed file, UnsupportedError for
    weights_only=False, which asks for objects of any class.
    """
    if not weights_only:
        raise UnsupportedError("only data is loaded, no objects of any class", op="load")
    if map_location is not None:
        devices.as_device(map_location)
    tensors, metadata = load_file(f)
    if _KEY not in metadata:
        return tensors
    try:
        return _Reader(tensors).value(json.loads(metadata[_KEY]))
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError_(
            f"the structure in this file is malformed: {error!r}", op="load"
        ) from error


class _Writer:
    """Turns objects into nodes and collects the tensors; those of one storage are one group."""

    def __init__(self):
        self._groups: dict[int, list] = {}
        self._names: set[str] = set()

    def node(self, obj, path: tuple):
        """The node of an object at a path of keys."""
        if isinstance(obj, Tensor):
            return self._tensor(obj, path)
        if obj is None or type(obj) in (bool, int, str):
            return obj
        if type(obj) is float:
            return obj if math.isfinite(obj) else {"float": repr(obj)}
        if type(obj) is complex:
            return {"complex": [self.node(obj.real, path), self.node(obj.imag, path)]}
        if isinstance(obj, dtypes.dtype):
            return {"dtype": obj.name}
        if isinstance(obj, devices.device):
            return {"device": str(obj)}
        for cls, kind in ((list, "list"), (tuple, "tuple"), (Size, "size")):
            if type(obj) is cls:
                return {kind: [self.node(v, (*path, i)) for i, v in enumerate(obj)]}
        return self._mapping(obj, path)

    def _mapping(self, obj, path: tuple) -> dict:
        from .nn.state import StateDict

        kind = {dict: "dict", OrderedDict: "ordered_dict", StateDict: "state_dict"}.get(type(obj))
        if kind is None:
            raise ArgumentError(
                f"cannot save {_place(path)}: objects of class {type(obj).__name__} are no data; save tensors, "
                "numbers, strings, None, dtypes and devices in dicts, lists and tuples",
                op="save",
            )
        items = [[self.node(k, (*path, k)), self.node(v, (*path, k))] for k, v in obj.items()]
        node = {kind: items}
        if kind == "state_dict" and getattr(obj, "_metadata", None) is not None:
            node["metadata"] = self.node(obj._metadata, (*path, "_metadata"))
        return node

    def _tensor(self, tensor: Tensor, path: tuple) -> dict:
        from .nn import Parameter

        if type(tensor) not in (Tensor, Parameter):
            raise ArgumentError(
                f"cannot save {_place(path)}: a {type(tensor).__name__} is more than its data; save "
                "its plain tensor",
                op="save",
            )
        node: dict = {}
        if type(tensor) is Parameter:
            node["parameter"] = True
        if tensor.requires_grad:
            node["requires_grad"] = True
        name = self._unique(".".join(map(str, path)) or "tensor")
        group = self._groups.setdefault(id(tensor._storage), [])
        group.append((name, tensor.detach(), node))
        return node

    def _unique(self, name: str) -> str:
        found, number = name, 1
        while found in self._names or found == "__metadata__":
            number += 1
            found = f"{name}#{number}"
        self._names.add(found)
        return found

    def entries(self) -> dict:
        """The arrays of the file by name; completes the nodes of the tensors."""
        found = {}
        for group in self._groups.values():
            name, first, _ = group[0]
            looks = {(t.geometry, t.dtype) for _, t, _ in group}
            if len(looks) == 1 and 0 not in first.strides:
                found[name] = self._alone(first, name, [node for *_, node in group])
            else:
                found[name] = from_array(first._storage.bytes)
                for _, tensor, node in group:
                    node.update(tensor=name, geometry=tensor.geometry, dtype=tensor.dtype.name)
        return found

    @staticmethod
    def _alone(tensor: Tensor, name: str, nodes: list) -> Tensor:
        """An entry for tensors that all look at their memory in one way."""
        facts = {"tensor": name}
        if not tensor.is_contiguous():
            facts["strides"] = tensor.strides
        if tensor.is_complex():
            facts["complex"] = True
            tensor = aten.view_as_real(tensor)
        for node in nodes:
            node.update(facts)
        return tensor


def _place(path: tuple) -> str:
    return "obj" + "".join(f"[{key!r}]" for key in path)


class _Reader:
    """Turns nodes back into objects."""

    def __init__(self, tensors: dict):
        self._tensors, self._placed = tensors, {}

    def value(self, node):
        """The object of a node. Raises KeyError or TypeError for a malformed one."""
        if not isinstance(node, dict):
            return node
        if "tensor" in node:
            return self._tensor(node)
        kind, content = next(iter(node.items()))
        if kind in ("dict", "ordered_dict", "state_dict"):
            return self._mapping(kind, content, node.get("metadata"))
        simple = {
            "float": float,
            "complex": lambda parts: complex(*map(self.value, parts)),
            "list": lambda parts: [self.value(p) for p in parts],
            "tuple": lambda parts: tuple([self.value(p) for p in parts]),
            "size": lambda parts: Size([self.value(p) for p in parts]),
            "dtype": dtypes.by_name,
            "device": devices.device,
        }
        return simple[kind](content)

    def _mapping(self, kind: str, items: list, metadata):
        from .nn.state import StateDict

        made = {"dict": dict, "ordered_dict": OrderedDict, "state_dict": StateDict}[kind]()
        for key, value in items:
            made[self.value(key)] = self.value(value)
        if metadata is not None:
            made._metadata = self.value(metadata)
        return made

    def _tensor(self, node: dict) -> Tensor:
        from .nn import Parameter

        tensor = self._viewed(node) if "geometry" in node else self._shared(node)
        if node.get("parameter"):
            return Parameter(tensor, bool(node.get("requires_grad")))
        return tensor.requires_grad_() if node.get("requires_grad") else tensor

    def _viewed(self, node: dict) -> Tensor:
        sizes, strides, offset = node["geometry"]
        geometry = Geometry(tuple(sizes), tuple(strides), int(offset))
        storage = self._tensors[node["tensor"]]._storage
        array = storage.array(geometry, dtypes.by_name(node["dtype"]).np)
        return make(array, storage, geometry.strides, geometry.offset)

    def _shared(self, node: dict) -> Tensor:
        """A tensor over the memory of an entry, which several nodes may name."""
        name = node["tensor"]
        if name not in self._placed:
            self._placed[name] = self._laid_out(self._tensors[name], node)
        return self._placed[name].detach()

    @staticmethod
    def _laid_out(tensor: Tensor, node: dict) -> Tensor:
        if node.get("complex"):
            tensor = aten.view_as_complex(tensor)
        strides = tuple(node.get("strides", contiguous_strides(tensor.sizes)))
        if strides == tensor.strides:
            return tensor
        with no_grad():
            return aten._clone_strided(tensor, strides)
