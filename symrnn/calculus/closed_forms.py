"""Closed forms of adjoints and gradients: the adjoint recurrence solved, as sums of ordered products of Jacobians.

The solution for the states is proved by induction from the recurrence; gradients follow by putting it into their lines.
Where no solution is known it is `Unsupported`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Symbol

from symrnn.calculus.adjoint_chains import (
    AdjointLines,
    adjoints_outside,
    affine_of,
    at_time,
    part_of,
    stacked,
    states_behind,
)
from symrnn.calculus.chains import Affine
from symrnn.calculus.derivation import Derivation, Line
from symrnn.calculus.formula import ClosedForm, ClosedStep
from symrnn.calculus.guarded import narrowed
from symrnn.calculus.induction import Proof, prove
from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.moves import Terms, extensions
from symrnn.calculus.paths import zero_of
from symrnn.calculus.powers import with_powers
from symrnn.calculus.sums import pulled_in
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Element, Equation, Range, Sequence
from symrnn.model.ranges import grows
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.binding import outermost
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.products import TimeProduct
from symrnn.tensor.time import t


def closed_gradient(derivation: Derivation, leaf: Any) -> ClosedForm:
    """The closed form of the gradient by a parameter or boundary value, or of the adjoint of a state at t."""
    lines = AdjointLines.of(derivation)
    if isinstance(leaf, Sequence):
        leaf = leaf[t]
    node = leaf.node if isinstance(leaf, Adjoint) else leaf
    line = next((x for x in derivation.lines if x.group != "backward" and x.equation.lhs == nabla(node)), None)
    if line is not None:
        return form_of_line(derivation, lines, line)
    if not isinstance(node, Element) or node.sequence not in lines.rows:
        derivation[node]  # raises when there is no such gradient
        raise Unsupported(f"the gradient of {node} has no line of its own", repair="ask for one of its elements")
    home = lines.home(node.sequence)
    if node.time != t and not (grows(home.first, node.time) and grows(node.time, home.last)):
        raise Undefined(f"{node} is outside the times {home} of {node.sequence}")
    return _of_adjoint(derivation, lines, node)


def solved(lines: AdjointLines, v: Sequence) -> tuple[Affine, Proof]:
    """The recurrence that carries the adjoint of v, and the proof of its solution; both are found once."""
    if v not in lines.solutions:
        affine = affine_of(lines, v)
        lines.solutions[v] = affine, prove(affine, node_of(affine), affine.closed, statement(affine))
    return lines.solutions[v]


def node_of(affine: Affine) -> Callable[[Expr], Any]:
    """z at a time."""
    return lambda time: stacked([x.xreplace({t: time}) for x in affine.nodes])


def statement(affine: Affine) -> Any:
    """The claim that is proved of z: (z at t, its closed form, the range)."""
    return node_of(affine)(t), add(*affine.closed(t), shape=shape_of(affine.start)), affine.home


def _of_adjoint(derivation: Derivation, lines: AdjointLines, node: Element) -> ClosedForm:
    v = node.sequence
    if not lines.carried(v):
        line = lines.line_at(v, t, lines.home(v)) if len(lines.rows[v]) == 1 else lines.rows[v][0]
        step = ClosedStep(LAWS["line"], at_time(line, t), (str(line.number),))
        return ClosedForm(derivation, nabla(v[t]), step.after, (step,), (), line.equation.over)
    states = states_behind(lines, v)
    if v not in states:
        line = lines.line_at(v, t, lines.home(v))
        return form_of_line(derivation, lines, line)
    affine, proof = solved(lines, v)
    whole = add(*affine.closed(t), shape=shape_of(affine.start))
    place = [x.node.sequence for x in affine.nodes].index(v)
    steps = [ClosedStep(LAWS["closed form"], part_of(whole, affine.nodes, place), affine.lines)]
    proofs = (proof, *_solve(lines, steps[0].after, steps, affine.home))
    over = Equation(v[t], v[t - 1], over=(t, affine.home.first, affine.home.last)).over
    form = ClosedForm(derivation, nabla(v[t]), steps[-1].after, tuple(steps), proofs, over)
    return form if node.time == t else _at(form, node)


def _at(form: ClosedForm, node: Element) -> ClosedForm:
    rule = {t: node.time}
    steps = tuple(ClosedStep(s.law, s.after.xreplace(rule), s.lines) for s in form.steps)
    return ClosedForm(form.subject, nabla(node), form.expr.xreplace(rule), steps, form.proofs)


def form_of_line(derivation: Derivation, lines: AdjointLines, line: Line) -> ClosedForm:
    """The closed form of a line that reads adjoints: those of the states are put in."""
    steps = [ClosedStep(LAWS["line"], line.equation.rhs, (str(line.number),))]
    used: list[Line] = []
    expr = _in_every_sum(steps[0].after, lambda e, i, times: _between(lines, e, i, times, used), line.when)
    if used:
        steps.append(ClosedStep(LAWS["known adjoint"], expr, tuple(str(x.number) for x in used)))
    proofs = _solve(lines, expr, steps, line.when)
    return ClosedForm(derivation, line.equation.lhs, steps[-1].after, tuple(steps), proofs, line.equation.over)


def _solve(lines: AdjointLines, expr: Any, steps: list[ClosedStep], when: Range | None) -> tuple[Proof, ...]:
    """Put the solutions of all recurrences into an expression, a step each; the proofs of the solutions."""
    solutions: dict[Sequence, tuple[Affine, Proof]] = {}
    for _ in range(len(lines.rows)):  # a solution may read adjoints that another recurrence carries
        whole = _in_every_sum(expr, lambda e, i, times: _put_in(lines, e, solutions, whole=True), when)
        if whole == expr:
            break
        steps.append(ClosedStep(LAWS["closed form"], whole))
        expr = _in_every_sum(expr, lambda e, i, times: _put_in(lines, e, solutions, whole=False), when)
        if expr != whole:
            steps.append(ClosedStep(LAWS["linearity"], expr))
    homes = [affine.home for affine, _ in solutions.values()] or ([when] if when is not None else [])
    for law, changed in (("times", narrowed(expr, homes)), ("powers", with_powers(narrowed(expr, homes)))):
        if changed != steps[-1].after:
            steps.append(ClosedStep(LAWS[law], changed))
    return tuple(dict.fromkeys(proof for _, proof in solutions.values()))


def _in_every_sum(expr: Any, change: Callable[[Any, Symbol, Range], Any], when: Range | None, index: Symbol = t) -> Any:
    """An expression changed inside its sums over time, for the times of their index, and outside them."""
    rule: dict[Any, Any] = {}
    for s in outermost(expr):
        if isinstance(s, TimeSum):
            body = _in_every_sum(s.body, change, Range(s.lower, s.upper), s.index)
            rule[s] = time_sum(body, (s.index, s.lower, s.upper))
    return change(expr.xreplace(rule) if rule else expr, index, when or Range(index, index))


def _between(lines: AdjointLines, expr: Any, index: Symbol, times: Range, used: list[Line]) -> Any:
    """An expression in which the adjoints of nodes between the states are put in by their lines."""
    for _ in range(2 * len(lines.rows) + 2):
        rule = {}
        for a in adjoints_outside(expr):
            v = a.node.sequence
            if v in lines.rows and lines.carried(v) and v not in states_behind(lines, v):
                rule[a], put_in = lines.row(v, a.time, times, index)
                used += [line for line in put_in if line not in used]
        if not rule:
            return expr
        expr = expr.xreplace(rule)
    raise Unsupported("the adjoints within one step depend on one another in a circle")


def _put_in(lines: AdjointLines, expr: Any, solutions: dict[Sequence, tuple[Affine, Proof]], whole: bool) -> Any:
    """An expression linear in the states' adjoints with their closed forms in their place.

    As they are (`whole`), or with their sums outside: the sum of the expression's values.
    """
    leaves = [a for a in adjoints_outside(expr) if a.node.sequence in lines.rows and lines.carried(a.node.sequence)]
    terms = []
    for a in leaves:
        v = a.node.sequence
        if v not in solutions:
            solutions[v] = solved(lines, v)
        affine = solutions[v][0]
        carried = [x.node.sequence for x in affine.nodes]
        if v not in carried:
            raise Unsupported(f"the recurrence of {a} carries it through {', '.join(map(str, carried))} only")
        place = carried.index(v)
        alone = expr.xreplace({b: zero_of(b) for b in leaves if b != a})
        rest = alone.xreplace({a: zero_of(a)})
        alone = alone if is_zero(rest) else add(alone, -rest)
        closed = tuple(part_of_term(x, affine.nodes, place) for x in affine.closed(a.time))
        if whole:
            terms.append(alone.xreplace({a: add(*closed, shape=shape_of(a))}))
        else:
            terms += [_joined(alone, a, x) for x in closed]
    rest = expr.xreplace({a: zero_of(a) for a in leaves})
    return add(*(x for x in (*terms, rest) if not is_zero(x)), shape=shape_of(expr))


def part_of_term(term: Any, nodes: tuple[Any, ...], place: int) -> Any:
    """A part of a term of the solution, inside its sum over time."""
    if not isinstance(term, TimeSum):
        return part_of(term, nodes, place)
    return time_sum(part_of(term.body, nodes, place), (term.index, term.lower, term.upper))


def _joined(expr: Any, leaf: Any, closed: Any) -> Any:
    """The expression of a closed form; where it is one more step of the same product, the longer product."""
    body = closed.body if isinstance(closed, TimeSum) else closed
    after = expr.xreplace({leaf: body})
    for p in sorted(body.atoms(TimeProduct), key=str):
        for longer, apart, _ in extensions(p):
            if body.xreplace({p: apart}) == after:
                made = body.xreplace({p: longer})
                return time_sum(made, (closed.index, closed.lower, closed.upper)) if closed is not body else made
    return pulled_in(expr, leaf, closed)


def prove_claim(derivation: Derivation, claim: Equation) -> Proof:
    """Prove a claim about the adjoint of a state at t, such as C2, from the adjoint recurrence.

    Parameters
    ----------
    derivation
        Of symbolic last time.
    claim
        `Equation(nabla(h[t]), ...)` over the range of h.

    Raises
    ------
    NotProved
        With the line at which the proof stops.
    """
    lines = AdjointLines.of(derivation)
    affine = affine_of(lines, claim.lhs.node.sequence)
    if len(affine.nodes) != 1:
        raise Unsupported(f"{claim.lhs} is carried together with others; prove_claim is about a state by itself")
    terms = terms_of(claim.rhs)
    return prove(affine, node_of(affine), lambda time: tuple(x.xreplace({t: time}) for x in terms), claim)


def terms_of(expr: Any) -> Terms:
    """The terms of a sum as they are written."""
    from symrnn.tensor.elementwise import Elementwise, elementwise

    if isinstance(expr, Elementwise) and expr.body.is_Add:
        return tuple(elementwise(part, *expr.operands) for part in expr.body.args)
    return tuple(expr.args) if getattr(expr, "is_Add", False) else (expr,)
