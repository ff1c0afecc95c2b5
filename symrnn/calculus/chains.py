"""Linear recurrences z(t) = S(t) z(t + s) + c(t), and the ordered products that solve them.

Adjoints of a state that runs forward are carried backward in time (s = 1) by transposed Jacobians;
sensitivities and the states of a linear model are carried forward (s = -1) by the Jacobians themselves;
for a state that runs backward both are reversed. This room knows the products, not where a recurrence came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr

from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.paths import flipped, times
from symrnn.model import Range
from symrnn.tensor.binders import time_sum
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.products import TimeProduct, time_prod
from symrnn.tensor.time import fresh_index, t


@dataclass(frozen=True)
class Chain:
    """What carries z from one time to the next.

    factor
        The Jacobian of one step, at time t: of z's own step for a recurrence that is solved as it runs, and
        of the step that reads it when `transposed`.
    ahead
        s: z(t) is made from z(t + s); 1 or -1.
    transposed
        Whether the transposed factor is applied, as adjoints do.
    """

    factor: Any
    ahead: int
    transposed: bool

    def at(self, time: Expr) -> Any:
        """The factor at a time."""
        return self.factor.xreplace({t: time})

    def place(self, time: Expr) -> Expr:
        """The time of the factor by which z(time) is made from z(time + s)."""
        return time + self.ahead if self.transposed else time

    def one(self, time: Expr, x: Any) -> Any:
        """S(time) x: one step of the recurrence."""
        factor = self.at(self.place(time))
        return times(flipped(factor) if self.transposed else factor, x)

    def product(self, time: Expr, origin: Expr) -> Any:
        """The factors between an origin and a time, as an ordered product, not transposed; empty when they meet."""
        ends = (self.place(time), origin) if self.transposed else (time, origin - self.ahead)
        lower, upper = ends if self.ahead == 1 else ends[::-1]
        index = fresh_index({*time.free_symbols, *origin.free_symbols, t, *self.factor.free_symbols}, "j")
        latest = (self.ahead == 1) == self.transposed
        whole = time_prod(self.at(index), (index, t, t), left="latest" if latest else "earliest")
        if not isinstance(whole, TimeProduct):
            return whole  # every factor is the identity
        return whole._rebuilt(whole.body, index, lower, upper)

    def through(self, time: Expr, origin: Expr, x: Any) -> Any:
        """What x, put in at the origin, has become at the time: the product applied to it."""
        product = self.product(time, origin)
        return times(flipped(product) if self.transposed else product, x)


@dataclass(frozen=True)
class Affine:
    """A recurrence z(t) = S(t) z(t + s) + c(t) with its start, and where its sides came from.

    nodes
        The parts of z at t, in order: leaves that have a time.
    home
        The times at which z is defined; it starts at the last of them for s = 1, at the first for s = -1.
    start
        z at its start.
    source
        c(t), zero where there is none.
    rows, start_rows
        The right sides as they are given for t and for the start, one for each node, before anything was
        put into them; and after, when other nodes' equations were put in (`settled`, `start_settled`).
    lines, put_in, start_lines, start_put_in
        The numbers of the lines that these are, and of those that were put into them.
    """

    nodes: tuple[Any, ...]
    home: Range
    chain: Chain
    start: Any
    source: Any
    rows: tuple[Any, ...]
    settled: tuple[Any, ...]
    start_rows: tuple[Any, ...]
    start_settled: tuple[Any, ...]
    lines: tuple[str, ...] = ()
    put_in: tuple[str, ...] = ()
    start_lines: tuple[str, ...] = ()
    start_put_in: tuple[str, ...] = ()

    @property
    def first(self) -> Expr:
        """The time at which it starts."""
        return self.home.last if self.chain.ahead == 1 else self.home.first

    @property
    def later(self) -> Range:
        """The times at which the recurrence makes z."""
        s = self.chain.ahead
        return Range(self.home.first, self.home.last - 1) if s == 1 else Range(self.home.first + 1, self.home.last)

    def sources(self) -> tuple[Source, ...]:
        """What is put in: at every time, or at the start alone, or both."""
        if self.source.xreplace({t: self.first}) == self.start:
            return (Source(self.source, self.first),)
        found = [] if is_zero(self.source) else [Source(self.source, self.first - self.chain.ahead)]
        return (*found, Source(self.start, None, self.first)) if not is_zero(self.start) else tuple(found)

    def closed(self, time: Expr) -> tuple[Any, ...]:
        """The terms of z at a time: each source carried there by the product of the factors between."""
        return tuple(s.carried(self.chain, time) for s in self.sources())


@dataclass(frozen=True)
class Source:
    """What is put into a recurrence: `value` at each time from t to `edge`, or once at the time `point`."""

    value: Any
    edge: Any
    point: Any = None

    def carried(self, chain: Chain, time: Expr) -> Any:
        """Its effect at a time."""
        if self.edge is None:
            return chain.through(time, self.point, self.value)
        k = fresh_index({t, *time.free_symbols, *self.edge.free_symbols, *self.value.free_symbols}, "k")
        body = chain.through(time, k, self.value.xreplace({t: k}))
        lower, upper = (time, self.edge) if chain.ahead == 1 else (self.edge, time)
        return time_sum(body, (k, lower, upper))


def together(terms: tuple[Any, ...], like: Any) -> Any:
    """The sum of terms, zero when there is none."""
    return add(*(x for x in terms if not is_zero(x)), shape=shape_of(like))
