"""Writes through views, through their bases and under other modes: what torch allows, and what it gives."""

import contextlib

import pytest

from .differential import check

SPLITS = {
    "split": lambda m, y: y.split(1),
    "chunk": lambda m, y: y.chunk(2),
    "unbind": lambda m, y: y.unbind(0),
    "iteration": lambda m, y: tuple(y),
    "split_with_sizes": lambda m, y: y.split_with_sizes([1, 1]),
    "tensor_split": lambda m, y: y.tensor_split(2),
    "hsplit": lambda m, y: m.hsplit(y, 3),
    "unsafe_split": lambda m, y: m.unsafe_split(y, 1),
    "unsafe_chunk": lambda m, y: m.unsafe_chunk(y, 2),
}
VIEWS = {
    "select": lambda y: y[0],
    "slice": lambda y: y[:, 1:],
    "t": lambda y: y.t(),
    "view": lambda y: y.view(-1),
    "detach": lambda y: y.detach(),
    "view of detach": lambda y: y.detach()[0],
    "detach of view": lambda y: y[0].detach(),
    "view of data": lambda y: y.data[0],
    "expand": lambda y: y[0].expand(2, 3),
    "chain": lambda y: y.t()[1:].t(),
    "as_strided": lambda y: y.as_strided((2,), (1,)),
    "real": lambda y: y.real,
}
BASES = {
    "plain": lambda x: x.detach().clone(),
    "leaf": lambda x: x,
    "non-leaf": lambda x: x * 1,
    "view": lambda x: (x * 1).view(2, 3),
}
MODES = {
    "grad": lambda m: contextlib.nullcontext(),
    "no_grad": lambda m: m.no_grad(),
    "inference": lambda m: m.inference_mode(),
}


def _write(m, view, base):
    view.mul_(2)


def _write_base(m, view, base):
    base.mul_(2)
    return view.grad_fn


def _write_without_grad(m, view, base):
    with m.no_grad():
        view.mul_(2)
    return view.grad_fn


def _write_base_without_grad(m, view, base):
    with m.no_grad():
        base.mul_(2)
    return view.grad_fn


def _write_detached(m, view, base):
    view.detach().mul_(2)
    return view.grad_fn


def _write_inner(m, view, base):
    view.view(-1)[:1].mul_(2)


def _ask_for_grad(m, view, base):
    view.requires_grad_()


ACTS = (
    _write,
    _write_base,
    _write_without_grad,
    _write_base_without_grad,
    _write_detached,
    _ask_for_grad,
)


def _leaf(m):
    return m.arange(6.0).reshape(2, 3).clone().requires_grad_()


def _gradient(x, base):
    if not base.requires_grad:
        return []
    base.sum().backward()
    return [x.grad]


@pytest.mark.parametrize("act", [*ACTS, _write_inner])
@pytest.mark.parametrize("mode", ["grad", "no_grad"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("split", SPLITS)
def test_several_views(torch, split, base, mode, act):
    def case(m):
        x = _leaf(m)
        y = BASES[base](x)
        with MODES[mode](m):
            views = SPLITS[split](m, y)
        act(m, views[0], y)
        return [y, *views, *_gradient(x, y)]

    check(torch, case)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("view", VIEWS)
def test_one_view(torch, view, base, mode, act):
    def case(m):
        x = _leaf(m)
        y = BASES[base](x)
        with MODES[mode](m):
            made = VIEWS[view](y)
        act(m, made, y)
        return [y, made, m.tensor([made._base is y, made._base is None]), *_gradient(x, y)]

    check(torch, case)
