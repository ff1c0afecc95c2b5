"""Where a gradient goes wrong that no mistake of the catalogue explains: the first wrong adjoint, and which term of it.

Adjoints are those that the function returns ("x", or "h[t]" for a computed sequence), and those that its gradients
by parameters imply: these are linear in the adjoints, and often more equations than there are unknowns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.model import Element, Sequence
from symrnn.numeric.checking.case import FLOOR, Case
from symrnn.numeric.checking.system import LinearBackward

CLOSE = 1e-7  # relative residual of equations that hold

Adjoints = dict[Any, list[np.ndarray]]  # by node: one for each example


@dataclass(frozen=True)
class Factor:
    """A term of a sum, and how often it is counted in what was returned; `time` for all terms of one step."""

    term: Any
    time: int | None
    count: float

    @property
    def words(self) -> str:
        """How often, in words."""
        known = {0.0: "missing", -1.0: "with the wrong sign", 2.0: "counted twice"}
        near = next((k for k in known if abs(self.count - k) < 1e-5), None)
        return known[near] if near is not None else f"counted {self.count:.4g} times"


@dataclass(frozen=True)
class FirstWrong:
    """The first adjoint, in the order of the backward pass, that is wrong.

    implied
        Whether it follows from gradients by parameters; else it was returned.
    entry, yours, right
        The entry that differs most.
    before
        The adjoints that it is computed from, as far as they are known: they are right.
    factors
        The terms of its sum that are not counted once, if that is what is wrong.
    """

    node: Any
    implied: bool
    entry: tuple[int, ...]
    yours: float
    right: float
    before: tuple[Any, ...]
    factors: tuple[Factor, ...]


def first_wrong(case: Case) -> FirstWrong | None:
    """The first wrong adjoint of those that are known; None if none is known to be wrong."""
    returned = _returned(case)
    implied = _implied(case) if len(case.systems) == 1 else {}  # a batch leaves too many unknowns
    known = {**implied, **returned}
    order = _order(case.systems[0])
    wrong = [node for node in known if node in order and _differs(case, node, known[node])]
    if not wrong:
        return None
    node = min(wrong, key=lambda x: order[x])
    read = {b.column for _, blocks in _terms(case.systems[0], node) for b in blocks}
    mine, theirs = known[node], _right(case, node)
    gap = np.abs(mine[0] - theirs[0]) if len(mine) == 1 else np.max(np.abs(np.subtract(mine, theirs)), axis=0)
    place = int(np.argmax(gap))
    example = int(np.argmax([abs(a[place] - b[place]) for a, b in zip(mine, theirs, strict=True)]))
    shape = case.systems[0].parts.shape(node)
    return FirstWrong(
        node,
        node not in returned,
        tuple(int(i) for i in np.unravel_index(place, shape)) if shape else (),
        float(mine[example][place]),
        float(theirs[example][place]),
        tuple(x for x in known if x in read),
        _factors(case, node, known),
    )


def terms_by_step(case: Case, key: str) -> tuple[Factor, ...]:
    """How often a gradient that is a sum over time counts the terms of each step, where that is all that is wrong."""
    if isinstance(case.leaves[key], Sequence | Element):
        return ()
    columns = _by_step(case, key)
    times = sorted(columns)
    counts = _fitted([columns[s] for s in times], np.ravel(case.yours[key]))
    return (
        tuple(Factor(case.leaves[key], s, c) for s, c in zip(times, counts, strict=True)) if counts is not None else ()
    )


def wrong_copies(case: Case) -> list[tuple[str, int, tuple[int, ...], float, float]]:
    """The terms of sums over time that were returned and are wrong: key, step, worst entry, yours, right."""
    found = []
    for key, terms in case.copies.items():
        right = _by_step(case, key)
        for s in sorted(right, reverse=True):
            mine, theirs = np.ravel(terms[s - 1]), right[s]
            scale = max(float(np.linalg.norm(mine)), float(np.linalg.norm(theirs)), FLOOR * case.scale)
            if float(np.linalg.norm(mine - theirs)) > max(case.tolerance.right, 1e-6) * scale:
                place = int(np.argmax(np.abs(mine - theirs)))
                entry = tuple(int(i) for i in np.unravel_index(place, terms.shape[1:])) if terms.ndim > 1 else ()
                found.append((key, s, entry, float(mine[place]), float(theirs[place])))
    return found


def _by_step(case: Case, key: str) -> dict[int, np.ndarray]:
    """The right terms of a sum over time, those of one step together; nothing where a term has no step."""
    leaf, found = case.leaves[key], dict[int, Any]()
    for system in case.systems:
        for _, blocks in _terms(system, leaf) if leaf in system.rows else []:
            for b in blocks:
                time = system.time_of(b.column) if b.column is not None else None
                if time is None:
                    return {}
                found[time] = found.get(time, 0.0) + b.matrix @ system.right[system.rows[b.column]]
    return found


def _returned(case: Case) -> Adjoints:
    """The adjoints in the function's answer, flat."""
    found: Adjoints = {}
    for key in case.keys:
        leaf, array = case.leaves[key], case.yours[key]
        if isinstance(leaf, Sequence):
            for row, s in zip(array, case.times(leaf), strict=True):
                found[leaf[s]] = [np.ravel(x) for x in row] if case.at.batched else [np.ravel(row)]
        elif isinstance(leaf, Element):
            node = leaf.xreplace(case.at.examples[0].rule)
            found[node] = [np.ravel(x) for x in array] if case.at.batched else [np.ravel(array)]
    return found


