"""The section of closed forms: each gradient as a formula in t and tau, and the induction that proves it.

The lines of a proof are those that were applied again before it is called proved; none is made here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Symbol

from symrnn.calculus.derivation import Derivation
from symrnn.calculus.formula import ClosedForm
from symrnn.errors import SymrnnError
from symrnn.typeset.blocks import Block, Display, Paragraph
from symrnn.typeset.content import Content
from symrnn.typeset.items import Phrase, Row, Rows
from symrnn.typeset.proofs import Block as Chain
from symrnn.typeset.proofs import closed_blocks, downwards, times_item
from symrnn.typeset.widths import measure

WIDEST = 100  # columns of a line that somebody may still read; the Jacobian of many gates is wider


def closed_section(c: Content) -> list[Block]:
    """The closed forms of the parameters' gradients that an induction gave; those of one induction together."""
    groups: dict[tuple[Any, ...], list[ClosedForm]] = {}
    for form in closed_forms(c.derivation):
        if form.proofs and form.status == "proved":
            groups.setdefault(tuple(proof.claim for proof in form.proofs), []).append(form)
    if not groups:
        return []
    found: list[Block] = [c.heading("closed")]
    shown: set[Any] = set()
    for _, forms in sorted(groups.items(), key=lambda pair: len(pair[0])):
        found += _group(forms, c, shown)
    return found


def _group(forms: list[ClosedForm], c: Content, shown: set[Any]) -> list[Block]:
    """Closed forms, what is abbreviated in them, and the inductions behind them that were not shown yet."""
    chains = [closed_blocks(form, c.p, proofs=i == 0) for i, form in enumerate(forms)]
    rows = tuple(
        Row(chain[0].rows[0].left, chain[0].rows[len(form.steps) - 1].right)
        for form, chain in zip(forms, chains, strict=True)
    )
    found: list[Block] = [Paragraph((c.words["document.closed"],)), Display(Rows(rows))]
    back = any(downwards(proof) for proof in forms[0].proofs)
    for block in _unseen(forms[0], chains[0][1:], shown):
        wide = max(measure(row.right) for row in block.rows) > WIDEST
        times = times_item(block, c.p, back)
        found.append(Paragraph(c.introduction((block.title,), times)))
        if wide:
            found.append(Paragraph((c.words["document.wide"],)))
        else:
            rows = tuple(replace(row, condition=words(why)) for row, why in zip(block.rows, block.whys, strict=True))
            found.append(Display(Rows(rows)))
    return found


def _unseen(form: ClosedForm, blocks: list[Chain], shown: set[Any]) -> list[Chain]:
    """The blocks without those of proofs that were shown before."""
    first = len(blocks) - sum(len(proof.cases) for proof in form.proofs)
    found, rest = blocks[:first], blocks[first:]
    for proof in form.proofs:
        own, rest = rest[: len(proof.cases)], rest[len(proof.cases) :]
        found += own if proof.claim not in shown else []
        shown.add(proof.claim)
    return found


def words(why: str) -> Phrase | None:
    """A reason beside its line."""
    return Phrase((why,)) if why else None


def closed_forms(d: Derivation) -> list[ClosedForm]:
    """The closed forms of the gradients of learned parameters, as far as one is known, for a symbolic last time."""
    if not isinstance(d.last, Symbol):
        return []
    found = []
    for leaf in d.model.parameters:
        if leaf.learned and leaf.name in d.gradients:
            try:
                found.append(d.closed_form(leaf))
            except SymrnnError:  # no closed form is known: then there is none to show
                continue
    return found
