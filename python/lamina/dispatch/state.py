"""What the layers of a call depend on, per thread: modes, levels, the tracer.

`layered` is the one flag the fast path reads: true while anything but plain kernels (and autograd,
which the operands themselves announce) may have a say in a call.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager


class State(threading.local):
    """Thread-local dispatch state; the class attributes are a new thread's defaults."""

    grad_enabled = True
    inference = False
    tracer = None
    autocast = None
    below_autograd = False
    function_modes = ()
    dispatch_modes = ()
    transforms = ()
    function_disabled = 0
    function_all_disabled = False
    saved_hooks = ()
    saved_hooks_disabled = None
    backward_tasks = ()
    layered = False

    def set(self, **changes) -> dict:
        """Sets fields and returns their previous values, to be given to `set` again."""
        before = {name: getattr(self, name) for name in changes}
        for name, value in changes.items():
            setattr(self, name, value)
        self.layered = bool(
            self.tracer is not None
            or self.autocast is not None
            or self.function_modes
            or self.dispatch_modes
            or self.transforms
            or self.below_autograd
            or self.inference
        )
        return before

    @contextmanager
    def override(self, **changes):
        """Sets fields for the duration of a with block."""
        before = self.set(**changes)
        try:
            yield
        finally:
            self.set(**before)


state = State()