def _implied(case: Case) -> Adjoints:
    """The adjoints that the gradients by parameters imply, where these are more equations than unknowns and agree."""
    system, found = case.systems[0], Adjoints()
    shared = [k for k in case.keys if not isinstance(case.leaves[k], Sequence | Element)]
    shared = [k for k in shared if case.leaves[k] in system.rows]
    for keys in _connected(system, {k: case.leaves[k] for k in shared}):
        for some in [keys, *([k for k in keys if k != left] for left in keys if len(keys) > 1)]:
            solved = _solved(case, some)
            if solved:
                found |= solved
                break
    return found


def _connected(system: LinearBackward, leaves: Mapping[str, Any]) -> list[list[str]]:
    """Gradients in groups that are computed from common adjoints."""
    groups: list[tuple[set[Any], list[str]]] = []
    for key, leaf in leaves.items():
        nodes = {b.column for _, blocks in _terms(system, leaf) for b in blocks if b.column is not None}
        touching = [g for g in groups if g[0] & nodes]
        groups = [g for g in groups if not g[0] & nodes]
        groups.append((nodes.union(*(g[0] for g in touching)), [k for g in touching for k in g[1]] + [key]))
    return [keys for nodes, keys in groups if nodes]


def _solved(case: Case, keys: Iterable[str]) -> Adjoints:
    """The adjoints that some gradients imply; none if they do not fix them, or contradict each other."""
    system, n = case.systems[0], case.systems[0].unknowns
    rows = np.concatenate([np.arange(system.total)[system.rows[case.leaves[k]]] for k in keys])
    values = np.concatenate([np.ravel(case.yours[k]) for k in keys]) - system.base[rows, -1]
    matrix = system.base[rows, :n]
    used = np.flatnonzero(np.any(matrix != 0, axis=0))
    if not used.size or len(rows) <= used.size or np.linalg.matrix_rank(matrix[:, used], tol=1e-8) < used.size:
        return {}
    adjoints, *_ = np.linalg.lstsq(matrix[:, used], values, rcond=None)
    if np.linalg.norm(matrix[:, used] @ adjoints - values) > CLOSE * np.linalg.norm(values):
        return {}
    whole = np.full(n, np.nan)
    whole[used] = adjoints
    pieces = {node: whole[system.rows[node]] for node in system.nodes}
    return {node: [piece] for node, piece in pieces.items() if np.all(np.isfinite(piece))}


def _terms(system: LinearBackward, node: Any) -> list[tuple[Any, list[Any]]]:
    """The terms of one row, each with its blocks there."""
    owner = node.sequence if isinstance(node, Element) else node
    found = []
    for term in system.backward.terms():
        if term.receiver in (owner, node):
            blocks = [b for b in system.blocks(term) if b.row == node]
            if blocks:
                found.append((term, blocks))
    return found


def _factors(case: Case, node: Any, known: Adjoints) -> tuple[Factor, ...]:
    """The terms that are not counted once, from the adjoints that are known and right ones elsewhere."""
    columns, parts = [], []
    for i, (term, _) in enumerate(_terms(case.systems[0], node)):
        values = []
        for k, system in enumerate(case.systems):
            blocks = _terms(system, node)[i][1]
            values.append(sum(_value(b, k, system, known) for b in blocks))
        columns.append(np.concatenate([np.ravel(v) for v in values]))
        parts.append(term.part)
    counts = _fitted(columns, np.concatenate(known[node]))
    if counts is None:
        return ()
    return tuple(Factor(p, None, c) for p, c in zip(parts, counts, strict=True) if abs(c - 1) > 1e-5)


def _value(block: Any, example: int, system: LinearBackward, known: Adjoints) -> np.ndarray:
    if block.column is None:
        return np.asarray(block.matrix)
    theirs = known.get(block.column)
    return np.asarray(block.matrix @ (theirs[example] if theirs else system.right[system.rows[block.column]]))


def _fitted(columns: list[np.ndarray], values: np.ndarray) -> list[float] | None:
    """The multiples of some vectors that add up to another; None if they are not determined, or do not."""
    if not columns or len(values) <= len(columns):
        return None
    matrix = np.stack(columns, axis=1)
    if np.linalg.matrix_rank(matrix) < len(columns):
        return None
    counts, *_ = np.linalg.lstsq(matrix, values, rcond=None)
    fits = np.linalg.norm(matrix @ counts - values) <= CLOSE * max(float(np.linalg.norm(values)), 1e-12)
    return [float(c) for c in counts] if fits else None


def _order(system: LinearBackward) -> dict[Any, float]:
    """For each adjoint when it is computed: after all those that it is computed from."""
    order: dict[Any, float] = {node: float(-i) for i, node in enumerate(system.nodes)}
    n = system.unknowns
    owner = np.concatenate([np.full(system.rows[x].stop - system.rows[x].start, i) for i, x in enumerate(system.nodes)])
    for leaf in (x for x in system.rows if x not in order and isinstance(x, Element)):
        read = np.flatnonzero(np.any(system.base[system.rows[leaf], :n] != 0, axis=0))
        order[leaf] = max((-float(owner[c]) for c in read), default=-float(len(system.nodes))) + 0.5
    return order


def _right(case: Case, node: Any) -> list[np.ndarray]:
    return [system.right[system.rows[node]] for system in case.systems]


def _differs(case: Case, node: Any, yours: list[np.ndarray]) -> bool:
    mine, theirs = np.concatenate(yours), np.concatenate(_right(case, node))
    scale = max(float(np.linalg.norm(mine)), float(np.linalg.norm(theirs)), FLOOR * case.scale)
    return float(np.linalg.norm(mine - theirs)) > max(case.tolerance.right, 1e-6) * scale
