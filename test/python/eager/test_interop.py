"""Memory shared with NumPy, torch and buffers, and what a Tensor says where it is asked from outside."""

import copy

import lamina
import numpy as np
import pytest
from lamina.errors import BufferError_, DataDependentError, DeviceError

from .differential import check

BUFFERS = {
    "bytes": lambda m: m.frombuffer(b"abcd", dtype=m.uint8),
    "floats": lambda m: m.frombuffer(bytearray(8), dtype=m.float32),
    "part": lambda m: m.frombuffer(bytearray(range(8)), dtype=m.int16, count=2, offset=2),
    "uneven": lambda m: m.frombuffer(bytearray(7), dtype=m.float32),
    "too many": lambda m: m.frombuffer(bytearray(8), dtype=m.float32, count=3),
    "offset outside": lambda m: m.frombuffer(bytearray(8), dtype=m.float32, offset=8),
    "empty": lambda m: m.frombuffer(bytearray(0), dtype=m.float32),
    "nothing": lambda m: m.frombuffer(bytearray(8), dtype=m.float32, count=0),
    "number": lambda m: m.frombuffer(3, dtype=m.float32),
    "no dtype": lambda m: m.frombuffer(bytearray(8)),
    "requires grad": lambda m: m.frombuffer(bytearray(8), dtype=m.float32, requires_grad=True),
    "int requires grad": lambda m: m.frombuffer(bytearray(8), dtype=m.int32, requires_grad=True),
    "all": lambda m: m.frombuffer(bytearray(9), dtype=m.float32, offset=1, count=-2),
}
ARRAYS = {
    "list": lambda m: m.asarray([1, 2.0]),
    "ndarray": lambda m: m.asarray(np.arange(3)),
    "copy": lambda m: m.asarray(np.arange(3), copy=True),
    "cast": lambda m: m.asarray(np.arange(3), dtype=m.float32),
    "cast without copy": lambda m: m.asarray(np.arange(3), dtype=m.float32, copy=False),
    "tensor": lambda m: m.asarray(m.ones(2), copy=False),
    "list without copy": lambda m: m.asarray([1], copy=False),
    "requires grad": lambda m: m.asarray(3.0, requires_grad=True),
    "of a leaf": lambda m: m.asarray(m.ones(2, requires_grad=True), requires_grad=True),
    "scalar": lambda m: m.asarray(np.float64(3)),
    "buffer": lambda m: m.asarray(bytearray(b"abcd"), dtype=m.uint8),
    "none": lambda m: m.asarray(None),
    "as_tensor": lambda m: m.as_tensor(np.arange(3), dtype=m.float32),
    "as_tensor of tensors": lambda m: m.as_tensor([m.tensor(1), m.tensor(2)]),
    "text": lambda m: m.as_tensor("a"),
    "from_numpy": lambda m: m.from_numpy(np.arange(6.0)[::2]),
    "from_numpy 0-d": lambda m: m.from_numpy(np.array(3.0)),
    "from_numpy negative": lambda m: m.from_numpy(np.arange(3)[::-1]),
    "from_numpy big-endian": lambda m: m.from_numpy(np.zeros(3, ">f4")),
    "from_numpy text": lambda m: m.from_numpy(np.array(["a"])),
    "from_numpy list": lambda m: m.from_numpy([1]),
}
ITEMS = {
    "item": lambda m: m.tensor([[2.5]]).item(),
    "item of many": lambda m: m.ones(2).item(),
    "bool": lambda m: bool(m.tensor([3])),
    "bool of many": lambda m: bool(m.ones(2)),
    "bool of none": lambda m: bool(m.tensor([])),
    "index": lambda m: [10, 20][m.tensor(1)],
    "index of a float": lambda m: [10][m.tensor(0.0)],
    "complex": lambda m: complex(m.tensor(1j)),
    "int": lambda m: int(m.tensor(2.9)),
    "tolist": lambda m: m.tensor([[1j], [2]]).tolist(),
    "tolist bfloat16": lambda m: m.ones(2, dtype=m.bfloat16).tolist(),
    "too large": lambda m: m.tensor(2**63),
    "ufunc": lambda m: np.sin(m.zeros(2)),
    "tensor + array": lambda m: m.ones(2) + np.ones(2),
    "array + tensor": lambda m: np.ones(2) + m.ones(2),
    "numpy scalar * tensor": lambda m: np.float64(2) * m.ones(2),
    "range": lambda m: m.range(1, 4),
    "range by steps": lambda m: m.range(0, 1, 0.25),
    "range down": lambda m: m.range(5, 1, -2),
    "range wrong": lambda m: m.range(1, 0),
    "range of ints": lambda m: m.range(0, 3, dtype=m.int64),
    "range without end": lambda m: m.range(3),
    "type": lambda m: m.ones(2).type().split(".")[1],
    "type of a dtype": lambda m: m.ones(2).type(m.float64),
    "type by name": lambda m: m.ones(2).type("torch.LongTensor"),
    "FloatTensor": lambda m: m.FloatTensor([1, 2]),
    "LongTensor": lambda m: [isinstance(m.LongTensor([1]), m.LongTensor), m.LongTensor([1])],
    "sizes": lambda m: m.DoubleTensor(2, 3).zero_(),
    "is_nonzero": lambda m: m.is_nonzero(m.tensor(2.0)),
    "is_same_size": lambda m: m.ones(2).is_same_size(m.zeros(2)),
    "is_set_to": lambda m: (lambda x: [x.is_set_to(x.view(2)), x.is_set_to(x[1:])])(m.ones(2)),
    "is_signed": lambda m: m.ones(2, dtype=m.uint8).is_signed(),
    "get_device": lambda m: m.ones(2).get_device(),
    "nonzero": lambda m: m.ones(3, 3).nonzero(),
    "nonzero as tuple": lambda m: [t.clone() for t in m.nonzero(m.eye(2), as_tuple=True)],
    "nonzero of 0-d": lambda m: [t.clone() for t in m.nonzero(m.tensor(1), as_tuple=True)],
    "size": lambda m: [
        (1,) + m.Size([2]),  # noqa: RUF005
        m.Size([1]) * 2,
        m.Size([1, 2])[1:],
    ],
}


