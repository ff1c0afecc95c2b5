"""The adjoint recurrence of a derivation as one linear recurrence over the adjoints of the model's states.

What lies between two states within a step (gates, outputs that are fed back) is put in by its own lines; adjoints
of nodes that no recurrence runs through, such as outputs, stay as they are: they are what is put into the recurrence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Integer, Symbol

from symrnn.calculus.chains import Affine, Chain
from symrnn.calculus.derivation import Derivation, Line
from symrnn.calculus.guarded import guarded_row
from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.paths import flipped, split_linear, written_back
from symrnn.errors import Unsupported
from symrnn.model import Element, Range, Sequence, reads
from symrnn.model.equation import bound_reads
from symrnn.model.ranges import grows
from symrnn.tensor import linear, pieces
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.blocks import block
from symrnn.tensor.elementwise import Full, add
from symrnn.tensor.node import Tensor, shape_of
from symrnn.tensor.time import offset_from, t


@dataclass(frozen=True)
class AdjointLines:
    """The lines of a derivation by the sequence whose adjoint they give, and which of these carry one another."""

    derivation: Derivation
    rows: dict[Sequence, list[Line]] = field(default_factory=dict)
    solutions: dict[Sequence, Any] = field(default_factory=dict, repr=False, compare=False)
    objective: Any = "L"

    def nabla(self, node: Any) -> Adjoint:
        """The adjoint of a node that these lines are about."""
        found: Adjoint = nabla(node, self.objective)
        return found

    @classmethod
    def of(cls, derivation: Derivation) -> AdjointLines:
        """The lines of a derivation with symbolic last time, the same object each time."""
        return derivation.adjoint_lines

    @classmethod
    def made(cls, derivation: Derivation) -> AdjointLines:
        """Those lines, read off anew."""
        if not isinstance(derivation.last, Symbol):
            raise Unsupported(
                f"a closed form is for a symbolic last time; this derivation is for {derivation.last}",
                repair="sr.bptt(model).closed_form(...)",
            )
        rows: dict[Sequence, list[Line]] = {}
        for line in derivation.lines:
            if line.group == "backward" and isinstance(line.equation.lhs, Adjoint):
                rows.setdefault(line.equation.lhs.node.sequence, []).append(line)
        return cls(derivation, rows)

    def read(self, v: Sequence) -> list[Sequence]:
        """The sequences whose adjoints the lines of v read."""
        found = [a.node.sequence for line in self.rows.get(v, ()) for a in adjoints_in(line.equation.rhs)]
        return [u for u in dict.fromkeys(found) if u in self.rows]

    def behind(self, v: Sequence) -> set[Sequence]:
        """All sequences on whose adjoints that of v depends."""
        seen: set[Sequence] = set()
        stack = [v]
        while stack:
            for u in self.read(stack.pop()):
                if u not in seen:
                    seen.add(u)
                    stack.append(u)
        return seen

    def carried(self, v: Sequence) -> bool:
        """Whether the adjoint of v depends on itself at other times."""
        return v in self.behind(v)

    def home(self, v: Sequence) -> Range:
        """All times of its lines."""
        whens = [line.when or Range(line.equation.lhs.time, line.equation.lhs.time) for line in self.rows[v]]
        first, last = whens[0].first, whens[0].last
        for r in whens[1:]:
            first = r.first if grows(r.first, first) else first
            last = r.last if grows(last, r.last) else last
        return Range(first, last)

    def line_at(self, v: Sequence, time: Expr, times: Range, index: Symbol = t) -> Line:
        """The line of v that holds at `time`, for every value of the index in a range."""
        for line in self.rows[v]:
            when = line.when or Range(line.equation.lhs.time, line.equation.lhs.time)
            shifted = Range(time.xreplace({index: times.first}), time.xreplace({index: times.last}))
            if grows(when.first, shifted.first) and grows(shifted.last, when.last):
                return line
        raise Unsupported(f"the adjoint of {v} at {time} has different lines for {index} = {times}")

    def row(self, v: Sequence, time: Expr, times: Range, index: Symbol = t) -> tuple[Any, list[Line]]:
        """The right side for the adjoint of v at `time`, and its lines: several where they differ from time to time."""
        try:
            line = self.line_at(v, time, times, index)
        except Unsupported:
            there = Range(*(time.xreplace({index: end}) for end in (times.first, times.last)))
            whole = guarded_row(self.derivation, v, time, there)
            if whole is None:
                raise
            return whole, self.rows[v]
        return at_time(line, time), [line]


def adjoints_in(expr: Any) -> list[Adjoint]:
    """The adjoints an expression reads, in order of appearance; those inside its sums over time too."""
    return [a for a in reads(expr) if isinstance(a, Adjoint) and isinstance(a.node, Element)]


def adjoints_outside(expr: Any) -> list[Adjoint]:
    """The adjoints an expression reads at a time that none of its own sums runs over."""
    found = [a for a, binder in bound_reads(expr) if binder is None]
    return [a for a in found if isinstance(a, Adjoint) and isinstance(a.node, Element)]


def at_time(line: Line, time: Expr) -> Any:
    """The right side of a line at a time."""
    over = line.equation.over
    return line.equation.rhs.xreplace({over[0]: time}) if over else line.equation.rhs


def states_behind(lines: AdjointLines, v: Sequence) -> list[Sequence]:
    """The states whose adjoints carry that of v, on the same times and in the same direction."""
    if v not in lines.rows:
        raise Unsupported(f"{v} has no adjoint in this derivation: the loss does not depend on it")
    near = [u for u in (v, *lines.behind(v)) if lines.carried(u)]
    home = lines.home(v)
    found = [u for u in lines.derivation.model.states if u in near and lines.home(u) == home]
    return found if v in found else _cycle_states(lines, v, found)


def _cycle_states(lines: AdjointLines, v: Sequence, found: list[Sequence]) -> list[Sequence]:
    if not found:
        raise Unsupported(f"the adjoint of {v} is carried by no recurrence; its line is its closed form")
    return found


def settled(lines: AdjointLines, expr: Any, states: list[Sequence], times: Range, used: list[Line]) -> Any:
    """An expression in which every adjoint that is carried, but is none of the states' at another time, is put in.

    `times` are those that t stands for; what was put in is appended to `used`. Adjoints of the states at
    the same time are put in too: at one time they depend on one another in one direction only.
    """
    for _ in range(4 * len(lines.rows) + 4):
        rule: dict[Any, Any] = {}
        for a in adjoints_in(expr):
            u = a.node.sequence
            if u not in lines.rows or not lines.carried(u) or lines.home(u) != lines.home(states[0]):
                continue
            if u in states and offset_from(a.node.time, t) != 0 and t in a.node.time.free_symbols:
                continue
            rule[a], put_in = lines.row(u, a.time, times)
            used += [line for line in put_in if line not in used]
        if not rule:
            return expr
        expr = expr.xreplace(rule)
    raise Unsupported("the adjoints within one step depend on one another in a circle")


def affine_of(lines: AdjointLines, v: Sequence) -> Affine:
    """The recurrence of the adjoints of v and of the states that carry it, for symbolic t.

    Raises
    ------
    Unsupported
        When no closed form is known: states with several lags, matrix-valued states.
    """
    states = states_behind(lines, v)
    home = lines.home(states[0])
    nodes = tuple(lines.nabla(u[t]) for u in states)
    if any(len(shape_of(a)) > 1 for a in nodes):
        raise Unsupported(f"no closed form is known for the matrix-valued state {v}", repair="use bptt or rtrl")
    ahead = _direction(lines, states)
    start = home.last if ahead == 1 else home.first
    later = Range(home.first, home.last - 1) if ahead == 1 else Range(home.first + 1, home.last)
    rows, given = _rows(lines, states, t, later)
    used: list[Line] = []
    done = tuple(settled(lines, x, states, later, used) for x in rows)
    split_lines = len(given) > len(states)  # then the start is an instance of the one equation for all times
    begins, at_start = (t, home) if split_lines else (start, Range(start, start))
    start_rows, start_given = _rows(lines, states, begins, at_start)
    start_used: list[Line] = []
    start_done = tuple(settled(lines, x, states, at_start, start_used).xreplace({t: start}) for x in start_rows)
    start_rows = tuple(x.xreplace({t: start}) for x in start_rows)
    carried = tuple(lines.nabla(u[t + ahead]) for u in states)
    split = [split_linear(x, carried) for x in done]
    for (parts, rest), x in zip(split, done, strict=True):
        if any({u, *lines.behind(u)} & {*states} for u in (a.node.sequence for a in adjoints_in(rest))):
            raise Unsupported(f"{v} is read with several lags, or by states of other times; no closed form is known")
        if any(
            a.node.sequence in states for a in adjoints_in(written_back(parts, rest, shape_of(x))) if a not in carried
        ):
            raise Unsupported(f"{v} is read with several lags; no closed form is known for it")
    paths = [[[flipped(m) for m in parts[a]] for parts, _ in split] for a in carried]
    factor = factor_of(paths, nodes).xreplace({t: t - ahead})
    source, begin = stacked([rest for _, rest in split]), stacked(list(start_done))
    if any(a.node.sequence in states for a in adjoints_in(begin)):
        raise Unsupported(f"the adjoint of {v} starts at several times; no closed form is known for it")
    return Affine(
        nodes,
        home,
        Chain(factor, ahead, True),
        begin,
        source,
        rows,
        done,
        start_rows,
        start_done,
        *(tuple(str(x.number) for x in found) for found in (given, used, start_given, start_used)),
    )


def _rows(lines: AdjointLines, states: list[Sequence], time: Expr, times: Range) -> tuple[tuple[Any, ...], list[Line]]:
    found = [lines.row(u, time, times) for u in states]
    return tuple(row for row, _ in found), [line for _, used in found for line in used]


def _direction(lines: AdjointLines, states: list[Sequence]) -> int:
    """1 when the adjoints run backward in time, -1 when they run forward."""
    offsets = set(_offsets(lines, states))
    if offsets == {1} or offsets == {-1}:
        return offsets.pop()
    lags = ", ".join(str(x) for x in sorted(offsets))
    raise Unsupported(
        f"no closed form is known for {', '.join(map(str, states))}, read with the lags {lags}",
        law="a product of Jacobians solves a recurrence of one step",
        repair="write the state and its past as one state, or use bptt for numbers",
    )


def _offsets(lines: AdjointLines, states: list[Sequence]) -> Iterator[int]:
    members = {u for v in states for u in (v, *lines.behind(v)) if lines.carried(u)}
    for v in members:
        for line in lines.rows[v]:
            for a in adjoints_in(line.equation.rhs):
                offset = offset_from(a.time, line.equation.lhs.time)
                if a.node.sequence in members and offset:
                    yield offset


def stacked(parts: list[Any]) -> Any:
    """Several vectors or scalars as one vector; one alone stays what it is."""
    if len(parts) == 1:
        return parts[0]
    if all(map(is_zero, parts)):
        rows = [shape_of(x)[0] if shape_of(x) else Integer(1) for x in parts]
        return linear.zeros(add(*rows), *(shape_of(parts[0]) or (0,))[1:])
    return pieces.concat(*(x if isinstance(x, Tensor) else Full(x, 1) for x in parts))


def part_of(whole: Any, nodes: tuple[Any, ...], position: int) -> Any:
    """One of the parts that `stacked` put together."""
    if len(nodes) == 1:
        return whole
    sizes = [shape_of(x)[0] if shape_of(x) else Integer(1) for x in nodes]
    start: Expr = Integer(0)
    for size in sizes[:position]:
        start = start + size
    if not shape_of(nodes[position]):
        return pieces.entry(whole, start + 1)
    return pieces.segment(whole, start, sizes[position])


def factor_of(table: list[list[list[Any]]], nodes: tuple[Any, ...]) -> Any:
    """The matrix of one step: for each node and each node it is made from, the sum of the paths between them."""
    if len(nodes) == 1:
        return _entry(table[0][0], nodes[0], nodes[0])
    rows = [
        [_as_matrix(_entry(paths, out, by), out, by) for paths, by in zip(row, nodes, strict=True)]
        for row, out in zip(table, nodes, strict=True)
    ]
    return block(rows)


def _entry(matrices: list[Any], out: Any, by: Any) -> Any:
    if not matrices:
        return linear.zeros(*shape_of(out), *shape_of(by))
    return add(*(m for m in matrices if not is_zero(m)), shape=shape_of(out) + shape_of(by))


def _as_matrix(x: Any, out: Any, by: Any) -> Any:
    """An entry of a block matrix: scalars and vectors as matrices of one row or column."""
    rows, columns = (shape_of(a)[0] if shape_of(a) else Integer(1) for a in (out, by))
    if not isinstance(x, Tensor):
        return Full(x, 1, 1)
    return x if x.rank == 2 else pieces.reshape(x, rows, columns)
