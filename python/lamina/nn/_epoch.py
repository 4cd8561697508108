"""The module epoch: one number that changes whenever any module may behave differently.

Registering, rebinding or deleting a parameter, buffer, submodule, hook or plain attribute of any
module moves it, and so does `train`/`eval`. Whoever has remembered what it read from modules (the
guards of a compiled function) compares two integers on the common path and looks again only when
they differ.

What does not move it: writes into tensors (they are data, and a compiled program reads them as
inputs), and changes inside a plain attribute, such as appending to a list.
"""

from itertools import count

# Every value is handed out once, so that two threads which race cannot leave an old value behind.
_ticks = count(1)
_current = 0


def module_epoch() -> int:
    """The current epoch. Equal values mean that no module was changed in between."""
    return _current


def advance() -> None:
    """Records that some module changed."""
    global _current
    _current = next(_ticks)


class Registry(dict):
    """A dictionary, in insertion order, whose every change advances the epoch."""

    __slots__ = ()

    def _changing(method):
        def change(self, *args, **kwargs):
            advance()
            return method(self, *args, **kwargs)

        change.__name__ = change.__qualname__ = method.__name__
        change.__doc__ = method.__doc__
        return change

    __setitem__ = _changing(dict.__setitem__)
    __delitem__ = _changing(dict.__delitem__)
    pop = _changing(dict.pop)
    popitem = _changing(dict.popitem)
    clear = _changing(dict.clear)
    update = _changing(dict.update)
    setdefault = _changing(dict.setdefault)
    del _changing

    def __ior__(self, other):
        self.update(other)
        return self

    def __reduce__(self):
        return (type(self), (), None, None, iter(self.items()))
