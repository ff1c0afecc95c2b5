"""The unfolded graph on a time grid: a column for each step, a row for each sequence in same-step order.

Inputs stand at the bottom, states and outputs above them, terms of the loss and targets on top, boundary values
in columns of their own at the ends, as the textbook draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Basic, Expr, Integer, Symbol

from symrnn.diagram.curves import moved
from symrnn.diagram.labels import DOTS, Label
from symrnn.diagram.lattice import Hop, Lattice
from symrnn.diagram.layout import TEXT, Edge, Layout, Node, Panel, Text, framed, half_width
from symrnn.diagram.placing import place_labels
from symrnn.diagram.reading import joined, kind_of, label_in, loss_name, reads_of, row_order, statements
from symrnn.diagram.routing import route
from symrnn.diagram.window import Window, all_times, around_t, long_enough, some_times
from symrnn.errors import Unsupported
from symrnn.graph import last_time, unroll
from symrnn.model import Element, Recurrence
from symrnn.tensor.time import tau as TAU

LONGEST = 12  # a last time up to which all steps are drawn unless told otherwise

Place = tuple[str, int]  # a row and a time; later a row and a column


@dataclass(frozen=True)
class Unfolding:
    """The graph to be drawn: what is computed at which time, and what each node reads with which label."""

    computed: tuple[Place, ...]
    links: tuple[tuple[Place, Place, Label | None], ...]
    constants: tuple[tuple[str, Place, Label | None], ...]
    given: tuple[Place, ...] = ()  # the boundary, when there is nothing else

    @property
    def places(self) -> dict[Place, None]:
        """All elements, each once."""
        ends = [p for source, target, _ in self.links for p in (source, target)]
        return dict.fromkeys([*self.computed, *ends, *self.given])


def unfold(model: Recurrence, last: int) -> Unfolding:
    """The elements of a model with a number as last time, and who reads whom."""
    computed, links, constants = [], [], []
    for name, time, rhs in _equations(model, last):
        here = (name, time)
        computed.append(here)
        for read in reads_of(name, rhs):
            if not isinstance(read.leaf, Element):
                constants.append((read.name, here, read.label))
                continue
            for s in _times(read.leaf.time, read.over):
                links.append(((read.name, s), here, read.label))
    rule = dict.fromkeys(model.lengths, Integer(last))
    given = [(x.name, int(x.time.xreplace(rule))) for x in model.boundary if not computed]
    return Unfolding(tuple(dict.fromkeys(computed)), tuple(links), tuple(constants), tuple(given))


def _equations(model: Recurrence, last: int) -> Iterator[tuple[str, int, Basic]]:
    for e in unroll(model, dict.fromkeys(model.lengths, last)).equations:
        yield e.sequence.name, int(e.lhs.time), e.rhs
    for part in statements(model)[len(model.equations) :]:
        rule = dict.fromkeys(model.lengths, Integer(last))
        for s in part.times.at(rule).times():
            at = {**rule, part.index: Integer(s)} if part.index else rule
            yield part.name, s, part.rhs.xreplace(at)


def _times(time: Expr, over: tuple[Expr, Expr, Expr] | None) -> list[int]:
    """The times at which an element is read: one, or all that a sum over time runs through."""
    if over is None:
        return [int(time)]
    index, first, last = over
    return [int(time.xreplace({index: Integer(s)})) for s in range(int(first), int(last) + 1)]


def unfolded_layout(model: Recurrence, last: object, full: bool | None) -> Layout:
    """The unfolded graph of a model for a last time that is a number or `tau`; it stands for every length."""
    if last == TAU and len(model.lengths) > 1:
        last = 3  # two lengths have no common "t-1, t, t+1": both are drawn with three steps
    end = long_enough(model) if last == TAU else _number(last)
    graph = unfold(model, end)
    times = [s for _, s in graph.places]
    extent = min(times), max(times)
    if last == TAU:
        window = around_t(*extent, end, model)
    elif full or (full is None and end <= LONGEST):
        window = all_times(*extent)
    else:
        window = some_times(*extent, end, model)
    return _Picture(model, graph, window).layout(str(last))


def _number(last: object) -> int:
    """A last time as a number."""
    if isinstance(last, Symbol):
        raise Unsupported(
            f"tau={last}: a picture is drawn for a number of steps, or for symrnn's own symbol tau",
            repair="unfolded(model, tau=3) or unfolded(model, tau=symrnn.tau)",
        )
    return last_time(last)


@dataclass(frozen=True)
class _Picture:
    """One unfolded picture in the making: the graph, and the window through which it is seen."""

    model: Recurrence
    graph: Unfolding
    window: Window

    def layout(self, last: str) -> Layout:
        rows = row_order(self.model)
        links = self._seen()
        ends = [p for pair in links for p in pair]
        visible = [p for p in map(self._seat, self.graph.places) if self.window.columns[p[1]].shown]
        places = sorted({*ends, *visible}, key=lambda p: (p[1], rows.index(p[0])))
        labels = {p: self._label(p) for p in places}
        hops = {pair: _hop(rows, *pair) for pair in links}
        lattice, ways = route(hops.values(), len(rows), half_width(labels.values()))
        beside = {hops[pair]: label for pair, label in links.items() if label}
        spots = place_labels(lattice, ways, beside)
        nodes = {p: self._node(p, lattice, rows.index(p[0]), labels[p]) for p in places}
        edges = []
        for pair, hop in hops.items():
            dx = nodes[pair[0]].x
            curve = tuple((x, -y) for x, y in moved(ways[hop], dx, 0.0))
            texts: tuple[Text, ...] = ()
            if links[pair]:
                x, y = spots[hop]
                texts = (Text(links[pair], x + dx, -y),)  # type: ignore[arg-type]
            edges.append(Edge(nodes[pair[0]].name, nodes[pair[1]].name, curve, texts=texts))
        panel = Panel("unfolded", tuple(nodes.values()), tuple(edges), self._dots(lattice, places, rows), 0.0)
        return framed(panel, f"Unfolded graph of {self.model.title.name}", self._description(rows, last))

    def _seat(self, place: Place) -> Place:
        return place[0], self.window.position(place[1])

    def _seen(self) -> dict[tuple[Place, Place], Label | None]:
        """The arrows between what is shown and what stands for the rest."""
        found: dict[tuple[Place, Place], list[Label | None]] = {}
        columns = self.window.columns
        for source, target, label in self.graph.links:
            pair = self._seat(source), self._seat(target)
            if columns[pair[0][1]].shown or columns[pair[1][1]].shown:
                found.setdefault(pair, []).append(label)
        for name in dict.fromkeys(name for name, _, _ in self.graph.constants):
            readers = [(self._seat(p), label) for n, p, label in self.graph.constants if n == name]
            readers = [(p, label) for p, label in readers if columns[p[1]].shown]
            middle = round(sum(p[1] for p, _ in readers) / len(readers)) if readers else 0
            for p, label in readers:
                found.setdefault(((name, middle), p), []).append(label)
        return {pair: joined(labels) for pair, labels in found.items()}

    @property
    def _constants(self) -> set[str]:
        return {c.name for c in self.model.constants}

    def _label(self, place: Place) -> Label:
        label = label_in(self.model, place[0])
        return label if place[0] in self._constants else label.at(self.window.columns[place[1]].label)

    def _node(self, place: Place, lattice: Lattice, row: int, label: Label) -> Node:
        name, position = place
        column = self.window.columns[position]
        x, y = lattice.place(row, position)
        kind = kind_of(self.model, name)
        if name in self._constants:
            return Node(name, label, x, -y, kind, lattice.half_width)
        if column.shown and (name, column.first) not in self.graph.computed and kind not in {"input", "target"}:
            kind = "boundary"
        full_name = f"{name}[{column.name}]"
        return Node(full_name, label, x, -y, kind, lattice.half_width, column=column.name, ghost=not column.shown)

    def _dots(self, lattice: Lattice, places: list[Place], rows: list[str]) -> tuple[Text, ...]:
        """Dots where an ellipsis has no nodes of its own."""
        taken = {position for _, position in places}
        height = (len(rows) - 1) / 2 * lattice.rise
        dots = Label(DOTS, italic=False)
        return tuple(
            Text(dots, i * lattice.step, -height, TEXT, "dots")
            for i, column in enumerate(self.window.columns)
            if not column.shown and i not in taken
        )

    def _description(self, rows: list[str], last: str) -> str:
        named = ", ".join(f"{name} ({kind_of(self.model, name)})" for name in rows)
        summands = (
            f" The node {loss_name(self.model)} is a summand of the loss." if loss_name(self.model) in rows else ""
        )
        return (
            f"One node for each element up to the last time {last}. Rows from bottom to top: {named}. "
            f"An arrow leads from what is read to what reads it.{summands}"
        )


def _hop(rows: list[str], source: Place, target: Place) -> Hop:
    return rows.index(source[0]), rows.index(target[0]), target[1] - source[1]
