"""Connectionist temporal classification (Graves et al., 2006): minus the log probability of all
alignments of a target with a sequence of class probabilities, by the forward-backward algorithm.

log_probs is [T, N, C]. Targets are [N, S], or one vector of all targets after each other; a target
of length l is extended to 2 l + 1 states, blanks between and around its classes.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import RangeError, ShapeError
from .checks import floating, integer_index
from .promotion import accumulate_dtype, cast
from .reduction import INT64
from .registry import aten, op

_NEVER = -math.inf


class _Problem:
    """The states of every example: their classes, which of them exist, and which may be reached by
    skipping a blank. All are [N, states].
    """

    def __init__(self, p, log_probs, targets, input_lengths, target_lengths, blank):
        floating("log_probs", log_probs)
        integer_index("targets", targets)
        if log_probs.ndim != 3 or targets.ndim not in (1, 2):
            raise ShapeError(
                f"expected log_probs [T, N, C] and targets [N, S] or a vector, got shapes "
                f"{tuple(log_probs.shape)} and {tuple(targets.shape)}"
            )
        self.steps, self.batch, self.classes = log_probs.shape
        if not 0 <= blank < self.classes:
            raise RangeError(f"blank must be one of {self.classes} classes, got {blank}")
        self.p, self.blank = p, blank
        self.input_lengths = self._lengths("input_lengths", input_lengths, self.steps)
        longest = _longest(target_lengths, targets)
        self.target_lengths = self._lengths("target_lengths", target_lengths, targets.shape[-1])
        self.states = 2 * longest + 1
        self.dtype = accumulate_dtype(log_probs.dtype)
        self.log_probs = cast(p, log_probs, self.dtype)
        self._extend(p, targets, longest)

    def _lengths(self, name, lengths, most):
        if not hasattr(lengths, "dtype"):
            if any(n < 0 or n > most for n in lengths):
                raise RangeError(f"{name} must be between 0 and {most}, got {list(lengths)}")
            lengths = self.p.constant(np.array(lengths, np.int64).reshape(-1))
        if tuple(lengths.shape) != (self.batch,):
            raise ShapeError(f"{name} must have {self.batch} elements, got {tuple(lengths.shape)}")
        return self.p.unsqueeze(cast(self.p, lengths, INT64), (1,))

    def _extend(self, p, targets, longest):
        shape = (self.batch, self.states)
        state = p.iota(shape, 1, INT64)
        self.exists = p.compare(state, p.add(p.mul(self.target_lengths, 2), 1), "lt")
        # The class of an odd state; the states behind the target are never read.
        at = p.minimum(p.div(state, 2), max(longest - 1, 0))
        if targets.ndim == 1:
            starts = p.sub(p.cumsum(self.target_lengths, 0), self.target_lengths)
            at = p.minimum(p.add(at, starts), max(targets.shape[0] - 1, 0))
            table = p.expand(p.unsqueeze(targets, (0,)), (self.batch, targets.shape[0]))
        else:
            table = targets
        odd = p.compare(p.rem(state, 2), 1, "eq")
        self.labels = p.full(shape, self.blank, INT64)
        if table.shape[1]:
            found = p.gather(cast(p, table, INT64), at, 1)
            self.labels = p.select(p.bitwise_and(odd, self.exists), found, self.blank)
        before = self.shifted(self.labels, 2, self.blank)
        self.skips = p.bitwise_and(odd, p.compare(self.labels, before, "ne"))

    def shifted(self, x, by, fill):
        """x moved towards later states (earlier for a negative number)."""
        kept = max(self.states - abs(by), 0)
        edge = self.p.full((self.batch, self.states - kept), fill, x.dtype)
        start = 0 if by > 0 else self.states - kept
        part = self.p.slice(x, [0, start], [self.batch, start + kept], [1, 1])
        return self.p.concat([edge, part] if by > 0 else [part, edge], 1)

    def emitted(self, step):
        """The log probability of every state's class at one step, [N, states]."""
        row = self.p.slice(
            self.log_probs, [step, 0, 0], [step + 1, self.batch, self.classes], [1, 1, 1]
        )
        return self.p.gather(self.p.squeeze(row, (0,)), self.labels, 1)

    def only(self, mask, x):
        """x where mask holds, log of zero elsewhere."""
        return self.p.select(mask, x, _NEVER)

    def is_state(self, number):
        """Where the state is number [N, 1] or an int."""
        state = self.p.iota((self.batch, self.states), 1, INT64)
        return self.p.compare(state, number, "eq")

    def is_last(self):
        """Where a path may end: at the last class or the blank behind it."""
        last = self.p.mul(self.target_lengths, 2)
        return self.p.bitwise_or(self.is_state(last), self.is_state(self.p.sub(last, 1)))

    def alphas(self):
        """Log probabilities of all paths up to every step and state, a list of [N, states]."""
        p = self.p
        start = p.bitwise_or(self.is_state(0), self.is_state(1))
        at = self.only(p.bitwise_and(start, self.exists), self.emitted(0))
        found = [at]
        for step in range(1, self.steps):
            skipped = self.only(self.skips, self.shifted(at, 2, _NEVER))
            total = _log_sum(p, [at, self.shifted(at, 1, _NEVER), skipped])
            at = self.only(self.exists, p.add(total, self.emitted(step)))
            found.append(at)
        return found

    def betas(self):
        """Log probabilities of all paths from every step and state on, a list of [N, states]."""
        p = self.p
        ends, at, found = self.is_last(), None, []
        skips = self.shifted(cast(p, self.skips, INT64), -2, 0)
        skips = p.compare(skips, 1, "eq")
        for step in reversed(range(self.steps)):
            emitted = self.emitted(step)
            is_end = p.compare(self.input_lengths, step + 1, "eq")
            begin = p.bitwise_and(ends, p.expand(is_end, (self.batch, self.states)))
            fresh = self.only(begin, emitted)
            if at is None:
                at = fresh
            else:
                skipped = self.only(skips, self.shifted(at, -2, _NEVER))
                total = _log_sum(p, [at, self.shifted(at, -1, _NEVER), skipped])
                at = p.select(begin, fresh, self.only(self.exists, p.add(total, emitted)))
            found.append(at)
        return found[::-1]


