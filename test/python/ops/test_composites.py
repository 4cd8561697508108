"""Composites agree with the oracle's functions of the same name, gradients included."""

import math

import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
from functions import compare  # noqa: E402
from oracle import check_same  # noqa: E402
from samples import Maker, literal  # noqa: E402

a = Maker("composites")
X, Y = a(3, 4), a(3, 4)

CALLS = [
    *(
        ("matmul", (a(*left), a(*right)))
        for left, right in [
            ((4,), (4,)),
            ((3, 4), (4,)),
            ((4,), (4, 5)),
            ((3, 4), (4, 5)),
            ((2, 3, 4), (4, 5)),
            ((2, 3, 4), (4,)),
            ((4,), (2, 4, 5)),
            ((2, 1, 3, 4), (5, 4, 2)),
            ((0, 4), (4, 5)),
        ]
    ),
    *(
        ("einsum", (equation, *operands))
        for equation, operands in [
            ("ij,jk->ik", (a(2, 3), a(3, 4))),
            ("ij,jk", (a(2, 3), a(3, 4))),
            ("ii->i", (a(3, 3),)),
            ("ii", (a(3, 3),)),
            ("...ij->...ji", (a(2, 3, 4),)),
            ("bij,bjk->bik", (a(2, 3, 4), a(2, 4, 5))),
            ("i,j->ij", (a(3), a(4))),
            ("ij,ij->", (X, Y)),
            ("b...d,dk->b...k", (a(2, 3, 4), a(4, 5))),
            ("ij,jk,kl->il", (a(2, 3), a(3, 4), a(4, 2))),
            ("ij->j", (X,)),
            ("bhid,bhjd->bhij", (a(2, 2, 3, 4), a(2, 2, 5, 4))),
            ("iij->ij", (a(3, 3, 2),)),
            ("ab,b,a->ab", (a(2, 3), a(3), a(2))),
        ]
    ),
    ("tensordot", (a(2, 3, 4), a(3, 4, 5)), {"dims": 2}),
    ("tensordot", (a(2, 3, 4), a(4, 5, 2)), {"dims": ([0, 2], [2, 0])}),
    ("outer", (a(3), a(4))),
    ("inner", (a(2, 3), a(4, 3))),
    ("chain_matmul", (a(2, 3), a(3, 4), a(4, 2))),
    ("var", (X,)),
    ("var", (X, 1)),
    ("var", (X,), {"unbiased": False}),
    ("std", (X, [0, 1])),
    ("std", (X, 1, False, True)),
    ("var_mean", (X, 1)),
    ("std_mean", (X,)),
    ("var", (X,), {"dim": 1, "correction": 0}),
    ("norm", (X,)),
    ("norm", (X, 1, 1)),
    ("norm", (X, "fro", [0])),
    ("norm", (X, math.inf)),
    ("softmax", (X, -1)),
    ("log_softmax", (X, 0)),
    ("argsort", (X, 0, True)),
    ("hstack", ([a(2, 3), a(2, 1)],)),
    ("vstack", ([a(3), a(2, 3)],)),
    ("concat", ([X, Y], 1)),
    ("diag", (a(3),)),
    ("diag", (a(3, 4), 1)),
    ("diag_embed", (a(2, 3), -1)),
    ("diagflat", (a(2, 2),)),
    ("meshgrid", (a(2), a(3)), {"indexing": "ij"}),
    ("meshgrid", (a(2), a(3)), {"indexing": "xy"}),
    ("broadcast_tensors", (a(3, 1), a(4))),
    ("broadcast_to", (a(3, 1), [2, 3, 4])),
    ("tile", (X, [2])),
    ("repeat_interleave", (X, 2)),
    ("repeat_interleave", (X, 3, 1)),
    ("take_along_dim", (X, a.index(3, 1, size=4), 1)),
    ("fliplr", (X,)),
    ("flipud", (X,)),
    ("rot90", (X,)),
    ("rot90", (X, 3)),
    ("rot90", (X, 2)),
    ("trace", (a(3, 4),)),
    ("addr", (a(3, 4), a(3), a(4)), {"beta": 0.5, "alpha": 2}),
    ("aminmax", (X,), {"dim": 1}),
    ("count_nonzero", (X,)),
    ("diff", (X,)),
    ("diff", (X, 2, 0)),
    ("dist", (X, Y)),
    ("cross", (a(2, 3), a(2, 3))),
    ("kron", (a(2, 3), a(3, 2))),
    ("nansum", (literal([1.0, math.nan, 2.0]),)),
    ("nanmean", (literal([1.0, math.nan, 2.0]),)),
    ("msort", (X,)),
    ("deg2rad", (X,)),
    ("rad2deg", (X,)),
    ("fmax", (X, Y)),
    ("fmin", (X, Y)),
    ("hypot", (X, Y)),
    ("copysign", (X, Y)),
    ("heaviside", (literal([-1.0, 0.0, 2.0]).frozen(), literal([0.5]).frozen())),
    ("isreal", (X,)),
    ("logaddexp", (X, Y)),
    ("logaddexp2", (X, Y)),
    ("logit", (a(3, low=0.1, high=0.9),)),
    ("logit", (a(3, low=-1, high=2), 0.1)),
    ("xlogy", (literal([0.0, 1.0, 2.0]), literal([0.5, 0.5, 3.0]))),
    ("sinc", (X,)),
    ("float_power", (a(3, low=0.5), 2.5)),
    ("block_diag", (a(2, 2), a(3), a(1, 2))),
    ("cartesian_prod", (a(2), a(3))),
    ("tril_indices", (3, 4, 1)),
    ("triu_indices", (3, 4, -1)),
    ("logspace", (0, 2, 5)),
    ("cdist", (a(2, 3), a(4, 3))),
    ("numel", (X,)),
    ("multiply", (X, Y)),
    ("divide", (X, Y)),
    ("subtract", (X, Y)),
    ("fix", (X,)),
    ("arctan2", (X, Y)),
    ("arcsinh", (X,)),
    ("allclose", (X, X)),
    ("equal", (X, Y)),
    ("unique", (literal([3, 1, 3], "int64"),)),
    ("conj", (a(2, dtype="complex64"),)),
    ("result_type", (X, 2)),
    ("searchsorted", (literal([1.0, 2.0, 3.0]), 2.5)),
    ("bucketize", (X, literal([-1.0, 0.0, 1.0])), {"right": True}),
    ("isin", (literal([1, 2, 3, 2], "int64"), literal([[2, 5], [3, 2]], "int64"))),
    ("isin", (literal([1, 2], "int64"), 2), {"invert": True}),
    ("isin", (2, literal([1, 2], "int64"))),
    ("isin", (X, a(0))),
    ("trapezoid", (X,)),
    ("trapezoid", (X, a(4))),
    ("trapezoid", (X, a(3, 4)), {"dim": 0}),
    ("trapz", (a(0, 3),), {"dim": 0, "dx": 0.5}),
    ("cumulative_trapezoid", (X,), {"dx": 2.0, "dim": 0}),
    ("cov", (X,)),
    ("cov", (a(5),)),
    ("cov", (X,), {"correction": 0, "fweights": literal([1, 2, 3, 1], "int64")}),
    ("cov", (X,), {"aweights": literal([0.1, 0.5, 2.0, 1.0]).frozen()}),
    ("corrcoef", (X,)),
    ("corrcoef", (a(5),)),
    ("is_complex", (X,)),
    ("is_floating_point", (X,)),
]
METHODS = [
    ("sum_to_size", (X, 1, 4)),
    ("where", (X, literal([True, False, True, False], "bool"), Y)),
    ("type_as", (X, a(1, dtype="float32"))),
    ("int", (X,)),
    ("bfloat16", (X,)),
    ("bool", (X,)),
    ("long", (X,)),
    ("double", (a(2, dtype="int32"),)),
    ("repeat", (X, 2, 1)),
    ("matrix_power", (a(3, 3), 3)),
    ("matrix_power", (a(3, 3), 0)),
    ("ndimension", (X,)),
]


