"""The unfolded graph on a time grid: a column for each step, a layer for each height of the same-step order.

Inputs stand at the bottom, states and outputs above them, terms of the loss and targets on top, boundary values
in columns of their own at the ends, as the textbook draws it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from symrnn.diagram.arrows import Arrows, Pair
from symrnn.diagram.backward import ASIDE, derivative, reached
from symrnn.diagram.clearance import offences
from symrnn.diagram.harness import Harness, lifted
from symrnn.diagram.inline import Inline, Line, words
from symrnn.diagram.jacobians import Link, Numbered, numbered
from symrnn.diagram.labels import DOTS, USUAL, Label, Lettering
from symrnn.diagram.lattice import CLEAR, Hop, Lattice, Seats
from symrnn.diagram.layers import layers, slots_of
from symrnn.diagram.layout import RADIUS, TEXT, Edge, Layout, Node, Panel, Text, framed, half_width
from symrnn.diagram.legend import listed_under, placed_under, route_lines
from symrnn.diagram.reading import joined, kind_of, label_in, loss_name
from symrnn.diagram.room import OVERLAID, PLAIN, Room, busy_gaps
from symrnn.diagram.routes import LANE, find_routes, lanes, widest
from symrnn.diagram.routing import route
from symrnn.diagram.style import LIGHT, Style
from symrnn.diagram.timeline import Timeline, lengths_of, timeline
from symrnn.diagram.unfolding import Place, Rule, Unfolding, copy_row, unfold
from symrnn.model import Recurrence

BETTER = 0.75  # how much better a looser picture must be
LEGIBLE = 30.0  # what the worst label may cost
COVERED = 100.0  # what a label costs that lies on something
MEASURED = 300  # arrows up to which this is measured; more are a pattern that repeats itself


@dataclass(frozen=True)
class Choices:
    """What an unfolded picture shows besides the graph, and how wide it is."""

    full: bool | None = None
    gradient: bool = False
    parameters: tuple[str, ...] = ()
    routes: tuple[str, str] | None = None  # the names of two nodes, whose routes are highlighted
    style: Style = LIGHT
    letters: Lettering = USUAL


def unfolded_layout(model: Recurrence, last: object, choices: Choices) -> Layout:
    """The unfolded graph of a model for a last time that is a number or `tau`; it stands for every length."""
    rule, symbolic = lengths_of(model, last)
    graph = unfold(model, rule, choices.parameters, choices.letters)
    times = timeline(model, graph, rule, symbolic, choices.full, choices.parameters)
    shown = "tau" if symbolic else ", ".join(dict.fromkeys(map(str, rule.values())))
    return _Picture(model, graph, times, rule, choices).layout(shown)


@dataclass(frozen=True)
class _Drawn:
    """One attempt at a picture, and how badly its labels stand: the worst one, or how many do."""

    room: Room
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
    rule: Rule
    choices: Choices
    rows: dict[str, tuple[int, tuple[float, int]]] = field(init=False)  # its slot, and where that is

    def __post_init__(self) -> None:
        drawn = self.choices.parameters
        slots = Harness(self.model, drawn).slots() if drawn else slots_of(layers(self.model))
        object.__setattr__(self, "rows", {name: (i, slot) for i, (name, slot) in enumerate(slots.items())})

    def layout(self, last: str) -> Layout:
        """The picture, as tight as its arrows and their labels allow."""
        drawn = None
        for room in OVERLAID if self.choices.gradient else PLAIN:
            attempt = self._drawn(room)
            drawn = attempt if drawn is None or attempt.worst < BETTER * drawn.worst else drawn
            enough = LEGIBLE if room == PLAIN[0] else COVERED
            if drawn.worst <= (0 if self.choices.gradient else enough):
                break
        assert drawn is not None  # there is at least one attempt
        found = tuple(drawn.nodes.values())
        lines = self._notes(drawn.routes, found)
        notes = (*placed_under(lines, found), *listed_under(self._jacobians, drawn.room.short, found, len(lines)))
        notes += self._dots(drawn.lattice)
        panel = Panel("unfolded", found, tuple(drawn.edges), notes, 0.0)
        return framed(panel, f"Unfolded graph of {self.model.title.name}", self._description(last))

    def _drawn(self, room: Room) -> _Drawn:
        """One attempt, on a lattice no tighter than it is asked for."""
        labels = {p: self._label(p) for p in self.places}
        uses: dict[Hop, list[int]] = {}
        hops = {(a, b): self._hop(a, b) for a, b in self.links}
        for (a, _), hop in hops.items():
            uses.setdefault(hop, []).append(a[1])
        taken = frozenset((self.rows[name][0], position) for name, position in self.places)
        seats = Seats(taken, {hop: tuple(columns) for hop, columns in uses.items()})
        slots = tuple(slot for _, slot in self.rows.values())
        corners = tuple(self.choices.style.corner(self._kind(name)) for name in self.rows)
        clear = CLEAR + ASIDE * self.choices.gradient + room.off
        half = half_width(labels.values(), corners)
        spacing = self.choices.style.spacing * room.spacing
        lattice = Lattice(slots, half, spacing, roots=self._root_slots, corners=corners, clear=clear)
        lifts = busy_gaps(slots, (hop for hop in hops.values() if hop[0] not in lattice.roots), room.lift)
        lifts = lifted(
            {name: slot for name, (_, slot) in self.rows.items()}, self.choices.parameters, lifts, lattice.rise
        )
        lattice, ways = route(replace(lattice, lifts=lifts), seats)
        nodes = {p: self._node(p, lattice, labels[p]) for p in self.places}
        routes = self._routes(nodes)
        backs = self._backward(nodes, room.short)
        arrows = Arrows(lattice, ways, hops, self.links, backs, nodes)
        edges, worst = arrows.edges(self.choices.style.labels, LANE * (widest(routes) - 1) / 2 if routes else 0.0)
        edges += lanes(routes, {(e.source, e.target): e for e in edges if e.role == "edge"})
        if self.choices.gradient:
            worst = offences(edges, nodes.values())
        elif len(edges) <= MEASURED:
            worst += COVERED * offences(edges, nodes.values(), nearest=False)
        return _Drawn(room, worst, lattice, nodes, edges, routes)

    @property
    def _root_slots(self) -> tuple[int, ...]:
        """The slots of the parameters, from left to right."""
        return tuple(self.rows[p][0] for p in sorted(self.choices.parameters, key=lambda p: self.rows[p][1]))

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
        for (root, p), label in self._roots.items():
            found.setdefault((root, self.times.seat(p)), []).append(label)
        return {pair: joined(labels) for pair, labels in found.items()}

    @cached_property
    def _roots(self) -> dict[Pair, Label | None]:
        """The arrows from what stands once, in the middle of its readers, to these at their own times."""
        found: dict[Pair, Label | None] = {}
        for name in dict.fromkeys(name for name, _, _ in self.graph.shared):
            readers = [(p, label) for n, p, label in self.graph.shared if n == name]
            readers = [(p, label) for p, label in readers if self._is_shown(self.times.seat(p))]
            middle = round(sum(self.times.seat(p)[1] for p, _ in readers) / len(readers)) if readers else 0
            found |= {((name, middle), p): label for p, label in readers}
        return found

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
        return lines

    def _backward(self, nodes: dict[Place, Node], short: bool) -> dict[Pair, Inline]:
        """The arrows against which the gradient flows, with the Jacobians that it carries there."""
        names = self._jacobians
        if short:
            return {pair: names.name(number) for pair, number in names.of.items()}
        return {(a, b): derivative(nodes[b].label, nodes[a].label) for a, b in names.of}

    @cached_property
    def _jacobians(self) -> Numbered:
        """The local Jacobians of the arrows against which the gradient flows."""
        if not self.choices.gradient:
            return Numbered()
        kinds = {p: self._kind_at(p) for p in self.places}
        rows = {a[0] for a, _ in reached(kinds, list(self.links))}
        left_out = [p for p in self.places if p[0] in rows and not self._is_shown(p)]  # a later step reads these
        flows = set(reached(kinds, list(self.links), left_out))
        seat = self.times.seat
        links: list[Link] = [((seat(a), seat(b)), a, b) for a, b, _ in self.graph.links]
        links += [((p, seat(b)), p, b) for p, b in self._roots]
        return numbered(self.model, self.rule, [x for x in links if x[0] in flows], self.choices.letters)

    def _label(self, place: Place) -> Label:
        name = place[0]
        label = label_in(self.model, self._copied.get(name, name), self.choices.letters)
        return label if name in self._shared_names else label.at(self.times.column(place).label)

    def _node(self, place: Place, lattice: Lattice, label: Label) -> Node:
        name = place[0]
        slot = self.rows[name][0]
        x, y = lattice.place(slot, place[1])
        corner = lattice.corners[slot]
        if name in self._shared_names:
            return Node(name, label, x, -y, kind_of(self.model, name), lattice.half_width, corner=corner)
        column = self.times.column(place)
        kind = self._kind_at(place)
        full_name = f"{self._copied.get(name, name)}[{column.name}]"
        mark, ghost = self.times.mark(place), not column.shown
        half = lattice.half_width
        return Node(full_name, label, x, -y, kind, half, RADIUS, mark, place[1], ghost=ghost, corner=corner)

    def _kind_at(self, place: Place) -> str:
        """The role of a node; a boundary value is one of its own."""
        name, kind = place[0], self._kind(place[0])
        if name in self._shared_names or kind in {"input", "target", "copy"}:
            return kind
        column = self.times.column(place)
        return "boundary" if column.shown and (name, column.first) not in self._computed else kind

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
            middle = (lattice.levels[min(heights)] + lattice.levels[max(heights)]) / 2
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
