"""A model, and its adjoint recurrence, as statements on arrays: what is written, from what, at which times.

The forward statements are the model's equations; the backward statements are the contributions of the
derivation, one each, so that nothing is derived a second time here. What is read is listed with its times,
which is all that scheduling needs to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sympy import Basic, Expr

from symrnn.calculus.adjoint import Contribution, Template
from symrnn.model import Element, Range, Recurrence, Sequence
from symrnn.numeric.horizon import Horizon
from symrnn.tensor import Adjoint, Node, TimeProduct, TimeSum, nabla, t


class Store(NamedTuple):
    """An array over time: the values of a sequence, or their adjoints."""

    sequence: Sequence
    adjoint: bool = False

    def element(self, time: Expr) -> Any:
        """The node that stands for its value at a time."""
        return nabla(self.sequence[time]) if self.adjoint else self.sequence[time]


class Note:
    """A comment that is put together when it is read: most code is run and never read."""

    def __init__(self, *parts: object) -> None:
        self.parts = parts

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


def notes_in_lines(notes: Iterable[Note]) -> Note:
    """Several comments, one a line."""
    found = [part for note in notes for part in ("\n", note)]
    return Note(*found[1:])


@dataclass(frozen=True)
class Statement:
    """`store[time] = expr`, or `+=`, for every t in `when`; with a fixed time, once.

    time
        `t`, or an expression without t.
    note
        The equation it is, for the comment.
    """

    store: Store
    time: Expr
    expr: Any
    when: Range
    adds: bool
    note: Note = field(compare=False)

    @property
    def once(self) -> bool:
        """Whether it holds at one time only."""
        return self.time != t and not self.time.has(t)

    @cached_property
    def reads(self) -> tuple[Access, ...]:
        """What its expression reads."""
        return tuple(accesses(self.expr))

    @property
    def written(self) -> Range:
        """The times it writes."""
        if self.time == t:
            return self.when
        return Range(self.time, self.time) if self.once else self.when.shifted(int(self.time - t))


@dataclass(frozen=True)
class Total:
    """A gradient of what does not vary in time: `expr` added up over t in `when` (None: once)."""

    leaf: Any
    expr: Any
    when: Range | None
    note: Note = field(compare=False)

    @cached_property
    def reads(self) -> tuple[Access, ...]:
        """What its expression reads."""
        return tuple(accesses(self.expr))


class Access(NamedTuple):
    """One read: of a store, at the times low..high, expressions in t."""

    store: Store
    low: Expr
    high: Expr

    def times(self, when: Range, horizon: Horizon) -> Range:
        """All times read while t runs through a range."""
        lows = [at(self.low, end) for end in (when.first, when.last)]
        highs = lows if self.high == self.low else [at(self.high, end) for end in (when.first, when.last)]
        return Range(horizon.earlier(*lows), horizon.later(*highs))


def later(expr: Any, by: int) -> Any:
    """An expression in t some steps later."""
    return expr.xreplace({t: t + by}) if by else expr


@lru_cache(maxsize=4096)  # times are few, and the same in most models
def at(time: Expr, end: Expr) -> Expr:
    """A time at one value of t."""
    return end if time == t else time.xreplace({t: end})


def accesses(expr: Basic) -> list[Access]:
    """Everything an expression reads that varies in time, each once, in order of appearance."""
    found: dict[Access, None] = {}
    for leaf, binders in _leaves(expr):
        low = high = leaf.node.time if isinstance(leaf, Adjoint) else leaf.time
        for index, first, last in reversed(binders):
            low, high = low.xreplace({index: first}), high.xreplace({index: last})
        found[Access(store_of(leaf), low, high)] = None
    return list(found)


def stores_in(expr: Basic) -> Iterator[Store]:
    """The arrays that an expression reads."""
    return (store_of(leaf) for leaf, _ in _leaves(expr))


def store_of(leaf: Any) -> Store:
    """The array that holds a sequence's element or its adjoint."""
    return Store(leaf.node.sequence, True) if isinstance(leaf, Adjoint) else Store(leaf.sequence)


def _leaves(expr: Basic) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """What varies in time, in order of appearance, with the sums and products over time around it."""
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(expr, ())]
    while waiting:
        e, binders = waiting.pop()
        if isinstance(e, Element | Adjoint):
            yield e, binders
        elif isinstance(e, TimeSum | TimeProduct):
            waiting.append((e.body, (*binders, (e.index, e.lower, e.upper))))
        elif not (isinstance(e, Node) and e.is_leaf):
            waiting += [(arg, binders) for arg in reversed(e.args)]


