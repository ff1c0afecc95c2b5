"""The nested composition as a derivation: one node replaced by its equation after the other.

For a time that is a number it ends in what is given, f(f(s[1]; theta); theta); for a symbolic time it
says what unfolding means, h[t] = g^(t)(x[t], ..., x[1]) = f(h[t - 1], x[t]; theta).
"""

from __future__ import annotations

from typing import Any

from sympy import Tuple

from symrnn.calculus.derivation import Derivation, Line, Reason, Step
from symrnn.calculus.law_table import LAWS
from symrnn.errors import TooLarge, Undefined
from symrnn.graph import Graph, unroll
from symrnn.graph.graph import DEEPEST, _too_deep
from symrnn.graph.lengths import spread
from symrnn.model import Element, Equation, Recurrence, reads
from symrnn.model.named import named
from symrnn.tensor.histories import history

LARGEST = 2_000  # symbols of a nested expression that somebody may still read


def nest(
    model: Recurrence,
    node: Any,
    *,
    tau: Any = None,
    as_function: bool | None = None,
    deepest: int = DEEPEST,
) -> Derivation:
    """A node as a nested composition, line by line.

    Parameters
    ----------
    model
        A `Recurrence`.
    node
        An element it defines: `s[3]` to unfold it down to what is given, `h[t]` for its two readings.
    tau
        The last time, for a model in which a node depends on it: one that reads it, or runs backward.
    as_function
        Whether to begin with g^(t)(x[t], ..., x[1]), the function of the whole past; by default for a
        symbolic time only.
    deepest
        How many levels of nesting to allow.

    Raises
    ------
    Undefined, TooLarge
        When the model does not define the node; when the nest would be too deep to read.

    Examples
    --------
    >>> import symrnn as sr
    >>> model = sr.models.classical()
    >>> print(sr.nest(model, model.states[0][3]))
    (1) s[3] = f(s[2]; theta)
    (2) s[3] = f(f(s[1]; theta); theta)
    """
    node = named(model, node)
    if not isinstance(node, Element) or node.sequence not in model.defined:
        raise Undefined(
            f"{node} is not defined by {model.title.name}",
            repair="one of " + ", ".join(f"{v}[t]" for v in model.defined),
        )
    symbolic = not node.time.is_Integer
    rows = [_as_history(model, node)] if (symbolic if as_function is None else as_function) else []
    if symbolic or as_function:
        rows.append(_right_side(model, node))
    else:
        rows += _unfolded(model, node, tau, deepest)
    steps = [
        Step(LAWS["unfolding"], "equal", before, after) for before, after in zip([node, *rows], rows, strict=False)
    ]
    lines = [
        Line(i, Equation._trusted(node, rhs), "chain", None, Reason("law", node, law=LAWS["unfolding"]))
        for i, rhs in enumerate(rows, 1)
    ]
    last = node.time if symbolic else max(int(node.time), 1) if tau is None else tau
    return Derivation(model, last, tuple(lines), tuple(steps), {str(node): rows[-1]}, title="nest")


def _right_side(model: Recurrence, node: Any) -> Any:
    for e in model.equations:
        if e.sequence == node.sequence and e.over:
            offset = node.time - e.over[0]
            return e.rhs.xreplace({e.over[0]: e.over[0] + offset}) if offset != 0 else e.rhs
    raise Undefined(f"{node.sequence} has no equation over a range of times")


def _as_history(model: Recurrence, node: Any) -> Any:
    spans = _spans(model, node)
    if not spans:
        raise Undefined(
            f"{node} depends on no input, so it is no function of a past",
            repair="nest(model, node) unfolds it",
        )
    taken = {str(x.name) for xs in (model.sequences, model.parameters, model.functions) for x in xs}
    name = next(n for n in ("g", "G", "g_1", "g_2", "g_3") if n not in taken)
    latest = Tuple(*(v[node.time + offset] for v, (_, offset) in spans.items()))
    return history(node, name, latest, Tuple(*(v[first] for v, (first, _) in spans.items())))


