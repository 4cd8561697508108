"""Modules that hold others in a sequence or a mapping, and lists and mappings of parameters."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from operator import index as as_index

from ...tensor import Tensor
from .._epoch import Registry, advance
from ..module import Module
from ..parameter import Parameter


def _position(index: int, length: int) -> int:
    position = as_index(index)
    if not -length <= position < length:
        raise IndexError(f"index {index} is out of range for {length} entries")
    return position % length


class _Numbered(Module):
    """Submodules under the names "0", "1", ..."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._of(list(self._modules.items())[index])
        return list(self._modules.values())[_position(index, len(self))]

    def __setitem__(self, index: int, module: Module) -> None:
        name = list(self._modules)[_position(index, len(self))]
        setattr(self, name, module)

    def __delitem__(self, index) -> None:
        names = list(self._modules)
        numbered = names == [str(i) for i in range(len(names))]
        for name in (
            names[index] if isinstance(index, slice) else [names[_position(index, len(self))]]
        ):
            del self._modules[name]
        if numbered:
            self._renumber(list(self._modules.values()))

    def _renumber(self, modules: list) -> None:
        self.__dict__["_modules"] = Registry((str(i), module) for i, module in enumerate(modules))
        advance()

    def append(self, module: Module):
        """Adds a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]):
        """Adds modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module):
        """Puts a module before position `index`."""
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def pop(self, index: int = -1) -> Module:
        """Takes a module out and returns it."""
        module = self[index]
        del self[index]
        return module


class Sequential(_Numbered):
    """Calls its modules in order, each on the result of the one before.

    Sequential(*modules) names them "0", "1", ...; Sequential(OrderedDict) by its keys.
    """

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            self.extend(args)

    def _of(self, items: list) -> Sequential:
        return type(self)(OrderedDict(items))

    def forward(self, input):
        """The last module's result."""
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(_Numbered):
    """A list of modules. It has no forward of its own."""

    def __init__(self, modules: Iterable[Module] = ()):
        super().__init__()
        self.extend(modules)

    def _of(self, items: list) -> ModuleList:
        return type(self)(module for _, module in items)

    def __iadd__(self, modules: Iterable[Module]) -> ModuleList:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return type(self)([*self, *other])

    def __repr__(self) -> str:
        """Neighbours that look the same share a line."""
        if not len(self):
            return f"{self._get_name()}()"
        lines, start = [], 0
        for text, group in itertools.groupby(repr(module) for module in self):
            count = len(list(group))
            head = f"({start}): " if count == 1 else f"({start}-{start + count - 1}): {count} x "
            lines.append("  " + (head + text).replace("\n", "\n  "))
            start += count
        return "\n".join([f"{self._get_name()}(", *lines, ")"])


class ModuleDict(Module):
    """A mapping from names to modules. It has no forward of its own."""

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] = ()):
        super().__init__()
        self.update(modules)

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self):
        """The names."""
        return self._modules.keys()

    def values(self):
        """The modules."""
        return self._modules.values()

    def items(self):
        """Pairs of name and module."""
        return self._modules.items()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Adds or replaces modules."""
        for name, module in dict(modules).items():
            self[name] = module

    def pop(self, key: str) -> Module:
        """Takes a module out and returns it."""
        return self._modules.pop(key)

    def clear(self) -> None:
        """Takes all modules out."""
        self._modules.clear()


class ParameterList(Module):
    """A list of parameters under the names "0", "1", ...; tensors become Parameters."""

    def __init__(self, values: Iterable[Tensor] = ()):
        super().__init__()
        self.extend(values)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())

    def __getitem__(self, index):
        values = list(self._parameters.values())
        if isinstance(index, slice):
            return type(self)(values[index])
        return values[_position(index, len(values))]

    def __setitem__(self, index: int, value: Tensor) -> None:
        self.register_parameter(str(_position(index, len(self))), _as_parameter(value))

    def append(self, value: Tensor) -> ParameterList:
        """Adds a parameter at the end."""
        self.register_parameter(str(len(self)), _as_parameter(value))
        return self

    def extend(self, values: Iterable[Tensor]) -> ParameterList:
        """Adds parameters at the end."""
        for value in values:
            self.append(value)
        return self

    def extra_repr(self) -> str:
        """One line a parameter."""
        return "\n".join(_described(name, param) for name, param in self._parameters.items())


class ParameterDict(Module):
    """A mapping from names to parameters; tensors become Parameters."""

    def __init__(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] = ()):
        super().__init__()
        self.update(parameters)

    def __getitem__(self, key: str) -> Parameter:
        return self._parameters[key]

    def __setitem__(self, key: str, value: Tensor) -> None:
        self.register_parameter(key, _as_parameter(value))

    def __delitem__(self, key: str) -> None:
        del self._parameters[key]

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __contains__(self, key: str) -> bool:
        return key in self._parameters

    def keys(self):
        """The names."""
        return self._parameters.keys()

    def values(self):
        """The parameters."""
        return self._parameters.values()

    def items(self):
        """Pairs of name and parameter."""
        return self._parameters.items()

    def get(self, key: str, default=None):
        """The parameter of that name, or the default."""
        return self._parameters.get(key, default)

    def setdefault(self, key: str, default: Tensor | None = None) -> Parameter:
        """The parameter of that name, which is the default from now on if there was none."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str) -> Parameter:
        """Takes a parameter out and returns it."""
        return self._parameters.pop(key)

    def popitem(self) -> tuple[str, Parameter]:
        """Takes the last parameter out and returns it with its name."""
        return self._parameters.popitem()

    def clear(self) -> None:
        """Takes all parameters out."""
        self._parameters.clear()

    def copy(self) -> ParameterDict:
        """Another mapping of the same parameters."""
        return type(self)(self.items())

    def update(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]]) -> None:
        """Adds or replaces parameters."""
        for name, value in dict(parameters).items():
            self[name] = value

    def extra_repr(self) -> str:
        """One line a parameter."""
        return "\n".join(_described(name, param) for name, param in self._parameters.items())


def _as_parameter(value: Tensor) -> Parameter:
    return value if isinstance(value, Parameter) else Parameter(value)


def _described(name, parameter) -> str:
    size = "x".join(map(str, parameter.shape))
    return f"  ({name}): Parameter containing: [{parameter.dtype} of size {size}]"
