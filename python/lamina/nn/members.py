"""What a module keeps under names: parameters, buffers and submodules, in the order they came.

Registration by assignment, and the ways through the tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..tensor import Tensor
from ._epoch import advance
from .parameter import Buffer, Parameter

TABLES = ("_parameters", "_buffers", "_modules")


class Members:
    """What of Module concerns names. Every member of a module that is itself one is a Module."""

    # Registration

    def __setattr__(self, name: str, value) -> None:
        table = self._table_for(name, value)
        if table is None:
            advance()
            object.__setattr__(self, name, value)
            return
        if isinstance(value, Parameter):
            self.register_parameter(name, value)
        elif table == "_modules":
            self.add_module(name, value)
        elif isinstance(value, Buffer):
            self.register_buffer(name, value, value.persistent)
        else:
            self._buffers[name] = value

    def _table_for(self, name: str, value) -> str | None:
        """The table that `self.name = value` goes to; None for a plain attribute."""
        fields = self.__dict__
        for kind, table in (
            (Parameter, "_parameters"),
            (Members, "_modules"),
            (Buffer, "_buffers"),
        ):
            if isinstance(value, kind):
                if table not in fields:
                    raise AttributeError(
                        f"{type(self).__name__}: call super().__init__() before assigning {name!r}"
                    )
                self._drop(name, keep=table)
                return table
        for table, kind in (
            ("_parameters", Parameter),
            ("_modules", Members),
            ("_buffers", Tensor),
        ):
            if name in fields.get(table, ()):
                if value is not None and not isinstance(value, kind):
                    raise TypeError(
                        f"cannot assign a {type(value).__name__} to {name!r} of "
                        f"{type(self).__name__}: it is registered as a {kind.__name__} (or None)"
                    )
                return table
        return None

    def _drop(self, name: str, keep: str) -> None:
        self.__dict__.pop(name, None)
        self._non_persistent_buffers_set.discard(name)
        for table in TABLES:
            if table != keep and name in self.__dict__[table]:
                del self.__dict__[table][name]

    def __getattr__(self, name: str):
        # Only reached when the usual lookup fails, so plain attributes cost nothing extra.
        fields = self.__dict__
        for table in TABLES:
            found = fields.get(table)
            if found is not None and name in found:
                return found[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        for table in TABLES:
            if name in self.__dict__[table]:
                del self.__dict__[table][name]
                self._non_persistent_buffers_set.discard(name)
                return
        advance()
        object.__delattr__(self, name)

    def __dir__(self):
        return sorted({*object.__dir__(self), *self._parameters, *self._buffers, *self._modules})

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Adds a parameter. Raises TypeError unless it is a leaf Parameter or None, KeyError for a
        bad name.
        """
        self._check_name("parameter", name, "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"parameter {name!r} must be an nn.Parameter or None, got {type(param).__name__}"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"parameter {name!r} must be a leaf of the autograd graph; it was computed by "
                f"{type(param.grad_fn).__name__}"
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a tensor that is state but no parameter; only a persistent one is part of
        `state_dict`.
        """
        self._check_name("buffer", name, "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"buffer {name!r} must be a Tensor or None, got {type(tensor).__name__}"
            )
        self._buffers[name] = tensor
        update = (
            self._non_persistent_buffers_set.discard
            if persistent
            else self._non_persistent_buffers_set.add
        )
        update(name)

    def add_module(self, name: str, module: Members | None) -> None:
        """Adds a submodule. Raises TypeError unless it is a Members or None, KeyError for a bad
        name.
        """
        self._check_name("module", name, "_modules")
        if module is not None and not isinstance(module, Members):
            raise TypeError(
                f"module {name!r} must be an nn.Module or None, got {type(module).__name__}"
            )
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, kind: str, name: str, table: str) -> None:
        if table not in self.__dict__:
            raise AttributeError(
                f"{type(self).__name__}: call super().__init__() before registering a {kind}"
            )
        if not isinstance(name, str):
            raise TypeError(f"the name of a {kind} must be a string, got {type(name).__name__}")
        if "." in name or not name:
            raise KeyError(f"the name of a {kind} must not be empty or contain a dot, got {name!r}")
        if name not in self.__dict__[table] and hasattr(self, name):
            raise KeyError(f"{type(self).__name__} already has an attribute {name!r}")

    # Traversal

    def named_modules(
        self, memo: set | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Members]]:
        """Pairs of dotted name and module: this one first, then all below it, depth first."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(
                    memo, f"{prefix}.{name}" if prefix else name, remove_duplicate
                )

    def _named_members(self, table: str, prefix: str, recurse: bool, remove_duplicate: bool):
        seen = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, member in module.__dict__[table].items():
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield f"{path}.{name}" if path else name, member

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Pairs of dotted name and parameter, in order of registration; a shared one
        appears once.
        """
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Pairs of dotted name and buffer, in order of registration; a shared one appears once."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def named_children(self) -> Iterator[tuple[str, Members]]:
        """Pairs of name and direct submodule; a shared one appears once."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and, with `recurse`, of all below it."""
        return (param for _, param in self.named_parameters(recurse=recurse))

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and, with `recurse`, of all below it."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def children(self) -> Iterator[Members]:
        """The direct submodules."""
        return (child for _, child in self.named_children())

    def modules(self, remove_duplicate: bool = True) -> Iterator[Members]:
        """This module and all below it, a shared one once unless `remove_duplicate` is off."""
        return (m for _, m in self.named_modules(remove_duplicate=remove_duplicate))

    def get_submodule(self, target: str) -> Members:
        """The module at a dotted path. Raises AttributeError where the path ends."""
        found = self
        for name in target.split(".") if target else ():
            found = getattr(found, name)
            if not isinstance(found, Members):
                raise AttributeError(
                    f"{name!r} in {target!r} is a {type(found).__name__}, not a Module"
                )
        return found

    def set_submodule(self, target: str, module: Members, strict: bool = False) -> None:
        """Puts a module at a dotted path; with strict only in the place of another.

        Raises ValueError for an empty path or what is no module, AttributeError where the path
        ends.
        """
        if not target or not all(target.split(".")):
            raise ValueError(f"a submodule cannot be set at {target!r}")
        if not isinstance(module, Members):
            raise ValueError(f"{target!r} must be an nn.Module, got {type(module).__name__}")
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if strict and name not in owner._modules:
            raise AttributeError(f"{type(owner).__name__} has no submodule {name!r}")
        setattr(owner, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path. Raises AttributeError where there is none."""
        return self._get_member(target, "_parameters")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path. Raises AttributeError where there is none."""
        return self._get_member(target, "_buffers")

    def _get_member(self, target: str, table: str):
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if name not in owner.__dict__[table]:
            raise AttributeError(f"{type(owner).__name__} has no {table[1:-1]} {name!r}")
        return owner.__dict__[table][name]
