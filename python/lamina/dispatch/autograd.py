"""Autograd: records what was computed from tensors that require grad.

Everything below this layer sees plain data; everything above sees differentiable tensors. The
graph's classes live in `lamina.autograd`; this is only where they are made.
"""

from __future__ import annotations

from numbers import Number

from ..autograd.inplace import check, rebase
from ..autograd.meta import AutogradMeta, edge, requires_grad, set_history
from ..autograd.nodes import OpNode, OutputMeta
from ..autograd.plan import plan_for
from ..autograd.saved import SavedNumber, SavedTensor, TensorMeta
from ..errors import AutogradError
from ..tensor import Tensor
from . import aliasing, modes
from .state import state


def call(op, args: tuple, below=modes.call):
    """Runs the operator and, when an input requires grad, gives the results a history.

    `below` is what runs the operator on data: dispatch modes, or the kernel at once when nothing
    can ask for them.
    """
    if state.below_autograd or not state.grad_enabled or state.inference:
        return aliasing.call(op, args, below)
    if op.function is not None:
        return op.function.apply(*args)
    if op.writes:
        return _write(op, args, _mask(op, args), below)
    try:
        results = aliasing.call(op, args, below)
    except Exception:
        check_histories(op, args)
        raise
    record(op, args, results)
    return results


def check_histories(op, args: tuple) -> None:
    """Raises AutogradError for an operand that lost its history: that is said before what else is wrong with a
    call.
    """
    for i in op.tensors:
        for value in args[i] if isinstance(args[i], (list, tuple)) else (args[i],):
            if _can_need(value):
                edge(value)


def record(op, args: tuple, results) -> None:
    """Gives the results of an operator that writes to nothing a history, when an input
    requires grad.
    """
    mask = _mask(op, args)
    if True not in mask or not _differentiable(results):
        return
    plan = plan_for(op, mask)
    if plan.differentiable:
        _attach(_record(plan, args), results, plan)


def _mask(op, args: tuple) -> tuple:
    return tuple([_needs(args[i]) for i in op.tensors])


def _differentiable(results) -> bool:
    if isinstance(results, tuple):
        return any(r is not None and r._array.dtype.kind in "fcV" for r in results)
    return results._array.dtype.kind in "fcV"


def _needs(value) -> bool:
    if type(value) is Tensor and value._view is None:
        meta = value._autograd
        return (
            meta is not None
            and (meta.grad_fn is not None or meta.requires_grad)
            and value._counter is not None
        )
    if isinstance(value, Tensor):
        # What is computed from inference tensors has no history, whatever they ask for.
        return _can_need(value) and requires_grad(value) and value._counter is not None
    if isinstance(value, (list, tuple)):
        return any(map(_needs, value))
    return False


def _can_need(value) -> bool:
    """Whether an operand is a tensor that has met autograd: most have not, which is quick to
    see.
    """
    return isinstance(value, Tensor) and (value._autograd is not None or value._view is not None)


def _record(plan, args: tuple) -> OpNode:
    """A node with its edges, and with the inputs that its formulas ask for saved."""
    layout = plan.layout
    if layout is None:
        edges, layout = _edges_of_lists(plan, args)
    else:
        edges = [_edge(args[position]) for position, _ in plan.edges]
    saved = {}
    spared = _spared(plan, edges) if len(edges) - edges.count(None) < plan.wanted else ()
    for name, position in plan.inputs:
        if name not in spared:
            saved[name] = _save(args[position], plan, position)
    for name, position in plan.metas:
        saved[name] = _meta(args[position])
    return OpNode(plan, edges, layout, saved)


def _edges_of_lists(plan, args: tuple) -> tuple[list, list]:
    """The edges of all operands, and for each its name and of how many it is a list (None: of none)."""
    edges, layout = [], []
    for position, name in plan.edges:
        value = args[position]
        several = isinstance(value, (list, tuple))
        edges.extend([_edge(v) for v in (value if several else (value,))])
        layout.append((name, len(value) if several else None))
    return edges, layout


def _edge(value):
    if type(value) is Tensor and value._view is None:
        meta = value._autograd
        if meta is None:
            return None
        if meta.grad_fn is not None:
            return meta.grad_fn, meta.output_nr
    return edge(value) if _can_need(value) else None


def _spared(plan, edges: list) -> list:
    """The operands that are saved for the sake of one gradient among several, where that leads nowhere though it is
    wanted, as that of a view made under no_grad does.
    """
    op = plan.op
    dead = {name for (_, name), found in zip(plan.edges, edges) if found is None}
    spared = []
    for name, position in plan.inputs:
        users = [f for f in op.formulas if name in f.parameters]
        alone = len(op.formulas) > 1 and len(users) == 1 and position in op.tensors
        if alone and dead.issuperset(users[0].names):
            spared.append(name)
    return spared


def _save(value, plan, position: int):
    if isinstance(value, Tensor):
        if position in plan.op.writes:
            # The formula wants the value from before the write.
            value = value.clone()
        return SavedTensor(value)
    if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
        return [SavedTensor(v) if isinstance(v, Tensor) else v for v in value]
    return (
        SavedNumber(value) if isinstance(value, Number) and position in plan.op.tensors else value
    )


def _meta(value):
    if isinstance(value, (list, tuple)):
        return [_meta(v) for v in value]
    return TensorMeta(value) if isinstance(value, Tensor) else None


def _attach(node: OpNode, results, plan) -> None:
    if not isinstance(results, tuple):
        node.outputs.append(OutputMeta.of(results))
        results._autograd = AutogradMeta(grad_fn=node)
        if plan.result is not None:
            node.saved[plan.result] = SavedTensor(results, True)
        return
    for nr, result in enumerate(results):
        if result is None or result._array.dtype.kind not in "fcV":
            node.outputs.append(None)
            continue
        node.outputs.append(OutputMeta.of(result))
        result._autograd = AutogradMeta(grad_fn=node, output_nr=nr)
    if plan.result is not None:
        node.saved[plan.result] = [SavedTensor(r, r._autograd is not None) for r in results]


def _write(op, args: tuple, mask: tuple, below):
    if "opaque" in op.tags and any(map(_needs, aliasing.written(op, args))):
        raise AutogradError(
            "writes to a tensor that requires grad, and has no derivative; call it under no_grad()",
            op=op.name,
        )
    target = args[op.writes[0]]
    if True not in mask or not op.differentiable:
        return aliasing.call(op, args, below)
    if "converts" in op.tags and target._array.dtype.kind not in "fcV":
        return aliasing.call(op, args, below)
    check(op, target)
    plan = plan_for(op, mask)
    if not plan.differentiable or target._array.dtype.kind not in "fcV":
        return aliasing.call(op, args, below)
    node = _record(plan, args)
    results = aliasing.call(op, args, below)
    node.outputs.append(OutputMeta.of(target))
    if op.is_inplace_view:
        set_history(target, node)
        if target._view is not None and target._counter is not None:
            target._view.version = target._counter.version
    else:
        rebase(target, node)
    if plan.result is not None:
        node.saved[plan.result] = SavedTensor(target, True)
    return results
