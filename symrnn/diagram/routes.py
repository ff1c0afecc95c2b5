"""Routes through an unfolded graph: the derivative of one node by another is a sum with one term for each route.

A term is the product of the local Jacobians along its route; the routes are drawn side by side along the arrows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from symrnn.diagram.curves import offset
from symrnn.diagram.inline import Line, words
from symrnn.diagram.labels import Label
from symrnn.diagram.layout import Edge
from symrnn.errors import TooLarge, Undefined

MOST = 12  # routes that can be told apart
LANE = 5.0  # between two routes along one arrow


def find_routes(links: Sequence[tuple[str, str]], source: str, target: str) -> list[tuple[str, ...]]:
    """All routes from one node to another, the shortest first.

    Raises
    ------
    Undefined
        When there is none.
    TooLarge
        When there are more than can be told apart.

    Examples
    --------
    >>> from symrnn.diagram.routes import find_routes
    >>> find_routes([("W", "W[1]"), ("W[1]", "h[1]"), ("h[1]", "h[2]"), ("W", "W[2]"), ("W[2]", "h[2]")], "W", "h[2]")
    [('W', 'W[2]', 'h[2]'), ('W', 'W[1]', 'h[1]', 'h[2]')]
    """
    readers: dict[str, list[str]] = {}
    for a, b in links:
        readers.setdefault(a, []).append(b)
    leading = _leading_to(links, target)
    if source not in leading or source == target:
        nodes = sorted({end for pair in links for end in pair})
        raise Undefined(
            f"no route leads from {source} to {target}",
            repair="a parameter or node that the other one depends on; nodes: " + ", ".join(nodes[:12]),
        )
    found: list[tuple[str, ...]] = []
    open_ones: list[tuple[str, ...]] = [(source,)]
    while open_ones:
        route = open_ones.pop()
        if route[-1] == target:
            found.append(route)
        else:
            open_ones += [(*route, b) for b in readers.get(route[-1], ()) if b in leading]
        if len(found) + len(open_ones) > MOST:
            raise TooLarge(
                f"more than {MOST} routes lead from {source} to {target}",
                law="one term of the gradient for each route",
                repair="a smaller tau, or a later start, such as an element instead of the parameter",
            )
    return sorted(found, key=lambda route: (len(route), route))


def _leading_to(links: Sequence[tuple[str, str]], target: str) -> set[str]:
    read: dict[str, list[str]] = {}
    for a, b in links:
        read.setdefault(b, []).append(a)
    found, waiting = {target}, [target]
    while waiting:
        for a in read.get(waiting.pop(), ()):
            if a not in found:
                found.add(a)
                waiting.append(a)
    return found


def widest(routes: Sequence[tuple[str, ...]]) -> int:
    """How many routes run along one arrow, at most."""
    pairs = Counter(pair for route in routes for pair in pairwise(route))
    return max(pairs.values(), default=0)


def lanes(routes: Sequence[tuple[str, ...]], edges: Mapping[tuple[str, str], Edge]) -> list[Edge]:
    """The routes as coloured lines along the arrows they use, side by side where several use one."""
    users: dict[tuple[str, str], list[int]] = {}
    for i, route in enumerate(routes):
        for pair in pairwise(route):
            users.setdefault(pair, []).append(i)
    found = []
    for pair, terms in users.items():
        for lane, term in enumerate(terms):
            aside = LANE * (lane - (len(terms) - 1) / 2)
            curve = offset(edges[pair].curve, aside)
            found.append(Edge(*pair, curve, lag=term + 1, role="route", tone=term))
    return found


def term(route: Sequence[str], labels: Mapping[str, Label]) -> Line:
    """The product of Jacobians along a route, the last one first; the copy of a parameter is the last factor."""
    nodes = [name for name in route if name in labels]
    parts: list[Label] = []
    for a, b in reversed(list(pairwise(nodes))):
        parts += [words("  "), *_quotient(labels[b], labels[a])] if parts else _quotient(labels[b], labels[a])
    return Line(tuple(parts))


def _quotient(node: Label, by: Label) -> tuple[Label, ...]:
    return words("∂"), node, words("/"), words("∂"), by
