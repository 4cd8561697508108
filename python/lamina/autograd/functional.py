"""Derivatives of functions of tensors: Jacobians, Hessians, and their products with vectors.

All of them run `func` on fresh aliases of its inputs, so that gradients of the caller's tensors are
left alone. With `create_graph` results can be differentiated with respect to the inputs, without it
they carry no history. With `strict`, an output or derivative that does not depend on an input is an
AutogradError instead of zero.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import AutogradError, UnsupportedError
from ..ops.registry import aten
from ..tensor import Tensor
from . import grad
from .modes import enable_grad


def vjp(func: Callable, inputs, v=None, create_graph: bool = False, strict: bool = False):
    """(func(*inputs), v @ Jacobian): `v` has the structure of the outputs, and may be None for
    one element.
    """
    with enable_grad():
        inputs, single = _fresh(inputs, create_graph)
        outputs, one_output = _outputs(func, inputs)
        _check_strict(outputs, inputs, strict)
        vectors = _vectors(v, outputs, "outputs")
        found = _gradients(outputs, inputs, vectors, create_graph, strict)
    return _packed(outputs, one_output, create_graph), _packed(found, single, create_graph)


def jvp(func: Callable, inputs, v=None, create_graph: bool = False, strict: bool = False):
    """(func(*inputs), Jacobian @ v): `v` has the structure of the inputs, and may be None for one
    element.

    Two backward passes: the gradient of v' @ Jacobian with respect to v', which is linear in it.
    """
    with enable_grad():
        inputs, _ = _fresh(inputs, create_graph)
        vectors = _vectors(v, inputs, "inputs")
        outputs, one_output = _outputs(func, inputs)
        _check_strict(outputs, inputs, strict)
        probes = tuple([aten.zeros_like(o).requires_grad_() for o in outputs])
        rows = _gradients(outputs, inputs, probes, True, strict)
        found = _gradients(rows, probes, vectors, create_graph, strict)
    return _packed(outputs, one_output, create_graph), _packed(found, one_output, create_graph)


def jacobian(
    func: Callable,
    inputs,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
):
    """The derivative of each output with respect to each input: sizes of the output, then of the
    input.

    A tensor for one tensor in and out, else tuples by output and by input. `vectorize` changes
    nothing but speed elsewhere, and is accepted. Raises UnsupportedError for
    strategy="forward-mode".
    """
    if strategy != "reverse-mode":
        raise UnsupportedError(f"jacobian with strategy {strategy!r}; use 'reverse-mode'")
    if strict and vectorize:
        raise AutogradError("jacobian with strict=True does not go with vectorize=True")
    with enable_grad():
        inputs, single = _fresh(inputs, create_graph)
        outputs, one_output = _outputs(func, inputs)
        _check_strict(outputs, inputs, strict)
        found = tuple([_rows(o, inputs, create_graph, strict) for o in outputs])
    found = tuple([_packed(row, single, create_graph) for row in found])
    return found[0] if one_output else found


def hessian(
    func: Callable,
    inputs,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
):
    """The second derivative of a function with one element as result: `jacobian` of its
    `jacobian`.
    """

    def first(*values):
        found = jacobian(lambda *xs: _scalar(func(*xs)), values, create_graph=True, strict=strict)
        return found[0] if len(found) == 1 and isinstance(inputs, Tensor) else found

    return jacobian(first, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def vhp(func: Callable, inputs, v=None, create_graph: bool = False, strict: bool = False):
    """(func(*inputs), v @ Hessian) of a function with one element as result."""
    return _hessian_product(func, inputs, v, create_graph, strict)


def hvp(func: Callable, inputs, v=None, create_graph: bool = False, strict: bool = False):
    """(func(*inputs), Hessian @ v). The Hessian is symmetric where it exists, so this is `vhp`."""
    return _hessian_product(func, inputs, v, create_graph, strict)


def _hessian_product(func: Callable, inputs, v, create_graph: bool, strict: bool):
    with enable_grad():
        inputs, single = _fresh(inputs, create_graph)
        vectors = _vectors(v, inputs, "inputs")
        outputs, one_output = _outputs(func, inputs)
        _check_strict(outputs, inputs, strict)
        _scalar(outputs[0] if one_output else outputs)
        slopes = _gradients(outputs, inputs, None, True, strict)
        found = _gradients(slopes, inputs, vectors, create_graph, strict)
    return _packed(outputs, one_output, create_graph), _packed(found, single, create_graph)


def _fresh(inputs, create_graph: bool) -> tuple[tuple, bool]:
    """Aliases of the inputs that require grad, as a tuple, and whether there was but one tensor."""
    single = isinstance(inputs, Tensor)
    inputs = (inputs,) if single else tuple(inputs)
    for i, x in enumerate(inputs):
        if not isinstance(x, Tensor):
            raise TypeError(f"input {i} must be a Tensor, got {type(x).__name__}")
    if create_graph:
        return tuple([x.view_as(x) if x.requires_grad else _leaf(x) for x in inputs]), single
    return tuple([_leaf(x) for x in inputs]), single


def _leaf(x: Tensor) -> Tensor:
    return x.detach().requires_grad_()


def _outputs(func: Callable, inputs: tuple) -> tuple[tuple, bool]:
    found = func(*inputs)
    single = isinstance(found, Tensor)
    outputs = (found,) if single else tuple(found)
    for i, o in enumerate(outputs):
        if not isinstance(o, Tensor):
            raise TypeError(f"output {i} must be a Tensor, got {type(o).__name__}")
    return outputs, single


def _scalar(output):
    """The only output. Raises AutogradError unless it has one element."""
    if not isinstance(output, Tensor):
        raise AutogradError("the function must return one Tensor")
    if output.numel() != 1:
        raise AutogradError(
            "the Tensor returned by the function must have one element, got shape "
            f"{list(output.shape)}"
        )
    return output.reshape(())


def _vectors(v, like: tuple, what: str) -> tuple:
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise AutogradError(f"v can only be None when the {what} are one tensor of one element")
        return (aten.ones_like(like[0]).detach(),)
    vectors = (v,) if isinstance(v, Tensor) else tuple(v)
    if len(vectors) != len(like):
        raise AutogradError(f"v has {len(vectors)} tensors for {len(like)} {what}")
    for i, (one, x) in enumerate(zip(vectors, like)):
        if tuple(one.shape) != tuple(x.shape):
            raise AutogradError(
                f"v has a tensor {i} of size {list(one.shape)} for one of size {list(x.shape)}"
            )
    return vectors


def _check_strict(outputs: tuple, inputs: tuple, strict: bool) -> None:
    if not strict:
        return
    for i, output in enumerate(outputs):
        if not output.requires_grad:
            raise AutogradError(
                f"Output {i} of the user-provided function does not require gradients: it is "
                "independent of the "
                "inputs, which strict mode does not allow"
            )


def _gradients(outputs, inputs: tuple, vectors, create_graph: bool, strict: bool) -> tuple:
    """v @ Jacobian for each input, zeros where an input does not take part."""
    pairs = [(o, None if vectors is None else vectors[i]) for i, o in enumerate(outputs)]
    pairs = [(o, v) for o, v in pairs if o.requires_grad]
    if pairs:
        found = grad(
            [o for o, _ in pairs],
            inputs,
            [v for _, v in pairs],
            retain_graph=True,
            create_graph=create_graph,
            allow_unused=True,
        )
    else:
        found = (None,) * len(inputs)
    if strict and None in found:
        raise AutogradError(
            "The output of the user-provided function is independent of input "
            f"{found.index(None)}, which strict mode "
            "does not allow"
        )
    return tuple([aten.zeros_like(x) if g is None else g for g, x in zip(found, inputs)])


def _rows(output, inputs: tuple, create_graph: bool, strict: bool) -> tuple:
    """The Jacobian of one output, a tensor of its sizes and the input's for each input."""
    flat = output.reshape(-1)
    rows = [_gradients((e,), inputs, None, create_graph, strict) for e in flat.unbind(0)]
    if not rows:
        return tuple([x.new_zeros((*output.shape, *x.shape)) for x in inputs])
    return tuple(
        [
            aten.stack(list(column)).reshape((*output.shape, *x.shape))
            for column, x in zip(zip(*rows), inputs)
        ]
    )


def _packed(values: tuple, single: bool, create_graph: bool):
    found = tuple([v if create_graph else v.detach() for v in values])
    return found[0] if single else found
