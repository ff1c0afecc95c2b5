"""The unfolded computational graph: an ordered tuple of equations over concrete times, one new node each.

Named nodes keep it linear in the number of steps; a nested composition is a view of it, made on request.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sympy import Basic

from symrnn.errors import IllPosed, Redefined, TooLarge, Undefined
from symrnn.graph.instance import instantiate, written_out
from symrnn.graph.lengths import checked_last, rule_of
from symrnn.graph.needs import need_defined
from symrnn.graph.stamps import Leaves, Stamp
from symrnn.model import Element, Equation, Recurrence, Sequence, reads
from symrnn.model.named import lookup
from symrnn.tensor.binders import TimeSum

DEEPEST = 60  # levels of nesting that a reader, and Python's recursion, can still follow
LONGEST = 1_000_000  # equations of one unfolded graph


class Graph(Basic):
    """`Graph(*equations)`: equations over concrete times, each after those it reads.

    Examples
    --------
    >>> import symrnn as sr
    >>> g = sr.unroll(sr.models.classical(), tau=3)
    >>> g.equations
    (s[2] = f(s[1]; theta), s[3] = f(s[2]; theta))
    """

    def __new__(cls, *equations: Equation) -> Graph:
        seen: set[Any] = set()
        for e in equations:
            if e.lhs in seen:
                raise Redefined(f"{e.lhs} is computed twice", where=f"equation: {e}", law="one equation for each node")
            seen.add(e.lhs)
        return Basic.__new__(cls, *equations)

    @property
    def equations(self) -> tuple[Equation, ...]:
        """One equation for each node that is computed."""
        return self.args

    @cached_property
    def _by_node(self) -> dict[Any, Equation]:
        return {e.lhs: e for e in self.equations}

    @cached_property
    def nodes(self) -> tuple[Any, ...]:
        """All elements: those that are given first, then the computed ones in order."""
        given = dict.fromkeys(
            x for e in self.equations for x in reads(e.rhs) if isinstance(x, Element) and x not in self._by_node
        )
        return (*given, *self._by_node)

    def equation_of(self, node: Any) -> Equation:
        """The equation that computes a node, which may be given by its name, such as "s[3]"."""
        node = self._named(node)
        if node not in self._by_node:
            raise Undefined(
                f"{node} is not computed in this graph",
                repair="nodes: " + ", ".join(map(str, self.nodes[:8])),
            )
        return self._by_node[node]

    def parents(self, node: Any) -> tuple[Any, ...]:
        """The elements that a node's equation reads; none for a node that is given."""
        node = self._named(node)
        self._need(node)
        if node not in self._by_node:
            return ()
        return tuple(x for x in reads(self._by_node[node].rhs) if isinstance(x, Element))

    @cached_property
    def _children(self) -> dict[Any, list[Any]]:
        found: dict[Any, list[Any]] = {}
        for e in self.equations:
            for x in reads(e.rhs):
                found.setdefault(x, []).append(e.lhs)
        return found

    def children(self, node: Any) -> tuple[Any, ...]:
        """The nodes whose equations read a node (or a parameter)."""
        node = self._named(node)
        if isinstance(node, Element):
            self._need(node)
        return tuple(self._children.get(node, ()))

    def _named(self, node: Any) -> Any:
        """What a string names in the graph; anything else as it is."""
        if not isinstance(node, str):
            return node
        return lookup(node, {str(x).replace(" ", ""): x for x in (*self.nodes, *self._children)}, "this graph")

    def _need(self, node: Any) -> None:
        if node not in self._by_node and node not in self._children:
            raise Undefined(
                f"{node} is not a node of this graph", repair="nodes: " + ", ".join(map(str, self.nodes[:8]))
            )

    def compose(self, node: Any, *, deepest: int = DEEPEST) -> Any:
        """The nested expression of a node in what is given: f(f(s[1]; theta); theta).

        A view only: the number of symbols in it can grow exponentially with the steps, so nesting deeper
        than `deepest` levels is refused.

        Raises
        ------
        TooLarge
            For more than `deepest` levels.
        """
        node = self._named(node)
        self._need(node)
        done: dict[Any, tuple[Any, int]] = {}
        stack = [node]
        while stack:
            current = stack[-1]
            if current in done or current not in self._by_node:
                stack.pop()
                continue
            inner = [x for x in self.parents(current) if x in self._by_node]
            waiting = [x for x in inner if x not in done]
            if waiting:
                stack += waiting
                if len(stack) > 4 * deepest + 100:
                    raise _too_deep(node, deepest)
                continue
            depth = 1 + max((done[x][1] for x in inner), default=0)
            if depth > deepest:
                raise _too_deep(node, deepest)
            rule = {x: done[x][0] for x in inner}
            done[current] = (self._by_node[current].rhs.xreplace(rule), depth)
            stack.pop()
        return done[node][0] if node in done else node

    def _sympystr(self, printer: object) -> str:
        return "\n".join(str(e) for e in self.equations)

    _sympyrepr = _sympystr

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"


