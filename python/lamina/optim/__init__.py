"""Optimizers and learning-rate schedules.

An optimizer is arithmetic on tensors in place, nothing else: it must stay capturable by
`lamina.compile`, so no step may read a tensor's value or keep a count in Python.
"""

from . import lr_scheduler
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]
