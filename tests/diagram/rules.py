"""The laws of a picture, as functions from a layout or an SVG to its offences.

Each is a pure function, so that a test can plant a fault in a picture and see it caught.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from sympy import Symbol

from symrnn.diagram import Layout, Node, Text
from symrnn.diagram.curves import Point
from symrnn.diagram.lattice import dense
from symrnn.diagram.layout import INNER, SQUARE, TEXT
from symrnn.graph import unroll
from symrnn.model import Constant, Element, Recurrence, reads
from symrnn.tensor.binders import TimeSum

SVG = "{http://www.w3.org/2000/svg}"


def apart(a: Node, b: Node) -> float:
    """The free space between two nodes."""
    beyond = max(abs(a.x - b.x) - (a.half_width - a.radius) - (b.half_width - b.radius), 0.0)
    return (beyond**2 + (a.y - b.y) ** 2) ** 0.5 - a.radius - b.radius


def overlapping_nodes(layout: Layout, least: float = 10.0) -> list[str]:
    return [f"{a.name} and {b.name}" for a, b in combinations(layout.nodes, 2) if apart(a, b) < least]


def edges_through_nodes(layout: Layout, least: float = 4.0) -> list[str]:
    """Edges that come near a node which is not their own, or that do not end on their own nodes."""
    found = []
    for panel in layout.panels:
        nodes = {node.name: node for node in panel.nodes}
        for edge in panel.edges:
            points: list[Point] = [(float(x), float(y)) for x, y in dense(edge.curve, 2.0)]
            name = f"{edge.source} -> {edge.target}"
            for node in panel.nodes:
                if node.name not in {edge.source, edge.target} and min(map(node.distance, points)) < least:
                    found.append(f"{name} through {node.name}")
            ends: tuple[tuple[Node, Point], ...] = ((nodes[edge.source], points[0]), (nodes[edge.target], points[-1]))
            if edge.role == "route":  # its lanes run beside the middle of an arrow
                ends = ()
            if any(not -0.1 <= node.distance(point) <= 3.0 for node, point in ends):
                found.append(f"{name} does not end on its nodes")
            if any(min(map(node.distance, points)) < -0.1 for node, _ in ends):
                found.append(f"{name} enters its own node")
    return found


def labels_beyond_nodes(layout: Layout) -> list[str]:
    """Nodes whose label has a corner outside them."""
    found = []
    for node in layout.nodes:
        half = node.label.width(TEXT) / 2
        corners = ((node.x + sx * half, node.y + sy * INNER) for sx in (-1, 1) for sy in (-1, 1))
        if max(map(node.distance, corners)) > 0:
            found.append(node.name)
    return found


def labels_on_nodes(layout: Layout) -> list[str]:
    """Labels of arrows that touch a node."""
    found = []
    for panel in layout.panels:
        for edge in panel.edges:
            for text in edge.texts:
                left, top, right, bottom = text.box
                spots = [(x, y) for x in (left, text.x, right) for y in (top, text.y, bottom)]
                if any(min(map(node.distance, spots)) < 0 for node in panel.nodes):
                    found.append(f"{text.label.plain} of {edge.source} -> {edge.target}")
    return found


def labels_in_the_way(layout: Layout) -> list[str]:
    """Labels of arrows that lie on another label or across an arrow, their own or a foreign one."""
    found = []
    for panel in layout.panels:
        texts = [(text, edge) for edge in panel.edges for text in edge.texts]
        for (a, _), (b, _) in combinations(texts, 2):
            (left, top, right, bottom), (x0, y0, x1, y1) = a.box, b.box
            if left < x1 and x0 < right and top < y1 and y0 < bottom:
                found.append(f"{a.label.plain} on {b.label.plain}")
        ways = [(edge, dense(edge.curve, 2.0)) for edge in panel.edges if edge.role != "route"]
        for text, own in texts:
            left, top, right, bottom = text.box
            for edge, points in ways:
                x, y = points[:, 0], points[:, 1]
                if ((x > left) & (x < right) & (y > top) & (y < bottom)).any():
                    found.append(
                        f"{text.label.plain} of {own.source} -> {own.target} on {edge.source} -> {edge.target}"
                    )
    return found


def labels_of_another_arrow(layout: Layout) -> list[str]:
    """Labels that stand nearer to another arrow of their own colour, so that they would be read as its own."""
    found = []
    for panel in layout.panels:
        ways = [(edge, dense(edge.curve, 2.0)) for edge in panel.edges]
        for own, way in ways:
            alike = [other for edge, other in ways if edge.role == own.role]
            for text in own.texts:
                if min(_away(text, other) for other in alike) < _away(text, way) - 2.0:
                    found.append(f"{text.label.plain} of {own.source} -> {own.target}")
    return found


def _away(text: Text, points: Any) -> float:
    left, top, right, bottom = text.box
    sideways = np.maximum(np.maximum(left - points[:, 0], points[:, 0] - right), 0.0)
    upward = np.maximum(np.maximum(top - points[:, 1], points[:, 1] - bottom), 0.0)
    return float(np.hypot(sideways, upward).min())


def outside_canvas(layout: Layout) -> list[str]:
    found = []
    for panel in layout.panels:
        left, top, right, bottom = panel.box
        if left < 0 or top < 0 or right > layout.width or bottom > layout.height:
            found.append(panel.kind)
    return found


def uneven_steps(layout: Layout) -> list[str]:
    """Columns that are not equally far from each other in every row, rows that are not level."""
    return [offence for panel in layout.panels for offence in _uneven(panel.nodes)]


def _uneven(nodes: tuple[Node, ...]) -> list[str]:
    rows: dict[str, list[Node]] = {}
    for node in nodes:
        if node.column:
            rows.setdefault(node.name.split("[")[0], []).append(node)
    steps = [
        (b.x - a.x) / (b.position - a.position)
        for row in rows.values()
        for a, b in pairwise(sorted(row, key=lambda node: node.position))
    ]
    found = ["steps differ"] if any(abs(step - steps[0]) > 1e-6 for step in steps) else []
    return found + [name for name, row in rows.items() if len({round(node.y, 6) for node in row}) > 1]


def misplaced_delays(layout: Layout) -> list[str]:
    """Delays that are not one for each step of lag, lie off their edge, or lie on each other or on a node."""
    found = []
    for panel in layout.panels:
        squares = [(at, edge) for edge in panel.edges for at in edge.delays]
        for edge in panel.edges:
            if len(edge.delays) != (abs(edge.lag) if panel.kind == "circuit" else 0):
                found.append(f"{edge.source} -> {edge.target} has {len(edge.delays)} delays")
        for (x, y), edge in squares:
            way = dense(edge.curve, 1.0)
            if min((px - x) ** 2 + (py - y) ** 2 for px, py in way) > 1.0:
                found.append(f"a delay off {edge.source} -> {edge.target}")
            if any(node.distance((x, y)) < 0.8 * SQUARE for node in panel.nodes):
                found.append(f"a delay of {edge.source} -> {edge.target} on a node")
        for ((ax, ay), a), ((bx, by), _) in combinations(squares, 2):
            if abs(ax - bx) < SQUARE - 0.5 and abs(ay - by) < SQUARE - 0.5:
                found.append(f"delays of {a.source} -> {a.target} on each other")
    return found


GEOMETRY = (
    overlapping_nodes,
    edges_through_nodes,
    labels_beyond_nodes,
    labels_on_nodes,
    outside_canvas,
    uneven_steps,
    misplaced_delays,
)


# -- What was drawn, read back ------------------------------------------------------------------------------


def of_class(svg: str, name: str) -> Iterator[ET.Element]:
    """The elements of an SVG that carry a class."""
    return (e for e in ET.fromstring(svg).iter() if name in e.get("class", "").split())


def drawn_nodes(svg: str) -> list[str]:
    return [e.get("data-name", "") for e in of_class(svg, "node")]


def drawn_edges(svg: str) -> Counter[tuple[str, str]]:
    return Counter((e.get("data-from", ""), e.get("data-to", "")) for e in of_class(svg, "edge"))


def drawn_wires(svg: str) -> Counter[tuple[str, str, int]]:
    """The edges of a circuit with their lags."""
    edges = of_class(svg, "edge")
    return Counter((e.get("data-from", ""), e.get("data-to", ""), int(e.get("data-lag", "0"))) for e in edges)


def drawn_text(element: ET.Element) -> str:
    return "".join(element.itertext()).strip()


NUMBER = r"(-?[0-9.]+)"
TIKZ_NODE = re.compile(rf"^\\node\[([^\]]+)\] \(([^)]+)\) at \({NUMBER},{NUMBER}\) \{{\$(.*)\$\}};$", re.M)
TIKZ_FLOW = re.compile(r"^\\draw\[flow(?:, dash pattern=[^\]]*)?\] (.*);(?: %.*)?$", re.M)


def tikz_nodes(tikz: str) -> dict[str, tuple[float, float, str]]:
    """The nodes of a TikZ picture: their place and what is written in them, by their TikZ names."""
    return {name: (float(x), float(y), inner) for _, name, x, y, inner in TIKZ_NODE.findall(tikz)}


def tikz_edges(tikz: str) -> Counter[tuple[str, str]]:
    """The arrows of a TikZ picture by the nodes at their ends: by name, or by where they begin and end."""
    nodes = tikz_nodes(tikz)

    def at(spot: tuple[str, str]) -> str:
        x, y = map(float, spot)
        return min(nodes, key=lambda name: max(abs(nodes[name][0] - x), abs(nodes[name][1] - y)))

    found: Counter[tuple[str, str]] = Counter()
    for drawn in TIKZ_FLOW.findall(tikz):
        spots = re.findall(rf"\({NUMBER},{NUMBER}\)", drawn)
        names = list(re.findall(r"\(([^()]*[A-Za-z][^()]*)\)", re.sub(r"\{.*\}", "", drawn)))
        found[(names[0], names[-1]) if names else (at(spots[0]), at(spots[-1]))] += 1
    return found


def anchor(name: str) -> str:
    """The TikZ name of a node."""
    return re.sub(r"[^A-Za-z0-9+ -]", " ", name.replace("..", " to ")).strip()


# -- What is to be drawn, from the graph and the equations ----------------------------------------------------


def spelled(x: object) -> str:
    return str(x).replace(" ", "")


def lasts(model: Recurrence, last: int) -> dict[Symbol, int]:
    """A number for each last time."""
    return dict.fromkeys(model.lengths, last)


def graph_edges(model: Recurrence, last: int) -> Counter[tuple[str, str]]:
    """Every edge of the unrolled graph once, and every read of a constant."""
    graph = unroll(model, lasts(model, last))
    edges = Counter((spelled(p), spelled(node)) for node in graph.nodes for p in graph.parents(node))
    for e in graph.equations:
        edges.update((x.name, spelled(e.lhs)) for x in reads(e.rhs) if isinstance(x, Constant))
    return edges


def model_wires(model: Recurrence) -> set[tuple[str, str, int]]:
    """Who reads whom at which lag, by the equations; fixed times and constants count as lag 0."""
    found = set()
    for e in model.equations:
        for leaf in reads(e.rhs):
            if isinstance(leaf, Constant):
                found.add((leaf.name, e.sequence.name, 0))
            if isinstance(leaf, Element):
                lag = e.lhs.time - leaf.time
                found.add((leaf.name, e.sequence.name, int(lag) if lag.is_Integer else 0))
    return found


def loss_edges(model: Recurrence, last: int) -> Counter[tuple[str, str]]:
    """The reads of a loss that no sequence of the model names, for losses that read everything at one time."""
    named = set(model.loss_terms)
    leaves = [
        x for x in reads(model.loss) if isinstance(x, Constant) or (isinstance(x, Element) and x.sequence not in named)
    ]
    sums = model.loss.atoms(TimeSum)
    times = range(1, last + 1) if sums else [last]
    names = {x: x.name if isinstance(x, Constant) else f"{x.name}[{{}}]" for x in leaves}
    return Counter((names[x].format(s), f"loss[{s}]") for x in leaves for s in times)
