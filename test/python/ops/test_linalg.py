"""lamina.linalg and older names for it agree with the oracle, second derivatives included."""

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
from functions import compare  # noqa: E402
from samples import Array, Maker, literal  # noqa: E402
from samples.linalg import _definite, _regular  # noqa: E402

a = Maker("linalg")
A, B = _regular(a), a(3, 2)
BATCH, COMPLEX = _regular(a, 2), _regular(a, 2, dtype="complex128")
POSITIVE = _definite(a)
TALL, WIDE = a(4, 2), a(2, 4)
FACTOR = literal(np.linalg.cholesky(POSITIVE.data))
LU, PIVOTS = (x.numpy() for x in torch.linalg.lu_factor(torch.from_numpy(BATCH.data)))
LU, PIVOTS = Array(LU), Array(PIVOTS)

CALLS = [
    ("linalg.inv", (BATCH,)),
    ("linalg.inv", (a(0, 0),)),
    ("inverse", (COMPLEX,)),
    ("linalg.solve", (A, a(3))),
    ("linalg.solve", (BATCH, B)),
    ("linalg.solve", (COMPLEX, a(2, 3, dtype="complex128"))),
    ("linalg.solve", (A, a(2, 3)), {"left": False}),
    ("linalg.solve_triangular", (BATCH, B), {"upper": True}),
    ("triangular_solve", (B, A), {"transpose": True}),
    ("triangular_solve", (B, A, False)),
    ("det", (BATCH,)),
    ("linalg.det", (COMPLEX,)),
    ("slogdet", (BATCH,)),
    ("linalg.slogdet", (COMPLEX,)),
    ("logdet", (BATCH,)),
    ("logdet", (literal([[0.0, 1.0], [1.0, 0.0]]),)),
    ("linalg.cholesky", (POSITIVE,)),
    ("cholesky", (POSITIVE,), {"upper": True}),
    ("cholesky_solve", (B, FACTOR)),
    ("cholesky_solve", (B, literal(FACTOR.data.T)), {"upper": True}),
    ("cholesky_inverse", (FACTOR,)),
    ("cholesky_inverse", (literal(FACTOR.data.T),), {"upper": True}),
    ("linalg.qr", (TALL,)),
    ("linalg.qr", (WIDE, "complete")),
    ("qr", (a(2, 3, 3),)),
    ("linalg.lu_factor", (BATCH,)),
    ("lu", (a(2, 4, 3),)),
    ("linalg.lu", (a(2, 3, 4),)),
    ("linalg.lu_solve", (LU, PIVOTS, a(2, 3, 2))),
    ("linalg.lu_solve", (LU, PIVOTS, a(2, 2, 3)), {"left": False}),
    ("linalg.lu_solve", (LU, PIVOTS, a(2, 3, 2)), {"adjoint": True}),
    ("lu_solve", (a(2, 3, 2), LU, PIVOTS)),
    ("linalg.svdvals", (TALL,)),
    ("linalg.svdvals", (a(2, 2, 3, dtype="complex128"),)),
    ("linalg.eigvalsh", (POSITIVE,)),
    ("linalg.eigvals", (A,)),
    ("linalg.pinv", (TALL,)),
    ("linalg.pinv", (POSITIVE,), {"hermitian": True}),
    ("pinverse", (WIDE,)),
    ("linalg.lstsq", (TALL, a(4, 3))),
    ("linalg.lstsq", (TALL, a(4, 3)), {"driver": "gelsd"}),
    ("linalg.matrix_norm", (a(2, 3, 4),)),
    *(("linalg.matrix_norm", (a(2, 3, 4), ord)) for ord in ("nuc", 1, -1, 2, -2, np.inf, -np.inf)),
    ("linalg.matrix_norm", (a(2, 3, 4), 1, (2, 0), True)),
    ("linalg.norm", (a(2, 3),)),
    ("linalg.norm", (a(2, 3), "nuc")),
    ("linalg.norm", (a(2, 3), 3, 1)),
    ("linalg.norm", (a(5), np.inf)),
    ("linalg.norm", (a(2, 3, 4), 1, (0, 2))),
    ("linalg.vector_norm", (a(2, 3), 3, 1)),
    ("norm", (a(2, 3), "nuc")),
    *(("linalg.cond", (A, p)) for p in (None, -2)),
    *(("linalg.cond", (A.frozen(), p)) for p in (1, "fro", np.inf)),
    ("linalg.matrix_rank", (literal([[1.0, 2.0], [2.0, 4.0]]),)),
    ("linalg.matrix_rank", (POSITIVE,), {"hermitian": True, "atol": 1.0}),
    ("linalg.matrix_power", (A, 3)),
    ("matrix_power", (A, 0)),
    ("linalg.matrix_power", (A, -2)),
    ("matrix_exp", (BATCH,)),
    ("linalg.matrix_exp", (COMPLEX,)),
    ("linalg.multi_dot", ([a(2, 5), a(5, 3), a(3, 7), a(7, 2)],)),
    ("linalg.multi_dot", ([a(5), a(5, 3), a(3)],)),
    ("linalg.vecdot", (a(2, 3, dtype="complex128"), a(2, 3, dtype="complex128"))),
    ("linalg.cross", (a(2, 3), a(2, 3))),
    ("linalg.diagonal", (a(2, 3, 3),), {"offset": 1}),
    ("linalg.matmul", (a(2, 3), a(3, 2))),
    ("linalg.vander", (a(2, 3),)),
    ("linalg.vander", (a(3),), {"N": 2}),
    ("linalg.tensorinv", (a(2, 3, 6),)),
    ("linalg.tensorsolve", (a(2, 3, 6), a(2, 3))),
]


