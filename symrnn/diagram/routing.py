"""Ways for arrows on a lattice of nodes.

An arrow's way depends only on its two rows and on how many columns it spans, so it is found once and drawn at
every step. Among the ways that keep clear of all nodes, the shortest and straightest one is taken that runs
along no other arrow; when there is too little room, the lattice is widened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from symrnn.diagram.curves import Curve, Point, clipped, line, pieces, rounded
from symrnn.diagram.harness import bundled
from symrnn.diagram.lattice import Array, Hop, Lattice, Seats, Traffic, bernstein, dense
from symrnn.errors import Unsupported

STRETCHES = (1.0, 1.3, 1.7, 2.3)  # how much wider than usual a lattice may become
ENOUGH = 6.0  # points along other arrows that are no crowding: a crossing or two for each arrow
HANDLES = (0.4, 0.7, 1.0, 1.4)  # lengths of the handles that are tried, in cells
FAR = 8  # columns; arrows that reach farther keep to the channels between the rows
KEPT = 32  # clear ways that are compared with the other arrows
TURN = 30.0  # what turning by a radian costs, in pixels of length
ALONG = 6.0  # what a point along another arrow costs


def route(tight: Lattice, seats: Seats) -> tuple[Lattice, dict[Hop, Curve]]:
    """A way from centre to centre for every hop, on a lattice that has room for all of them, no tighter than the first.

    Raises
    ------
    Unsupported
        When no lattice has room.
    """
    slots = tight.slots
    uses = {hop: len(columns) for hop, columns in seats.uses.items()}
    wanted = sorted(uses, key=lambda hop: (uses[hop] == 1, abs(hop[2]) + abs(slots[hop[0]][1] - slots[hop[1]][1]), hop))
    tried: list[tuple[int, float, Lattice, dict[Hop, Curve]]] = []
    for stretch in STRETCHES:
        lattice = replace(tight, stretch=tight.stretch * stretch, seats=seats)
        found = _ways(lattice, wanted, uses)
        if found is not None:
            helped = not tried or found[0] < 0.9 * tried[-1][0]
            tried.append((found[0], stretch, lattice, found[1]))
            if found[0] <= ENOUGH * len(wanted) or not helped:
                break
    if not tried:
        raise Unsupported(
            f"a picture with {len(slots)} rows has no room for all of its arrows",
            repair="draw fewer parameters, or the circuit",
        )
    _, _, lattice, ways = min(tried, key=lambda attempt: attempt[:2])
    return lattice, ways


def ended(lattice: Lattice, hop: Hop, way: Curve) -> Curve:
    """The way between the outlines of its nodes."""
    return clipped(way, lattice.inside(hop[0], 0, 0.5), lattice.inside(hop[1], hop[2], 2.0))


def _ways(lattice: Lattice, wanted: list[Hop], uses: dict[Hop, int]) -> tuple[int, dict[Hop, Curve]] | None:
    """How much the ways of all hops run along each other, and the ways; nothing if one of them finds none.

    An arrow that is drawn once only, such as one from a fixed time, keeps off the others but crowds nobody.
    """
    traffic = Traffic(lattice)
    ways: dict[Hop, Curve] = {}
    bases: dict[Hop, Curve | None] = {}
    crowding = 0
    for hop in wanted:
        near = _nearer(hop)
        way = bundled(lattice, hop) if hop[0] in lattice.roots else _straight(lattice, hop)
        if way is None:
            if near not in bases:
                bases[near] = _best(lattice, near, traffic)
            base = bases[near]
            if base is None:
                return None
            way = _longer(base, (hop[2] - near[2]) * lattice.step)
        crowding += traffic.met(way) if uses[hop] > 1 and hop[0] not in lattice.roots else 0
        traffic.add(way)
        ways[hop] = way
    return crowding, ways


def _nearer(hop: Hop) -> Hop:
    """The hop between the same rows whose way, drawn out, serves for this one: the same, if it is short."""
    source, target, columns = hop
    return hop if abs(columns) <= FAR else (source, target, FAR + 1 if columns > 0 else -FAR - 1)


def _longer(way: Curve, by: float) -> Curve:
    """A way in channels with its longest straight piece drawn out by a number of pixels."""
    if not by:
        return way
    parts = pieces(way)
    longest = max(range(len(parts)), key=lambda i: abs(parts[i][3][0] - parts[i][0][0]))
    start, end = parts[longest][0], parts[longest][3]
    later = tuple((x + by, y) for part in parts[longest + 1 :] for x, y in part[1:])
    return way[: 3 * longest + 1] + line(start, (end[0] + by, end[1]))[1:] + later


def _straight(lattice: Lattice, hop: Hop) -> Curve | None:
    way = line(lattice.place(hop[0]), lattice.place(hop[1], hop[2]))
    return way if lattice.is_clear(dense(way), hop) else None


def _best(lattice: Lattice, hop: Hop, traffic: Traffic) -> Curve | None:
    """The cheapest clear way that is not straight: length, turning, and running along other arrows."""
    clear = _channelled(lattice, hop)
    if abs(hop[2]) <= FAR:
        clear += _bent(lattice, hop)
    clear.sort()
    priced = [(round(cost + ALONG * traffic.met(way), 3), way) for cost, way in clear[:KEPT]]
    return min(priced)[1] if priced else None


def _costs(points: Array) -> Array:
    """Length and turning of ways given as points."""
    moves = np.diff(points, axis=-2)
    angles = np.arctan2(moves[..., 1], moves[..., 0])
    turns = np.abs(np.diff(angles, axis=-1))
    turns = np.minimum(turns, 2 * np.pi - turns)
    return np.round(np.linalg.norm(moves, axis=-1).sum(axis=-1) + TURN * turns.sum(axis=-1), 3)


def _bent(lattice: Lattice, hop: Hop) -> list[tuple[float, Curve]]:
    """Clear ways of one Bézier piece, with their costs, the cheapest ones only."""
    start, end = np.array(lattice.place(hop[0])), np.array(lattice.place(hop[1], hop[2]))
    compass = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]
    handles = np.array([(x * m, y * m) for m in HANDLES for x, y in compass]) * lattice.cell
    controls = np.empty((len(handles), len(handles), 4, 2))
    controls[..., 0, :], controls[..., 3, :] = start, end
    controls[..., 1, :] = (start + handles)[:, None]
    controls[..., 2, :] = (end + handles)[None, :]
    curves = controls.reshape(-1, 4, 2)
    points = bernstein(max(40, round(lattice.step * abs(hop[2]) / 8), round(lattice.step / 8))) @ curves
    clear = np.flatnonzero(lattice.is_clear(points, hop))
    costs = _costs(points[clear])
    cheapest = np.argsort(costs, kind="stable")[:KEPT]
    return [(float(costs[i]), tuple((float(x), float(y)) for x, y in curves[clear[i]])) for i in cheapest]


def _channelled(lattice: Lattice, hop: Hop) -> list[tuple[float, Curve]]:
    """Clear ways along the channels between rows and columns, with their costs, for arrows that reach far."""
    start, end = lattice.place(hop[0]), lattice.place(hop[1], hop[2])
    found = []
    for corners in _corners(lattice, hop, start, end):
        way = rounded((start, *corners, end), 18.0)
        points = dense(way)
        if lattice.is_clear(points, hop):
            found.append((float(_costs(points)) + 40, way))
    return found


def _corners(lattice: Lattice, hop: Hop, start: Point, end: Point) -> Iterator[tuple[Point, ...]]:
    """The corners of such ways: sideways into a channel, along it, and up or down beside the target."""
    onward = (end[0] > start[0]) - (end[0] < start[0])
    for leave in (onward,) if onward else (1, -1):
        for up, down, shift in product((1, -1), (1, -1), (0.0, 8.0, -8.0)):
            a = _beside(lattice, hop[0], 0, leave) + shift
            b = _beside(lattice, hop[1], hop[2], -leave) + shift if onward else a
            channel = start[1] + lattice.halfway(hop[0], up) + shift
            last = end[1] + lattice.halfway(hop[1], down) + shift
            yield (a, channel), (b, channel), (b, last)
            yield (a, channel), (b, channel)


def _beside(lattice: Lattice, slot: int, column: int, side: int) -> float:
    """The middle of the gap beside a node."""
    x = lattice.place(slot, column)[0]
    alone = sum(layer == lattice.slots[slot][1] for _, layer in lattice.slots) == 1
    return x + side * (lattice.step if alone else lattice.pitch) / 2
