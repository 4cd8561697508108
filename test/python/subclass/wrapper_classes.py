"""Two wrapper classes as a user writes them: one text for lamina and, to compare, for torch."""

import functools
import importlib
from types import SimpleNamespace


@functools.cache
def classes(m):
    """`TwoTensor`, which runs every operator on two tensors alike, and `Tagged`, a tensor with a tag, for the
    library `m`.
    """
    dispatch = importlib.import_module(f"{m.__name__}.utils._python_dispatch")
    pytree = importlib.import_module(f"{m.__name__}.utils._pytree")
    correct, only = dispatch.return_and_correct_aliasing, pytree.tree_map_only

    def like(cls, inner):
        """A wrapper that looks as an inner tensor does."""
        return m.Tensor._make_wrapper_subclass(
            cls,
            inner.shape,
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=inner.device,
            requires_grad=inner.requires_grad,
        )

    class TwoTensor(m.Tensor):
        __torch_function__ = m._C._disabled_torch_function_impl

        @staticmethod
        def __new__(cls, a, b):
            return like(cls, a)

        def __init__(self, a, b):
            self.a, self.b = a, b

        def __repr__(self):
            return f"TwoTensor({self.a!r}, {self.b!r})"

        def __tensor_flatten__(self):
            return ["a", "b"], None

        @staticmethod
        def __tensor_unflatten__(inner, context, size, stride):
            return TwoTensor(inner["a"], inner["b"])

        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            a = func(
                *only(TwoTensor, lambda t: t.a, args), **only(TwoTensor, lambda t: t.a, kwargs)
            )
            b = func(
                *only(TwoTensor, lambda t: t.b, args), **only(TwoTensor, lambda t: t.b, kwargs)
            )
            if isinstance(a, (tuple, list)):
                result = type(a)(TwoTensor(x, y) for x, y in zip(a, b, strict=True))
            else:
                result = TwoTensor(a, b) if isinstance(a, m.Tensor) else a
            return correct(func, args, kwargs, result)

    class Tagged(m.Tensor):
        __torch_function__ = m._C._disabled_torch_function_impl

        @staticmethod
        def __new__(cls, elem, tag=0):
            return like(cls, elem)

        def __init__(self, elem, tag=0):
            self.elem, self.tag = elem, tag

        def __repr__(self):
            return f"Tagged({self.elem!r}, {self.tag})"

        def __tensor_flatten__(self):
            return ["elem"], self.tag

        @staticmethod
        def __tensor_unflatten__(inner, context, size, stride):
            return Tagged(inner["elem"], context)

        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            tags = []
            only(Tagged, lambda t: tags.append(t.tag), (args, kwargs))
            result = func(
                *only(Tagged, lambda t: t.elem, args), **only(Tagged, lambda t: t.elem, kwargs)
            )
            result = only(m.Tensor, lambda t: Tagged(t, max(tags)), result)
            return correct(func, args, kwargs, result)

    return SimpleNamespace(TwoTensor=TwoTensor, Tagged=Tagged)
