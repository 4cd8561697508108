"""Every view operator: torch's sizes, strides and offset, shared memory, and the gradient's way back."""

import lamina
import numpy as np
import pytest
from lamina.autograd.gradcheck import gradcheck, gradgradcheck
from lamina.errors import DimError, ShapeError

from .conftest import assert_same, to_lamina

VIEWS = {
    "alias": ((2, 3), lambda x: x[...]),
    "detach": ((2, 3), lambda x: x.detach()),
    "permute": ((2, 3, 4), lambda x: x.permute(2, 0, -2)),
    "transpose": ((2, 3, 4), lambda x: x.transpose(0, -1)),
    "t": ((2, 3), lambda x: x.t()),
    "t_vector": ((3,), lambda x: x.t()),
    "view": ((2, 6), lambda x: x.view(3, -1)),
    "view_of_transposed": ((2, 3, 4), lambda x: x.permute(2, 0, 1).view(4, 6)),
    "view_empty": ((0, 3), lambda x: x.view(3, 0)),
    "view_scalar": ((1, 1), lambda x: x.view(())),
    "reshape_view": ((2, 3), lambda x: x.reshape(6)),
    "expand": ((3, 1), lambda x: x.expand(2, 3, 4)),
    "expand_keep": ((3, 1), lambda x: x.expand(-1, 5)),
    "select": ((2, 3), lambda x: x.select(1, -1)),
    "slice": ((5, 3), lambda x: x[1:-1:2]),
    "slice_clamped": ((5,), lambda x: x[3:100]),
    "slice_empty": ((5,), lambda x: x[4:2]),
    "index_mixed": ((3, 4, 5), lambda x: x[1, ..., None, 2:]),
    "squeeze": ((1, 3, 1), lambda x: x.squeeze()),
    "squeeze_dim": ((1, 3, 1), lambda x: x.squeeze(-1)),
    "squeeze_dims": ((1, 3, 1), lambda x: x.squeeze((0, 1))),
    "unsqueeze": ((2, 3), lambda x: x.unsqueeze(-1)),
    "unsqueeze_middle": ((2, 3), lambda x: x.unsqueeze(1)),
    "diagonal": ((3, 4), lambda x: x.diagonal()),
    "diagonal_offset": ((2, 3, 4), lambda x: x.diagonal(-1, 1, 2)),
    "diagonal_outside": ((2, 2), lambda x: x.diagonal(5)),
    "as_strided": ((4, 4), lambda x: x.as_strided((2, 3), (4, 1), 2)),
    "as_strided_overlapping": ((6,), lambda x: x.as_strided((3, 3), (1, 1))),
    "unfold": ((7,), lambda x: x.unfold(0, 3, 2)),
    "unfold_overlapping": ((2, 5), lambda x: x.unfold(1, 3, 1)),
    "split": ((5, 2), lambda x: x.split(2)[2]),
    "split_sizes": ((5, 2), lambda x: x.split([1, 4])[1]),
    "chunk": ((5, 2), lambda x: x.chunk(3, 0)[1]),
    "unbind": ((2, 3), lambda x: x.unbind(1)[2]),
    "narrow": ((5,), lambda x: x.narrow(0, -3, 2)),
    "movedim": ((2, 3, 4), lambda x: x.movedim((0, 1), (2, 0))),
    "flatten": ((2, 3, 4), lambda x: x.flatten(1)),
    "flatten_scalar": ((), lambda x: x.flatten()),
    "unflatten": ((2, 6), lambda x: x.unflatten(1, (2, -1))),
    "T": ((2, 3), lambda x: x.T),
    "mT": ((2, 3, 4), lambda x: x.mT),
    "swapaxes": ((2, 3, 4), lambda x: x.swapaxes(0, 2)),
    "tensor_split": ((7,), lambda x: x.tensor_split(3)[1]),
    "tensor_split_at": ((7,), lambda x: x.tensor_split((2, 5))[2]),
    "real": ((2, 3), lambda x: x.real),
}


def _input(torch, shape, dtype=None):
    torch.manual_seed(0)
    return torch.rand(shape, dtype=dtype or torch.float64).requires_grad_()


@pytest.mark.parametrize("name", VIEWS)
def test_geometry(torch, name):
    shape, view = VIEWS[name]
    theirs = _input(torch, shape)
    assert_same(view(to_lamina(theirs)), view(theirs))


@pytest.mark.parametrize("name", VIEWS)
def test_geometry_of_a_permuted_input(torch, name):
    shape, view = VIEWS[name]
    backwards = tuple(range(len(shape)))[::-1]
    theirs = _input(torch, shape[::-1]).detach().permute(backwards)
    ours = to_lamina(theirs.permute(backwards)).permute(backwards)
    try:
        expected = view(theirs)
    except RuntimeError:
        with pytest.raises(ShapeError):
            view(ours)
        return
    assert_same(view(ours), expected)


