"""Closed forms and proofs as displays: what equals what, line by line, with the law at the right.

The lines are those of the proof itself, each of which was applied again before it is called proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sympy import Integer

from symrnn.calculus.companion import CopyProof
from symrnn.calculus.derivation import Derivation, Law
from symrnn.calculus.formula import ClosedForm
from symrnn.calculus.induction import Case, Move, Proof
from symrnn.calculus.law_table import LAWS
from symrnn.model import Range
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import t
from symrnn.typeset.columns import draw
from symrnn.typeset.displays import chain, equation_row, span
from symrnn.typeset.factors import Named
from symrnn.typeset.items import Item, Row, Rows
from symrnn.typeset.present import Presenter, present
from symrnn.typeset.reasons import law_words


@dataclass(frozen=True)
class Block:
    """A titled chain of equalities: its rows and, for each, why it holds."""

    title: str
    times: Range | None
    rows: tuple[Row, ...]
    whys: tuple[str, ...]
    back: bool | None = None  # whether its times run down, where that is the block's own


@present.register(ClosedForm)
def _(form: ClosedForm, p: Presenter) -> Item:
    return Rows((equation_row(form.equation, p),))


@present.register(Proof)
def _(proof: Proof, p: Presenter) -> Item:
    return Rows(tuple(row for case in proof.cases for row in case_block(case, p).rows))


def closed_blocks(form: ClosedForm, p: Presenter, proofs: bool = True, where: bool = True) -> list[Block]:
    """The chain that leads to a closed form, what is named in it, and the base and step of each proof behind it."""
    names = {id(proof): Named(proof.affine, _model(form)) for proof in form.proofs}
    rights = [step.after for step in form.steps]
    whys = [_why(step.law, step.lines, p) for step in form.steps]
    if form.exchanged is not None:
        rights.append(form.exchanged)
        whys.append(p.words["closed.exchanged"])
    for named in names.values():
        rights = [named(x) for x in rights]
    times = Range(form.over[1], form.over[2]) if form.over is not None else None
    title = p.words["closed.forward" if is_forward(form) else "closed.title"]
    blocks = [Block(title, times, chain(form.of, rights, p).rows, tuple(whys))]
    shown = {
        e: p.words["closed.factor"] * (i == 0) for named in names.values() for i, e in enumerate(named.definitions)
    }
    if shown and where:
        rows = tuple(equation_row(e, p) for e in (*shown, *form.copies))
        whys = [*shown.values(), *[p.words["closed.copy"]] * len(form.copies)]
        blocks.append(Block(p.words["closed.where"], None, rows, tuple(whys)))
    if form.copied is not None and where and proofs:
        blocks += copy_blocks(form.copied, p)
    for proof in form.proofs if proofs else ():
        back = downwards(proof)
        blocks += [replace(case_block(case, p, names[id(proof)]), back=back) for case in proof.cases]
    return blocks


def copy_blocks(proof: CopyProof, p: Presenter) -> list[Block]:
    """Base and step of the proof that copies are the past of their states; equations without a copy are left out."""
    cases, back = [], proof.delayed.copies[0].lag < 0
    for name, strands in (("base", proof.base), ("step", proof.step)):
        found = [s for s in strands if name == "base" or len(s.lines) > 1]
        rows = tuple(row for s in found for row in chain(s.left, [right for right, _ in s.lines], p).rows)
        whys = tuple(law_words(law, p) for s in found for _, law in s.lines)
        if found:
            cases.append(Block(p.words[f"closed.{name}"], found[0].times, rows, whys, back))
    return cases


def is_forward(form: ClosedForm) -> bool:
    """Whether its chain leads from the gradient by sensitivities to that by adjoints."""
    return isinstance(form.subject, Derivation) and form.subject.title == "rtrl"


def is_exchange(form: ClosedForm) -> bool:
    """Whether two sums over time change places in its chain."""
    return any(step.law == LAWS["exchange"] for step in form.steps)


def _model(form: ClosedForm) -> Any:
    return form.subject.model if isinstance(form.subject, Derivation) else form.subject


def case_block(case: Case, p: Presenter, named: Callable[[Any], Any] = lambda x: x) -> Block:
    """One case, line by line; `named` puts names for long factors."""
    like = shape_of(case.scene.node(t))
    rows = chain(case.start[0], [named(add(*terms, shape=like)) for terms in case.states()[1:]], p).rows
    return Block(
        p.words[f"closed.{case.name}"], case.scene.times, rows, tuple(_move_words(case, m, p) for m in case.moves)
    )


def _move_words(case: Case, move: Move, p: Presenter) -> str:
    """The law of a line; for the hypothesis, the time at which it is used."""
    if move.rule == "hypothesis":
        time = draw(p.time(t + case.scene.chain.ahead))
        return p.words["closed.at"].format(law=law_words(move.law, p), time=time)
    return _why(move.law, move.lines, p)


def _why(law: Law, lines: tuple[str, ...], p: Presenter) -> str:
    if not lines:
        return law_words(law, p)
    key = "closed.line" if len(lines) == 1 else "closed.lines"
    return p.words[key].format(law=law_words(law, p), lines=", ".join(f"({n})" for n in lines))


def times_item(block: Block, p: Presenter, down: bool) -> Item | None:
    """The times of a block: t = 1, ..., tau - 1."""
    if block.times is None or block.times == Range(Integer(0), Integer(0)):
        return None
    return span(t, block.times, p, down=down if block.back is None else block.back)


def downwards(form: Any) -> bool:
    """Whether the induction runs back in time."""
    return bool(form.affine.chain.ahead == 1)
