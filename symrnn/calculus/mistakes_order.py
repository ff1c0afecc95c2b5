"""Mistakes in the order: f' and the matrix exchanged, Jacobians multiplied the wrong way, the recursion truncated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symrnn.calculus.backward import BackwardPass, Term, Variation
from symrnn.calculus.catalogue import Mistake, Variant, shown
from symrnn.calculus.mistake_table import SHARED
from symrnn.calculus.mistakes_terms import is_recursive
from symrnn.model import Sequence
from symrnn.model.ranges import Range
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.elementwise import Elementwise
from symrnn.tensor.linear import Contract, contract
from symrnn.tensor.node import shape_of

EXCHANGED = Mistake(
    "f' and matrix exchanged",
    "The gradient passes through the matrix before the derivative of the activation: diag(f') Wᵀ for Wᵀ diag(f').",
    "Go back in the reverse order of the forward pass: first f', then Wᵀ.",
)
WINDOW = Mistake(
    "truncated",
    "Each step's loss is followed back a few steps only.",
    "Go back to the first step, or declare the truncation.",
)
PRODUCT = {
    "reversed": SHARED["product of Jacobians reversed"],
    "short": Mistake(
        "product of Jacobians one factor short",
        "The product over the steps between misses a factor.",
        "From step s back to step t there are s - t Jacobians.",
    ),
    "long": Mistake(
        "product of Jacobians one factor long",
        "The product over the steps between has a factor too many.",
        "From step s back to step t there are s - t Jacobians.",
    ),
}


def exchanges(backward: BackwardPass) -> Iterator[Variant]:
    """Wᵀ diag(f') with the factors exchanged, where the shapes allow it."""
    found = [x for x in backward.terms() if isinstance(x.receiver, Sequence) and _exchanged(x.part) is not None]
    if len(found) > 1:
        yield Variant(EXCHANGED, "everywhere", Variation(edits=(_exchange,)))
    for term in found:
        place = f"from {shown(term.user)} to {shown(term.receiver[term.index])}"

        def edit(x: Term, own: Term = term) -> tuple[Term, ...]:
            return _exchange(x) if (x.receiver, x.user, x.when) == (own.receiver, own.user, own.when) else (x,)

        yield Variant(EXCHANGED, place, Variation(edits=(edit,)), 1)


def _exchange(term: Term) -> tuple[Term, ...]:
    other = _exchanged(term.part) if isinstance(term.receiver, Sequence) else None
    return (term.with_part(other),) if other is not None else (term,)


def _exchanged(part: Any) -> Any:
    """The first product M (f' ⊙ g) in it as f' ⊙ (M g), or None where there is none with equal shapes."""
    for node in sorted(part.atoms(Contract), key=str):
        inner = node.right
        if not isinstance(inner, Elementwise) or len(inner.operands) < 2 or shape_of(node) != shape_of(inner):
            continue
        carriers = [x for x in inner.operands if isinstance(x, Adjoint)]
        if len(carriers) == 1 and shape_of(carriers[0]) == shape_of(inner):
            return part.xreplace({node: inner.xreplace({carriers[0]: contract(node.left, carriers[0])})})
    return None


def orders(backward: BackwardPass) -> Iterator[Variant]:
    """Truncation of the recursion, and products of the steps' Jacobians in the wrong order or of the wrong length."""
    defined = set(backward.model.defined)
    crossing = [x for x in backward.terms() if is_recursive(x) and x.receiver in defined]
    if not crossing or any(x.index is None or _is_single(x.when) for x in crossing):
        return
    for k in (1, 2, 3):
        yield Variant(WINDOW, f"after {k} step{'s' if k > 1 else ''}", Variation(scheme=("window", k)))
    if steps_one_way(backward):
        for kind, mistake in PRODUCT.items():
            yield Variant(mistake, "everywhere", Variation(scheme=("product", kind)))


def _is_single(when: Range) -> bool:
    return when.is_point


def steps_one_way(backward: BackwardPass) -> bool:
    """Whether every step reads the one before only, so that there is one Jacobian a step."""
    lags = {lag for v in backward.model.defined for lag in backward.model.lags.get(v, ())}
    return lags <= {0, 1} and len(backward.model.lengths) == 1
