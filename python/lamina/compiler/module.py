"""A compiled nn.Module: a module itself, so that whatever takes modules takes it."""

from __future__ import annotations

from ..nn import Module
from .explain import Explanation
from .lowered import Lowered


class CompiledModule(Module):
    """Calls go to the compiled program of the module it wraps; everything else is that module's
    own.

    The wrapped module is the child `_orig_mod`, whose parameters are shared, not copied.
    """

    def __init__(self, module: Module, compiled):
        super().__init__()
        self._orig_mod = module
        object.__setattr__(self, "_compiled", compiled)

    def __call__(self, *args, **kwargs):
        """The compiled call."""
        return self._compiled(*args, **kwargs)

    def forward(self, *args, **kwargs):
        """The compiled call."""
        return self._compiled(*args, **kwargs)

    def lower(self, *args, **kwargs) -> Lowered:
        """See `Compiled.lower`."""
        return self._compiled.lower(*args, **kwargs)

    def explain(self, *args, **kwargs) -> Explanation:
        """See `Compiled.explain`."""
        return self._compiled.explain(*args, **kwargs)

    def __getattr__(self, name: str):
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name == "_orig_mod":
                raise
            return getattr(self._orig_mod, name)
