"""A document as LaTeX: a complete article, or a fragment that another document inputs.

Only amsmath, amssymb, bm, mathtools, tikz, xcolor, booktabs and microtype are used, and only the article class.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symrnn.errors import Undefined, Unsupported
from symrnn.typeset.blocks import Block, Code, Display, Frame, Heading, Lines, Page, Paragraph, Picture, Table
from symrnn.typeset.tex_lines import BOX, NUMBER, WHY, display, needs
from symrnn.typeset.tex_words import escape, inline, with_macros

PACKAGES = r"\usepackage{amsmath,amssymb,bm,mathtools,tikz,xcolor,booktabs,microtype}"
LAYOUT = r"""\setlength{\textwidth}{6.3in}
\setlength{\oddsidemargin}{0in}
\setlength{\topmargin}{-0.5in}
\setlength{\textheight}{9.6in}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6ex plus 0.3ex}
\allowdisplaybreaks
\raggedbottom
"""
ROOM = {1: 81, 2: 43}  # columns of half an em that a line of one or two columns holds
OTHERS = {1: 65, 2: 39}  # the same in an article of somebody else, with the widths of the class
# Letters of a program that a line of one column holds, in each size.
LETTERS = {r"\normalsize": 78, r"\small": 86, r"\footnotesize": 95, r"\scriptsize": 106, r"\tiny": 140}
PREFIX = re.compile(r"[A-Za-z0-9.:-]{0,12}")


@dataclass(frozen=True)
class TexStyle:
    """How a document is written in TeX.

    Parameters
    ----------
    fragment
        Without preamble, for `\\input`: it brings its own macros, which the document may define otherwise.
    beamer
        Frames for slides, one a step, instead of an article.
    prefix
        Equations are numbered (A.1), (A.2), ... for "A."; in a fragment they have a count of their own then.
    columns
        1 or 2: lines are broken for the width of one of them.
    """

    fragment: bool = False
    beamer: bool = False
    prefix: str = ""
    columns: int = 1

    def __post_init__(self) -> None:
        if self.columns not in ROOM:
            raise Undefined(f"columns={self.columns!r}", repair="1 or 2")
        if not PREFIX.fullmatch(self.prefix):
            raise Undefined(
                f"prefix={self.prefix!r} cannot stand before an equation's number",
                repair='at most 12 letters, digits, points, colons and hyphens, such as "A."',
            )


class TexWriter:
    """The blocks of a page as TeX; it remembers the number that the next equation gets."""

    def __init__(self, room: int, counting: bool, columns: int = 1) -> None:
        self.room, self.columns = room, columns
        self.next: int | None = 1 if counting else None

    def block(self, block: Block) -> str:
        """One block."""
        match block:
            case Heading():
                return f"\n\\section*{{{escape(block.words)}}}"
            case Paragraph(parts, strong):
                return framed(inline(parts)) if strong else f"\n{inline(parts)}"
            case Display():
                return self.display(block)
            case Lines():
                return "\n".join(map(self.block, self.laid_out(block)))
            case Table():
                return table(block)
            case Picture():
                return picture(block, r"\linewidth")
            case Frame():
                inner = "\n".join(map(self.block, block.blocks))
                return f"\n\\medskip\\hrule\\medskip\n{inner}\n\\medskip\\hrule\\medskip"
            case Code():
                return code(block, self.columns, self.room / ROOM[1])
        raise TypeError(type(block).__name__)

    def laid_out(self, block: Lines) -> tuple[Block, ...]:
        """Lines of a derivation, their reasons at the right where there is room."""
        return block.laid_out(lambda line: needs(line.beside(line.why)) <= self.room - NUMBER)

    def display(self, block: Display) -> str:
        """Lines; the numbers are counted along."""
        text = display(block, self.room, self.next)
        numbers = [row.number for row in block.rows.rows if row.number]
        if self.next is not None and numbers and not block.repeated:
            self.next = numbers[-1] + 1
        return text


def write_tex(page: Page, style: TexStyle) -> str:
    """An article, or a fragment of one."""
    counting = not style.fragment or bool(style.prefix)
    room = OTHERS if style.fragment else ROOM
    writer = TexWriter(room[style.columns], counting, style.columns)
    body = numbered("\n".join(map(writer.block, page.blocks)), style)
    if style.fragment:
        return f"% {escape(page.title)}; needs {PACKAGES}\n{own(across_pages(body))}\n"
    options = "11pt,a4paper" if style.columns == 1 else "10pt,a4paper,twocolumn"
    title = f"\\title{{{escape(page.title)}}}\n\\author{{}}\n\\date{{{escape(page.source)}}}\n"
    head = f"\\documentclass[{options}]{{article}}\n{PACKAGES}\n{LAYOUT}{WHY}\n{title}"
    return f"{head}\\begin{{document}}\n\\maketitle\n{body}\n\\end{{document}}\n"


def own(body: str) -> str:
    """A fragment's text with all macros that it uses."""
    return (f"{WHY}\n" if BOX in body else "") + with_macros(body)