def symbols_in(expr: Basic) -> set[Basic]:
    """Every symbol inside, those in the times of elements included, but not the index of a sum in that sum."""
    if isinstance(expr, TimeSum | TimeProduct):
        ends = symbols_in(expr.lower) | symbols_in(expr.upper)
        return (symbols_in(expr.body) - {expr.index}) | ends
    return set().union(*(symbols_in(a) for a in expr.args)) if expr.args else {expr}


def stackable(expr: Basic, index: Basic) -> bool:
    """Whether no sum over time inside depends on the index, so that a time axis can stand for it."""
    if isinstance(expr, TimeSum) and index in symbols_in(expr):
        return False
    if isinstance(expr, TimeProduct) and index in symbols_in(expr) and not _ends_with(expr, index):
        return False
    return (isinstance(expr, Node) and expr.is_leaf) or all(stackable(a, index) for a in expr.args)


def _ends_with(product: TimeProduct, index: Basic) -> bool:
    """Whether an index says where a product ends, or where it begins, and nothing else about it."""
    ends = [product.lower, product.upper]
    moved = [end for end in ends if index in symbols_in(end)]
    return len(moved) == 1 and bool((moved[0] - index).is_Integer) and index not in symbols_in(product.body)


def counts(expr: Basic) -> bool:
    """Whether an expression needs the step's number, as a value or in a sum over time."""
    if isinstance(expr, Node) and expr.is_leaf:
        return False
    return expr == t or isinstance(expr, TimeSum | TimeProduct) or any(counts(a) for a in expr.args)


def forward_statements(model: Recurrence) -> list[Statement]:
    """One statement for each equation."""
    found = []
    for e in model.equations:
        rhs = e.rhs.xreplace({e.over[0]: t}) if e.over and e.over[0] != t else e.rhs
        found.append(Statement(Store(e.sequence), t if e.over else e.lhs.time, rhs, e.times, False, Note(e)))
    return found


def backward_statements(template: Template, horizon: Horizon) -> list[Statement]:
    """One statement for each contribution to the adjoint of an element."""
    found = []
    for v, parts in template.elements.items():
        store = Store(v, True)
        for c, when in disjoint(parts, horizon):
            fixed = c.when.is_point and t not in c.part.free_symbols
            time = c.when.first if fixed else t
            sign = " += " if len(parts) > 1 else " = "
            note = Note(store.element(time), sign, c.part, *(() if fixed else ("   for t = ", when)))
            found.append(Statement(store, time, c.part, when, True, note))
    return found


def totals_of(template: Template, leaf: Any, horizon: Horizon) -> list[Total]:
    """The contributions to the gradient of a parameter or constant, each to be added up over time."""
    found = []
    start = nabla(leaf), " += " if len(template.shared.get(leaf, ())) > 1 else " = "
    for c, when in disjoint(template.shared.get(leaf, ()), horizon, shared=True):
        over = c.equation.over if c.equation is not None else None
        if isinstance(c.part, TimeSum) and over is None:
            part, when = c.part.term(t), Range(c.part.lower, c.part.upper)
            found.append(Total(leaf, part, when, Note(*start, "sum of ", part, "   over t = ", when)))
            continue
        if over is None:
            found.append(Total(leaf, c.part, None, Note(*start, c.part)))
            continue
        part = c.part.xreplace({over[0]: t}) if over[0] != t else c.part
        found.append(Total(leaf, part, when, Note(*start, "sum of ", part, "   over t = ", when)))
    return found


def disjoint(
    parts: tuple[Contribution, ...], horizon: Horizon, shared: bool = False
) -> Iterator[tuple[Contribution, Range]]:
    """Contributions with ranges that are right for every admitted last time, short ones included.

    A derivation lists the ranges of one use in the order they have for large tau. For small tau they may reach
    beyond the equation they come from, or into one another: they are cut back to its times, and each begins
    after the one before it.
    """
    done: dict[Any, Expr] = {}
    for c in parts:
        when = c.when
        if c.equation is None:
            yield c, when
            continue
        if shared or _runs_with_user(c):
            offset = 0 if shared else int(c.user.time - t)
            when = horizon.meet(when, c.equation.times.shifted(-offset))
        key = (c.part, c.user, c.equation)
        if key in done:
            when = Range(horizon.later(when.first, done[key] + 1), when.last)
        done[key] = when.last
        yield c, when


def _runs_with_user(c: Contribution) -> bool:
    """Whether the contribution at t comes from one step of its equation, and not from a sum over its steps."""
    if c.equation is None or not c.equation.over or not (c.user.time - t).is_Integer:
        return False
    times = [a.low for a in accesses(c.part) if a.store == Store(c.user.sequence, True)]
    return c.user.time in times if times else not c.equation.rhs.has(TimeSum)
