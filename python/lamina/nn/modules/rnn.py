"""Recurrent layers over sequences, and their cells for one step.

Layers take input [T, N, F] ([N, T, F] with batch_first, [T, F] without a batch) or a
PackedSequence.
"""

from __future__ import annotations

import math
import numbers
import warnings

from ...errors import ArgumentError, ShapeError, ValueError_
from ...ops.registry import aten
from .. import functional as F
from .. import init
from ..functional import recurrent
from ..module import Module
from ..utils.rnn import PackedSequence
from .linear import parameter


def _reset(module: Module) -> None:
    bound = 1 / math.sqrt(module.hidden_size) if module.hidden_size > 0 else 0
    for weight in module.parameters():
        init.uniform_(weight, -bound, bound)


class RNNBase(Module):
    """A stack of `num_layers` recurrent layers, in both directions if bidirectional; `mode` says
    which cell. Dropout comes between layers; proj_size projects the outputs of an LSTM.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional, self.proj_size = float(dropout), bidirectional, proj_size
        self._check_options(dropout)
        _, gates = recurrent.STEPS[mode]
        output_size = proj_size or hidden_size
        self._names = []
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                width = input_size if layer == 0 else output_size * len(self._directions)
                sizes = {
                    "weight_ih": (gates * hidden_size, width),
                    "weight_hh": (gates * hidden_size, output_size),
                }
                if bias:
                    sizes |= {"bias_ih": (gates * hidden_size,), "bias_hh": (gates * hidden_size,)}
                if proj_size:
                    sizes["weight_hr"] = (proj_size, hidden_size)
                for name, shape in sizes.items():
                    weight = parameter(*shape, device=device, dtype=dtype)
                    self.register_parameter(name + suffix, weight)
                self._names.append([name + suffix for name in sizes])
        self.reset_parameters()

    def _check_options(self, dropout) -> None:
        name = type(self).__name__
        if not isinstance(self.hidden_size, int):
            raise ArgumentError(
                f"hidden_size must be an int, got {type(self.hidden_size).__name__}", op=name
            )
        if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1:
            raise ValueError_(f"dropout must be in [0, 1], got {dropout}", op=name)
        if self.hidden_size <= 0 or self.num_layers <= 0:
            raise ValueError_(
                f"hidden_size and num_layers must be positive, got {self.hidden_size} and "
                f"{self.num_layers}",
                op=name,
            )
        if self.proj_size < 0 or self.proj_size >= self.hidden_size:
            raise ValueError_(
                f"proj_size must be at least 0 and less than hidden_size, got {self.proj_size}",
                op=name,
            )
        if self.proj_size and self.mode != "LSTM":
            raise ValueError_("proj_size is for LSTM only", op=name)
        if dropout > 0 and self.num_layers == 1:
            warnings.warn(
                f"dropout={dropout} comes between layers and has no effect on num_layers=1",
                stacklevel=4,
            )

    @property
    def _directions(self) -> tuple:
        return (False, True) if self.bidirectional else (False,)

    def _suffixes(self, layer: int):
        return [f"_l{layer}" + ("_reverse" if back else "") for back in self._directions]

    @property
    def all_weights(self) -> list:
        """The parameters of every layer and direction, in the order they were registered."""
        return [[getattr(self, name) for name in names] for names in self._names]

    def flatten_parameters(self) -> None:
        """Does nothing: parameters are used where they are."""

    def reset_parameters(self) -> None:
        """Draws all parameters from the uniform distribution within 1 / sqrt(hidden_size)."""
        _reset(self)

    def _weights(self, suffix: str) -> tuple:
        found = self._parameters
        return (
            found["weight_ih" + suffix],
            found["weight_hh" + suffix],
            found.get("bias_ih" + suffix),
            found.get("bias_hh" + suffix),
            found.get("weight_hr" + suffix),
        )

    def forward(self, input, hx=None):
        """(outputs of the last layer for every step, final states of all layers).

        hx is the initial state [layers * directions, N, H], by default zeros; for an LSTM a pair of
        hidden and cell states. Raises ShapeError for shapes that do not fit.
        """
        if isinstance(input, PackedSequence):
            return self._packed(input, hx)
        if input.ndim not in (2, 3) or input.shape[-1] != self.input_size:
            raise ShapeError(
                f"expected 2 or 3 dimensions, the last of size {self.input_size}, got shape "
                f"{list(input.shape)}",
                op=type(self).__name__,
            )
        alone = input.ndim == 2
        if alone:
            input = input.unsqueeze(1)
        elif self.batch_first:
            input = input.transpose(0, 1)
        state = self._state(hx, input, input.shape[1], alone)

        def run(x, start, weights, reverse):
            return recurrent.run(self.mode, x, start, weights, reverse)

        output, final = self._layers(input, state, run)
        if alone:
            return output.squeeze(1), self._given(tuple(part.squeeze(1) for part in final))
        output = output.transpose(0, 1) if self.batch_first else output
        return output, self._given(final)

    def _packed(self, sequence: PackedSequence, hx):
        sizes = sequence.batch_sizes.tolist()
        state = self._state(hx, sequence.data, sizes[0], False)
        if sequence.sorted_indices is not None:
            state = tuple(part.index_select(1, sequence.sorted_indices) for part in state)

        def run(x, start, weights, reverse):
            return recurrent.run_packed(self.mode, x, sizes, start, weights, reverse)

        output, final = self._layers(sequence.data, state, run)
        if sequence.unsorted_indices is not None:
            final = tuple(part.index_select(1, sequence.unsorted_indices) for part in final)
        return sequence._replace(data=output), self._given(final)

    def _given(self, state: tuple):
        """A state as the caller sees it: a pair for an LSTM, else one tensor."""
        return state if len(state) == 2 else state[0]

    def _state(self, hx, input, batch: int, alone: bool) -> tuple:
        """The initial states [layers * directions, N, H], checked; zeros without hx."""
        count = self.num_layers * len(self._directions)
        widths = [self.proj_size or self.hidden_size]
        if self.mode == "LSTM":
            widths.append(self.hidden_size)
        if hx is None:
            return tuple(input.new_zeros((count, batch, width)) for width in widths)
        given = tuple(hx) if self.mode == "LSTM" else (hx,)
        state = tuple(part.unsqueeze(1) for part in given) if alone else given
        for part, width in zip(state, widths):
            if tuple(part.shape) != (count, batch, width):
                raise ShapeError(
                    f"expected a state of shape {[count, batch, width]}, got {list(part.shape)}",
                    op=type(self).__name__,
                )
        return state

    def _layers(self, output, state: tuple, run):
        """All layers, `run` being one of them in one direction."""
        states = [part.unbind(0) for part in state]
        finals = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                output = F.dropout(output, self.dropout, self.training)
            found = []
            for reverse, suffix in zip(self._directions, self._suffixes(layer)):
                start = tuple(part[len(finals)] for part in states)
                one, final = run(output, start, self._weights(suffix), reverse)
                found.append(one)
                finals.append(final)
            output = found[0] if len(found) == 1 else aten.cat(found, -1)
        return output, tuple(aten.stack(parts, 0) for parts in zip(*finals))

    def extra_repr(self) -> str:
        """The sizes, and the options that are not the usual ones."""
        usual = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        options = [(name, getattr(self, name)) for name in usual]
        changed = "".join(f", {name}={value}" for name, value in options if value != usual[name])
        return f"{self.input_size}, {self.hidden_size}{changed}"


class RNN(RNNBase):
    """h' = nonlinearity(W x + b + V h + c), the nonlinearity being tanh or relu (Elman, 1990)."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        *args,
        **kwargs,
    ):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError_(f"nonlinearity must be tanh or relu, got {nonlinearity!r}", op="RNN")
        self.__dict__["nonlinearity"] = nonlinearity
        mode = f"RNN_{nonlinearity.upper()}"
        super().__init__(mode, input_size, hidden_size, num_layers, *args, **kwargs)


