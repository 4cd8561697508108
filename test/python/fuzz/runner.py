"""Checks programs of given seeds with two executors."""

from __future__ import annotations

import collections
import re
from typing import NamedTuple

from .compare import differences
from .execute import Executor, Refused, compiled_executor, eager_executor, torch_executor
from .generate import generate
from .minimize import minimized
from .program import Program


class Finding(NamedTuple):
    """A program on which the executors differ, and how."""

    seed: int
    program: Program
    differences: tuple

    def report(self) -> str:
        """The program as source, with the differences."""
        lines = [f"# {line[:300]}" for line in self.differences]
        return f"\n# seed {self.seed}\n{self.program.source()}\n" + "\n".join(lines)


class Runner:
    """wanted, found: the executors. guide: the library that the generator follows. aliasing: whether
    most arguments share memory.
    """

    def __init__(
        self, wanted: Executor, found: Executor, guide, aliasing: bool = False, **comparison
    ):
        self.wanted, self.found, self.guide = wanted, found, guide
        self.aliasing = aliasing
        self.comparison = comparison
        self.counts = collections.Counter()
        self.refusals = collections.Counter()

    def program(self, seed: int) -> Program:
        """The program of a seed."""
        return generate(seed, self.guide, self.aliasing)

    def check(self, seed: int) -> Finding | None:
        """The finding of a seed, None when the executors agree or one refuses."""
        program = self.program(seed)
        try:
            found = self.differences(program)
        except Refused as refusal:
            self.counts["refused"] += 1
            self.refusals[_reason(str(refusal))] += 1
            return None
        self.counts["differ" if found else "agree"] += 1
        return Finding(seed, program, tuple(found)) if found else None

    def differences(self, program: Program) -> list[str]:
        """How the executors differ on a program."""
        (wanted,) = self.wanted.run(program)
        for found in self.found.run(program):
            report = differences(wanted, found, **self.comparison)
            if report:
                return report
        return []

    def minimize(self, finding: Finding) -> Finding:
        """A finding of the same kind with a smaller program."""
        program = minimized(finding.program, self._still_differs(finding))
        return finding._replace(program=program, differences=tuple(self.differences(program)))

    def _still_differs(self, finding: Finding):
        kind = _kind(finding.differences)

        def differs(program: Program) -> bool:
            try:
                found = self.differences(program)
            except Exception:
                return False
            return bool(found) and _kind(found) == kind

        return differs

    def summary(self) -> str:
        """The counts of agreement, difference and refusal."""
        return ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))

    def reasons(self) -> str:
        """Why programs were refused and how often, most often first."""
        return "\n".join(f"{count:5d} {why}" for why, count in self.refusals.most_common())


def _reason(message: str) -> str:
    """A refusal without what is particular to one program: names, numbers and the line."""
    first = message.splitlines()[0]
    first = re.sub(r"(args|kwargs)(\[[^]]*\])+(, | and )?", "", first)
    return re.sub(r"\[[\d, ]*\]|\b\d+\b", "_", first).strip(" :")


def _kind(found) -> bool:
    """Errors stay errors while a program is made smaller."""
    return found[0].startswith("raised")


def eager_runner(aliasing: bool = False) -> Runner:
    """Eager lamina against torch."""
    import torch

    return Runner(torch_executor(), eager_executor(), torch, aliasing)


def compiled_runner(backend: str, aliasing: bool = False) -> Runner:
    """Compiled against eager lamina, but for second derivatives, which compiled code does not have, and
    for integers divided by zero, which it does not see.
    """
    import lamina
    from lamina.errors import ZeroDivisionError_

    return Runner(
        eager_executor((ZeroDivisionError_,)),
        compiled_executor(backend),
        lamina,
        aliasing,
        lines=False,
        exact_versions=False,
        second=False,
    )
