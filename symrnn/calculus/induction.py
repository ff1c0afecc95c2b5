"""Proofs by induction over time, every line of which is a rule applied to the line before.

A claim about a linear recurrence is proved from the recurrence itself: at its start, and from t + s to t. A claim that
is false stops at the line where a rule no longer applies, or where the last line is not the claim.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr

from symrnn.calculus.chains import Affine, together
from symrnn.calculus.derivation import Law
from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.moves import RULES, Scene, Stuck, Terms, without_empty
from symrnn.errors import SymrnnError
from symrnn.model import Range
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import t

SHOWN = 300  # letters of a formula in a `repr`


class NotProved(SymrnnError):
    """A claim for which the proof stops; `case` and `line` say where."""

    case: str = ""
    line: int = 0


def shortened(x: Any) -> str:
    """A formula in at most so many letters, for `repr`."""
    shown = str(x)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 4] + " ..."


@dataclass(frozen=True, repr=False)
class Move:
    """One line of a proof: a rule applied to the terms of the line before.

    lines
        The lines of the derivation that are used, by number.
    """

    law: Law
    rule: str
    after: Terms
    options: tuple[tuple[str, Any], ...] = ()
    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Move {self.law.name}: {shortened(add(*self.after))}>"

    def _repr_html_(self) -> str:
        import symrnn

        return symrnn.html(self)


@dataclass(frozen=True, repr=False)
class Case:
    """The base or the step of an induction: z(t) for the times that t stands for, line by line to the claim."""

    name: str
    scene: Scene
    start: Terms
    moves: tuple[Move, ...]
    goal: Terms

    def __repr__(self) -> str:
        return f"<Case {self.name}, t = {self.scene.times}: {len(self.moves)} lines to {shortened(add(*self.goal))}>"

    def _repr_html_(self) -> str:
        import symrnn

        return symrnn.html(self)

    def states(self) -> tuple[Terms, ...]:
        """The terms of every line, the first one included."""
        return (self.start, *(m.after for m in self.moves))


@dataclass(frozen=True, repr=False)
class Proof:
    """A claim about every t, proved: the base and the step, each ending in the claim itself."""

    claim: Any
    cases: tuple[Case, ...]
    affine: Affine = field(repr=False)

    def check(self) -> bool:
        """Whether every line follows: its rule, applied again, gives it, and the last is the claim."""
        return all(_case_holds(case) for case in self.cases)

    @property
    def steps(self) -> int:
        """The number of lines of all cases."""
        return sum(len(case.moves) for case in self.cases)

    def __repr__(self) -> str:
        claim = " = ".join(map(str, self.claim[:2])) if isinstance(self.claim, tuple) else self.claim
        return f"<Proof by induction, {self.steps} lines: {shortened(claim)}>"

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"

    def _repr_html_(self) -> str:
        import symrnn

        return symrnn.html(self)

    def __str__(self) -> str:
        out = [f"claim: {self.claim}"]
        for case in self.cases:
            out.append(f"{case.name}, t = {case.scene.times}")
            out += [f"  {add(*case.start)}"]
            out += [f"    = {add(*m.after)}   [{m.law.name}]" for m in case.moves]
        return "\n".join(out)


def _case_holds(case: Case) -> bool:
    terms, like = case.start, case.scene.node(t)
    if terms != (case.scene.node(t if case.name == "step" else case.scene.times.first),):
        return False
    for move in case.moves:
        try:
            made = RULES[move.rule](terms, case.scene, **dict(move.options))
        except Stuck:
            return False
        if together(made, like) != together(move.after, like):
            return False
        terms = move.after
    return bool(together(terms, like) == together(case.goal, like))


class _Writer:
    """A case while it is written: the terms so far, and the moves that led there."""

    def __init__(self, name: str, scene: Scene, start: Terms) -> None:
        self.name, self.scene, self.start, self.terms = name, scene, start, start
        self.moves: list[Move] = []

    def apply(self, rule: str, law: str = "", lines: tuple[str, ...] = (), **options: Any) -> None:
        """One more line; NotProved when the rule does not apply."""
        try:
            after = RULES[rule](self.terms, self.scene, **options)
        except Stuck as reason:
            raise self.stopped(str(reason)) from None
        if after != self.terms:
            self.moves.append(Move(LAWS[law or rule], rule, after, tuple(options.items()), lines))
        self.terms = after

    def stopped(self, why: str) -> NotProved:
        """The error that says at which line the proof stops."""
        place = f"{self.name}, line {len(self.moves) + 1}"
        error = NotProved(f"not proved: {why}", where=place, law="a proof ends in the claim itself")
        error.case, error.line = self.name, len(self.moves) + 1
        return error

    def case(self, goal: Terms) -> Case:
        """The finished case; NotProved when its last line is not the claim."""
        like = self.scene.node(t)
        if together(self.terms, like) != together(goal, like):
            raise self.stopped(f"the last line is {together(self.terms, like)}; the claim is {together(goal, like)}")
        return Case(self.name, self.scene, self.start, tuple(self.moves), goal)


def prove(affine: Affine, node: Callable[[Expr], Any], claim: Callable[[Expr], Terms], statement: Any) -> Proof:
    """Prove that z at every time is the sum of the claim's terms, from the recurrence of z, by induction.

    Parameters
    ----------
    affine
        The recurrence z(t) = S(t) z(t + s) + c(t) with its start.
    node
        z at a time.
    claim
        The terms of the claim at a time.
    statement
        The claim as it is printed.

    Raises
    ------
    NotProved
        With the case and the line at which the proof stops.
    """
    return Proof(statement, (_base(affine, node, claim), _step(affine, node, claim)), affine)


def _present(terms: Terms) -> Terms:
    return tuple(x for x in terms if not is_zero(x))


def _base(affine: Affine, node: Callable[[Expr], Any], claim: Callable[[Expr], Terms]) -> Case:
    first = affine.first
    like = shape_of(affine.start)
    stages = tuple(dict.fromkeys(((_whole(affine.start_rows, affine),), (affine.start,))))
    scene = Scene(Range(first, first), affine.chain, lambda time: node(time.xreplace({t: first})), claim, stages)
    writer = _Writer("base", scene, (node(first),))
    for i in range(len(stages)):
        law, used = ("line", affine.start_lines) if i == 0 else ("known adjoint", affine.start_put_in)
        writer.apply("recurrence", law, used, which=i)
    goal = _present(claim(first))
    reduced = tuple(without_empty(_only_term(x)) for x in goal)
    if add(*reduced, shape=like) != affine.start:
        raise writer.stopped(f"the recurrence gives {affine.start}; the claim gives {add(*reduced, shape=like)}")
    if goal:
        writer.apply("regroup", new=reduced)
    for i, x in enumerate(goal):
        single = _only_term(x)
        writer.apply("empty product", where=i, new=single)
        if single != x:
            writer.apply("one term", where=i, new=x)
    return writer.case(goal)


def _only_term(x: Any) -> Any:
    return x.term(x.lower) if isinstance(x, TimeSum) and x.lower == x.upper else x


def _whole(rows: tuple[Any, ...], affine: Affine) -> Any:
    from symrnn.calculus.adjoint_chains import stacked

    return stacked(list(rows))


def _step(affine: Affine, node: Callable[[Expr], Any], claim: Callable[[Expr], Terms]) -> Case:
    chain = affine.chain
    raw, put_in = _whole(affine.rows, affine), _whole(affine.settled, affine)
    collected = _present((chain.one(t, node(t + chain.ahead)), affine.source))
    stages: list[Terms] = [(raw,)]
    laws = ["line"]
    if put_in != raw:
        stages.append((put_in,))
        laws.append("known adjoint" if affine.put_in else "collect")
    if add(*collected) != put_in:
        laws.append("collect")
    else:
        stages.pop()
    stages.append(collected)
    scene = Scene(affine.later, chain, node, claim, tuple(stages))
    writer = _Writer("step", scene, (node(t),))
    for i, law in enumerate(laws[: len(stages)]):
        used = {"line": affine.lines, "known adjoint": affine.put_in}.get(law, ())
        writer.apply("recurrence", law, used, which=i)
    writer.apply("hypothesis")
    writer.apply("linearity")
    goal = _present(claim(t))
    carried = len(writer.terms) - (0 if is_zero(affine.source) else 1)
    for i in range(carried):
        writer.apply("ordered product", where=i, which=i)
    if not is_zero(affine.source):
        _join(writer, goal)
    return writer.case(goal)


def _join(writer: _Writer, goal: Terms) -> None:
    """What is put in at t becomes the next term of the sum that it belongs to."""
    new = len(writer.terms) - 1
    for g in goal:
        if not isinstance(g, TimeSum):
            continue
        for place in (g.lower, g.upper):
            term = g.term(place)
            if without_empty(term) == writer.terms[new]:
                writer.apply("empty product", where=new, new=term)
                whole = next((i for i, x in enumerate(writer.terms) if isinstance(x, TimeSum)), 0)
                writer.apply("next term", whole=whole, single=new)
                return
