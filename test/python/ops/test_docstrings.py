"""The documentation of every operator states shapes, dtypes and errors, and what it states is so."""

import pydoc
import re

import lamina
import numpy as np
import pytest
from lamina.errors import AutogradError, LaminaError
from lamina.ops import documentation, registry
from samples import SAMPLES, Array, convert, samples

ENTRIES = list(registry.entries())
SAMPLED = [entry for entry in ENTRIES if entry.name in SAMPLES]
# Words by which a docstring tells of shapes, and of dtypes.
SHAPES = re.compile(
    r"\[|0-d|\b(shapes?|sizes?|scalar|vectors?|matri(x|ces)|dim(ension)?s?|gradients? of|elements?|triangle|layout|"
    r"geometry|n x [nm]|`end`|without end|evenly spaced|windows?|copy|memory|storage)\b"
)
DTYPES = re.compile(r"\b([Bb]ool|dtypes?|u?int\d+|float\d*|floating|complex|real|integers?)\b")


def told(entry):
    return entry.__doc__.partition("\n\n")[2]


def test_classes_of_operators_keep_their_own_documentation():
    assert registry.Op.__doc__.startswith("One overload")
    assert registry.Packet.__doc__.startswith("All overloads")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_tells_shapes_dtypes_and_errors(entry):
    assert entry.doc.strip().endswith((".", ".)"))
    assert entry.__doc__.startswith(f"{entry.schema}\n\n")
    assert SHAPES.search(told(entry)), "shapes"
    assert DTYPES.search(told(entry)), "dtypes"
    for error in documentation.errors(entry):
        assert error.__name__ in told(entry)
    for error in re.findall(r"[A-Z]\w+Error_?", entry.doc):
        assert error in {e.__name__ for e in documentation.errors(entry)}, f"{error} is not raised"


def calls(entry):
    for one in samples(entry.name):
        args = convert(one.args, lambda a: a.to_lamina())
        kwargs = convert(one.kwargs, lambda a: a.to_lamina())
        bound = entry.prepare(args, kwargs)
        given = [bound[i] for i in entry.tensors]
        lists = [v if isinstance(v, (list, tuple)) else [v] for v in given]
        operands = [x for values in lists for x in values if isinstance(x, lamina.Tensor)]
        result = entry(*args, **kwargs)
        yield bound, operands, result[0] if isinstance(result, (tuple, list)) else result


@pytest.mark.parametrize("entry", SAMPLED, ids=lambda e: e.name)
def test_what_it_derives_of_results_is_so(entry):
    shapes, dtypes = documentation.shapes(entry), documentation.dtypes(entry)
    for bound, operands, result in calls(entry):
        if "operands broadcast to one shape, which the result has" in shapes:
            assert tuple(result.shape) == np.broadcast_shapes(*[tuple(x.shape) for x in operands])
        if "the result has the shape of self" in shapes:
            assert result.shape == operands[0].shape
        if "the dimensions in dim have size 1 with keepdim, and are gone without" in shapes:
            kept = bound[entry.schema.index["keepdim"]]
            assert result.ndim == operands[0].ndim if kept else result.ndim <= operands[0].ndim
        if "the result has the dtype of the operands" in dtypes:
            assert result.dtype in [x.dtype for x in operands]
        if "integers and bools compute in the default float dtype" in dtypes and len(operands) == 1:
            assert result.dtype.is_floating_point or result.dtype.is_complex


def spoiled(entry):
    """Calls that go wrong in one place: another dtype, one dimension more, a dimension out of range."""
    for one in samples(entry.name)[:3]:
        for at, value in enumerate(one.args):
            others = []
            if isinstance(value, Array):
                tensor = value.to_lamina()
                others = [tensor.to(d) for d in (lamina.bool, lamina.int64, lamina.complex64)]
                others += [tensor[None], lamina.zeros(7, 5), lamina.zeros(0)]
            elif isinstance(value, int) and not isinstance(value, bool):
                others = [99, -99]
            for other in others:
                args = [convert(a, lambda a: a.to_lamina()) for a in one.args]
                args[at] = other
                yield args, convert(one.kwargs, lambda a: a.to_lamina())


@pytest.mark.parametrize("entry", SAMPLED, ids=lambda e: e.name)
def test_raises_no_other_errors_than_it_tells(entry):
    told = (*documentation.errors(entry), lamina.errors.ArgumentError, AutogradError)
    for args, kwargs in spoiled(entry):
        try:
            with np.errstate(all="ignore"):
                entry(*args, **kwargs)
        except LaminaError as error:
            assert isinstance(error, told), f"{type(error).__name__}: {error}"


def test_an_operator_without_words_still_tells_its_signature():
    @lamina.library.custom_op("test_docstrings::wordless", mutates_args=())
    def wordless(x: lamina.Tensor) -> lamina.Tensor:
        return x.clone()

    assert "wordless(Tensor x) -> Tensor" in lamina.ops.test_docstrings.wordless.default.__doc__


def test_help_of_operators_shows_all_that_is_told():
    for shown in (lamina.ops.aten.add, lamina.ops.aten.add.Tensor):
        text = pydoc.render_doc(shown)
        assert "Shapes: operands broadcast to one shape, which the result has." in text
        assert "Dtypes: operands are promoted to one dtype." in text
        assert "Raises: DtypeError, ShapeError." in text


def test_help_of_a_function_and_of_a_method_shows_signatures_and_words():
    for shown in (lamina.add, lamina.Tensor.add):
        text = pydoc.render_doc(shown)
        assert "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor" in text
        assert "self + alpha * other." in text
    assert "`unbiased` is correction" in lamina.std.__doc__
    assert "One overload" not in lamina.std.__doc__ + lamina.zeros.__doc__


@pytest.mark.parametrize("name", sorted(registry.COMPOSITES))
def test_compositions_are_documented(name):
    assert registry.COMPOSITES[name].fn.__doc__.strip().endswith((".", ".)", "..."))