@pytest.mark.parametrize(
    "name,rest", [(c[0], c[1:]) for c in CALLS], ids=[f"{c[0]}-{i}" for i, c in enumerate(CALLS)]
)
def test_function(name, rest):
    compare(name, lamina, torch, *rest)


@pytest.mark.parametrize("name,rest", [(c[0], c[1:]) for c in METHODS], ids=[c[0] for c in METHODS])
def test_method(name, rest):
    compare(name, lamina.Tensor, torch.Tensor, *rest)


@pytest.mark.parametrize(
    "args",
    [
        (),
        (2.5,),
        (lambda lib: lib.float32,),
        ("cpu",),
        (lambda lib: lib.zeros(1, dtype=lib.int64),),
    ],
)
def test_to(args):
    tensor, oracle = X.to_lamina(), X.to_torch()
    if args == (2.5,):
        with pytest.raises(TypeError):
            tensor.to(*args)
        return
    mine = tensor.to(*(arg(lamina) if callable(arg) else arg for arg in args))
    theirs = oracle.to(*(arg(torch) if callable(arg) else arg for arg in args))
    check_same(mine, theirs, 1e-6, "to")
    assert (mine is tensor) == (theirs is oracle)


@pytest.mark.parametrize(
    "left,right",
    [
        (left, right)
        for left in (
            "float64",
            "float32",
            "float16",
            "bfloat16",
            "int64",
            "int8",
            "uint8",
            "bool",
            "complex64",
        )
        for right in (
            "float64",
            "float16",
            "bfloat16",
            "int32",
            "uint8",
            "bool",
            "complex64",
            "complex128",
        )
    ],
)
@pytest.mark.parametrize("shapes", [((2,), (2,)), ((2,), ()), ((), (2,)), ((), ())])
def test_promotion_of_tensors(left, right, shapes):
    mine = lamina.result_type(
        a(*shapes[0], dtype=left).to_lamina(), a(*shapes[1], dtype=right).to_lamina()
    )
    if (left == "float16" and shapes[0] and "complex" in right) or (
        right == "float16" and shapes[1] and "complex" in left
    ):
        assert mine is lamina.complex64 or mine is lamina.complex128
        return
    theirs = torch.result_type(
        a(*shapes[0], dtype=left).to_torch(), a(*shapes[1], dtype=right).to_torch()
    )
    assert mine.name == str(theirs).removeprefix("torch.")


@pytest.mark.parametrize(
    "dtype", ["float64", "float32", "bfloat16", "int8", "uint8", "bool", "complex64"]
)
@pytest.mark.parametrize("number", [True, 2, 2.5, 1j])
def test_promotion_with_numbers(dtype, number):
    drawn = a(2, dtype=dtype)
    assert (
        lamina.result_type(drawn.to_lamina(), number).name
        == str(torch.result_type(drawn.to_torch(), number))[6:]
    )