@pytest.mark.parametrize("name", BUFFERS)
def test_frombuffer(torch, name):
    check(torch, BUFFERS[name])


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(torch, name):
    check(torch, ARRAYS[name])


@pytest.mark.parametrize("name", ITEMS)
def test_values_asked_for(torch, name):
    check(torch, ITEMS[name])


def test_memory_is_shared():
    array = np.zeros(3, np.float32)
    for share in (lamina.from_numpy, lamina.asarray, lamina.as_tensor, lamina.from_dlpack):
        share(array).add_(1)
    assert array.tolist() == [4, 4, 4]
    buffer = bytearray(2)
    lamina.frombuffer(buffer, dtype=lamina.uint8).fill_(7)
    assert buffer == b"\x07\x07"
    x = lamina.zeros(2)
    np.asarray(x)[0] = 5
    assert x.tolist() == [5, 0]


DTYPES = [
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
    "complex64",
]


@pytest.mark.parametrize("dtype", DTYPES)
def test_dlpack_with_torch(torch, dtype):
    ours = lamina.arange(6).reshape(2, 3).to(getattr(lamina, dtype)).t()
    theirs = torch.from_dlpack(ours)
    assert theirs.dtype is getattr(torch, dtype) and theirs.stride() == (1, 3)
    assert theirs.data_ptr() == ours.data_ptr() and theirs.tolist() == ours.tolist()
    back = lamina.from_dlpack(theirs)
    assert back.dtype is ours.dtype and back.stride() == (1, 3)
    back.zero_()
    assert not any(any(row) for row in ours.tolist())


def test_dlpack_capsules_and_numpy():
    x = lamina.arange(3.0)
    assert lamina.from_dlpack(lamina.utils.dlpack.to_dlpack(x)).data_ptr() == x.data_ptr()
    assert np.from_dlpack(x).ctypes.data == x.data_ptr()
    assert x.__dlpack_device__() == (1, 0)
    capsule = x.__dlpack__()
    lamina.from_dlpack(capsule)
    with pytest.raises(RuntimeError, match="already consumed"):
        lamina.from_dlpack(capsule)


def test_dlpack_refuses(torch):
    with pytest.raises(BufferError_, match="require gradient"):
        lamina.ones(2, requires_grad=True).__dlpack__()
    check(torch, lambda m: m.from_dlpack(3))


def test_default_tensor_type(torch):
    def case(m):
        try:
            m.set_default_tensor_type(m.DoubleTensor)
            return m.tensor(1.0), m.zeros(2), m.arange(3.0)
        finally:
            m.set_default_tensor_type("torch.FloatTensor")

    check(torch, case)
    with pytest.raises(TypeError):
        lamina.set_default_tensor_type("torch.LongTensor")


def test_a_device_without_arrays_is_refused():
    for make in (
        lambda: lamina.zeros(2, device="cuda"),
        lambda: lamina.tensor(1, device="meta"),
        lambda: lamina.ones(1).new_full((2,), 1, device="cuda:1"),
        lambda: lamina.arange(3, device="cuda"),
    ):
        with pytest.raises(DeviceError, match="no arrays on device"):
            make()
    assert lamina.zeros(2, device="cpu").is_cpu


def test_copies_of_memory_that_numpy_sees_are_free():
    x = lamina.zeros(2)
    x.numpy()
    copy.deepcopy(x).resize_(9)


def test_traced_memory_is_not_handed_out():
    def program(x):
        return lamina.from_dlpack(x)

    with pytest.raises(DataDependentError):
        lamina.compile(program, fullgraph=True, backend="interpreter")(lamina.ones(2))


def test_dlpack_copies_on_request():
    for lib in (lamina, pytest.importorskip("torch")):
        x = lib.ones(2)
        assert lib.from_dlpack(x, copy=False).data_ptr() == x.data_ptr()
        assert lib.from_dlpack(ext_tensor=x, device="cpu").data_ptr() == x.data_ptr()
        assert lib.from_dlpack(x, copy=True).data_ptr() != x.data_ptr()


def test_names_of_the_top_module_are_those_of_their_modules():
    assert lamina.autocast is lamina.amp.autocast
    assert lamina.default_generator is lamina.random.default_generator
    assert not lamina.is_autocast_enabled("cpu")
