"""Letters as paths, by ziamath, for places that have no fonts: a picture in these looks the same everywhere."""

from __future__ import annotations

import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import escape

from symrnn.diagram.inline import Fraction, Line
from symrnn.diagram.labels import Label
from symrnn.diagram.layout import Text
from symrnn.diagram.svg_text import SCRIPT, lines_of, number
from symrnn.errors import Unsupported

LETTER = "0.7em"  # the height of a letter without its mark
SIDES = {"middle": "center", "start": "left", "end": "right"}
ACCENTS = {"hat": "^", "tilde": "~", "bar": "¯"}


def as_paths(text: Text) -> list[str]:
    """A text as SVG paths, centred as the text would be."""
    side = SIDES["middle" if isinstance(text.label, Fraction) else text.anchor]
    return [_outlined(f"<math>{mathml(line)}</math>", x, y, size, side) for line, x, y, size in lines_of(text)]


def width_of(line: Label | Line, size: float) -> float:
    """The true width of a line in the font of the outlines."""
    with _paths_only() as ziamath:
        return float(ziamath.Math(f"<math>{mathml(line)}</math>", size=size).getsize()[0])


def _outlined(source: str, x: float, y: float, size: float, side: str) -> str:
    root = ET.Element("svg")
    with _paths_only() as ziamath:
        ziamath.Math(source, size=size).drawon(root, x, y, halign=side, valign="base")
    data = " ".join(e.get("d", "") for e in root.iter() if e.tag.endswith("path"))
    short = re.sub(r"-?\d+\.\d+", lambda found: number(float(found[0])), data)
    return f'<path d="{re.sub(" ?([MLQCZ]) ?", _command, short).strip()}"/>'


@contextmanager
def _paths_only() -> Iterator[Any]:
    """The package ziamath, told to draw every letter where it stands, and its own warnings left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            import ziamath
        except ImportError:
            raise Unsupported(
                "letters as outlines need ziamath, which is not installed", repair="pip install 'symrnn[render]'"
            ) from None
        before, ziamath.config.svg2 = ziamath.config.svg2, False
        try:
            yield ziamath
        finally:
            ziamath.config.svg2 = before


def _command(found: re.Match[str]) -> str:
    return found[1]


def mathml(line: Label | Line) -> str:
    """A line in MathML."""
    if isinstance(line, Line):
        return f"<mrow>{''.join(map(mathml, line.parts))}</mrow>"
    base = _marked(_letters(line), line.mark)
    kind = "mi" if len(line.sub) <= 2 and line.sub.isalpha() else "mtext"
    sub = f"<{kind}>{escape(line.sub)}</{kind}>"
    if line.sub and line.sup:
        return f"<msubsup>{base}{sub}{_time(line.sup)}</msubsup>"
    if line.sub:
        return f"<msub>{base}{sub}</msub>"
    return f"<msup>{base}{_time(line.sup)}</msup>" if line.sup else base


def _marked(base: str, mark: str) -> str:
    """Letters under a mark; they keep their height, else a superscript would stand above the mark."""
    if not mark:
        return base
    return f'<mpadded height="{LETTER}" width="-0.1em"><mover>{base}<mo>{ACCENTS[mark]}</mo></mover></mpadded>'


def _letters(label: Label) -> str:
    if len(label.base) == 1 and label.base.isalpha():
        variant = {(True, True): "bold-italic", (True, False): "bold", (False, True): "italic"}
        return f'<mi mathvariant="{variant.get((label.bold, label.italic), "normal")}">{escape(label.base)}</mi>'
    bold = ' mathvariant="bold"' if label.bold else ""
    return f"<mtext{bold}>{escape(label.base).replace(' ', chr(0xA0))}</mtext>"


def _time(text: str) -> str:
    """A superscript, letter by letter, an index of τ below it."""
    parts, at = [], 0
    for found in SCRIPT.finditer(text):
        parts += [f"<mtext>{escape(text[at : found.start()])}</mtext>"] if found.start() > at else []
        letter = f"<mi>{found[1]}</mi>"
        parts.append(f"<msub>{letter}<mi>{escape(found[2])}</mi></msub>" if found[2] else letter)
        at = found.end()
    parts += [f"<mtext>{escape(text[at:])}</mtext>"] if at < len(text) else []
    return f"<mrow>{''.join(parts)}</mrow>"
