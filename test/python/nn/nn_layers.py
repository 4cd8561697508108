"""Layers to test: class, arguments, options and inputs.

Inputs are the shape of the only one, or a list with a shape for every tensor that may get a
gradient, arrays for the others, and tuples of shapes for tuples of tensors.
"""

import numpy as np

BAGS = np.array([[0, 1, 4], [4, 4, 1]])
CLASSES = np.array([0, 3, 1])
LABELS = np.array([[1, 1], [2, 0], [3, 2]])
SIGNS = np.array([1, -1, 1, -1], np.float32)
PART = np.random.default_rng(1).uniform(0.1, 0.9, (3, 4)).astype(np.float32)

LAYERS = [
    ("Linear", (4, 3), {}, (5, 4)),
    ("Linear", (4, 3), {"bias": False}, (2, 5, 4)),
    ("Linear", (4, 3), {}, (2, 5, 4)),
    ("Conv1d", (4, 6, 3), {"stride": 2, "padding": 1}, (2, 4, 9)),
    ("Conv2d", (2, 4, 3), {"padding": 1}, (2, 2, 6, 5)),
    ("Conv2d", (4, 4, (3, 2)), {"groups": 2, "dilation": (1, 2), "bias": False}, (2, 4, 6, 7)),
    ("Conv2d", (2, 3, 3), {"padding": "same"}, (2, 5, 5)),
    ("Conv2d", (2, 3, 3), {"padding": 1, "padding_mode": "reflect"}, (1, 2, 5, 5)),
    ("Conv3d", (1, 2, 2), {}, (1, 1, 4, 4, 4)),
    ("ConvTranspose1d", (3, 2, 3), {"stride": 2}, (2, 3, 5)),
    ("ConvTranspose2d", (3, 4, 3), {"stride": 2, "padding": 1, "output_padding": 1}, (2, 3, 4, 4)),
    ("BatchNorm1d", (3,), {}, (6, 3)),
    ("BatchNorm1d", (3,), {"momentum": None}, (6, 3, 2)),
    ("BatchNorm2d", (3,), {}, (4, 3, 2, 2)),
    ("BatchNorm2d", (3,), {"affine": False, "track_running_stats": False}, (4, 3, 2, 2)),
    ("LayerNorm", (4,), {}, (3, 4)),
    ("LayerNorm", ((2, 4),), {"bias": False}, (3, 2, 4)),
    ("GroupNorm", (2, 4), {}, (3, 4, 5)),
    ("RMSNorm", (4,), {}, (3, 4)),
    ("ReLU", (), {}, (3, 4)),
    ("ReLU6", (), {}, (3, 4)),
    ("GELU", (), {}, (3, 4)),
    ("GELU", ("tanh",), {}, (3, 4)),
    ("SiLU", (), {}, (3, 4)),
    ("Mish", (), {}, (3, 4)),
    ("Sigmoid", (), {}, (3, 4)),
    ("Tanh", (), {}, (3, 4)),
    ("LeakyReLU", (0.2,), {}, (3, 4)),
    ("ELU", (), {}, (3, 4)),
    ("SELU", (), {}, (3, 4)),
    ("CELU", (1.5,), {}, (3, 4)),
    ("PReLU", (4,), {}, (3, 4)),
    ("Softplus", (2.0,), {}, (3, 4)),
    ("Softsign", (), {}, (3, 4)),
    ("LogSigmoid", (), {}, (3, 4)),
    ("Hardtanh", (), {}, (3, 4)),
    ("Hardswish", (), {}, (3, 4)),
    ("Hardsigmoid", (), {}, (3, 4)),
    ("Tanhshrink", (), {}, (3, 4)),
    ("GLU", (), {}, (3, 4)),
    ("Softmax", (), {"dim": 1}, (3, 4)),
    ("LogSoftmax", (), {"dim": -1}, (3, 4)),
    ("Flatten", (), {}, (2, 3, 4)),
    ("Unflatten", (1, (2, 2)), {}, (3, 4)),
    ("MaxPool1d", (2,), {}, (2, 3, 8)),
    ("MaxPool2d", (2,), {}, (2, 3, 6, 6)),
    ("MaxPool2d", (3,), {"stride": 2, "padding": 1}, (2, 3, 7, 7)),
    ("AvgPool1d", (2,), {}, (2, 3, 8)),
    ("AvgPool2d", (3,), {"stride": 2, "padding": 1, "count_include_pad": False}, (2, 3, 7, 7)),
    ("AdaptiveAvgPool1d", (3,), {}, (2, 3, 7)),
    ("AdaptiveAvgPool2d", ((3, None),), {}, (2, 3, 7, 5)),
    ("InstanceNorm1d", (3,), {}, (2, 3, 4)),
    ("InstanceNorm2d", (3,), {"affine": True, "track_running_stats": True}, (2, 3, 4, 2)),
    ("InstanceNorm3d", (2,), {}, (2, 2, 2, 3, 2)),
    ("InstanceNorm2d", (3,), {"affine": True}, (3, 4, 2)),
    ("LocalResponseNorm", (2,), {"alpha": 0.1}, (2, 4, 3)),
    ("BatchNorm3d", (2,), {}, (2, 2, 2, 2, 2)),
    ("ConvTranspose3d", (1, 2, 2), {}, (1, 1, 2, 3, 2)),
    ("Threshold", (0.1, 20.0), {}, (3, 4)),
    ("Hardshrink", (), {}, (3, 4)),
    ("Softshrink", (0.7,), {}, (3, 4)),
    ("Softmax2d", (), {}, (2, 3, 2, 2)),
    ("Softmin", (), {"dim": 1}, (3, 4)),
    ("MaxPool3d", (2,), {}, (1, 2, 4, 4, 4)),
    ("AvgPool3d", (2,), {"stride": 1}, (1, 2, 3, 3, 3)),
    ("AvgPool2d", (2,), {"divisor_override": 3}, (1, 2, 4, 4)),
    ("AdaptiveAvgPool3d", ((1, 2, None),), {}, (1, 2, 3, 3, 3)),
    ("AdaptiveMaxPool1d", (3,), {}, (2, 3, 7)),
    ("AdaptiveMaxPool2d", ((2, None),), {}, (2, 3, 5, 3)),
    ("AdaptiveMaxPool3d", (2,), {}, (1, 2, 3, 4, 3)),
    ("LPPool1d", (2, 3), {"stride": 2}, (2, 3, 7)),
    ("LPPool2d", (2, (2, 2)), {}, (1, 2, 4, 4)),
    ("ReflectionPad1d", (2,), {}, (2, 3, 5)),
    ("ReflectionPad2d", ((1, 2, 0, 1),), {}, (1, 2, 3, 4)),
    ("ReflectionPad3d", (1,), {}, (1, 2, 2, 3, 2)),
    ("ReplicationPad1d", ((1, 3),), {}, (2, 3, 5)),
    ("ReplicationPad2d", (2,), {}, (2, 3, 4)),
    ("ReplicationPad3d", (1,), {}, (1, 2, 2, 3, 2)),
    ("CircularPad1d", ((1, 2),), {}, (2, 3, 4)),
    ("CircularPad2d", ((1, 2, -1, 1),), {}, (1, 2, 3, 4)),
    ("CircularPad3d", (1,), {}, (1, 2, 2, 3, 2)),
    ("ConstantPad1d", (2, 3.5), {}, (3, 4)),
    ("ConstantPad2d", ((1, 0, -1, 2), 1.5), {}, (2, 3, 4)),
    ("ConstantPad3d", (1, 0.5), {}, (1, 2, 2, 2)),
    ("ZeroPad1d", (1,), {}, (2, 3)),
    ("ZeroPad2d", ((1, 2, 0, 1),), {}, (1, 2, 3, 3)),
    ("ZeroPad3d", (1,), {}, (1, 2, 2, 2)),
    ("Upsample", (), {"scale_factor": 2}, (1, 2, 3)),
    ("Upsample", ((5, 4),), {"mode": "bilinear", "align_corners": True}, (1, 2, 3, 4)),
    ("Upsample", (), {"scale_factor": (1.5, 2.0), "mode": "bicubic"}, (1, 2, 4, 3)),
    ("Upsample", (6,), {"mode": "linear"}, (1, 2, 4)),
    ("Upsample", (3,), {"mode": "trilinear"}, (1, 2, 2, 4, 2)),
    ("Upsample", (), {"scale_factor": 2, "mode": "nearest-exact"}, (1, 2, 2, 2, 2)),
    ("UpsamplingNearest2d", (), {"scale_factor": 2}, (1, 2, 3, 2)),
    ("UpsamplingBilinear2d", (), {"size": (4, 5)}, (1, 2, 3, 2)),
    ("PixelShuffle", (2,), {}, (1, 8, 2, 3)),
    ("PixelUnshuffle", (2,), {}, (1, 2, 4, 6)),
    ("ChannelShuffle", (2,), {}, (1, 4, 2, 3)),
    ("Unfold", ((2, 3),), {"padding": 1, "stride": 2}, (2, 2, 4, 5)),
    ("Fold", ((4, 5), (2, 3)), {}, (2, 12, 9)),
    ("RNN", (3, 4), {}, (5, 2, 3)),
    ("RNN", (3, 4), {"nonlinearity": "relu", "bias": False, "bidirectional": True}, (5, 3)),
    ("GRU", (3, 4), {"num_layers": 2, "batch_first": True}, (2, 5, 3)),
    ("GRU", (3, 2), {"bidirectional": True}, [(4, 2, 3), (2, 2, 2)]),
    ("LSTM", (3, 4), {}, (5, 2, 3)),
    ("LSTM", (3, 4), {"num_layers": 2, "bidirectional": True, "proj_size": 2}, (4, 2, 3)),
    ("RNNCell", (3, 4), {}, [(2, 3), (2, 4)]),
    ("RNNCell", (3, 4), {"nonlinearity": "relu", "bias": False}, (3,)),
    ("GRUCell", (3, 4), {}, [(2, 3), (2, 4)]),
    ("LSTMCell", (3, 4), {}, (2, 3)),
    ("LSTMCell", (3, 4), {}, [(3,), ((4,), (4,))]),
    ("TransformerEncoderLayer", (4, 2, 6), {"dropout": 0.0}, (3, 2, 4)),
    (
        "TransformerEncoderLayer",
        (4, 2, 6, 0.0),
        {"activation": "gelu", "norm_first": True, "batch_first": True, "bias": False},
        (2, 3, 4),
    ),
    ("TransformerDecoderLayer", (4, 2, 6), {"dropout": 0.0}, [(3, 2, 4), (5, 2, 4)]),
    ("Transformer", (4, 2, 1, 1, 6, 0.0), {}, [(3, 2, 4), (2, 2, 4)]),
    ("MultiheadAttention", (4, 2), {"add_bias_kv": True, "add_zero_attn": True}, [(3, 2, 4)] * 3),
    ("PairwiseDistance", (), {}, [(3, 4), (3, 4)]),
    ("CosineSimilarity", (), {}, [(3, 4), (3, 4)]),
    ("Bilinear", (2, 3, 4), {}, [(5, 2), (5, 3)]),
    ("EmbeddingBag", (5, 3), {}, [BAGS]),
    ("EmbeddingBag", (5, 3), {"mode": "max", "padding_idx": 1}, [BAGS]),
    ("EmbeddingBag", (5, 3), {"mode": "sum"}, [BAGS[0], np.array([0, 1, 1])]),
    ("EmbeddingBag", (5, 3), {"mode": "sum"}, [BAGS, None, (2, 3)]),
    ("L1Loss", (), {}, [(3, 4), (3, 4)]),
    ("MSELoss", (), {"reduction": "sum"}, [(3, 4), (3, 4)]),
    ("SmoothL1Loss", (), {"beta": 0.5}, [(3, 4), (3, 4)]),
    ("HuberLoss", (), {"delta": 0.5}, [(3, 4), (3, 4)]),
    ("NLLLoss", (), {}, [(3, 4), CLASSES]),
    ("NLLLoss2d", (), {}, [(1, 4, 1, 3), CLASSES.reshape(1, 1, 3)]),
    ("CrossEntropyLoss", (), {"label_smoothing": 0.1}, [(3, 4), CLASSES]),
    ("KLDivLoss", (), {"log_target": True, "reduction": "batchmean"}, [(3, 4), (3, 4)]),
    ("BCELoss", (), {}, [PART, PART[::-1].copy()]),
    ("BCEWithLogitsLoss", (), {}, [(3, 4), PART]),
    ("PoissonNLLLoss", (), {"full": True}, [(3, 4), CLASSES[:, None] * np.float32(1)]),
    ("GaussianNLLLoss", (), {"full": True}, [(3, 4), (3, 4), PART]),
    ("GaussianNLLLoss", (), {}, [(3, 4), (3, 4), PART[:, 0].copy()]),
    ("CTCLoss", (), {}, [(5, 3, 4), LABELS, np.array([5, 4, 2]), np.array([2, 1, 2])]),
    (
        "CTCLoss",
        (0, "sum", True),
        {},
        [(4, 3, 4), LABELS, np.array([4, 3, 1]), np.array([2, 1, 2])],
    ),
    ("MarginRankingLoss", (0.3,), {}, [(4,), (4,), SIGNS]),
    ("HingeEmbeddingLoss", (), {}, [(4,), SIGNS]),
    ("CosineEmbeddingLoss", (0.1,), {}, [(4, 3), (4, 3), SIGNS]),
    ("TripletMarginLoss", (), {"swap": True}, [(3, 4), (3, 4), (3, 4)]),
    ("TripletMarginWithDistanceLoss", (), {}, [(3, 4), (3, 4), (3, 4)]),
    ("SoftMarginLoss", (), {}, [(4,), SIGNS]),
    ("MultiLabelSoftMarginLoss", (), {}, [(3, 4), (PART > 0.5).astype(np.float32)]),
    ("MultiMarginLoss", (2, 0.5), {}, [(3, 4), CLASSES]),
    ("MultiLabelMarginLoss", (), {}, [(2, 4), np.array([[3, 0, -1, 1], [2, -1, 0, 0]])]),
]

NAMES = [f"{layer[0]}-{i}" for i, layer in enumerate(LAYERS)]


def make(inputs, draw, leaf, constant):
    """The inputs of a row: draw(shape) gives an array, which leaf makes a tensor with a gradient;
    constant makes one of the other arrays.
    """
    if isinstance(inputs, tuple) and all(isinstance(n, int) for n in inputs):
        return [leaf(draw(inputs))]

    def one(given):
        if given is None:
            return None
        if isinstance(given, np.ndarray):
            return constant(given)
        if all(isinstance(n, int) for n in given):
            return leaf(draw(given))
        return tuple(one(part) for part in given)

    return [one(given) for given in inputs]


def tensors(value) -> list:
    """The tensors of nested tuples and lists, in order."""
    if isinstance(value, (tuple, list)):
        return [tensor for part in value for tensor in tensors(part)]
    return [] if value is None else [value]