def across_pages(body: str) -> str:
    """A fragment whose displays go on on the next page, as those of an article do."""
    return f"\\begingroup\\allowdisplaybreaks\n{body}\n\\endgroup"


def numbered(body: str, style: TexStyle) -> str:
    """The text with the prefix before its equations' numbers; a fragment gives the counter back as it was."""
    if not style.prefix:
        return body
    number = rf"\renewcommand{{\theequation}}{{{style.prefix}\arabic{{equation}}}}"
    if not style.fragment:
        return f"{number}\n{body}"
    kept = r"\begingroup\edef\rnnkept{\arabic{equation}}\setcounter{equation}{0}"
    target = r"\providecommand{\theHequation}{}\renewcommand{\theHequation}{rnn.\theequation}"
    return f"{kept}\n{number}\n{target}\n{body}\n\\setcounter{{equation}}{{\\rnnkept}}\\endgroup"


def framed(text: str) -> str:
    """A text in a frame."""
    return (
        "\\par\\medskip\\noindent{\\setlength{\\fboxsep}{6pt}"
        f"\\fbox{{\\parbox{{\\dimexpr\\linewidth-2\\fboxsep-2\\fboxrule}}{{{text}}}}}}}\\par"
    )


def picture(block: Picture, width: str, height: str = "") -> str:
    """A picture, made smaller when it is too wide."""
    caption = f"\\\\[1ex]\n{escape(block.caption)}" if block.caption else ""
    return f"\\begin{{center}}\n{fitted(block.tikz, width, height)}{caption}\n\\end{{center}}"


def fitted(content: str, width: str, height: str = "") -> str:
    """Content at its size if it fits, else made smaller; `\\resizebox` comes with tikz."""
    box = "\\sbox0{%\n" + content.rstrip() + "}%\n"
    wide = rf"\ifdim\wd0>{width}\relax\sbox0{{\resizebox{{{width}}}{{!}}{{\usebox0}}}}\fi"
    high = rf"\ifdim\ht0>{height}\relax\sbox0{{\resizebox{{!}}{{{height}}}{{\usebox0}}}}\fi" if height else ""
    return f"{box}{wide}{high}\\usebox0"


def table(block: Table, height: str = "") -> str:
    """A table, made smaller when it is too wide."""
    return f"\\begin{{center}}\n{fitted(tabular(block), chr(92) + 'linewidth', height)}\n\\end{{center}}"


def tabular(block: Table) -> str:
    """A table of three rules."""
    rows = [" & ".join(inline(cell) for cell in row) + r" \\" for row in block.body]
    head = " & ".join(escape(word) for word in block.head) + r" \\"
    top = [f"\\begin{{tabular}}{{{'l' * len(block.head)}}}", r"\toprule", head, r"\midrule"]
    return "\n".join([*top, *rows, r"\bottomrule", "\\end{tabular}"])


def code(block: Code, columns: int, share: float = 1.0) -> str:
    """A program as it stands, over both columns, in letters so small that its longest line fits.

    `share` is the width of the text as a part of that of an article of ours.
    """
    if r"\end{verbatim}" in block.source:
        raise Unsupported(r"a program that holds \end{verbatim} cannot be shown in TeX")
    longest = max(map(len, block.source.splitlines()), default=0)
    room = share if columns == 1 else 1.0
    size = next((name for name, letters in LETTERS.items() if longest <= room * letters), r"\tiny")
    text = f"{{{size}\n\\begin{{verbatim}}\n{block.source.rstrip()}\n\\end{{verbatim}}\n}}"
    return text if columns == 1 else f"\\onecolumn\n{text}\n\\twocolumn"
