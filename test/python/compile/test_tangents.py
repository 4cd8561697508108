"""Tangents: the layout that the backward takes stands in the IR, and whatever a caller brings is
converted to it.
"""

import lamina
import pytest
from lamina import config

LAYOUTS = {
    "row-major": lambda x: x,
    "transposed": lambda x: (x.transpose(0, 1) * 1).transpose(0, 1),
    "reversed": lambda x: x.permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0),
    "channels_last": lambda x: x.contiguous(memory_format=lamina.channels_last),
    "padded": lambda x: x.unsqueeze(-1).expand(*x.shape, 2).contiguous()[..., 0],
    "expanded": lambda x: x[:1].expand_as(x),
    "expanded number": lambda x: lamina.full((), 0.5, dtype=x.dtype).expand_as(x),
    "overlapping": lambda x: x.reshape(-1).as_strided(x.shape, (1, 2, 3, 1)),
}

PROGRAMS = {
    "row-major": lambda x: x * 2,
    "permuted": lambda x: x.sin().permute(1, 0, 3, 2),
    "channels_last": lambda x: (x * x).contiguous(memory_format=lamina.channels_last),
    "expanded": lambda x: x.exp()[:, :1].expand(2, 3, 4, 5),
    "overlapping": lambda x: x.cos().as_strided((2, 3, 4, 5), (1, 2, 3, 4)),
}


@pytest.fixture(params=["interpreter", "cpu"], autouse=True)
def backend(request):
    with config.scope(backend=request.param):
        yield


def gradient(function, layout: str):
    """The gradient of a program's input for a tangent that lies in memory as `layout` says."""
    x = (lamina.arange(120.0).reshape(2, 3, 4, 5) / 60).requires_grad_()
    result = function(x)
    values = (lamina.arange(120.0) % 7).reshape(result.shape)
    result.backward(LAYOUTS[layout](values))
    return x.grad


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_complaint_1_tangent_layouts_are_declared_and_converted_never_guessed(program, layout):
    function = PROGRAMS[program]
    compiled = lamina.compile(function, fullgraph=True)
    expected = gradient(function, layout)
    # The second call meets the program that the first one compiled.
    for _ in range(2):
        assert lamina.allclose(gradient(compiled, layout), expected, rtol=1e-6)
    assert len(compiled.entries) == 1


@pytest.mark.parametrize(
    ("program", "strides"),
    [("row-major", ""), ("channels_last", "60, 1, 15, 3"), ("overlapping", "")],
)
def test_the_layout_of_a_tangent_stands_in_the_ir(program, strides):
    x = lamina.zeros(2, 3, 4, 5, requires_grad=True)
    text = lamina.compile(PROGRAMS[program], fullgraph=True).lower(x).text("captured")
    tangent = text.partition("#lamina.tangent<output, ")[2].partition("}")[0]
    assert (f"lamina.strides = array<i64: {strides}>" in tangent) == bool(strides)


def test_a_tangent_of_another_dtype_is_converted():
    def gradient_of(function):
        x = lamina.ones(3, dtype=lamina.float32, requires_grad=True)
        result = function(x)
        result.register_hook(lambda grad: grad)
        lamina.autograd.backward(result, lamina.full((3,), 1.5, dtype=lamina.float64))
        return x.grad

    function = lambda x: x * 3  # noqa: E731
    found = gradient_of(lamina.compile(function, fullgraph=True))
    assert found.dtype == lamina.float32 and found.tolist() == gradient_of(function).tolist()


def test_an_absent_tangent_counts_as_zeros():
    x = lamina.ones(3, requires_grad=True)
    first, second = lamina.compile(lambda x: (x * 3, (x * 5).t()), fullgraph=True)(x)
    first.sum().backward(retain_graph=True)
    assert x.grad.tolist() == [3, 3, 3]
    second.sum().backward()
    assert x.grad.tolist() == [8, 8, 8]
