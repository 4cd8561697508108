"""Operators: the registry, the entries, and the handles `lamina.ops.aten.mul.Tensor`.

Importing the package registers every entry. Entries are written over primitives and know nothing of
dispatch or tracing; they may import dtypes, devices, storage and errors only.
"""

from . import (  # noqa: F401
    activation,
    adaptive_pooling,
    binary,
    cast,
    channels,
    columns,
    comparison,
    composite,
    contraction,
    convolution,
    copy,
    cross,
    ctc,
    cumulative,
    data_dependent,
    diagonal,
    distance,
    einsum,
    elementary,
    factory,
    facts,
    fft,
    fft_functions,
    gelu,
    grid_sample,
    indexing,
    integration,
    joining,
    linalg_composites,
    linalg_factor,
    linalg_lu,
    linalg_solve,
    linalg_spectral,
    loss,
    margin_loss,
    metadata,
    normalization,
    padding,
    pooling,
    products,
    ranges,
    reduction,
    resampling,
    scan,
    scatter,
    scatter_reduce,
    searching,
    shape,
    shrink,
    softmax,
    special_functions,
    spectrogram,
    splitting,
    statistics,
    ternary,
    unary,
    unpooling,
    view,
    view_backward,
    view_dtype,
    windows,
)
from .registry import NAMESPACES, aten  # noqa: F401


def __getattr__(name: str):
    if name in NAMESPACES:
        return NAMESPACES[name]
    raise AttributeError(f"lamina.ops has no namespace {name!r}")
