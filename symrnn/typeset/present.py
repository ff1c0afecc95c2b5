"""From mathematics to what is on the paper: the one place where order, brackets, diag or ⊙ and names are decided.

`Presenter` turns a node into items; each class of node is registered with `present`. Nothing is changed in
the algebra, and no renderer is known here: LaTeX, text and MathML draw the same items.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import singledispatch
from typing import Any

from sympy import Basic, Expr, Symbol

from symrnn.errors import TooLarge, Unsupported
from symrnn.model import Recurrence, reads
from symrnn.tensor.adjoint import LossTerm
from symrnn.tensor.node import Node, shape_of
from symrnn.tensor.time import t
from symrnn.typeset.brackets import product, quotient, transposed
from symrnn.typeset.items import Differential, Gradient, Item, Name, Timed
from symrnn.typeset.letters import below_delta, over_barred, read_name
from symrnn.typeset.notation import Notation
from symrnn.typeset.words import words_of

Pairs = tuple[tuple[Any, Any], ...]


class Presenter:
    """Makes items under one notation.

    Parameters
    ----------
    notation
        The conventions.
    linear
        Whether fractions stay in one line, as in a terminal.
    short
        Pairs (expression, element): the element is written where the expression stands, at any time.
    known
        Pairs (application, element) of unknown functions: what an application is the value of.
    copies
        Whether a parameter inside a partial derivative is shown as its copy at that step.
    language
        Of the words between the formulas.
    model
        The model that the formulas are about, if there is one.
    """

    def __init__(
        self,
        notation: Notation,
        linear: bool = False,
        short: Pairs = (),
        known: Pairs = (),
        copies: bool = False,
        language: str = "en",
        model: Any = None,
    ) -> None:
        self.notation, self.linear, self.language = notation, linear, language
        self.words, self.model = words_of(language), model
        self.names: dict[Any, Name] = {}  # of leaves, which are met again and again
        self.times: dict[Expr, Item] = {}  # and so are times
        self._ways: dict[type, Callable[[Any, Presenter], Item]] = {}  # how objects of a class are presented
        self.short, self.known, self.copies = short, known, copies
        self.long_kinds = frozenset(type(long) for long, _ in short)
        self.rows, self.numerator = notation.vectors == "rows", notation.gradient == "numerator"

    def __call__(self, x: Any) -> Item:
        """What a node, a scalar or a display looks like."""
        x = self._shortened(x)
        kind = type(x)
        way = self._ways.get(kind)
        if way is None:
            way = self._ways[kind] = present.dispatch(kind)
        return way(x, self)

    def turned(self, x: Any) -> Item:
        """The transpose of a vector or matrix.

        Where the conventions turn equations round, the factors of a product are turned round too; else the
        transpose stands on the whole, as it is written.
        """
        x = self._shortened(x)
        if self.rows or self.numerator:
            return turned(x, self)
        return transposed(present(x, self)) if shape_of(x) else present(x, self)

    def _shortened(self, x: Any) -> Any:
        if type(x) in self.long_kinds:
            element = match(self.short, x)
            if element is not None:
                return element
        return x

    def with_(self, **changes: Any) -> Presenter:
        """The same with other attributes: `short=()` writes everything out, `copies=True` names copies."""
        other = copy(self)
        other.__dict__.update(changes)
        other.names, other.times = {}, {}
        other.long_kinds = frozenset(type(long) for long, _ in other.short)
        return other

    def chain(self, *factors: Any) -> Item:
        """A product of matrices and vectors: from left to right for columns, from right to left for rows."""
        shown = [self(x) for x in factors]
        return product(reversed(shown) if self.rows else shown)

    def turned_chain(self, *factors: Any) -> Item:
        """The transpose of such a product."""
        shown = [self.turned(x) for x in factors]
        return product(shown if self.rows else reversed(shown))

    def all(self, items: Any) -> tuple[Item, ...]:
        """What each of them looks like."""
        return tuple(self(x) for x in items)

    def leaf(self, x: Any, bold: bool | None = None) -> Name:
        """The name of a sequence, a parameter, a constant or a function, bold if it has a rank."""
        found = self.names.get((x, bold))
        if found is None:
            is_bold = bool(x.shape) if bold is None else bold
            weight = self.notation.bold if is_bold else "none"
            found = self.names[x, bold] = self.name(str(x.name), weight, getattr(x, "latex_name", ""))
        return found

    def name(self, identifier: str, bold: str = "none", verbatim: str = "") -> Name:
        """The name on paper of an identifier."""
        new = self.notation.name(identifier)
        if "\\" in new or "{" in new:
            return read_name(identifier, bold, new)
        return read_name(new, bold, verbatim if new == identifier else "")

    def symbol(self, symbol: Symbol) -> Name:
        """A plain symbol: a time, a dimension."""
        return self.name(str(symbol.name))

    def at(self, base: Item, time: Expr) -> Timed:
        """A name with a time mark."""
        return Timed(base, self.time(time), self.notation.time)

    def time(self, time: Expr) -> Item:
        """A time, set tightly: t-1."""
        from symrnn.typeset.scalars import tight

        found = self.times.get(time)
        if found is None:
            found = self.times[time] = tight(time, self)
        return found

    def adjoint(self, node: Any, objective: Any) -> Item:
        """The adjoint of a node; in numerator layout the row ∂L/∂h is what has a name, and this its transpose."""
        whole = self.gradient(node, objective)
        return transposed(whole) if self.numerator and shape_of(node) else whole

    def objective(self, objective: Any) -> Item:
        """The name of an objective, or of its part that enters at one time: L, L⁽ˢ⁾."""
        if isinstance(objective, LossTerm):
            return self.at(self.name(objective.name), objective.time)
        return self.name(str(objective))

    def gradient(self, node: Any, objective: Any) -> Item:
        """The derivative of the objective by a node, in the notation's way."""
        style = self.notation.adjoint
        if style in {"delta", "bar", "d"} and objective == "L":
            return self._named_adjoint(node, style)
        stacked = style == "partial" or self.numerator or not shape_of(node)
        if stacked and (style == "partial" or self.numerator or self.notation.objective or objective != "L"):
            return quotient(Differential(self.objective(objective)), Differential(self(node)), self.linear)
        shown = self.notation.objective or objective != "L"
        return Gradient(self(node), self.objective(objective) if shown else None)

    def _named_adjoint(self, node: Any, style: str) -> Item:
        """δ with the node's name below it, h with a bar above it, or dh as code names it."""
        owner = getattr(node, "sequence", getattr(node, "parameter", node))
        bold = self.notation.bold if shape_of(node) else "none"
        own = self.leaf(owner)
        time = getattr(node, "time", None)
        if style == "d":
            return Differential(own if time is None else self.at(own, time), "code")
        base = over_barred(own) if style == "bar" else below_delta(own, bold)
        return base if time is None else self.at(base, time)