def _too_deep(node: Any, deepest: int) -> TooLarge:
    return TooLarge(
        f"the nested expression of {node} has more than {deepest} levels",
        law="a nest grows with every level, for gated cells exponentially; the equations stay linear",
        repair="use graph.equations, a smaller tau, or compose(node, deepest=...) if you must",
    )


def unroll(model: Recurrence, tau: object = None) -> Graph:
    """The unfolded graph of a model for a last time that is a number.

    Parameters
    ----------
    model
        A `Recurrence`.
    tau
        The last time, at least 1; a mapping from symbols for a model with several.

    Raises
    ------
    Unsupported, TooLarge, Undefined
        For a symbolic last time; for more than a million equations; where something read is neither computed nor given.
    """
    last = checked_last(model, tau)
    need_defined(model, last)
    rule = rule_of(model, last)
    equations: list[Equation] = []
    leaves = Leaves()
    for e in model.equations:
        if e.over is None:
            equations.append(_instance(e, rule))
            continue
        index = e.over[0]
        times = e.times.at(rule).times()
        if len(times) + len(equations) > LONGEST:
            raise TooLarge(
                f"{len(times)} steps make a graph of more than {LONGEST} equations",
                repair="use a smaller tau",
            )
        left, right = (Stamp(x, index, rule, leaves) for x in (e.lhs, e.rhs))
        finish = written_out if e.rhs.has(TimeSum) else _as_it_is
        equations += [Equation._trusted(left(s), finish(right(s))) for s in times]
    return Graph(*sort_equations(equations))


def _as_it_is(x: Any) -> Any:
    return x


def _instance(e: Equation, rule: dict[Basic, Basic]) -> Equation:
    """An equation at one time; its sums over time are written out, so that it names every node it reads."""
    rhs = instantiate(e.rhs, rule)
    return Equation._trusted(instantiate(e.lhs, rule), written_out(rhs) if e.rhs.has(TimeSum) else rhs)


def sort_equations(equations: list[Equation]) -> list[Equation]:
    """The equations in an order in which each comes after those it reads; earlier times first."""
    by_node = {e.lhs: e for e in equations}
    position = {e.lhs: i for i, e in enumerate(equations)}
    order: dict[Any, None] = {}
    opened: dict[Any, None] = {}
    natural = sorted(equations, key=lambda e: (int(e.lhs.time), position[e.lhs]))
    for e in natural:
        stack = [e.lhs]
        while stack:
            node = stack[-1]
            if node in order:
                stack.pop()
                continue
            waiting = [x for x in reads(by_node[node].rhs) if x in by_node and x not in order]
            if waiting:
                opened[node] = None
                _refuse_cycle(waiting, opened)
                stack += reversed(waiting)
                continue
            opened.pop(node, None)
            order[node] = None
            stack.pop()
    return [by_node[node] for node in order]


def _refuse_cycle(waiting: list[Any], opened: dict[Any, None]) -> None:
    for x in waiting:
        if x in opened:
            path = [*opened]
            cycle = " -> ".join(map(str, [*path[path.index(x) :], x]))
            raise IllPosed(
                f"{x} needs its own value: {cycle}",
                law="every cycle passes through a delay",
                repair="one of these must be read at an earlier time",
            )


def element_names(graph: Graph) -> dict[Sequence, list[int]]:
    """For each sequence of a graph, the times at which it has nodes."""
    found: dict[Sequence, list[int]] = {}
    for x in graph.nodes:
        found.setdefault(x.sequence, []).append(int(x.time))
    return found
