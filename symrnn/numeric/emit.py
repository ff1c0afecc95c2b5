"""Steps of a schedule as lines of NumPy: blocks over all times at once, loops over time, sums over time.

A comment before each block says which equation it is. Arrays are made before their first use; an array that one
block fills completely is the value of that block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sympy import Expr, Integer

from symrnn.model import Constant, Range
from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.layout import Layout
from symrnn.numeric.names import one_line
from symrnn.numeric.schedule import Block, Loop, Step
from symrnn.numeric.statements import Note, Statement, Store, Total, accesses, stackable
from symrnn.numeric.texts import ALONE, EXAMPLE, TIME, Code, Stack
from symrnn.tensor import Contract, Elementwise, Full, LogSumExp, Node, Outer, Softmax, SoftmaxCrossEntropy, shape_of, t

LONGEST_NOTE = 100


class Writer:
    """Writes the lines of one function, in a layout that notes what they use."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.dialect = layout, layout.dialect
        self.silent = False
        self.lines: list[str] = []
        self.made: set[Store] = set()
        self.filled: set[Store] = set()

    def given(self, stores: Iterable[Store]) -> None:
        """These arrays exist already."""
        self.made |= set(stores)
        self.filled |= set(stores)

    def line(self, text: str, depth: int = 0) -> None:
        self.lines.append("    " * depth + text)

    def comment(self, note: Note, depth: int = 0) -> None:
        for text in map(one_line, () if self.silent else str(note).split("\n")):
            self.line("# " + (text if len(text) <= LONGEST_NOTE else text[: LONGEST_NOTE - 4] + " ..."), depth)

    def steps(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if isinstance(step, Block):
                self.block(step.statement)
            else:
                self.loop(step)

    def make(self, store: Store) -> None:
        """An array: of zeros for an adjoint, which is added to; else the boundary values stand in it already."""
        if store in self.made or self.layout.carried.get(store) == 1:
            return
        self.made.add(store)
        name, shape, dtype = self.layout.name(store), self.layout.row_shape(store), self.layout.word("dtype")
        if store.adjoint:
            self.line(f"{name} = {self.dialect.filled(shape, '0', dtype)}")
            return
        whole = covers(known_ranges(self.layout, store), self.layout.extents[store], self.layout)
        value = "0" if whole else self.dialect.named("nan")
        self.line(f"{name} = {self.dialect.filled(shape, value, dtype)}")
        for b in self.layout.model.boundary:
            if b.sequence == store.sequence:
                row = self.layout.end(self.layout.row(store, b.time))
                self.put(name, row, f'boundary["{key_of(b)}"]')

    def put(self, name: str, place: str, value: str, adds: bool = False, depth: int = 0) -> None:
        """Write rows of an array; all of it where no place is named."""
        where = f"[{place}]" if place else ""
        self.line(f"{name}{where} {'+=' if adds else '='} {value}", depth)

    def zeroed(self, store: Store, when: Range | None) -> None:
        """Zeros where an array that is added to is not filled first: new arrays are made of them."""

    def handed(self, text: str) -> str:
        """Rows as they are handed to the caller."""
        return text

    def make_read(self, expr: Any) -> None:
        for access in accesses(expr):
            self.make(access.store)

    def block(self, s: Statement) -> None:
        """One statement, for all its times at once or once."""
        self.make_read(s.expr)
        self.comment(s.note)
        if s.once:
            code = self.printer(0)(s.expr)
            self.make(s.store)
            if self.layout.carried.get(s.store) == 1 and code.lead == ALONE:
                code = self.for_each(s, code)
            self.assign(self.layout.place(s.store, s.time), s, code)
            return
        code = ArrayPrinter(self.layout, Stack(t, s.when.first, s.when.last))(s.expr)
        if s.store not in self.made and code.lead == TIME and self.layout.is_whole(s.store, s.when) and _is_new(s.expr):
            self.given([s.store])
            self.line(f"{self.layout.name(s.store)} = {code.text}")
            return
        self.make(s.store)
        self.assign(self.layout.rows(s.store, s.when).removesuffix("]").partition("[")[2] or ":", s, code)

    def for_each(self, s: Statement, code: Code) -> Code:
        """What is the same for every example, once for each of them."""
        shape, zero = self.layout.one_shape(s.store), s.expr == 0 or (isinstance(s.expr, Full) and s.expr.value == 0)
        if zero:
            return Code(self.dialect.filled(shape, "0", self.layout.word("dtype")), EXAMPLE)
        return Code(f"{self.dialect.named('broadcast_to')}({code.text}, {shape})", EXAMPLE)

    def assign(self, place: str, s: Statement, code: Code) -> None:
        """Write what a statement computes into some rows of its array."""
        adds = s.adds and s.store in self.filled
        self.filled.add(s.store)
        self.put(self.layout.name(s.store), place, code.text, adds)

    def loop(self, loop: Loop) -> None:
        """Statements carried out step by step, each in its own range."""
        for s in loop.statements:
            self.make_read(s.expr)
            self.make(s.store)
        for s in loop.statements:
            self.comment(s.note)
        first, last = self.layout.end(loop.when.first), self.layout.end(loop.when.last + 1)
        if loop.forward:
            self.line(f"for t in range({first}, {last}):")
        else:
            last, first = self.layout.end(loop.when.last), self.layout.end(loop.when.first - 1)
            self.line(f"for t in range({last}, {first}, -1):")
        for s in loop.statements:
            self.loop_statement(s, loop)

    def loop_statement(self, s: Statement, loop: Loop) -> None:
        depth, within = 1, self.layout.horizon.within(loop.when, s.when)
        if not within:
            first, last = self.layout.end(s.when.first), self.layout.end(s.when.last)
            self.line(f"if t == {first}:" if s.when.is_point else f"if {first} <= t <= {last}:", 1)
            depth = 2
        with self.layout.horizon.running(t, s.when):
            code = self.printer(depth)(s.expr)
        self.filled.add(s.store)
        self.put(self.layout.name(s.store), self.layout.place(s.store, s.time), code.text, s.adds, depth)

    def totals(self, leaf: Any, parts: list[Total], name: str) -> None:
        """The gradient of a parameter or constant: all its uses, added up."""
        for x in parts:
            self.make_read(x.expr)
            self.comment(x.note)
        layout = self.layout
        sign = "="
        for x in parts:
            if x.when is not None and not stackable(x.expr, t):
                self.added_one_by_one(leaf, x, name, sign)
            else:
                stack = Stack(t, x.when.first, x.when.last) if x.when is not None else None
                self.line(f"{name} {sign} {added_up(x, ArrayPrinter(layout, stack), leaf)}")
            sign = "+="
        if not parts:
            shape = f"{layout.leaf(leaf, None).text}.shape"
            self.line(f"{name} = {self.dialect.filled(shape, '0', layout.word('dtype'))}")

    def added_one_by_one(self, leaf: Any, x: Total, name: str, sign: str) -> None:
        assert x.when is not None
        if sign == "=":
            batch = "" if not isinstance(leaf, Constant) else f"*{self.layout.word('batch')}, "
            core = ", ".join(self.layout.end(d) for d in shape_of(leaf)) + "," * (len(shape_of(leaf)) == 1)
            self.line(f"{name} = {self.dialect.filled(f'({batch}{core})', '0', self.layout.word('dtype'))}")
        self.line(f"for t in range({self.layout.end(x.when.first)}, {self.layout.end(x.when.last + 1)}):")
        once = Total(leaf, x.expr, None, x.note)
        with self.layout.horizon.running(t, x.when):
            self.line(f"{name} = {name} + {added_up(once, self.printer(1), leaf)}", 1)

    def printer(self, depth: int) -> ArrayPrinter:
        """A printer that writes a line of its own, this deep, for what is long."""
        known: dict[str, Code] = {}
        counts: Counter[str] = Counter()

        def let(wish: str, code: Code) -> Code:
            if code.text not in known:
                counts[wish] += 1
                wish = wish if counts[wish] == 1 else f"{wish}{counts[wish]}"
                known[code.text] = Code(self.layout.names(("let", wish), wish), code.lead)
                self.line(f"{known[code.text].text} = {code.text}", depth)
            return known[code.text]

        return ArrayPrinter(self.layout, None, let)


def added_up(x: Total, p: ArrayPrinter, leaf: Any) -> str:
    """The text of a sum over the time axis (if there is one) and, for a parameter, over the batch."""
    rank = len(shape_of(leaf))
    if isinstance(x.expr, Outer | Contract) and not isinstance(leaf, Constant) and rank == 2:
        a, b = p(x.expr.args[0]), p(x.expr.args[1])
        if a.lead == b.lead != ALONE and (a.lead == TIME or x.when is None):
            if isinstance(x.expr, Contract):
                return p.helper("sum_products", a.text, b.text, lead=ALONE).text
            rows, columns = (p.size(d) for d in shape_of(x.expr))
            return p.dialect.product(f"{a.atom}.reshape(-1, {rows}).T", f"{b.atom}.reshape(-1, {columns})")
    code = p(x.expr)
    count: Expr = Integer(1)
    if x.when is not None and code.lead != TIME:
        count = p.scope.horizon.later(Integer(0), x.when.last - x.when.first + 1)
    factor = "" if count == 1 else f"({p.size(count)}) * "
    if isinstance(leaf, Constant):
        if code.lead == ALONE:
            shape = f"{p.scope.word('batch')} + (1,) * {rank}"
            return f"{factor}{code.atom} * {p.dialect.filled(shape, '1', p.scope.word('dtype'))}"
        return f"{code.atom}.sum(axis=0)" if code.lead == TIME else f"{factor}{code.atom}"
    if code.lead == ALONE:
        return f"{p.scope.word('B')} * {factor}{code.atom}"
    if rank == 0:
        return f"{factor}{p.dialect.named('sum')}({code.text})"
    if rank == 1:
        return f"{factor}{code.atom}.reshape(-1, {p.size(shape_of(leaf)[0])}).sum(axis=0)"
    return f"{factor}{p.helper('sum_leading', code.text, str(rank), lead=ALONE).text}"


def key_of(leaf: Any) -> str:
    """The key of a boundary value in dicts: `h[0]`, `g[tau+1]`."""
    time = str(int(leaf.time) if leaf.time.is_Integer else leaf.time)
    return f"{leaf.name}[{time.replace(' ', '')}]"


def _is_new(expr: Any) -> bool:
    """Whether the text of an expression makes a new array, never a view of one that exists."""
    return isinstance(expr, Elementwise | Contract | Outer | Softmax | SoftmaxCrossEntropy | LogSumExp) or (
        not isinstance(expr, Node) and bool(expr.args)
    )


def known_ranges(layout: Layout, store: Store) -> list[Range]:
    """The times at which an array of values gets values."""
    model, v = layout.model, store.sequence
    if v not in model.sequences:
        return [layout.extents[store]]
    return [*model.ranges.get(v, ()), *(Range(b.time, b.time) for b in model.boundary if b.sequence == v)]


def covers(known: list[Range], extent: Range, layout: Layout) -> bool:
    """Whether ranges leave no gap in an extent, for every last time."""
    reached = extent.first - 1
    for r in _by_first(known, layout):
        if not layout.horizon.at_most(r.first, reached + 1):
            return False
        reached = layout.horizon.later(reached, r.last)
    return layout.horizon.at_most(extent.last, reached)


def _by_first(ranges: list[Range], layout: Layout) -> Iterator[Range]:
    rest = list(ranges)
    while rest:
        first = next((r for r in rest if all(layout.horizon.at_most(r.first, q.first) for q in rest)), rest[0])
        rest.remove(first)
        yield first
