"""The section of a truncated gradient that says what it leaves out, by lines that continue those of the gradients."""

from __future__ import annotations

from symrnn.calculus.adjoint import OBJECTIVE
from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.left_out import TRUNCATIONS, left_out
from symrnn.tensor.adjoint import MISSING, TRUNCATED, nabla
from symrnn.typeset.blocks import Block, Paragraph
from symrnn.typeset.content import Content, line_blocks
from symrnn.typeset.items import Compared, Item, Sum


def missing_section(c: Content) -> list[Block]:
    """What is left out, after the sentence that both together are the whole gradient."""
    if c.derivation.title not in TRUNCATIONS:
        return []
    return [c.heading("missing"), Paragraph(c.sentence("document.missing", whole=[_whole(c)])), *_lines(c)]


def _lines(c: Content) -> list[Block]:
    return line_blocks(list(left_out(c.derivation)), c)


def _whole(c: Content) -> Item:
    """∇_W L = ∇_W L̃ + ∇_W L_missing, of a leaf of which something is left out."""
    lines = [x.equation for x in left_out(c.derivation) if x.equation.lhs.objective == MISSING]
    leaf = next((e.lhs.node for e in lines if not is_zero(e.rhs)), lines[0].lhs.node)
    whole, kept, rest = (c.p(nabla(leaf, objective)) for objective in (OBJECTIVE, TRUNCATED, MISSING))
    return Compared((whole, Sum(((False, kept), (False, rest)))))
