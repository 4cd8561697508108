"""The part of torch's vocabulary that the rows use, over NumPy or jax.numpy.

Arrays are those of the library; what they offer as methods under torch's names (`sum`, `reshape`, `swapaxes`)
is used directly.
"""

from __future__ import annotations

from types import SimpleNamespace


class Face:
    """`face.softmax`, `face.nn.functional.gelu`, ... over `xp`, the module of arrays."""

    def __init__(self, xp):
        """Offer what is defined below under torch's names."""
        self.xp = xp
        names = "gelu relu linear layer_norm cross_entropy embedding scaled_dot_product_attention"
        functional = {name: getattr(self, name) for name in names.split()}
        self.nn = SimpleNamespace(functional=SimpleNamespace(**functional))

    def softmax(self, x, dim):
        """Along one dimension."""
        e = self.xp.exp(x - x.max(dim, keepdims=True))
        return e / e.sum(dim, keepdims=True)

    def gelu(self, x, approximate):
        """The tanh form."""
        assert approximate == "tanh"
        return 0.5 * x * (1 + self.xp.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))

    def relu(self, x):
        """max(x, 0)."""
        return self.xp.maximum(x, 0)

    def linear(self, x, weight, bias=None):
        """x @ weight.T + bias."""
        product = x @ weight.T
        return product if bias is None else product + bias

    def layer_norm(self, x, shape, weight, bias, eps=1e-5):
        """Over the last dimension."""
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred * centred).mean(-1, keepdims=True)
        return centred / self.xp.sqrt(variance + eps) * weight + bias

    def cross_entropy(self, x, labels):
        """Mean over rows of logits."""
        shifted = x - x.max(1, keepdims=True)
        logs = shifted - self.xp.log(self.xp.exp(shifted).sum(1, keepdims=True))
        return -self.xp.take_along_axis(logs, labels[:, None], 1).mean()

    def embedding(self, indices, weight):
        """Rows of `weight`."""
        return weight[indices]

    def scaled_dot_product_attention(self, q, k, v, is_causal=False):
        """softmax(q k^T / sqrt(d)) v."""
        scores = q @ k.swapaxes(-1, -2) * q.shape[-1] ** -0.5
        if is_causal:
            allowed = self.xp.tril(self.xp.ones(scores.shape[-2:], bool))
            scores = self.xp.where(allowed, scores, -self.xp.inf)
        return self.softmax(scores, -1) @ v


class JaxFace(Face):
    """Over jax, which also has convolutions."""

    def __init__(self):
        """Take jax's own functions where it has them."""
        import jax

        super().__init__(jax.numpy)
        self.jax = jax
        functional = self.nn.functional
        functional.conv2d, functional.max_pool2d = self.conv2d, self.max_pool2d
        functional.gelu = lambda x, approximate: jax.nn.gelu(x, approximate=True)
        self.softmax = lambda x, dim: jax.nn.softmax(x, dim)

    def conv2d(self, x, weight, bias, padding):
        """NCHW, stride 1."""
        pads = [(padding, padding)] * 2
        return self.jax.lax.conv_general_dilated(x, weight, (1, 1), pads) + bias[:, None, None]

    def max_pool2d(self, x, size):
        """Windows that do not overlap."""
        window = (1, 1, size, size)
        lax = self.jax.lax
        return lax.reduce_window(x, -self.xp.inf, lax.max, window, window, "VALID")
