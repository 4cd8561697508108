"""Anomaly mode: every node remembers the user's lines that made it, and gradients are searched
for NaN.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings

from ..errors import AutogradError

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_TRACE, _PARENT = "traceback_", "parent_"


class _Setting:
    """Whether the mode is on, and whether it looks for NaN; one for all threads."""

    enabled = False
    check_nan = True


setting = _Setting()


class set_detect_anomaly:
    """Turns anomaly mode on or off at once; as a with block, until its end."""

    def __init__(self, mode: bool, check_nan: bool = True):
        self._before = (setting.enabled, setting.check_nan)
        setting.enabled, setting.check_nan = bool(mode), bool(check_nan)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *exception) -> None:
        setting.enabled, setting.check_nan = self._before


class detect_anomaly:
    """A with block in which backward names the forward lines of a node that fails or returns NaN.

    With `check_nan`, a NaN among the gradients that a node returns is an AutogradError. Slow; for
    debugging.
    """

    def __init__(self, check_nan: bool = True):
        self._check_nan = check_nan
        self._setting: list[set_detect_anomaly] = []
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should "
            "only be enabled for "
            "debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self._setting.append(set_detect_anomaly(True, self._check_nan))

    def __exit__(self, *exception) -> None:
        self._setting.pop().__exit__(*exception)


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    return setting.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode looks for NaN."""
    return setting.check_nan


def remember(node, parent) -> None:
    """Stores on a new node where the user's code made it, and which node was running backward
    then.
    """
    stack = traceback.extract_stack(sys._getframe(1))
    lines = [f for f in stack if not f.filename.startswith(_PACKAGE)]
    node.metadata[_TRACE] = traceback.format_list(lines)
    if parent is not None:
        node.metadata[_PARENT] = parent


def report(node) -> None:
    """Warns with the forward lines of a node, and of the nodes in whose backward it was made."""
    if _TRACE not in node.metadata:
        text = (
            f"Error detected in {node.name()}. No forward pass information is available: turn "
            "anomaly mode on "
            "during the forward pass as well."
        )
    else:
        text = (
            f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n"
            + "".join(node.metadata[_TRACE])
        )
    parent = node.metadata.get(_PARENT)
    while parent is not None:
        text += (
            f"\nThat was made in the backward of {parent.name()}. Its own forward call:\n"
            + "".join(parent.metadata.get(_TRACE, ["  (not recorded)\n"]))
        )
        parent = parent.metadata.get(_PARENT)
    warnings.warn(text, stacklevel=2)


def check(node, grads: list) -> None:
    """Raises AutogradError when a gradient that `node` returned has a NaN."""
    if not setting.check_nan:
        return
    for i, grad in enumerate(grads):
        if grad is not None and bool((grad != grad).any()):
            raise AutogradError(
                f"Function '{node.name()}' returned nan values in its {i}th output.", op=node.name()
            )
