"""Forward equals backward for any model, proved by summation by parts over the uses of nodes.

Both gradients are one sum over pairs of a node and a use of it: grouped by the node that is read it is what the
adjoint recurrence says, grouped by the node that reads it what the sensitivities say. No state needs a closed form, so
several states, lags of either sign, nodes between and equations at one time are all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sympy import Expr, S

from symrnn.calculus.adjoint import Contribution, Template
from symrnn.calculus.bptt import bptt
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.formula import ClosedForm, ClosedStep
from symrnn.calculus.forward import Part, add_terms, parts_of
from symrnn.calculus.forward_template import arriving, rate_applied, shaped
from symrnn.calculus.guarded import line_of_other_uses
from symrnn.calculus.induction import NotProved
from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.multilinear import equal_sums
from symrnn.calculus.ranges import shared_gradient
from symrnn.calculus.rtrl import rtrl
from symrnn.calculus.turned import Bounds, Inside, forth, opened, within
from symrnn.calculus.uses import Pair, at_t, given_uses, joined, of_given, over, summed, use
from symrnn.model import Element, Equation, Range, Recurrence, Sequence
from symrnn.model.ranges import covers, is_empty, meet, outside
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.pieces import vec
from symrnn.tensor.sensitivity import flat, sensitivity
from symrnn.tensor.time import t


def prove_by_parts(model: Recurrence, by: Any) -> ClosedForm:
    """The proof that real-time recurrent learning gives the gradient of back-propagation, by summation by parts."""
    steps = steps_by_parts(model, by)
    again = partial(steps_by_parts, model, by)
    return ClosedForm(rtrl(model, wrt=by), nabla(by), steps[-1].after, steps, (), again=again)


def steps_by_parts(model: Recurrence, by: Any) -> tuple[ClosedStep, ...]:
    """The lines from the gradient by sensitivities to that by adjoints.

    Raises
    ------
    Unsupported, NotProved
        Where a node reads a sum of sums over time; where a line is not what its law gives.
    """
    return _Argument(model, by).steps()


@dataclass(frozen=True)
class Reader:
    """An equation over some times, as both recurrences see it: what it reads, and how θ enters by itself."""

    equation: Equation
    times: Range
    parts: list[Part]
    direct: Any

    def difference(self, by: Any) -> Any:
        """The sensitivity of its node without what comes from the nodes it reads, transposed, times the adjoint."""
        node = self.equation.lhs
        terms = [sensitivity(node, by), *(-part.term(by) for part in self.parts)]
        return rate_applied(add(*terms), nabla(node), node, by)

    def entering(self, by: Any) -> Any:
        """The immediate derivative of its node by θ, transposed, times the adjoint."""
        return rate_applied(self.direct, nabla(self.equation.lhs), self.equation.lhs, by)


class _Argument:
    """The proof for one model and one parameter while it is written, line by line."""

    def __init__(self, model: Recurrence, by: Any) -> None:
        self.model, self.by = model, by
        self.forward: Derivation = rtrl(model, wrt=by)
        self.backward: Derivation = bptt(model, wrt=[by])
        self.template: Template = self.backward.origin[0]
        self.outer: Template = self.forward.origin.outer
        self.carriers: tuple[Sequence, ...] = self.forward.origin.carriers
        self.moving: tuple[Sequence, ...] = self.forward.origin.moving[0]
        self.known = {line.equation.lhs: line.equation.rhs for line in self.forward.lines}
        self.direct = shared_gradient(by, self.outer)
        self.made: list[ClosedStep] = []

    def steps(self) -> tuple[ClosedStep, ...]:
        """Line by line."""
        arrived = [Pair(v[t], c.part, c.when) for v in self.moving for c in self.outer.elements[v]]
        if not equal_sums(self._flat(self._whole(summed(arrived, self.by))), self._flat(self.forward[self.by])):
            raise self._stopped(f"{self.forward[self.by]} is not what arrives from outputs and the loss")
        self._line("line", self.forward[self.by])
        computed = [x for p in arrived for x in self._computed(p)]
        given = of_given(self.by, given_uses(self.by, self.outer))
        if computed != arrived:
            self._line("start", self._whole(summed([*computed, *given], self.by)))
        own, uses = self._by_uses(computed)
        self._line("sum of uses", self._whole(summed([*own, *uses, *given], self.by)))
        shifted = [p if p.ahead is None else p.read_at_t() for p in uses]
        self._line("shift", self._whole(summed([*own, *joined(shifted), *given], self.by)))
        counted = joined([p.read_at_t() if p.ahead is None else p for p in shifted])
        self._line("exchange", self._whole(summed([*own, *counted, *given], self.by)))
        grown = self._with_given(counted)
        given = [*given, *of_given(self.by, self._given())]
        self._line("start", self._whole(summed([*own, *grown, *given], self.by)))
        readers = [r for p in own for r in self._readers(p, grown)]
        rest = summed(given, self.by)
        self._line("collect", self._whole([*(over(r.difference(self.by), r.times) for r in readers), *rest]))
        entering = [over(r.entering(self.by), r.times) for r in readers if r.direct is not None]
        self._line("total derivative", self._whole([*entering, *rest]))
        itself = {sensitivity(p.node, self.by): self.known[sensitivity(p.node, self.by)] for p in given}
        self._line("line", self.made[-1].after.xreplace(itself))
        last = self.backward[self.by]
        found = add(*(x.xreplace(itself) for x in (*entering, *rest)), shape=flat(shape_of(self.by)))
        wanted = add(last, -self.direct) if not is_zero(self.direct) else last
        if not equal_sums(found, self._flat(wanted)):
            raise self._stopped(f"the last line is {self.made[-1].after}; back-propagation gives {last}")
        self._line("kronecker", last)
        return tuple(self.made)

    def _flat(self, whole: Any) -> Any:
        return vec(whole) if shape_of(self.by) else whole

    def _line(self, law: str, after: Any) -> None:
        if not self.made or after != self.made[-1].after:
            self.made.append(ClosedStep(LAWS[law], after))

    def _stopped(self, why: str) -> NotProved:
        line = len(self.made) + 1
        error = NotProved(f"not proved: {why}", where=f"line {line}", law="a proof ends in the claim itself")
        error.case, error.line = "by parts", line
        return error

    def _whole(self, sums: list[Any]) -> Any:
        """Vectors over vec in the shape of the parameter, with what its uses outside the states send back."""
        whole = (shaped(add(*sums), self.by),) if sums else ()
        return add(*whole, self.direct, shape=shape_of(self.by))

    def _computed(self, p: Pair) -> list[Pair]:
        """A pair without the times at which its node is given: its sensitivity is zero there."""
        assert p.times is not None
        home = list(self.model.ranges[p.node.sequence])
        self._need_zero(p.node, outside(p.times, home), but=self.by)
        found = [meet(p.times, r) for r in home]
        return [replace(p, times=r) for r in found if not is_empty(r)]

    def _need_zero(self, node: Any, times: list[Expr] | None, but: Any = None) -> None:
        """The sensitivity of a node must be zero at some times, by its own line, but for θ itself."""
        for time in times if times is not None else [t]:
            given = node.xreplace({t: time})
            if given != but and not is_zero(self.known.get(sensitivity(given, self.by))):
                raise self._stopped(f"{given} is not known to be independent of {self.by}")

    def _by_uses(self, computed: list[Pair]) -> tuple[list[Pair], list[Pair]]:
        """What arrives from outside is the adjoint without what comes back through the states' own uses."""
        own, uses, outside_uses = [], [], []
        for v in self.moving:
            self._check_lines(v)
            for home in self.template.support[v]:
                own.append(Pair(v[t], nabla(v[t]), home))
                for c in self.template.elements[v]:
                    when = meet(c.when, home)
                    if is_empty(when):
                        continue
                    if self._is_inner(c):
                        uses.append(use(v, c, when))
                    else:
                        outside_uses.append(Pair(v[t], c.part, when))
        if outside_uses != computed:
            raise self._stopped("what arrives from outside is not what the adjoints receive from there")
        return own, uses

    def _check_lines(self, v: Sequence) -> None:
        """Each line of back-propagation for v must be the sum of the uses at its times."""
        line = line_of_other_uses(self.backward, v)
        if line is not None:
            raise self._stopped(
                f"line ({line.number}) of back-propagation is not the sum over the uses of {line.equation.lhs.node}"
            )

    def _given(self) -> list[Contribution]:
        """What comes back to θ through states, where it is a given value."""
        return [c for c in given_uses(self.by, self.template) if self._is_inner(c)]

    def _is_inner(self, c: Contribution) -> bool:
        return c.equation is not None and c.equation.sequence in self.carriers

    def _with_given(self, counted: list[Pair]) -> list[Pair]:
        """The uses over all times of their readers: what is given there has the sensitivity zero, or is θ and used."""
        place = Range(self.by.time, self.by.time) if isinstance(self.by, Element) else None
        own = [use(self.by.sequence, c, place).read_at_t() for c in self._given() if place]
        grown = [self._over_all_times(p, [x for x in own if x.same_but_times(p)]) for p in counted]
        alone = [x for x in own if not any(x.same_but_times(p) for p in counted)]
        return [*grown, *(self._over_all_times(x, []) if x.within is not None else x for x in alone)]

    def _over_all_times(self, p: Pair, own: list[Pair]) -> Pair:
        assert p.reader is not None
        if p.times is None:
            return p
        for home in self._homes(p.reader):
            if p.empty_outside(home):
                return replace(p, times=home)
            if p.within is None and covers(home, p.times):
                used = {x.times.first for x in own if x.times is not None}
                missing = outside(home, [p.times])
                self._need_zero(p.node, None if missing is None else [x for x in missing if x not in used])
                if used <= set(missing or ()):
                    return replace(p, times=home)
        raise self._stopped(f"the times {p.times} of {p.reader.lhs} are not among those of its adjoint")

    def _homes(self, e: Equation) -> list[Range]:
        """The times of an equation at which the adjoint of its node is other than zero."""
        found = [meet(e.times, r) for r in self.template.support[e.sequence]]
        return [r for r in found if not is_empty(r)]

    def _readers(self, p: Pair, grown: list[Pair]) -> list[Reader]:
        """The adjoint of a node over its times, one part for each equation that computes it, with what that reads."""
        found = []
        for e in self.model.equations:
            if e.sequence == p.node.sequence:
                homes = [r for r in self._homes(e) if p.times is not None and covers(p.times, r)]
                found += [self._reader(e, r, [x for x in grown if x.reader == e]) for r in homes]
        return found

    def _reader(self, e: Equation, times: Range, uses: list[Pair]) -> Reader:
        e = at_t(e)
        parts = parts_of(e.rhs, e.lhs, self.by, self.moving)
        row = self.known.get(sensitivity(e.lhs, self.by), S.Zero)
        if add_terms(parts, e.lhs, self.by) != row:
            raise self._stopped(f"the line of the sensitivity of {e.lhs} is not {row}")
        ways, inside = opened(parts, self.by, self.moving)
        moved = [x for x in ways if x.tangent is not None]
        (direct,) = [x.rate for x in ways if x.tangent is None] or [None]
        here = [x for x in uses if (x.times or times) == times]
        matched = []
        for part in moved:
            match = self._match_sum if part in inside else self._match
            matched += match(e, part, inside.get(part, []), times, here)
        if len(matched) != len(here):
            raise self._stopped(f"{e.lhs} sends back what does not go forth through it")
        return Reader(e, times, moved, direct)

    def _match(self, e: Equation, part: Part, inside: list[Inside], times: Range, uses: list[Pair]) -> list[Pair]:
        """What comes back through a use is the transposed Jacobian of its reader, times the adjoint of that."""
        here = [x for x in uses if x.node == part.through]
        if not here:
            self._need_zero(part.through, [times.first] if times.is_point else None)
            return []
        self._need_equal(here, rate_applied(part.term(self.by), nabla(e.lhs), e.lhs, self.by))
        return here

    def _need_equal(self, uses: list[Pair], forth: Any) -> None:
        back = add(*(arriving(x.node, x.gradient, self.by) for x in uses))
        if back != forth and not equal_sums(back, forth):
            raise self._stopped(f"{back} is not the transpose of what goes forth, {forth}")

    def _match_sum(self, e: Equation, part: Part, inside: list[Inside], times: Range, uses: list[Pair]) -> list[Pair]:
        """The same for each time of the nodes that the reader sums over; those that are given have no part in it."""
        index = next((x.within[0] for x in uses if x.within is not None), t)
        found: dict[Any, list[Any]] = {}
        for v, bounds, term in forth(part, inside, e.lhs, self.by, index):
            for home in (*self.template.support[v], *self._given_times(v, bounds, times)):
                found.setdefault((v, within(home, bounds, times)), []).append(term)
        matched = []
        for (v, bounds), terms in found.items():
            here = [x for x in uses if (x.node.sequence, x.within) == (v, bounds)]
            self._need_equal(here, add(*terms))
            matched += here
        return matched

    def _given_times(self, v: Sequence, bounds: Bounds, times: Range) -> list[Range]:
        """The time of θ, if a sum reads it; the sensitivity of every other given value must be zero."""
        homes = list(self.template.support[v])
        read = [outside(Range(*bounds[1:]).at({t: at}), homes) for at in (times.first, times.last)]
        given = [x for found in read for x in (found if found is not None else [t])]
        self._need_zero(v[t], given, but=self.by)
        return [Range(x, x) for x in dict.fromkeys(given) if v[x] == self.by]
