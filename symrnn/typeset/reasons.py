"""Why a line holds, in words: from the reason that the derivation recorded to a sentence.

A sentence is text with items between, so that every renderer sets the formulas in it in its own way. The words
are those of the presenter's language, in `words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from symrnn.calculus.bptt import upstream_of
from symrnn.calculus.derivation import Law, Line, Reason
from symrnn.model import Element, Range, Recurrence, reads
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.special import SoftmaxCrossEntropy
from symrnn.tensor.time import t
from symrnn.typeset.displays import span
from symrnn.typeset.entries import indexed
from symrnn.typeset.items import BigSum, Compared, Item, Number
from symrnn.typeset.letters import read_name
from symrnn.typeset.present import Presenter

Sentence = tuple[str | Item, ...]
Values = Mapping[str, list[str | Item]]


def sentence(line: Line, p: Presenter) -> Sentence:
    """Why a line holds."""
    reason, whole = line.reason, line.equation.rhs
    template = p.words[_key(line, p)]
    law = "" if reason.law is None else p.words.get(f"because.{reason.law.name}", law_words(reason.law, p))
    summed = isinstance(whole, TimeSum)
    times = [span(whole.index, Range(whole.lower, whole.upper), p)] if summed else []
    values: Values = {
        "of": [p(x) for x in (reason.of,) if x is not None],
        "nodes": _nodes(reason, p),
        "times": list(times),
        "given": list(_arriving(line, p)),
    }
    return fill(template.replace("{law}", law), values, p) + _needs(line, p)


def capital(parts: Sentence) -> Sentence:
    """A sentence that begins with a capital letter."""
    first = parts[0] if parts else ""
    return (first[:1].upper() + first[1:], *parts[1:]) if isinstance(first, str) else parts


def law_words(law: Law, p: Presenter) -> str:
    """What a law is called."""
    return p.words.get(f"law.{law.name}", law.name)


def _key(line: Line, p: Presenter) -> str:
    """Which sentence says the reason of a line."""
    reason, key = line.reason, line.reason.key
    if key == "per_step" and not isinstance(line.equation.rhs, TimeSum):
        return "all_uses"
    if key == "only_use" and _is_general(reason.nodes[0], reason.of):
        return "every_use"
    one = "uses_one" if len(reason.nodes) == 1 else "uses"
    if key in {"loss", "uses_and_loss"} and _arriving(line, p):
        return "arrives" if key == "loss" else f"{one}_and_arrives"
    return one if key == "uses" else key


def _is_general(node: Any, of: Any) -> bool:
    """Whether a node stands for all its times, while what it uses has one."""
    return t in node.free_symbols and of is not None and t not in of.free_symbols


def _nodes(reason: Reason, p: Presenter) -> list[str | Item]:
    """The nodes, those that stand for all their times after "every" where several are named."""
    found: list[str | Item] = []
    for i, x in enumerate(reason.nodes):
        if i:
            found.append(p.words["and"] if i == len(reason.nodes) - 1 else ", ")
        if len(reason.nodes) > 1 and _is_general(x, reason.of):
            found.append(p.words["every"])
        found.append(p(x))
    return found


def _arriving(line: Line, p: Presenter) -> tuple[Item, ...]:
    """The given gradient that a line reads, where a model has one instead of a loss."""
    given = upstream_of(p.model) if isinstance(p.model, Recurrence) else None
    if given is None:
        return ()
    return tuple(p(x) for x in reads(line.equation.rhs) if isinstance(x, Element) and x.sequence == given[0])[:1]


def _needs(line: Line, p: Presenter) -> Sentence:
    """The condition under which softmax with cross-entropy leaves ŷ - y: the entries of y sum to 1."""
    if not isinstance(p.model, Recurrence):
        return ()
    wholes = [e.rhs for e in p.model.equations] + [p.model.loss] * (p.model.loss is not None)
    targets = {_owner(x.target) for whole in wholes for x in whole.atoms(SoftmaxCrossEntropy)}
    read = [x for x in reads(line.equation.rhs) if getattr(x, "simplex", False) and _owner(x) in targets]
    if not read or line.group not in {"backward", "output", "boundary", "input"}:
        return ()
    return fill(p.words["needs"], {"condition": [sums_to_one(read[0], p)]}, p)


def _owner(x: Any) -> Any:
    return getattr(x, "sequence", x)


def sums_to_one(x: Any, p: Presenter) -> Item:
    """Σᵢ yᵢ = 1; in a terminal Σ y = 1."""
    i = read_name("i")
    body = p(x) if p.linear else indexed(p(x), (i,))
    return Compared((BigSum(i, Number("1"), Number("1"), body, bounds=False), Number("1")))


def fill(template: str, values: Values, p: Presenter) -> Sentence:
    """A sentence with its places filled; several formulas in one place have commas and an "and" between."""
    parts: list[str | Item] = []
    for chunk in template.split("{"):
        name, closed, rest = chunk.partition("}")
        if not closed:
            parts.append(chunk)
            continue
        parts += _listed(values[name], p)
        parts.append(rest)
    return tuple(part for part in parts if part != "")


def _listed(found: Iterable[str | Item], p: Presenter) -> list[str | Item]:
    found = list(found)
    if any(isinstance(x, str) for x in found):
        return found
    parts: list[str | Item] = []
    for i, item in enumerate(found):
        parts += ([p.words["and"] if i == len(found) - 1 else ", "] if i else []) + [item]
    return parts
