"""The table of kinds, and what the makers of all kinds share: templates in which @h stands for a drawn name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from symrnn.exercises.drawing import Draw
from symrnn.exercises.exercise import Exercise, Part

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
        return Exercise(
            self.name, seed, level, self.title, self.source, made.statement, made.parts, made.model, made.symbols or {}
        )


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


def part(names: Mapping[str, str], question: str, answer: str, *lines: str, **more: Any) -> Part:
    """A part from templates; the worked solution ends in the answer."""
    shown = tuple(tex(line, names) for line in (*lines, answer))
    more = {key: tex(value, names) if isinstance(value, str) else value for key, value in more.items()}
    law = more.get("law", "")
    return Part(tex(question, names), tex(answer, names), shown, hints_of(law, shown, tex(answer, names)), **more)


def hints_of(law: str, lines: tuple[str, ...], answer: str) -> tuple[str, str, str]:
    """Three hints: the law, the first line, and the next line of this variant; never the answer."""
    shown = [line for line in lines if line and line != answer]
    first = f"Begin with ${shown[0]}$." if shown else "Write down what depends on what."
    following = f"The next line is ${shown[1]}$." if len(shown) > 1 else "Check each factor's time and shape."
    return law or "Apply the chain rule along every path.", first, following
