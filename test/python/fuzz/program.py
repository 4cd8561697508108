"""A program as data: a list of steps that prints as Python source, which is also what is run."""

from __future__ import annotations

import re
from typing import NamedTuple

from . import functions

_NAME = re.compile(r"\bx\d+\b")


class Step(NamedTuple):
    """One line: `makes` are the variables it binds, `text` the expression or statement, `mode` the
    grad mode it runs under ("no_grad", "enable_grad", "inference_mode") or None.
    """

    makes: tuple
    text: str
    mode: str | None = None

    @property
    def names(self) -> tuple:
        """The variables that the text mentions."""
        return tuple(_NAME.findall(self.text))

    def line(self) -> str:
        """The step as a line of Python, without its mode."""
        return f"{', '.join(self.makes)} = {self.text}" if self.makes else self.text

    def renamed(self, old: str, new: str) -> Step:
        """The same step on another variable."""
        return self._replace(text=re.sub(rf"\b{old}\b", new, self.text))


class Program(NamedTuple):
    """`setup` makes tensors, and a function of the `parameters` runs the `body`; it is called with the
    setup's variables `arguments` and returns the variables `returns`.
    """

    setup: tuple
    parameters: tuple
    arguments: tuple
    body: tuple
    returns: tuple

    def is_closed(self) -> bool:
        """Whether every variable is made before it is used."""
        made: set = set()
        for steps, given in ((self.setup, ()), (self.body, self.parameters)):
            made.update(given)
            for step in steps:
                if not made.issuperset(step.names):
                    return False
                made.update(step.makes)
        return made.issuperset((*self.arguments, *self.returns))

    def setup_source(self) -> str:
        """What makes the arguments."""
        return "\n".join(_lines(self.setup)) + "\n"

    def body_source(self) -> str:
        """The definition of the function `program`."""
        lines = _lines(self.body) or ["pass"]
        head = f"def program({', '.join(self.parameters)}):"
        returned = ", ".join(self.returns) + ("," if len(self.returns) == 1 else "")
        tail = [f"return {returned}"] if self.returns else []
        return "\n    ".join([head, *lines, *tail]) + "\n"

    def source(self) -> str:
        """The whole program, ready to be pasted."""
        return (
            "import torch  # or: import lamina as torch\n\n"
            f"{functions.sources(self.body_source())}{self.setup_source()}\n\n{self.body_source()}\n\n"
            f"outputs = program({', '.join(self.arguments)})\n"
        )


def _lines(steps) -> list:
    lines = []
    for step in steps:
        if step.mode is None:
            lines.append(step.line())
        else:
            lines.append(f"with torch.{step.mode}(): {step.line()}")
    return lines
