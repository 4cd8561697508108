"""A tensor class of one's own, as the weight of a layer: int8 numbers and a scale for each row.

    python examples/wrapper_tensor.py

`Int8Tensor` looks like a float tensor and answers every operator with its numbers scaled back. Compiled, the
program takes the int8 numbers and the scales, and nothing of the class is left in it.
"""

import lamina
from lamina import nn
from lamina.utils._python_dispatch import return_and_correct_aliasing
from lamina.utils._pytree import tree_map_only

aten = lamina.ops.aten


class Int8Tensor(lamina.Tensor):
    """A float matrix kept as `numbers` (int8) and `scale`, a float for each row."""

    __torch_function__ = lamina._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, numbers, scale):
        """A wrapper of the sizes of `numbers`."""
        return lamina.Tensor._make_wrapper_subclass(cls, numbers.shape, dtype=scale.dtype)

    def __init__(self, numbers, scale):
        self.numbers, self.scale = numbers, scale

    @classmethod
    def of(cls, weight):
        """The nearest such tensor to a float matrix."""
        scale = weight.abs().amax(1, keepdim=True) / 127
        return cls((weight / scale).round().to(lamina.int8), scale)

    def floats(self):
        """What it stands for."""
        return self.numbers.to(self.scale.dtype) * self.scale

    def __tensor_flatten__(self):
        return ["numbers", "scale"], None

    @staticmethod
    def __tensor_unflatten__(inner, context, size, stride):
        return Int8Tensor(inner["numbers"], inner["scale"])

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        if func is aten.detach.default:
            x = args[0]
            result = cls(x.numbers.detach(), x.scale.detach())
            return return_and_correct_aliasing(func, args, kwargs, result)
        args, kwargs = tree_map_only(cls, cls.floats, (args, kwargs or {}))
        return func(*args, **kwargs)


lamina.manual_seed(0)
layer, x = nn.Linear(64, 32), lamina.rand(8, 64)
wanted = layer(x)
layer.weight = nn.Parameter(Int8Tensor.of(layer.weight.detach()), requires_grad=False)

compiled = lamina.compile(layer, fullgraph=True)
found = compiled(x)
print(f"largest difference to the float layer: {(found - wanted).abs().max().item():.4f}")
print(f"compiled as eager: {lamina.allclose(found, layer(x), rtol=1e-5, atol=1e-5)}")
print("inputs of the program:")
for text in compiled.explain(x).inputs:
    print("   ", text)
