"""What a user holds: a diagram, which shows itself, is written in several inks, and stands beside another one.

Here the public verbs meet: they check what they are given, let a layout be made, and hand it to an ink on request.
Nothing here computes a coordinate but for placing two pictures side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from symrnn.diagram.curves import line
from symrnn.diagram.folded import circuit_layout
from symrnn.diagram.grid import unfolded_layout
from symrnn.diagram.ink_dot import dot
from symrnn.diagram.ink_svg import svg
from symrnn.diagram.ink_tikz import tikz
from symrnn.diagram.labels import Label
from symrnn.diagram.layout import MARGIN, SMALLER, Edge, Layout, Panel, Text
from symrnn.errors import Undefined, Unsupported
from symrnn.files import write_file
from symrnn.model import Recurrence

ARROW = 84.0  # length of the arrow between two pictures, and the room around it
SPACE = 26.0


@dataclass(frozen=True)
class Diagram:
    """A picture of a model: `layout` is its geometry, `svg`, `tikz` and `dot` write it down.

    Two diagrams stand beside each other, with an arrow from the first to the second, by `first | second`.

    Examples
    --------
    >>> import symrnn as sr
    >>> picture = sr.circuit(sr.models.driven())
    >>> [node.name for node in picture.layout.nodes], picture.svg()[:4]
    (['x', 'h'], '<svg')
    """

    layout: Layout

    def svg(self) -> str:
        """The text of an SVG file: nodes, edges and delays carry these classes and their mathematical names.

        Examples
        --------
        >>> import symrnn as sr
        >>> 'data-from="s[2]" data-to="s[3]"' in sr.unfolded(sr.models.classical(), tau=3).svg()
        True
        """
        return svg(self.layout)

    def tikz(self) -> str:
        """A `tikzpicture` for a LaTeX document with the packages amsmath and tikz.

        Examples
        --------
        >>> import symrnn as sr
        >>> print(sr.circuit(sr.models.classical()).tikz().splitlines()[0])
        % needs \\usepackage{amsmath, tikz}
        """
        return tikz(self.layout)

    def dot(self) -> str:
        """The graph in the language of Graphviz; `neato -n` keeps the positions.

        Examples
        --------
        >>> import symrnn as sr
        >>> '"s" -> "s"' in sr.circuit(sr.models.classical()).dot()
        True
        """
        return dot(self.layout)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file, in the form that its ending names: .svg, .tex or .dot.

        Raises
        ------
        Unsupported
            For any other ending.
        """
        target = Path(path)
        inks = {".svg": self.svg, ".tex": self.tikz, ".dot": self.dot}
        if target.suffix not in inks:
            raise Unsupported(
                f"{target.name}: a diagram is not written as {target.suffix or 'a file without an ending'}",
                repair="one of the endings " + ", ".join(inks),
            )
        return write_file(target, inks[target.suffix]())

    def _repr_svg_(self) -> str:
        return self.svg()

    def __or__(self, other: object) -> Diagram:
        if not isinstance(other, Diagram):
            return NotImplemented
        return Diagram(beside(self.layout, other.layout))


def beside(first: Layout, second: Layout) -> Layout:
    """Two layouts on one canvas, their lowest rows at one height, an arrow between them."""
    base = max(first.panels[-1].base, second.panels[0].base)
    up, down = base - first.panels[-1].base, base - second.panels[0].base
    right = first.width + 2 * SPACE + ARROW - 2 * MARGIN
    panels = [p.moved(0, up) for p in first.panels] + [p.moved(right, down) for p in second.panels]
    height = max(first.height + up, second.height + down)
    start, end = (right - SPACE - ARROW + MARGIN, height / 2), (right - SPACE + MARGIN, height / 2)
    word = "Unfold" if (first.panels[-1].kind, second.panels[0].kind) == ("circuit", "unfolded") else ""
    texts = (Text(Label(word, italic=False), (start[0] + end[0]) / 2, height / 2 - 14, SMALLER, "unfold"),)
    arrows = [_moved(a, 0, up) for a in first.arrows] + [_moved(a, right, down) for a in second.arrows]
    arrows.append(Edge("", "", line(start, end), texts=texts if word else ()))
    return Layout(
        right + second.width,
        height,
        f"{first.title}; {second.title}",
        f"{first.description} Beside it: {second.description}",
        tuple(panels),
        tuple(arrows),
    )


def _moved(arrow: Edge, dx: float, dy: float) -> Edge:
    return Panel("", (), (arrow,), (), 0.0).moved(dx, dy).edges[0]


def circuit(model: Recurrence) -> Diagram:
    """The folded graph of a model: one node for each sequence, a black square for each step of delay.

    Delays from the future, of states that run backward, are outlined squares on the left.

    Parameters
    ----------
    model
        A `Recurrence`.

    Examples
    --------
    >>> import symrnn as sr
    >>> picture = sr.circuit(sr.models.elman())
    >>> [(e.source, e.target, len(e.delays)) for e in picture.layout.edges if e.delays]
    [('h', 'h', 1)]
    """
    return Diagram(circuit_layout(_checked(model)))


def unfolded(model: Recurrence, tau: object = 3, *, full: bool | None = None) -> Diagram:
    """The unfolded graph of a model on a time grid: a column for each step, a row for each sequence.

    Parameters
    ----------
    model
        A `Recurrence`.
    tau
        The last time: a number, or `symrnn.tau` for the steps t-1, t, t+1 between ellipses.
    full
        Whether to draw every step, or the first two and the last; by default every step up to tau = 12.

    Raises
    ------
    Undefined
        For a last time that is neither.

    Examples
    --------
    >>> import symrnn as sr
    >>> picture = sr.unfolded(sr.models.classical(), tau=3)
    >>> [(e.source, e.target) for e in picture.layout.edges]
    [('s[1]', 's[2]'), ('s[2]', 's[3]')]
    """
    _checked(model)
    return Diagram(unfolded_layout(model, tau, full))


def _checked(model: object) -> Recurrence:
    if not isinstance(model, Recurrence):
        raise Undefined(f"{model!r} is not a model", repair="draw a Recurrence, for instance symrnn.models.elman()")
    return model
