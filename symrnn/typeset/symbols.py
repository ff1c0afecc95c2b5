"""The symbols of a model, grouped by their shapes, and what a caller has to give: data for pages and tables."""

from __future__ import annotations

from typing import Any

from symrnn.calculus.derivation import name_of
from symrnn.model import Recurrence

Kind = tuple[Any, ...]  # ("", n, m): sizes; ("unknown function",): no shape to show

ROLES = (
    ("states", "state"),
    ("inputs", "input"),
    ("targets", "target"),
    ("outputs", "output"),
    ("loss_terms", "term of the loss"),
    ("intermediates", "intermediate"),
    ("constants", "constant"),
    ("parameters", "parameter"),
    ("functions", "unknown function"),
)


def roles(model: Recurrence) -> list[tuple[Any, str]]:
    """Every symbol once, with what it is in the model."""
    found: dict[Any, str] = {}
    for attribute, role in ROLES:
        for x in getattr(model, attribute):
            fixed = role == "parameter" and not x.learned
            found.setdefault(x, "fixed parameter" if fixed else role)
    return list(found.items())


def kinds(model: Recurrence) -> list[tuple[Kind, list[Any]]]:
    """The symbols, those of one shape together, in order of their roles."""
    found: dict[Kind, list[Any]] = {}
    for x, role in roles(model):
        if role == "unknown function":
            found.setdefault(("unknown",), []).append(x)
        elif role != "term of the loss":
            found.setdefault(("", *x.shape), []).append(x)
    return list(found.items())


def given_values(model: Recurrence) -> tuple[Any, ...]:
    """The boundary values, which the caller gives."""
    return tuple(sorted(model.boundary, key=name_of))
