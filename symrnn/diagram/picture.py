"""What a user holds: a diagram, which shows itself, is written in several inks, and stands beside another one.

A diagram is a layout, which is pure geometry, and a style, which says how an ink draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from symrnn.diagram.ink_dot import dot
from symrnn.diagram.ink_svg import svg
from symrnn.diagram.ink_tikz import tikz
from symrnn.diagram.joining import joined
from symrnn.diagram.layout import Layout
from symrnn.diagram.style import LIGHT, Style
from symrnn.errors import Unsupported
from symrnn.files import write_file

ENDINGS = (".svg", ".png", ".tex", ".dot")


@dataclass(frozen=True, repr=False)
class Diagram:
    """A picture of a model: `layout` is its geometry, `style` its look; `svg`, `tikz`, `dot` and `png` draw it.

    Two diagrams stand beside each other, with an arrow from the first to the second, by `first | second`.

    Examples
    --------
    >>> import symrnn as sr
    >>> sr.circuit(sr.models.driven())
    Diagram: Circuit of driven
      2 nodes: x, h
      2 arrows: x -> h, h -> h (delay 1)
      .svg() .tikz() .dot() .png() .save("picture.svg")
    """

    layout: Layout
    style: Style = LIGHT

    def svg(self, outline: bool = False) -> str:
        """The text of an SVG file: nodes, edges and delays carry these classes and their mathematical names.

        Parameters
        ----------
        outline
            Whether to draw letters as paths, for places that have no fonts (needs the extra `render`).

        Examples
        --------
        >>> import symrnn as sr
        >>> 'data-from="s[2]" data-to="s[3]"' in sr.unfolded(sr.models.classical(), tau=3).svg()
        True
        """
        return svg(self.layout, self.style, outline)

    def tikz(self) -> str:
        """A `tikzpicture` for a LaTeX document with the packages amsmath and tikz.

        Examples
        --------
        >>> import symrnn as sr
        >>> print(sr.unfolded(sr.models.classical(), tau=2).tikz().splitlines()[-2])
        \\draw[flow] (s 1) -- node[pos=0.5, xshift=0pt, yshift=7.5pt, font=\\small] {$f$} (s 2); % s[1] -> s[2]
        """
        return tikz(self.layout, self.style)

    def dot(self) -> str:
        """The graph in the language of Graphviz; `neato -n` keeps the positions.

        Examples
        --------
        >>> import symrnn as sr
        >>> '"s" -> "s"' in sr.circuit(sr.models.classical()).dot()
        True
        """
        return dot(self.layout, self.style)

    def png(self, zoom: float = 2.0) -> bytes:
        """The bytes of a PNG file, `zoom` pixels for each unit of the picture (needs the extra `render`).

        Raises
        ------
        Unsupported
            Without resvg-py or ziamath; for a zoom that is not from 0.1 to 20.

        Examples
        --------
        >>> import symrnn as sr
        >>> sr.circuit(sr.models.classical()).png()[1:4]
        b'PNG'
        """
        if not 0.1 <= zoom <= 20:
            raise Unsupported(f"zoom={zoom}", repair="a number from 0.1 to 20")
        try:
            import resvg_py
        except ImportError:
            raise Unsupported(
                "a PNG needs resvg-py, which is not installed", repair="pip install 'symrnn[render]', or write .svg"
            ) from None
        return bytes(resvg_py.svg_to_bytes(svg_string=self.svg(outline=True), zoom=zoom))

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file, in the form that its ending names: .svg, .png, .tex or .dot.

        Raises
        ------
        Unsupported
            For any other ending.
        """
        target = Path(path)
        if target.suffix not in ENDINGS:
            raise Unsupported(
                f"{target.name}: a diagram is not written as {target.suffix or 'a file without an ending'}",
                repair="one of the endings " + ", ".join(ENDINGS),
            )
        if target.suffix == ".png":
            return write_file(target, self.png())
        return write_file(target, {".svg": self.svg, ".tex": self.tikz, ".dot": self.dot}[target.suffix]())

    def __repr__(self) -> str:
        layout = self.layout
        flow = [e for e in layout.edges if e.role == "edge"]
        arrows = [f"{e.source} -> {e.target}" + (f" (delay {e.lag})" if e.lag else "") for e in flow]
        cells = [f"{c.name} {c.value:.3g}" for p in layout.panels for c in p.cells if not c.name.startswith("scale")]
        lines = [f"Diagram: {layout.title}"]
        lines += _counted([n.name for n in layout.nodes], "node") + _counted(arrows, "arrow") + _counted(cells, "field")
        adjoint = [f"{e.source} -> {e.target}" for e in layout.edges if e.role == "adjoint"]
        terms = sorted({f"term {e.lag}" for e in layout.edges if e.role == "route"})
        lines += _counted(adjoint, "adjoint arrow") + _counted(terms, "highlighted route")
        return "\n".join([*lines, '  .svg() .tikz() .dot() .png() .save("picture.svg")'])

    def _repr_svg_(self) -> str:
        return self.svg()

    def __or__(self, other: object) -> Diagram:
        if not isinstance(other, Diagram):
            return NotImplemented
        return self.beside(other)

    def beside(self, other: Diagram, word: str = "Unfold") -> Diagram:
        """This picture and another one on one canvas; `word` stands on the arrow from a circuit to its unfolding.

        A pair too wide for a page stands one above the other.
        """
        return Diagram(joined(self.layout, other.layout, word), self.style)


def _counted(names: list[str], word: str) -> list[str]:
    """How many there are, and the first ones by name."""
    some = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return [f"  {len(names)} {word}{'s' * (len(names) > 1)}: {some}"] if names else []
