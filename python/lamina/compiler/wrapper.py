"""The runtime wrapper: one flat function from a program's inputs to its outputs, and one for its
backward.

Built from the attributes of the compiled functions alone, so IR read from a file is called like IR
just traced. What a call does stands in `Runtime.text`, which `LAMINA_LOGS=wrapper` shows.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mlir import ir

from ..backends import Backend, CompileOptions, Executable
from ..capture.wrapping import Wrapping
from ..tensor import Tensor
from .backward import write_backward
from .convention import Convention
from .epilogue import write_call
from .wrapping import write_wrapping


class Runtime:
    """A compiled program. `call(tensors)` takes the tensors that are its inputs, writes those that
    it mutates, and gives its outputs as a list; it raises AutogradError where eager in-place would.

    `wrapped`, if wrapper tensors take part, also takes those that inputs are in, and gives the outputs and the
    wrappers that results are. `forward` and `backward` (None if there is none) are the executables, `text` the functions around
    them.
    """

    def __init__(
        self,
        module: ir.Module,
        name: str,
        backend: Backend,
        options: CompileOptions,
        wrapping: Wrapping | None = None,
    ):
        convention = Convention(module, name)
        parts = [part for part in (convention.entry, convention.back) if part is not None]
        # Most of a compilation is LLVM's, which runs without the GIL.
        with ThreadPoolExecutor(len(parts)) as pool:
            compiled = list(pool.map(lambda part: backend.compile(module, part, options), parts))
        self.name = name
        self.forward: Executable = compiled[0]
        self.backward: Executable | None = compiled[1] if len(parts) > 1 else None

        back = write_backward(convention, _launch(self.backward)) if convention.roots else None
        function = None if back is None else back.compile()
        call = write_call(convention, _launch(self.forward), function)
        self.call: Callable[[tuple[Tensor, ...]], list[Tensor]] = call.compile()
        around = None if wrapping is None else write_wrapping(wrapping, name, self.call)
        self.wrapped: Callable[[tuple[Tensor, ...]], tuple[list, list]] | None = (
            None if around is None else around.compile()
        )
        self.text = "\n\n".join(code.text for code in (call, back, around) if code is not None)


def _launch(executable: Executable | None) -> Callable:
    """What runs it. The launcher of native code is called directly: the object around it costs more
    than it.
    """
    if executable is None:
        return lambda: []
    return getattr(executable, "launch", executable)
