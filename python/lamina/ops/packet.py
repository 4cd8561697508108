"""All overloads of one operator under one name, and the namespaces that hold them."""

from __future__ import annotations

from ..errors import ArgumentError
from . import entry as entries
from .documentation import Described, describe_packet
from .entry import Op


class Packet:  # noqa: D101 (its documentation is an expression)
    __doc__ = Described(
        "All overloads of one operator. Calling it picks the overload that the arguments fit.\n\n"
        "`function` is what `lamina.<name>` is, with `out=`; `method` what `Tensor.<name>` is.",
        describe_packet,
    )

    def __init__(self, name: str, namespace: str):
        self.__name__ = name
        self.namespace = namespace
        self._overloads: dict[str, Op] = {}
        self._order: list[Op] = []
        # By the types of positional arguments: the overload, and the defaults of the others (None:
        # they must be bound).
        self._calls: dict[tuple, tuple[Op, tuple | None]] = {}
        self.function = _packet_function(self, takes_out=True)
        self.method = _packet_function(self, takes_out=False)

    def add(self, entry: Op) -> None:
        """Adds an overload. Raises ValueError when it is there already."""
        if entry.overload in self._overloads:
            raise ValueError(f"operator {entry.namespace}::{entry.name} is registered twice")
        self._overloads[entry.overload] = entry
        self._order.append(entry)
        self._calls.clear()
        entry.packet = self
        setattr(self, entry.overload, entry)

    def overloads(self) -> list[str]:
        """Names of the overloads, in the order they are tried."""
        return list(self._overloads)

    def entries(self) -> list[Op]:
        """The overloads, in the order they are tried."""
        return self._order

    def resolve(self, args: tuple, kwargs: dict) -> Op:
        """The first overload whose signature fits. Raises ArgumentError naming all of them."""
        if len(self._order) == 1:
            entry = self._order[0]
        else:
            entry = next((e for e in self._order if e.schema.matches(args, kwargs)), None)
            if entry is None:
                raise self._mismatch(args, kwargs)
        if not kwargs:
            key = tuple(map(type, args))
            if list not in key and tuple not in key:
                tail = None if entry.schema.lists_among(args) else entry.tails.get(len(args))
                self._calls[key] = entry, tail
        return entry

    def _mismatch(self, args: tuple, kwargs: dict) -> ArgumentError:
        got = [type(a).__name__ for a in args] + [
            f"{k}={type(v).__name__}" for k, v in kwargs.items()
        ]
        options = "".join(f"\n    {entry.schema}" for entry in self._order)
        return ArgumentError(
            f"no signature takes ({', '.join(got)}); expected one of{options}", op=self.__name__
        )

    def __call__(self, *args, **kwargs):
        """Calls the overload that the arguments fit. Raises ArgumentError if none does."""
        return self.function(*args, **kwargs)

    def __getattr__(self, name: str):
        raise AttributeError(f"operator {self.__name__!r} has no overload {name!r}")

    def __repr__(self) -> str:
        return f"<Packet {self.namespace}.{self.__name__}: {', '.join(self._overloads)}>"


def _packet_function(packet: Packet, takes_out: bool):
    resolve, calls = packet.resolve, packet._calls

    def slowly(args: tuple, kwargs: dict):
        try:
            entry = resolve(args, kwargs)
        except ArgumentError:
            found = entries.offer(public, args, kwargs)
            if found is NotImplemented:
                raise
            return found
        return entries.dispatch(entry, entry.prepare(args, kwargs))

    def method(*args, **kwargs):
        if not kwargs:
            known = calls.get(tuple(map(type, args)))
            if known is not None:
                entry, tail = known
                return entries.dispatch(
                    entry, entry.schema.bind(args, {}) if tail is None else args + tail
                )
        return slowly(args, kwargs)

    def function(*args, **kwargs):
        if kwargs and "out" in kwargs:
            from .out import call_with_out

            return call_with_out(method, args, kwargs)
        if not kwargs:
            known = calls.get(tuple(map(type, args)))
            if known is not None:
                entry, tail = known
                return entries.dispatch(
                    entry, entry.schema.bind(args, {}) if tail is None else args + tail
                )
        return slowly(args, kwargs)

    public = function if takes_out else method
    public.__name__ = public.__qualname__ = method.__name__ = packet.__name__
    public.packet = method.packet = packet
    return public
