"""A document as a notebook: the sections in Markdown, and cells that derive the same lines again and check them.

The names of the cells are counted, so the same document gives the same bytes each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import Symbol

from symrnn.calculus.bptt import bptt
from symrnn.calculus.derivation import Derivation, name_of
from symrnn.calculus.rtrl import rtrl
from symrnn.calculus.second import HessianProduct, hvp
from symrnn.errors import Unsupported
from symrnn.graph.lengths import rule_of
from symrnn.model import Recurrence, read_model, write_model
from symrnn.typeset.blocks import Block, Code, Heading, Page
from symrnn.typeset.write_markdown import MarkdownWriter, escape

CHECK = "report = d.verify(seed={seed})\nprint(report)\nassert report"


def write_notebook(page: Page, derivation: Derivation, seed: int = 0) -> str:
    """The text of an .ipynb file.

    Raises
    ------
    Unsupported
        When nbformat is not installed; when the model or its derivation cannot be written as a program.
    """
    try:
        from nbformat import v4, validate, writes
    except ImportError:
        raise Unsupported(
            "notebooks are written by nbformat, which is not installed", repair="pip install 'symrnn[notebook]'"
        ) from None
    cells = []
    for number, (kind, text) in enumerate(_cells(page, derivation, seed), 1):
        make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
        cells.append(make(text, id=f"{page.name[:40]}-{number}"))
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    validate(notebook)
    return str(writes(notebook)) + "\n"


def _cells(page: Page, derivation: Derivation, seed: int) -> Iterator[tuple[str, str]]:
    """Kinds and texts of the cells, in order."""
    origin = f"\n\n*{escape(page.source)}*" if page.source else ""
    yield "markdown", f"# {escape(page.title)}{origin}"
    yield "code", program(derivation)
    writer = MarkdownWriter()
    for section in _sections(page.blocks):
        prose: list[str] = []
        for block in section:
            if not isinstance(block, Code):
                prose.append(writer.block(block))
                continue
            if prose:
                yield "markdown", "\n\n".join(prose)
            yield "code", block.source.rstrip()
            prose = []
        if prose:
            yield "markdown", "\n\n".join(prose)
        head = section[0]
        if isinstance(head, Heading) and head.key in COMPUTED:
            yield "code", COMPUTED[head.key]
    yield "code", CHECK.format(seed=seed)


COMPUTED = {
    "backward": "for equation in d.equations:\n    print(equation)",
    "gradients": 'for name, gradient in d.gradients.items():\n    print(f"{name:8} {gradient}")',
}


def _sections(blocks: tuple[Block, ...]) -> list[list[Block]]:
    """The blocks, each heading with what follows it."""
    found: list[list[Block]] = []
    for block in blocks:
        if isinstance(block, Heading) or not found:
            found.append([])
        found[-1].append(block)
    return found


def program(derivation: Derivation) -> str:
    """The program that makes a derivation again from the text of its model.

    Raises
    ------
    Unsupported
        When the model cannot be written as text, or its lines do not come from back-propagation through time.
    """
    text = write_model(derivation.model)
    model = read_model(text)
    leaves = {name: (place, leaf) for place, leaf, name in _leaves(model, derivation.last)}
    missing = [name for name in derivation.gradients if name not in leaves]
    chosen = [leaves[name] for name in derivation.gradients if name in leaves]
    last = None if isinstance(derivation.last, Symbol) else derivation.last
    name, verb, rest = _verb(derivation)
    again = None if missing else verb(model, wrt=[leaf for _, leaf in chosen], tau=last, **rest)
    if again is None or [line.equation for line in again.lines] != [line.equation for line in derivation.lines]:
        raise Unsupported(
            f"a notebook derives its lines again, and these are not the lines of sr.{name}(model)",
            repair="write .tex, .html or .md instead",
        )
    arguments = ["model"] + ([f"tau={_last(derivation.last)}"] if last is not None else [])
    if tuple(derivation.gradients) != tuple(verb(model, tau=last, **rest).gradients):
        arguments.append(f"wrt=[{', '.join(place for place, _ in chosen)}]")
    arguments += [f"{key}={value}" for key, value in rest.items()]
    written = f'"""\\\n{text}"""' if '"""' not in text and "\\" not in text else repr(text)
    return f"import symrnn as sr\n\nmodel = sr.read_model({written})\nd = sr.{name}({', '.join(arguments)})"


def _verb(derivation: Derivation) -> tuple[str, Callable[..., Derivation], dict[str, int]]:
    """The function that made a derivation, its name, and what else it was told."""
    if isinstance(derivation, HessianProduct):
        return "hvp", hvp, {}
    if derivation.title == "rtrl":
        return "rtrl", rtrl, {}
    truncation = getattr(derivation.origin, "truncation", None)
    if truncation is not None and derivation.title == truncation.kind:
        return "bptt", bptt, {truncation.kind: int(truncation.size)}
    return "bptt", bptt, {}


def _leaves(model: Recurrence, last: Any) -> Iterator[tuple[str, Any, str]]:
    """What a gradient can be of: where the model holds it, itself, its name at the last time."""
    rule = {} if isinstance(last, Symbol) else rule_of(model, last)
    for kind in ("parameters", "boundary", "inputs", "targets", "constants"):
        for i, leaf in enumerate(getattr(model, kind)):
            yield f"model.{kind}[{i}]", leaf, name_of(leaf.xreplace(rule))


def _last(last: Any) -> str:
    """A last time in the program."""
    if isinstance(last, int):
        return str(last)
    return "{" + ", ".join(f"model.lengths[{i}]: {size}" for i, (_, size) in enumerate(last)) + "}"
