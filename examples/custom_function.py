"""A function with a derivative of one's own, compiled together with what surrounds it.

    python examples/custom_function.py

The clamp below passes gradients on as if it had not clamped, which keeps a saturated unit learning.
"""

import lamina


class StraightThroughClamp(lamina.autograd.Function):
    """clamp(x, 0, 1) whose derivative is 1 everywhere."""

    @staticmethod
    def forward(ctx, x):
        """The clamped values."""
        return x.clamp(0, 1)

    @staticmethod
    def backward(ctx, grad):
        """The gradient, unchanged."""
        return grad


@lamina.compile(fullgraph=True)
def loss(weight, x, target):
    """Mean squared error of a clamped linear map."""
    return (StraightThroughClamp.apply(x @ weight) - target).square().mean()


lamina.manual_seed(0)
weight = (3 * lamina.randn(4)).requires_grad_()
x = lamina.rand(64, 4)
target = (x @ lamina.tensor([0.1, 0.4, 0.2, 0.1])).clamp(0, 1)
for step in range(201):
    value = loss(weight, x, target)
    value.backward()
    with lamina.no_grad():
        weight.sub_(0.5 * weight.grad)
        weight.grad = None
    if step % 50 == 0:
        print(f"step {step:3}  loss {value.item():.6f}")
print("weight", [round(w, 3) for w in weight.tolist()])
