"""No operation of the dialect is forgotten: each has a lowering to linalg, or a pass that removes it.

The operations are those of the ODS records, by way of the reference page that the build makes of them; an example
of each stands in the dialect's own round-trip tests.
"""

import functools
import pathlib
import re

import pytest
from lamina.ir.context import context, unknown
from mlir import ir
from mlir.passmanager import PassManager

ROUND_TRIPS = sorted((pathlib.Path(__file__).parents[2] / "dialect").glob("*/ops.mlir"))

# What never reaches linalg as an operation of its own, and the pass after which there is none.
REMOVED_BY = {
    "assign": "lamina-functionalize",
    "clone": "lamina-functionalize",
    "resize": "lamina-functionalize",
    "set": "lamina-functionalize",
    "yield": "lamina-convert-to-linalg, with the operation around it",
    "host_call": "lamina-cpu-convert-to-llvm",
}


@functools.cache
def operations() -> list[str]:
    """The names of all operations that ODS declares."""
    page = (pathlib.Path(__file__).parents[3] / "docs" / "dialect.md").read_text()
    return sorted(re.findall(r"^#+ `lamina\.(\w+)` \(", page, re.MULTILINE))


@functools.cache
def examples() -> dict[str, list[ir.Operation]]:
    """Every operation in the round-trip tests, by name."""
    found: dict[str, list[ir.Operation]] = {}
    for path in ROUND_TRIPS:
        for text in path.read_text().split("// -----"):
            module = ir.Module.parse(text, context())
            modules.append(module)
            module.operation.walk(lambda op: collect(op, found))
    return found


modules: list[ir.Module] = []


def collect(op: ir.Operation, found: dict) -> ir.WalkResult:
    """Adds an operation of lamina to `found`."""
    dialect, _, name = op.name.partition(".")
    if dialect == "lamina":
        found.setdefault(name, []).append(op)
    return ir.WalkResult.ADVANCE


def known(type_: ir.Type) -> ir.Type:
    """An array type as a tensor whose sizes are known: 1 stands for `?`."""
    text = str(type_).replace("!lamina.ref<", "tensor<")
    return ir.Type.parse(re.sub(r"\?(?=x)", "1", text), context())


def alone(op: ir.Operation) -> ir.Module:
    """A module whose only function is this operation, on tensors. Raises MLIRError where an example is no other."""
    with context(), unknown():
        module = ir.Module.create()
        if len(op.regions):
            # Regions use what is around them.
            op.parent.clone(ir.InsertionPoint(module.body))
            return module
        types = [known(v.type) for v in op.operands]
        results = [known(r.type) for r in op.results]
        function = ir.Operation.create(
            "func.func",
            attributes={
                "sym_name": ir.StringAttr.get("f"),
                "function_type": ir.TypeAttr.get(ir.FunctionType.get(types, results)),
            },
            regions=1,
            ip=ir.InsertionPoint(module.body),
        )
        block = function.regions[0].blocks.append(*types)
        point = ir.InsertionPoint(block)
        attributes = {name: op.attributes[name] for name in op.attributes}
        copy = ir.Operation.create(op.name, results, list(block.arguments), attributes, ip=point)
        ir.Operation.create("func.return", operands=list(copy.results), ip=point)
        module.operation.verify()
    return module


def lowers(op: ir.Operation) -> bool:
    """Whether an example becomes linalg and its like, with nothing of lamina left."""
    pipeline = "builtin.module(lamina-convert-to-linalg,lamina-verify-stage{stage=linalg})"
    try:
        module = alone(op)
        with context():
            PassManager.parse(pipeline).run(module.operation)
    except ir.MLIRError:
        return False
    return True


def test_the_dialect_has_operations():
    assert {"add", "reshape", "assign", "custom_call"} <= set(operations())
    assert set(REMOVED_BY) <= set(operations())


@pytest.mark.parametrize("name", [n for n in operations() if n not in REMOVED_BY])
def test_operation_lowers_to_linalg(name):
    candidates = examples().get(name, [])
    assert candidates, f"test/dialect/*/ops.mlir has no lamina.{name}"
    assert any(map(lowers, candidates))


@pytest.mark.parametrize(
    "name", [n for n, by in REMOVED_BY.items() if by == "lamina-functionalize"]
)
def test_functionalize_leaves_none(name):
    with (
        pytest.raises(ir.MLIRError, match=f"'lamina.{name}' .*: 'lamina-functionalize' should"),
        context(),
    ):
        op = next(op for op in examples()[name] if "!lamina.ref" in str(op))
        module = ir.Module.create(unknown())
        op.parent.clone(ir.InsertionPoint(module.body))
        PassManager.parse("builtin.module(lamina-verify-stage{stage=functional})").run(
            module.operation
        )
