"""Module: registration, traversal, hooks, conversion, printing."""

import copy

import lamina
import pytest
from lamina import nn
from lamina.nn._epoch import module_epoch


class Block(nn.Module):
    """A module with one member of every kind."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 3)
        self.scale = nn.Parameter(lamina.ones(3))
        self.register_buffer("seen", lamina.zeros(1))
        self.register_buffer("cache", lamina.zeros(1), persistent=False)

    def forward(self, x):
        """A scaled linear map."""
        return self.linear(x) * self.scale


def names(pairs):
    return [name for name, _ in pairs]


def test_members_are_found_in_order_of_registration():
    model = nn.Sequential(Block(), nn.ReLU())
    assert names(model.named_parameters()) == ["0.scale", "0.linear.weight", "0.linear.bias"]
    assert names(model.named_buffers()) == ["0.seen", "0.cache"]
    assert names(model.named_modules()) == ["", "0", "0.linear", "1"]


def test_a_shared_parameter_appears_once():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[1].weight = model[0].weight
    assert names(model.named_parameters()) == ["0.weight", "0.bias", "1.bias"]
    assert "1.weight" in names(model.named_parameters(remove_duplicate=False))


def test_assigning_another_kind_of_value_moves_a_name_between_tables():
    block = Block()
    block.seen = nn.Parameter(lamina.ones(1))
    assert "seen" in block._parameters and "seen" not in block._buffers


def test_a_parameter_cannot_become_a_plain_tensor():
    with pytest.raises(TypeError, match="registered as a Parameter"):
        Block().scale = lamina.ones(3)


def test_a_parameter_must_be_a_leaf():
    class Bad(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_parameter("w", nn.Parameter(lamina.ones(1)) * 2)

    with pytest.raises(TypeError, match=r"must be an nn\.Parameter"):
        Bad()


def test_registering_before_init_is_an_error():
    class Bad(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(lamina.ones(1))

    with pytest.raises(AttributeError, match="super"):
        Bad()


def test_deleted_members_are_gone():
    block = Block()
    del block.scale
    with pytest.raises(AttributeError, match="scale"):
        block.scale  # noqa: B018


def test_parameter_is_a_tensor_that_requires_grad():
    parameter = nn.Parameter(lamina.ones(2))
    assert isinstance(parameter, lamina.Tensor) and parameter.requires_grad and parameter.is_leaf
    assert type(parameter * 2) is lamina.Tensor


def test_buffer_class_registers_a_buffer():
    module = nn.Module()
    module.mean = nn.Buffer(lamina.ones(2), persistent=False)
    assert names(module.named_buffers()) == ["mean"] and not module.state_dict()


def test_train_and_eval_reach_all_submodules():
    model = nn.Sequential(Block())
    model.eval()
    assert not any(module.training for module in model.modules())
    model.train()
    assert all(module.training for module in model.modules())


def test_to_casts_floating_members_and_keeps_parameter_identity():
    model = nn.Sequential(nn.BatchNorm1d(3))
    weight = model[0].weight
    model.to(lamina.float64)
    assert model[0].weight is weight and weight.dtype is lamina.float64
    assert model[0].running_mean.dtype is lamina.float64
    assert model[0].num_batches_tracked.dtype is lamina.int64


def test_to_refuses_integer_dtypes():
    with pytest.raises(TypeError, match="floating-point"):
        Block().to(lamina.int64)


def test_zero_grad_drops_gradients():
    block = Block()
    block(lamina.ones(1, 2)).sum().backward()
    assert block.scale.grad is not None
    block.zero_grad()
    assert block.scale.grad is None


def test_apply_visits_children_first():
    visited = []
    nn.Sequential(nn.ReLU()).apply(lambda module: visited.append(type(module).__name__))
    assert visited == ["ReLU", "Sequential"]


def test_deepcopy_copies_parameters():
    block = Block()
    copied = copy.deepcopy(block)
    assert copied.scale is not block.scale and isinstance(copied.scale, nn.Parameter)
    with lamina.no_grad():
        copied.scale.zero_()
    assert block.scale.sum().item() == 3


def test_forward_pre_hook_replaces_the_input():
    module = nn.Identity()
    handle = module.register_forward_pre_hook(lambda module, args: args[0] + 1)
    assert module(lamina.zeros(1)).item() == 1
    handle.remove()
    assert module(lamina.zeros(1)).item() == 0


def test_forward_hook_replaces_the_output_and_sees_keyword_arguments():
    module = nn.Identity()
    module.register_forward_hook(
        lambda module, args, kwargs, output: kwargs["input"] + 2, with_kwargs=True
    )
    assert module(input=lamina.zeros(1)).item() == 2


def test_full_backward_hook_sees_and_replaces_gradients():
    module, seen = nn.Linear(2, 1, bias=False), []

    def hook(module, grad_input, grad_output):
        seen.append((grad_input[0].clone(), grad_output[0].clone()))
        return (grad_input[0] * 10,)

    module.register_full_backward_hook(hook)
    x = lamina.ones(3, 2, requires_grad=True)
    module(x).sum().backward()
    (grad_input, grad_output), weight = seen[0], module.weight.detach()
    assert (grad_output == 1).all() and (grad_input == weight).all()
    assert (x.grad == 10 * weight).all() and (module.weight.grad == 3).all()


def test_full_backward_pre_hook_replaces_the_incoming_gradient():
    module = nn.Linear(2, 1, bias=False)
    module.register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0] * 2,))
    module(lamina.ones(1, 2)).sum().backward()
    assert (module.weight.grad == 2).all()


def test_full_backward_hook_runs_without_differentiable_inputs():
    module, calls = nn.Linear(2, 1), []
    module.register_full_backward_hook(
        lambda module, grad_input, grad_output: calls.append(grad_input)
    )
    module(lamina.ones(1, 2)).sum().backward()
    assert calls == [(None,)]


def test_prepended_hooks_run_first():
    order = []
    module = nn.Identity()
    module.register_forward_hook(lambda *_: order.append("first"))
    module.register_forward_hook(lambda *_: order.append("prepended"), prepend=True)
    module(lamina.zeros(1))
    assert order == ["prepended", "first"]


@pytest.mark.parametrize(
    "change",
    [
        lambda m: setattr(m, "plain", 1),
        lambda m: setattr(m, "scale", nn.Parameter(lamina.ones(3))),
        lambda m: setattr(m, "seen", lamina.ones(1)),
        lambda m: setattr(m, "linear", nn.Linear(2, 3)),
        lambda m: delattr(m, "linear"),
        lambda m: m._parameters.update(scale=None),
        lambda m: m.eval(),
        lambda m: m.register_forward_hook(lambda *_: None),
        lambda m: m.double(),
    ],
    ids=["plain", "parameter", "buffer", "submodule", "delete", "table", "eval", "hook", "cast"],
)
def test_changes_of_a_module_advance_the_epoch(change):
    block = Block()
    before = module_epoch()
    change(block)
    assert module_epoch() != before


def test_calling_a_module_and_writing_into_its_tensors_keep_the_epoch():
    block = Block()
    before = module_epoch()
    with lamina.no_grad():
        block(lamina.ones(1, 2))
        block.scale.mul_(2)
        block.seen.add_(1)
    assert module_epoch() == before


def test_repr_is_torchs():
    torch = pytest.importorskip("torch")

    def build(nn):
        return nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(64, 10),
            nn.LayerNorm(10),
            nn.Softmax(dim=1),
            nn.ModuleList([nn.GELU(), nn.LeakyReLU(0.1)]),
            nn.Embedding(3, 4, padding_idx=0),
        )

    assert repr(build(nn)) == repr(build(torch.nn))


@pytest.mark.parametrize("name", ["DataParallel", "SyncBatchNorm", "LazyConv2d"])
def test_modules_left_out_say_why(name):
    with pytest.raises(lamina.errors.LeftOutError, match=f"no '{name}': "):
        getattr(nn, name)
    assert not hasattr(nn, name)


def test_a_submodule_is_set_by_its_path():
    net = nn.Sequential(nn.Sequential(nn.Linear(1, 1)))
    net.set_submodule("0.0", nn.ReLU())
    assert isinstance(net[0][0], nn.ReLU)
    with pytest.raises(AttributeError):
        net.set_submodule("0.5", nn.ReLU(), strict=True)


def test_images_take_a_memory_format():
    net = nn.Conv2d(2, 3, 2).to(memory_format=lamina.channels_last)
    assert net.weight.stride() == (8, 1, 4, 2) and net.bias.stride() == (1,)


def test_a_hook_that_is_always_called_sees_a_failed_call():
    net, seen = nn.Linear(2, 1), []
    net.register_forward_hook(lambda *call: seen.append(call[2]), always_call=True)
    with pytest.raises(RuntimeError):
        net(lamina.ones(1, 3))
    result = net(lamina.ones(1, 2))
    assert seen == [None, result]


def test_shared_modules_are_listed_again_on_request():
    shared = nn.Linear(1, 1)
    net = nn.Sequential(shared, shared)
    assert len(list(net.modules())) == 2
    assert len(list(net.modules(remove_duplicate=False))) == 3


def test_a_state_dict_may_be_given_by_position():
    found = {}
    nn.Linear(1, 1).state_dict(found, "net.", True)
    assert list(found) == ["net.weight", "net.bias"] and found["net.weight"].requires_grad


def test_empty_members_keep_sizes_and_identity():
    net = nn.Sequential(nn.Linear(2, 3))
    weight = net[0].weight
    assert net.to_empty(device="cpu")[0].weight is weight
    assert weight.shape == (3, 2) and weight.requires_grad
    assert net.to_empty(device="cpu", recurse=False) is net
