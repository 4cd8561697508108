"""Padded and packed sequences, and recurrent layers over them, against torch."""

import lamina
import numpy as np
import pytest
from lamina import nn
from lamina.nn.utils import rnn
from nn_oracle import assert_same, load

torch = pytest.importorskip("torch")

LENGTHS = [4, 2, 3]
PADDED = np.random.default_rng(0).standard_normal((4, 3, 5)).astype(np.float32)


def packs(batch_first=False, lengths=LENGTHS, enforce_sorted=False):
    data = PADDED.transpose(1, 0, 2).copy() if batch_first else PADDED
    return [
        module.pack_padded_sequence(library.tensor(data), lengths, batch_first, enforce_sorted)
        for library, module in ((lamina, rnn), (torch, torch.nn.utils.rnn))
    ]


@pytest.mark.parametrize("batch_first", [False, True])
def test_packing_and_padding_agree_with_torch(batch_first):
    ours, theirs = packs(batch_first)
    for mine, other in zip(ours, theirs):
        assert_same(mine, other)
    for options in ({}, {"batch_first": True, "padding_value": 7.0, "total_length": 6}):
        mine = rnn.pad_packed_sequence(ours, **options)
        other = torch.nn.utils.rnn.pad_packed_sequence(theirs, **options)
        for a, b in zip(mine, other):
            assert_same(a, b)


@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"padding_side": "left"}])
def test_lists_of_sequences_agree_with_torch(options):
    parts = [PADDED[:n, i] for i, n in enumerate(LENGTHS)]
    ours = rnn.pad_sequence([lamina.tensor(x) for x in parts], padding_value=2.0, **options)
    theirs = torch.nn.utils.rnn.pad_sequence(
        [torch.tensor(x) for x in parts], padding_value=2.0, **options
    )
    assert_same(ours, theirs)
    packed = rnn.pack_sequence([lamina.tensor(x) for x in parts], enforce_sorted=False)
    for got, given in zip(rnn.unpack_sequence(packed), parts):
        assert (got.numpy() == given).all()


@pytest.mark.parametrize("sort", [False, True])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("RNN", {"bidirectional": True}),
        ("GRU", {"num_layers": 2}),
        ("LSTM", {"num_layers": 2, "bidirectional": True, "proj_size": 2}),
    ],
)
def test_recurrent_layers_over_packed_sequences_agree_with_torch(name, options, sort):
    theirs = getattr(torch.nn, name)(5, 4, **options)
    ours = getattr(nn, name)(5, 4, **options)
    load(ours, theirs)
    mine, other = packs(lengths=sorted(LENGTHS, reverse=True) if sort else LENGTHS)
    (result, state), (expected, expected_state) = ours(mine), theirs(other)
    assert_same(result.data, expected.data)
    states = (state, expected_state) if name == "LSTM" else ((state,), (expected_state,))
    for a, b in zip(*states):
        assert_same(a, b)
    result.data.square().sum().backward()
    expected.data.square().sum().backward()
    for a, b in zip(ours.parameters(), theirs.parameters()):
        assert_same(a.grad, b.grad, atol=1e-4)


def test_unsorted_lengths_are_refused():
    with pytest.raises(RuntimeError, match="enforce_sorted=False"):
        rnn.pack_padded_sequence(lamina.tensor(PADDED), LENGTHS)


def test_a_shorter_total_length_is_refused():
    with pytest.raises(ValueError, match="at least 4"):
        rnn.pad_packed_sequence(packs()[0], total_length=2)


@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (lambda n: n.LSTM(3, 0), ValueError),
        (lambda n: n.LSTM(3, 2, dropout=2.0), ValueError),
        (lambda n: n.LSTM(3, 2, proj_size=2), ValueError),
        (lambda n: n.RNN(3, 2, nonlinearity="sigmoid"), ValueError),
        (lambda n: n.GRU(3, 2.5), TypeError),
    ],
)
def test_bad_options_raise_what_torch_raises(build, kind):
    for library in (nn, torch.nn):
        with pytest.raises(kind):
            build(library)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.nn.LSTM(3, 2)(t.ones(2, 4)),
        lambda t: t.nn.LSTM(3, 2)(t.ones(5, 1, 3), (t.ones(1, 2, 2), t.ones(1, 2, 2))),
        lambda t: t.nn.GRUCell(3, 2)(t.ones(2, 4)),
    ],
)
def test_inputs_that_do_not_fit_raise_what_torch_raises(call):
    for library in (lamina, torch):
        with pytest.raises(RuntimeError):
            call(library)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("flat", [False, True])
def test_ctc_loss_takes_lengths_as_lists(reduction, flat):
    scores = np.random.default_rng(1).standard_normal((6, 2, 4)).astype(np.float32)
    labels = np.array([1, 1, 2]) if flat else np.array([[1, 1], [2, 3]])
    found = []
    for t in (lamina, torch):
        x = t.tensor(scores, requires_grad=True)
        loss = t.nn.functional.ctc_loss(
            t.nn.functional.log_softmax(x, -1),
            t.tensor(labels),
            [6, 4],
            [2, 1],
            reduction=reduction,
        )
        loss.sum().backward()
        found.append((loss, x.grad))
    for a, b in zip(*found):
        assert_same(a, b)


def test_adaptive_softmax_agrees_with_torch(rng):
    theirs = torch.nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], div_value=2.0, head_bias=True)
    ours = nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], div_value=2.0, head_bias=True)
    assert repr(ours) == repr(theirs)
    load(ours, theirs)
    data = rng.standard_normal((5, 8)).astype(np.float32)
    target = np.array([0, 4, 9, 2, 7])
    result = ours(lamina.tensor(data), lamina.tensor(target))
    expected = theirs(torch.tensor(data), torch.tensor(target))
    assert_same(result.output, expected.output)
    assert_same(result.loss, expected.loss)
    result.loss.backward()
    expected.loss.backward()
    for a, b in zip(ours.parameters(), theirs.parameters()):
        assert_same(a.grad, b.grad)
    assert_same(ours.log_prob(lamina.tensor(data)), theirs.log_prob(torch.tensor(data)))
    assert_same(ours.predict(lamina.tensor(data)), theirs.predict(torch.tensor(data)))
