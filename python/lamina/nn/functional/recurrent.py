"""Recurrent layers step by step: plain, gated and long short-term memory cells, over whole
sequences.

A state is a tuple of tensors [N, *]: (h,), and (h, c) for the long short-term memory. Input gates
do not depend on the state and are computed for all steps at once.
"""

from __future__ import annotations

from ...ops.registry import aten
from .affine import linear


def _tanh_step(gates, state, weight, bias):
    return (aten.tanh(gates + linear(state[0], weight, bias)),)


def _relu_step(gates, state, weight, bias):
    return (aten.relu(gates + linear(state[0], weight, bias)),)


def _gru_step(gates, state, weight, bias):
    (hidden,) = state
    reset_in, update_in, new_in = gates.chunk(3, -1)
    reset, update, new = linear(hidden, weight, bias).chunk(3, -1)
    update = aten.sigmoid(update_in + update)
    candidate = aten.tanh(new_in + aten.sigmoid(reset_in + reset) * new)
    return (candidate + update * (hidden - candidate),)


def _lstm_step(gates, state, weight, bias):
    hidden, cell = state
    entry, forget, new, out = (gates + linear(hidden, weight, bias)).chunk(4, -1)
    cell = aten.sigmoid(forget) * cell + aten.sigmoid(entry) * aten.tanh(new)
    return aten.sigmoid(out) * aten.tanh(cell), cell


# Mode: (the step, how many gates it has).
STEPS = {
    "RNN_TANH": (_tanh_step, 1),
    "RNN_RELU": (_relu_step, 1),
    "GRU": (_gru_step, 3),
    "LSTM": (_lstm_step, 4),
}


def step(mode: str, input, state: tuple, weights: tuple) -> tuple:
    """The state [N, *] after one step. weights: of the input, of the state, their biases (or None),
    and the projection of the output (or None).
    """
    weight_in, weight, bias_in, bias, projection = weights
    state = STEPS[mode][0](linear(input, weight_in, bias_in), state, weight, bias)
    return _projected(state, projection)


def _projected(state, projection):
    return state if projection is None else (linear(state[0], projection), *state[1:])


def run(mode: str, input, state: tuple, weights: tuple, reverse: bool):
    """(outputs [T, N, H], final state) of one layer and direction over input [T, N, F]."""
    advance = STEPS[mode][0]
    weight_in, weight, bias_in, bias, projection = weights
    gates = linear(input, weight_in, bias_in).unbind(0)
    outputs = []
    for step_gates in reversed(gates) if reverse else gates:
        state = _projected(advance(step_gates, state, weight, bias), projection)
        outputs.append(state[0])
    return aten.stack(outputs[::-1] if reverse else outputs, 0), state


def run_packed(mode: str, input, sizes: list, state: tuple, weights: tuple, reverse: bool):
    """`run` over a packed sequence: input [rows, F] holds sizes[t] rows of every step t, the
    longest sequences first, so that those which go on are always the leading rows of the state.
    """
    advance = STEPS[mode][0]
    weight_in, weight, bias_in, bias, projection = weights
    gates = linear(input, weight_in, bias_in).split(sizes)
    initial, outputs, ended = state, [], []
    live = sizes[-1] if reverse else sizes[0]
    state = tuple(part[:live] for part in initial)
    for step_gates in reversed(gates) if reverse else gates:
        count = step_gates.shape[0]
        if count < live:
            ended.append(tuple(part[count:] for part in state))
            state = tuple(part[:count] for part in state)
        elif count > live:
            # Backwards a sequence begins where it ends, with its initial state.
            fresh = [part[live:count] for part in initial]
            state = tuple(aten.cat([part, new]) for part, new in zip(state, fresh))
        live = count
        state = _projected(advance(step_gates, state, weight, bias), projection)
        outputs.append(state[0])
    ended.append(state)
    final = tuple(aten.cat(parts[::-1]) for parts in zip(*ended))
    return aten.cat(outputs[::-1] if reverse else outputs), final
