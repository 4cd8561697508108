"""Makes a failing program small: fewer steps, fewer variables, plainer text, as long as it fails."""

from __future__ import annotations

import re

from .program import Program


def minimized(program: Program, fails) -> Program:
    """The smallest program that greedy removal reaches. fails: whether a program still shows the fault."""
    while True:
        smaller = next((p for p in _smaller(program) if p.is_closed() and fails(p)), None)
        if smaller is None:
            return program
        program = smaller


def _smaller(program: Program):
    """Programs one change simpler, the largest cuts first."""
    for i in reversed(range(len(program.body))):
        yield from _without_step(program, i)
    for i, name in reversed(list(enumerate(program.parameters))):
        if name not in program.returns and not any(name in step.names for step in program.body):
            yield _without(program, parameters=i, arguments=i)
    for i in reversed(range(len(program.setup))):
        yield program._replace(setup=_dropped(program.setup, i))
    for i in reversed(range(len(program.returns))):
        yield program._replace(returns=_dropped(program.returns, i))
    for part in ("body", "setup"):
        yield from _plainer(program, part)


def _without(program: Program, **dropped) -> Program:
    return program._replace(
        **{part: _dropped(getattr(program, part), i) for part, i in dropped.items()}
    )


def _dropped(items: tuple, i: int) -> tuple:
    return items[:i] + items[i + 1 :]


def _without_step(program: Program, i: int):
    step = program.body[i]
    body = _dropped(program.body, i)
    returns = tuple(name for name in program.returns if name not in step.makes)
    yield program._replace(body=body, returns=returns)
    # Later steps take what the dropped one was made from.
    for source in dict.fromkeys(step.names):
        later = body[i:]
        for made in step.makes:
            later = tuple(s.renamed(made, source) for s in later)
        yield program._replace(body=body[:i] + later, returns=returns)


def _plainer(program: Program, part: str):
    for i, step in enumerate(getattr(program, part)):
        for plain in _plainer_steps(step):
            steps = getattr(program, part)
            yield program._replace(**{part: (*steps[:i], plain, *steps[i + 1 :])})


def _plainer_steps(step):
    if step.mode is not None:
        yield step._replace(mode=None)
    if step.text.endswith(".requires_grad_()"):
        yield step._replace(text=step.text.removesuffix(".requires_grad_()"))
    plain = re.sub(
        r"torch\.(float32|float16|bfloat16|complex64|complex128)\b", "torch.float64", step.text
    )
    if plain != step.text:
        yield step._replace(text=plain)
