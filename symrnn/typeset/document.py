"""A derivation as a document: `document(model).save("elman.tex")`, also `.md` and `.html`.

The content is put together once, as blocks; a writer for each ending draws them. Pictures are handed over by
the caller: this room draws none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from symrnn.calculus.bptt import bptt
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.report import Report
from symrnn.errors import Undefined, Unsupported
from symrnn.files import write_file
from symrnn.model import Recurrence
from symrnn.typeset import sections as parts
from symrnn.typeset.blocks import Block, Picture
from symrnn.typeset.displays import presenter
from symrnn.typeset.notation import Notation, as_notation
from symrnn.typeset.write_html import write_html
from symrnn.typeset.write_markdown import write_markdown
from symrnn.typeset.write_tex import write_tex

DETAILS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "result": ("model", "backward", "gradients", "verification"),
        "lecture": ("model", "pictures", "unfolding", "backward", "gradients", "copies", "verification"),
        "full": ("model", "pictures", "unfolding", "backward", "gradients", "copies", "steps", "verification"),
    }
)
WRITERS: Mapping[str, Callable[[str, str, tuple[Block, ...]], str]] = MappingProxyType(
    {".tex": write_tex, ".md": write_markdown, ".html": write_html}
)


@dataclass(frozen=True)
class Document:
    """A title, where the model comes from, and blocks."""

    title: str
    source: str
    blocks: tuple[Block, ...]

    def render(self, ending: str) -> str:
        """The whole text for ".tex", ".md" or ".html".

        Raises
        ------
        Unsupported
            For any other ending.
        """
        if ending not in WRITERS:
            raise Unsupported(
                f"a document cannot be written as {ending or 'a file without an ending'}",
                repair="end the file's name in " + ", ".join(WRITERS),
            )
        return WRITERS[ending](self.title, self.source, self.blocks)

    def save(self, path: str | Path) -> Path:
        """Write the document to a file; its ending says which kind."""
        target = Path(path)
        return write_file(target, self.render(target.suffix))

    def _repr_markdown_(self) -> str:
        return self.render(".md")


def document(
    subject: Recurrence | Derivation,
    *,
    notation: Notation | str | None = None,
    report: Report | None = None,
    detail: str = "lecture",
    sections: Sequence[str] | None = None,
    pictures: Sequence[Any] = (),
) -> Document:
    """The derivation of a model's gradient as an article.

    Parameters
    ----------
    subject
        A model, whose gradient is then derived for symbolic tau, or a derivation.
    notation
        A `Notation` or the name of a preset.
    report
        What a verification found; without one the derivation is verified now.
    detail
        "result", "lecture" or "full": without reasons, with them, and with every step.
    sections
        Which sections, in this order, instead of those that `detail` means: "model", "pictures",
        "unfolding", "backward", "gradients", "copies", "steps", "verification".
    pictures
        Objects with `.svg()` and `.tikz()`, such as `symrnn.circuit(model)`.

    Raises
    ------
    Undefined
        For an unknown detail, section or notation.

    Examples
    --------
    >>> import symrnn as sr
    >>> page = sr.document(sr.models.scalar()).render(".md")
    >>> print(page.splitlines()[0])
    # Scalar tanh network with squared error
    """
    derivation = subject if isinstance(subject, Derivation) else bptt(subject)
    if detail not in DETAILS:
        raise Undefined(f"detail={detail!r}", repair="one of " + ", ".join(map(repr, DETAILS)))
    chosen = tuple(sections) if sections is not None else DETAILS[detail]
    for name in chosen:
        if name not in parts.SECTIONS and name != "pictures":
            raise Undefined(f"no section is called {name!r}", repair="one of " + ", ".join(parts.SECTIONS))
    content = parts.Content(
        derivation,
        presenter(derivation, as_notation(notation), None),
        report if report is not None else derivation.verify(),
        reasons=detail != "result",
    )
    blocks: list[Block] = []
    for name in chosen:
        blocks += _drawn(pictures) if name == "pictures" else parts.SECTIONS[name](content)
    title = derivation.model.title
    words = title.summary or title.name
    return Document(words[:1].upper() + words[1:], title.source, tuple(blocks))


def _drawn(pictures: Sequence[Any]) -> list[Block]:
    return [Picture(x.svg(), x.tikz(), getattr(x, "caption", "")) for x in pictures]
