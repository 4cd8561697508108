"""The end of a trace: terminator, function type, and a descriptor for every argument and result."""

from __future__ import annotations

from mlir import ir

from ..dispatch.state import state
from ..errors import VerifyError
from ..ir import attributes, descriptors, locations
from ..ir.context import context
from ..ir.diagnostics import error_from
from ..storage import contiguous_strides
from .joint import Joint
from .outputs import Output, Outputs
from .places import marks
from .tracer import Tracer


def seal(
    tracer: Tracer, outputs: Outputs, joint: Joint, versions: list[int], later: list[int]
) -> None:
    """Makes the function under construction complete. `versions` says for each input by how much
    its version moves on in the forward, `later` in the backward. Raises VerifyError when the result
    is not valid IR.
    """
    gradients = [("gradient", *g) for g in sorted(joint.gradients.items())]
    gradients += [("leaf_gradient", *g) for g in sorted(joint.leaf_gradients.items())]
    results = [o.array.value for o in outputs.all]
    results += [tracer.handle(grad).value for *_, grad in gradients]
    with context(), locations.current():
        ir.Operation.create("func.return", operands=results, ip=tracer.builder.point)
        arguments = _arguments(tracer, joint)
        _drop_unused(tracer)
        block = list(tracer.block.arguments)
        function = tracer.function
        function.attributes["function_type"] = ir.TypeAttr.get(
            ir.FunctionType.get([a.type for a in block], [r.type for r in results])
        )
        function.attributes["arg_attrs"] = ir.ArrayAttr.get([arguments[a] for a in block])
        described = [_output(i, o) for i, o in enumerate(outputs.all)]
        described += [descriptors.result(kind, i) for kind, i, _ in gradients]
        function.attributes["res_attrs"] = ir.ArrayAttr.get(described)
        # Without the attribute a mutation is one step, but `.data` writes without any.
        if any(versions) or tracer.written():
            function.attributes["lamina.versions"] = attributes.encode("ints", versions)
        inference = outputs.inference()
        # Without it results are of the mode of the call.
        if inference or state.inference:
            function.attributes["lamina.inference"] = attributes.encode("ints", inference)
        listed = {
            "lamina.leaves": outputs.leaves(),
            "lamina.unrecorded": outputs.unrecorded(),
            "lamina.stale": outputs.stale(),
            "lamina.moved": [i for i, o in enumerate(outputs.all) if o.is_moved_base],
        }
        for attribute, numbers in listed.items():
            if numbers:
                function.attributes[attribute] = attributes.encode("ints", numbers)
        marked = [int(part) for mark in marks(tracer) for part in mark]
        if marked:
            function.attributes["lamina.marks"] = attributes.encode("ints", marked)
        if joint.roots:
            function.attributes["lamina.tangents"] = ir.ArrayAttr.get(
                [descriptors.tangent(r.of, r.index) for r in joint.roots]
            )
        if any(later):
            function.attributes["lamina.backward_versions"] = attributes.encode("ints", later)
        if joint.once:
            function.attributes["lamina.backward_once"] = ir.UnitAttr.get()
        if joint.error is not None:
            function.attributes["lamina.backward_error"] = descriptors.encode_backward_error(
                joint.error
            )
    try:
        tracer.module.operation.verify()
    except ir.MLIRError as failure:
        raise error_from(failure, kind=VerifyError) from failure


def _drop_unused(tracer: Tracer) -> None:
    """Removes arguments for tensors that the program looked at but did not compute with."""
    for x in [x for x in tracer.inputs if x.base is None and not x.used]:
        tracer.block.erase_argument(ir.BlockArgument(x.root.value).arg_number)


def _arguments(tracer: Tracer, joint: Joint) -> dict:
    """The attributes of each block argument."""
    described = {}
    for x in tracer.inputs:
        if x.base is None:
            strides = _unless_row_major(x.root.shape, x.strides)
            described[x.root.value] = descriptors.argument("input", x.number, strides=strides)
    for root, tangent in zip(joint.roots, joint.tangents, strict=True):
        strides = _unless_row_major(tangent.sizes, tangent.strides)
        described[tangent._array.value] = descriptors.argument(
            "tangent", root.of, root.index, strides=strides
        )
    for number, now in joint.later.items():
        x = tracer.inputs[number]
        strides = _unless_row_major(x.root.shape, x.strides)
        described[now.value] = descriptors.argument("input", number, strides=strides, backward=True)
    return described


def _unless_row_major(sizes: tuple, strides: tuple) -> tuple | None:
    return None if strides == contiguous_strides(sizes) else strides


def _output(number: int, output: Output) -> ir.Attribute:
    """The attributes of a result; its layout only where it is fresh memory that no gap or overlap
    is in.
    """
    sizes, strides = output.tensor.sizes, output.tensor.strides
    is_given = output.input is None and (0 in sizes or _is_reordered(sizes, strides))
    strides = _unless_row_major(sizes, strides) if is_given else None
    return descriptors.result("output", number, strides=strides, sharing=output.sharing)


def _is_reordered(sizes: tuple, strides: tuple) -> bool:
    """Whether the elements lie densely in another order than row-major."""
    order = sorted(range(len(sizes)), key=lambda d: (-strides[d], d))
    dense = contiguous_strides(tuple(sizes[d] for d in order))
    return strides != contiguous_strides(sizes) and all(
        sizes[d] == 1 or strides[d] == step for d, step in zip(order, dense, strict=True)
    )
