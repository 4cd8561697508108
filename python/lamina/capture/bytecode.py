"""What a code object reads from outside of itself, found in its bytecode.

`self.scale * SCALES["x"]` reads the chain `self` -> attribute `scale` and the chain global `SCALES`
-> item "x".
"""

from __future__ import annotations

import dis
import functools
from types import CodeType
from typing import NamedTuple

ATTRIBUTE, ITEM = "attribute", "item"
_GLOBALS = ("LOAD_GLOBAL", "LOAD_NAME")
_CELLS = ("LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF")
_LOCALS = ("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW")
_PAIRS = ("LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW")
_LOAD_ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD")
_SKIPPED = ("CACHE", "PRECALL", "EXTENDED_ARG", "PUSH_NULL", "NOT_TAKEN")


class Chain(NamedTuple):
    """A variable, where it lives ("global", "cell", "local"), and the attributes and constant items
    taken of it.
    """

    place: str
    name: str
    steps: tuple[tuple[str, object], ...]


class Reads(NamedTuple):
    """The chains a code object reads, those it rebinds, and every attribute name it loads."""

    chains: tuple[Chain, ...]
    stores: tuple[Chain, ...]
    attributes: frozenset[str]


@functools.lru_cache(maxsize=4096)
def reads(code: CodeType) -> Reads:
    """What `code` reads and rebinds; functions nested in it are not included, they are code objects
    of their own.
    """
    instructions = [i for i in dis.get_instructions(code) if i.opname not in _SKIPPED]
    outer = set(code.co_freevars)
    parameters = set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    chains = dict.fromkeys(
        Chain(place, name, _steps(instructions, at + 1))
        for at, instruction in enumerate(instructions)
        for place, name in _variable(instruction, outer, parameters)
    )
    stores = dict.fromkeys(
        filter(
            None, (_store(instructions, at, outer, parameters) for at in range(len(instructions)))
        )
    )
    loaded = frozenset(i.argval for i in instructions if i.opname in _LOAD_ATTRIBUTE)
    return Reads(tuple(chains), tuple(stores), loaded)


def _store(instructions: list, at: int, outer: set, parameters: set) -> Chain | None:
    """The global, outer variable or attribute that an instruction rebinds or deletes."""
    instruction = instructions[at]
    if instruction.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
        return Chain("global", instruction.argval, ())
    if instruction.opname in ("STORE_DEREF", "DELETE_DEREF") and instruction.argval in outer:
        return Chain("cell", instruction.argval, ())
    if instruction.opname in ("STORE_ATTR", "DELETE_ATTR") and at:
        *_, owner = _variable(instructions[at - 1], outer, parameters) or (None,)
        return owner and Chain(*owner, ((ATTRIBUTE, instruction.argval),))
    return None


def _variable(instruction: dis.Instruction, outer: set, parameters: set):
    """The outside variables that an instruction loads, the last of them on top of the stack."""
    name, value = instruction.opname, instruction.argval
    if name in _GLOBALS:
        return (("global", value),)
    if name in _CELLS:
        return (
            (("cell", value),)
            if value in outer
            else (("local", value),)
            if value in parameters
            else ()
        )
    if name == "LOAD_CLOSURE" or name in _LOCALS:
        # A function made here may read what only passes through as a cell.
        return (
            (("cell", value),)
            if value in outer
            else (("local", value),)
            if value in parameters
            else ()
        )
    if name in _PAIRS:
        return tuple(("local", v) for v in value if v in parameters)
    return ()


def _steps(instructions: list, at: int) -> tuple:
    """The attributes and constant items taken of what is on top of the stack before instruction
    `at`.
    """
    steps = []
    while at < len(instructions):
        instruction = instructions[at]
        if instruction.opname in _LOAD_ATTRIBUTE:
            steps.append((ATTRIBUTE, instruction.argval))
            at += 1
        elif instruction.opname == "LOAD_CONST" and _subscripts(instructions, at + 1):
            steps.append((ITEM, instruction.argval))
            at += 2
        else:
            break
    return tuple(steps)


def _subscripts(instructions: list, at: int) -> bool:
    if at >= len(instructions):
        return False
    following = instructions[at]
    return following.opname == "BINARY_SUBSCR" or (
        following.opname == "BINARY_OP" and following.argrepr == "[]"
    )
