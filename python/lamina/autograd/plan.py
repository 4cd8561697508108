"""Plans: for an operator and the inputs that need grad, which formulas run and what they make
us save.
"""

from __future__ import annotations

from typing import NamedTuple


class Plan(NamedTuple):
    """`formulas` that may run; arguments to save by name (`inputs`, `metas`); whether results are
    saved; the differentiable inputs (`edges`: position, name) and, when none of them is a list, what a node
    knows of its edges (`layout`: name, None) and how many lead on (`wanted`; 0 when one is a list); the first input that has no formula (`missing`)."""

    op: object
    node_name: str
    formulas: tuple
    inputs: tuple
    metas: tuple
    result: str | None
    edges: tuple
    layout: list | None
    wanted: int
    missing: str | None
    differentiable: bool


def plan_for(op, mask: tuple) -> Plan:
    """The plan for inputs `mask` (one bool per tensor position), made once."""
    plan = op.plans.get(mask)
    if plan is None:
        plan = op.plans[mask] = _build(op, mask)
    return plan


def _build(op, mask: tuple) -> Plan:
    arguments = op.schema.arguments
    needed = {arguments[i].name for i, wanted in zip(op.tensors, mask) if wanted}
    covered = {name for f in op.formulas for name in f.names}
    dead = {name for f in op.formulas if f.fn is None for name in f.names}
    chosen = tuple(f for f in op.formulas if f.fn is not None and needed.intersection(f.names))
    asked = {p for f in chosen for p in f.parameters}
    index = op.schema.index
    inputs = tuple((name, index[name]) for name in asked if name in index)
    metas = tuple(
        (name, index[name[:-5]])
        for name in asked
        if name.endswith("_meta") and name not in index and name[:-5] in index
    )
    unknown = (
        asked
        - {"grad", "grads", "needs", "result", "results"}
        - {n for n, _ in inputs}
        - {n for n, _ in metas}
    )
    if unknown:
        raise TypeError(f"{op.name}: derivative formulas name unknown values {sorted(unknown)}")
    result = "results" if "results" in asked else "result" if "result" in asked else None
    keeps_self = op.writes[:1] if op.is_inplace else ()
    edges = tuple(
        (i, arguments[i].name)
        for i in op.tensors
        if arguments[i].name not in dead or i in keeps_self
    )
    missing = next((name for name in sorted(needed) if name not in covered), None)
    lists = any(arguments[i].type.is_list for i, _ in edges)
    live = bool(chosen or missing or (op.is_inplace and needed))
    return Plan(
        op,
        op.grad_name or _node_name(op),
        chosen,
        inputs,
        metas,
        result,
        edges,
        None if lists else [(name, None) for _, name in edges],
        0 if lists else sum(name in needed for _, name in edges),
        missing,
        op.differentiable and live,
    )


def _node_name(op) -> str:
    """As in `AvgPool2DBackward0`: the letter after a digit is a capital, too."""
    return "".join(part.title() for part in op.schema.name.strip("_").split("_")) + "Backward0"
