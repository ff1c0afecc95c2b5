"""What is written in an SVG: spans with real superscripts and bold letters, or outlines for places without fonts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from xml.sax.saxutils import escape

from symrnn.diagram.chunks import Chunk, Run, chunks
from symrnn.diagram.inline import BAR, RAISED, Fraction, Line
from symrnn.diagram.labels import SMALL, Label
from symrnn.diagram.layout import TEXT, Text

BASELINE = 0.32  # from the middle of the letters down to their line, in sizes
LOWER, UPPER = 0.22, -0.38  # where sub- and superscript stand
TALL = "bdfhklt"  # over these a combining mark of many fonts would lie across the stem
ABOVE = {"hat": "ˆ", "tilde": "˜", "bar": "¯"}
SCRIPT = re.compile(r"([tτk])(?:_(\w+))?")


def runs(label: Label, size: float) -> Iterator[Run]:
    """The base, then sub- and superscript on lines of their own heights."""
    base = Run(label.marked, 0.0, size, label.bold, label.italic)
    shift = 0.04 * size
    if label.mark and (label.base in TALL or label.base.isupper()):
        base = replace(base, text=label.base)
        above = Run(ABOVE[label.mark], -0.2 * size, size, label.bold)
        yield base
        yield replace(above, shift=-(base.width + above.width) / 2 + 0.06 * size)
        shift += (base.width - above.width) / 2 - 0.06 * size
    else:
        yield base
    small = SMALL * size
    if label.sub:
        italic = len(label.sub) <= 2 and label.sub.isalpha()
        yield Run(label.sub, LOWER * size, small, italic=italic, shift=shift)
        shift = 0.04 * size - label.back(size)
    if label.low:
        first, *rest = _times(("," if label.sub else "") + label.low, LOWER * size, small)
        yield replace(first, shift=0.0 if label.sub else shift)
        yield from rest
        shift = 0.04 * size - label.back(size)
    if label.sup:
        first, *rest = _times(label.sup, UPPER * size, small)
        yield Run(first.text, first.rise, first.size, italic=first.italic, shift=shift)
        yield from rest
    yield from _times(label.after, 0.0, size)


def _times(text: str, rise: float, size: float) -> Iterator[Run]:
    """A time: t and τ in italics, an index of τ below it."""
    at = 0
    for found in SCRIPT.finditer(text):
        if found.start() > at:
            yield Run(text[at : found.start()], rise, size)
        yield Run(found[1], rise, size, italic=True)
        if found[2]:
            yield Run(found[2], rise + LOWER * size, 0.75 * size, italic=True)
        at = found.end()
    if at < len(text):
        yield Run(text[at:], rise, size)


def spans(runs: Iterable[Run], size: float) -> str:
    """Letters as nested spans of one text; what has no look of its own stands bare."""
    written, at = [], 0.0
    for run in runs:
        looks = _looks(run, size, at)
        text = escape(run.text)
        written.append(f"<tspan{looks}>{text}</tspan>" if looks else text)
        at = run.rise
    return "".join(written)


def all_runs(line: Label | Line, size: float) -> list[Run]:
    """The runs of all labels of a line."""
    parts = line.parts if isinstance(line, Line) else (line,)
    return [replace(run, text=run.text.replace("\u2009", " ")) for part in parts for run in runs(part, size)]


def _looks(run: Run, size: float, at: float) -> str:
    parts = [f' dx="{number(run.shift)}"' if number(run.shift) != "0" else ""]
    parts.append(f' dy="{number(run.rise - at)}"' if number(run.rise - at) != "0" else "")
    parts.append(f' font-size="{number(run.size)}"' if run.size != size else "")
    parts.append(' font-weight="bold"' if run.bold else "")
    parts.append(' font-style="italic"' if run.italic else "")
    return "".join(parts)


def lines_of(text: Text) -> Iterator[tuple[Label | Line, float, float, float]]:
    """The lines of a text: what is written, the middle of its line on paper, and its size."""
    if isinstance(text.label, Fraction):
        small = RAISED * text.size
        yield text.label.over, text.centre, text.y - 0.3 * small, small
        yield text.label.under, text.centre, text.y + (1.0 + text.label.lower) * small, small
    else:
        yield text.label, text.x, text.y + BASELINE * text.size, text.size


def bar_of(text: Text) -> tuple[float, float, float] | None:
    """The bar of a fraction: its left end, its right end, its height."""
    if not isinstance(text.label, Fraction):
        return None
    half = text.label.width(text.size) / 2 - BAR
    return text.centre - half, text.centre + half, text.y


def as_text(text: Text, fill: str = "") -> Iterator[str]:
    """A text as SVG, in a colour of its own if there is one."""
    role = (f' class="{text.role}"' if text.role else "") + (f' fill="{fill}"' if fill else "")
    role += f' text-anchor="{text.anchor}"' if text.anchor != "middle" and not isinstance(text.label, Fraction) else ""
    for line, x, y, size in lines_of(text):
        look = f' font-size="{number(size)}"' if size != TEXT else ""
        pieces = chunks(all_runs(line, size), x, "middle" if isinstance(text.label, Fraction) else text.anchor)
        if len(pieces) == 1:
            yield f'<text{role} x="{number(x)}" y="{number(y)}"{look}>{spans(pieces[0].runs, size)}</text>'
        else:
            yield f'<text{role} y="{number(y)}"{look}>{"".join(_chunk(piece, y, size) for piece in pieces)}</text>'


def _chunk(piece: Chunk, y: float, size: float) -> str:
    """A piece of a line at a place of its own."""
    fonts = f' font-family="{piece.fonts}"' if piece.fonts else ""
    place = f'x="{number(piece.x)}" y="{number(y)}" text-anchor="{piece.anchor}"'
    return f"<tspan {place}{fonts}>{spans(piece.runs, size)}</tspan>"


def number(value: float) -> str:
    """A number with one decimal, and none if it is whole; never minus zero."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
