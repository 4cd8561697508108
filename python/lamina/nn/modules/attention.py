"""Multi-head attention over sequences."""

from __future__ import annotations

import math

from ...errors import ShapeError, ValueError_
from ...ops import products
from ...ops.registry import aten
from .. import functional as F
from .. import init
from ..functional.attention import attention_weights
from ..module import Module
from .linear import Linear, parameter


class MultiheadAttention(Module):
    """Attention in `num_heads` subspaces of the embedding (Vaswani et al., 2017).

    query [L, N, E], key [S, N, kdim], value [S, N, vdim]; with batch_first the batch comes first,
    and without a batch dimension it is left out. Raises ValueError_ when the heads do not divide
    the embedding.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError_(
                f"{num_heads} heads do not divide an embedding of {embed_dim}",
                op="MultiheadAttention",
            )
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = (
            embed_dim,
            num_heads,
            dropout,
            batch_first,
        )
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        options = {"device": device, "dtype": dtype}
        together = self.kdim == self.vdim == embed_dim
        sizes = {"q": embed_dim, "k": self.kdim, "v": self.vdim}
        self.register_parameter(
            "in_proj_weight", parameter(3 * embed_dim, embed_dim, **options) if together else None
        )
        for name, size in sizes.items():
            weight = None if together else parameter(embed_dim, size, **options)
            self.register_parameter(f"{name}_proj_weight", weight)
        self.register_parameter(
            "in_proj_bias", parameter(3 * embed_dim, **options) if bias else None
        )
        for name in ("bias_k", "bias_v"):
            row = parameter(1, 1, embed_dim, **options) if add_bias_kv else None
            self.register_parameter(name, row)
        self.add_zero_attn = add_zero_attn
        self.head_dim = embed_dim // num_heads
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, **options)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the input projections by xavier_uniform_ and clears all biases."""
        for weight in (
            self.in_proj_weight,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
        ):
            if weight is not None:
                init.xavier_uniform_(weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for row in (self.bias_k, self.bias_v):
            if row is not None:
                init.xavier_normal_(row)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights: bool = True,
        attn_mask=None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ):
        """The attended values [L, N, E], and the weights [N, L, S] (per head [N, heads, L, S]
        unless averaged) or None.

        key_padding_mask [N, S] and attn_mask ([L, S] or [N * heads, L, S]) are True where attention
        is not allowed, or numbers to add. is_causal only says that attn_mask is causal.
        """
        if is_causal and attn_mask is None:
            raise ShapeError(
                "is_causal only says that attn_mask is causal, and there is none",
                op="MultiheadAttention",
            )
        alone = query.ndim == 2
        if alone:
            query, key, value = (x.unsqueeze(1) for x in (query, key, value))
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        query, key, value = self._projected(query, key, value)
        if self.bias_k is not None:
            key, value = (
                aten.cat([x, row.expand(1, x.shape[1], -1)])
                for x, row in ((key, self.bias_k), (value, self.bias_v))
            )
        heads = [self._split(x) for x in (query, key, value)]
        if self.add_zero_attn:
            heads[1:] = [aten.constant_pad_nd(x, [0, 0, 0, 1]) for x in heads[1:]]
        mask = self._mask(attn_mask, key_padding_mask, heads[0])
        weights = attention_weights(heads[0], heads[1], mask)
        weights = F.dropout(weights, self.dropout, self.training)
        result = self.out_proj(self._joined(products.matmul(weights, heads[2])))
        if alone:
            result = result.squeeze(1)
        elif self.batch_first:
            result = result.transpose(0, 1)
        if not need_weights:
            return result, None
        weights = weights.mean(1) if average_attn_weights else weights
        return result, weights.squeeze(0) if alone else weights

    def _projected(self, query, key, value):
        if self.in_proj_weight is not None:
            weights = self.in_proj_weight.chunk(3)
        else:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        biases = (None, None, None) if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        return [
            F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True)
        ]

    def _split(self, x):
        """[L, N, E] to [N, heads, L, E / heads]."""
        length, batch, width = x.shape
        return x.reshape(length, batch, self.num_heads, width // self.num_heads).permute(1, 2, 0, 3)

    def _joined(self, x):
        """[N, heads, L, E / heads] to [L, N, E]."""
        batch, _, length, _ = x.shape
        return x.permute(2, 0, 1, 3).reshape(length, batch, self.embed_dim)

    def _mask(self, attn_mask, key_padding_mask, heads):
        """Both masks as numbers to add, broadcastable to [N, heads, L, S]; None when there are
        none.
        """
        total = None
        if attn_mask is not None:
            total = _additive(attn_mask, heads)
            if total.ndim == 3:
                total = total.reshape(-1, self.num_heads, *total.shape[1:])
            elif total.ndim != 2:
                raise ShapeError(
                    f"attn_mask has shape {list(attn_mask.shape)}, expected [L, S] or "
                    "[N * heads, L, S]"
                )
        if key_padding_mask is not None:
            padding = _additive(key_padding_mask, heads).unsqueeze(1).unsqueeze(1)
            total = padding if total is None else total + padding
        added = (self.bias_k is not None) + self.add_zero_attn
        return total if total is None or not added else aten.constant_pad_nd(total, [0, added])


def _additive(mask, like):
    """A mask of bools, True where attention is not allowed, as numbers to add."""
    if mask.dtype.name != "bool":
        return mask
    return mask.to(like.dtype).masked_fill(mask, -math.inf)
