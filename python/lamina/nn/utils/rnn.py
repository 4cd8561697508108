"""Sequences of different lengths: padded to a common one, or packed without padding.

A PackedSequence holds the elements of all sequences step by step, the longest sequence first. Its
sizes are Python facts about the data, so packing takes place outside of compiled programs.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from ... import ops
from ...errors import ShapeError, ValueError_
from ...ops import construct
from ...tensor import Tensor


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """data [rows, *] step by step; batch_sizes [T], how many sequences have every step.

    sorted_indices and unsorted_indices order sequences by length, and back; None when they were in
    that order.
    """

    __slots__ = ()

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        """Completes one order of the sequences from the other. Raises ValueError_ without sizes."""
        if batch_sizes is None:
            raise ValueError_("batch_sizes must be given", op="PackedSequence")
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args, **kwargs) -> PackedSequence:
        """The sequence with its data moved or cast as `Tensor.to` says; batch_sizes stay."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else self._replace(data=data)

    def _cast(self, name: str) -> PackedSequence:
        return self._replace(data=getattr(self.data, name)())

    def float(self) -> PackedSequence:
        """The sequence in float32."""
        return self._cast("float")

    def double(self) -> PackedSequence:
        """The sequence in float64."""
        return self._cast("double")

    def half(self) -> PackedSequence:
        """The sequence in float16."""
        return self._cast("half")

    def cpu(self) -> PackedSequence:
        """The sequence on the CPU."""
        return self.to("cpu")

    @property
    def is_cuda(self) -> bool:
        """Whether the data is on a CUDA device."""
        return self.data.device.type == "cuda"


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes one, or None for none."""
    if permutation is None:
        return None
    places = ops.aten.arange(permutation.numel(), device=permutation.device)
    return ops.aten.empty_like(permutation).scatter(0, permutation, places)


def _lengths(lengths) -> list:
    return lengths.tolist() if isinstance(lengths, Tensor) else [int(n) for n in lengths]


def pack_padded_sequence(
    input: Tensor, lengths, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Padded sequences [T, N, *] (or [N, T, *] with batch_first) of the given lengths, packed.

    Raises RuntimeError for lengths that are not positive, more than T, or with enforce_sorted not
    in descending order.
    """
    sizes = _lengths(lengths)
    order = None
    if not enforce_sorted:
        ranks = sorted(range(len(sizes)), key=lambda i: -sizes[i])
        order = construct.tensor(ranks, device=input.device)
        sizes = [sizes[i] for i in ranks]
        input = input.index_select(0 if batch_first else 1, order)
    padded = input.transpose(0, 1) if batch_first else input
    if len(sizes) != padded.shape[1]:
        raise ShapeError(
            f"expected {padded.shape[1]} lengths for an input of shape {list(input.shape)}, got "
            f"{len(sizes)}",
            op="pack_padded_sequence",
        )
    if not sizes or min(sizes) <= 0 or max(sizes) > padded.shape[0]:
        raise ShapeError(
            f"lengths must be between 1 and {padded.shape[0]}, got {sizes}",
            op="pack_padded_sequence",
        )
    if any(a < b for a, b in itertools.pairwise(sizes)):
        raise ShapeError(
            f"lengths must be in decreasing order, got {sizes}; pass enforce_sorted=False to have "
            "them sorted",
            op="pack_padded_sequence",
        )
    counts = [sum(n > t for n in sizes) for t in range(sizes[0])]
    data = ops.aten.cat([padded[t, :count] for t, count in enumerate(counts)])
    return PackedSequence(data, construct.tensor(counts), order)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """(the sequences [T, N, *] or [N, T, *], padded with padding_value; their lengths [N]).

    T is the longest length, or total_length. Raises ValueError_ when that is less.
    """
    counts = _lengths(sequence.batch_sizes)
    length = len(counts)
    if total_length is not None:
        if total_length < length:
            raise ValueError_(
                f"total_length must be at least {length}, the length of the longest sequence, got "
                f"{total_length}",
                op="pad_packed_sequence",
            )
        length = total_length
    data, width = sequence.data, counts[0]
    steps = []
    for rows in data.split(counts):
        missing = rows.new_full((width - rows.shape[0], *data.shape[1:]), padding_value)
        steps.append(ops.aten.cat([rows, missing]) if missing.shape[0] else rows)
    blank = data.new_full((width, *data.shape[1:]), padding_value)
    padded = ops.aten.stack(steps + [blank] * (length - len(steps)), 1 if batch_first else 0)
    lengths = construct.tensor([sum(count > i for count in counts) for i in range(width)])
    order = sequence.unsorted_indices
    if order is None:
        return padded, lengths
    return padded.index_select(0 if batch_first else 1, order), lengths[order]


def pad_sequence(
    sequences,
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Tensors [length, *] padded at the end (or with padding_side="left" the beginning) to one
    [T, N, *], or [N, T, *] with batch_first.
    """
    sequences = list(sequences)
    if not sequences:
        raise ShapeError("takes at least one sequence", op="pad_sequence")
    if padding_side not in ("left", "right"):
        raise ShapeError(
            f"padding_side must be left or right, got {padding_side!r}", op="pad_sequence"
        )
    longest = max(x.shape[0] for x in sequences)
    padded = []
    for x in sequences:
        missing = longest - x.shape[0]
        ends = (missing, 0) if padding_side == "left" else (0, missing)
        amounts = [*[0] * (2 * (x.ndim - 1)), *ends]
        padded.append(ops.aten.constant_pad_nd(x, amounts, padding_value))
    return ops.aten.stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths, batch_first: bool = False) -> list[Tensor]:
    """The sequences of the given lengths in a padded [T, N, *] (or [N, T, *])."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[:length] for row, length in zip(rows.unbind(0), _lengths(lengths))]


def pack_sequence(sequences, enforce_sorted: bool = True) -> PackedSequence:
    """Tensors [length, *], packed."""
    sequences = list(sequences)
    lengths = [x.shape[0] for x in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed one, in their original order."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences))
