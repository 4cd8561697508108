"""Utilities under the names programs import them by."""

from . import dlpack  # noqa: F401
