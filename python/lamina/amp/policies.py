"""Which operators and functions run in which dtype, by device: torch's lists.

Names are those of operators, and of functions of `nn.functional` that are compositions.
"""

from __future__ import annotations

from typing import NamedTuple


class Policies(NamedTuple):
    """Names that run in the region's dtype, in float32, and in the widest dtype of the operands."""

    small: frozenset
    float32: frozenset
    widest: frozenset

    def of(self, name: str) -> str | None:
        """The policy of an operator or function, None to leave it alone."""
        for policy in self._fields:
            if name in getattr(self, policy):
                return policy
        return None


_PRODUCTS = "mm bmm addmm baddbmm addbmm addmv mv dot convolution prelu"

_LOSSES = """
    nll_loss_forward nll_loss2d_forward smooth_l1_loss mse_loss huber_loss kl_div l1_loss
    binary_cross_entropy_with_logits soft_margin_loss multi_margin_loss
    multilabel_margin_loss_forward margin_ranking_loss hinge_embedding_loss cosine_embedding_loss
    triplet_margin_loss poisson_nll_loss
"""

_CPU_FLOAT32 = """
    binary_cross_entropy _ctc_loss prod quantile nanquantile cdist trace polar view_as_complex stft
    grid_sampler_2d grid_sampler_3d avg_pool3d max_pool3d_with_indices max_unpool2d max_unpool3d
    _adaptive_avg_pool3d reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d
    replication_pad3d _fft_c2c _fft_c2r _fft_r2c _linalg_eigh _linalg_eigvals _linalg_svd
    linalg_cholesky_ex linalg_det linalg_eig linalg_inv_ex linalg_lstsq linalg_lu_factor_ex
    linalg_pinv linalg_qr linalg_slogdet linalg_solve_ex linalg_solve_triangular
"""

_CUDA_FLOAT32 = """
    acos asin cosh erfinv exp expm1 log log10 log2 log1p reciprocal rsqrt sinh tan pow softplus
    native_layer_norm native_group_norm cosine_similarity pairwise_distance pdist cdist dist renorm
    logsumexp prod _softmax _log_softmax cumprod cumsum linalg_vector_norm sum
    upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_linear1d upsample_bilinear2d
    upsample_trilinear3d upsample_bicubic2d
"""

_CPU_WIDEST = "cat stack index_copy"

_CUDA_WIDEST = """
    cat stack addcdiv addcmul atan2 bilinear cross dot vdot grid_sampler_2d grid_sampler_3d
    index_put scatter_add tensordot
"""


def _names(*texts: str) -> frozenset:
    return frozenset(name for text in texts for name in text.split())


CPU = Policies(_names(_PRODUCTS), _names(_LOSSES, _CPU_FLOAT32), _names(_CPU_WIDEST))
CUDA = Policies(
    _names(_PRODUCTS, "addr") - {"dot"}, _names(_LOSSES, _CUDA_FLOAT32), _names(_CUDA_WIDEST)
)
