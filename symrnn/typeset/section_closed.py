"""The section of closed forms: each gradient as a formula in t and tau, and the induction that proves it.

The lines of a proof are those that were applied again before it is called proved; none is made here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sympy import Symbol

from symrnn.calculus.derivation import Derivation
from symrnn.calculus.exchange import prove_forward_is_backward
from symrnn.calculus.formula import ClosedForm
from symrnn.errors import SymrnnError
from symrnn.typeset.blocks import Block, Display, Paragraph
from symrnn.typeset.content import Content
from symrnn.typeset.items import Phrase, Row, Rows
from symrnn.typeset.proofs import Block as Chain
from symrnn.typeset.proofs import closed_blocks, downwards, times_item
from symrnn.typeset.widths import measure

LONGEST = 300  # columns of a line of a proof that is broken into several


def closed_section(c: Content) -> list[Block]:
    """The closed forms of the parameters' gradients that an induction gave; those of one induction together.

    Of a derivation forward in time: the proofs that it gives what goes backward.
    """
    if c.derivation.title == "rtrl":
        return _forward_proofs(c)
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


def _forward_proofs(c: Content) -> list[Block]:
    """For each parameter that has one, the proof of its gradient; an induction is shown once.

    Of the proofs by parts, which are one argument, the shortest is shown, and for which parameters it is the same.
    """
    found: list[Block] = []
    shown: set[Any] = set()
    forms = _found(c.derivation, lambda leaf: prove_forward_is_backward(c.model, leaf))
    alike = [form for form in forms if form.again is not None and len(form.steps) > 1]
    shortest = min(alike, key=lambda form: sum(len(str(step.after)) for step in form.steps), default=None)
    for form in [form for form in forms if form.again is None or form is shortest]:
        chain, *cases = closed_blocks(form, c.p)
        found += [Paragraph(c.sentence("document.forward", of=[chain.rows[0].left or ""]))]
        long = max(measure(row.right) for row in chain.rows) > LONGEST
        found.append(Paragraph((c.words["document.wide_forward"],)) if long else _lines(chain))
        found += _cases(_unseen(form, cases, shown), c, False)
    others = [closed_blocks(form, c.p)[0].rows[0].left or "" for form in alike if form is not shortest]
    found += [Paragraph(c.sentence("document.alike", of=others))] if others else []
    return [c.heading("forward_proofs"), *found] if found else []


def _group(forms: list[ClosedForm], c: Content, shown: set[Any]) -> list[Block]:
    """Closed forms, what is abbreviated in them, and the inductions behind them that were not shown yet."""
    chains = [closed_blocks(form, c.p, proofs=i == 0) for i, form in enumerate(forms)]
    rows = tuple(
        Row(chain[0].rows[0].left, chain[0].rows[len(form.steps) - 1].right)
        for form, chain in zip(forms, chains, strict=True)
    )
    found: list[Block] = [Paragraph((c.words["document.closed"],)), Display(Rows(rows))]
    back = any(downwards(proof) for proof in forms[0].proofs)
    return found + _cases(_unseen(forms[0], chains[0][1:], shown), c, back)


def _cases(blocks: list[Chain], c: Content, back: bool) -> list[Block]:
    """What is named, and the base and step of each induction."""
    found: list[Block] = []
    for block in blocks:
        found.append(Paragraph(c.introduction((block.title,), times_item(block, c.p, back))))
        found.append(_lines(block))
    return found


def _lines(block: Chain) -> Display:
    """The lines of a chain, each with its reason."""
    lines = zip(block.rows, block.whys, strict=True)
    return Display(Rows(tuple(replace(row, condition=words(why)) for row, why in lines)))


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
    return _found(d, d.closed_form)


def _found(d: Derivation, form_of: Callable[[Any], ClosedForm]) -> list[ClosedForm]:
    """What there is for each learned parameter, for a symbolic last time."""
    if not isinstance(d.last, Symbol):
        return []
    found = []
    for leaf in d.model.parameters:
        if leaf.learned and leaf.name in d.gradients:
            try:
                found.append(form_of(leaf))
            except SymrnnError:  # none is known: then there is none to show
                continue
    return found
