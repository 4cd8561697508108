"""Programs of many loop nests: their kernels are functions, and equal ones are one function."""

import lamina
import numpy as np
from lamina import nn

LAYERS = 30


class Layer(nn.Module):
    """A normalized product with a residual, whose running maximum is written in place."""

    def __init__(self, width: int):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.register_buffer("largest", lamina.zeros(width))

    def forward(self, x):
        y = nn.functional.layer_norm(self.linear(x), x.shape[-1:]).tanh()
        with lamina.no_grad():
            self.largest.copy_(lamina.maximum(self.largest, y.amax(0)))
        return x + y[:, ::2].repeat(1, 2)


def train(network, x, step):
    """Loss, gradients and buffers after two steps."""
    losses = [step(x).item() for _ in range(2)]
    return losses, [p.grad for p in network.parameters()], list(network.buffers())


def network():
    lamina.manual_seed(0)
    return nn.Sequential(*(Layer(16) for _ in range(LAYERS)))


def step_of(model):
    optimizer = lamina.optim.SGD(model.parameters(), lr=0.01)

    def step(x):
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def test_layers_train_as_in_eager_mode():
    x = lamina.randn(12, 16)
    eager, compiled = network(), network()
    wanted = train(eager, x, step_of(eager))
    found = train(compiled, x, lamina.compile(step_of(compiled), fullgraph=True, backend="cpu"))
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-4)
    for kind in (1, 2):
        for a, b in zip(found[kind], wanted[kind], strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-3, atol=1e-5)


def test_equal_layers_are_compiled_once():
    model = network()
    lowered = lamina.compile(step_of(model), fullgraph=True, backend="cpu").lower(
        lamina.randn(12, 16)
    )
    text = lowered.compile().stages["forward-llvm-dialect"].text()
    calls, kernels = text.count("llvm.call @step_kernel"), text.count("llvm.func @step_kernel")
    assert 0 < kernels * LAYERS / 3 < calls
