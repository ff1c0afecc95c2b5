"""How a picture looks: sizes, colours, fonts, the shapes of nodes. One object serves every ink.

Three looks are ready: light, dark and print. Their tints differ in lightness as well as in hue, and their accents
keep apart for every kind of colour vision; the tests compute both, and the contrast of all that is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from symrnn.errors import Undefined

FONTS = "'STIX Two Text','Latin Modern Roman',Cambria,'Times New Roman',serif"
KINDS = (*("state", "input", "target", "output", "loss", "intermediate", "constant", "boundary", "parameter", "copy"),)
SHAPES = MappingProxyType({"round": 26.0, "box": 7.0})  # the radius of the corners


@dataclass(frozen=True)
class Style:
    """The look of a picture.

    Parameters
    ----------
    ink, paper
        Colours of lines and letters and of the ground, as #rrggbb.
    fills
        The colour of a node by its kind (state, input, target, output, loss, intermediate, constant, boundary,
        parameter, copy); others are of the colour of the paper.
    accents
        Colours of the backward pass (the first) and of highlighted paths.
    shapes
        "round" or "box" by kind of node; others are round.
    fonts
        A font list for SVG. TikZ uses the fonts of its document.
    scale
        Size of the whole picture.
    spacing
        How far nodes stand apart, 1 being as close as the arrows allow.
    labels
        Whether functions and parameters are written beside arrows.

    Raises
    ------
    Undefined
        For a colour, kind or shape that there is not.

    Examples
    --------
    >>> import symrnn as sr
    >>> dark = sr.unfolded(sr.models.classical(), tau=3, style="dark")
    >>> wide = sr.circuit(sr.models.elman(), style=sr.Style(shapes={"input": "box"}, scale=1.5))
    >>> wide.svg().count("<circle"), sr.circuit(sr.models.elman()).svg().count("<circle")
    (4, 5)
    """

    ink: str = "#1a1a1a"
    paper: str = "#ffffff"
    fills: Mapping[str, str] = field(
        default_factory=lambda: {
            "state": "#d3e5f6",
            "intermediate": "#ebebeb",
            "output": "#d9efd9",
            "loss": "#fbe0c6",
            "parameter": "#ecdcf0",
            "copy": "#f5eef7",
        },
        hash=False,
    )
    accents: tuple[str, ...] = ("#b34700", "#0060a8", "#00735a", "#a0347d", "#6b5a00", "#4a4a4a")
    shapes: Mapping[str, str] = field(default_factory=lambda: {"parameter": "box", "copy": "box"}, hash=False)
    fonts: str = FONTS
    scale: float = 1.0
    spacing: float = 1.0
    labels: bool = True

    def __post_init__(self) -> None:
        for colour in (self.ink, self.paper, *self.fills.values(), *self.accents):
            if not _is_colour(colour):
                raise Undefined(f"{colour!r} is not a colour", repair="six hexadecimal digits, such as #1a1a1a")
        for what, names, known in (
            ("kind of node", {*self.fills, *self.shapes}, KINDS),
            ("shape", set(self.shapes.values()), tuple(SHAPES)),
        ):
            for name in sorted(names - set(known)):
                raise Undefined(f"{name!r} is not a {what}", repair="one of " + ", ".join(known))
        if not self.accents or not 0.2 <= self.scale <= 10 or not 1 <= self.spacing <= 10:
            raise Undefined(
                f"accents={self.accents}, scale={self.scale}, spacing={self.spacing}",
                repair="at least one accent, a scale from 0.2 to 10, a spacing from 1 to 10",
            )

    def fill(self, kind: str) -> str:
        """The colour of a kind of node."""
        return self.fills.get(kind, self.paper)

    def corner(self, kind: str) -> float:
        """The radius of the corners of a kind of node."""
        return SHAPES[self.shapes.get(kind, "round")]

    def accent(self, tone: int) -> str:
        """The colour of a highlight."""
        return self.accents[tone % len(self.accents)]


def _is_colour(text: object) -> bool:
    return (
        isinstance(text, str) and len(text) == 7 and text[0] == "#" and set(text[1:].lower()) <= set("0123456789abcdef")
    )


LIGHT = Style()
DARK = Style(
    ink="#ececec",
    paper="#15181d",
    fills={
        "state": "#1d4468",
        "intermediate": "#3b3f45",
        "output": "#1f4f2f",
        "loss": "#65401a",
        "parameter": "#503a5c",
        "copy": "#352a3d",
    },
    accents=("#ffa066", "#7cc0ff", "#54d6a9", "#f59fd0", "#d9c25c", "#c4c4c4"),
)
PRINT = Style(
    ink="#000000",
    fills={"state": "#dedede", "intermediate": "#f3f3f3", "parameter": "#ececec"},
    accents=("#000000", "#3d3d3d", "#5a5a5a", "#6e6e6e"),
)
STYLES = MappingProxyType({"light": LIGHT, "dark": DARK, "print": PRINT})


def style_of(style: Style | str | None) -> Style:
    """A style by itself or by its name."""
    if style is None:
        return LIGHT
    if isinstance(style, Style):
        return style
    if style not in STYLES:
        raise Undefined(f"no style is called {style!r}", repair="one of " + ", ".join(STYLES) + ", or a Style(...)")
    return STYLES[style]
