"""Writes: versions, aliasing, rebased histories, and the errors that guard them."""

import lamina
import pytest
from lamina.errors import AutogradError, DtypeError, ShapeError


def _leaf(*shape):
    return lamina.arange(1.0, 1 + lamina.Size(shape).numel()).reshape(shape).requires_grad_()


def test_writes_bump_the_version_that_views_and_detach_share():
    x = lamina.zeros(2, 3)
    view, cut, free = x[0], x.detach(), x.data
    x.add_(1)
    assert [t._version for t in (x, view, cut, free)] == [1, 1, 1, 0]
    cut.mul_(2)
    assert x._version == 2


def test_setitem_and_augmented_assignment_write_in_place():
    x = lamina.zeros(2, 3)
    alias = x.view(6)
    x[0, 1] = 5
    x[1] += 2
    assert alias.tolist() == [0, 5, 0, 2, 2, 2]


def test_write_through_a_view_rebases_the_base():
    a = _leaf(2, 2)
    base = a * 1
    view = base[0]
    view.mul_(3)
    assert base.grad_fn.name() == "CopySlices"
    assert view.grad_fn.name() == "AsStridedBackward0"
    base.sum().backward()
    assert a.grad.tolist() == [[3, 3], [1, 1]]


def test_other_views_see_the_new_history():
    a = _leaf(4)
    base = a * 1
    left, whole = base[:2], base.view(2, 2)
    left.mul_(2)
    (whole * lamina.tensor([[1.0, 10.0], [100.0, 1000.0]])).sum().backward()
    assert a.grad.tolist() == [2, 20, 100, 1000]


def test_view_made_before_its_base_required_grad():
    w = _leaf(2)
    base = lamina.zeros(2, 2)
    view = base[1]
    assert not view.requires_grad
    base.add_(w)
    assert view.requires_grad and not view.is_leaf
    view.sum().backward()
    assert w.grad.tolist() == [1, 1]


def test_copy_into_a_slice_of_a_buffer():
    w = _leaf(3)
    buffer = lamina.zeros(2, 3)
    buffer[1] = w * w
    buffer[0].copy_(w)
    buffer.sum().backward()
    assert w.grad.tolist() == [3, 5, 7]


def test_write_through_a_view_of_a_transposed_base():
    a = _leaf(2, 3)
    base = (a * 1).t().contiguous().t()
    flat = base.t().view(6)
    flat[1:3].mul_(5)
    base.sum().backward()
    assert a.grad.tolist() == [[1, 5, 1], [5, 1, 1]]


def test_write_through_as_strided_of_a_base_with_an_offset():
    a = _leaf(8)
    base = (a * 1)[2:].detach().requires_grad_() * 1
    view = base.as_strided((2,), (2,), 1)
    view.mul_(7)
    (leaf_grad,) = lamina.autograd.grad(
        base.sum(), base.grad_fn.next_functions[0][0].next_functions[0][0].variable
    )
    assert leaf_grad.tolist() == [1, 7, 1, 7, 1, 1]


def test_inplace_formula_uses_the_value_before_the_write():
    x = _leaf(3)
    y = x * 1
    y.pow_(2)
    y.sum().backward()
    assert x.grad.tolist() == [2, 4, 6]


def test_inplace_view_operators_change_only_this_tensor():
    x = lamina.zeros(2, 3)
    view = x[0]
    x.t_()
    assert x.shape == (3, 2) and view.shape == (3,) and x._version == 1
    x.unsqueeze_(0).squeeze_()
    assert x.shape == (3, 2)


def test_view_replays_after_its_base_was_transposed_in_place():
    a = _leaf(2, 3)
    base = a * 1
    row = base[0]
    base.t_()
    base.mul_(2)
    row.sum().backward()
    assert a.grad.tolist() == [[2, 2, 2], [0, 0, 0]]


def test_inplace_view_of_a_view():
    a = _leaf(2, 3)
    base = a * 1
    view = base.t()
    view.t_()
    base.mul_(3)
    view[0].sum().backward()
    assert a.grad.tolist() == [[3, 3, 3], [0, 0, 0]]


def test_out_is_written_and_returned():
    out = lamina.zeros(3)
    result = lamina.add(lamina.ones(3), 1, out=out)
    assert result is out and out.tolist() == [2, 2, 2] and out._version == 1


def test_overlapping_source_and_target():
    x = lamina.arange(6)
    with pytest.raises(ShapeError, match="refer to a single memory location"):
        x[1:].copy_(x[:-1])
    x[::2].copy_(x[1::2])
    assert x.tolist() == [1, 1, 3, 3, 5, 5]


def test_data_is_free_of_autograd():
    x = _leaf(2)
    x.data.mul_(10)
    assert x.tolist() == [10, 20] and x._version == 0 and x.is_leaf


def test_modified_saved_tensor():
    x = _leaf(3)
    y = x.exp()
    z = (y * y).sum()
    y.add_(1)
    with pytest.raises(
        AutogradError,
        match="one of the variables needed for gradient computation has been modified by an "
        r"inplace operation.*output 0 of ExpBackward0, is at version 1; expected version 0",
    ):
        z.backward()


def test_leaf_that_requires_grad():
    with pytest.raises(
        AutogradError,
        match="a leaf Variable that requires grad is being used in an in-place operation",
    ):
        _leaf(3).add_(1)


def test_view_of_a_leaf_that_requires_grad():
    with pytest.raises(AutogradError, match="a view of a leaf Variable that requires grad"):
        _leaf(3)[0].add_(1)


def test_leaf_under_no_grad():
    x = _leaf(3)
    with lamina.no_grad():
        x.add_(1)
    assert x.is_leaf and x.tolist() == [2, 3, 4]


def test_output_of_a_function_with_several_views():
    first, _ = (_leaf(2, 2) * 1).unbind()
    with pytest.raises(
        AutogradError,
        match="Output 0 of UnbindBackward0 is a view and is being modified inplace.*Such functions "
        "do not allow the output views to be modified inplace",
    ):
        first.mul_(2)


def test_touching_a_multi_view_after_its_base_was_written():
    base = _leaf(2, 2) * 1
    first, _ = base.unbind()
    base.mul_(2)
    with pytest.raises(AutogradError, match="do not allow the output views to be modified inplace"):
        _ = first.grad_fn


def test_view_created_in_no_grad_mode():
    base = _leaf(2, 2) * 1
    with lamina.no_grad():
        view = base[0]
    with pytest.raises(
        AutogradError,
        match="was created in no_grad mode and is being modified inplace with grad mode enabled",
    ):
        view.mul_(2)


def test_result_dtype_that_does_not_fit():
    with pytest.raises(
        DtypeError,
        match="result type lamina.float32 can't be cast to the desired output type lamina.int64",
    ):
        lamina.arange(3).add_(0.5)


def test_result_that_is_too_large():
    with pytest.raises(
        ShapeError, match=r"output with shape \[3\] doesn't match the broadcast shape \[2, 3\]"
    ):
        lamina.zeros(3).add_(lamina.zeros(2, 3))


def test_expanded_target():
    with pytest.raises(
        ShapeError,
        match="more than one element of the written-to tensor refers to a single memory location",
    ):
        lamina.zeros(1).expand(3).add_(1)


def test_inference_tensor_outside_inference_mode():
    with lamina.inference_mode():
        x = lamina.zeros(3)
    with pytest.raises(AutogradError, match="inplace update to inference tensor outside"):
        x.add_(1)
