"""The lines of a file that are words: `model NAME: summary`, `source: ...`, and a first comment as the summary."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symrnn.model.reading.source import Source

_MODEL = re.compile(r"[ \t]*model[ \t]+(?P<name>[^:=\n\[]+?)[ \t]*(?::[ \t]*(?P<rest>[^\n]*?)[ \t]*)?$")
_SOURCE = re.compile(r"[ \t]*source[ \t]*:[ \t]*(?P<rest>[^\n]*?)[ \t]*$")
_COMMENT = re.compile(r"[ \t]*#+[ \t]*(?P<rest>[^\n]*?)[ \t]*$")
LONGEST = 300  # signs of a title


@dataclass
class Titles:
    """What a model is called and where it comes from."""

    name: str = ""
    summary: str = ""
    source: str = ""

    def arguments(self) -> dict[str, str]:
        """Keyword arguments of `Recurrence`."""
        named = self.name or ("model" if self.summary or self.source else "")
        return {"name": named, "summary": self.summary, "source": self.source} if named else {}


def take_titles(source: Source) -> tuple[Titles, Source]:
    """The titles, and the text with their lines blanked, so that every place stays the same."""
    titles, lines = Titles(), source.text.split("\n")
    seen: set[str] = set()
    comment, begun, position = "", False, 0
    for i, line in enumerate(lines):
        model, origin, words = _MODEL.match(line), _SOURCE.match(line), _COMMENT.match(line)
        kind = "model" if model else "source" if origin else ""
        if kind in seen:
            raise source.error(position, f"a second line with `{kind}`", repair="keep one of them")
        if kind and len(line) > LONGEST:
            raise source.error(position, f"a title has at most {LONGEST} signs")
        if model:
            titles.name, titles.summary = model["name"], model["rest"] or ""
        elif origin:
            titles.source = origin["rest"]
        elif words and not begun and i == _first(lines):
            comment = words["rest"][:LONGEST]
        if kind:
            seen.add(kind)
            lines[i] = " " * len(line)
        begun = begun or bool(line.strip())
        position += len(line) + 1
    if not titles.name and comment:
        titles.summary = comment
    return titles, Source("\n".join(lines), source.name)


def _first(lines: list[str]) -> int:
    return next((i for i, line in enumerate(lines) if line.strip()), -1)