def objective_of(x: Any) -> Any:
    """What an adjoint is of: the name of an objective, or a term of one."""
    return x.objective if isinstance(x.objective, LossTerm) else str(x.objective.name)


@singledispatch
def present(x: Any, p: Presenter) -> Item:
    """What one object looks like; each class registers its own."""
    if isinstance(x, Expr) and not isinstance(x, Node):
        from symrnn.typeset.scalars import foreign

        return foreign(x, p)
    raise Unsupported(f"{type(x).__name__} has no form on paper: {x}")


@singledispatch
def turned(x: Any, p: Presenter) -> Item:
    """The transpose of one object; where nothing better is known, it stands on the whole."""
    return transposed(p(x)) if shape_of(x) else p(x)


def presented(x: Any, p: Presenter) -> Item:
    """What an object looks like; a nest too deep for Python is refused with our own error."""
    try:
        return p(x)
    except RecursionError:
        raise TooLarge(
            "this expression is nested too deeply to be printed",
            repair="print the equations of the graph instead: symrnn.latex(graph)",
        ) from None


def match(pairs: Pairs, x: Any) -> Any:
    """The element that a definition (pattern, element) gives `x`, the pattern taken at the time of `x`; or None."""
    for pattern, element in pairs:
        if pattern == x:
            return element
        if type(pattern) is type(x) and not shape_differs(pattern, x):
            rule = _shift(pattern, x)
            if rule and pattern.xreplace(rule) == x:
                return element.xreplace(rule)
    return None


def shape_differs(a: Basic, b: Basic) -> bool:
    """Whether two nodes are of different ranks."""
    return len(shape_of(a)) != len(shape_of(b))


def _shift(pattern: Basic, x: Basic) -> dict[Basic, Basic] | None:
    """The time to put for t so that the elements of `pattern` become those of `x`."""
    for own, other in zip(reads(pattern), reads(x), strict=False):
        time, target = getattr(own, "time", None), getattr(other, "time", None)
        if time is not None and target is not None and t in time.free_symbols:
            return {t: t + target - time}
    return None


def definitions(model: Recurrence) -> tuple[Pairs, Pairs]:
    """What a model tells a presenter: its abbreviations, and what its unknown functions define."""
    short = tuple((a.long, a.short) for a in model.abbreviations)
    return short, tuple((e.rhs, e.lhs) for e in model.equations)
