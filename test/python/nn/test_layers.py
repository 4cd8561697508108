"""Layers against torch: values, gradients of inputs and parameters, and state after the call."""

import functools

import lamina
import numpy as np
import pytest
from lamina import nn
from nn_layers import LAYERS, NAMES, make, tensors
from nn_oracle import assert_same, load

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(("name", "args", "kwargs", "inputs"), LAYERS, ids=NAMES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_layer_agrees_with_torch(name, args, kwargs, inputs, rng):
    theirs = getattr(torch.nn, name)(*args, **kwargs)
    ours = getattr(nn, name)(*args, **kwargs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    load(ours, theirs)

    def draws():
        return functools.partial(_draw, np.random.default_rng(3))

    xs = make(inputs, draws(), lambda a: lamina.tensor(a, requires_grad=True), lamina.tensor)
    ys = make(inputs, draws(), lambda a: torch.tensor(a, requires_grad=True), torch.tensor)
    results, expected = tensors(ours(*xs)), tensors(theirs(*ys))
    assert len(results) == len(expected)
    for one, other in zip(results, expected):
        assert_same(one, other)
    live = [i for i, other in enumerate(expected) if other.requires_grad]
    tangents = [rng.standard_normal(tuple(expected[i].shape)).astype(np.float32) for i in live]
    lamina.autograd.backward([results[i] for i in live], [lamina.tensor(t) for t in tangents])
    torch.autograd.backward([expected[i] for i in live], [torch.tensor(t) for t in tangents])
    for x, y in zip(tensors(xs), tensors(ys)):
        assert (x.grad is None) == (y.grad is None)
        if y.grad is not None:
            assert_same(x.grad, y.grad, atol=1e-4)
    for (key, parameter), oracle in zip(ours.named_parameters(), theirs.parameters()):
        assert parameter.grad is not None, key
        assert_same(parameter.grad, oracle.grad, atol=1e-4)
    for key, value in ours.state_dict().items():
        assert_same(value, theirs.state_dict()[key])


def _draw(rng, shape):
    return rng.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize(("name", "args", "kwargs", "inputs"), LAYERS, ids=NAMES)
def test_repr_is_torchs(name, args, kwargs, inputs):
    # The oracle's linear layer inside of attention has a name of its own.
    expected = repr(getattr(torch.nn, name)(*args, **kwargs)).replace(
        "NonDynamicallyQuantizable", ""
    )
    assert repr(getattr(nn, name)(*args, **kwargs)) == expected


@pytest.mark.parametrize("shape", [(6, 3), (6, 3, 2)])
def test_batch_norm_in_evaluation_uses_running_statistics(shape, rng):
    ours, theirs = nn.BatchNorm1d(3), torch.nn.BatchNorm1d(3)
    for _ in range(3):
        data = rng.standard_normal(shape).astype(np.float32)
        ours(lamina.tensor(data))
        theirs(torch.tensor(data))
    assert_same(ours.eval()(lamina.tensor(data)), theirs.eval()(torch.tensor(data)))


def test_embedding_agrees_with_torch_and_gives_the_padding_row_no_gradient():
    ours, theirs = nn.Embedding(5, 3, padding_idx=1), torch.nn.Embedding(5, 3, padding_idx=1)
    load(ours, theirs)
    indices = np.array([[0, 1, 4], [4, 4, 1]])
    result, expected = ours(lamina.tensor(indices)), theirs(torch.tensor(indices))
    assert_same(result, expected)
    result.square().sum().backward()
    expected.square().sum().backward()
    assert_same(ours.weight.grad, theirs.weight.grad)


def test_max_pool_indices_agree_with_torch(rng):
    data = rng.standard_normal((2, 3, 6, 6)).astype(np.float32)
    _, ours = nn.MaxPool2d(2, return_indices=True)(lamina.tensor(data))
    _, theirs = torch.nn.MaxPool2d(2, return_indices=True)(torch.tensor(data))
    assert_same(ours, theirs)


def test_transposed_convolution_gives_the_asked_size(rng):
    ours, theirs = (
        nn.ConvTranspose2d(2, 3, 3, stride=2),
        torch.nn.ConvTranspose2d(2, 3, 3, stride=2),
    )
    load(ours, theirs)
    data = rng.standard_normal((1, 2, 4, 4)).astype(np.float32)
    assert_same(
        ours(lamina.tensor(data), output_size=(10, 10)),
        theirs(torch.tensor(data), output_size=(10, 10)),
    )


def test_linear_names_the_shapes_that_do_not_fit():
    with pytest.raises(lamina.LaminaError, match=r"linear: .*\[2, 5\].*\[3, 4\]"):
        nn.Linear(4, 3)(lamina.ones(2, 5))


def test_dropout_keeps_the_expectation_and_does_nothing_in_evaluation():
    drop = nn.Dropout(0.25)
    dropped = drop(lamina.ones(100, 100)).numpy()
    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs(dropped.mean() - 1) < 0.03
    x = lamina.ones(3)
    assert drop.eval()(x) is x


def test_dropout2d_drops_whole_channels():
    dropped = nn.Dropout2d(0.5)(lamina.ones(8, 8, 3, 3)).numpy()
    assert (dropped == dropped[..., :1, :1]).all() and 0 < (dropped == 0).mean() < 1


def test_dropout_gradient_is_its_mask():
    x = lamina.ones(10, 10, requires_grad=True)
    result = nn.Dropout(0.5)(x)
    result.sum().backward()
    assert (x.grad == result).all()
