"""The sections of what is derived: adjoints, gradients, copies, the summary, every step, the program.

A line of the derivation is shown with its reason before it and its times in the sentence, so that a formula
has the whole width of the page.
"""

from __future__ import annotations

from symrnn.calculus.derivation import Line, Step
from symrnn.typeset.blocks import Block, Code, Display, Frame, Paragraph
from symrnn.typeset.content import LONGEST, Content, capital, labelled, line_blocks, together
from symrnn.typeset.displays import equation_row, line_row
from symrnn.typeset.items import Item, Row, Rows
from symrnn.typeset.present import Presenter, present
from symrnn.typeset.reasons import Sentence, fill, law_words

GRADIENTS = frozenset({"gradient", "boundary", "input"})
FORWARD, OUTPUT = frozenset({"forward"}), frozenset({"output"})
BACKWARD = frozenset({"backward", "chain", "second", "term"})


def _of(c: Content, groups: frozenset[str]) -> list[Line]:
    return [line for line in c.derivation.lines if line.group in groups]


def forward_section(c: Content) -> list[Block]:
    """The sensitivities; and the adjoints of what is computed from the states, after those of the loss's terms."""
    lines, seeds, output = (_of(c, groups) for groups in (FORWARD, frozenset({"seed"}), OUTPUT))
    if not lines and not output:
        return []
    found = [c.heading("forward"), *line_blocks(lines, c)] if lines else []
    if seeds or output:
        found += [c.heading("output"), *line_blocks([*seeds[:1], *output], c)]
    return found


def backward_section(c: Content) -> list[Block]:
    """The adjoint recurrence, before it the adjoints of the terms of the loss; first the tangents, where there are."""
    seeds = _of(c, frozenset({"seed"}))
    lines = _of(c, BACKWARD)
    if not lines and (not seeds or _of(c, FORWARD | OUTPUT)):
        return []
    tangents = line_blocks(_of(c, frozenset({"tangent"})), c)
    return [
        *([c.heading("tangents"), *tangents] if tangents else []),
        c.heading("backward"),
        *line_blocks([*([] if _of(c, FORWARD | OUTPUT) else seeds[:1]), *lines], c),
    ]


def gradient_section(c: Content) -> list[Block]:
    """The gradients of parameters, boundary values, inputs and constants."""
    lines = _of(c, GRADIENTS)
    if not lines:
        return []
    return [c.heading("gradients"), Paragraph((c.words[_shapes(c)],)), *line_blocks(lines, c)]


def _shapes(c: Content) -> str:
    """Which sentence says what shape the gradients have."""
    if c.p.notation.gradient == "numerator":
        return "document.shapes_numerator"
    return "document.shapes_rows" if c.p.rows else "document.shapes"


def summary_section(c: Content) -> list[Block]:
    """All equations in one frame, with the numbers they have where they were derived, or with their own."""
    lines = _of(c, FORWARD | OUTPUT | BACKWARD | GRADIENTS)[:LONGEST]
    if not lines:
        return []
    needed = {"gradients", *(("forward",) if _of(c, FORWARD | OUTPUT) else ("backward",))}
    repeated = needed <= set(c.chosen)
    rows, labels = labelled(lines, c)
    return [c.heading("summary"), Frame((Display(Rows(rows), labels, repeated),))]


def copies_section(c: Content) -> list[Block]:
    """Each parameter's copies, one a step, or one for each range of steps; and the law by which they are summed."""
    copies = c.derivation.copies
    if not copies:
        return []
    inner = c.p.with_(copies=True)
    blocks: list[Block] = [c.heading("copies"), Paragraph((c.words["document.copies"],))]
    shown = [equations[:LONGEST] for equations in list(copies.values())[:LONGEST]]
    if all(len(equations) == 1 for equations in shown):
        shown = [tuple(e for equations in shown for e in equations)]
    for equations in shown:
        blocks += together([equation_row(e, inner) for e in equations], c)
    sums = [step_row(s, inner) for s in c.derivation.steps if s.kind == "identify"]
    return [*blocks, Paragraph((c.words["document.identified"],)), *together(sums[:LONGEST], c)]


def step_section(c: Content) -> list[Block]:
    """Every step: the law, where, what became what."""
    blocks: list[Block] = [c.heading("steps")]
    for step in c.derivation.steps[:LONGEST]:
        where: Sentence = (law_words(step.law, c.p),)
        if step.equation is not None:
            where += fill(c.words["step.in"], {"of": [c.p(step.equation.lhs)]}, c.p)
        if step.kind == "pullback" and step.target is not None:
            where += fill(c.words["document.to"], {"of": [c.p(step.target)]}, c.p)
        blocks += [Paragraph((*capital(where), ":")), Display(Rows((step_row(step, c.p),)))]
    if len(c.derivation.steps) > LONGEST:
        blocks.append(Paragraph(c.sentence("document.more", count=[str(len(c.derivation.steps) - LONGEST)])))
    return blocks


def step_row(step: Step, p: Presenter) -> Row:
    """What became what: a cotangent is sent back, everything else is an equality."""
    return Row(p(step.before), p(step.after), sign="to" if step.kind == "pullback" else "=")


@present.register(Step)
def _(step: Step, p: Presenter) -> Item:
    return step_row(step, p)


@present.register(Line)
def _(line: Line, p: Presenter) -> Item:
    return Rows((line_row(line, p),))


def code_section(c: Content) -> list[Block]:
    """The program that was handed over."""
    return [c.heading("code"), Paragraph((c.words["document.code"],)), Code(c.code)] if c.code else []
