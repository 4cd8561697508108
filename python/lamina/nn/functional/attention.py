"""Attention (Vaswani et al., "Attention is all you need", 2017), composed of products and a
softmax.
"""

from __future__ import annotations

import math

from ...errors import ShapeError, ValueError_
from ...ops import products
from ...ops.registry import aten
from .masking import dropout


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False
):
    """softmax(query @ key.T * scale + mask) @ value: [*, L, E], [*, S, E], [*, S, V] to [*, L, V].

    attn_mask broadcasts to [*, L, S]: of bools, True where attention is allowed, or of numbers to
    add. is_causal lets position i see positions up to i. scale is 1 / sqrt(E) by default.
    enable_gqa lets groups of query heads (dimension -3) share a head of key and value. Raises
    ShapeError or ValueError_ for operands that do not fit.
    """
    if attn_mask is not None and is_causal:
        raise ValueError_("takes a mask or is_causal, not both", op="scaled_dot_product_attention")
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            f"query {list(query.shape)}, key {list(key.shape)} and value {list(value.shape)} do "
            "not fit together",
            op="scaled_dot_product_attention",
        )
    if enable_gqa:
        groups = query.shape[-3] // key.shape[-3]
        key, value = key.repeat_interleave(groups, -3), value.repeat_interleave(groups, -3)
    if is_causal:
        attn_mask = _causal(query.shape[-2], key.shape[-2], query.device)
    weights = attention_weights(query, key, attn_mask, scale)
    return products.matmul(dropout(weights, dropout_p), value)


def attention_weights(query, key, mask=None, scale=None):
    """How much of each key every query takes: [*, L, S], rows sum to one. The mask is as above."""
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = products.matmul(query * scale, key.transpose(-2, -1))
    if mask is not None and mask.dtype.name == "bool":
        scores = scores.masked_fill(~mask, -math.inf)
    elif mask is not None:
        scores = scores + mask
    return aten._softmax(scores, -1, False)


def _causal(queries: int, keys: int, device):
    """True where a key is not after the query."""
    rows = aten.arange.start_step(0, queries, 1, device=device)
    columns = aten.arange.start_step(0, keys, 1, device=device)
    return columns <= rows.unsqueeze(-1)
