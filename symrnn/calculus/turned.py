"""Sums over time that an equation reads, in a proof by parts: the two sums over a node and its reader change places.

An equation that sums over the times k of a node reads it at each of its own times t; what comes back to the node is a
sum over t. Counted by the reader, the sum over k is the inner one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, Max, Min, Symbol

from symrnn.calculus.forward import Part, add_terms, parts_of
from symrnn.calculus.forward_template import rate_applied
from symrnn.calculus.jacobian import chain
from symrnn.errors import Unsupported
from symrnn.model import Element, Range, Sequence
from symrnn.model.ranges import grows
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.elementwise import add
from symrnn.tensor.time import offset_from, t

Bounds = tuple[Symbol, Expr, Expr]


def turned(nodes: Range, reads: TimeSum, index: Symbol, home: Range) -> tuple[Range, Bounds]:
    """The times t of a reader, and the times k of a node that it reads at t, from the times of t for each k.

    `nodes` are the times of the node, which `reads` writes as t, and `home` all those of the reader; both sums run
    over the same pairs of times.
    """
    firsts, lasts = Max.make_args(reads.lower), Min.make_args(reads.upper)
    after, before = _offsets(firsts), _offsets(lasts)
    fixed_first = [x for x in firsts if t not in x.free_symbols]
    fixed_last = [x for x in lasts if t not in x.free_symbols]
    first = _largest([*fixed_first, *(nodes.first + d for d in after)])
    last = _smallest([*fixed_last, *(nodes.last + d for d in before)])
    lower = _largest([nodes.first, *(t - d for d in before)], home)
    upper = _smallest([nodes.last, *(t - d for d in after)], home)
    return Range(first, last), (index, lower, upper)


def within(times: Range, bounds: Bounds, readers: Range) -> Bounds:
    """Those of the times of an inner sum that are among some times, for each t of the readers."""
    index, lower, upper = bounds
    return index, _largest([times.first, lower], readers), _smallest([times.last, upper], readers)


def _offsets(ends: Any) -> list[int]:
    found = [offset_from(x, t) for x in ends if t in x.free_symbols]
    if None in found:
        raise Unsupported(f"the times {', '.join(map(str, ends))} do not go along with t; no proof by parts is known")
    return [d for d in found if d is not None]


def _largest(ends: list[Expr], times: Range | None = None) -> Expr:
    return Max(*(x for i, x in enumerate(ends) if not _covered(i, ends, times, lambda a, b: grows(a, b))))


def _smallest(ends: list[Expr], times: Range | None = None) -> Expr:
    return Min(*(x for i, x in enumerate(ends) if not _covered(i, ends, times, lambda a, b: grows(b, a))))


def _covered(i: int, ends: list[Expr], times: Range | None, beyond: Any) -> bool:
    """Whether another end always goes at least as far; of two that go equally far, the first counts."""
    at = [{t: times.first}, {t: times.last}] if times is not None else [{}]

    def always(a: Expr, b: Expr) -> bool:
        return all(beyond(a.xreplace(rule), b.xreplace(rule)) for rule in at)

    others = [(j, b) for j, b in enumerate(ends) if j != i and always(ends[i], b)]
    return any(j < i or not always(b, ends[i]) for j, b in others)


@dataclass(frozen=True)
class Inside:
    """What one element u[k + d] in a sum over k contributes to the sensitivity of the node that reads the sum.

    term
        Its contribution at one k, without the Jacobian of the node by the sum.
    bounds
        The times of the sum.
    """

    through: Element
    term: Any
    bounds: Bounds

    @property
    def sequence(self) -> Sequence:
        """Whose element it is."""
        return self.through.sequence

    def by_node(self, index: Symbol) -> Inside:
        """The same counted by the time of the element."""
        k, lower, upper = self.bounds
        d = offset_from(self.through.time, k)
        assert d is not None
        rule = {k: index - d}
        return Inside(self.through.xreplace(rule), self.term.xreplace(rule), (index, lower + d, upper + d))


def opened(parts: list[Part], by: Any, moving: tuple[Sequence, ...]) -> tuple[list[Part], dict[Part, list[Inside]]]:
    """The ways to θ with those through sums over time taken apart: what runs over the sum's times stays a sum.

    What the sum reads at a time of its own, θ or an element at t, becomes a way of its own.
    """
    found: list[Part] = []
    inside: dict[Part, list[Inside]] = {}
    for part in parts:
        s = part.through
        if not isinstance(s, TimeSum):
            found.append(part)
            continue
        bounds = (s.index, s.lower, s.upper)
        inner = parts_of(s.body, None, by, moving)
        if any(isinstance(x.through, TimeSum) for x in inner):
            raise Unsupported(f"{s} is a sum over sums over time; no proof by parts is known")
        over = [x for x in inner if x.tangent is not None and s.index in x.through.time.free_symbols]
        if over:
            whole = replace(part, tangent=time_sum(add_terms(over, s.body, by), bounds))
            inside[whole] = [Inside(x.through, x.term(by), bounds) for x in over]
            found.append(whole)
        for x in (x for x in inner if x not in over):
            found.append(Part(x.through, chain(part.rate, time_sum(x.rate, bounds), s, x.through), x.tangent))
    return _merged(found), inside


def forth(part: Part, inside: list[Inside], node: Any, by: Any, index: Symbol) -> list[tuple[Sequence, Bounds, Any]]:
    """What goes forth through a sum, as what comes back: by each sequence, the times of its elements, and the term."""
    found = []
    for x in (x.by_node(index) for x in inside):
        rate = chain(part.rate, x.term, part.through, by)
        found.append((x.sequence, x.bounds, rate_applied(rate, nabla(node), node, by)))
    return found


def _merged(parts: list[Part]) -> list[Part]:
    """One part for each element and for θ."""
    found: dict[Any, Part] = {}
    for part in parts:
        before = found.get(part.through)
        found[part.through] = part if before is None else replace(part, rate=add(before.rate, part.rate))
    return list(found.values())
