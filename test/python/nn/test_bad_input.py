"""Bad input raises an exception of the Python type that torch raises."""

import warnings

import lamina
import pytest

torch = pytest.importorskip("torch")

KINDS = (
    NotImplementedError,
    IndexError,
    KeyError,
    AttributeError,
    TypeError,
    ValueError,
    RuntimeError,
)


def image(t):
    """[1, 2, 4, 4]."""
    return t.ones(1, 2, 4, 4)


def zeros(t, *shape):
    """Integers."""
    return t.zeros(*shape, dtype=t.int64)


def transformer(t, *shapes):
    """A call of a small transformer on ones."""
    return t.nn.Transformer(4, 2, 1, 1, 4)(*(t.ones(*shape) for shape in shapes))


# Calls of (library, its nn.functional).
CASES = {
    "interp_none": lambda t, F: F.interpolate(image(t)),
    "interp_both": lambda t, F: F.interpolate(image(t), size=2, scale_factor=2),
    "interp_mode": lambda t, F: F.interpolate(image(t), size=2, mode="linear"),
    "interp_bad": lambda t, F: F.interpolate(image(t), size=2, mode="foo"),
    "interp_ac": lambda t, F: F.interpolate(image(t), size=2, align_corners=True),
    "interp_len": lambda t, F: F.interpolate(image(t), size=(2, 2, 2)),
    "interp_zero": lambda t, F: F.interpolate(image(t), size=0),
    "interp_aa": lambda t, F: F.interpolate(image(t), size=2, antialias=True),
    "interp_recompute": lambda t, F: F.interpolate(image(t), size=2, recompute_scale_factor=True),
    "grid_mode": lambda t, F: F.grid_sample(image(t), t.ones(1, 2, 2, 2), mode="x"),
    "grid_pad": lambda t, F: F.grid_sample(image(t), t.ones(1, 2, 2, 2), padding_mode="x"),
    "grid_shape": lambda t, F: F.grid_sample(image(t), t.ones(1, 2, 2, 3)),
    "grid_batch": lambda t, F: F.grid_sample(image(t), t.ones(2, 2, 2, 2)),
    "grid_3dcubic": lambda t, F: F.grid_sample(
        t.ones(1, 1, 2, 2, 2), t.ones(1, 1, 1, 1, 3), mode="bicubic"
    ),
    "grid_rank": lambda t, F: F.grid_sample(t.ones(1, 2, 3), t.ones(1, 2, 2)),
    "affine_shape": lambda t, F: F.affine_grid(t.ones(1, 3, 3), (1, 1, 2, 2)),
    "affine_size": lambda t, F: F.affine_grid(t.ones(1, 2, 3), (1, 1, 0, 2)),
    "affine_rank": lambda t, F: F.affine_grid(t.ones(1, 2, 3), (1, 1, 2)),
    "pad_odd": lambda t, F: F.pad(image(t), (1, 2, 3)),
    "pad_mode": lambda t, F: F.pad(image(t), (1, 1), mode="foo"),
    "pad_reflect_big": lambda t, F: F.pad(image(t), (4, 1, 1, 1), mode="reflect"),
    "pad_refl_rank": lambda t, F: F.pad(image(t), (1, 1), mode="reflect"),
    "pad_many": lambda t, F: F.pad(image(t), (1,) * 10),
    "pad_circ": lambda t, F: F.pad(image(t), (5, 1, 1, 1), mode="circular"),
    "pad_value": lambda t, F: F.pad(image(t), (1, 1, 1, 1), mode="reflect", value=1.0),
    "unfold_big": lambda t, F: F.unfold(image(t), 5),
    "fold_bad": lambda t, F: F.fold(t.ones(1, 7, 9), (4, 4), 2),
    "fold_l": lambda t, F: F.fold(t.ones(1, 8, 8), (4, 4), 2),
    "pixel": lambda t, F: F.pixel_shuffle(image(t), 2),
    "pixel_r": lambda t, F: F.pixel_shuffle(t.ones(2, 2), 1),
    "unpixel": lambda t, F: F.pixel_unshuffle(image(t), 3),
    "chan": lambda t, F: F.channel_shuffle(image(t), 3),
    "maxpool_pad": lambda t, F: F.max_pool2d(image(t), 2, padding=2),
    "maxpool_small": lambda t, F: F.max_pool2d(image(t), 5),
    "unpool_size": lambda t, F: F.max_unpool2d(
        image(t), zeros(t, 1, 2, 4, 4), 2, output_size=(20, 20)
    ),
    "unpool_shape": lambda t, F: F.max_unpool2d(image(t), zeros(t, 1, 2, 4, 3), 2),
    "unpool_dtype": lambda t, F: F.max_unpool2d(image(t), t.zeros(1, 2, 4, 4), 2),
    "frac_none": lambda t, F: F.fractional_max_pool2d(image(t), 2),
    "frac_big": lambda t, F: F.fractional_max_pool2d(image(t), 3, output_size=4),
    "adapt_rank": lambda t, F: F.adaptive_max_pool2d(t.ones(3, 3), 2),
    "lrn_rank": lambda t, F: F.local_response_norm(t.ones(2, 2), 2),
    "inst_small": lambda t, F: F.instance_norm(t.ones(1, 2, 1)),
    "inst_mod_rank": lambda t, F: t.nn.InstanceNorm2d(2)(t.ones(2, 2)),
    "bn_rank": lambda t, F: t.nn.BatchNorm2d(2)(t.ones(2, 2)),
    "bn_one": lambda t, F: F.batch_norm(t.ones(1, 2), None, None, training=True),
    "ctc_blank": lambda t, F: F.ctc_loss(t.ones(3, 1, 2), zeros(t, 1, 1), [3], [1], blank=5),
    "ctc_len": lambda t, F: F.ctc_loss(t.ones(3, 1, 2), zeros(t, 1, 1), [4], [1]),
    "ctc_n": lambda t, F: F.ctc_loss(t.ones(3, 1, 2), zeros(t, 1, 1), [3, 3], [1]),
    "ctc_red": lambda t, F: F.ctc_loss(t.ones(3, 1, 2), zeros(t, 1, 1), [3], [1], reduction="x"),
    "mm_p": lambda t, F: F.multi_margin_loss(t.ones(2, 3), zeros(t, 2), p=3),
    "mm_shape": lambda t, F: F.multi_margin_loss(t.ones(2, 3), zeros(t, 3)),
    "mlm_shape": lambda t, F: F.multilabel_margin_loss(t.ones(2, 3), zeros(t, 2, 2)),
    "cosemb": lambda t, F: F.cosine_embedding_loss(t.ones(2, 3), t.ones(2, 3), t.ones(2, 1)),
    "ranking": lambda t, F: F.margin_ranking_loss(t.ones(2), t.ones(2), t.ones(2, 1)),
    "trip": lambda t, F: F.triplet_margin_loss(t.ones(2, 3), t.ones(2, 3), t.ones(3)),
    "trip_margin": lambda t, F: t.nn.TripletMarginLoss(margin=-1),
    "gauss": lambda t, F: F.gaussian_nll_loss(t.ones(2, 3), t.ones(2, 3), t.ones(3, 3)),
    "poisson_red": lambda t, F: F.poisson_nll_loss(t.ones(2), t.ones(2), reduction="x"),
    "smul": lambda t, F: F.soft_margin_loss(t.ones(2), t.ones(3)),
    "ce_classes": lambda t, F: F.cross_entropy(t.ones(2, 3), t.full((2,), 5)),
    "ce_shape": lambda t, F: F.cross_entropy(t.ones(2, 3), zeros(t, 3)),
    "nll_dtype": lambda t, F: F.nll_loss(t.ones(2, 3), t.ones(2)),
    "bce_shape": lambda t, F: F.binary_cross_entropy(t.ones(2), t.ones(3)),
    "emb_idx": lambda t, F: F.embedding(t.tensor([5]), t.ones(2, 2)),
    "emb_dtype": lambda t, F: F.embedding(t.ones(1), t.ones(2, 2)),
    "bag_mode": lambda t, F: F.embedding_bag(zeros(t, 2, 2), t.ones(2, 2), mode="x"),
    "bag_off": lambda t, F: F.embedding_bag(zeros(t, 2), t.ones(2, 2)),
    "bag_off2": lambda t, F: F.embedding_bag(zeros(t, 2, 2), t.ones(2, 2), t.tensor([0])),
    "bag_w": lambda t, F: F.embedding_bag(
        zeros(t, 2, 2), t.ones(2, 2), per_sample_weights=t.ones(2, 2)
    ),
    "bag_w2": lambda t, F: F.embedding_bag(
        zeros(t, 2, 2), t.ones(2, 2), mode="sum", per_sample_weights=t.ones(2)
    ),
    "bag_3d": lambda t, F: F.embedding_bag(zeros(t, 2, 2, 2), t.ones(2, 2)),
    "softshrink": lambda t, F: F.softshrink(t.ones(2), -1),
    "rrelu": lambda t, F: F.rrelu(t.ones(2), 0.5, 0.1),
    "drop": lambda t, F: F.dropout(t.ones(2), 2.0),
    "alpha": lambda t, F: F.alpha_dropout(t.ones(2), -1, True),
    "dropmod": lambda t, F: t.nn.Dropout(3),
    "drop2d": lambda t, F: F.dropout2d(t.ones(2), 0.5),
    "glu_odd": lambda t, F: F.glu(t.ones(3)),
    "softmax2d": lambda t, F: t.nn.Softmax2d()(t.ones(2, 2)),
    "mha_causal": lambda t, F: t.nn.MultiheadAttention(4, 2)(
        t.ones(2, 1, 4), t.ones(2, 1, 4), t.ones(2, 1, 4), is_causal=True
    ),
    "tr_act": lambda t, F: t.nn.TransformerEncoderLayer(4, 2, activation="foo"),
    "tr_d": lambda t, F: transformer(t, (2, 1, 3), (2, 1, 4)),
    "tr_b": lambda t, F: transformer(t, (2, 1, 4), (2, 2, 4)),
    "adas": lambda t, F: t.nn.AdaptiveLogSoftmaxWithLoss(4, 5, [3, 2]),
    "adas_t": lambda t, F: t.nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2])(
        t.ones(2, 4), t.tensor([0, 9])
    ),
    "fmp": lambda t, F: t.nn.FractionalMaxPool2d(2),
    "fmp_r": lambda t, F: t.nn.FractionalMaxPool2d(2, output_ratio=2.0),
    "gn": lambda t, F: t.nn.GroupNorm(3, 4),
    "conv_groups": lambda t, F: t.nn.Conv2d(3, 4, 1, groups=2),
    "conv_pm": lambda t, F: t.nn.Conv2d(3, 4, 1, padding_mode="x"),
    "conv_in": lambda t, F: t.nn.Conv2d(3, 4, 1)(image(t)),
    "linear_in": lambda t, F: t.nn.Linear(3, 4)(t.ones(2, 2)),
    "unflat": lambda t, F: t.nn.Unflatten(1, (3, 3))(t.ones(2, 4)),
    "reg_bad": lambda t, F: t.nn.Module().register_parameter("a.b", None),
    "reg_type": lambda t, F: t.nn.Module().register_parameter("a", t.ones(1)),
    "reg_buf": lambda t, F: t.nn.Module().register_buffer("a", 3),
    "reg_mod": lambda t, F: t.nn.Module().add_module("a", 3),
    "attr": lambda t, F: t.nn.Module().foo,
    "fwd": lambda t, F: t.nn.Module()(),
    "train": lambda t, F: t.nn.Module().train(3),
    "getsub": lambda t, F: t.nn.Module().get_submodule("a"),
    "load_type": lambda t, F: t.nn.Linear(1, 1).load_state_dict(3),
    "to_int": lambda t, F: t.nn.Linear(1, 1).to(t.int64),
    "param_nonleaf": lambda t, F: t.nn.Module().register_parameter(
        "a", t.ones(1, requires_grad=True) * 2
    ),
    "param_int": lambda t, F: t.nn.Parameter(t.ones(1, dtype=t.int64)),
    "setsub": lambda t, F: t.nn.Module().set_submodule("", t.nn.ReLU()),
    "opt_lr": lambda t, F: t.optim.SGD([t.ones(1)], lr=-1),
    "opt_empty": lambda t, F: t.optim.SGD([], lr=1),
    "opt_tensor": lambda t, F: t.optim.SGD(t.ones(1), lr=1),
    "opt_item": lambda t, F: t.optim.SGD([3], lr=1),
    "opt_load": lambda t, F: t.optim.SGD([t.ones(1)], lr=1.0).load_state_dict(
        {"state": {}, "param_groups": []}
    ),
    "sch": lambda t, F: t.optim.lr_scheduler.StepLR(3, 1),
    "amp_dev": lambda t, F: t.amp.autocast("foo"),
    "fans": lambda t, F: t.nn.init.xavier_uniform_(t.ones(2)),
    "gain": lambda t, F: t.nn.init.calculate_gain("x"),
    "eye": lambda t, F: t.nn.init.eye_(t.ones(2)),
    "dirac": lambda t, F: t.nn.init.dirac_(t.ones(2, 2)),
    "orth": lambda t, F: t.nn.init.orthogonal_(t.ones(2)),
    "kmode": lambda t, F: t.nn.init.kaiming_uniform_(t.ones(2, 2), mode="x"),
    "v2p": lambda t, F: t.nn.utils.vector_to_parameters(t.ones(1), [t.ones(3)]),
}


def raised(call, library):
    """What a call raises, None for nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call(library, library.nn.functional)
        except Exception as error:
            return error
    return None


@pytest.mark.parametrize("name", CASES)
def test_the_exception_is_of_torchs_type(name):
    expected, found = (raised(CASES[name], library) for library in (torch, lamina))
    if expected is None:
        # A case that this version of the oracle takes.
        assert found is None, found
        return
    kind = next(k for k in KINDS if isinstance(expected, k))
    assert isinstance(found, kind), f"{found!r} instead of {expected!r}"
