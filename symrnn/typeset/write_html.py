"""A document as one HTML file that asks for nothing else: formulas as MathML, pictures as inline SVG.

It works without script; the few lines that it has copy LaTeX. Its policy forbids it to load anything.
"""

from __future__ import annotations

from html import escape

from symrnn.typeset.blocks import Block, Code, Display, Frame, Heading, Lines, Page, Paragraph, Picture, Table
from symrnn.typeset.html_lines import ROOM, copy_button, display, needs
from symrnn.typeset.html_style import SCRIPT, STYLE, policy
from symrnn.typeset.mathml import math
from symrnn.typeset.reasons import Sentence

CONTENTS = 4  # sections from which on a page begins with a list of them


def write_html(page: Page) -> str:
    """A complete page."""
    origin = f'<p class="source">{escape(page.source)}</p>\n' if page.source else ""
    body = "\n".join(_sections(page.blocks))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(page.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{escape(page.title)}</h1>\n{origin}</header>\n{_contents(page.blocks)}"
        f'<main>\n{body}\n</main>\n<div id="said" class="quiet" role="status"></div>\n'
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _contents(blocks: tuple[Block, ...]) -> str:
    headings = [block for block in blocks if isinstance(block, Heading)]
    if len(headings) < CONTENTS:
        return ""
    links = "".join(f'<li><a href="#{x.anchor}">{escape(x.words)}</a></li>\n' for x in headings)
    return f'<nav aria-label="contents">\n<ol>\n{links}</ol>\n</nav>\n'


def _sections(blocks: tuple[Block, ...]) -> list[str]:
    """Each heading with what follows it is a section named after it."""
    rows, is_open = [], False
    for number, block in enumerate(blocks):
        if isinstance(block, Heading):
            rows += ["</section>"] * is_open
            rows.append(
                f'<section aria-labelledby="{block.anchor}">\n<h2 id="{block.anchor}">{escape(block.words)}</h2>'
            )
            is_open = True
        else:
            rows.append(write_block(block, number))
    return [*rows, *["</section>"] * is_open]


def write_block(block: Block, number: int = 0) -> str:
    """One block; `number` tells it from the others of the page."""
    match block:
        case Paragraph(parts, strong):
            kind = ' class="checked"' if strong else ""
            return f"<p{kind}>{inline(parts)}</p>"
        case Display():
            return display(block)
        case Lines():
            return "\n".join(map(write_block, block.laid_out(lambda line: needs(line) <= ROOM)))
        case Frame():
            return '<div class="frame">' + "\n".join(write_block(x, number) for x in block.blocks) + "</div>"
        case Table():
            return _table(block)
        case Picture():
            caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
            return f'<figure><div lang="en">{block.svg}</div>{caption}</figure>'
        case Code():
            button = copy_button(f'data-of="program-{number}"', "copy the program", "copy")
            program = f'<pre tabindex="0" role="group" aria-label="program"><code id="program-{number}">'
            return f'<div class="program">{button}{program}{escape(block.source)}</code></pre></div>'
    raise TypeError(type(block).__name__)


def inline(parts: Sentence) -> str:
    """A sentence with formulas in it."""
    return "".join(escape(part) if isinstance(part, str) else math(part) for part in parts)


def _table(block: Table) -> str:
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in block.head)
    body = "\n".join("<tr>" + "".join(f"<td>{inline(part)}</td>" for part in row) + "</tr>" for row in block.body)
    return f'<table class="symbols">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'
