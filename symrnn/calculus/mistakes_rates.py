"""Mistakes in a product rule: one term of a derivative forgotten, or with the other sign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sympy import Expr

from symrnn.calculus.backward import BackwardPass, LawChange, Pulled, Site
from symrnn.calculus.bodies_of import body_of, has_body, times
from symrnn.calculus.catalogue import Variant, law_variants, shown, where
from symrnn.calculus.mistake_table import SHARED
from symrnn.model import Element
from symrnn.tensor.bodies import body_derivative
from symrnn.tensor.elementwise import by_structure, placeholder

Labelled = list[tuple[str, LawChange]]


def rates(backward: BackwardPass) -> Iterable[Variant]:
    """A term of a derivative forgotten, or with the other sign: the target in o - y, the old state in a gate's."""
    targets = set(backward.model.targets)
    groups: dict[str, Labelled] = {"target forgotten": [], "term forgotten": [], "sign of a term": []}
    for s in backward.sites:
        if not has_body(s.node):
            continue
        for i, operand, terms in _sums(s):
            for term in terms:
                reads = {operands_of(s)[j] for j in range(len(operands_of(s))) if placeholder(j) in term.free_symbols}
                about = " ".join(shown(x) for x in sorted(reads, key=by_structure) if getattr(x, "is_leaf", False))
                label = f"{about or term} in the derivative of {where(s)} by {shown(operand)}"
                is_target = any(isinstance(x, Element) and x.sequence in targets for x in reads)
                forgotten = "target forgotten" if is_target else "term forgotten"
                groups[forgotten].append((label, LawChange(s.source, s.node, _without(i, term, 0))))
                groups["sign of a term"].append((label, LawChange(s.source, s.node, _without(i, term, -1))))
    for name, changes in groups.items():
        yield from law_variants(backward, SHARED[name], changes)


def operands_of(site: Site) -> tuple[Any, ...]:
    """The operands of an elementwise or scalar node."""
    return body_of(site.node)[1]


def _sums(site: Site) -> Iterator[tuple[int, Any, list[Expr]]]:
    """The operands whose rate is a sum of several terms (the derivative of a single call is not one)."""
    body, operands = body_of(site.node)
    pulled = {x for x, _ in site.pulled}
    for i, x in enumerate(operands):
        if x not in pulled or (body.is_Function and len(body.args) == 1):
            continue
        rate = body_derivative(body, placeholder(i))
        factors = [f for f in rate.as_ordered_factors() if f.is_Add]
        for f in factors[:1]:
            yield i, x, list(f.as_ordered_terms())


def _without(position: int, term: Expr, factor: int) -> Callable[..., Pulled]:
    """The law of a body with one term of one rate scaled."""

    def change(node: Any, ct: Any, out: Any, pulled: Pulled) -> Pulled:
        body, operands = body_of(node)
        rate = body_derivative(body, placeholder(position))
        (whole,) = [f for f in rate.as_ordered_factors() if f.is_Add][:1]
        kept = rate.xreplace({whole: whole - term + factor * term})
        x = operands[position]
        return [(y, times(kept, node, out, ct, operands, x) if y == x else part) for y, part in pulled]

    return change
