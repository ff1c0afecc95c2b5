"""The table of kinds, and what the makers of all kinds share: templates in which @h stands for a drawn name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from symrnn.exercises.drawing import Draw
from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.hints import hints, spelled
from symrnn.exercises.marking import FORMULA
from symrnn.model import read_model

GREEK = frozenset({"phi", "sigma", "theta", "alpha", "delta"})
_NAME = re.compile(r"@([A-Za-z])")


@dataclass(frozen=True)
class Made:
    """What a maker makes: the statement, the parts, and the names, by a model's text or a table."""

    statement: str
    parts: tuple[Part, ...]
    model: str = ""
    symbols: Mapping[str, Any] | None = None


Maker = Callable[[Draw], Made]


@dataclass(frozen=True)
class Kind:
    """One kind of exercise: its number in the catalogue, its name, and its maker."""

    number: int
    name: str
    title: str
    source: str
    make: Maker

    def exercise(self, seed: int, level: int) -> Exercise:
        """The exercise of one seed and level."""
        made = self.make(Draw(self.name, seed, level))
        names = made.symbols or (read_model(made.model) if made.model else None)
        parts = tuple(hinted(part, names) for part in made.parts)
        return Exercise(
            self.name, seed, level, self.title, self.source, made.statement, parts, made.model, made.symbols or {}
        )


def hinted(part: Part, names: object) -> Part:
    """A part with its three hints, if it has none."""
    if part.hints:
        return part
    table = json.loads(part.symbols) if part.symbols else names
    return replace(part, hints=hints(part.law, part.lines, part.answer, table if part.kind == FORMULA else None))


KINDS: dict[str, Kind] = {}


def kind(number: int, name: str, title: str, source: str) -> Callable[[Maker], Maker]:
    """Enter a maker into the table."""

    def enter(maker: Maker) -> Maker:
        KINDS[name] = Kind(number, name, title, source, maker)
        return maker

    return enter


def tex(template: str, names: Mapping[str, str]) -> str:
    """A template as LaTeX."""

    def name(match: re.Match[str]) -> str:
        text = names[match[1]]
        return f"\\{text}" if text in GREEK else text

    return _NAME.sub(name, template)


def plain(template: str, names: Mapping[str, str]) -> str:
    """A template as the text of a model file."""
    return _NAME.sub(lambda match: names[match[1]], template)


def part(names: Mapping[str, str], question: str, answer: str, *lines: str, law: str, **more: Any) -> Part:
    """A part from templates: its lines lead to the answer, the last of them, in whose terms it is asked for."""
    right = tex(answer, names)
    shown = {spelled(line): line for line in (tex(line, names) for line in lines) if line}
    shown.pop(spelled(right), None)
    more = {key: tex(value, names) if isinstance(value, str) else value for key, value in more.items()}
    if more.get("witness") and more.get("kind", FORMULA) == FORMULA:
        more.setdefault("form", "terms")
    return Part(tex(question, names), right, (*shown.values(), right), law=tex(law, names), **more)