@pytest.mark.parametrize("name", [n for n in VIEWS if n != "detach"])
def test_gradient(name):
    shape, view = VIEWS[name]
    x = lamina.tensor(np.random.default_rng(0).random(shape)).requires_grad_()
    assert gradcheck(lambda x: view(x) * 2, [x])
    assert gradgradcheck(lambda x: view(x) ** 2, [x])


@pytest.mark.parametrize("name", VIEWS)
def test_memory_is_shared(name):
    shape, view = VIEWS[name]
    x = lamina.zeros(shape)
    seen = view(x)
    x.fill_(7)
    assert seen.untyped_storage() is x.untyped_storage()
    assert (seen.numpy() == 7).all()
    assert seen._version == 1


@pytest.mark.parametrize("name", [n for n in VIEWS if not n.startswith(("detach", "alias"))])
def test_grad_fn_name(torch, name):
    shape, view = VIEWS[name]
    theirs = view(_input(torch, shape))
    ours = view(to_lamina(_input(torch, shape)))
    if theirs.grad_fn is None:
        assert ours.grad_fn is None
        return
    assert ours.grad_fn.name().rstrip("0123456789") == theirs.grad_fn.name().rstrip("0123456789")


def test_complex_parts_are_views(torch):
    theirs = torch.rand(2, 3, dtype=torch.complex64)
    ours = to_lamina(theirs)
    for part in (lambda x: x.real, lambda x: x.imag):
        assert_same(part(ours), part(theirs))
    ours.imag.fill_(0)
    assert (ours.numpy().imag == 0).all()


@pytest.mark.parametrize("part", ["real", "imag"])
def test_gradient_of_complex_parts(part):
    x = lamina.tensor(np.array([1 + 2j, 3 - 1j])).requires_grad_()
    assert gradcheck(lambda x: getattr(x, part) * 3, [x])


def test_view_as_complex_and_back(torch):
    theirs = torch.rand(3, 2)
    ours = to_lamina(theirs)
    assert_same(lamina.view_as_complex(ours), torch.view_as_complex(theirs))
    x = lamina.tensor(np.random.default_rng(0).random((3, 2))).requires_grad_()
    assert gradcheck(lambda x: lamina.view_as_real(lamina.view_as_complex(x) * (1 + 2j)), [x])


@pytest.mark.parametrize(
    "source, target",
    [("float32", "int32"), ("float64", "float32"), ("int8", "int32"), ("float16", "bfloat16")],
)
def test_view_of_another_dtype(torch, source, target):
    theirs = torch.zeros(3, 8, dtype=getattr(torch, source))
    ours = lamina.zeros(3, 8, dtype=getattr(lamina, source))
    assert_same(
        ours.view(getattr(lamina, target)), theirs.view(getattr(torch, target)), values=False
    )


def test_view_with_incompatible_strides_names_both():
    with pytest.raises(ShapeError, match=r"size \[3, 2\] and strides \[1, 3\] cannot be \[6\]"):
        lamina.zeros(2, 3).t().view(6)


def test_reshape_copies_only_when_it_must():
    x = lamina.zeros(2, 3)
    assert x.reshape(6).untyped_storage() is x.untyped_storage()
    assert x.t().reshape(6).untyped_storage() is not x.untyped_storage()


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda x: x.transpose(0, 2), DimError),
        (lambda x: x.select(0, 2), DimError),
        (lambda x: x[0, 0, 0], DimError),
        (lambda x: x.permute(0), ShapeError),
        (lambda x: x.permute(0, 0), ShapeError),
        (lambda x: x.expand(2, 4), ShapeError),
        (lambda x: x.view(4), ShapeError),
        (lambda x: x.view(-1, -1), ShapeError),
        (lambda x: x.unfold(0, 3, 1), ShapeError),
        (lambda x: x.split([1, 2], 0), ShapeError),
        (lambda x: x.as_strided((2, 9), (3, 1)), ShapeError),
        (lambda x: x.as_strided((2,), (3, 1)), ShapeError),
        (lambda x: x.diagonal(0, 1, 1), ShapeError),
        (lambda x: x.narrow(0, 1, 2), ShapeError),
        (lambda x: lamina.view_as_complex(x), ShapeError),
        (lambda x: x.view(lamina.float64), ShapeError),
    ],
)
def test_bad_arguments(call, error):
    with pytest.raises(error) as caught:
        call(lamina.zeros(2, 3))
    assert caught.value.user_frame.file == __file__


def test_slice_of_a_0d_tensor():
    with pytest.raises(DimError, match="0-d"):
        lamina.zeros(()).select(0, 0)
