"""Sources: how a compiled function finds, at a later call, a value that it found while it was
traced.

A source is a Python expression over names that are bound to fixed objects: `leaves[0]`,
`o1.__dict__['scale']`, `o2._parameters['weight']`. Guards and the argument list of a compiled
function are generated from them.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Source(NamedTuple):
    """`code` is evaluated; `text` is how the user would say it."""

    code: str
    text: str

    def attribute(self, name: str) -> Source:
        """An attribute, looked up the ordinary way."""
        return Source(f"{self.code}.{name}", f"{self.text}.{name}")

    def entry(self, name: str) -> Source:
        """An attribute held in the instance's own dictionary."""
        return Source(f"{self.code}.__dict__[{name!r}]", f"{self.text}.{name}")

    def member(self, table: str, name: str) -> Source:
        """A parameter, buffer or child of a module."""
        return Source(f"{self.code}.__dict__[{table!r}][{name!r}]", f"{self.text}.{name}")

    def item(self, key: Any, code: str | None = None) -> Source:
        """An element; `code` names the key when it has no literal."""
        shown = repr(key) if code is None else "..."
        return Source(f"{self.code}[{code or repr(key)}]", f"{self.text}[{shown}]")


class Names:
    """Names for fixed objects, to be the globals of generated code."""

    def __init__(self):
        self.bound: dict[str, Any] = {}
        self._of: dict[int, str] = {}

    def name(self, value: Any) -> str:
        """The name that is bound to this very object."""
        found = self._of.get(id(value))
        if found is None:
            found = self._of[id(value)] = f"o{len(self.bound)}"
            self.bound[found] = value
        return found

    def root(self, value: Any, text: str) -> Source:
        """The source of a fixed object."""
        return Source(self.name(value), text)
