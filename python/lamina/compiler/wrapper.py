"""The runtime wrapper: arrays go to the executable, and what comes back becomes the program's
results.

Built from the attributes of the compiled functions alone. The order of the epilogue is fixed:
versions of mutated inputs, the backward node, histories of mutated inputs, then outputs, of which
those that share memory are made by replaying views on the caller's own tensors or on a returned
base.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from mlir import ir

from ..autograd.inplace import check, rebase
from ..autograd.meta import AutogradMeta, edge
from ..autograd.nodes import ErrorNode, Node, OutputMeta
from ..autograd.views import IN_CUSTOM_FUNCTION, MULTI_OUTPUT
from ..backends import Backend, CompileOptions, Executable
from ..dispatch.state import state
from ..ir import descriptors
from ..ir.descriptors import Alias
from ..ir.types import shape_and_dtype
from ..storage import Storage
from ..tensor import Tensor, make
from . import stages
from .backward import Argument, CompiledBackward, Plan, Saved, WriteBack
from .replay import Replay, replay

_CREATION = {"multi_output": MULTI_OUTPUT, "custom_function": IN_CUSTOM_FUNCTION}


class Made(NamedTuple):
    """How one output is obtained: result number `index`, or `views` of input, base or earlier
    output `index`, seen by autograd as `sharing` says.

    `root` is the node's output that its gradient goes to, None where it has none or gets it through
    a view.
    """

    kind: str
    index: int
    views: Replay | None
    sharing: str
    root: int | None


class Base(NamedTuple):
    """Fresh memory that outputs are views of: result number `index`, its gradient going to the
    node's output `root`.
    """

    index: int
    root: int | None


class Runtime:
    """A compiled program: call it with the tensors that are its inputs, get its outputs as a list.

    `forward` and `backward` (None if there is none) are the executables.
    """

    def __init__(self, module: ir.Module, name: str, backend: Backend, options: CompileOptions):
        functions = stages.functions(module)
        self.name = name
        entry = name if name in functions else f"{name}_forward"
        function, back = functions[entry], functions.get(f"{name}_backward")
        parts = [entry] if back is None else [entry, f"{name}_backward"]
        # Most of a compilation is LLVM's, which runs without the GIL.
        with ThreadPoolExecutor(len(parts)) as pool:
            compiled = list(pool.map(lambda part: backend.compile(module, part, options), parts))
        self.forward: Executable = compiled[0]
        self.backward: Executable | None = compiled[1] if back is not None else None

        slots = descriptors.results(function)
        at = {(s.kind, s.index): i for i, s in enumerate(s for s in slots if s.kind != "mutation")}
        outputs = descriptors.outputs(function)
        self.roots = descriptors.tangents(function)
        self.arguments = tuple(s.index for s in descriptors.arguments(function))
        self.mutated = tuple(s.index for s in slots if s.kind == "mutation")
        self._versions = tuple(descriptors.versions(function).items())
        self.saved = tuple(
            (at["saved", s.index], s.alias.index if s.alias else None)
            for s in slots
            if s.kind == "saved"
        )
        self._error = (
            function.attributes["lamina.backward_error"].value
            if "lamina.backward_error" in function.attributes
            else None
        )
        root_of = {root: k for k, root in enumerate(self.roots)}
        self._plan, self._sources = _plan(name, back, self.backward, root_of)
        if self._error is not None:
            # An error is met on the way to any input.
            self._sources = self.arguments
        self._made = tuple(_made(i, alias, at, root_of) for i, alias in enumerate(outputs))
        self._bases = tuple(
            Base(
                at["base", k],
                next(
                    (root_of.get(("output", i)) for i, a in enumerate(outputs) if _is_base(a, k)),
                    None,
                ),
            )
            for k in range(sum(s.kind == "base" for s in slots))
        )
        self._written = tuple((i, k) for (of, i), k in root_of.items() if of == "mutation")
        # The launcher of native code is called directly: the object around it costs more than it.
        self._execute = getattr(self.forward, "launch", self.forward)
        in_order = [m.kind == "own" and m.index == i for i, m in enumerate(self._made)]
        self._is_plain = all(in_order) and not self._bases and not self.saved

    def __call__(self, tensors: tuple[Tensor, ...]) -> list[Tensor]:
        """Runs the program: writes mutated inputs, returns outputs. Raises AutogradError where
        eager in-place would.
        """
        if self.roots:
            return self._call_recorded(tensors)
        arrays = self._run(tensors)
        if self._is_plain and not state.inference:
            return [make(array, Storage(array)) for array in arrays]
        return self._outputs(tensors, arrays, None)

    def _call_recorded(self, tensors: tuple) -> list[Tensor]:
        """The call of a program with differentiable results."""
        for i, _ in self._written:
            check(self, tensors[i])
        # Before anything is written: a write changes where the gradient of old data goes.
        edges = [edge(tensors[i]) for i in self._sources]
        before = [edge(tensors[i]) for i, _ in self._written]
        arrays = self._run(tensors)
        node = self._node(edges, tensors, arrays)
        for (i, root), old in zip(self._written, before, strict=True):
            node.outputs[root] = OutputMeta.of(tensors[i])
            rebase(tensors[i], WriteBack([old, (node, root)], node.outputs[root]))
        return self._outputs(tensors, arrays, node)

    def _run(self, tensors: tuple) -> list:
        """The executable's results; versions of what it wrote are moved on."""
        arrays = self._execute(*[tensors[i]._array for i in self.arguments])
        for i, steps in self._versions:
            counter = tensors[i]._counter
            if counter is not None:
                counter.version += steps
        return arrays

    def _outputs(self, tensors: tuple, arrays: list, node: Node | None) -> list[Tensor]:
        bases = [_fresh(arrays[b.index], node, b.root) for b in self._bases]
        outputs: list[Tensor] = []
        for made in self._made:
            outputs.append(_output(made, tensors, arrays, bases, outputs, node))
        return outputs

    # What the checks of an in-place operator want to know of the operator.
    tags = frozenset()

    def _node(self, edges: list, tensors: tuple, arrays: list) -> Node:
        outputs = [None] * len(self.roots)
        if self._error is not None:
            return ErrorNode(self._error, outputs, edges)
        saved = []
        for at, source in self.saved:
            if source is None:
                saved.append(Saved(arrays[at]))
            else:
                # The input itself, not the copy that the forward returns of it.
                counter = tensors[source]._counter
                saved.append(
                    Saved(
                        tensors[source]._array,
                        counter,
                        counter.version if counter is not None else 0,
                    )
                )
        return CompiledBackward(self._plan, edges, outputs, saved)


