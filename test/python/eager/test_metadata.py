"""`resize_`, `set_`, `data`, storages and in-place views: who looks at which memory, versions and errors."""

import lamina
import numpy as np
import pytest
from lamina.errors import ShapeError, UnsupportedError

from .differential import check


def _with(make, act):
    """A case that returns a tensor and its view after `act`."""

    def case(m):
        x = make(m)
        result = act(m, x)
        return [x, result]

    return case


def _matrix(m):
    return m.arange(6.0).reshape(2, 3).clone()


RESIZES = {
    "smaller": lambda m, x: x.resize_(4),
    "larger": lambda m, x: x.resize_(4, 5).fill_(2),
    "larger by a tuple": lambda m, x: x.resize_((3, 3)).fill_(1),
    "same size": lambda m, x: x.resize_(2, 3),
    "0-d": lambda m, x: x.resize_(()),
    "empty": lambda m, x: x.resize_(0),
    "negative": lambda m, x: x.resize_(-1),
    "float": lambda m, x: x.resize_(2.5),
    "nothing": lambda m, x: x.resize_(),
    "of a view": lambda m, x: x[1].resize_(4, 5).fill_(3),
    "of a transposed": lambda m, x: x.t().resize_(2, 3),
    "of a transposed to its size": lambda m, x: x.t().resize_(3, 2),
    "channels last": lambda m, x: x.resize_(1, 2, 3, 1, memory_format=m.channels_last),
    "preserve": lambda m, x: x.resize_(2, memory_format=m.preserve_format),
    "as": lambda m, x: x.resize_as_(m.zeros(3, 2).t()),
    "as another": lambda m, x: x.resize_as_(m.zeros(2, 2)),
    "as channels last": lambda m, x: x.resize_as_(
        m.zeros(1, 2, 3, 4).contiguous(memory_format=m.channels_last),
        memory_format=m.preserve_format,
    ),
    "requires grad": lambda m, x: x.requires_grad_().resize_(2, 3),
    "non-leaf": lambda m, x: (x.requires_grad_() * 2).resize_(2, 2),
}


@pytest.mark.parametrize("name", RESIZES)
def test_resize(torch, name):
    ignore = ("values",) if name == "as channels last" else ()
    check(torch, _with(_matrix, RESIZES[name]), ignore)


def _four(m):
    return m.arange(4.0)


SETS = {
    "tensor": lambda m, x: x.set_(_four(m)),
    "view": lambda m, x: x.set_(_matrix(m).t()[1:]),
    "by name": lambda m, x: x.set_(source=_four(m)),
    "nothing": lambda m, x: x.set_(),
    "of another dtype": lambda m, x: x.set_(m.ones(4, dtype=m.int32)),
    "number": lambda m, x: x.set_(3),
    "storage": lambda m, x: x.set_(_four(m).untyped_storage()),
    "part of a storage": lambda m, x: x.set_(_four(m).untyped_storage(), 1, (2,), (1,)),
    "part without strides": lambda m, x: x.set_(_four(m).untyped_storage(), 0, (2, 2)),
    "part by name": lambda m, x: x.set_(
        source=_four(m).untyped_storage(), storage_offset=2, size=(2,), stride=(1,)
    ),
    "part of a tensor": lambda m, x: x.set_(_four(m), 1, (2,), (1,)),
    "wrong strides": lambda m, x: x.set_(_four(m).untyped_storage(), 0, (2, 2), (1,)),
    "negative offset": lambda m, x: x.set_(_four(m).untyped_storage(), -1, (2, 2), (1, 1)),
    "negative strides": lambda m, x: x.set_(_four(m).untyped_storage(), 0, (2, 2), (-1, 1)),
    "negative size": lambda m, x: x.set_(_four(m), 0, (-1,), (1,)),
    "leaf": lambda m, x: x.requires_grad_().set_(_four(m)),
    "leaf under no_grad": lambda m, x: _without_grad(m, lambda: x.requires_grad_().set_(_four(m))),
    "to a leaf": lambda m, x: x.set_(_four(m).requires_grad_()),
    "non-leaf": lambda m, x: (x.requires_grad_() * 2).set_(_four(m)),
}


def _without_grad(m, act):
    with m.no_grad():
        return act()


@pytest.mark.parametrize("name", SETS)
def test_set(torch, name):
    check(torch, _with(_matrix, SETS[name]))


def test_set_grows_a_storage():
    source, x = lamina.ones(1), lamina.zeros(2)
    x.set_(source, 0, (4,), (1,))
    assert x.tolist() == [1, 0, 0, 0] and source.untyped_storage().nbytes() == 16


def test_views_made_before_stay_where_they_were(torch):
    def case(m):
        x = _matrix(m)
        view = x[0]
        x.set_(_four(m))
        view.add_(1)
        return [x, view, view._base]

    check(torch, case)


def test_backward_through_set_is_not_defined():
    x = (lamina.ones(2).requires_grad_() * 2).set_(lamina.ones(2))
    with pytest.raises(RuntimeError, match="set_"):
        x.sum().backward()


DATA = {
    "another size": lambda m, x: m.ones(4),
    "another dtype": lambda m, x: m.ones(4, dtype=m.int64),
    "number": lambda m, x: 3,
    "view": lambda m, x: m.arange(6.0)[2:],
}


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize(
    "prepare",
    [
        lambda x: x,
        lambda x: x.add_(1),
        lambda x: x.requires_grad_(),
        lambda x: x.requires_grad_() * 2,
        lambda x: x[0],
    ],
    ids=["plain", "written", "leaf", "non-leaf", "view"],
)
def test_data(torch, name, prepare):
    def case(m):
        x = prepare(_matrix(m))
        value = DATA[name](m, x)
        x.data = value
        value.add_(1)
        return [x, value, x.data]

    check(torch, case)


