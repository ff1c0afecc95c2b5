"""A derivation as a document: `document(model).save("elman.tex")`, also `.html`, `.md`, `.ipynb` and `.pdf`.

The content is put together once, as blocks; a writer for each ending draws them. Pictures and programs are
handed over by the caller: this room makes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from symrnn.calculus.bptt import bptt
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.report import Report
from symrnn.errors import Undefined, Unsupported
from symrnn.files import write_file
from symrnn.model import Recurrence
from symrnn.typeset.blocks import Heading, Page, Picture, plain_name
from symrnn.typeset.content import Content
from symrnn.typeset.displays import as_asked, presenter
from symrnn.typeset.notation import Notation, as_notation
from symrnn.typeset.pdf import make_pdf, needed_engine
from symrnn.typeset.present import Presenter
from symrnn.typeset.sections import DETAILS, SECTIONS
from symrnn.typeset.words_models import source_in, title_in
from symrnn.typeset.write_beamer import write_beamer
from symrnn.typeset.write_html import write_html
from symrnn.typeset.write_markdown import picture_files, write_markdown
from symrnn.typeset.write_notebook import write_notebook
from symrnn.typeset.write_tex import TexStyle, write_tex
from symrnn.typeset.write_text import write_text

ENDINGS = (".tex", ".pdf", ".html", ".md", ".ipynb", ".txt")
PLAIN = TexStyle()


@dataclass(frozen=True, repr=False)
class Document:
    """A page and the derivation it is about, if there is one; it is written as the ending of a file's name says."""

    page: Page
    derivation: Derivation | None

    @property
    def title(self) -> str:
        """What the document is called."""
        return self.page.title

    def render(self, ending: str, **style: Any) -> str:
        """The whole text for ".tex", ".html", ".md", ".ipynb" or ".txt".

        Parameters
        ----------
        ending
            The kind of text.
        style
            For ".tex": what `TexStyle` takes, so `fragment`, `beamer`, `prefix`, `columns`.

        Raises
        ------
        Unsupported, Undefined
            For any other ending; for a style that this ending does not have.
        """
        chosen = _style(ending, style)
        match ending:
            case ".tex":
                return write_beamer(self.page, chosen) if chosen.beamer else write_tex(self.page, chosen)
            case ".html":
                return write_html(self.page)
            case ".md":
                return write_markdown(self.page)
            case ".ipynb":
                if self.derivation is None:
                    raise Unsupported("a notebook derives its lines again; here are none", repair="write .md or .html")
                return write_notebook(self.page, self.derivation)
            case ".txt":
                return write_text(self.page)
        texts = ", ".join(x for x in ENDINGS if x != ".pdf")
        raise Unsupported(
            f"a document has no text for {ending or 'a file without an ending'}", repair=f"one of {texts}"
        )

    def save(self, path: str | PathLike[str], **style: Any) -> Path:
        """Write the document to a file; its ending says which kind. Pictures of an .md stand in files beside it.

        Parameters
        ----------
        path
            Ends in .tex, .pdf, .html, .md, .ipynb or .txt.
        style
            For .tex and .pdf: what `TexStyle` takes.

        Raises
        ------
        Unsupported
            For any other ending; for .pdf when no TeX is installed.
        WriteError
            When the file cannot be written; then nothing is left behind.

        Examples
        --------
        >>> import symrnn as sr, tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = sr.document(sr.models.scalar()).save(pathlib.Path(folder) / "scalar.tex", fragment=True)
        ...     print(path.read_text().splitlines()[0][:40])
        % Scalar tanh network with squared error
        """
        target = Path(path)
        self.check(target, **style)
        if target.suffix == ".pdf":
            return write_file(target, make_pdf(self.render(".tex", **style)))
        if target.suffix == ".md":
            files = picture_files(self.page, target.stem)
            text = write_markdown(self.page, tuple(files))
            for name, content in files.items():
                write_file(target.with_name(name), content)
            return write_file(target, text)
        return write_file(target, self.render(target.suffix, **style))

    @staticmethod
    def check(path: str | PathLike[str], **style: Any) -> None:
        """Refuse a file that no document can be written to, before any work is done; see `save`."""
        ending = Path(path).suffix
        if ending not in ENDINGS:
            raise Unsupported(
                f"a document cannot be written as {ending or 'a file without an ending'}",
                repair="end the file's name in " + ", ".join(ENDINGS),
            )
        _style(ending, style)
        if ending == ".pdf":
            needed_engine()

    def __repr__(self) -> str:
        words = [block.words for block in self.page.blocks if isinstance(block, Heading)]
        return f"<{type(self).__name__} {self.title!r}: {', '.join(words)}>"

    def _repr_markdown_(self) -> str:
        return self.render(".md")


