"""Utilities under the names programs import them by."""
