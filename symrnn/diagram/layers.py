"""Which rows a picture has, which sequences stand side by side in one, and which share a clock.

Rows are the layers of the same-step order: each above what it reads at its own step, inputs below their first
reader, targets above their last. A clock is a last time of its own: the two sequences of an encoder and a decoder
run by different ones, and stand in different blocks of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from symrnn.diagram.reading import Statement, lag_of, reads_of, statements
from symrnn.diagram.unfolding import copy_row
from symrnn.model import Element, Recurrence, reads

WIDEST = 4  # sequences side by side in one layer


def row_order(model: Recurrence) -> list[str]:
    """All rows from bottom to top, those of one layer from left to right."""
    return [name for layer in layers(model) for name in layer]


def layers(model: Recurrence, parameters: Sequence[str] = ()) -> list[list[str]]:
    """The layers from bottom to top; states have a layer of their own, others share one with their equals.

    `parameters` are drawn too: each once below, and as copies in the layer under the first reader.
    """
    level = heights(model) | _of_parameters(model, parameters)
    order = [
        *(v.name for v in model.sequences),
        *(p.name for p in statements(model)),
        *(c.name for c in model.constants),
    ]
    names = list(dict.fromkeys([*order, *map(copy_row, parameters), *parameters]))
    states = {v.name for v in model.states}
    found: list[list[str]] = []
    for height in sorted(set(level.values())):
        here = [name for name in names if level[name] == height]
        shared = [name for name in here if name not in states]
        found += [shared[i : i + WIDEST] for i in range(0, len(shared), WIDEST)]
        found += [[name] for name in here if name in states]
    return found


def slots_of(found: list[list[str]]) -> dict[str, tuple[float, int]]:
    """Where each row stands in its column: sideways from the middle, and its layer."""
    return {
        name: (i - (len(layer) - 1) / 2, height) for height, layer in enumerate(found) for i, name in enumerate(layer)
    }


def _of_parameters(model: Recurrence, parameters: Sequence[str]) -> dict[str, float]:
    level = heights(model)
    found = dict.fromkeys(parameters, -1.0)
    for part in statements(model):
        for x in reads(part.rhs):
            if x.name in found:
                copy = copy_row(x.name)
                found[copy] = min(found.get(copy, inf), level[part.name] - 0.5)
    return found


def heights(model: Recurrence) -> dict[str, float]:
    """How high each row stands: computed ones at whole numbers, what is given between them.

    What a term of the loss reads stands above it, unless something else reads it at its own step: then the arrows
    of teacher forcing come from above too.
    """
    parts = statements(model)
    given = {v.name for v in (*model.inputs, *model.targets)}
    constants = {c.name for c in model.constants}
    level = _levels(parts, given)
    judged = {v.name for v in model.loss_terms} | ({p.name for p in parts} - {v.name for v in model.defined})
    for name in [*given, *constants]:
        uses = [(level[part.name], part.name in judged, lag) for part, lag in _uses(parts, name)]
        if any(of_loss for _, of_loss, _ in uses) and all(of_loss or lag for _, of_loss, lag in uses):
            level[name] = max(height for height, _, _ in uses) + 0.5
        else:
            level[name] = -1.0 if name in constants else min((height for height, _, _ in uses), default=1.0) - 0.5
    return level


def _uses(parts: list[Statement], name: str) -> list[tuple[Statement, int | None]]:
    return [(part, lag_of(part, read)) for part in parts for read in reads_of(part.name, part.rhs) if read.name == name]


def _levels(parts: list[Statement], given: set[str]) -> dict[str, float]:
    """The longest chain of reads within one step that leads to each defined row."""
    same_step: dict[str, set[str]] = {part.name: set() for part in parts}
    for part in parts:
        for read in reads_of(part.name, part.rhs):
            if read.over is None and lag_of(part, read) == 0 and read.name not in given:
                same_step[part.name].add(read.name)
    level = dict.fromkeys(same_step, 1.0)
    for _ in same_step:
        for name, below in same_step.items():
            above = max((level[b] for b in below if b in level), default=0.0) + 1
            level[name] = min(max(level[name], above), float(len(same_step)))
    return level


def clocks(model: Recurrence, parameters: Sequence[str] = ()) -> dict[str, int]:
    """The number of the clock by which each row runs; rows that read each other at moving times share one."""
    rows = [name for layer in layers(model, parameters) for name in layer]
    group = {name: {name} for name in rows}

    def join(a: str, b: str) -> None:
        union = group[a] | group[b]
        for name in union:
            group[name] = union

    fixed: list[tuple[str, str]] = []
    for part in statements(model):
        for read in reads_of(part.name, part.rhs):
            moving = not isinstance(read.leaf, Element) or lag_of(part, read) is not None
            if moving and part.index:
                join(read.name, part.name)
            else:
                fixed.append((read.name, part.name))
        for x in reads(part.rhs):
            if x.name in parameters:
                join(copy_row(x.name), part.name)
                join(x.name, part.name)
    lengths = {name: length_of(model, group[name]) for name in rows}
    for a, b in fixed:  # o[tau] reads h[tau]: one clock; g[t] reads h[tau_x]: two, since the lengths differ
        if lengths[a] == lengths[b] or not lengths[a] or not lengths[b]:
            join(a, b)
    return _numbered(rows, group, fixed)


def length_of(model: Recurrence, group: set[str]) -> str:
    """The last times of the ranges over which a group of rows is defined."""
    ends = [part.times.last for part in statements(model) if part.name in group]
    return ",".join(sorted({str(s) for end in ends for s in end.free_symbols}))


def _numbered(rows: list[str], group: dict[str, set[str]], fixed: list[tuple[str, str]]) -> dict[str, int]:
    """The clocks in the order in which they run: one that is read by another before it."""
    heads = list(dict.fromkeys(min(group[name]) for name in rows))
    read_by = {(min(group[a]), min(group[b])) for a, b in fixed if group[a] is not group[b]}
    order: list[str] = []
    while heads:
        free = next((h for h in heads if not any((other, h) in read_by for other in heads)), heads[0])
        order.append(free)
        heads.remove(free)
    return {name: order.index(min(group[name])) for name in rows}
