"""How wide an item is on paper, estimated in columns of half an em, about a digit, so that lines can be broken.

The numbers are those of Computer Modern, rounded up: a letter by its class, the space around a sign, scripts smaller.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from math import ceil

from symrnn.typeset import items
from symrnn.typeset.foreign import foreign_text
from symrnn.typeset.items import Item
from symrnn.typeset.letters import read_name

SCRIPT = 0.72  # of the size of what carries it
BOLD = 1.15  # of a letter that is not
NARROW, WIDE = frozenset("fijlrst1"), frozenset("mwMW")
SMALL, COMMON, BROAD, CAPITAL = 0.85, 1.1, 1.8, 1.55
BRACKET, GROWN = 0.8, 1.75  # a pair of them takes twice as much
PLUS, MINUS = 2.5, 1.6  # between two terms, before the first
TIMES, RELATION, COMMA = 2.5, 2.7, 0.95
SIGMA, GAP = 2.9, 0.35
WORD = 1.06  # a letter of an upright name
SAID = 0.95  # a letter of words, with the spaces between them
NABLA, DIFFERENTIAL = 1.7, 1.15
SIGNS = {"odot": TIMES, "dot": 1.5, "times": TIMES, "otimes": TIMES, "": 0.15}


def measure(item: Item) -> int:
    """The width of an item."""
    return ceil(wide(item))


@singledispatch
def wide(x: Item) -> float:
    """The width of an item, by its class."""
    raise TypeError(type(x).__name__)


def total(parts: Iterable[Item], between: float = 0.0) -> float:
    """The widths of items beside each other."""
    found = [wide(part) for part in parts]
    return sum(found) + between * max(len(found) - 1, 0)


def letters(text: str, bold: bool = False) -> float:
    """The letters of a name."""
    plain = sum(
        SMALL if c in NARROW else BROAD if c in WIDE else CAPITAL if c.isupper() else COMMON for c in text if c != " "
    )
    return plain * (BOLD if bold else 1.0)


@wide.register
def _(x: items.Name) -> float:
    own = COMMON * 1.1 if len(x.letter) > 1 else letters(x.letter)  # a Greek letter by its name
    below = sum(letters(read_name(s).letter[:1] if not s.isdigit() else s) for s in x.subscripts)
    commas = 0.6 * max(len(x.subscripts) - 1, 0)
    return own * (BOLD if x.bold != "none" else 1.0) + 0.5 * x.primes + SCRIPT * (below + commas)


@wide.register
def _(x: items.Number) -> float:
    return float(len(x.digits))


@wide.register
def _(x: items.Word) -> float:
    return WORD * len(x.text) + (GAP if x.text != "diag" else 0.1)


@wide.register
def _(x: items.Sign) -> float:
    return {"infinity": 2.0, "dots": 2.4}.get(x.key, COMMON)


@wide.register
def _(x: items.Timed) -> float:
    time = wide(x.time)
    if x.mark == "subscript":
        return wide(x.base) + SCRIPT * time + 0.1
    own = 2 * BRACKET + time
    return wide(x.base) + (own if x.mark == "argument" else SCRIPT * own + 0.1)


@wide.register
def _(x: items.Indexed) -> float:
    below = SCRIPT * total(x.indices, 0.6)
    if isinstance(x.base, items.Timed) and x.base.mark == "superscript":
        return wide(x.base.base) + max(below, wide(x.base) - wide(x.base.base))
    return wide(x.base) + below


@wide.register
def _(x: items.Span) -> float:
    return wide(x.first) + wide(x.last) + 1.2


@wide.register
def _(x: items.Sum) -> float:
    sign = 1.6 if x.tight else PLUS
    first = (1.6 if x.tight else MINUS) * x.terms[0][0]
    return total((term for _, term in x.terms), sign) + first


@wide.register
def _(x: items.Product) -> float:
    return total(x.factors, SIGNS[x.sign])


@wide.register
def _(x: items.Fraction) -> float:
    return max(wide(x.over), wide(x.under)) + 0.5


@wide.register
def _(x: items.Ratio) -> float:
    return wide(x.over) + wide(x.under) + 1.1


@wide.register
def _(x: items.Differential) -> float:
    return DIFFERENTIAL + (1.1 if x.sign == "immediate" else 0.0) + wide(x.of)


@wide.register
def _(x: items.Gradient) -> float:
    return NABLA + SCRIPT * wide(x.by) + 0.1 + (GAP + wide(x.objective) if x.objective else 0.0)


@wide.register
def _(x: items.Power) -> float:
    return wide(x.base) + SCRIPT * wide(x.exponent) + 0.1


@wide.register
def _(x: items.Transposed) -> float:
    return wide(x.base) + 1.2


@wide.register
def _(x: items.Root) -> float:
    return wide(x.body) + 1.8


def fenced(inside: float, tall: bool) -> float:
    """What stands in brackets, with them."""
    return inside + 2 * (GROWN if tall else BRACKET)


@wide.register
def _(x: items.Call) -> float:
    if x.bare:
        return wide(x.head) + GAP + wide(x.arguments[0])
    parts = (*x.arguments, *x.shared)
    return wide(x.head) + fenced(total(parts, COMMA), any(a.tall for a in parts))


@wide.register
def _(x: items.Primed) -> float:
    return wide(x.head) + 0.6 * x.order


@wide.register
def _(x: items.Positional) -> float:
    return wide(x.head) + (DIFFERENTIAL + SCRIPT) * len(set(x.positions))


@wide.register
def _(x: items.Fence) -> float:
    return fenced(wide(x.body), x.body.tall)


@wide.register
def _(x: items.Half) -> float:
    return wide(x.body) + GROWN + (wide(x.head) if x.head else 0.0)


@wide.register
def _(x: items.Stack) -> float:
    inside = total(x.rows, 2.0) if x.across else max(map(wide, x.rows))
    return inside + 2 * GROWN


@wide.register
def _(x: items.Folded) -> float:
    return max(wide(part) + (2.0 + PLUS) * (i > 0) for i, (_, part) in enumerate(x.lines))


@wide.register
def _(x: items.Grid) -> float:
    return sum(max(map(wide, column)) for column in zip(*x.rows, strict=True)) + 2.0 * len(x.rows[0]) + GROWN


@wide.register
def _(x: items.BigSum) -> float:
    bounds = [wide(x.index) + (1.6 + wide(x.lower) if x.bounds else 0.0), wide(x.upper) if x.bounds else 0.0]
    return max(SIGMA, SCRIPT * max(bounds)) + GAP + wide(x.body)


@wide.register
def _(x: items.Compared) -> float:
    return total(x.members, RELATION)


@wide.register
def _(x: items.Listing) -> float:
    return total(x.members, COMMA)


@wide.register
def _(x: items.Marked) -> float:
    return wide(x.body)


@wide.register
def _(x: items.Phrase) -> float:
    return sum(SAID * len(w) if isinstance(w, str) else wide(w) for w in x.words)


@wide.register
def _(x: items.Foreign) -> float:
    return 1.2 * len(foreign_text(x.expr, lambda node: "x" * ceil(wide(x.holding(node)))))


@wide.register
def _(x: items.Row) -> float:
    left = wide(x.left) if x.left else 0.0
    return left + RELATION + wide(x.right) + (4.0 + wide(x.condition) if x.condition else 0.0)


@wide.register
def _(x: items.Rows) -> float:
    return max(map(wide, x.rows))
