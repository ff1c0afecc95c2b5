"""A line of an SVG in pieces, where it holds signs that many text fonts lack, such as ∂ or a Greek letter.

A program that finds one sign missing in a font may set the whole piece of text in another font, and upright. So such
signs are pieces of their own, each placed where the letters beside it begin or end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

COMMON = frozenset("−…·×‖ˆ˜¯\u0302\u0303\u0304ŷâêîôûãñõĉĝĥĵŝŵäöüÄÖÜß")  # beyond ASCII, in the usual text fonts
MATHEMATICAL = "'STIX Two Math','Latin Modern Math','Cambria Math',serif"
WIDTHS = (  # of letters in the usual serif fonts, in sizes
    ("ijl,.;:'|/ ", 0.28),
    ("frst()[]I", 0.38),
    ("0123456789cezavxgyk", 0.48),
    ("bdhnopqu", 0.54),
    ("mwMW…⊙⊗=+−×", 0.8),
)


@dataclass(frozen=True)
class Run:
    """Some letters of one look; `rise` is how far below the line they stand, `shift` how far to the right."""

    text: str
    rise: float
    size: float
    bold: bool = False
    italic: bool = False
    shift: float = 0.0

    @property
    def width(self) -> float:
        """About how wide it is."""
        letters = sum(next((w for some, w in WIDTHS if c in some), 0.68 if c.isupper() else 0.5) for c in self.text)
        return self.shift + self.size * letters * (1.1 if self.bold else 1.0)

    @property
    def is_rare(self) -> bool:
        """Whether a text font may lack its signs."""
        return any(not c.isascii() and c not in COMMON for c in self.text)


@dataclass(frozen=True)
class Chunk:
    """A piece of a line, and what of it stands at `x`: its start, its middle or its end."""

    runs: tuple[Run, ...]
    x: float
    anchor: str

    @property
    def fonts(self) -> str:
        """The fonts of signs; letters are in those of the picture."""
        text = "".join(run.text for run in self.runs)
        return MATHEMATICAL if any(c in "∂⊙⊗⊤∇" for c in text) else ""


def split(runs: Iterable[Run]) -> list[Run]:
    """The runs with every rare sign in one of its own."""
    found: list[Run] = []
    for run in runs:
        parts = ["".join(some) for _, some in groupby(run.text, lambda c: not c.isascii() and c not in COMMON)]
        for i, part in enumerate(parts):
            shift = run.shift if i == 0 else 0.0
            found.append(Run(part, run.rise, run.size, run.bold, run.italic, shift))
    return found


def chunks(runs: Sequence[Run], x: float, anchor: str) -> list[Chunk]:
    """The pieces of a line that stands at x; one only, if any font has all of its signs.

    Examples
    --------
    >>> from symrnn.diagram.chunks import Run, chunks
    >>> [(chunk.runs[0].text, chunk.anchor) for chunk in chunks([Run("∂", 0, 10), Run("h", 0, 10)], 0.0, "middle")]
    [('∂', 'end'), ('h', 'start')]
    """
    pieces = [tuple(some) for _, some in groupby(split(runs), lambda run: run.is_rare)]
    if len(pieces) == 1:
        return [Chunk(tuple(runs), x, anchor)]
    widths = [sum(run.width for run in piece) for piece in pieces]
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * sum(widths)
    found = []
    for i, (piece, width) in enumerate(zip(pieces, widths, strict=True)):
        if i == 0:
            found.append(Chunk(piece, left + width, "end"))
        elif i == len(pieces) - 1:
            found.append(Chunk(piece, left, "start"))
        else:
            found.append(Chunk(piece, left + width / 2, "middle"))
        left += width
    return found
