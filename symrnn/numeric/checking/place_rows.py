"""The rows of a report that say where an unexplained gradient goes wrong, with both values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from symrnn.model import Element, Parameter, Sequence
from symrnn.numeric.checking.case import Case
from symrnn.numeric.checking.lines import right_line
from symrnn.numeric.checking.places import Factor, FirstWrong, first_wrong, terms_by_step, wrong_copies
from symrnn.numeric.checking.probes import entry_name
from symrnn.tensor.node import shape_of

Rows = list[tuple[str, Any]]


def place_rows(cases: list[Case], wrong: Iterable[str], examples: Iterable[tuple[int, Case]] = ()) -> Rows:
    """The first wrong adjoint, else the wrong terms of the sums over time, else the entries that are wrong.

    One of the `examples` tells more than their batch: its gradients by parameters are no sums over examples.
    """
    copies = _copy_rows(cases[0])
    for where, case in chain(((f" of example {number}", c) for number, c in examples), _points(cases)):
        own = [g for key, g in case.yours.items() if isinstance(case.leaves[key], Parameter)]
        if own and case not in cases and not any(map(np.any, own)):
            return [("first", f"the data{where} add nothing to the gradients by parameters")]
        found = first_wrong(case)
        if found is not None:
            return [*_adjoint_rows(case, found, where), *copies]
    rows: Rows = []
    for key in wrong:
        rows += _term_rows(cases, key)
    return rows or copies or _entry_rows(cases[0], wrong)


def _points(cases: list[Case]) -> Iterator[tuple[str, Case]]:
    """All points, those after the first with their last time in words."""
    for case in cases:
        last = case.at.words.split(" B=")[0].split()[-1].replace("tau", "τ")
        yield "" if case is cases[0] else f" at {last}", case


def _adjoint_rows(case: Case, found: FirstWrong, where: str) -> Rows:
    example = case.at.examples[0]
    how = ", as your other gradients imply" if found.implied else ""
    entry = entry_name(_shown(found.node), found.entry, len(found.entry))
    text = f"the first wrong adjoint{where}{how}: ∇{entry} yours {found.yours:.4g}, right {found.right:.4g}"
    if found.before:
        names = ", ".join(f"∇{_shown(x)}" for x in found.before)
        text += f"; {names} {'is' if len(found.before) == 1 else 'are'} right"
    rows: Rows = [("first", text)]
    line = right_line(case.at.model, found.node, example.rule)
    if line is not None:
        rows.append(("  right", line))
    for factor in found.factors:
        rows += [("  term", factor.term), ("", f"is {factor.words} there")]
    return rows


def _term_rows(cases: list[Case], key: str) -> Rows:
    """How often the terms of each step are counted, if that holds at every point."""
    counts = [terms_by_step(case, key) for case in cases]
    if not all(counts):
        return []
    odd = [f for f in counts[0] if abs(f.count - 1) > 1e-5]
    if len({round(f.count, 5) for c in counts for f in c}) == 1 and odd:
        return [("terms", f"∇{key} is the right sum, {odd[0].words}")]
    return [("terms", f"of ∇{key}: {'; '.join(_groups(odd))}; the others are right")] if odd else []


def _groups(odd: list[Factor]) -> list[str]:
    found: dict[str, list[str]] = {}
    for f in odd:
        found.setdefault(f.words, []).append(str(f.time))
    return [f"step{'s' * (len(v) > 1)} {', '.join(v)} {words}" for words, v in found.items()]


def _copy_rows(case: Case) -> Rows:
    rows: Rows = []
    for key in case.copies:
        bad = [x for x in wrong_copies(case) if x[0] == key]
        if bad:
            _, s, place, yours, right = bad[0]
            steps = ", ".join(str(x[1]) for x in bad)
            entry = entry_name(key, place, len(place))
            rows.append(
                ("terms", f"of ∇{key}: wrong at steps {steps}; at {s}, {entry} yours {yours:.4g}, right {right:.4g}")
            )
    return rows


def _entry_rows(case: Case, wrong: Iterable[str]) -> Rows:
    """Entries, rows or columns of a matrix, or entries of a vector, that alone are wrong."""
    rows: Rows = []
    for key in wrong:
        leaf = case.leaves[key]
        rank = -1 if isinstance(leaf, Sequence) else len(shape_of(leaf))
        if key not in case.keys or rank not in (1, 2) or case.yours[key].ndim != rank:
            continue
        scale = float(np.max(np.abs(case.right[key]), initial=0.0)) or 1.0
        off = np.abs(case.yours[key] - case.right[key]) > max(case.tolerance.right, 1e-7) * scale
        if np.sum(off) == 1 and off.size > 1:
            place = tuple(int(i) for i in np.argwhere(off)[0])
            rows.append(("entries", f"of ∇{key}: only {entry_name(key, place, rank)} is wrong"))
            continue
        for axis, word in ((0, "row" if rank == 2 else "entry"), (1, "column"))[:rank]:
            lines = np.flatnonzero(np.any(off, axis=1 - axis) if rank == 2 else off)
            if 0 < len(lines) < off.shape[axis]:
                rows.append(("entries", f"of ∇{key}: only {_counted(word, [int(i) + 1 for i in lines])} wrong"))
                break
    return rows


def _counted(word: str, numbers: list[int]) -> str:
    """In words: "row 2 is", "rows 1, 3 are"."""
    if len(numbers) == 1:
        return f"{word} {numbers[0]} is"
    return f"{word.removesuffix('y') + 'ies' if word.endswith('y') else word + 's'} {', '.join(map(str, numbers))} are"


def _shown(node: Any) -> str:
    return f"{node.name}({node.time})" if isinstance(node, Element) else str(node)
