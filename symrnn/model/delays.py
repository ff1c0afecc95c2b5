"""A model whose states are read one step back only: a longer lag goes through copies of the state, each a step late.

h(t) = f(h(t-1), h(t-2)) becomes h(t) = f(h(t-1), h_1(t-1)) with h_1(t) = h(t-1). The new model computes the same
values; its states together are what the old one has to remember.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Symbol

from symrnn.model.equation import Equation, bound_reads
from symrnn.model.given import Element, Sequence
from symrnn.model.ranges import grows
from symrnn.model.recurrence import Recurrence
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.binding import Binder
from symrnn.tensor.time import offset_from, t


@dataclass(frozen=True)
class Copy:
    """A sequence that is a state some steps late: copy(t) = state(t - lag)."""

    sequence: Sequence
    state: Sequence
    lag: int


@dataclass(frozen=True)
class Delayed:
    """A model with copies of its states, and what each copy is in the model that it was made from."""

    model: Recurrence
    copies: tuple[Copy, ...]

    @property
    def definitions(self) -> tuple[Equation, ...]:
        """What each copy is: h_1[t] = h[t - 1]."""
        return tuple(Equation._trusted(c.sequence[t], c.state[t - c.lag]) for c in self.copies)

    def here(self, expr: Any) -> Any:
        """An expression of the new model in the names of the old one."""
        bound = {s: s._rebuilt(self.here(s.body), *s.args[1:4]) for s in expr.atoms(Binder)}
        expr = expr.xreplace(bound) if bound else expr
        lag = {c.sequence: (c.state, c.lag) for c in self.copies}
        rule = {}
        for x in expr.atoms(Element):
            if x.sequence in lag:
                state, late = lag[x.sequence]
                rule[x] = state[x.time - late]
        return expr.xreplace(rule) if rule else expr

    def there(self, leaf: Any) -> Any:
        """A boundary value of the old model in the new one; anything else is what it was."""
        for b in self.model.boundary:
            if b != leaf and self.here(b) == leaf:
                return b
        return leaf


def with_delays(model: Recurrence) -> Delayed | None:
    """The model in which no state is read more than one step away; None where none is, or where it is not known how.

    Examples
    --------
    >>> from symrnn.model import library
    >>> for e in with_delays(library.skip()).model.equations[:2]:
    ...     print(e)
    h[t] = tanh(b + W @ h[t - 1] + R @ h_1[t - 1] + U @ x[t])   for t = 1..tau
    h_1[t] = h[t - 1]   for t = 1..tau
    """
    longest = {v: _longest(model, v) for v in model.states}
    if not any(abs(lag) > 1 for lag in longest.values()):
        return None
    homes = {v: [e for e in model.equations if e.sequence == v and e.over] for v in model.states}
    if any(abs(lag) > 1 and not _simple(model, v, homes[v]) for v, lag in longest.items()):
        return None
    names = _Names(model)
    copies = {
        (v, d): Copy(names.of(v, d), v, d if lag > 0 else -d) for v, lag in longest.items() for d in range(1, abs(lag))
    }
    parts: list[Any] = []
    for part in model.args:
        if isinstance(part, Equation):
            parts += _equations(part, copies, homes)
        elif type(part).__name__ != "Objective":
            parts.append(part)
    loss = _through(model.loss, None, copies) if model.loss is not None else None
    return Delayed(Recurrence(*parts, loss=loss), tuple(copies.values()))


def _longest(model: Recurrence, v: Sequence) -> int:
    """The longest lag at which a state is read, with its sign; lags of both signs count as one step."""
    lags = [*model.lags.get(v, ()), *_lags_in_loss(model, v)]
    both = any(lag > 0 for lag in lags) and any(lag < 0 for lag in lags)
    return 1 if both else max(lags, key=abs, default=0)


def _lags_in_loss(model: Recurrence, v: Sequence) -> list[int]:
    reads = bound_reads(model.loss) if model.loss is not None else ()
    found = [(x, binder) for x, binder in reads if isinstance(x, Element) and x.sequence == v and binder is not None]
    return [-(offset_from(x.time, binder[0]) or 0) for x, binder in found]


def _simple(model: Recurrence, v: Sequence, home: list[Equation]) -> bool:
    """Whether v is computed by one equation over times, and read only by equations within these."""
    if len(home) != 1:
        return False
    times = home[0].times
    readers = [e for e in model.equations if e.over and any(x.sequence == v for x in e.rhs.atoms(Element))]
    return all(grows(times.first, e.times.first) and grows(e.times.last, times.last) for e in readers)


class _Names:
    """Names for copies that nothing in the model has."""

    def __init__(self, model: Recurrence) -> None:
        known: tuple[Any, ...] = (*model.sequences, *model.parameters, *model.constants, *model.functions)
        self.taken = {str(x.name) for x in known}
        self.letters: dict[Sequence, str] = {}

    def of(self, v: Sequence, lag: int) -> Sequence:
        """The sequence for a state so many steps late."""
        if v not in self.letters:
            plain = "_" not in v.name and not any(f"{v.name}_{i}" in self.taken for i in range(1, 10))
            free = [letter for letter in "zqruvwabcdefgh" if letter not in {name[0] for name in self.taken}]
            self.letters[v] = v.name if plain else (free or ["z_late"])[0]
        name = f"{self.letters[v]}_{lag}"
        while name in self.taken:
            name += "_late"
        self.taken.add(name)
        return Sequence(name, *v.shape, simplex=v.simplex)


def _equations(e: Equation, copies: dict[Any, Copy], homes: dict[Sequence, list[Equation]]) -> list[Equation]:
    """An equation through copies; after the one that computes a state, those of its copies."""
    v = e.sequence
    own = [c for (u, _), c in copies.items() if u == v]
    if not e.over:
        first = homes[v][0].times if v in homes and own else None
        for c in own:
            edge = first.first - 1 if c.lag > 0 else first.last + 1  # type: ignore[union-attr]
            if e.lhs.time == edge - c.lag:
                return [Equation(c.sequence[edge], e.rhs)]
        return [e]
    index = e.over[0]
    made = [Equation(e.lhs, _through(e.rhs, index, copies), over=tuple(e.over))]
    below = v
    for c in own:
        step = 1 if c.lag > 0 else -1
        made.append(Equation(c.sequence[index], below[index - step], over=tuple(e.over)))
        below = c.sequence
    return made


def _through(expr: Any, index: Symbol | None, copies: dict[Any, Copy]) -> Any:
    """An expression at a time, and its sums over time, in which longer lags go through copies."""
    sums = {s: s._rebuilt(_through(s.body, s.index, copies), *s.args[1:4]) for s in expr.atoms(TimeSum)}
    expr = expr.xreplace(sums) if sums else expr
    rule = {x: _copy_of(x, index, copies) for x in expr.atoms(Element)} if index is not None else {}
    rule = {x: y for x, y in rule.items() if y is not None}
    return expr.xreplace(rule) if rule else expr


def _copy_of(x: Any, index: Expr, copies: dict[Any, Copy]) -> Any:
    offset = offset_from(x.time, index)
    if offset is None or abs(offset) < 2 or (x.sequence, abs(offset) - 1) not in copies:
        return None
    c = copies[x.sequence, abs(offset) - 1]
    return c.sequence[index - 1 if c.lag > 0 else index + 1]
