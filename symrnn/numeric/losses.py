"""The text of the loss, added up over time and batch at once: inner products of whole arrays, no array of squares."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr

from symrnn.model import Range
from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.inplace import InPlace
from symrnn.numeric.schedule import Block, Step
from symrnn.numeric.statements import Statement, accesses, stackable
from symrnn.numeric.texts import ALONE, TIME, Stack
from symrnn.tensor import Dot, Node, TimeSum, t


class Losses:
    """Writes the loss; blocks of `first` that compute a factor of it are written with it, and left out of `rest`."""

    def __init__(self, writer: InPlace, first: list[Step]) -> None:
        self.writer, self.rest = writer, first
        self.known: dict[tuple[Any, Range], str] = {}

    def text(self, loss: Expr) -> str:
        """The loss, summed over the batch."""
        terms = [self.term(x) for x in Add.make_args(loss)]
        return " + ".join(terms)

    def term(self, e: Expr) -> str:
        """One term."""
        factor, rest = e.as_independent(TimeSum, as_Add=False)
        if isinstance(rest, TimeSum) and factor.is_number:
            number, of = rest.term(t).as_coeff_Mul()
            if isinstance(of, Dot) and stackable(of, t) and all(varies(x) for x in of.args):
                factors = [self.factor(x, Range(rest.lower, rest.upper)) for x in of.args]
                return self.times(factor * number, f"np.vdot({', '.join(factors)})")
            if stackable(rest.term(t), t):
                code = ArrayPrinter(self.writer.layout, Stack(t, rest.lower, rest.upper))(rest.term(t))
                if code.lead == TIME:
                    return self.times(factor, f"np.sum({code.text})")
        code = ArrayPrinter(self.writer.layout)(e)
        return f"{self.writer.layout.word('B')} * {code.atom}" if code.lead == ALONE else f"np.sum({code.text})"

    def times(self, factor: Expr, text: str) -> str:
        """A text times a number."""
        return text if factor == 1 else f"{factor if factor.is_Integer else float(factor)!r} * {text}"

    def factor(self, x: Any, when: Range) -> str:
        """One factor for all times; computed once."""
        if (x, when) in self.known:
            return self.known[(x, when)]
        block = next((s for s in self.leading() if s.expr == x and s.when == when and s.time == t), None)
        if block is not None and self.writer.starts(block):
            self.rest = [s for s in self.rest if not (isinstance(s, Block) and s.statement is block)]
            self.writer.block(block)
            text = self.writer.layout.rows(block.store, when)
        elif isinstance(x, Node) and x.is_leaf:
            text = self.writer.operand(x, when)
        else:
            code = ArrayPrinter(self.writer.layout, Stack(t, when.first, when.last))(x)
            text = self.writer.layout.names(("factor", x), f"factor{len(self.known) + 1}")
            self.writer.line(f"{text} = {code.text}")
        self.known[(x, when)] = text
        return text

    def leading(self) -> list[Statement]:
        """The blocks that need nothing of the backward pass."""
        found = []
        for s in self.rest:
            if not isinstance(s, Block):
                break
            found.append(s.statement)
        return found


def varies(x: Any) -> bool:
    """Whether something has a row for each step."""
    return any(a.low.has(t) for a in accesses(x))
