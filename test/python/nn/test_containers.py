"""Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict."""

from collections import OrderedDict

import lamina
import pytest
from lamina import nn


def test_sequential_runs_in_order():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2), nn.ReLU())
    assert model(lamina.ones(3, 2, 2)).shape == (3, 2)


def test_sequential_takes_names_from_an_ordered_dict():
    model = nn.Sequential(OrderedDict(first=nn.ReLU(), second=nn.Tanh()))
    assert isinstance(model.second, nn.Tanh) and list(model._modules) == ["first", "second"]


def test_sequential_slices_keep_the_modules():
    model = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())
    assert model[1:][0] is model[1]


def test_deleting_renumbers():
    model = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())
    del model[0]
    assert list(model._modules) == ["0", "1"] and isinstance(model[0], nn.Tanh)


def test_module_list_behaves_like_a_list():
    modules = nn.ModuleList([nn.ReLU()])
    modules.append(nn.Tanh()).extend([nn.Sigmoid()])
    modules.insert(0, nn.GELU())
    assert [type(m).__name__ for m in modules] == ["GELU", "ReLU", "Tanh", "Sigmoid"]
    assert (
        isinstance(modules[-1], nn.Sigmoid)
        and isinstance(modules.pop(), nn.Sigmoid)
        and len(modules) == 3
    )


def test_module_list_index_out_of_range():
    with pytest.raises(IndexError, match="out of range"):
        nn.ModuleList([nn.ReLU()])[1]


def test_module_dict_registers_its_values():
    modules = nn.ModuleDict({"a": nn.Linear(1, 1)})
    modules["b"] = nn.Linear(1, 1, bias=False)
    assert [name for name, _ in modules.named_parameters()] == ["a.weight", "a.bias", "b.weight"]
    assert "a" in modules and len(modules) == 2


def test_parameter_list_turns_tensors_into_parameters():
    values = nn.ParameterList([lamina.ones(1), nn.Parameter(lamina.zeros(2))])
    assert all(isinstance(value, nn.Parameter) for value in values)
    assert [name for name, _ in values.named_parameters()] == ["0", "1"]


def test_parameter_dict_registers_its_values():
    values = nn.ParameterDict({"a": lamina.ones(1)})
    assert values["a"].requires_grad and list(values.state_dict()) == ["a"]
