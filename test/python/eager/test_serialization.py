"""`save` and `load`: what comes back, what is shared, what is refused, and files from elsewhere."""

import io
import json
import math
from collections import OrderedDict

import lamina
import pytest
from lamina import nn
from lamina.errors import ArgumentError, UnsupportedError, ValueError_
from lamina.safetensors import load_file, save_file


def _round_trip(obj):
    buffer = io.BytesIO()
    lamina.save(obj, buffer)
    buffer.seek(0)
    return lamina.load(buffer)


DTYPES = [
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
    "complex64",
    "complex128",
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3)])
def test_dtypes_and_shapes(dtype, shape):
    x = lamina.ones(shape).to(getattr(lamina, dtype))
    y = _round_trip(x)
    assert y.dtype is x.dtype and y.shape == x.shape and y.tolist() == x.tolist()
    assert y.stride() == x.stride() and y.untyped_storage() is not x.untyped_storage()


def test_plain_values_and_containers():
    obj = {
        "a": [1, -2.5, True, None, "text", 1 + 2j],
        3: (lamina.float32, lamina.device("cpu"), lamina.Size([1, 2])),
        "odd": {"inf": math.inf, (1, "k"): [], None: {}},
        "ordered": OrderedDict(b=1, a=2),
    }
    back = _round_trip(obj)
    assert back == obj and list(back["ordered"]) == ["b", "a"]
    assert type(back["ordered"]) is OrderedDict and type(back[3][2]) is lamina.Size
    assert math.isnan(_round_trip(math.nan))


def test_strides_and_grad_survive():
    x = lamina.arange(6.0).reshape(2, 3).t()
    assert _round_trip(x).stride() == (1, 3)
    assert _round_trip(lamina.zeros(3).expand(2, 3)).stride() == (0, 1)
    leaf = _round_trip(lamina.ones(2).requires_grad_())
    assert leaf.requires_grad and leaf.is_leaf
    frozen = _round_trip(nn.Parameter(lamina.ones(2), requires_grad=False))
    assert type(frozen) is nn.Parameter and not frozen.requires_grad


def test_tensors_that_share_memory_share_it_again():
    x = lamina.arange(6.0)
    back = _round_trip({"whole": x, "part": x[2:4], "same": x})
    back["whole"].mul_(10)
    assert back["part"].tolist() == [20, 30] and back["same"].tolist()[5] == 50
    tied = _round_trip([x, x])
    tied[0].zero_()
    assert tied[1].sum().item() == 0


def test_state_dict_of_a_module(tmp_path):
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    lamina.save(model.state_dict(), tmp_path / "model.safetensors")
    state = lamina.load(tmp_path / "model.safetensors", map_location="cpu")
    assert list(state) == list(model.state_dict()) and state._metadata
    other = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    assert not other.load_state_dict(state).missing_keys
    x = lamina.ones(2, 3)
    assert other.eval()(x).tolist() == model.eval()(x).tolist()


def test_checkpoint_with_an_optimizer():
    model = nn.Linear(2, 2)
    optimizer = lamina.optim.Adam(model.parameters(), lr=0.1)
    model(lamina.ones(1, 2)).sum().backward()
    optimizer.step()
    back = _round_trip(
        {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
    )
    fresh = lamina.optim.Adam(model.parameters(), lr=0.5)
    fresh.load_state_dict(back["optimizer"])
    assert back["epoch"] == 3 and fresh.param_groups[0]["lr"] == pytest.approx(0.1)


def test_other_programs_can_read_the_tensors():
    buffer = io.BytesIO()
    lamina.save({"layer": {"weight": lamina.ones(2, dtype=lamina.float16)}}, buffer)
    content = buffer.getvalue()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    assert header["layer.weight"] == {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}
    assert length % 8 == 0 and content[8 + length :] == b"\x00\x3c" * 2


def test_files_of_other_programs():
    buffer = io.BytesIO()
    save_file({"w": lamina.arange(3)}, buffer, {"made": "elsewhere"})
    buffer.seek(0)
    assert lamina.load(buffer)["w"].tolist() == [0, 1, 2]
    buffer.seek(0)
    assert load_file(buffer)[1] == {"made": "elsewhere"}


class Custom:
    pass


class Marked(lamina.Tensor):
    pass


@pytest.mark.parametrize(
    "obj, place",
    [
        ({"model": [1, Custom()]}, r"obj\['model'\]\[1\].*Custom"),
        (len, "obj.*builtin_function"),
        ({1: {2, 3}}, r"obj\[1\].*set"),
        ([lamina.ones(1).as_subclass(Marked)], r"obj\[0\].*Marked"),
        (nn.Linear(1, 1), "Linear"),
    ],
)
def test_what_cannot_be_stored_is_named(obj, place):
    with pytest.raises(ArgumentError, match=place):
        lamina.save(obj, io.BytesIO())


def _file(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return io.BytesIO(len(text).to_bytes(8, "little") + text + data)


@pytest.mark.parametrize(
    "file",
    [
        io.BytesIO(b""),
        io.BytesIO(b"PK\x03\x04 a pickled archive"),
        _file(b"not json"),
        _file([1]),
        _file({"x": 3}),
        _file({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 8]}}, b"\0" * 8),
        _file({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"\0" * 4),
        _file({"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"\0" * 4),
        _file({"x": {"dtype": "Q7", "shape": [1], "data_offsets": [0, 4]}}, b"\0" * 4),
        _file({"x": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}, b"\0" * 8),
        _file({"__metadata__": {"lamina": "{"}}),
        _file({"__metadata__": {"lamina": '{"tensor": "absent"}'}}),
        _file({"__metadata__": {"lamina": '{"evil": []}'}}),
    ],
)
def test_malformed_files(file):
    with pytest.raises(ValueError_):
        lamina.load(file)


def test_objects_of_any_class_are_not_loaded():
    with pytest.raises(UnsupportedError):
        lamina.load(io.BytesIO(), weights_only=False)
