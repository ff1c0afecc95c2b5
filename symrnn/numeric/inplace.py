"""Steps of a schedule as NumPy calls that fill arrays made once: what `instructions` writes, placed in time.

A loop goes through lists of rows, made with the arrays, so that a step is nothing but its calls. Where its
statements hold at different times, or sum over time, it counts steps and looks rows up.
"""

from __future__ import annotations

from collections.abc import Collection
from textwrap import wrap
from typing import Any

from sympy import Expr, Integer, expand

from symrnn.errors import Unsupported
from symrnn.model import Constant, Parameter, Range
from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.emit import Writer, key_of
from symrnn.numeric.groups import Group
from symrnn.numeric.instructions import Filling
from symrnn.numeric.layout import Layout
from symrnn.numeric.machine_loops import MachineLoop
from symrnn.numeric.schedule import Loop
from symrnn.numeric.scratch import Scratch, Target
from symrnn.numeric.statements import Note, Statement, Store, Total, counts, store_of
from symrnn.numeric.texts import EXAMPLE, TIME, Code, Scope, Stack
from symrnn.tensor import shape_of, t
from symrnn.tensor.time import difference


class RowScope(Scope):
    """A layout seen from inside a loop: elements at t plus a number are rows with names of their own."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.horizon, self.used = layout, layout.horizon, layout.used
        self.rows: dict[tuple[Store, Expr], str] = {}

    def leaf(self, leaf: Any, stack: Stack | None) -> Code:
        if isinstance(leaf, Parameter | Constant) or not self.element(leaf).has(t) or stack is not None:
            return self.layout.leaf(leaf, stack)
        row = self.row(store_of(leaf), self.element(leaf))
        return Code(row if shape_of(leaf) else f"{row}[..., 0]", EXAMPLE)

    def element(self, leaf: Any) -> Any:
        """The time of a leaf."""
        return leaf.node.time if hasattr(leaf, "node") else leaf.time

    def row(self, store: Store, time: Expr) -> str:
        """The name of a row."""
        offset = difference(time, t)
        if (store, offset) not in self.rows:
            word = "t" if offset == 0 else f"t{'m' if offset.is_negative else 'p'}{abs(offset)}"
            name = self.layout.names(("row", store, offset), f"{self.layout.name(store)}_{word}")
            self.rows[(store, offset)] = name
        return self.rows[(store, offset)]

    def symbol(self, symbol: Any) -> str:
        return self.layout.symbol(symbol)

    def word(self, word: str) -> str:
        return self.layout.word(word)


class CountingScope(RowScope):
    """The same, with rows looked up by the step's number."""

    def leaf(self, leaf: Any, stack: Stack | None) -> Code:
        return self.layout.leaf(leaf, stack)

    def row(self, store: Store, time: Expr) -> str:
        place = self.layout.end(self.layout.row(store, time))
        return (
            f"{self.layout.name(store)}[{place}]"
            if store.sequence.shape
            else (f"{self.layout.name(store)}[{place}, ..., None]")
        )


