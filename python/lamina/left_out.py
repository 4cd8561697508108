"""Names of torch that lamina leaves out on purpose, and why. docs/limitations.md lists the same.

A name stands here when programs ask for it often, so that the answer is a reason and not only its
absence.
"""

from __future__ import annotations

_REMOVED = "torch removed it; use {}"
_DENSE = "tensors are dense: no layout but strided is offered"
_PLAIN = "quantized dtypes are not offered; scale and round to int8 by hand"

REASONS = {
    "eig": _REMOVED.format("linalg.eig"),
    "ifft": _REMOVED.format("fft.ifft"),
    "irfft": _REMOVED.format("fft.irfft"),
    "lstsq": _REMOVED.format("linalg.lstsq, whose operands are in the other order"),
    "matrix_rank": _REMOVED.format("linalg.matrix_rank"),
    "quantize_per_channel": _PLAIN,
    "quantize_per_tensor": _PLAIN,
    "rfft": _REMOVED.format("fft.rfft"),
    "solve": _REMOVED.format("linalg.solve, whose operands are in the other order"),
    "sparse_coo_tensor": _DENSE,
    "sparse_csr_tensor": _DENSE,
    "symeig": _REMOVED.format("linalg.eigh"),
}

_ONE_PROCESS = "a program runs in one process on one device; {}"
_LAZY = "state exists from construction on, so sizes must be given; use {}"

# Those of lamina.nn.
NN_REASONS = {
    "CrossMapLRN2d": "use LocalResponseNorm",
    "DataParallel": _ONE_PROCESS.format("call the module itself"),
    "SyncBatchNorm": _ONE_PROCESS.format("BatchNorm1d, 2d and 3d see the whole batch"),
    "parallel": _ONE_PROCESS.format("call the module itself"),
    **{
        f"Lazy{name}": _LAZY.format(name)
        for name in (
            "Linear",
            *(
                f"{kind}{rank}d"
                for kind in ("BatchNorm", "Conv", "ConvTranspose", "InstanceNorm")
                for rank in (1, 2, 3)
            ),
        )
    },
}

# Those of lamina.func.
FUNC_REASONS = {
    "functionalize": "compile(f).lower(...).text('functional') shows a program without mutation",
    "linearize": "use jvp, or vjp",
}
