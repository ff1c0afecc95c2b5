"""The graph that an unfolded picture draws: which elements there are, who reads whom, with what written on the arrow.

It is the unrolled graph, with the reads of constants, and with the summands of a loss that no sequence names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Basic, Expr, Integer

from symrnn.diagram.labels import USUAL, Label, Lettering
from symrnn.diagram.reading import reads_of, statements
from symrnn.graph import unroll
from symrnn.model import Element, Parameter, Recurrence, reads

Place = tuple[str, int]  # a row and a time; later a row and a column
Rule = dict[Basic, Basic]  # a number for each last time


@dataclass(frozen=True)
class Unfolding:
    """The graph to be drawn: what is computed at which time, and what each node reads with which label.

    `shared` are what stands once beside its readers at all times: constants, and parameters with their copies.
    """

    computed: tuple[Place, ...]
    links: tuple[tuple[Place, Place, Label | None], ...]
    shared: tuple[tuple[str, Place, Label | None], ...]
    given: tuple[Place, ...] = ()  # the boundary, when there is nothing else

    @property
    def places(self) -> dict[Place, None]:
        """All elements, each once."""
        ends = [p for source, target, _ in self.links for p in (source, target)]
        return dict.fromkeys([*self.computed, *ends, *self.given])


def copy_row(parameter: str) -> str:
    """The row of the copies of a parameter, one for each step that uses it."""
    return f"{parameter}[t]"


def unfold(model: Recurrence, rule: Rule, parameters: Sequence[str] = (), letters: Lettering = USUAL) -> Unfolding:
    """The elements of a model with numbers as last times, and who reads whom; these parameters as nodes."""
    computed, links, shared = [], [], []
    for name, time, rhs in _equations(model, rule):
        here = (name, time)
        computed.append(here)
        for read in reads_of(name, rhs, letters):
            label = None if read.factor in parameters else read.label
            if not isinstance(read.leaf, Element):
                shared.append((read.name, here, label))
                continue
            for s in _times(read.leaf.time, read.over):
                links.append(((read.name, s), here, label))
        for p in _used(rhs, parameters):
            shared.append((p, (copy_row(p), time), None))
            links.append(((copy_row(p), time), here, None))
    shared = list(dict.fromkeys(shared))
    given = [(x.name, int(x.time.xreplace(rule))) for x in model.boundary if not computed]
    return Unfolding(tuple(dict.fromkeys(computed)), tuple(links), tuple(shared), tuple(given))


def _used(rhs: Basic, parameters: Sequence[str]) -> list[str]:
    return [x.name for x in reads(rhs) if isinstance(x, Parameter) and x.name in parameters] if parameters else []


def _equations(model: Recurrence, rule: Rule) -> Iterator[tuple[str, int, Basic]]:
    for e in unroll(model, {s: int(last) for s, last in rule.items()}).equations:
        yield e.sequence.name, int(e.lhs.time), e.rhs
    for part in statements(model)[len(model.equations) :]:
        for s in part.times.at(rule).times():
            at = {**rule, part.index: Integer(s)} if part.index else rule
            yield part.name, s, part.rhs.xreplace(at)


def _times(time: Expr, over: tuple[Expr, Expr, Expr] | None) -> list[int]:
    """The times at which an element is read: one, or all that a sum over time runs through."""
    if over is None:
        return [int(time)]
    index, first, last = over
    return [int(time.xreplace({index: Integer(s)})) for s in range(int(first), int(last) + 1)]
