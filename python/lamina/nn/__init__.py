"""Neural networks: modules, parameters, layers, their functions and initial values.

Layers are plain Python over operators. Nothing here may know of tracing: what a compiled function needs to
know of modules is the module epoch (see `_epoch`).
"""

from . import functional, init, utils
from .module import Module
from .modules.activation import (CELU, ELU, GELU, GLU, SELU, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid,
                                 LogSoftmax, Mish, PReLU, ReLU, ReLU6, Sigmoid, SiLU, Softmax, Softmin, Softplus, Softsign,
                                 Tanh, Tanhshrink)
from .modules.container import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .modules.conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .modules.dropout import Dropout, Dropout1d, Dropout2d
from .modules.linear import Bilinear, Embedding, Flatten, Identity, Linear, Unflatten
from .modules.loss import (BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, NLLLoss,
                           SmoothL1Loss)
from .modules.normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, LayerNorm, RMSNorm
from .modules.pooling import (AdaptiveAvgPool1d, AdaptiveAvgPool2d, AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d)
from .parameter import Buffer, Parameter