class InPlace(Writer):
    """Writes the lines of one function; arrays, lists of rows and scratch memory are those of its `Work`."""

    def __init__(
        self,
        layout: Layout,
        scratch: Scratch,
        groups: Collection[Group] = (),
        machine: list[MachineLoop] | None = None,
    ) -> None:
        super().__init__(layout)
        self.scratch, self.groups, self.machine = scratch, groups, machine
        self.constants: dict[str, str] = {}
        self.sums: dict[Group, str] = {}

    def make(self, store: Store) -> None:
        """Boundary values are put in place; adjoints begin with zeros where nothing else fills them first."""
        if store in self.made:
            return
        self.made.add(store)
        self.layout.name(store)
        for b in self.layout.model.boundary:
            if b.sequence == store.sequence and not store.adjoint:
                row = self.layout.end(self.layout.row(store, b.time))
                self.line(f'{self.layout.name(store)}[{row}] = boundary["{key_of(b)}"]')

    def zeroed(self, store: Store, when: Range | None) -> None:
        """Zeros in all rows of an array that is added to, but those that a first block fills."""
        if store in self.filled or not store.adjoint:
            return
        self.filled.add(store)
        name, extent, horizon = self.layout.name(store), self.layout.extents[store], self.layout.horizon
        if when is None:
            self.line(f"{name}.fill(0)")
            return
        for first, last in ((extent.first, when.first - 1), (when.last + 1, extent.last)):
            if not horizon.at_most(last + 1, first):
                rows = self.slice(name, store, Range(first, last))
                self.line(f"{rows} = 0" if rows.endswith("]") else f"{rows}[...] = 0")

    def handed(self, text: str) -> str:
        return f"{text}.copy()"  # the next call fills the array anew

    def slice(self, name: str, store: Store, when: Range) -> str:
        """The text of some rows under another name for all rows."""
        whole = self.layout.rows(store, when)
        return name + whole.removeprefix(self.layout.name(store))

    def block(self, s: Statement) -> None:
        self.make_read(s.expr)
        for a in s.reads:
            self.zeroed(a.store, None)
        self.make(s.store)
        fresh = s.store not in self.filled
        self.comment(s.note)
        if s.once:
            self.zeroed(s.store, None)
            row = f"{self.layout.name(s.store)}[{self.layout.end(self.layout.row(s.store, s.time))}]"
            self.line(f"{row} {'+=' if s.store.adjoint else '='} {ArrayPrinter(self.layout)(s.expr).text}")
            return
        whole = self.covered(s)
        self.zeroed(s.store, s.written if whole else None)
        rows = self.layout.rows(s.store, s.when)
        adds = s.adds and not (fresh and whole)
        free = all(a.store != s.store for a in s.reads)
        self.filling(s.when).fill(s.expr, Target(rows, self.layout.is_plain(s.store), free), adds)

    def filling(self, when: Range) -> Filling:
        """What writes calls for all times of a range at once."""
        printer = ArrayPrinter(self.layout, Stack(t, when.first, when.last))
        count = self.layout.end(self.layout.horizon.later(Integer(0), expand(when.last - when.first + 1)))
        return Filling(
            printer,
            lambda leaf, rank: printer(leaf).widened(rank - len(shape_of(leaf))),
            self.stacked_product,
            self.line,
            lambda core: f"({count}, *batch{''.join(f', {self.layout.end(d)}' for d in core)})",
            self.scratch,
            TIME,
        )

    def operand(self, expr: Any, when: Range) -> str:
        """The text of an expression for all times of a range, in scratch memory if it takes calls."""
        self.make_read(expr)
        found = self.filling(when).operand(expr)
        if found.scratch:
            self.scratch.give(found.text)
        return found.text

    def starts(self, s: Statement) -> bool:
        """Whether a block would be the first to write its array, and fill it but for what stands around."""
        return s.store not in self.filled and self.covered(s)

    def covered(self, s: Statement) -> bool:
        """Whether the range of a first block is never empty, so that what it does not fill stands around it."""
        return self.layout.horizon.at_most(s.when.first, s.when.last)

    def stacked_product(self, vector: str, matrix: str, out: str, expr: Any) -> str:
        """All steps and examples in one product."""
        inner = self.layout.end(expr.right.shape[0] if expr.right.rank == 1 else expr.left.shape[0])
        outer = self.layout.end(expr.shape[0])
        return f"np.dot({vector}.reshape(-1, {inner}), {matrix}, out={out}.reshape(-1, {outer}))"

    def totals(self, leaf: Any, parts: list[Total], name: str) -> None:
        """The gradient of a parameter; those that columns of one array give are computed at once."""
        group = next((g for g in self.groups if leaf in g.members), None)
        if group is None:
            super().totals(leaf, parts, name)
            return
        if group not in self.sums:
            self.sums[group] = self.layout.names(group, f"sum{len(self.sums) + 1}")
            every = Parameter("every", *shape_of(group.expr))
            for x in group.notes:
                self.comment(x)
            whole = Total(every, group.expr, parts[0].when, Note("all of these at once"))
            super().totals(every, [whole], self.sums[group])
        first, last = group.members[leaf]
        self.line(f"{name} = {self.sums[group]}[{self.layout.end(first)}:{self.layout.end(last)}]")

    def loop(self, loop: Loop) -> None:
        for s in loop.statements:
            self.make_read(s.expr)
            self.make(s.store)
        for s in loop.statements:
            if not s.adds and self.covered(s):
                self.zeroed(s.store, s.written)
        for s in loop.statements:
            for store in (*(a.store for a in s.reads), s.store):
                self.zeroed(store, None)
        for s in loop.statements:
            self.comment(s.note)
        even = all(self.layout.horizon.within(loop.when, s.when) and not counts(s.expr) for s in loop.statements)
        scope = (RowScope if even else CountingScope)(self.layout)
        before, self.lines = self.lines, []
        for s in loop.statements:
            self.step(s, loop, scope, even)
        inside, self.lines = self.lines, before
        self.lines += [f"{name} = {text}" for text, name in self.constants.items()]
        self.constants = {}
        steps = [*(self.through(loop, scope) if even else self.counted(loop)).split("\n"), *inside]
        compiled = self.machine_loop(loop)
        if compiled is not None:
            self.lines += [f"if {compiled.condition()}:", f"    {compiled.call()}", "else:"]
            steps = ["    " + x for x in steps]
        self.lines += steps

    def machine_loop(self, loop: Loop) -> MachineLoop | None:
        """The loop as a function to be compiled, if that is asked for and it has this form."""
        if self.machine is None:
            return None
        name = f"loop{len(self.machine) + 1}"
        try:
            found = MachineLoop(loop, self.layout, self.layout.names(("machine", name), name))
        except Unsupported:
            return None  # the NumPy calls stay
        self.machine.append(found)
        return found

    def through(self, loop: Loop, scope: RowScope) -> str:
        """The head of a loop over rows."""
        lists = []
        for store, offset in scope.rows:
            name = self.layout.rows_of(store)
            text = self.slice(name, store, loop.when.shifted(int(offset)))
            lists.append(text if loop.forward else f"reversed({text})")
        names = list(scope.rows.values())
        if len(names) == 1:
            return f"for {names[0]} in {lists[0]}:"
        head = f"for {', '.join(names)} in zip({', '.join(lists)}):"
        if len(head) <= 112:
            return head
        inner = ",\n".join("        " + x for x in lists)
        names_text = ", ".join(names)
        if len(names_text) > 100:
            names_text = "(\n        " + ",\n        ".join(wrap(names_text, 100)).replace(",,", ",") + "\n    )"
        return f"for {names_text} in zip(\n{inner},\n    ):"

    def counted(self, loop: Loop) -> str:
        """The head of a loop over numbers of steps."""
        if loop.forward:
            return f"for t in range({self.layout.end(loop.when.first)}, {self.layout.end(loop.when.last + 1)}):"
        return f"for t in range({self.layout.end(loop.when.last)}, {self.layout.end(loop.when.first - 1)}, -1):"

    def step(self, s: Statement, loop: Loop, scope: RowScope, even: bool) -> None:
        """One statement inside a loop."""
        depth = 1
        if not even and not self.layout.horizon.within(loop.when, s.when):
            first, last = self.layout.end(s.when.first), self.layout.end(s.when.last)
            self.line(f"if t == {first}:" if s.when.is_point else f"if {first} <= t <= {last}:", 1)
            depth = 2
        printer = ArrayPrinter(scope)

        def leaf(x: Any, rank: int) -> str:
            code = scope.leaf(x, None)
            if not isinstance(x, Parameter | Constant) and scope.element(x).has(t):
                row = scope.row(store_of(x), scope.element(x))
                return row if shape_of(x) or rank < 2 else f"{row}[..., None]"
            return code.widened(max(rank, 1) - len(shape_of(x)))

        filling = Filling(
            printer,
            leaf,
            lambda v, m, out, _: f"np.dot({v}, {m}, {out})",
            lambda text: self.line(text, depth),
            lambda core: f"(*batch, {', '.join(map(self.layout.end, core)) or '1'})",
            self.scratch,
            EXAMPLE,
            self.constant,
        )
        row = scope.row(s.store, s.time)
        free = all(a.store != s.store or (a.low, a.high) != (s.time, s.time) for a in s.reads)
        filling.fill(s.expr, Target(row, self.layout.is_plain(s.store), free), s.adds)

    def constant(self, text: str) -> str:
        """A name for what does not change from step to step, computed before the loop."""
        if text.isidentifier():
            return text
        if text not in self.constants:
            wish = text.replace(".T", "_T") if text.endswith(".T") and text[:-2].isidentifier() else "constant1"
            self.constants[text] = self.layout.names(("constant", text), wish)
        return self.constants[text]
