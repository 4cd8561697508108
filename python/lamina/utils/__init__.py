"""Utilities under the names programs import them by."""

from . import checkpoint, dlpack  # noqa: F401
