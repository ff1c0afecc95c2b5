"""What is written on a node or an arrow, as data: a base letter, bold or not, a mark above it, sub- and superscript.

A label is made from a name, never from LaTeX output, so that every ink can set real superscripts. Widths are
estimates on the safe side for any serif font; no font is measured here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

from sympy.core.alphabets import greeks

MARKS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}
BACK = 0.8  # of the estimated width of a subscript, which is no less than its true one
SMALL = 0.68  # size of sub- and superscripts relative to the base
MINUS = "\u2212"
DOTS = "\u2026"

_WIDTHS = (
    ("ijltι()[],.;:'| ", 0.42),
    ("0123456789cesz", 0.64),
    ("DGHKNOQUXφψω", 0.95),
    ("mwMWΘΩΦΨ@%…", 1.1),
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")


@dataclass(frozen=True)
class Lettering:
    """How names and times are written: what a notation of formulas says of them.

    `time` is "superscript", "subscript" or "argument", `bold` "italic", "upright" or "none"; `names` are pairs of
    an identifier and its new name, and `said` of a word of a picture and its translation.
    """

    time: str = "superscript"
    bold: str = "italic"
    names: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, str], ...] = ()

    def label(self, name: str, latex: str = "", *, bold: bool = False) -> Label:
        """The label of a name."""
        new = dict(self.names).get(name, name)
        if new != name:
            name, latex = ("x", new) if "\\" in new or "{" in new else (new, "")
        found = label_of(name, latex, bold=bold and self.bold != "none")
        upright = found.bold and self.bold == "upright"
        return replace(found, italic=found.italic and not upright, upright=upright, letters=self)

    def spelled(self, time: str) -> str:
        """A time in which every index has its new name."""
        new = dict(self.names)
        return re.sub(r"[A-Za-z]\w*", lambda found: new.get(found[0], found[0]), time)

    def word(self, word: str) -> str:
        """A word of a picture in the language of the page."""
        return dict(self.said).get(word, word)


USUAL = Lettering()


@dataclass(frozen=True)
class Label:
    """One mathematical name: `base` with a `mark` ("hat", "tilde", "bar"), a subscript and a superscript."""

    base: str
    bold: bool = False
    italic: bool = True
    mark: str = ""
    sub: str = ""
    sup: str = ""
    word: bool = field(default=False, compare=False)  # plain words, no name
    tex: str = field(default="", compare=False)  # the name on paper as its author wrote it
    low: str = ""  # a time that stands below
    after: str = ""  # a time that stands on the line
    upright: bool = field(default=False, compare=False)
    letters: Lettering = field(default=USUAL, compare=False, repr=False)

    @property
    def marked(self) -> str:
        """The base with its mark, composed to one letter where Unicode has it."""
        return unicodedata.normalize("NFC", self.base + MARKS.get(self.mark, ""))

    @property
    def below(self) -> str:
        """All that stands below: the subscript of the name, and the time."""
        return self.sub + ("," if self.sub and self.low else "") + self.low

    @property
    def plain(self) -> str:
        """The label in one line, for titles and for DOT."""
        return self.marked + (f"_{self.below}" if self.below else "") + self.sup + self.after

    def at(self, time: str) -> Label:
        """The label of an element at a time such as `t-1`, `3` or `…`."""
        if not time:
            return self
        spelled = spelled_time(self.letters.spelled(time))
        match self.letters.time:
            case "subscript":
                return replace(self, low=spelled)
            case "argument":
                return replace(self, after=f"({spelled})")
        return replace(self, sup=f"({spelled})")

    def width(self, size: float) -> float:
        """An upper estimate of its width at a font size, in the same unit."""
        base = sum(map(_advance, self.base)) * (1.12 if self.bold else 1.0)
        sub, sup = (sum(map(_advance, script)) for script in (self.below, self.sup))
        return size * (base + SMALL * max(sub, sup + (1 - BACK) * sub) + sum(map(_advance, self.after)))

    def height(self, size: float) -> float:
        """The height of a line, as far below its middle as above; subscripts reach lowest."""
        return (1.34 if self.below else 1.1) * size

    def back(self, size: float) -> float:
        """How far the superscript starts before the end of the subscript, to stand above it."""
        return BACK * SMALL * size * sum(map(_advance, self.below)) if self.sup else 0.0


def spelled_time(time: str) -> str:
    """A time as it is printed: Greek letters for their names, a minus sign for a hyphen."""
    return time.replace("tau", "τ").replace("-", MINUS)


def _advance(letter: str) -> float:
    """The width of a letter in em, rounded up to that of the widest of the usual fonts."""
    for letters, width in _WIDTHS:
        if letter in letters:
            return width
    return 0.78 if letter.isupper() else 0.66


def label_of(name: str, latex: str = "", *, bold: bool = False) -> Label:
    """The label of a name: `theta`, `yhat`, `W_hh` and `h1` are read as θ, ŷ, W with hh and h with 1 below.

    Parameters
    ----------
    name
        A Python identifier.
    latex
        The name on paper, if there is one; the common commands of LaTeX are read, others are left out.
    bold
        Whether it stands for a vector or a matrix.

    Examples
    --------
    >>> from symrnn.diagram.labels import label_of
    >>> label_of("yhat").marked, label_of("W_hh").sub, label_of("theta").base
    ('ŷ', 'hh', 'θ')
    """
    text = _from_latex(latex) or name
    head, _, rest = text.partition("_")
    head, digits = re.fullmatch(r"(.+?)(\d*)", head).groups()  # type: ignore[union-attr]
    mark = next((m for m in MARKS if head.endswith(m) and _is_letter(head[: -len(m)])), "")
    base = _greek(head.removesuffix(mark))
    sub = ",".join(_greek(part) for part in [digits, *rest.split("_")] if part)
    capital_greek = base.isupper() and not base.isascii()
    return Label(base, bold=bold, italic=len(base) == 1 and not capital_greek, mark=mark, sub=sub, tex=latex)


def _is_letter(stem: str) -> bool:
    return len(stem) == 1 or stem.lower() in greeks


def _greek(name: str) -> str:
    if name.lower() not in greeks:
        return name
    size = "SMALL" if name.islower() else "CAPITAL"
    return unicodedata.lookup(f"GREEK {size} LETTER {'LAMDA' if name.lower() == 'lambda' else name.upper()}")


def _from_latex(latex: str) -> str:
    """A name on paper in the spelling of identifiers: `\\hat{y}` becomes yhat, styles are left out."""
    text = latex.replace(r"\overline", r"\bar").replace(r"\wide", "\\")
    text = re.sub(r"\\(hat|tilde|bar)\s*\{?\\?([A-Za-z]+)\}?", r"\2\1", text)
    text = text.replace("{", " ").replace("}", " ")
    return "".join(_COMMAND.sub(lambda m: m[1] if _greek_or_marked(m[1]) else "", text).split())


def _greek_or_marked(command: str) -> bool:
    return any(_is_letter(command.removesuffix(mark)) for mark in ("", *MARKS))