def _geqrf(x):
    return tuple(Array(part.numpy()) for part in torch.geqrf(torch.from_numpy(x.data)))


REFLECTORS = _geqrf(TALL)
CALLS += [
    ("linalg.householder_product", REFLECTORS),
    ("orgqr", _geqrf(a(2, 4, 3, dtype="complex128"))),
    ("ormqr", (*REFLECTORS, a(4, 3))),
    ("ormqr", (*REFLECTORS, a(3, 4)), {"left": False}),
    (
        "ormqr",
        (*_geqrf(a(4, 2, dtype="complex128")), a(4, 3, dtype="complex128")),
        {"transpose": True},
    ),
]

# Second derivatives that the oracle does not have.
FIRST_ORDER = {"linalg.lstsq", "linalg.householder_product", "orgqr", "ormqr"}


@pytest.mark.parametrize("call", CALLS, ids=[f"{c[0]}-{i}" for i, c in enumerate(CALLS)])
def test_function(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compare(call[0], lamina, torch, *call[1:], order=1 if call[0] in FIRST_ORDER else 2)


VECTORS = [
    ("linalg.svd", (TALL, False), lambda u, s, vh: u.abs() @ s.diag() @ vh.abs()),
    ("svd", (WIDE,), lambda u, s, v: u.abs() @ s.diag() @ v.mT.abs()),
    ("linalg.eigh", (POSITIVE,), lambda values, vectors: vectors.abs() * values),
    ("linalg.eig", (A,), lambda values, vectors: vectors.abs() * values.abs()),
    ("linalg.eig", (COMPLEX,), lambda values, vectors: vectors.abs() * values.unsqueeze(-1).abs()),
]


@pytest.mark.parametrize("name,args,invariant", VECTORS, ids=[v[0] for v in VECTORS])
def test_vectors_are_the_oracles_up_to_a_phase(name, args, invariant):
    def both(library):
        *parts, last = name.split(".")
        module = getattr(library, parts[0]) if parts else library
        return lambda *operands: invariant(*getattr(module, last)(*operands))

    class Mine:
        run = staticmethod(both(lamina))

    class Theirs:
        run = staticmethod(both(torch))

    compare("run", Mine, Theirs, args, order=2)


def test_determinants_of_singular_matrices_have_the_cofactors_as_gradient():
    for values in ([[1.0, 2.0], [2.0, 4.0]], [[1, 2, 3], [0, 0, 5], [0, 0, 6]]):
        x = literal(values)
        mine, theirs = x.to_lamina().requires_grad_(), x.to_torch().requires_grad_()
        (found,) = lamina.autograd.grad(lamina.linalg.det(mine), mine)
        # Only this path of the oracle's has the limit; the other one gives zeros.
        (wanted,) = torch.autograd.grad(torch.linalg.det(theirs), theirs, create_graph=True)
        np.testing.assert_allclose(found.numpy(), wanted.detach().numpy(), atol=1e-12)


def test_first_failure_of_a_batch_is_named():
    with pytest.raises(lamina.linalg.LinAlgError, match=r"batch element 1.*pivot 2"):
        lamina.linalg.inv(lamina.stack([lamina.eye(2), lamina.ones(2, 2)]))
    with pytest.raises(RuntimeError, match="minor of order 2"):
        lamina.linalg.cholesky(lamina.tensor([[1.0, 2.0], [2.0, 1.0]]))


def test_info_instead_of_an_error():
    x = lamina.stack([lamina.eye(2), lamina.ones(2, 2)])
    assert lamina.linalg.inv_ex(x).info.tolist() == [0, 2]
    assert lamina.linalg.solve_ex(x, x).result[0].tolist() == [[1, 0], [0, 1]]
    assert lamina.linalg.cholesky_ex(-x).info.tolist() == [1, 1]


def test_results_can_be_written_out():
    out = lamina.empty(3, 3, dtype=lamina.float64)
    assert lamina.linalg.inv(A.to_lamina(), out=out) is out
    np.testing.assert_allclose(out.numpy(), np.linalg.inv(A.data))


BAD = [
    lambda lib: lib.linalg.inv(lib.ones(2, 3)),
    lambda lib: lib.linalg.inv(lib.ones(3)),
    lambda lib: lib.linalg.inv(lib.ones(2, 2, dtype=lib.int64)),
    lambda lib: lib.linalg.inv(lib.ones(2, 2, dtype=lib.float16)),
    lambda lib: lib.linalg.inv(lib.zeros(2, 2)),
    lambda lib: lib.linalg.solve(lib.eye(3), lib.ones(2, 2)),
    lambda lib: lib.linalg.solve(lib.eye(3), lib.ones(3, 2, dtype=lib.float64)),
    lambda lib: lib.linalg.solve(lib.zeros(3, 3), lib.ones(3)),
    lambda lib: lib.linalg.cholesky(-lib.eye(2)),
    lambda lib: lib.linalg.eigh(lib.ones(2, 2), UPLO="X"),
    lambda lib: lib.linalg.lu_factor(lib.eye(2), pivot=False),
    lambda lib: lib.linalg.lstsq(lib.ones(3, 2), lib.ones(2, 2)),
    lambda lib: lib.linalg.lstsq(lib.ones(3, 2), lib.ones(3, 2), driver="none"),
    lambda lib: lib.linalg.multi_dot([lib.ones(2, 2)]),
    lambda lib: lib.linalg.matrix_norm(lib.ones(3)),
    lambda lib: lib.linalg.matrix_norm(lib.ones(3, 3, dtype=lib.int64)),
    lambda lib: lib.linalg.svd(lib.ones(3)),
    lambda lib: lib.linalg.qr(lib.ones(3, 2), "full"),
    lambda lib: lib.orgqr(lib.ones(2, 3), lib.ones(2)),
    lambda lib: lib.linalg.qr(lib.ones(3, 2, requires_grad=True), "complete")[0].sum().backward(),
    lambda lib: lib.linalg.qr(lib.ones(3, 2, requires_grad=True), "r")[1].sum().backward(),
    lambda lib: (
        lib.linalg.eigh(lib.eye(2, dtype=lib.complex64, requires_grad=True) + 0)[1]
        .imag.sum()
        .backward()
    ),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_input_is_an_error_of_the_oracles_kind(number):
    with pytest.raises((RuntimeError, TypeError, ValueError, IndexError)) as theirs:
        BAD[number](torch)
    with pytest.raises(lamina.LaminaError) as mine:
        BAD[number](lamina)
    kinds = (RuntimeError, TypeError, ValueError, IndexError)
    assert any(isinstance(mine.value, k) and isinstance(theirs.value, k) for k in kinds)


def test_results_have_names():
    x = A.to_lamina()
    assert lamina.linalg.svd(x).Vh.shape == lamina.svd(x).V.shape == (3, 3)
    assert lamina.linalg.eigh(x).eigenvalues.shape == (3,)
    assert lamina.linalg.lu_factor(x).pivots.dtype is lamina.int32
    assert lamina.slogdet(x).logabsdet.ndim == 0
    assert lamina.triangular_solve(x, x).solution.shape == (3, 3)


def test_without_fullgraph_a_compiled_function_runs_them_eagerly():
    @lamina.compile
    def solve(a, b):
        return lamina.linalg.solve(a + 1, b) * 2

    a, b = A.to_lamina().requires_grad_(), B.to_lamina()
    np.testing.assert_allclose(
        solve(a, b).detach().numpy(), 2 * np.linalg.solve(A.data + 1, B.data), rtol=1e-9
    )
    solve(a, b).sum().backward()
    assert a.grad.shape == (3, 3)


def test_in_a_trace_they_say_what_they_are():
    @lamina.compile(fullgraph=True)
    def inverse(a):
        return lamina.linalg.inv(a)

    with pytest.raises(NotImplementedError, match=r"linalg_inv_ex.*\[3, 3\]"):
        inverse(A.to_lamina())
