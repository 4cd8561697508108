"""Functions with derivatives of their own, which programs may call by name."""

from __future__ import annotations

SOURCES = {
    "Scaled": '''
class Scaled(torch.autograd.Function):
    """A product with a number, whose derivative needs what was saved."""

    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        return x * scale

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * ctx.scale + x * 0, None
''',
    "Parts": '''
class Parts(torch.autograd.Function):
    """Two results, of which the second has no derivative."""

    @staticmethod
    def forward(ctx, x):
        first, second = x * 3, x + 1
        ctx.mark_non_differentiable(second)
        return first, second

    @staticmethod
    def backward(ctx, grad, _):
        return grad * 3
''',
    "Same": '''
class Same(torch.autograd.Function):
    """The argument itself."""

    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, grad):
        return grad * 2
''',
    "Doubled": '''
class Doubled(torch.autograd.Function):
    """Writes to its argument."""

    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx, grad):
        return grad * 2
''',
}
_CODE = compile("".join(SOURCES.values()), "<functions>", "exec")


def definitions(library) -> dict:
    """What a program finds defined when it runs with `library`: that as `torch`, and the functions."""
    variables = {"torch": library}
    exec(_CODE, variables)
    return variables


def sources(text: str) -> str:
    """The definitions of the functions that a program's text calls."""
    return "".join(f"{made}\n" for name, made in SOURCES.items() if f"{name}." in text)
