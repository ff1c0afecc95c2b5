"""The page that a terminal shows of a closed form: the chain that leads to it, its proof, and how it was checked."""

from __future__ import annotations

from symrnn.calculus.derivation import Derivation
from symrnn.calculus.formula import ClosedForm
from symrnn.calculus.report import Report
from symrnn.typeset.breaking import Piece, pieces
from symrnn.typeset.columns import boxed, draw, draw_parts, wrapped
from symrnn.typeset.displays import presenter
from symrnn.typeset.notation import Notation, terminal
from symrnn.typeset.present import Presenter
from symrnn.typeset.proofs import Block, closed_blocks, downwards, is_exchange, is_forward, times_item
from symrnn.typeset.text import SIGNS, width
from symrnn.typeset.verdict import checked

GAP = 3


def closed_page(
    form: ClosedForm,
    report: Report | None = None,
    *,
    columns: int = 118,
    notation: Notation | str | None = None,
    proofs: bool = True,
    language: str = "en",
    heading: bool = True,
    where: bool = True,
) -> str:
    """A closed form as a page of text: what `symrnn closed-form MODEL --wrt W` prints.

    `proofs` and `where` say whether the inductions, and what the factors are, stand below it.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.typeset.closed_page import closed_page
    >>> d = sr.bptt(sr.models.elman())
    >>> print(closed_page(d.closed_form(d.model.boundary[0])).splitlines()[1].rstrip())
    Closed form: proved, by induction over t
    """
    model = form.subject.model if isinstance(form.subject, Derivation) else form.subject
    p = presenter(form.subject, terminal(notation), None, linear=True, language=language)
    title = model.title
    source = f" ({title.source})" if title.source else ""
    name = [f"{title.name}: {title.summary}{source}" if title.summary else title.name + source]
    rows = wrapped(name, columns, "  ") if heading else [""]
    how = _how(form, p)
    back = any(downwards(proof) for proof in form.proofs)
    for i, block in enumerate(closed_blocks(form, p, proofs, where)):
        title = f"{block.title}: {how}" if i == 0 else block.title
        times = times_item(block, p, back)
        rows.append(title + (f"   {draw(times)}" if times is not None else ""))
        rows += _block_rows(block, columns, p)
    if report is not None:
        rows += boxed(draw_parts(checked(report, p)), columns)
    return "\n".join(row.rstrip() for row in rows)


def _how(form: ClosedForm, p: Presenter) -> str:
    """How it was established."""
    if form.again is not None:
        proved = "closed.parts proved" if len(form.steps) > 1 else "closed.same line"
        return p.words[proved if form.status == "proved" else "closed.not proved"]
    if not form.proofs:
        lines = form.steps[0].lines
        return p.words["closed.read off"].format(line=f"({lines[0]})") if lines else p.words["closed.definition"]
    proved = "closed.proved" if not is_forward(form) else "closed.forward proved"
    proved = "closed.exchange proved" if is_exchange(form) else proved
    return p.words[proved if form.status == "proved" else "closed.not proved"]


def _block_rows(block: Block, columns: int, p: Presenter) -> list[str]:
    """The rows of a block, reasons in a column of their own where they fit, else below."""
    lefts = [f"   {draw(row.left)} " if row.left is not None else "" for row in block.rows]
    hang = " " * width(lefts[0])
    room = columns - width(hang) - 2
    parts = [pieces(row.right, lambda item: width(draw(item)), room) for row in block.rows]
    lines = [(left or hang) + "= " + draw(first.item) for left, (first, *_) in zip(lefts, parts, strict=True)]
    rests = [[hang + "  " + _led(piece) for piece in more] for _, *more in parts]
    stop = max((width(x) for x, why in zip(lines, block.whys, strict=True) if _fits(x, why, columns)), default=0) + GAP
    rows: list[str] = []
    for line, rest, why in zip(lines, rests, block.whys, strict=True):
        if not rest and _fits(line, why, columns):
            rows.append(line + " " * (max(stop, width(line) + GAP) - width(line)) + why)
        else:
            rows += [line, *rest, hang + "     " + why]
    return rows


def _led(piece: Piece) -> str:
    """A piece of a formula on a line of its own, after the sign that joins it to the piece before."""
    sign = "+ " if piece.joint == "+" else SIGNS[piece.joint].lstrip() if piece.joint else ""
    shown = draw(piece.item)
    return f"- {shown[1:]}" if not piece.joint and shown.startswith("-") else sign + shown


def _fits(line: str, why: str, columns: int) -> bool:
    return width(line) + GAP + width(why) <= columns
