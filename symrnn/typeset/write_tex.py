"""A document as LaTeX: a complete article, or what stands between its begin and end.

Only amsmath, amssymb, bm, mathtools, tikz, xcolor, booktabs and microtype are used, and only the article class.
"""

from __future__ import annotations

from symrnn.typeset.blocks import Block, Display, Heading, Paragraph, Picture, Table
from symrnn.typeset.breaking import broken
from symrnn.typeset.items import Item, Row, Sum
from symrnn.typeset.latex import RELATIONS, LatexRenderer
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.text import TextRenderer, width

ROOM = 84  # columns of plain text that a line of the article holds, about
draw, plain = LatexRenderer(), TextRenderer()

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{amsmath,amssymb,bm,mathtools,tikz,xcolor,booktabs,microtype}
\setlength{\textwidth}{6.3in}
\setlength{\oddsidemargin}{0in}
\setlength{\topmargin}{-0.5in}
\setlength{\textheight}{9.6in}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6ex plus 0.3ex}
\allowdisplaybreaks
"""
FRAME = r"{\setlength{\fboxsep}{6pt}\fbox{\parbox{0.97\linewidth}{%s}}}"
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "Σ": r"$\sum$",
    "τ": r"$\tau$",
    "·": r"$\cdot$",
}


def write_tex(title: str, source: str, blocks: tuple[Block, ...]) -> str:
    """A complete article."""
    head = f"\\title{{{escape(title)}}}\n\\author{{}}\n\\date{{{escape(source)}}}\n"
    body = "\n".join(map(write_block, blocks))
    return f"{PREAMBLE}{head}\\begin{{document}}\n\\maketitle\n{body}\n\\end{{document}}\n"


def escape(words: str) -> str:
    """Words as TeX takes them."""
    return "".join(SPECIAL.get(sign, sign) for sign in words)


def write_block(block: Block) -> str:
    """One block."""
    match block:
        case Heading(words):
            return f"\n\\section*{{{escape(words)}}}"
        case Paragraph(parts, strong):
            text = inline(parts)
            return (
                f"{{\\setlength{{\\fboxsep}}{{6pt}}\\fbox{{\\parbox{{0.97\\linewidth}}{{{text}}}}}}}"
                if strong
                else f"\n{text}"
            )
        case Display():
            return _display(block)
        case Table():
            return _table(block)
        case Picture():
            caption = f"\\\\[1ex]\n{escape(block.caption)}" if block.caption else ""
            return f"\\begin{{center}}\n{block.tikz}{caption}\n\\end{{center}}"
    raise TypeError(type(block).__name__)


def inline(parts: Sentence) -> str:
    """A sentence with formulas in it."""
    return "".join(escape(part) if isinstance(part, str) else f"${draw(part)}$" for part in parts)


def _display(block: Display) -> str:
    numbered = any(row.number for row in block.rows.rows)
    name = "align" if numbered else "align*"
    labels = block.labels or ("",) * len(block.rows.rows)
    lines = [_row(row, label, numbered) for row, label in zip(block.rows.rows, labels, strict=True)]
    return f"\\begin{{{name}}}\n" + " \\\\\n".join(lines) + f"\n\\end{{{name}}}"


def _row(row: Row, label: str, numbered: bool) -> str:
    """One line, continued below where it is long, with its number on the last piece."""
    left = f"{draw(row.left)} " if row.left else ""
    pieces = broken(row, measure, ROOM - (measure(row.left) if row.left else 0))
    lines = [f"{left}&{RELATIONS[row.sign].strip()} {draw(pieces[0])}"]
    for piece in pieces[1:]:
        joint = "" if isinstance(piece, Sum) and piece.terms[0][0] else "+ "
        lines.append(f"&\\quad {joint}{draw(piece)}")
    if row.condition:
        lines[-1] += f" && {draw(row.condition)}"
    if numbered:
        lines[:-1] = [line + r" \notag" for line in lines[:-1]]
        lines[-1] += f" \\label{{eq:{label}}}" if row.number else r" \notag"
    return " \\\\\n".join("  " + line for line in lines)


def measure(item: Item) -> int:
    """How wide an item is, in columns of plain text."""
    return width(plain(item))


def _table(block: Table) -> str:
    rows = [" & ".join(inline(cell) for cell in row) + r" \\" for row in block.body]
    head = " & ".join(escape(word) for word in block.head) + r" \\"
    columns = "l" * len(block.head)
    top = ["\\begin{center}", f"\\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule"]
    return "\n".join([*top, *rows, r"\bottomrule", "\\end{tabular}", "\\end{center}"])
