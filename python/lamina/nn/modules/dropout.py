"""Dropout, in training mode only."""

from __future__ import annotations

from ...errors import ValueError_
from .. import functional as F
from ..module import Module


class _Dropout(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError_(f"p must be in [0, 1], got {p}", op=type(self).__name__)
        self.p, self.inplace = p, inplace

    def forward(self, input):
        """In training the input with parts set to zero and the rest divided by 1 - p, else the
        input.
        """
        return self.function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """Sets elements to zero with probability p (Srivastava et al., 2014)."""

    function = staticmethod(F.dropout)


class Dropout1d(_Dropout):
    """Sets whole channels of [N, C, L] to zero with probability p."""

    function = staticmethod(F.dropout1d)


class Dropout2d(_Dropout):
    """Sets whole channels of [N, C, H, W] to zero with probability p."""

    function = staticmethod(F.dropout2d)


class Dropout3d(_Dropout):
    """Sets whole channels of [N, C, D, H, W] to zero with probability p."""

    function = staticmethod(F.dropout3d)


class AlphaDropout(_Dropout):
    """The dropout of self-normalizing networks (Klambauer et al., 2017): mean and variance stay."""

    function = staticmethod(F.alpha_dropout)


class FeatureAlphaDropout(_Dropout):
    """AlphaDropout of whole channels of [N, C, *]."""

    function = staticmethod(F.feature_alpha_dropout)
