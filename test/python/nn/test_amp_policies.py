"""Which dtype operators and functions give inside of autocast, and loss scaling, against torch."""

import lamina
import numpy as np
import pytest
from lamina import amp, nn

torch = pytest.importorskip("torch")

PLANE = np.random.default_rng(0).standard_normal((2, 4, 6)).astype(np.float32)

# Functions of (library, its functional module, a tensor [2, 4, 6]).
CASES = {
    "mm": lambda t, F, x: t.mm(x[0], x[1].t()),
    "matmul": lambda t, F, x: t.matmul(x, x.transpose(1, 2)),
    "matrix_vector": lambda t, F, x: t.matmul(x, x[0, 0]),
    "addmm": lambda t, F, x: t.addmm(x[0, :, :4], x[0], x[1].t()),
    "einsum": lambda t, F, x: t.einsum("bij,bkj->bik", x, x),
    "linear": lambda t, F, x: F.linear(x, x[0]),
    "conv1d": lambda t, F, x: F.conv1d(x, x[:, :, :2]),
    "attention": lambda t, F, x: F.scaled_dot_product_attention(x, x, x),
    "prelu": lambda t, F, x: F.prelu(x, x[0, 0, :1]),
    "softmax": lambda t, F, x: F.softmax(x, -1),
    "exp": lambda t, F, x: x.exp(),
    "sum": lambda t, F, x: x.sum(),
    "prod": lambda t, F, x: x.prod(),
    "layer_norm": lambda t, F, x: F.layer_norm(x, (6,)),
    "l1_loss": lambda t, F, x: F.l1_loss(x, x),
    "mse_loss": lambda t, F, x: F.mse_loss(x, x),
    "kl_div": lambda t, F, x: F.kl_div(x, x),
    "with_logits": lambda t, F, x: F.binary_cross_entropy_with_logits(x, x),
    "hinge": lambda t, F, x: F.hinge_embedding_loss(x, x),
    "poisson": lambda t, F, x: F.poisson_nll_loss(x, x),
    "ranking": lambda t, F, x: F.margin_ranking_loss(x, x, x),
    "soft_margin": lambda t, F, x: F.soft_margin_loss(x, x),
    "triplet": lambda t, F, x: F.triplet_margin_loss(x, x, x),
    "cosine": lambda t, F, x: F.cosine_similarity(x, x),
    "gaussian": lambda t, F, x: F.gaussian_nll_loss(x, x, x.abs()),
    "avg_pool2d": lambda t, F, x: F.avg_pool2d(x, 2),
    "avg_pool3d": lambda t, F, x: F.avg_pool3d(x[None], 2),
    "max_pool3d": lambda t, F, x: F.max_pool3d(x[None], 2),
    "reflect1d": lambda t, F, x: F.pad(x, (1, 1), mode="reflect"),
    "reflect3d": lambda t, F, x: F.pad(x[None, None], (1,) * 6, mode="reflect"),
    "replicate": lambda t, F, x: F.pad(x, (1, 1), mode="replicate"),
    "interpolate": lambda t, F, x: F.interpolate(x, scale_factor=2.0),
    "cat": lambda t, F, x: t.cat([x, x.float()]),
    "stack": lambda t, F, x: t.stack([x, x.float()]),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("small", [False, True], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("name", CASES)
def test_dtypes_are_torchs(name, small):
    found = []
    for library in (lamina, torch):
        x = library.tensor(PLANE)
        x = x.bfloat16() if small else x
        with library.amp.autocast("cpu"):
            result = CASES[name](library, library.nn.functional, x)
        found.append(str(result.dtype).partition(".")[2])
    assert found[0] == found[1]


def test_the_default_dtype_is_the_devices():
    assert amp.get_autocast_dtype("cpu") is lamina.bfloat16
    assert amp.get_autocast_dtype("cuda") is lamina.float16


def scaled(library, parameter):
    """The scales and weights of a training with overflows."""
    weight = parameter(library.tensor([1.0, 2.0]))
    optimizer = library.optim.SGD([weight], lr=0.1)
    scaler = library.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    seen = []
    for step in range(7):
        optimizer.zero_grad()
        loss = (weight * weight).sum()
        loss = loss * float("inf") if step in (1, 4) else loss
        scaler.scale(loss).backward()
        if step == 3:
            scaler.unscale_(optimizer)
            library.nn.utils.clip_grad_norm_([weight], 0.5)
        scaler.step(optimizer)
        scaler.update()
        seen += [scaler.get_scale(), *weight.detach().tolist()]
    return seen, scaler.state_dict()


def test_scaling_goes_as_torchs():
    (ours, state), (theirs, expected) = (
        scaled(library, library.nn.Parameter) for library in (lamina, torch)
    )
    assert ours == pytest.approx(theirs, rel=1e-6)
    assert state == expected


def test_a_disabled_scaler_passes_everything_on():
    weight = nn.Parameter(lamina.ones(1))
    optimizer = lamina.optim.SGD([weight], lr=1.0)
    scaler = amp.GradScaler(enabled=False)
    loss = weight.sum()
    assert scaler.scale(loss) is loss and scaler.state_dict() == {}
    loss.backward()
    scaler.step(optimizer)
    scaler.update()
    assert weight.item() == 0


def test_calls_out_of_order_are_refused():
    weight = nn.Parameter(lamina.ones(1))
    optimizer = lamina.optim.SGD([weight], lr=1.0)
    scaler = amp.GradScaler("cpu")
    with pytest.raises(RuntimeError, match="no gradients were unscaled"):
        scaler.update()
    scaler.scale(weight.sum()).backward()
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match="already been called on this optimizer"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="already been called since"):
        scaler.step(optimizer)
