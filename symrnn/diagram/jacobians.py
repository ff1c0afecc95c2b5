"""The local Jacobians of a model: one for each element that an equation reads, with its value and its name.

An arrow of a backward pass carries the Jacobian of the equation and the read for which it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Integer

from symrnn.calculus import jacobian
from symrnn.calculus.jacobian import differentiate
from symrnn.diagram.backward import GIVEN, derivative
from symrnn.diagram.formula import formula
from symrnn.diagram.inline import Fraction, Line, line_of
from symrnn.diagram.labels import USUAL, Label, Lettering
from symrnn.diagram.reading import Read, Statement, kind_of, label_in, reads_of, shown_time, statements
from symrnn.diagram.unfolding import Place, Rule
from symrnn.model import Constant, Recurrence
from symrnn.tensor import shape_of

Pair = tuple[Place, Place]


@dataclass(frozen=True)
class Jacobian:
    """The derivative of what an equation defines by one element that it reads."""

    part: Statement
    read: Read
    over: Label
    under: Label
    value: Line

    def is_of(self, rule: Rule, later: int, earlier: int) -> bool:
        """Whether it is the derivative of the element at the one time by the element at the other."""
        index, times = self.part.index, self.part.times.at(rule)
        if index is None:
            at = rule
            mine = int(self.part.time.xreplace(rule)) == later
        else:
            at = {**rule, index: Integer(later)}
            mine = times.first <= later <= times.last
        return mine and int(self.read.leaf.time.xreplace(at)) == earlier


def jacobians(model: Recurrence, letters: Lettering = USUAL) -> list[Jacobian]:
    """The local Jacobians of every equation by what it reads, and of the loss; inputs and constants left out."""
    found = []
    defined = [e.lhs for e in model.equations]
    for i, part in enumerate(statements(model)):
        node = label_in(model, part.name, letters).at(shown_time(part.time))
        for read in reads_of(part.name, part.rhs):
            if isinstance(read.leaf, Constant) or read.over or kind_of(model, read.name) in GIVEN:
                continue
            by = label_in(model, read.name, letters).at(shown_time(read.leaf.time))
            known = i < len(defined)
            rate = (
                jacobian(model, defined[i], read.leaf, immediate=True) if known else differentiate(part.rhs, read.leaf)
            )
            value = formula(model, rate, letters)
            is_row = (len(shape_of(part.rhs)), len(shape_of(read.leaf))) == (0, 1)
            found.append(Jacobian(part, read, node, by, _row(value) if is_row else value))
    return found


def _row(value: Line) -> Line:
    """The derivative of a scalar is a row."""
    return line_of("(", *value.parts, Label(")", sup="⊤", italic=False, word=True))


@dataclass(frozen=True)
class Entry:
    """What is said of one kind of arrow back: the derivative that it carries, and its value where it is known."""

    over: Label
    under: Label
    value: Line | None = None

    @property
    def fraction(self) -> Fraction:
        """The derivative as it is written."""
        return derivative(self.over, self.under)


Link = tuple[Pair, Place, Place]  # an arrow of the picture, and the elements between which it leads


@dataclass(frozen=True)
class Numbered:
    """The entries of a legend, and which of them each arrow back carries."""

    entries: tuple[Entry, ...] = ()
    of: Mapping[Pair, int] = field(default_factory=dict)
    letter: str = "J"

    def name(self, number: int) -> Label:
        """A short name for an entry."""
        return Label(self.letter, bold=True, sub=str(number + 1))


def numbered(model: Recurrence, rule: Rule, links: Iterable[Link], letters: Lettering = USUAL) -> Numbered:
    """The Jacobians of these arrows, first those that have a value; `links` are the arrows a gradient flows against."""
    known = jacobians(model, letters)
    entries = [Entry(j.over, j.under, j.value) for j in known]
    of: dict[Pair, int] = {}
    others: dict[tuple[str, str], int] = {}
    for pair, (read, earlier), (reader, later) in links:
        fits = (
            i
            for i, j in enumerate(known)
            if (j.part.name, j.read.name) == (reader, read) and j.is_of(rule, later, earlier)
        )
        number = next(fits, None)
        if number is None:
            if (reader, read) not in others:
                others[reader, read] = len(entries)
                entries.append(Entry(_generic(model, reader, letters), _generic(model, read, letters)))
            number = others[reader, read]
        of.setdefault(pair, number)
    taken = {*(v.name for v in model.sequences), *(v.name for v in (*model.constants, *model.parameters))}
    return Numbered(tuple(entries), of, next((letter for letter in "JDQGK" if letter not in taken), "J"))


def _generic(model: Recurrence, row: str, letters: Lettering) -> Label:
    """An element of a row at time t; a parameter and its copies by name."""
    name = row.removesuffix("[t]")
    label = label_in(model, name, letters)
    return label if name == row and kind_of(model, name) == "parameter" else label.at("t")
