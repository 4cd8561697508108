"""einsum: Einstein summation as permutes, sums and one batched matrix product per operand.

Operands contract from left to right. Each step sorts the subscripts of a pair into batch (in both
and still needed), contracted (in both, not needed again) and free ones, and calls bmm.
"""

from __future__ import annotations

import math

from ..errors import ShapeError, ValueError_
from .registry import aten, composite


@composite
def einsum(equation, *operands):
    """Sums of products by `equation`, for example "bij,bjk->bik".

    Subscripts are letters; "..." stands for broadcast dimensions; a repeated subscript within an
    operand takes the diagonal. Without "->" the result has the subscripts that occur once, in
    alphabetical order. Raises ValueError_ for a malformed equation, ShapeError where sizes
    disagree.
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    inputs, output = _parse(equation.replace(" ", ""), [x.ndim for x in operands])
    sizes = _sizes(equation, inputs, operands)
    terms = [_diagonals(x, labels) for x, labels in zip(operands, inputs)]
    x, labels = terms[0]
    for i, (y, y_labels) in enumerate(terms[1:], 1):
        needed = set(output).union(*(later for _, later in terms[i + 1 :]))
        x, labels = _contract(x, labels, y, y_labels, needed, sizes)
    x, labels = _sum_out(x, labels, set(output))
    missing = [label for label in output if label not in labels]
    if missing:
        raise ValueError_(
            f"output subscripts {missing} are in no operand of {equation!r}", op="einsum"
        )
    return x.permute([labels.index(label) for label in output])


def _parse(equation, ranks):
    """Subscript lists of the operands and the result; broadcast dimensions become negative
    numbers.
    """
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ValueError_(
            f"{equation!r} names {len(terms)} operands, got {len(ranks)}", op="einsum"
        )
    extra = [rank - len(term.replace("...", "")) for term, rank in zip(terms, ranks)]
    for term, more in zip(terms, extra):
        if more < 0 or (more > 0 and "..." not in term):
            raise ShapeError(
                f"subscripts {term!r} do not fit an operand of {more + len(term)} dimensions",
                op="einsum",
            )
    inputs = [_labels(term, more) for term, more in zip(terms, extra)]
    widest = max((more for term, more in zip(terms, extra) if "..." in term), default=0)
    if arrow:
        return inputs, _labels(right, widest)
    letters = left.replace("...", "").replace(",", "")
    once = sorted(letter for letter in set(letters) if letters.count(letter) == 1)
    return inputs, [*range(-widest, 0), *once]


def _labels(term, extra):
    head, dots, tail = term.partition("...")
    if not (head + tail).isalpha() and head + tail:
        raise ValueError_(f"subscripts must be letters, got {term!r}", op="einsum")
    return [*head, *(range(-extra, 0) if dots else ()), *tail]


def _sizes(equation, inputs, operands):
    sizes = {}
    for labels, x in zip(inputs, operands):
        for label, size in zip(labels, x.shape):
            known = sizes.setdefault(label, size)
            if known == 1:
                sizes[label] = size
            elif size not in (1, known):
                raise ShapeError(
                    f"subscript {label!r} of {equation!r} has sizes {known} and {size}", op="einsum"
                )
    return sizes


def _diagonals(x, labels):
    """x with every repeated subscript reduced to one, its diagonal."""
    labels = list(labels)
    for label in [k for k in dict.fromkeys(labels) if labels.count(k) > 1]:
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            x = x.diagonal(0, first, second)
            labels = [k for i, k in enumerate(labels) if i not in (first, second)] + [label]
    return x, labels


def _sum_out(x, labels, needed):
    """x summed over the subscripts nobody needs."""
    gone = [i for i, label in enumerate(labels) if label not in needed]
    return (x.sum(gone) if gone else x), [label for label in labels if label in needed]


def _contract(x, x_labels, y, y_labels, needed, sizes):
    x, x_labels = _sum_out(x, x_labels, needed | set(y_labels))
    y, y_labels = _sum_out(y, y_labels, needed | set(x_labels))
    for label in [k for k in x_labels if k in y_labels and k not in needed and sizes[k] == 1]:
        x, x_labels = _without(x, x_labels, label)
        y, y_labels = _without(y, y_labels, label)
    batch = [label for label in x_labels if label in y_labels and label in needed]
    inner = [label for label in x_labels if label in y_labels and label not in needed]
    free_x = [label for label in x_labels if label not in y_labels]
    free_y = [label for label in y_labels if label not in x_labels]
    left = _arranged(x, x_labels, (batch, free_x, inner), sizes)
    right = _arranged(y, y_labels, (batch, inner, free_y), sizes)
    # Without a sum it is a product of elements, which booleans have too.
    product = aten.bmm(left, right) if inner else left * right
    labels = batch + free_x + free_y
    return product.reshape([sizes[label] for label in labels]), labels


def _without(x, labels, label):
    """x without a dimension of size 1."""
    return x.select(labels.index(label), 0), [k for k in labels if k != label]


def _arranged(x, labels, groups, sizes):
    """x as a 3-d tensor, one dimension per group of subscripts, sizes of one broadcast."""
    order = [label for group in groups for label in group]
    x = x.permute([labels.index(label) for label in order]).expand(
        [sizes[label] for label in order]
    )
    return x.reshape([math.prod(sizes[label] for label in group) for group in groups])