INPLACE_VIEWS = {
    "t_": lambda x: x.t_(),
    "transpose_": lambda x: x.transpose_(0, -1),
    "swapaxes_": lambda x: x.swapaxes_(0, 1),
    "swapdims_": lambda x: x.swapdims_(1, 0),
    "squeeze_": lambda x: x.squeeze_(),
    "squeeze_ dim": lambda x: x.squeeze_(0),
    "squeeze_ dims": lambda x: x.squeeze_((0, 1)),
    "unsqueeze_": lambda x: x.unsqueeze_(1),
    "as_strided_": lambda x: x.as_strided_((2,), (2,), 1),
    "detach_": lambda x: x.detach_(),
    "wrong transpose_": lambda x: x.transpose_(0, 8),
    "wrong squeeze_": lambda x: x.squeeze_(9),
    "wrong unsqueeze_": lambda x: x.unsqueeze_(9),
}


@pytest.mark.parametrize("name", INPLACE_VIEWS)
@pytest.mark.parametrize(
    "make",
    [
        _matrix,
        lambda m: m.zeros(1, 3),
        lambda m: m.zeros(0, 3),
        lambda m: m.tensor(1.0),
        lambda m: m.zeros(2, 3, 4),
        lambda m: _matrix(m)[1:],
        lambda m: _matrix(m).requires_grad_(),
        lambda m: _matrix(m).requires_grad_() * 2,
        lambda m: (_matrix(m).requires_grad_() * 2)[:, 1:],
    ],
    ids=["matrix", "row", "empty", "0-d", "cube", "view", "leaf", "non-leaf", "non-leaf view"],
)
def test_inplace_views(torch, name, make):
    check(torch, _with(make, lambda m, x: INPLACE_VIEWS[name](x)))


def test_storage_resize_keeps_what_fits_and_tensors_follow():
    x = lamina.arange(3.0)
    view = x[1:]
    storage = x.untyped_storage()
    storage.resize_(24)
    x.add_(1)
    assert storage.nbytes() == len(storage) == 24 and view.tolist() == [2, 3]
    storage.resize_(8)
    assert x.shape == (3,) and x._version == 1
    for use in (lambda: x + 1, lambda: view.sum(), lambda: x.fill_(1), lambda: repr(x), x.numpy):
        with pytest.raises(ShapeError, match="need 12 bytes of a storage of 8"):
            use()
    storage.resize_(12)
    assert x.tolist() == [1, 2, 0] and view.tolist() == [2, 0]


def test_storage_freed_and_allocated_again():
    x = lamina.ones(2, 2).t()
    x.untyped_storage().resize_(0)
    assert x.data_ptr() == 0 and x.untyped_storage().data_ptr() == 0
    x.untyped_storage().resize_(16)
    assert x.copy_(lamina.arange(4.0).reshape(2, 2)).tolist() == [[0, 1], [2, 3]]
    assert x.stride() == (1, 2)


def test_memory_that_others_see_cannot_be_resized(torch):
    check(torch, lambda m: m.from_numpy(np.zeros(3)).resize_(9))
    check(torch, lambda m: [m.zeros(3).numpy(), 0] and m.from_numpy(np.zeros(3)).resize_(2))

    def exported(m):
        x = m.zeros(3)
        array = x.numpy()
        x.untyped_storage().resize_(0)
        return array

    check(torch, exported)


STORAGES = {
    "constructor": lambda m: len(m.UntypedStorage(4)),
    "of a list": lambda m: m.UntypedStorage([1, 2, 3]).tolist(),
    "empty": lambda m: m.UntypedStorage().size(),
    "negative": lambda m: m.UntypedStorage(-1),
    "item": lambda m: m.UntypedStorage([1, 2])[1],
    "item outside": lambda m: m.UntypedStorage([1, 2])[2],
    "item by name": lambda m: m.UntypedStorage([1, 2])["a"],
    "slice": lambda m: m.UntypedStorage([1, 2, 3])[1:].tolist(),
    "fill": lambda m: m.UntypedStorage(2).fill_(9).tolist(),
    "copy": lambda m: m.UntypedStorage(2).copy_(m.UntypedStorage([3, 4])).tolist(),
    "copy of another size": lambda m: m.UntypedStorage(2).copy_(m.UntypedStorage(3)),
    "clone": lambda m: m.UntypedStorage([1]).clone().tolist(),
    "negative resize": lambda m: m.UntypedStorage(2).resize_(-1),
    "resizable": lambda m: m.UntypedStorage(2).resizable(),
    "is_storage": lambda m: [m.is_storage(m.UntypedStorage(2)), m.is_storage(m.zeros(2))],
    "of a tensor": lambda m: m.tensor([1, 2], dtype=m.uint8).untyped_storage().tolist(),
    "device": lambda m: str(m.zeros(1).untyped_storage().device),
    "class": lambda m: isinstance(m.zeros(1).untyped_storage(), m.UntypedStorage),
    "repr": lambda m: repr(m.UntypedStorage([7, 200])).split("UntypedStorage")[1],
}


@pytest.mark.parametrize("name", STORAGES)
def test_storage(torch, name):
    check(torch, STORAGES[name])


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.untyped_storage().fill_(1),
        lambda x: lamina.add(x, 1, out=lamina.zeros(0)),
    ],
)
def test_refused_in_a_trace(change):
    _check_refused(change, lamina.zeros(2))


def _check_refused(change, x):
    @lamina.compile(fullgraph=True, backend="interpreter")
    def program(x):
        change(x)
        return x + 1

    with pytest.raises(UnsupportedError):
        program(x)
    assert x.shape == (2,)
