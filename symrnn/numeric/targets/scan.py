"""JAX: loops over time as `lax.scan`, whose carry is the rows that the next step reads.

A statement's array goes through a loop as a window of rows. The newest row enters with the step, all but the oldest
are carried on, and the row that no later step writes is collected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sympy import Expr, expand

from symrnn.model import Constant, Parameter
from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.dialects import JAX
from symrnn.numeric.emit import Writer
from symrnn.numeric.inplace import RowScope
from symrnn.numeric.layout import Layout
from symrnn.numeric.schedule import Loop
from symrnn.numeric.statements import Statement, Store, accesses, stackable, store_of
from symrnn.numeric.targets.functional import FunctionalModule
from symrnn.numeric.texts import ALONE, EXAMPLE, Code, Stack
from symrnn.tensor import t


class LocalRows(RowScope):
    """Inside a step: elements at t plus a number are rows with names of their own."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.dialect = layout.dialect

    def leaf(self, leaf: Any, stack: Stack | None) -> Code:
        if isinstance(leaf, Parameter | Constant) or stack is not None or not self.element(leaf).has(t):
            return self.layout.leaf(leaf, stack)
        return Code(self.row(store_of(leaf), self.element(leaf)), EXAMPLE)


@dataclass
class Window:
    """The rows of one array that a step sees, as steps ahead of (negative) or behind the loop's index.

    newest, oldest
        The first and the last position at which a row is read or written.
    final
        The position at which a row is written last.
    enters
        Whether the newest row holds something before it is written.
    """

    newest: int
    oldest: int
    final: int
    enters: bool


