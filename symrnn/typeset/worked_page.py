"""A worked example as a page: what is given, every node forward and backward in numbers, and what acts on what.

The numbers come from `calculus.worked`; each formula stands above its lines in numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from sympy import Integer, Symbol

from symrnn.calculus.derivation import name_of
from symrnn.calculus.worked import Worked, worked
from symrnn.graph.lengths import numbers_of
from symrnn.graph.run import expanded_loss
from symrnn.model import Element, Recurrence
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.numbers import Array
from symrnn.tensor.time import t
from symrnn.typeset.blocks import Block, Display, Heading, Page, Paragraph, Table, plain_name
from symrnn.typeset.brackets import quotient
from symrnn.typeset.digits import block, cells
from symrnn.typeset.displays import presenter
from symrnn.typeset.document import Document
from symrnn.typeset.items import Compared, Differential, Item, Number, Row, Rows
from symrnn.typeset.notation import Notation, as_notation
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import Sentence, fill
from symrnn.typeset.reduction import reduced
from symrnn.typeset.worked_paths import path_rows


@dataclass(frozen=True, repr=False)
class WorkedExample(Document):
    """A model in numbers: a document, and the numbers by the names of the nodes.

    Attributes
    ----------
    values
        What is given and every node: `"W"`, `"h[2]"`.
    adjoints
        The gradient of the loss by each of them.
    paths
        `("x[1]", 3)` is the derivative of the loss's term at time 3 by x[1]; 0 stands for a loss without terms.
    """

    values: Mapping[str, Array] = field(default_factory=dict, repr=False)
    adjoints: Mapping[str, Array] = field(default_factory=dict, repr=False)
    paths: Mapping[tuple[str, int], Array] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.render(".txt")


def worked_example(
    model: Recurrence,
    tau: Any = 3,
    seed: int = 0,
    *,
    dims: Mapping[str, int] | None = None,
    params: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    boundary: Mapping[str, Any] | None = None,
    notation: Notation | str | None = None,
    language: str = "en",
) -> WorkedExample:
    """A model worked in numbers: every node forward and backward, every product written out.

    Parameters
    ----------
    model
        A `Recurrence` without unknown functions.
    tau
        The last time, a number; a mapping for a model with several.
    seed
        Of the values that are not given: tenths other than zero.
    dims
        Sizes by name, `{"n": 2}`; by default 2 and 3, and 1 for what only inputs have.
    params, inputs, boundary
        Arrays of one's own, as `evaluate` takes them; each may be left out.
    notation, language
        How it looks, and its words: "en" or "de".

    Returns
    -------
    WorkedExample
        With `.save("page.tex")`, `.render(".txt")`, `.values`, `.adjoints` and `.paths`.

    Raises
    ------
    Unsupported
        For a model with an unknown function.
    TooLarge
        For more numbers than anybody follows.
    Undefined, ShapeError
        For names and arrays that the model does not have.

    Examples
    --------
    >>> import symrnn as sr
    >>> example = sr.worked_example(sr.models.scalar(), tau=2)
    >>> shown = example.render(".txt").splitlines()
    >>> first = next(i for i, row in enumerate(shown) if row.startswith("  s(1) = tanh"))
    >>> print("\\n".join(shown[first : first + 4]))
      s(1) = tanh(w s(0) + u x(1) + b)
           = tanh(-0.4 · 0.2 + 0.5 · 0.6 + 0.6)
           = tanh(0.82)
           = 0.6751
    """
    given = {"params": params or {}, "inputs": inputs or {}, "boundary": boundary or {}}
    found = worked(model, tau, seed, dims=dims, given=given)
    p = presenter(model, as_notation(notation), None, language=language)
    page = WorkedPage(found, p)
    title = model.title.summary or model.title.name
    words = p.words["worked.title"].format(model=title[:1].upper() + title[1:])
    name = plain_name(f"{model.title.name} worked")
    return WorkedExample(
        Page(words, model.title.source, tuple(page.blocks()), name, language),
        found.derivation,
        {_name(x): v for x, v in found.instance.base.values.items()},
        {_name(a.node): v for a, v in found.adjoints.items() if isinstance(a, Adjoint)},
        {(_name(x), s): v for (x, s), v in found.paths.items()},
    )


def _name(x: Any) -> str:
    return name_of(x)


class WorkedPage:
    """The blocks of the page."""

    def __init__(self, found: Worked, p: Presenter) -> None:
        self.found, self.p, self.value = found, p, found.evaluator
        times = sorted({int(e.lhs.time) for e in found.instance.graph.equations})
        shorts = {a.short.xreplace(_at(s)): a.long.xreplace(_at(s)) for a in found.model.abbreviations for s in times}
        known = self.value.values
        self.shorts = {k: v for k, v in shorts.items() if all(x in known for x in v.atoms(Element))}

    def blocks(self) -> list[Block]:
        """All of it."""
        found = [*self._given(), *self._forward()]
        if self.found.derivation is None:
            return [*found, Paragraph((self.p.words["worked.no_loss"],))]
        return [*found, *self._loss(), *self._backward(), *self._paths(), self._checked()]

    def _heading(self, key: str) -> Heading:
        return Heading(self.p.words[f"worked.{key}"], key)

    def _say(self, key: str, **values: list[str | Item]) -> Paragraph:
        return Paragraph(fill(self.p.words[f"worked.{key}"], values, self.p))

    def _given(self) -> list[Block]:
        """The sizes, and every value that is given: a name, its numbers."""
        instance, p = self.found.instance, self.p
        sizes = [Compared((p.symbol(d), Number(str(n)))) for d, n in instance.sizes.items()]
        lengths = self.found.model.lengths or ()
        last = [
            Compared((p.symbol(s), Number(str(n)))) for s, n in zip(lengths, numbers_of(instance.last), strict=False)
        ]
        said = self._say("drawn" if sizes else "drawn_scalar", sizes=list(sizes), last=list(last))
        rows = [Row(p(x), block(cells(v), turned=p.rows)) for x, v in sorted(instance.given.items(), key=_kind)]
        return [self._heading("given"), said, Display(Rows(tuple(rows)))]

    def _rows(self, left: Item, right: Any, turned: bool = False, long: bool = False) -> Display:
        """A node, its formula, and its numbers below each other."""
        p = self.p.with_(short=()) if long else self.p
        given = [] if long else list(self.shorts.values())
        items = reduced(right, p, self.value, given, turned)
        return Display(Rows(tuple(Row(left if i == 0 else None, item) for i, item in enumerate(items))))

    def _forward(self) -> list[Block]:
        """Every node, those of one time together; what has an abbreviation after what it is computed from."""
        found: list[Block] = [self._heading("forward")]
        waiting = dict(self.shorts)
        for time, equations in groupby(self.found.instance.graph.equations, key=lambda e: int(e.lhs.time)):
            found.append(self._say("at", time=[self.p.time(Integer(time))]))
            for e in equations:
                found.append(self._rows(self.p(e.lhs), e.rhs))
                for short in [s for s, long in waiting.items() if e.lhs in long.atoms(Element)]:
                    found.append(self._rows(self.p(short), waiting.pop(short), long=True))
        return found

    def _loss(self) -> list[Block]:
        """The loss, its sums written out, in numbers."""
        rows = self._rows(self.p.name("L"), expanded_loss(self.found.model, self.found.instance.last)).rows.rows
        first = Row(self.p.name("L"), self.p(self.found.model.loss))
        if rows[0].right != first.right:
            rows = (first, replace(rows[0], left=None), *rows[1:])
        return [self._heading("loss"), Display(Rows(rows))]

    def _backward(self) -> list[Block]:
        """The adjoints, later times first, then the gradients."""
        lines = self.found.derivation.lines  # type: ignore[union-attr]
        seeds = [line.equation for line in lines if line.group == "seed"]
        found: list[Block] = [self._heading("backward")]
        if seeds and all(e.rhs == 1 for e in seeds):
            found.append(self._say("ones", of=[Compared((*(self.p(e.lhs) for e in seeds), Number("1")))]))
        else:
            found += [self._line(e) for e in seeds]
        rest = [line for line in lines if line.group != "seed"]
        for backward, group in groupby(rest, key=lambda line: line.group == "backward"):
            found += [] if backward else [self._heading("gradients")]
            found += [self._line(line.equation) for line in group]
        return found

    def _line(self, e: Any) -> Display:
        turned = self.p.numerator
        return self._rows(self.p.turned(e.lhs) if turned else self.p(e.lhs), e.rhs, turned)

    def _paths(self) -> list[Block]:
        """For each input at each time a row, for each term of the loss a column, and their sum."""
        found, terms = self.found, list(self.found.terms)
        if not found.paths:
            return []
        several = terms != [0]
        s = Symbol("s", integer=True)
        top = self.p.at(self.p.name("L"), s) if several else self.p.name("L")
        head = ("", *(f"s = {k}" for k in terms), self.p.words["worked.all"]) if several else ("", "")
        rows: list[tuple[Sentence, ...]] = []
        for x in dict.fromkeys(x for x, _ in found.paths):
            effects = [found.paths[x, k] for k in terms]
            whole = [sum(effects)] if several else []
            first = quotient(Differential(top), Differential(self.p(x)), self.p.linear)
            rows.append(((first,), *((block(cells(v), turned=True),) for v in [*effects, *whole])))
        said = self._say("paths_many" if several else "paths_one")
        return [self._heading("paths"), said, Table(head, tuple(rows)), *self._along()]

    def _along(self) -> list[Block]:
        """Each entry of the table as the product of Jacobians along its path, where there is one path only."""
        rows = path_rows(self.found, self.p)
        return [Paragraph((self.p.words["worked.along"],)), *map(Display, rows)] if rows else []

    def _checked(self) -> Paragraph:
        worst = self.found.worst
        if worst is None:
            return Paragraph((self.p.words["worked.unchecked"],), True)
        return Paragraph(fill(self.p.words["worked.checked"], {"worst": [f"{worst:.0e}"]}, self.p), True)


def _kind(pair: tuple[Any, Array]) -> tuple[int, int]:
    """Parameters first, then boundary values, then what has a time, each in its order."""
    x = pair[0]
    return (0, 0) if not isinstance(x, Element) else (1 + (int(x.time) > 0), int(x.time))


def _at(s: int) -> dict[Any, Any]:
    return {t: Integer(s)}
