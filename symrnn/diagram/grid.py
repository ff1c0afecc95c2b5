"""The unfolded graph on a time grid: a column for each step, a layer for each height of the same-step order.

Inputs stand at the bottom, states and outputs above them, terms of the loss and targets on top, boundary values
in columns of their own at the ends, as the textbook draws it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from symrnn.diagram.arrows import Arrows, Pair
from symrnn.diagram.backward import ASIDE, reached
from symrnn.diagram.inline import Line, words
from symrnn.diagram.labels import DOTS, Label
from symrnn.diagram.lattice import CLEAR, Hop, Lattice, Seats
from symrnn.diagram.layers import layers, slots_of
from symrnn.diagram.layout import RADIUS, TEXT, Edge, Layout, Node, Panel, Text, framed, half_width
from symrnn.diagram.legend import jacobian_lines, placed_under, route_lines
from symrnn.diagram.reading import joined, kind_of, label_in, loss_name
from symrnn.diagram.routes import LANE, find_routes, lanes, widest
from symrnn.diagram.routing import route
from symrnn.diagram.style import LIGHT, Style
from symrnn.diagram.timeline import Timeline, lengths_of, timeline
from symrnn.diagram.unfolding import Place, Unfolding, copy_row, unfold
from symrnn.model import Recurrence

WIDER = 1.3  # with Jacobians beside the arrows
LOOSER = (1.0, 1.6)  # how much farther apart nodes are tried to make room for labels
BETTER = 0.75  # how much better a looser picture must be
LEGIBLE = 30.0  # what the worst label may cost


@dataclass(frozen=True)
class Choices:
    """What an unfolded picture shows besides the graph, and how wide it is."""

    full: bool | None = None
    gradient: bool = False
    parameters: tuple[str, ...] = ()
    routes: tuple[str, str] | None = None  # the names of two nodes, whose routes are highlighted
    style: Style = LIGHT


def unfolded_layout(model: Recurrence, last: object, choices: Choices) -> Layout:
    """The unfolded graph of a model for a last time that is a number or `tau`; it stands for every length."""
    rule, symbolic = lengths_of(model, last)
    graph = unfold(model, rule, choices.parameters)
    times = timeline(model, graph, rule, symbolic, choices.full, choices.parameters)
    shown = "tau" if symbolic else ", ".join(dict.fromkeys(map(str, rule.values())))
    return _Picture(model, graph, times, choices).layout(shown)


@dataclass(frozen=True)
class _Drawn:
    """One attempt at a picture, and how badly its worst label stands."""

    worst: float
    lattice: Lattice
    nodes: dict[Place, Node]
    edges: list[Edge]
    routes: list[tuple[str, ...]]


@dataclass(frozen=True)
class _Picture:
    """One unfolded picture in the making: the graph, its columns, and what is to be shown of it."""

    model: Recurrence
    graph: Unfolding
    times: Timeline
    choices: Choices
    rows: dict[str, tuple[int, tuple[float, int]]] = field(init=False)  # its slot, and where that is

    def __post_init__(self) -> None:
        slots = slots_of(layers(self.model, self.choices.parameters), self.choices.parameters)
        object.__setattr__(self, "rows", {name: (i, slot) for i, (name, slot) in enumerate(slots.items())})

    def layout(self, last: str) -> Layout:
        """The picture, as tight as its arrows and their labels allow."""
        spacing = self.choices.style.spacing * (WIDER if self.choices.gradient else 1.0)
        drawn = None
        for looser in LOOSER:
            attempt = self._drawn(spacing * looser)
            drawn = attempt if drawn is None or attempt.worst < BETTER * drawn.worst else drawn
            if drawn.worst <= LEGIBLE:
                break
        assert drawn is not None  # there is at least one attempt
        found = tuple(drawn.nodes.values())
        notes = (*placed_under(self._notes(drawn.routes, found), found), *self._dots(drawn.lattice))
        panel = Panel("unfolded", found, tuple(drawn.edges), notes, 0.0)
        return framed(panel, f"Unfolded graph of {self.model.title.name}", self._description(last))

    def _drawn(self, spacing: float) -> _Drawn:
        """One attempt, on a lattice no tighter than `spacing`."""
        labels = {p: self._label(p) for p in self.places}
        uses: dict[Hop, list[int]] = {}
        hops = {(a, b): self._hop(a, b) for a, b in self.links}
        for (a, _), hop in hops.items():
            uses.setdefault(hop, []).append(a[1])
        taken = frozenset((self.rows[name][0], position) for name, position in self.places)
        seats = Seats(taken, {hop: tuple(columns) for hop, columns in uses.items()})
        slots = tuple(slot for _, slot in self.rows.values())
        corners = tuple(self.choices.style.corner(self._kind(name)) for name in self.rows)
        clear = CLEAR + ASIDE * self.choices.gradient
        half = half_width(labels.values(), corners)
        lattice, ways = route(Lattice(slots, half, spacing, corners=corners, clear=clear), seats)
        nodes = {p: self._node(p, lattice, labels[p]) for p in self.places}
        routes = self._routes(nodes)
        arrows = Arrows(lattice, ways, hops, self.links, self._backward(nodes), nodes)
        edges, worst = arrows.edges(self.choices.style.labels, LANE * (widest(routes) - 1) / 2 if routes else 0.0)
        edges += lanes(routes, {(e.source, e.target): e for e in edges if e.role == "edge"})
        return _Drawn(worst, lattice, nodes, edges, routes)

    def _hop(self, a: Place, b: Place) -> Hop:
        return self.rows[a[0]][0], self.rows[b[0]][0], b[1] - a[1]

    def _is_shown(self, seat: Place) -> bool:
        return seat[0] in self._shared_names or self.times.column(seat).shown

    @cached_property
    def _shared_names(self) -> set[str]:
        return {name for name, _, _ in self.graph.shared}

    @cached_property
    def links(self) -> dict[Pair, Label | None]:
        """The arrows between what is shown and what stands for the rest."""
        found: dict[Pair, list[Label | None]] = {}
        for source, target, label in self.graph.links:
            pair = self.times.seat(source), self.times.seat(target)
            if self._is_shown(pair[0]) or self._is_shown(pair[1]):
                found.setdefault(pair, []).append(label)
        for name in dict.fromkeys(name for name, _, _ in self.graph.shared):
            readers = [(self.times.seat(p), label) for n, p, label in self.graph.shared if n == name]
            readers = [(p, label) for p, label in readers if self._is_shown(p)]
            middle = round(sum(p[1] for p, _ in readers) / len(readers)) if readers else 0
            for p, label in readers:
                found.setdefault(((name, middle), p), []).append(label)
        return {pair: joined(labels) for pair, labels in found.items()}

    @cached_property
    def places(self) -> list[Place]:
        """The rows and columns of all nodes of the picture."""
        ends = [p for pair in self.links for p in pair]
        visible = [p for p in map(self.times.seat, self.graph.places) if self._is_shown(p)]
        return sorted({*ends, *visible}, key=lambda p: (p[1], self.rows[p[0]][0]))

    def _routes(self, nodes: dict[Place, Node]) -> list[tuple[str, ...]]:
        """The routes that are highlighted."""
        if self.choices.routes is None:
            return []
        return find_routes([(nodes[a].name, nodes[b].name) for a, b in self.links], *self.choices.routes)

    def _notes(self, routes: list[tuple[str, ...]], nodes: tuple[Node, ...]) -> list[tuple[Line, int]]:
        """What is written below: the terms of the routes, the local Jacobians."""
        lines: list[tuple[Line, int]] = []
        if self.choices.routes:
            roots = {node.name: node.label for node in nodes if node.kind == "parameter"}
            lines += route_lines(routes, nodes, self.choices.routes, roots)
        if self.choices.gradient:
            lines += [(line, -1) for line in jacobian_lines(self.model)]
        return lines

    def _backward(self, nodes: dict[Place, Node]) -> set[Pair]:
        """The arrows against which the gradient flows."""
        if not self.choices.gradient:
            return set()
        flows = reached({p: node.kind for p, node in nodes.items()}, list(self.links))
        return set(flows)

    def _label(self, place: Place) -> Label:
        name = place[0]
        label = label_in(self.model, self._copied.get(name, name))
        return label if name in self._shared_names else label.at(self.times.column(place).label)

    def _node(self, place: Place, lattice: Lattice, label: Label) -> Node:
        name = place[0]
        slot = self.rows[name][0]
        x, y = lattice.place(slot, place[1])
        corner = lattice.corners[slot]
        if name in self._shared_names:
            return Node(name, label, x, -y, kind_of(self.model, name), lattice.half_width, corner=corner)
        column = self.times.column(place)
        kind = self._kind(name)
        if column.shown and (name, column.first) not in self._computed and kind not in {"input", "target", "copy"}:
            kind = "boundary"
        full_name = f"{self._copied.get(name, name)}[{column.name}]"
        mark, ghost = self.times.mark(place), not column.shown
        half = lattice.half_width
        return Node(full_name, label, x, -y, kind, half, RADIUS, mark, place[1], ghost=ghost, corner=corner)

    def _kind(self, name: str) -> str:
        return "copy" if name in self._copied else kind_of(self.model, name)

    @cached_property
    def _copied(self) -> dict[str, str]:
        return {copy_row(p): p for p in self.choices.parameters}

    @cached_property
    def _computed(self) -> set[Place]:
        return set(self.graph.computed)

    def _dots(self, lattice: Lattice) -> tuple[Text, ...]:
        """Dots where an ellipsis has no nodes of its own."""
        taken = {(self.times.clock[name], position) for name, position in self.places}
        found = []
        for mine, window in enumerate(self.times.windows):
            heights = [height for name, (_, (_, height)) in self.rows.items() if self.times.clock[name] == mine]
            middle = (min(heights) + max(heights)) / 2 * lattice.rise
            for i, column in enumerate(window.columns):
                position = self.times.starts[mine] + i
                if not column.shown and (mine, position) not in taken:
                    found.append(Text(words(DOTS), position * lattice.step, -middle, TEXT, "dots"))
        return tuple(found)

    def _description(self, last: str) -> str:
        named = ", ".join(f"{name} ({kind_of(self.model, name)})" for name in self.rows if "[" not in name)
        summand = loss_name(self.model)
        summands = f" The node {summand} is a summand of the loss." if summand in self.rows else ""
        back = " Arrows against them carry gradients, each with its local Jacobian." * self.choices.gradient
        return (
            f"One node for each element up to the last time {last}. Rows from bottom to top: {named}. "
            f"An arrow leads from what is read to what reads it.{summands}{back}"
        )
