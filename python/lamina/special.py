"""Special functions: the names of torch's module of this name that lamina has.

Generated from the operators and composites called special_* and from functions of `lamina` that go
by the same or by another name there; nothing is defined here. Functions take `out=` where the
operator does.
"""

import lamina as _lamina

from .surface import prefixed as _prefixed

_ELSEWHERE = {
    "digamma": "digamma",
    "erf": "erf",
    "erfc": "erfc",
    "erfinv": "erfinv",
    "exp2": "exp2",
    "expit": "sigmoid",
    "expm1": "expm1",
    "gammaln": "lgamma",
    "i0": "i0",
    "log1p": "log1p",
    "log_softmax": "log_softmax",
    "logit": "logit",
    "logsumexp": "logsumexp",
    "multigammaln": "mvlgamma",
    "polygamma": "polygamma",
    "psi": "digamma",
    "round": "round",
    "sinc": "sinc",
    "softmax": "softmax",
    "xlogy": "xlogy",
}
_functions = {
    **{name: getattr(_lamina, target) for name, target in _ELSEWHERE.items()},
    **_prefixed("special_"),
}
globals().update(_functions)

__all__ = sorted(_functions)
