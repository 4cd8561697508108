"""Python state as it was before a program ran, to be put back when the program turns out not to be
capturable.
"""

from __future__ import annotations

import types
from typing import Any

_MISSING = object()


class Snapshot:
    """Shallow copies of lists, sets, dictionaries and closure cells, each taken when it was first
    looked at.
    """

    def __init__(self):
        self._taken: dict[int, tuple[Any, Any]] = {}

    def take(self, container: Any) -> None:
        """Remembers the content of `container`; only the first call for it counts."""
        if id(container) in self._taken or isinstance(container, frozenset):
            return
        if isinstance(container, types.CellType):
            content = container.cell_contents
        else:
            kind = next(kind for kind in (list, set, dict) if isinstance(container, kind))
            content = kind(container)
        self._taken[id(container)] = (container, content)

    def restore(self) -> None:
        """Puts back whatever differs."""
        for container, content in self._taken.values():
            if isinstance(container, types.CellType):
                container.cell_contents = content
            elif isinstance(container, list):
                if len(container) != len(content) or any(
                    a is not b for a, b in zip(container, content, strict=True)
                ):
                    container[:] = content
            elif isinstance(container, set):
                container.clear()
                container.update(content)
            else:
                _restore_mapping(container, content)


def _restore_mapping(container: dict, content: dict) -> None:
    # Methods of dict itself: a subclass may do more than store.
    for key in [k for k in container if k not in content]:
        dict.__delitem__(container, key)
    for key, value in content.items():
        if dict.get(container, key, _MISSING) is not value:
            dict.__setitem__(container, key, value)
