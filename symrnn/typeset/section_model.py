"""The sections before anything is differentiated: the model, its unfolding, and who uses whom."""

from __future__ import annotations

from typing import Any

from sympy import Integer

from symrnn.calculus.nest import nest
from symrnn.errors import SymrnnError
from symrnn.graph import unroll
from symrnn.model import Element, Equation, Recurrence, reads
from symrnn.model.equation import bound_reads
from symrnn.tensor.time import offset_from, t
from symrnn.tensor.unknown import Applied
from symrnn.typeset.blocks import Block, Display, Paragraph, Table
from symrnn.typeset.content import Content, together
from symrnn.typeset.displays import abbreviation_row, chain, equation_row
from symrnn.typeset.items import Compared, Item, Listing, Product, Row, Rows
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.symbols import given_values, roles, sizes

MOST_UNFOLDED = 18  # equations of an unfolded network that somebody may still read


def model_section(c: Content) -> list[Block]:
    """The equations, those of the same times together; abbreviations; the loss; the table of symbols."""
    blocks: list[Block] = [c.heading("model")]
    rows = [equation_row(e, c.p) for e in c.model.equations]
    blocks += together(rows, c)
    if c.model.abbreviations:
        short = tuple(abbreviation_row(x, c.p) for x in c.model.abbreviations)
        blocks += [
            Paragraph((c.words["document.abbreviations" if len(short) > 1 else "document.abbreviation"],)),
            Display(Rows(short)),
        ]
    if c.model.loss is not None:
        loss = Rows((Row(c.p.name("L"), c.p(c.model.loss)),))
        blocks += [Paragraph((c.words["document.loss"],)), Display(loss)]
    return [*blocks, _symbols(c)]


def _symbols(c: Content) -> Table:
    """Symbols of one role and one shape share a row."""
    given = ((x, "boundary value") for x in given_values(c.model))
    rows: dict[tuple[str, str | Item], list[Any]] = {}
    for x, role in (*roles(c.model), *given):
        rows.setdefault((c.words[f"role.{role}"], _sizes(x, c)), []).append(x)
    body = tuple(((Listing(c.p.all(found)),), (role,), (size,)) for (role, size), found in rows.items())
    return Table(tuple(c.words[f"document.{x}"] for x in ("symbol", "role", "shape")), body)


def _sizes(x: Any, c: Content) -> str | Item:
    shown = sizes(x.shape, c.p)
    if not shown:
        return c.words["scalar"]
    return Product(shown, "times") if len(shown) > 1 else shown[0]


def pictures_section(c: Content) -> list[Block]:
    """The pictures that the caller handed over."""
    return list(c.pictures)


def unfolding_section(c: Content) -> list[Block]:
    """The nested composition of an unknown f; of other models the equations up to a small last time."""
    found: list[Block] = []
    for e in c.model.equations:
        if isinstance(e.rhs, Applied) and e.over and e.sequence in c.model.states and e.over[1].is_Integer:
            found += _nested(e.lhs, c) + _nested(e.sequence[max(e.over[1] + 1, 3)], c)
    found = found or _unrolled(c)
    return [c.heading("unfolding"), *found] if found else []


def _nested(node: Any, c: Content) -> list[Block]:
    """A node by substitution, as the textbook shows it."""
    try:
        lines = nest(c.model, node).lines
    except SymrnnError:  # without inputs h[t] is no function of a past
        return []
    return [
        Paragraph(c.sentence("document.nested", of=[c.p(node)])),
        Display(chain(node, [line.equation.rhs for line in lines], c.p)),
    ]


def _unrolled(c: Content) -> list[Block]:
    """The equations one below the other, for the largest of the last times 3 and 2 that gives few enough."""
    for last in (3, 2):
        try:
            graph = unroll(c.model, dict.fromkeys(c.model.lengths, last))
        except SymrnnError:  # a last time that is too small for the model's fixed times
            continue
        if 0 < len(graph.equations) <= MOST_UNFOLDED:
            ends = tuple(Compared((c.p.symbol(x), c.p(Integer(last)))) for x in c.model.lengths)
            rows = tuple(equation_row(e, c.p) for e in graph.equations)
            return [Paragraph(c.sentence("document.unrolled", times=[Listing(ends)])), Display(Rows(rows))]
    return []


def uses_section(c: Content) -> list[Block]:
    """Each node with the nodes that read it: the arrows along which a gradient comes back."""
    together: dict[Sentence, list[Any]] = {}
    for node, users in users_of(c.model).items():
        together.setdefault(_and(users, c), []).append(node)
    rows = tuple(((Listing(c.p.all(nodes)),), users) for users, nodes in together.items())
    table = Table((c.words["document.what"], c.words["document.used"]), rows)
    return [c.heading("uses"), Paragraph((c.words["document.uses"],)), table] if rows else []


def users_of(model: Recurrence) -> dict[Any, list[Any]]:
    """Each node, at a generic time or at its fixed one, with what reads it; "the loss" is a reader too."""
    found: dict[Any, dict[Any, None]] = {}
    for e in model.equations:
        for leaf in reads(e.rhs):
            node, user = _use(leaf, e)
            found.setdefault(node, {})[user] = None
    for leaf, bound in bound_reads(model.loss) if model.loss is not None else []:
        found.setdefault(leaf.xreplace({bound[0]: t}) if bound else leaf, {})["the loss"] = None
    order = {x: i for i, x in enumerate((*model.sequences, *model.constants, *model.parameters))}
    ranked = sorted(found, key=lambda x: order.get(getattr(x, "sequence", x), len(order)))
    return {node: list(found[node]) for node in ranked}


def _use(leaf: Any, e: Equation) -> tuple[Any, Any]:
    """A leaf that an equation reads and the equation's node, both moved in time so that the leaf stands at t."""
    index = e.over[0] if e.over else None
    if index is None:
        return leaf, e.lhs
    lag = offset_from(leaf.time, index) if isinstance(leaf, Element) else 0
    if lag is None:
        return leaf, e.lhs
    rule = {index: t - lag}
    return leaf.xreplace(rule), e.lhs.xreplace(rule)


def _and(users: list[Any], c: Content) -> Sentence:
    """Readers in words: a, b and the loss."""
    parts: list[str | Item] = []
    for i, user in enumerate(users):
        parts += ["" if i == 0 else c.words["and"] if i == len(users) - 1 else ", "]
        parts.append(c.words["document.the_loss"] if isinstance(user, str) else c.p(user))
    return tuple(part for part in parts if part != "")
