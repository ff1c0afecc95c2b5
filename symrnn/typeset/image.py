"""A formula as a picture without TeX: `image(x, "x.svg")` and .png, with glyphs as outlines.

ziamath draws the formula's MathML and resvg-py makes points of it; both are the extra `[render]`.
"""

from __future__ import annotations

import re
import warnings
from os import PathLike
from pathlib import Path
from typing import Any

from symrnn.errors import Undefined, Unsupported
from symrnn.files import write_file
from symrnn.typeset.displays import presenter
from symrnn.typeset.mathml import MathmlRenderer
from symrnn.typeset.notation import Notation, as_notation
from symrnn.typeset.present import presented

COLOUR = re.compile(r"#[0-9a-fA-F]{6}|[a-z]{3,20}")
LARGEST = 200.0


def image(
    x: Any,
    path: str | PathLike[str],
    *,
    notation: Notation | str | None = None,
    model: Any = None,
    size: float = 24.0,
    colour: str = "black",
    background: str = "none",
) -> Path:
    """Anything mathematical as a picture of its own, .svg or .png, without TeX.

    Parameters
    ----------
    x, notation, model
        As for `latex`.
    path
        Ends in .svg or .png.
    size
        Of the letters, in pixels.
    colour, background
        Names of CSS or #rrggbb; the background may be "none".

    Raises
    ------
    Unsupported
        For any other ending; when the extra `[render]` is not installed.
    Undefined
        For a size or colour that is none.

    Examples
    --------
    >>> import symrnn as sr, tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     picture = sr.image(sr.models.scalar().equations[0], pathlib.Path(folder) / "h.svg")
    ...     print(picture.read_text()[:4])
    <svg
    """
    target = Path(path)
    if target.suffix not in {".svg", ".png"}:
        raise Unsupported(
            f"a formula is not drawn as {target.suffix or 'a file without an ending'}", repair="end it in .svg or .png"
        )
    if not 1 <= size <= LARGEST:
        raise Undefined(f"size={size!r}", repair=f"pixels, from 1 to {LARGEST:.0f}")
    for name in (colour, background):
        if not COLOUR.fullmatch(name):
            raise Undefined(f"{name!r} is not a colour", repair="a name of CSS such as 'black', or '#1a1a1a'")
    drawn = svg_of(x, notation, model, size, colour, background)
    return write_file(target, drawn if target.suffix == ".svg" else png_of(drawn))


def svg_of(x: Any, notation: Notation | str | None, model: Any, size: float, colour: str, background: str) -> str:
    """The formula as the text of an SVG file."""
    try:
        with warnings.catch_warnings():  # it finds its fonts in a way that Python 3.11 calls old
            warnings.simplefilter("ignore", DeprecationWarning)
            from ziamath import Math
    except ImportError:
        raise _missing("ziamath") from None
    item = presented(x, presenter(x, as_notation(notation), model))
    drawn = MathmlRenderer()(item).replace("<mtable ", '<mtable columnalign="right left left right" ')
    words = f' mathcolor="{colour}"' + (f' mathbackground="{background}"' if background != "none" else "")
    return str(Math(f'<math display="block"><mstyle{words}>{drawn}</mstyle></math>', size=size, margin=size / 4).svg())


def png_of(svg: str) -> bytes:
    """An SVG whose letters are outlines as points."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise _missing("resvg-py") from None
    return bytes(svg_to_bytes(svg_string=svg, skip_system_fonts=True))


def _missing(name: str) -> Unsupported:
    return Unsupported(
        f"a formula is drawn by {name}, which is not installed",
        repair="pip install 'symrnn[render]', or write LaTeX: symrnn.latex(...)",
    )