def _fresh(array, node: Node | None, root: int | None) -> Tensor:
    """A tensor over memory of its own, with the node's output number `root` as its history."""
    tensor = make(array, Storage(array))
    if state.inference:
        tensor._counter = None
    if root is not None:
        node.outputs[root] = OutputMeta.of(tensor)
        tensor._autograd = AutogradMeta(grad_fn=node, output_nr=root)
    return tensor


def _output(
    made: Made, tensors: tuple, arrays: list, bases: list, outputs: list, node: Node | None
) -> Tensor:
    if made.kind == "own":
        return _fresh(arrays[made.index], node, made.root)
    shared = {"input": tensors, "base": bases, "output": outputs}[made.kind][made.index]
    if made.sharing == "detached" or made.root is not None:
        return _cut_off(made, shared, node)
    if made.views is None:
        return shared
    if made.sharing == "view_of_detached":
        return made.views(shared.detach())
    with state.override(grad_enabled=state.grad_enabled and made.sharing != "no_grad"):
        tensor = made.views(shared)
    if made.sharing in _CREATION:
        tensor._view.creation = _CREATION[made.sharing]
    return tensor


def _cut_off(made: Made, shared: Tensor, node: Node | None) -> Tensor:
    """A view that autograd does not follow to its base; its own gradient goes to the node's output
    `root`, if any.
    """
    if made.views is None and made.root is not None:
        return shared
    with state.override(grad_enabled=False):
        tensor = (made.views(shared) if made.views is not None else shared).detach()
    if made.root is not None:
        node.outputs[made.root] = OutputMeta.of(tensor)
        tensor._autograd = AutogradMeta(grad_fn=node, output_nr=made.root)
    return tensor


def _made(number: int, alias: Alias | None, at: dict, root_of: dict) -> Made:
    root = root_of.get(("output", number))
    if alias is None:
        return Made("own", at["output", number], None, "view", root)
    return Made(
        alias.root, alias.index, replay(alias.views) if alias.views else None, alias.sharing, root
    )


def _is_base(alias: Alias | None, number: int) -> bool:
    """Whether an output is all of base `number`."""
    return (
        alias is not None
        and (alias.root, alias.index, alias.views) == ("base", number, ())
        and alias.sharing == "view"
    )


def _plan(
    name: str, back: ir.Operation | None, execute, root_of: dict
) -> tuple[Plan, tuple[int, ...]]:
    """How to run the backward, and the inputs whose gradients it returns, in order."""
    if back is None:
        return Plan(lambda: [], (), name), ()
    types = list(back.regions[0].blocks[0].arguments)
    arguments = [
        Argument(
            slot.index if slot.kind == "saved" else None,
            root_of[slot.of, slot.index] if slot.kind == "tangent" else None,
            *shape_and_dtype(argument.type),
        )
        for slot, argument in zip(descriptors.arguments(back), types, strict=True)
    ]
    return Plan(execute, tuple(arguments), name), tuple(s.index for s in descriptors.results(back))