class LSTM(RNNBase):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997), with projections if proj_size."""

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent units (Cho et al., 2014)."""

    def __init__(self, *args, **kwargs):
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    """One step of a recurrent layer: parameters of `num_chunks` gates."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        options = {"device": device, "dtype": dtype}
        self.weight_ih = parameter(rows, input_size, **options)
        self.weight_hh = parameter(rows, hidden_size, **options)
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, parameter(rows, **options) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all parameters from the uniform distribution within 1 / sqrt(hidden_size)."""
        _reset(self)

    def _step(self, mode: str, input, state, parts: int) -> tuple:
        """The next state; input and state may lack the batch dimension."""
        if input.ndim not in (1, 2) or input.shape[-1] != self.input_size:
            raise ShapeError(
                f"expected input [N, {self.input_size}] or [{self.input_size}], got shape "
                f"{list(input.shape)}",
                op=type(self).__name__,
            )
        alone = input.ndim == 1
        shape = (*input.shape[:-1], self.hidden_size)
        state = (input.new_zeros(shape),) * parts if state is None else state
        for part in state:
            if tuple(part.shape) != shape:
                raise ShapeError(
                    f"expected a state of shape {list(shape)}, got {list(part.shape)}",
                    op=type(self).__name__,
                )
        if alone:
            input, state = input.unsqueeze(0), tuple(part.unsqueeze(0) for part in state)
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh, None)
        state = recurrent.step(mode, input, state, weights)
        return tuple(part.squeeze(0) for part in state) if alone else state

    def extra_repr(self) -> str:
        """The sizes, and the options that are not the usual ones."""
        bias = "" if self.bias else f", bias={self.bias}"
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        other = "" if nonlinearity == "tanh" else f", nonlinearity={nonlinearity}"
        return f"{self.input_size}, {self.hidden_size}{bias}{other}"


class RNNCell(RNNCellBase):
    """One step of an RNN: input [N, F] and state [N, H] to the next state."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device=None,
        dtype=None,
    ):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        """The next state; zeros come first. Raises ValueError_ for an unknown nonlinearity."""
        if self.nonlinearity not in ("tanh", "relu"):
            raise ValueError_(
                f"nonlinearity must be tanh or relu, got {self.nonlinearity!r}", op="RNNCell"
            )
        state = None if hx is None else (hx,)
        return self._step(f"RNN_{self.nonlinearity.upper()}", input, state, 1)[0]


class GRUCell(RNNCellBase):
    """One step of a GRU: input [N, F] and state [N, H] to the next state."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None
    ):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input, hx=None):
        """The next state; zeros come first."""
        return self._step("GRU", input, None if hx is None else (hx,), 1)[0]


class LSTMCell(RNNCellBase):
    """One step of an LSTM: input [N, F] and states (h, c) [N, H] to the next states."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None
    ):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input, hx=None):
        """The next hidden and cell states; zeros come first."""
        return self._step("LSTM", input, hx, 2)
