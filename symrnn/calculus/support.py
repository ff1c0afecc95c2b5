"""Where adjoints live: for each sequence, the times at which the gradient of the loss can be other than zero.

Everything is read off a template's contributions, for generic t; what no path leads from to the loss has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sympy import Expr, Integer, Symbol

from symrnn.model import Element, Range, Sequence
from symrnn.model.ranges import grows, is_empty, meet, smallest_order
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.time import offset_from, t

if TYPE_CHECKING:
    from symrnn.calculus.adjoint import Contribution, Template


def is_summed(c: Contribution) -> bool:
    """Whether its part sums over the times of its equation, because they all read the same elements."""
    if not isinstance(c.part, TimeSum) or c.equation is None:
        return False
    return any(a.time == c.part.index for a in c.part.body.atoms(Adjoint))


def supports(template: Template, smallest: dict[Sequence, int]) -> dict[Sequence, tuple[Range, ...]]:
    """For each defined sequence, the times at which its adjoint can be other than zero."""
    model = template.model
    support: dict[Sequence, tuple[Range, ...]] = {}

    def readers(v: Sequence) -> list[Sequence]:
        return list(dict.fromkeys(c.equation.sequence for c in template.elements[v] if c.equation is not None))

    def in_cycle(v: Sequence) -> bool:
        seen: set[Sequence] = set()
        stack = readers(v)
        while stack:
            u = stack.pop()
            if u == v:
                return True
            if u not in seen:
                seen.add(u)
                stack += readers(u)
        return False

    living = _leading_to_the_loss(template)

    def visit(v: Sequence) -> tuple[Range, ...]:
        if v not in support:
            if v not in living:
                support[v] = ()
            elif v in model.states or in_cycle(v):
                support[v] = model.ranges[v]
            else:
                parts = [r for c in template.elements[v] for r in _narrow(c, readers(v), visit)]
                support[v] = union([meet(r, home) for r in parts for home in model.ranges[v]])
                note_vanishing(v, parts, smallest)
        return support[v]

    for v in model.defined:
        visit(v)
    return support


def note_vanishing(v: Sequence, ranges: list[Range], smallest: dict[Sequence, int]) -> None:
    """Note from which last time on those ranges are empty that are not empty for every last time."""
    for r in ranges:
        if is_empty(r):
            smallest[v] = max(smallest.get(v, 1), smallest_order(r.last + 1, r.first))


def _leading_to_the_loss(template: Template) -> set[Sequence]:
    """The sequences that the loss reads, or that one of these reads, and so on."""
    found = {v for v, parts in template.elements.items() if any(c.equation is None for c in parts)}
    grown = True
    while grown:
        more = {
            v
            for v, parts in template.elements.items()
            if v not in found and any(c.equation is not None and c.equation.sequence in found for c in parts)
        }
        found |= more
        grown = bool(more)
    return found


def _narrow(c: Contribution, readers: list[Sequence], visit: Callable[[Sequence], tuple[Range, ...]]) -> list[Range]:
    """The times of a contribution at which the adjoint of its user is not known to be zero."""
    if c.equation is None or not isinstance(c.user, Element):
        return [c.when]
    if is_summed(c):
        return [c.when] if visit(c.equation.sequence) else []
    offset = offset_from(c.user.time, t)
    if offset is None:
        return [c.when] if visit(c.equation.sequence) else []
    return [meet(c.when, r.shifted(-offset)) for r in visit(c.equation.sequence)]


def union(ranges: list[Range]) -> tuple[Range, ...]:
    """Ranges sorted, empty ones dropped, overlapping or touching ones joined."""
    kept: list[Range] = []
    for r in sorted((r for r in ranges if not is_empty(r)), key=lambda r: order_key(r.first)):
        if kept and grows(r.first, kept[-1].last + 1):
            last = r.last if grows(kept[-1].last, r.last) else kept[-1].last
            kept[-1] = Range(kept[-1].first, last)
        else:
            kept.append(r)
    return tuple(kept)


def order_key(end: Expr) -> int:
    symbols = sorted((s for s in end.free_symbols if isinstance(s, Symbol)), key=lambda s: s.name)
    return int(end.xreplace({s: Integer(10**6 + 10**3 * i) for i, s in enumerate(symbols)}))
