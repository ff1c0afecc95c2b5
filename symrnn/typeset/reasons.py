"""Why a line holds, in words: one table, keyed by the reason that the derivation recorded.

A sentence is text with items between, so that every renderer sets the formulas in it in its own way. Another
language is another table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from symrnn.calculus.derivation import Line
from symrnn.model import Element, Range, reads
from symrnn.tensor.binders import TimeSum
from symrnn.typeset.displays import span
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
        "per_step": "one use a step: sum over {times}",
        "all_uses": "the sum over all its uses",
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
    whole = line.equation.rhs
    summed = isinstance(whole, TimeSum)
    key = "all_uses" if reason.key == "per_step" and not summed else reason.key
    template = WORDS[key].replace("{law}", law)
    times = [span(whole.index, Range(whole.lower, whole.upper), p)] if summed else []
    filled = _fill(template, {"of": _items([reason.of], p), "nodes": _items(reason.nodes, p), "times": times})
    targets = _simplex(line) if reason.key == "law" else []
    return filled + (_fill(WORDS["needs"], {"target": _items(targets[:1], p)}) if targets else ())


def _items(nodes: Iterable[Any], p: Presenter) -> list[Item]:
    return [p(x) for x in nodes if x is not None]


def _simplex(line: Line) -> list[Any]:
    return [x for x in reads(line.equation.rhs) if isinstance(x, Element) and x.simplex]


def _fill(template: str, values: Mapping[str, list[Item]]) -> Sentence:
    parts: list[str | Item] = []
    for chunk in template.split("{"):
        name, closed, rest = chunk.partition("}")
        if not closed:
            parts.append(chunk)
            continue
        found = values[name]
        for i, item in enumerate(found):
            joint = "" if i == 0 else WORDS["and"] if i == len(found) - 1 else ", "
            parts += [joint, item]
        parts.append(rest)
    return tuple(part for part in parts if part != "")
