"""What a Tensor says of itself, how it prints, copies, and meets NumPy."""

import copy
import pickle
import subprocess
import sys

import lamina
import numpy as np
import pytest
from lamina.errors import DeviceError, DtypeError, ShapeError, ValueError_


def test_tensor_infers_dtypes():
    for value, name in [(1, "int64"), (1.0, "float32"), (True, "bool"), (1j, "complex64")]:
        assert lamina.tensor([value]).dtype is getattr(lamina, name)
    assert lamina.tensor([]).dtype is lamina.float32
    assert lamina.tensor(np.float64(3)).dtype is lamina.float64


def test_tensor_of_tensors():
    assert lamina.tensor([lamina.tensor(1.5), lamina.tensor(2.0)]).tolist() == [1.5, 2]


def test_ragged_data():
    with pytest.raises(ValueError_, match="cannot make a tensor of this sequence"):
        lamina.tensor([[1, 2], [3]])


def test_text():
    with pytest.raises(DtypeError, match="cannot make a tensor of str data"):
        lamina.tensor("text")


def test_from_numpy_shares_memory():
    array = np.zeros((2, 3), np.float32)
    x = lamina.from_numpy(array)
    x[0, 0] = 5
    assert array[0, 0] == 5
    array[1] = 7
    assert x[1].tolist() == [7, 7, 7]


def test_from_numpy_of_a_strided_array_reaches_its_memory():
    array = np.arange(12.0).reshape(3, 4)[:, ::2]
    x = lamina.from_numpy(array)
    assert x.stride() == (4, 2)
    assert x.view(3, 2).t().tolist() == array.T.tolist()
    assert x.as_strided((3,), (1,)).tolist() == [0, 1, 2]


def test_from_numpy_refuses_what_it_cannot_share():
    with pytest.raises(ValueError_, match="negative strides"):
        lamina.from_numpy(np.arange(3)[::-1])
    with pytest.raises(DtypeError):
        lamina.from_numpy(np.zeros(2, np.uint32))


def test_numpy_sees_tensor_memory():
    x = lamina.zeros(3)
    np.asarray(x)[1] = 4
    assert x.tolist() == [0, 4, 0]


def test_dlpack_round_trip():
    x = lamina.arange(6.0).reshape(2, 3).t()
    y = lamina.from_dlpack(x)
    assert y.stride() == (1, 3) and y.tolist() == x.tolist()


def test_item_and_bool():
    assert lamina.tensor([[2.5]]).item() == 2.5
    assert type(lamina.tensor(1.5, dtype=lamina.bfloat16).item()) is float
    assert bool(lamina.tensor([3])) is True
    with pytest.raises(ShapeError, match="2 elements cannot be converted"):
        lamina.ones(2).item()
    with pytest.raises(ShapeError, match="more than one element is ambiguous"):
        bool(lamina.ones(2))


def test_integer_tensor_is_an_index():
    assert [10, 20, 30][lamina.tensor(1)] == 20
    with pytest.raises(DtypeError):
        [10][lamina.tensor(0.0)]


@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.tensor([[1.0, 2.0], [3.0, 4.0]]),
        lambda m: m.tensor([1.5, -2.25]),
        lambda m: m.tensor([1, 20, 300]),
        lambda m: m.tensor([True, False]),
        lambda m: m.tensor(3.0),
        lambda m: m.tensor([]),
        lambda m: m.tensor([1.0, 2.0], requires_grad=True),
        lambda m: m.tensor([1.0]).requires_grad_() * 2,
        lambda m: m.tensor([1.0], dtype=m.float64),
        lambda m: m.zeros(0, 3),
        lambda m: m.tensor([1.0, float("nan"), float("inf")]),
    ],
)
def test_prints_like_torch(torch, make):
    assert repr(make(lamina)).replace("lamina.", "torch.") == repr(make(torch))


def test_size_is_a_tuple():
    shape = lamina.zeros(2, 3).shape
    assert shape == (2, 3) and shape.numel() == 6 and isinstance(shape[1:], lamina.Size)


