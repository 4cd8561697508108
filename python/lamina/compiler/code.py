"""Functions written as text: what is the same at every call of a compiled program is decided once.

A `Code` collects lines and the objects that its text names, and becomes one flat function. The text
stands alone: whoever reads it sees what a call does, in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Code:
    """The text of one function of `parameters`, under construction."""

    def __init__(self, name: str, *parameters: str):
        self.name = name
        self._lines = [f"def {name}({', '.join(parameters)}):"]
        self._depth = 1
        self._scope: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """The function as source text."""
        return "\n".join(self._lines) + "\n"

    def add(self, *lines: str) -> None:
        """Appends lines at the present depth."""
        self._lines += [self._depth * "    " + line for line in lines]

    def comment(self, text: str) -> None:
        """Says what follows."""
        self.add(f"# {text}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is added inside of the with block stands below `head`, a statement with a colon."""
        self.add(head)
        self._depth += 1
        yield
        self._depth -= 1

    def ref(self, value: Any, hint: str) -> str:
        """A name for an object in the text: `hint`, or with a number when another object has it."""
        hint = re.sub(r"\W", "_", hint)
        name, number = hint, 1
        while name in self._scope and self._scope[name] is not value:
            number += 1
            name = f"{hint}_{number}"
        self._scope[name] = value
        return name

    def compile(self) -> Callable:
        """The function."""
        scope = dict(self._scope)
        exec(compile(self.text, f"<lamina {self.name}>", "exec"), scope)
        return scope[self.name]


def tuple_of(parts: list[str]) -> str:
    """The text of a tuple of these expressions."""
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
