"""Why a line holds, in words: one table, keyed by the reason that the derivation recorded.

A sentence is text with items between, so that every renderer sets the formulas in it in its own way. Another
language is another table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from symrnn.calculus.derivation import Line
from symrnn.model import Element, reads
from symrnn.tensor.binders import TimeSum
from symrnn.typeset.items import Item
from symrnn.typeset.present import Presenter

Sentence = tuple[str | Item, ...]

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "uses": "{nodes} use {of}",
        "only_use": "only {nodes} uses {of}",
        "loss": "the loss reads {of}",
        "uses_and_loss": "{nodes} and the loss use {of}",
        "unused": "nothing that the loss depends on uses {of}",
        "per_step": "one use a step: sum over all steps",
        "given": "{of} is given",
        "defined": "by definition",
        "law": "{law}",
        "and": " and ",
        "needs": "; needs Σ {target} = 1",
    }
)
LAW_WORDS: Mapping[str, str] = MappingProxyType({"loss": "the loss adds up {of}", "unfolding": "the equation of {of}"})


def sentence(line: Line, p: Presenter) -> Sentence:
    """Why a line holds."""
    reason = line.reason
    law = LAW_WORDS.get(reason.law.name, reason.law.name) if reason.law is not None else ""
    template = WORDS["law"].replace("{law}", law) if reason.key == "law" else WORDS[reason.key]
    if reason.key == "per_step" and not isinstance(line.equation.rhs, TimeSum):
        template = "the sum over all its uses"
    filled = _fill(template, {"of": [reason.of], "nodes": list(reason.nodes)}, p)
    targets = _simplex(line) if reason.key == "law" else []
    return filled + (_fill(WORDS["needs"], {"target": targets[:1]}, p) if targets else ())


def _simplex(line: Line) -> list[Any]:
    return [x for x in reads(line.equation.rhs) if isinstance(x, Element) and x.simplex]


def _fill(template: str, values: Mapping[str, Iterable[Any]], p: Presenter) -> Sentence:
    parts: list[str | Item] = []
    for chunk in template.split("{"):
        name, closed, rest = chunk.partition("}")
        if not closed:
            parts.append(chunk)
            continue
        for i, x in enumerate(values[name]):
            parts += [WORDS["and"], p(x)] if i else [p(x)]
        parts.append(rest)
    return tuple(part for part in parts if part != "")