def test_deepcopy_keeps_shared_storage_and_grad():
    x = lamina.arange(4.0).requires_grad_()
    x.grad = lamina.ones(4)
    view = x.detach()[1:]
    first, second = copy.deepcopy([x, view])
    with lamina.no_grad():
        first.mul_(10)
    assert (
        second.tolist() == [10, 20, 30] and first.requires_grad and first.grad.tolist() == [1] * 4
    )
    assert x.tolist() == [0, 1, 2, 3]


def test_pickle():
    x = pickle.loads(pickle.dumps(lamina.ones(2, dtype=lamina.bfloat16).requires_grad_()))
    assert x.dtype is lamina.bfloat16 and x.requires_grad and x.tolist() == [1, 1]


def test_devices():
    assert lamina.device("cuda:1") == lamina.device("cuda", 1) != lamina.device("cpu")
    assert lamina.zeros(1).device == lamina.device("cpu")
    with pytest.raises(DeviceError, match="invalid device"):
        lamina.device("toaster")


def test_limits(torch):
    for name in ("float16", "bfloat16", "float32", "float64"):
        ours, theirs = lamina.finfo(getattr(lamina, name)), torch.finfo(getattr(torch, name))
        assert (ours.max, ours.min, ours.eps, ours.tiny, ours.bits) == (
            theirs.max,
            theirs.min,
            theirs.eps,
            theirs.tiny,
            theirs.bits,
        )
    assert lamina.iinfo(lamina.int8).min == -128


def test_default_dtype():
    lamina.set_default_dtype(lamina.float64)
    try:
        assert (
            lamina.tensor(1.0).dtype is lamina.float64 and lamina.zeros(1).dtype is lamina.float64
        )
    finally:
        lamina.set_default_dtype(lamina.float32)


def test_pointwise_results_keep_memory_order(torch):
    def results(m):
        a = m.arange(24.0).reshape(2, 3, 4)
        b, c = a.permute(2, 0, 1), m.arange(24.0).reshape(4, 3, 2).transpose(1, 2)
        e = a.permute(1, 2, 0)
        yield from (
            b + 1,
            b * c,
            c * b,
            b.exp(),
            a.transpose(0, 2) + a.transpose(0, 2),
            e[:, :1] + 1,
            e[:, ::2] * 2,
            a[:1].permute(2, 1, 0) + m.ones(3, 1),
            b.clone(),
            e + m.ones(4, 1),
            m.ones(1, 3).t() * m.ones(1, 4),
            m.zeros(3, 4).t() + m.zeros(4, 3),
            m.zeros(5).expand(3, 5).clone(),
            m.zeros(3, 1).expand(3, 5) + 1,
            b.to(m.float64),
            m.where(b > 0, b, c),
        )

    for i, (ours, theirs) in enumerate(zip(results(lamina), results(torch))):
        assert ours.stride() == theirs.stride(), i


def test_bad_storage_reach():
    with pytest.raises(ShapeError, match=r"need 40 bytes of a storage of 24"):
        lamina.zeros(6).as_strided((10,), (1,))


def test_import_is_light():
    code = (
        "import sys, lamina; heavy = {'mlir', 'sympy', 'torch', 'cupy', 'optree', 'scipy'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("data", [0.1, [0.1], [[0.1, 1e-310]], [0.1, 2], 1e300, [0.1 + 1e-12j]])
def test_numbers_are_rounded_once_to_the_dtype_asked_for(data):
    wanted = lamina.complex128 if "j" in str(data) else lamina.float64
    assert np.array_equal(lamina.tensor(data, dtype=wanted).numpy(), np.array(data, wanted.np))


@pytest.mark.parametrize(
    "data,dtype,kind",
    [
        (300, "uint8", RuntimeError),
        (-256, "uint8", RuntimeError),
        ([1, 2**31], "int32", RuntimeError),
        (1e30, "int64", RuntimeError),
        (1j, "float32", TypeError),
    ],
)
def test_numbers_that_do_not_fit_the_dtype_asked_for(data, dtype, kind):
    with pytest.raises(kind, match="tensor"):
        lamina.tensor(data, dtype=getattr(lamina, dtype))
