"""JAX: loops over time as `lax.scan`, whose carry is the rows that the next step reads.

A statement's array goes through a loop as a window of rows. The newest row enters with the step, all but the oldest
are carried on, and the row that no later step writes is collected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sympy import Expr, expand

from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.dialects import JAX
from symrnn.numeric.emit import Writer
from symrnn.numeric.layout import Layout
from symrnn.numeric.schedule import Loop
from symrnn.numeric.statements import Statement, Store, stackable
from symrnn.numeric.targets.functional import FunctionalModule
from symrnn.numeric.targets.rows import LocalRows, Window, windows_of
from symrnn.numeric.texts import ALONE
from symrnn.tensor import t


@dataclass
class _Scan:
    """One loop as a scan: the windows of what it writes, and what becomes of the rows after it.

    outside
        The arrays that anything but the loop reads.
    plain
        Those that are just what the scan collects.
    collected
        Those of which every step gives a row.
    """

    loop: Loop
    windows: dict[Store, Window]
    outside: set[Store]
    plain: set[Store]
    collected: list[Store]

    @property
    def sign(self) -> int:
        """Whether later steps have later times."""
        return 1 if self.loop.forward else -1

    @property
    def start(self) -> Expr:
        """The time of the first step."""
        return self.loop.when.first if self.loop.forward else self.loop.when.last

    @property
    def held(self) -> list[tuple[Store, int]]:
        """The rows that go from step to step."""
        return [(s, p) for s, w in self.windows.items() for p in w.held]

    def last(self, layout: Layout) -> list[tuple[int, Store, Expr]]:
        """The rows that are left after the last step and needed, with their place in the carry and their times."""
        end = self.loop.when.last if self.loop.forward else self.loop.when.first
        found = []
        for i, (s, p) in enumerate(self.held):
            newest = p + 1 == self.windows[s].final and s in layout.carried
            if s in self.outside and (newest or p + 1 > self.windows[s].final):
                found.append((i, s, end + self.sign * (p + 1)))
        return found


class ScanWriter(Writer):
    """Writes the lines of one function, without writing into an array that exists."""

    module: FunctionalModule

    def put(self, name: str, place: str, value: str, adds: bool = False, depth: int = 0) -> None:
        new = (
            f"{name}.at[{place}].{'add' if adds else 'set'}({value})"
            if place
            else f"{name} + {value}"
            if adds
            else value
        )
        self.line(f"{name} = {new}", depth)

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
            for a in s.reads:
                if a.store in own and not (a.low == a.high and (a.low - t).is_Integer):
                    return False
        return True

    def scan(self, loop: Loop) -> None:
        """A loop as a scan over rows."""
        windows, outside = windows_of(loop, self.filled), self.module.outside(loop)
        for s in loop.statements:
            for a in s.reads:
                if a.store not in windows:
                    self.make(a.store)
            self.comment(s.note)
        plain = {s for s, w in windows.items() if self.is_plain(s, w, loop)}
        for store in windows:
            if store not in plain and (store in outside or windows[store].held):
                self.make(store)
        collected = [s for s in windows if s in outside and s not in self.layout.carried]
        self.scan_lines(_Scan(loop, windows, outside, plain, collected))

    def scan_lines(self, scan: _Scan) -> None:
        """The function of one step, and its scan."""
        loop, sign, scope = scan.loop, scan.sign, LocalRows(self.layout)
        lines = [self.statement(s, scope, scan.windows, sign) for s in loop.statements]
        carry = [scope.row(s, t + sign * p) for s, p in scan.held]
        after = [scope.row(s, t + sign * (p + 1)) for s, p in scan.held]
        out = [scope.row(s, t + sign * scan.windows[s].final) for s in scan.collected]
        entering = [scope.row(s, t + sign * w.newest) for s, w in scan.windows.items() if w.enters]
        mine = {*carry, *(scope.row(s.store, s.time) for s in loop.statements)} - set(entering)
        rows = {
            name: self.layout.rows(store, loop.when.shifted(int(offset)))
            for (store, offset), name in scope.rows.items()
            if name not in mine
        }
        if any("t" in words_of(line) for line in lines):
            rows["t"] = f"jnp.arange({self.layout.end(loop.when.first)}, {self.layout.end(loop.when.last + 1)})"
        first = [self.layout.at(s, scan.start + sign * p) for s, p in scan.held]
        depth = self.guard(loop)
        self.step_function(carry, list(rows), lines, f"{packed(after)}, {packed(out)}", depth)
        more = "" if loop.forward else ", reverse=True"
        if not rows:
            more += f", length={self.layout.end(loop.when.last - loop.when.first + 1)}"
        xs = packed(list(rows.values())) if rows else "None"
        last = scan.last(self.layout)
        results = f"{'last' if last else '_'}, {'found' if scan.collected else '_'}"
        self.line(f"{results} = lax.scan(step, {packed(first)}, {xs}{more})", depth)
        self.collect(scan, depth)
        for i, store, time in last:
            text = f"last[{i}]" if len(scan.held) > 1 else "last"
            self.put(self.layout.name(store), self.layout.place(store, time), text, depth=depth)

    def step_function(self, carry: list[str], rows: list[str], lines: list[str], result: str, depth: int) -> None:
        """The function that a scan calls at every step."""
        self.line("")
        self.line("def step(carry, rows):", depth)
        for names, whole in ((carry, "carry"), (rows, "rows")):
            if names:
                self.line(f"{', '.join(names)} = {whole}", depth + 1)
        for line in lines:
            self.line(line, depth + 1)
        self.line(f"return {result}", depth + 1)
        self.line("")

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

    def collect(self, scan: _Scan, depth: int) -> None:
        """Put the collected rows into their arrays."""
        for i, store in enumerate(scan.collected):
            text = f"found[{i}]" if len(scan.collected) > 1 else "found"
            self.given([store])
            name = self.layout.name(store)
            rows = self.layout.rows(store, scan.loop.when.shifted(scan.sign * scan.windows[store].final))
            if store in scan.plain or not rows.endswith("]"):
                self.line(f"{name} = {text}", depth)
            else:
                self.put(name, rows.removesuffix("]").partition("[")[2], text, depth=depth)

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
            name, row = self.layout.name(s.store), self.layout.place(s.store, s.time)
            self.filled.add(s.store)
            if not self.layout.horizon.within(loop.when, s.when):
                begin, end = self.layout.end(s.when.first), self.layout.end(s.when.last)
                here = f"t == {begin}" if s.when.is_point else f"({begin} <= t) & (t <= {end})"
                text = f"jnp.where({here}, {text}, {'0' if s.adds else self.layout.at(s.store, s.time)})"
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
