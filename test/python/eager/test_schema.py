"""Schema strings parse into what they say and print back the same."""

import pytest
from lamina.errors import ArgumentError
from lamina.ops.schema import parse


@pytest.mark.parametrize(
    "text",
    [
        "mul.Tensor(Tensor self, Tensor other) -> Tensor",
        "mul_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)",
        "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
        "index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor(a!)",
        "max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor, Tensor)",
        "_foreach_mul_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()",
    ],
)
def test_round_trip(text):
    assert str(parse(text)) == text


def test_alias_annotation():
    first = parse("mul_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)").arguments[0]
    assert (first.alias, first.is_write) == ("a", True)


def test_defaults_fill_in_and_sized_lists_take_one_int():
    schema = parse(
        "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor"
    )
    assert schema.bind((None, 1), {"dtype": "d"}) == (None, (1,), False, "d")


def test_a_list_of_numbers_is_a_default():
    schema = parse("rot90(Tensor self, int k=1, int[] dims=[0,1]) -> Tensor")
    assert schema.bind((None,), {}) == (None, 1, (0, 1))


def test_loose_integers_bind_to_the_only_int_list():
    assert parse("view(Tensor(a) self, SymInt[] size) -> Tensor(a)").bind((None, 2, 3), {}) == (
        None,
        (2, 3),
    )


def test_unbind_drops_trailing_defaults():
    schema = parse("add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor")
    assert schema.unbind((0, 1, 1)) == ((0, 1), {})
    assert schema.unbind((0, 1, 2)) == ((0, 1), {"alpha": 2})


def test_unknown_keyword_names_the_signature():
    with pytest.raises(ArgumentError, match="unexpected keyword argument 'dims'"):
        parse("t(Tensor self) -> Tensor").bind((None,), {"dims": 1})


def test_a_bad_schema_says_which_part():
    with pytest.raises(ValueError, match="->"):
        parse("t(Tensor self) Tensor")
