"""Anomaly mode: which node failed, and where the user's code made it."""

import warnings

import lamina
import pytest
from lamina.errors import AutogradError

from .agreement import program, raised


@program
def test_nan_is_found(m):
    x = m.tensor([-1.0, 2.0], requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with m.autograd.detect_anomaly():
            y = x.sqrt().sum()
            found = raised(
                y.backward, "Function 'SqrtBackward0' returned nan values in its 0th output"
            )
        with m.autograd.detect_anomaly(check_nan=False):
            x.sqrt().sum().backward()
    return found, x.grad


@program
def test_setting(m):
    seen = [m.is_anomaly_enabled(), m.is_anomaly_check_nan_enabled()]
    with m.autograd.set_detect_anomaly(True, check_nan=False):
        seen += [m.is_anomaly_enabled(), m.is_anomaly_check_nan_enabled()]
    m.autograd.set_detect_anomaly(True)
    seen += [m.is_anomaly_enabled(), m.is_anomaly_check_nan_enabled()]
    m.autograd.set_detect_anomaly(False)
    return [*seen, m.is_anomaly_enabled()]


class Failing(lamina.autograd.Function):
    """Its backward fails."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, grad):
        raise KeyError("in backward")


def test_the_lines_of_the_forward_call_are_shown():
    x = lamina.ones(2, requires_grad=True)
    with lamina.autograd.set_detect_anomaly(True):
        y = Failing.apply(x)  # this very line
        with (
            pytest.warns(
                UserWarning, match=r"Error detected in FailingBackward(.|\n)*this very line"
            ),
            pytest.raises(KeyError, match="in backward"),
        ):
            y.sum().backward()


def test_only_the_users_lines_are_shown():
    x = lamina.tensor([-1.0], requires_grad=True)
    with lamina.autograd.set_detect_anomaly(True):
        y = lamina.nn.functional.relu(x.sqrt())
        lines = "".join(y.grad_fn.next_functions[0][0].metadata["traceback_"])
    assert "x.sqrt()" in lines and "dispatch" not in lines


def test_the_node_whose_backward_made_the_failing_one():
    x = lamina.tensor([0.0], requires_grad=True)
    with lamina.autograd.set_detect_anomaly(True, check_nan=False):
        (g,) = lamina.autograd.grad(x.pow(1.5).sum(), x, create_graph=True)  # the outer line
    with lamina.autograd.set_detect_anomaly(True):
        assert g.grad_fn.metadata["parent_"].name() == "PowBackward0"


def test_forward_outside_of_the_mode():
    y = lamina.tensor([-1.0], requires_grad=True).sqrt()
    with lamina.autograd.set_detect_anomaly(True):
        with pytest.warns(UserWarning, match="No forward pass information"):
            with pytest.raises(AutogradError, match="nan values"):
                y.sum().backward()


def test_nodes_remember_nothing_outside_of_the_mode():
    assert "traceback_" not in (lamina.ones(1, requires_grad=True) * 2).grad_fn.metadata