def _style(ending: str, style: dict[str, Any]) -> TexStyle:
    """The style in TeX, refused where there is none."""
    unknown = [name for name in style if name not in TexStyle.__dataclass_fields__]
    if unknown:
        raise Undefined(
            f"a document is not written with {unknown[0]}=...",
            repair="one of " + ", ".join(TexStyle.__dataclass_fields__),
        )
    chosen = TexStyle(**style)
    if chosen != PLAIN and ending not in {".tex", ".pdf"}:
        raise Undefined(f"{', '.join(style)}: only .tex and .pdf are written with it", repair="leave it out")
    if chosen.fragment and ending == ".pdf":
        raise Undefined("a fragment is no whole document, so it has no .pdf", repair="leave out fragment=True")
    return chosen


def document(
    subject: Recurrence | Derivation,
    *,
    notation: Notation | str | None = None,
    report: Report | None = None,
    detail: str = "lecture",
    sections: Sequence[str] | None = None,
    pictures: Sequence[Any] = (),
    code: str = "",
    language: str = "en",
) -> Document:
    """The derivation of a model's gradient as a document.

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
        Which sections, in this order, instead of those that `detail` means: "model", "pictures", "unfolding",
        "uses", "forward", "backward", "gradients", "missing", "copies", "summary", "closed", "steps",
        "code", "verification".
    pictures
        Objects with `.svg()` and `.tikz()`, such as `symrnn.circuit(model)`.
    code
        The text of a program, such as `symrnn.to_numpy(model).source`.
    language
        "en" or "de".

    Raises
    ------
    Undefined
        For an unknown detail, section, notation or language.

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
    chosen = tuple(dict.fromkeys(sections)) if sections is not None else DETAILS[detail]
    for name in chosen:
        if name not in SECTIONS:
            raise Undefined(f"no section is called {name!r}", repair="one of " + ", ".join(SECTIONS))
    p = presenter(derivation, as_notation(notation), None, language=language)
    shown, p = as_asked(derivation, p)
    content = Content(
        shown,
        p,
        report if report is not None and shown is derivation else shown.verify(),
        chosen,
        reasons=detail != "result",
        detail=detail,
        code=code,
        pictures=_drawn(pictures, p),
    )
    blocks = tuple(block for name in chosen for block in SECTIONS[name](content))
    title = derivation.model.title
    words = title_in(title.summary or title.name, language)
    origin = source_in(title.source, language)
    page = Page(words[:1].upper() + words[1:], origin, blocks, plain_name(title.name), language)
    return Document(page, shown)


def _drawn(pictures: Iterable[Any], p: Presenter) -> tuple[Picture, ...]:
    """Each picture as what writers need, under names that differ."""
    return tuple(Picture(x.svg(), x.tikz(), _caption(x, p), f"picture-{i}") for i, x in enumerate(pictures, 1))


def _caption(picture: Any, p: Presenter) -> str:
    """What stands below a picture: its own words, or what its panels show."""
    layout = getattr(picture, "layout", None)
    own = getattr(picture, "caption", "")
    shown = [f"picture.{panel.kind}" for panel in getattr(layout, "panels", ())]
    if own or not shown or any(key not in p.words for key in shown):
        return own or getattr(layout, "title", "")
    words = p.words["and"].join(p.words[key] for key in shown)
    return words[:1].upper() + words[1:]