class ScanWriter(Writer):
    """Writes the lines of one function, without writing into an array that exists."""

    module: FunctionalModule

    def put(self, name: str, place: str, value: str, adds: bool = False, depth: int = 0) -> None:
        self.line(f"{name} = {name}.at[{place}].{'add' if adds else 'set'}({value})", depth)

    def loop(self, loop: Loop) -> None:
        if not all(stackable(s.expr, t) for s in loop.statements):
            self.line("# the number of terms varies from step to step: written out, step by step, when it is traced")
            super().loop(loop)
        elif self.is_even(loop):
            self.scan(loop)
        else:
            self.whole_arrays(loop)

    def is_even(self, loop: Loop) -> bool:
        """Whether all statements hold at every step and read what the loop writes at t plus numbers."""
        own = {s.store for s in loop.statements}
        for s in loop.statements:
            if s.once or not self.layout.horizon.within(loop.when, s.when):
                return False
            for a in accesses(s.expr):
                if a.store in own and not (a.low == a.high and (a.low - t).is_Integer):
                    return False
        return True

    def windows(self, loop: Loop) -> dict[Store, Window]:
        """The window of each array that the loop writes."""
        sign = 1 if loop.forward else -1
        found: dict[Store, Window] = {}
        for store in dict.fromkeys(s.store for s in loop.statements):
            touched: list[tuple[int, bool, bool]] = []  # the position; whether it is written; whether that adds
            for s in loop.statements:
                touched += [(sign * int(a.low - t), False, False) for a in accesses(s.expr) if a.store == store]
                touched += [(sign * int(s.time - t), True, s.adds)] * (s.store == store)
            newest, oldest = max(p for p, _, _ in touched), min(p for p, _, _ in touched)
            _, written, adds = next(x for x in touched if x[0] == newest)
            enters = not written or (adds and store in self.filled)
            found[store] = Window(newest, oldest, min(p for p, w, _ in touched if w), enters)
        return found

    def scan(self, loop: Loop) -> None:
        """A loop as a scan over rows."""
        sign = 1 if loop.forward else -1
        windows, outside = self.windows(loop), self.module.outside(loop)
        for s in loop.statements:
            for a in accesses(s.expr):
                if a.store not in windows:
                    self.make(a.store)
            self.comment(s.note)
        plain = {s for s, w in windows.items() if self.is_plain(s, w, loop)}
        for store in windows:
            if store not in plain and (store in outside or windows[store].newest > windows[store].oldest):
                self.make(store)
        scope = LocalRows(self.layout)
        lines = [self.statement(s, scope, windows, sign) for s in loop.statements]
        held = [(s, p) for s, w in windows.items() for p in range(w.newest - 1, w.oldest - 1, -1)]
        carry = [scope.row(s, t + sign * p) for s, p in held]
        after = [scope.row(s, t + sign * (p + 1)) for s, p in held]
        collected = [s for s in windows if s in outside]
        out = [scope.row(s, t + sign * windows[s].final) for s in collected]
        entering = [scope.row(s, t + sign * w.newest) for s, w in windows.items() if w.enters]
        mine = {*carry, *(scope.row(s.store, s.time) for s in loop.statements)} - set(entering)
        rows = {
            name: self.stretch(store, offset, loop) for (store, offset), name in scope.rows.items() if name not in mine
        }
        if any("t" in words_of(line) for line in lines):
            rows["t"] = f"jnp.arange({self.layout.end(loop.when.first)}, {self.layout.end(loop.when.last + 1)})"
        start = loop.when.first if loop.forward else loop.when.last
        first = [self.at(s, start + sign * p) for s, p in held]
        depth = self.guard(loop)
        self.line("")
        self.line("def step(carry, rows):", depth)
        for names, whole in ((carry, "carry"), (list(rows), "rows")):
            if names:
                self.line(f"{', '.join(names)} = {whole}", depth + 1)
        for line in lines:
            self.line(line, depth + 1)
        self.line(f"return {packed(after)}, {packed(out)}", depth + 1)
        self.line("")
        xs = packed(list(rows.values())) if rows else "None"
        more = "" if loop.forward else ", reverse=True"
        if not rows:
            more += f", length={self.layout.end(loop.when.last - loop.when.first + 1)}"
        last = [(i, s, p + 1) for i, (s, p) in enumerate(held) if s in outside and p + 1 > windows[s].final]
        results = f"{'last' if last else '_'}, {'found' if collected else '_'}"
        self.line(f"{results} = lax.scan(step, {packed(first)}, {xs}{more})", depth)
        self.collect(loop, windows, collected, plain, depth)
        end = loop.when.last if loop.forward else loop.when.first
        for i, store, p in last:
            place = self.layout.end(self.layout.row(store, end + sign * p))
            self.put(self.layout.name(store), place, f"last[{i}]" if len(held) > 1 else "last", depth=depth)

    def statement(self, s: Statement, scope: LocalRows, windows: dict[Store, Window], sign: int) -> str:
        """One statement of a step."""
        code = ArrayPrinter(scope)(s.expr)
        text = code.text
        if code.lead == ALONE:
            core = "".join(f", {self.layout.end(d)}" for d in s.store.sequence.shape)
            shape = f"(*{self.layout.word('batch')}{core or ','})"
            text = f"jnp.broadcast_to(jnp.asarray({text}, {self.layout.word('dtype')}), {shape})"
        known = (s.store, expand(s.time - t)) in scope.rows
        name, w = scope.row(s.store, s.time), windows[s.store]
        position = sign * int(s.time - t)
        there = known or position < w.newest or w.enters
        return f"{name} = {name} + {text}" if s.adds and there else f"{name} = {text}"

    def is_plain(self, store: Store, w: Window, loop: Loop) -> bool:
        """Whether the loop alone fills an array, row by row, so that the array is what it collects."""
        sign = 1 if loop.forward else -1
        when = loop.when.shifted(sign * w.final)
        never_empty = self.layout.horizon.at_most(loop.when.first, loop.when.last)
        whole = self.layout.is_whole(store, when)
        return never_empty and store not in self.made and w.newest == w.oldest and whole and not w.enters

    def guard(self, loop: Loop) -> int:
        """A condition for a loop that may have no steps; by how much the lines below it are indented."""
        if self.layout.horizon.at_most(loop.when.first, loop.when.last):
            return 0
        self.line(f"if {self.layout.end(loop.when.first)} <= {self.layout.end(loop.when.last)}:")
        return 1

    def collect(
        self, loop: Loop, windows: dict[Store, Window], collected: list[Store], plain: set[Store], depth: int
    ) -> None:
        """Put the collected rows into their arrays."""
        sign = 1 if loop.forward else -1
        for i, store in enumerate(collected):
            text = f"found[{i}]" if len(collected) > 1 else "found"
            self.given([store])
            name = self.layout.name(store)
            rows = self.layout.rows(store, loop.when.shifted(sign * windows[store].final))
            if store in plain or not rows.endswith("]"):
                self.line(f"{name} = {text}", depth)
            else:
                self.put(name, rows.removesuffix("]").partition("[")[2], text, depth=depth)

    def stretch(self, store: Store, offset: Expr, loop: Loop) -> str:
        """The rows that come in one after the other."""
        return self.layout.rows(store, loop.when.shifted(int(offset)))

    def at(self, store: Store, time: Expr) -> str:
        """The text of one row."""
        return f"{self.layout.name(store)}[{self.layout.end(self.layout.row(store, time))}]"

    def whole_arrays(self, loop: Loop) -> None:
        """A loop as a scan that carries whole arrays: statements hold at some steps, or read at fixed times."""
        for s in loop.statements:
            self.make_read(s.expr)
            self.make(s.store)
            self.comment(s.note)
        names = [self.layout.name(s) for s in dict.fromkeys(s.store for s in loop.statements)]
        first, last = self.layout.end(loop.when.first), self.layout.end(loop.when.last + 1)
        self.line("")
        self.line("def step(carry, t):")
        self.line(f"{', '.join(names)} = carry", 1)
        for s in loop.statements:
            text = ArrayPrinter(self.layout)(s.expr).text
            name, row = self.layout.name(s.store), self.layout.end(self.layout.row(s.store, s.time))
            self.filled.add(s.store)
            if not self.layout.horizon.within(loop.when, s.when):
                begin, end = self.layout.end(s.when.first), self.layout.end(s.when.last)
                here = f"t == {begin}" if s.when.is_point else f"({begin} <= t) & (t <= {end})"
                text = f"jnp.where({here}, {text}, {'0' if s.adds else f'{name}[{row}]'})"
            sure = self.layout.horizon.at_most(s.when.first, s.when.last)
            if not sure:  # what is read may then have no rows at all
                self.line(f"if {self.layout.end(s.when.first)} <= {self.layout.end(s.when.last)}:", 1)
            self.put(name, row, text, s.adds, 1 if sure else 2)
        self.line(f"return {packed(names)}, None", 1)
        self.line("")
        more = "" if loop.forward else ", reverse=True"
        whole = packed(names)
        self.line(f"{whole}, _ = lax.scan(step, {whole}, jnp.arange({first}, {last}){more})")


def packed(names: list[str]) -> str:
    """Nothing, one thing, or several as a tuple."""
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def words_of(text: str) -> set[str]:
    """The identifiers in a line."""
    return set(re.findall(r"\w+", text))


class JaxModule(FunctionalModule):
    """The module of pure functions for JAX."""

    dialect, library, imports = (
        JAX,
        "JAX",
        ("import math\n", "import jax", "import jax.numpy as jnp", "from jax import lax"),
    )

    def new_writer(self, layout: Layout) -> Writer:
        writer = ScanWriter(layout)
        writer.module = self
        return writer