def _spans(model: Recurrence, node: Any) -> dict[Any, tuple[int, int]]:
    """For each input the node depends on: the first time, and how far after the node's own time the last is.

    They are read off the unfolded graph at two times. A node that depends on anything but all of an input's
    steps from a first one on is refused, as it is no function of the whole past.
    """
    times = (int(node.time),) * 2 if node.time.is_Integer else (_SAMPLE, _SAMPLE + 1)
    graph = unroll(model, spread(model, times[1] + _SAMPLE, 1)[0])
    found = [{v: sorted(s) for v, s in inputs_behind(model, graph, node.sequence[time]).items()} for time in times]
    spans: dict[Any, tuple[int, int]] = {}
    for v in model.sequences:
        if v in found[0]:
            one, two = found[0][v], found[1][v]
            first, offset = one[0], one[-1] - times[0]
            if two != list(range(first, times[1] + offset + 1)) or offset > 0:
                raise Undefined(
                    f"{node} is no function of the past of {v}: {node.sequence[times[0]]} depends on {_listed(v, one)}",
                    law="a history runs from a first step to the node's own",
                )
            spans[v] = (first, offset)
    return spans


_SAMPLE = 5  # a time far enough from both ends that every lag shows


def _listed(v: Any, times: list[int]) -> str:
    names = [str(v[s]) for s in times]
    return ", ".join(names if len(names) < 5 else [*names[:2], "...", names[-1]])


def inputs_behind(model: Recurrence, graph: Graph, node: Any) -> dict[Any, set[int]]:
    """The times of each input from which a node can be reached in the unfolded graph."""
    seen: set[Any] = set()
    found: dict[Any, set[int]] = {}
    stack = [node]
    while stack:
        x = stack.pop()
        if x in seen:
            continue
        seen.add(x)
        stack += graph.parents(x)
        if x.sequence not in model.defined:
            found.setdefault(x.sequence, set()).add(int(x.time))
    return found


def _depends_on_last(model: Recurrence) -> bool:
    """Whether values of nodes, and not just how many there are, depend on the last time."""
    lengths = set(model.lengths)
    return any(e.rhs.free_symbols & lengths for e in model.equations) or any(min(x) < 0 for x in model.lags.values())


def _unfolded(model: Recurrence, node: Any, tau: Any, deepest: int) -> list[Any]:
    """The right sides, each with the latest computed nodes replaced by their equations."""
    if tau is None and _depends_on_last(model):
        raise Undefined(f"{node} depends on the last time", repair=f"nest(model, {node}, tau=...)")
    graph = unroll(model, max(int(node.time), 1) if tau is None else tau)
    if not graph.equations:
        raise Undefined(f"{node} is not computed: no equation holds at tau = {int(node.time)}")
    by_node = {e.lhs: e.rhs for e in graph.equations}
    if node not in by_node:
        raise Undefined(f"{node} is given, not computed", repair=f"the first computed one is {graph.equations[0].lhs}")
    position = {e.lhs: i for i, e in enumerate(graph.equations)}
    rows = [by_node[node]]
    while True:
        inner = [x for x in reads(rows[-1]) if x in by_node]
        if not inner:
            return rows
        if len(rows) >= deepest:
            raise _too_deep(node, deepest)
        latest = max(inner, key=lambda x: position[x])
        same = [x for x in inner if x.time == latest.time and not any(y in reads(by_node[x]) for y in inner)]
        rows.append(rows[-1].xreplace({x: by_node[x] for x in same or [latest]}))
        if written_size(rows[-1], {}) > LARGEST:
            raise TooLarge(
                f"the nested expression of {node} has more than {LARGEST} symbols",
                law="a nest grows with every level, for gated cells exponentially; the equations stay linear",
                repair="use graph.equations, or an earlier node",
            )


def written_size(expr: Any, known: dict[Any, int]) -> int:
    """How many symbols an expression has when it is written out, shared parts counted as often as they occur."""
    found = known.get(expr)
    if found is None:
        leaf = getattr(expr, "is_leaf", False) or not expr.args
        found = known[expr] = 1 if leaf else sum(written_size(a, known) for a in expr.args)
    return found