def _longest(lengths, targets):
    """The length of the longest target, or a bound on it."""
    return targets.shape[-1] if hasattr(lengths, "dtype") else max(lengths, default=0)


def _log_sum(p, terms):
    """log of the sum of exponentials, of which all may be zero."""
    most = terms[0]
    for term in terms[1:]:
        most = p.maximum(most, term)
    shift = p.select(p.compare(most, _NEVER, "eq"), 0, most)
    total = None
    for term in terms:
        part = p.exp(p.sub(term, shift))
        total = part if total is None else p.add(total, part)
    return p.add(p.log(total), shift)


def _stacked(p, rows, dim):
    return p.concat([p.unsqueeze(row, (dim,)) for row in rows], dim)


def _ctc_loss(p, log_probs, targets, input_lengths, target_lengths, blank, zero_infinity):
    """(minus the log probability of every target [N], alphas [N, T, states] for the gradient).

    A target that has no alignment gives infinity; zero_infinity makes its gradient zero.
    """
    problem = _Problem(p, log_probs, targets, input_lengths, target_lengths, blank)
    log_alpha = _stacked(p, problem.alphas(), 1)
    shape = (problem.batch, 1, problem.states)
    step = p.maximum(p.sub(problem.input_lengths, 1), 0)
    end = p.gather(log_alpha, p.expand(p.unsqueeze(step, (2,)), shape), 1)
    end = problem.only(problem.is_last(), p.squeeze(end, (1,)))
    most = p.unsqueeze(p.amax(end, (1,)), (1,))
    shift = p.select(p.compare(most, _NEVER, "eq"), 0, most)
    total = p.log(p.unsqueeze(p.sum(p.exp(p.sub(end, shift)), (1,)), (1,)))
    # Without a step only the empty target is possible.
    impossible = p.full((1, 1), math.inf, total.dtype)
    nothing = p.select(p.compare(problem.target_lengths, 0, "eq"), 0, impossible)
    loss = p.neg(p.add(total, shift))
    loss = p.select(p.compare(problem.input_lengths, 0, "eq"), nothing, loss)
    loss = p.squeeze(loss, (1,))
    return cast(p, loss, log_probs.dtype), cast(p, log_alpha, log_probs.dtype)


def _ctc_loss_backward(
    p,
    grad,
    log_probs,
    targets,
    input_lengths,
    target_lengths,
    neg_log_likelihood,
    log_alpha,
    blank,
    zero_infinity,
):
    """The gradient of _ctc_loss at log_probs: their exponential less the share of all alignments
    that emits a class at a step.
    """
    problem = _Problem(p, log_probs, targets, input_lengths, target_lengths, blank)
    wide, steps = problem.dtype, problem.steps
    loss = p.unsqueeze(cast(p, neg_log_likelihood, wide), (1,))
    outer = p.unsqueeze(cast(p, grad, wide), (1,))
    alphas = cast(p, log_alpha, wide)
    rows = []
    for step, beta in enumerate(problem.betas()):
        starts, stops = [0, step, 0], [problem.batch, step + 1, problem.states]
        alpha = p.squeeze(p.slice(alphas, starts, stops, [1, 1, 1]), (1,))
        path = p.add(alpha, beta)
        # alpha and beta both hold the step's own probability.
        share = p.exp(p.add(p.sub(path, problem.emitted(step)), loss))
        share = p.select(p.compare(path, _NEVER, "eq"), 0, share)
        row = p.squeeze(
            p.slice(
                problem.log_probs,
                [step, 0, 0],
                [step + 1, problem.batch, problem.classes],
                [1, 1, 1],
            ),
            (0,),
        )
        part = p.scatter(p.exp(row), problem.labels, p.neg(share), 1, "add")
        within = p.expand(p.compare(problem.input_lengths, step, "gt"), tuple(part.shape))
        rows.append(p.select(within, p.mul(part, outer), 0))
    result = _stacked(p, rows, 0) if steps else p.full(tuple(log_probs.shape), 0, wide)
    if zero_infinity:
        lost = p.unsqueeze(p.compare(loss, math.inf, "eq"), (0,))
        result = p.select(p.expand(lost, tuple(result.shape)), 0, result)
    return cast(p, result, log_probs.dtype)


def _formula(
    grads, log_probs, targets, input_lengths, target_lengths, blank, zero_infinity, results
):
    return aten._ctc_loss_backward(
        grads[0],
        log_probs,
        targets,
        input_lengths,
        target_lengths,
        *results,
        blank,
        zero_infinity,
    )


for _overload, _kind in (("", "int[]"), (".Tensor", "Tensor")):
    _lengths = f"{_kind} input_lengths, {_kind} target_lengths"
    op(
        f"_ctc_loss{_overload}(Tensor log_probs, Tensor targets, {_lengths}, int blank=0, bool "
        "zero_infinity=False) -> (Tensor, Tensor)",
        variants="",
        vjp={"log_probs": _formula},
    )(_ctc_loss)
    op(
        f"_ctc_loss_backward{_overload}(Tensor grad, Tensor log_probs, Tensor targets, {_lengths}, "
        "Tensor neg_log_likelihood, Tensor log_alpha, int blank, bool zero_infinity=False) -> "
        "Tensor",
        variants="",
    )(_ctc_loss_backward)
