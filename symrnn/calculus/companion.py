"""A model with copies of its states computes the model's own states: proved by induction over the times.

Every copy is claimed to be its state some steps late, h_1(t) = h(t-1). At the start that is how its given values are
named; in the step each equation of the model with copies, with the claim put in for what is earlier, must be an
equation of the model itself. The loss is then the same number for all parameters, and so are its gradients.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symrnn.calculus.derivation import Law
from symrnn.calculus.induction import NotProved
from symrnn.calculus.law_table import LAWS
from symrnn.model import Element, Equation, Range, Recurrence
from symrnn.model.delays import Copy, Delayed
from symrnn.model.ranges import covers
from symrnn.tensor.time import offset_from


@dataclass(frozen=True)
class Strand:
    """What one node of the model with copies is, line by line, to what is claimed of it.

    lines
        The right sides, each with its law; the last is the claim.
    """

    left: Any
    lines: tuple[tuple[Any, Law], ...]
    times: Range


@dataclass(frozen=True)
class CopyProof:
    """The induction: the start of each copy, then each equation and the loss."""

    model: Recurrence = field(repr=False)
    delayed: Delayed = field(repr=False)
    base: tuple[Strand, ...]
    step: tuple[Strand, ...]

    def check(self) -> bool:
        """Whether every line follows, each derived again."""
        again = prove_copies(self.model, self.delayed)
        return (again.base, again.step) == (self.base, self.step)

    def __str__(self) -> str:
        out = [f"claim: {', '.join(map(str, self.delayed.definitions))}"]
        for case, strands in (("base", self.base), ("step", self.step)):
            for s in strands:
                out.append(f"{case}, t = {s.times}: {s.left}")
                out += [f"    = {right}   [{law.name}]" for right, law in s.lines]
        return "\n".join(out)


def prove_copies(model: Recurrence, delayed: Delayed) -> CopyProof:
    """Prove that the copies are what they are defined to be, and that all else is computed as in the model.

    Raises
    ------
    NotProved
        With the case, base or step, and the line at which the proof stops.
    """
    argument = _Argument(model, delayed)
    return CopyProof(model, delayed, argument.base(), argument.step())


class _Argument:
    def __init__(self, model: Recurrence, delayed: Delayed) -> None:
        self.model, self.delayed = model, delayed
        self.copies = {c.sequence: c for c in delayed.copies}
        self.own = {e.lhs: e for e in model.equations}

    def base(self) -> tuple[Strand, ...]:
        """Each copy one step before the first time at which it is computed, and the given values together."""
        made: list[Strand] = []
        for c in self.delayed.copies:
            edge = self._edge(c)
            left, meant = c.sequence[edge], c.state[edge - c.lag]
            computed = next((e for e in self.delayed.model.equations if e.lhs == left), None)
            if computed is not None:
                lines = [(computed.rhs, LAWS["line"]), (meant, LAWS["line"])]
                holds = meant in self.own and self.own[meant].rhs == computed.rhs
            else:
                lines = [(meant, LAWS["copy"])]
                holds = left in self.delayed.model.boundary and meant in self.model.boundary
            if not holds:
                raise _stopped("base", made, f"{left} does not begin as {meant}")
            made.append(Strand(left, tuple(lines), Range(edge, edge)))
        named = [self.delayed.here(b) for b in self.delayed.model.boundary]
        if len(set(named)) < len(named) or set(named) != set(self.model.boundary):
            raise _stopped("base", made, f"the given values are {', '.join(map(str, named))}")
        return tuple(made)

    def step(self) -> tuple[Strand, ...]:
        """Each equation at t, what is earlier being as claimed; and the loss, when all times are."""
        made: list[Strand] = []
        rest = {(e.lhs, e.times): e.rhs for e in self.model.equations if e.over}
        for e in (e for e in self.delayed.model.equations if e.over):
            claimed, law = self._with_claim(e, made)
            copy = self.copies.get(e.sequence)
            meant = rest.pop((e.lhs, e.times), None) if copy is None else copy.state[e.lhs.time - copy.lag]
            if claimed != meant:
                raise _stopped("step", made, f"{e.lhs} is {claimed}; it is claimed to be {meant}")
            lines = [(e.rhs, LAWS["line"]), (claimed, law)]
            made.append(Strand(e.lhs, tuple(lines if claimed != e.rhs else lines[:1]), e.times))
        if rest or self.delayed.here(self.delayed.model.loss) != self.model.loss:
            raise _stopped("step", made, "an equation or the loss of the model is another")
        return tuple(made)

    def _home(self, c: Copy) -> Range:
        """The times at which the state of a copy is computed, by one equation (`with_delays`)."""
        return next(e.times for e in self.model.equations if e.sequence == c.state and e.over)

    def _edge(self, c: Copy) -> Any:
        home = self._home(c)
        return home.first - 1 if c.lag > 0 else home.last + 1

    def _with_claim(self, e: Equation, made: list[Strand]) -> tuple[Any, Law]:
        """The right side of an equation with the claim put in: of earlier times; for what no state reads, of all."""
        if e.sequence in (*self.model.outputs, *self.model.loss_terms):
            return self.delayed.here(e.rhs), LAWS["closed form"]
        for x in e.rhs.atoms(Element):
            c = self.copies.get(x.sequence)
            if c is not None and not self._is_known(x, c, e):
                raise _stopped("step", made, f"{e.lhs} reads {x}, of which nothing is known yet")
        return self.delayed.here(e.rhs), LAWS["hypothesis"]

    def _is_known(self, x: Element, c: Copy, e: Equation) -> bool:
        """Whether a copy is read one step nearer to its start, at times at which it is claimed to be something."""
        edge, home = self._edge(c), self._home(c)
        nearer = -1 if c.lag > 0 else 1
        claimed = Range(edge, home.last) if c.lag > 0 else Range(home.first, edge)
        assert e.over
        return offset_from(x.time, e.over[0]) == nearer and covers(claimed, e.times.shifted(nearer))


def _stopped(case: str, made: list[Strand], why: str) -> NotProved:
    line = len(made) + 1
    error = NotProved(f"not proved: {why}", where=f"{case}, line {line}", law="a copy is its state some steps late")
    error.case, error.line = case, line
    return error
