"""What a wrong gradient has to do with the right one where no mistake is behind it: a multiple, or a weight decay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import numpy as np

from symrnn.graph.lengths import numbers_of
from symrnn.model import Parameter
from symrnn.numeric.checking.case import Case, shown_key
from symrnn.numeric.checking.points import Point

EXACT = 1e-7  # relative
FACTORS = {"1": 1.0, "2": 2.0, "1/2": 0.5, "-1": -1.0}


def relation_rows(cases: list[Case], wrong: Iterable[str]) -> list[tuple[str, str]]:
    """All wrong gradients as multiples of the right ones, or off by multiples of their parameters; else nothing."""
    keys = [key for key in wrong if key in cases[0].keys]
    factors = _multiples(cases, keys, lambda case, key: (case.yours[key], case.right[key]))
    if factors:
        return [("factor", _factor_words(cases, {shown_key(key): values for key, values in factors.items()}))]
    if all(isinstance(cases[0].leaves[key], Parameter) for key in keys):
        decays = _multiples(cases, keys, lambda case, key: (case.yours[key] - case.right[key], _value(case, key)))
        if decays and all(_same(values, _exact(cases[0])) for values in decays.values()):
            parts = ", ".join(f"{key} by {values[0]:.4g} {key}" for key, values in decays.items())
            return [("off by", f"{parts}: is a weight decay in it that is not in the model's loss?")]
    return []


def _value(case: Case, key: str) -> np.ndarray:
    return np.asarray(case.at.examples[0].given[case.leaves[key]], dtype=float)


def _multiples(
    cases: list[Case], keys: list[str], pair: Callable[[Case, str], tuple[np.ndarray, np.ndarray]]
) -> dict[str, list[float]]:
    """For each key the multiple that the first of a pair is of the second, at each point; nothing if one is none."""
    found: dict[str, list[float]] = {}
    for key in keys:
        values = [_multiple(*pair(case, key), _exact(case)) for case in cases]
        if any(c is None for c in values):
            return {}
        found[key] = [c for c in values if c is not None]
    return found


def _exact(case: Case) -> float:
    return max(EXACT, case.tolerance.right)


def _multiple(mine: np.ndarray, other: np.ndarray, exact: float) -> float | None:
    size = float(np.sum(other * other))
    if not size:
        return None
    c = float(np.sum(mine * other)) / size
    return c if float(np.linalg.norm(mine - c * other)) <= exact * float(np.linalg.norm(mine)) else None


def _same(values: list[float], exact: float) -> bool:
    return max(values) - min(values) <= exact * max(map(abs, values))


def _factor_words(cases: list[Case], factors: dict[str, list[float]]) -> str:
    first, exact = next(iter(factors.values())), _exact(cases[0])
    if all(_same([a, b], exact) for values in factors.values() for a, b in zip(values, first, strict=True)):
        verb, ones = ("is", "one") if len(factors) == 1 else ("are", "ones")
        words = ratio_words(first, [case.at for case in cases], exact)
        if words:
            return f"{', '.join(factors)} {verb} {' or '.join(words)} times the right {ones}, at every point"
    each = ", ".join(f"{key} {values[0]:.4g}" for key, values in factors.items())
    what = "every wrong gradient is a multiple" if len(factors) > 1 else "it is a multiple"
    return f"{what} of the right one, here {each}: is it clipped, or normalised?"


def ratio_words(ratios: list[float], points: list[Point], exact: float = EXACT) -> list[str]:
    """A ratio at some points: its number, and formulas of last times, sizes and batch, such as 2/(τ n)."""
    plain = not _same(ratios, exact) or any(abs(ratios[0] - c) <= exact for c in FACTORS.values())
    found = [] if plain else [f"{ratios[0]:.4g}"]
    for formulas in _formulas([_sizes(at) for at in points]):
        fitting = [w for w, v in formulas if all(abs(r - x) <= exact * abs(x) for r, x in zip(ratios, v, strict=True))]
        if fitting:
            return [*found, *fitting]
    return found


def _sizes(at: Point) -> dict[str, int]:
    lasts = zip(at.model.lengths, numbers_of(at.last), strict=False)
    found = {str(s).replace("tau", "τ"): n for s, n in lasts} | {str(d): n for d, n in at.examples[0].sizes.items()}
    return {"B": len(at.examples), **found} if at.batched else found


def _formulas(sizes: list[dict[str, int]]) -> Iterator[list[tuple[str, list[float]]]]:
    """Formulas, those with few names first: c; c/name and name; c/(two names); c/(three)."""
    names = [name for name in sizes[0] if any(s[name] > 1 for s in sizes)]
    for count in (0, 1, 2, 3):
        found = [(name, [float(s[name]) for s in sizes]) for name in names] if count == 1 else []
        for some in combinations(names, count):
            values = [float(np.prod([s[x] for x in some])) for s in sizes]
            for word, c in FACTORS.items() if not some else (("1", 1.0), ("2", 2.0)):
                found.append((_quotient(word, some), [c / value for value in values]))
        yield found


def _quotient(word: str, names: tuple[str, ...]) -> str:
    return word if not names else f"{word}/{names[0]}" if len(names) == 1 else f"{word}/({' '.join(names)})"
