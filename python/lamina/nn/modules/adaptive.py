"""Adaptive softmax over many classes, of which few are frequent (Grave et al., 2017)."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import ShapeError, ValueError_
from ...ops.registry import aten
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .container import ModuleList, Sequential
from .linear import Linear


class ASMoutput(NamedTuple):
    """The log probabilities of the targets [N], and minus their mean."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """Frequent classes (numbers below cutoffs[0]) share a head with one entry per cluster of rarer
    ones, whose classes have a projection to in_features / div_value**(i + 1) of their own.

    Which rows belong to a cluster depends on the targets, so the forward pass runs eagerly. Raises
    ValueError_ for cutoffs that are not increasing numbers below n_classes.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs,
        div_value: float = 4.0,
        head_bias: bool = False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError_("cutoffs must not be empty", op="AdaptiveLogSoftmaxWithLoss")
        if (
            cutoffs != sorted(set(cutoffs))
            or cutoffs[0] <= 0
            or cutoffs[-1] > n_classes - 1
            or any(int(c) != c for c in cutoffs)
        ):
            raise ValueError_(
                f"cutoffs must be increasing integers between 1 and {n_classes - 1}, got {cutoffs}",
                op="AdaptiveLogSoftmaxWithLoss",
            )
        self.in_features, self.n_classes = in_features, n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = self.cutoffs[0], len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        options = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **options)
        self.tail = ModuleList()
        for i in range(self.n_clusters):
            width = int(in_features // div_value ** (i + 1))
            classes = self.cutoffs[i + 1] - self.cutoffs[i]
            self.tail.append(
                Sequential(
                    Linear(in_features, width, bias=False, **options),
                    Linear(width, classes, bias=False, **options),
                )
            )

    def reset_parameters(self) -> None:
        """Draws the head and all projections anew."""
        self.head.reset_parameters()
        for narrow, wide in self.tail:
            narrow.reset_parameters()
            wide.reset_parameters()

    def forward(self, input_, target_) -> ASMoutput:
        """The log probabilities of targets [N] under input [N, F] (or 0-d under [F]), and the loss.

        Raises ShapeError or ValueError_ for shapes that do not fit, RuntimeError for a target that
        is no class.
        """
        shapes = (input_.ndim, target_.ndim)
        if shapes not in ((2, 1), (1, 0)) or input_.shape[:-1] != target_.shape:
            raise ShapeError(
                f"input of shape {list(input_.shape)} and target of shape {list(target_.shape)} do "
                "not go together",
                op="AdaptiveLogSoftmaxWithLoss",
            )
        alone = target_.ndim == 0
        rows = input_.unsqueeze(0) if alone else input_
        target = target_.unsqueeze(0) if alone else target_
        if bool(((target < 0) | (target >= self.n_classes)).any()):
            raise ShapeError(
                f"targets must be between 0 and {self.n_classes - 1}",
                op="AdaptiveLogSoftmaxWithLoss",
            )
        head = F.log_softmax(self.head(rows), 1)
        chosen = target.clamp_max(self.shortlist_size - 1)
        extra = rows.new_zeros(target.shape)
        for i, tail in enumerate(self.tail):
            low, high = self.cutoffs[i], self.cutoffs[i + 1]
            places = ((target >= low) & (target < high)).nonzero().squeeze(1)
            if places.numel() == 0:
                continue
            within = F.log_softmax(tail(rows.index_select(0, places)), 1)
            found = within.gather(1, (target[places] - low).unsqueeze(1)).squeeze(1)
            extra = extra.index_add(0, places, found)
            cluster = aten.full_like(places, self.shortlist_size + i)
            chosen = chosen.index_copy(0, places, cluster)
        output = head.gather(1, chosen.unsqueeze(1)).squeeze(1) + extra
        loss = (-output).mean()
        return ASMoutput(output.squeeze(0) if alone else output, loss)

    def log_prob(self, input):
        """The log probabilities [N, n_classes] of all classes."""
        head = F.log_softmax(self.head(input), 1)
        parts = [head[:, : self.shortlist_size]]
        for i, tail in enumerate(self.tail):
            cluster = head[:, self.shortlist_size + i].unsqueeze(1)
            parts.append(F.log_softmax(tail(input), 1) + cluster)
        return aten.cat(parts, 1)

    def predict(self, input):
        """The most probable class of every row [N]."""
        return self.log_prob(input).argmax(1)
