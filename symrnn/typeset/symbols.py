"""The symbols of a model, grouped by their shapes, and what a caller has to give: data for pages and tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symrnn.calculus.bptt import upstream_of
from symrnn.calculus.derivation import name_of
from symrnn.model import Recurrence
from symrnn.typeset.items import Item, Number
from symrnn.typeset.present import Presenter

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
    arriving = upstream_of(model)
    if arriving is not None:
        found[arriving[0]] = "given gradient"
    for attribute, role in ROLES:
        for x in getattr(model, attribute):
            fixed = role == "parameter" and not x.learned
            found.setdefault(x, "fixed parameter" if fixed else role)
    return sorted(found.items(), key=lambda pair: pair[1] == "given gradient")


def kinds(model: Recurrence) -> list[tuple[Kind, list[Any]]]:
    """The symbols, those of one shape together, in order of their roles."""
    found: dict[Kind, list[Any]] = {}
    for x, role in roles(model):
        if role == "unknown function":
            found.setdefault(("unknown",), []).append(x)
        elif role != "term of the loss":
            found.setdefault(("", *x.shape), []).append(x)
    return list(found.items())


def sizes(shape: Iterable[Any], p: Presenter) -> tuple[Item, ...]:
    """The sizes of a shape as the conventions store it: of rows, a vector is (1, n) and a matrix is transposed."""
    shown = p.all(shape)
    if not p.rows or not shown:
        return shown
    return (Number("1"), *shown) if len(shown) == 1 else tuple(reversed(shown))


def given_values(model: Recurrence) -> tuple[Any, ...]:
    """The boundary values, which the caller gives."""
    return tuple(sorted(model.boundary, key=name_of))
