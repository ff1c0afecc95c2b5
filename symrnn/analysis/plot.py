"""Curves and maps as pictures, drawn by matplotlib, the extra `plot`; all numbers are to be had without it.

A figure is made on request and never shown by itself: no window, no state that is shared with a user's own pictures.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from symrnn.errors import Unsupported
from symrnn.files import write_file

ENDINGS = (".svg", ".png", ".pdf")
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")  # told apart by colour-blind people too
LOOK = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "0.9",
    "grid.linewidth": 0.6,
    "font.size": 10.0,
    "legend.frameon": False,
    "lines.markersize": 4.0,
    "mathtext.fontset": "cm",
    "svg.hashsalt": "symrnn",  # the same bytes in every process
}
STAMPS = {".svg": {"Date": None}, ".png": {"Software": None}, ".pdf": {"CreationDate": None}}


@dataclass(frozen=True, repr=False)
class Plot:
    """A picture that shows itself in a notebook and is written by `save`.

    draw
        Called with the axes of each panel.
    panels
        How many panels stand beside each other.
    """

    draw: Callable[..., None]
    panels: int = 1
    title: str = ""

    @property
    def figure(self) -> Any:
        """The matplotlib figure, new each time, to be changed at will.

        Raises
        ------
        Unsupported
            When matplotlib is not installed.
        """
        matplotlib = _matplotlib()
        from matplotlib.figure import Figure

        with matplotlib.rc_context({**LOOK, "axes.prop_cycle": matplotlib.cycler(color=COLOURS)}):
            made = Figure(figsize=(4.6 * self.panels, 3.1), layout="constrained")
            self.draw(*made.subplots(1, self.panels, squeeze=False)[0])
        return made

    def written(self, ending: str) -> bytes:
        """The bytes of a file of one of the endings .svg, .png, .pdf."""
        made, target = self.figure, io.BytesIO()
        with _matplotlib().rc_context(LOOK):
            made.savefig(target, format=ending[1:], dpi=150, metadata=STAMPS[ending])
        return target.getvalue()

    def svg(self) -> str:
        """The text of an SVG file, letters as outlines."""
        return self.written(".svg").decode("utf-8")

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file, in the form that its ending names: .svg, .png or .pdf.

        Raises
        ------
        Unsupported
            For any other ending; when matplotlib is not installed.
        """
        target = Path(path)
        if target.suffix not in ENDINGS:
            raise Unsupported(
                f"{target.name}: a plot is not written as {target.suffix or 'a file without an ending'}",
                repair="one of the endings " + ", ".join(ENDINGS),
            )
        return write_file(target, self.written(target.suffix))

    def __repr__(self) -> str:
        return f'Plot: {self.title or "a figure"}\n  .figure .svg() .save("picture.svg")'

    def _repr_svg_(self) -> str:
        return self.svg()


def _matplotlib() -> Any:
    try:
        import matplotlib
    except ImportError:
        raise Unsupported(
            "pictures of curves are drawn by matplotlib, which is not installed",
            repair="pip install 'symrnn[plot]'; the numbers are there without it",
        ) from None
    return matplotlib
