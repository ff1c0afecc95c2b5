"""A document as one HTML file that asks for nothing else: formulas as MathML, pictures as inline SVG, no script."""

from __future__ import annotations

from html import escape

from symrnn.typeset.blocks import Block, Display, Heading, Paragraph, Picture, Table
from symrnn.typeset.breaking import broken
from symrnn.typeset.elements import INFIX, operator
from symrnn.typeset.elements import row as beside
from symrnn.typeset.items import Item, Row, Sum
from symrnn.typeset.latex import LatexRenderer
from symrnn.typeset.mathml import RELATIONS, MathmlRenderer, math
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.write_tex import ROOM, measure

draw, source_of = MathmlRenderer(), LatexRenderer()

STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --faint: #666; --line: #ccc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #16181b; --faint: #a0a0a0; --line: #444; } }
body { margin: 2rem auto; max-width: 54rem; padding: 0 1.2rem; color: var(--ink); background: var(--paper);
  font: 1.05rem/1.55 "STIX Two Text", "Latin Modern Roman", Georgia, serif; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.source { color: var(--faint); margin-top: 0.2rem; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", math; }
.display { overflow-x: auto; margin: 0.6rem 0; padding: 0.25rem 0; }
table.lines { border-collapse: collapse; width: 100%; } 
table.lines td { padding: 0.2rem 0; white-space: nowrap; vertical-align: baseline; }
table.lines td.left { width: 22%; text-align: right; padding-right: 0.25em; }
table.lines td.when { padding: 0 1.5rem; } table.lines td.number { text-align: right; width: 2.5rem; }
.display math { font-size: 1.05em; }
table.symbols { border-collapse: collapse; margin: 1rem 0; }
table.symbols th, table.symbols td { text-align: left; padding: 0.15rem 1.5rem 0.15rem 0; }
table.symbols thead th { border-bottom: 1px solid var(--line); font-weight: normal; color: var(--faint); }
.checked { border: 1px solid var(--line); border-radius: 4px; padding: 0.6rem 0.9rem; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; }
tr:target { background: color-mix(in srgb, gold 30%, transparent); }
@media print { body { margin: 0; max-width: none; } .display { overflow: visible; } }
"""


def write_html(title: str, source: str, blocks: tuple[Block, ...]) -> str:
    """A complete page."""
    origin = f'<p class="source">{escape(source)}</p>\n' if source else ""
    body = "\n".join(map(write_block, blocks))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{origin}{body}\n</main>\n</body>\n</html>\n"
    )


def write_block(block: Block) -> str:
    """One block."""
    match block:
        case Heading(words):
            anchor = "-".join(words.lower().replace(",", "").split())
            return f'<h2 id="{escape(anchor)}">{escape(words)}</h2>'
        case Paragraph(parts, strong):
            kind = ' class="checked"' if strong else ""
            return f"<p{kind}>{inline(parts)}</p>"
        case Display():
            return f'<div class="display" tabindex="0" role="group" aria-label="equations">{_display(block)}</div>'
        case Table():
            return _table(block)
        case Picture():
            caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
            return f"<figure>{block.svg}{caption}</figure>"
    raise TypeError(type(block).__name__)


def inline(parts: Sentence) -> str:
    """A sentence with formulas in it."""
    return "".join(escape(part) if isinstance(part, str) else math(part) for part in parts)


def _display(block: Display) -> str:
    """A table of lines, so that signs align; each cell is a formula with its own LaTeX beside it."""
    return f'<table class="lines" role="presentation">\n{"".join(map(_row, block.rows.rows))}</table>'


def _row(row: Row) -> str:
    """One line, continued below where it is long."""
    pieces = broken(row, measure, ROOM - (measure(row.left) if row.left else 0))
    lines = [formula(operator(RELATIONS[row.sign], INFIX), pieces[0])]
    for piece in pieces[1:]:
        joint = [] if isinstance(piece, Sum) and piece.terms[0][0] else [operator("+", INFIX)]
        lines.append(formula('<mspace width="1.5em"/>', *joint, piece))
    left = formula(row.left) if row.left else ""
    anchor = f' id="eq-{row.number}"' if row.number else ""
    rows = []
    for i, line in enumerate(lines):
        end = i == len(lines) - 1
        condition = formula(row.condition) if row.condition and end else ""
        number = f"({row.number})" if row.number and end else ""
        cells = ("left", left if i == 0 else ""), ("right", line), ("when", condition), ("number", number)
        drawn = "".join(f'<td class="{kind}">{content}</td>' for kind, content in cells)
        rows.append(f"<tr{anchor if i == 0 else ''}>{drawn}</tr>\n")
    return "".join(rows)


def formula(*parts: str | Item) -> str:
    """Items beside ready-made operators as one formula in display style."""
    inner = beside(*(part if isinstance(part, str) else draw(part) for part in parts))
    source = " ".join(source_of(part) for part in parts if not isinstance(part, str))
    note = f'<annotation encoding="application/x-tex">{escape(source, quote=False)}</annotation>'
    return f'<math displaystyle="true"><semantics>{inner}{note}</semantics></math>'


def _table(block: Table) -> str:
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in block.head)
    body = "\n".join("<tr>" + "".join(f"<td>{inline(part)}</td>" for part in row) + "</tr>" for row in block.body)
    return f'<table class="symbols">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'
