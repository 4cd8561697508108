"""Grad modes: `no_grad`, `enable_grad`, `set_grad_enabled`, `inference_mode`."""

from __future__ import annotations

import functools
import inspect

from ..dispatch.state import state


class Mode:
    """A change of dispatch state, usable as a with block or as a decorator of functions and
    generators.
    """

    def __init__(self):
        self._before: list[dict] = []

    def _changes(self) -> dict:
        raise NotImplementedError

    def clone(self) -> Mode:
        """A fresh mode for one call of a decorated function."""
        return type(self)()

    def __enter__(self):
        self._before.append(state.set(**self._changes()))
        return None

    def __exit__(self, *exception) -> None:
        state.set(**self._before.pop())

    def __call__(self, fn):
        """`fn`, a function or a generator function, to run in this mode."""
        if inspect.isgeneratorfunction(fn):
            return self._wrap_generator(fn)

        @functools.wraps(fn)
        def wrapped(*args, **kwargs):
            with self.clone():
                return fn(*args, **kwargs)

        return wrapped

    def _wrap_generator(self, fn):
        """The mode is on while the generator runs, and off while it waits."""

        @functools.wraps(fn)
        def wrapped(*args, **kwargs):
            generator = fn(*args, **kwargs)
            resume = functools.partial(next, generator)
            try:
                while True:
                    with self.clone():
                        value = resume()
                    try:
                        sent = yield value
                    except GeneratorExit:
                        raise
                    except BaseException as thrown:
                        resume = functools.partial(generator.throw, thrown)
                    else:
                        resume = functools.partial(generator.send, sent)
            except StopIteration as stop:
                return stop.value
            finally:
                with self.clone():
                    generator.close()

        return wrapped


class _Plain(Mode):
    """A mode without parameters: `@no_grad` works like `@no_grad()`."""

    def __new__(cls, fn=None):
        mode = super().__new__(cls)
        if fn is None:
            return mode
        mode.__init__()
        return mode(fn)

    def __init__(self, fn=None):
        super().__init__()


class no_grad(_Plain):
    """Operators record nothing; results do not require grad."""

    def _changes(self) -> dict:
        return {"grad_enabled": False}


class enable_grad(_Plain):
    """Operators record again, inside a `no_grad` region."""

    def _changes(self) -> dict:
        return {"grad_enabled": True}


class set_grad_enabled(Mode):
    """Turns recording on or off at once; as a with block, until its end."""

    def __init__(self, mode: bool):
        super().__init__()
        if not isinstance(mode, bool):
            raise TypeError(f"set_grad_enabled takes a bool, got {type(mode).__name__}")
        self.mode = mode
        self._before.append(state.set(grad_enabled=mode))
        self._entered = False

    def _changes(self) -> dict:
        return {"grad_enabled": self.mode}

    def clone(self):
        """A fresh mode for one call of a decorated function."""
        return set_grad_enabled(self.mode)

    def __enter__(self):
        if not self._entered:
            self._entered = True
            return None
        return super().__enter__()

    def __call__(self, fn):
        """`fn` to run in this mode; the mode set by making this object is taken back."""
        state.set(**self._before.pop())
        return super().__call__(fn)


class inference_mode(Mode):
    """No recording and no version counters: cheaper than `no_grad`, but results cannot enter
    autograd later.
    """

    def __new__(cls, mode=True):
        """The mode, or with a function for `mode` that function decorated."""
        made = super().__new__(cls)
        if isinstance(mode, bool):
            return made
        made.__init__()
        return made(mode)

    def __init__(self, mode: bool = True):
        super().__init__()
        self.mode = mode

    def _changes(self) -> dict:
        return {"inference": self.mode, "grad_enabled": not self.mode}

    def clone(self):
        """A fresh mode for one call of a decorated function."""
        return inference_mode(self.mode)


def is_grad_enabled() -> bool:
    """Whether operators record."""
    return state.grad_enabled


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on."""
    return state.inference
