"""Where everything lies in memory: which times an array holds, in which row, under which identifier.

Row r of an array holds the time `first + r` of its extent. A sequence that is given holds the times 1..tau, so
row t - 1; one with a boundary value h[0] holds 0..tau, so row t.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sympy import Basic, Expr, Integer, Mod, Symbol, expand

from symrnn.errors import Unsupported
from symrnn.model import Constant, Element, Parameter, Range, Recurrence, Sequence
from symrnn.numeric.columns import Stacks
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.lengths import letter, span
from symrnn.numeric.names import Names
from symrnn.numeric.statements import Statement, Store, store_of
from symrnn.numeric.texts import ALONE, EXAMPLE, TIME, Code, Scope, Stack
from symrnn.tensor import shape_of, t, tau
from symrnn.tensor.time import difference, moved


class Layout(Scope):
    """The scope of one function of a module: notes which leaves and sizes it uses, so that they are unpacked."""

    def __init__(
        self, model: Recurrence, names: Names, extents: dict[Store, Range], horizon: Horizon, stacks: Stacks
    ) -> None:
        super().__init__(horizon)
        self.stacks = stacks
        self.carried: dict[Store, int] = {}
        self.model, self.names, self.extents = model, names, extents
        self.leaves: dict[Any, None] = {}
        self.stores: dict[Store, None] = {}
        self.sizes: dict[Symbol, None] = {}
        self.words: dict[str, None] = {}
        self.lengths: dict[Symbol, None] = {}
        self.rows_used: dict[Store, str] = {}

    def leaf(self, leaf: Any, stack: Stack | None) -> Code:
        if isinstance(leaf, Parameter | Constant):
            self.leaves |= dict.fromkeys(self.stacks.matrices.get(leaf, ()))
            self.leaves[leaf] = None
            return Code(self.names(leaf, leaf.name), ALONE if isinstance(leaf, Parameter) else EXAMPLE)
        time = leaf.time if isinstance(leaf, Element) else leaf.node.time
        store = store_of(leaf)
        if stack is None or stack.index not in time.free_symbols:
            return Code(self.at(store, time), EXAMPLE)
        when = Range(stack.first, stack.last).shifted(difference(time, stack.index))
        return Code(self.rows(store, when), TIME)

    def symbol(self, symbol: Symbol) -> str:
        if symbol in self.model.lengths:
            self.lengths[symbol] = None
            return "T" if symbol == tau else self.names(("length", symbol), letter(symbol))
        if symbol == t:
            return "t"
        if symbol in sizes_of(self.model):
            self.sizes[symbol] = None
            return self.names(symbol, symbol.name)
        return self.names(("index", symbol), symbol.name)

    def word(self, word: str) -> str:
        self.words[word] = None
        return self.dialect.spelled(word)

    def name(self, store: Store) -> str:
        """The identifier of an array."""
        self.stores[store] = None
        return self.names(store, ("d_" if store.adjoint else "") + store.sequence.name)

    def rows_of(self, store: Store) -> str:
        """The identifier of the list of an array's rows."""
        name = self.name(store)
        return self.rows_used.setdefault(store, self.names(("rows", store), f"{name}_rows"))

    def is_plain(self, store: Store) -> bool:
        """Whether the memory of an array's row is one piece."""
        return store not in self.stacks.columns

    def row(self, store: Store, time: Expr) -> Expr:
        """The row that holds a time."""
        if store in self.carried:
            return Mod(time, self.carried[store])
        return difference(time, self.extents[store].first)

    def at(self, store: Store, time: Expr) -> str:
        """The text of the row that holds a time."""
        place = self.place(store, time)
        return f"{self.name(store)}[{place}]" if place else self.name(store)

    def place(self, store: Store, time: Expr) -> str:
        """The text of its number; nothing for what is carried from step to step under its own name."""
        return "" if self.carried.get(store) == 1 else self.end(self.row(store, time))

    def count(self, store: Store) -> Expr:
        """The number of rows."""
        if store in self.carried:
            return Integer(self.carried[store])
        extent = self.extents[store]
        return moved(difference(extent.last, extent.first), 1)

    def rows(self, store: Store, when: Range) -> str:
        """The text of the rows for a range of times; empty ranges, too, give no rows."""
        if self.is_whole(store, when):
            return self.name(store)
        start, count = self.row(store, when.first), self.count(store)
        stop = self.horizon.later(start, self.row(store, moved(when.last, 1)))
        last = "" if stop == count else self.end(stop)
        return f"{self.name(store)}[{'' if start == 0 else self.end(start)}:{last}]"

    def is_whole(self, store: Store, when: Range) -> bool:
        """Whether a range is all that an array holds."""
        return store not in self.carried and when == self.extents[store]

    def row_shape(self, store: Store) -> str:
        """The text of an array's shape."""
        count = self.end(self.horizon.later(Integer(0), self.count(store)))
        return f"({count}, {self.one_shape(store).removeprefix('(').removesuffix(',)').removesuffix(')')})"

    def one_shape(self, store: Store) -> str:
        """The text of the shape of one row."""
        core = "".join(f", {self.end(d)}" for d in store.sequence.shape)
        return f"(*{self.word('batch')}{core or ','})"


def extents_of(model: Recurrence, statements: Iterable[Statement], horizon: Horizon) -> dict[Store, Range]:
    """The times that each array holds: 1..tau, and where it is given, defined or written."""
    found: dict[Store, Range] = {}

    def include(store: Store, times: Range) -> None:
        found[store] = horizon.hull(found[store], times) if store in found else times

    for v in model.sequences:
        for r in (span(model, v), *model.ranges.get(v, ())):
            include(Store(v), r)
    for b in model.boundary:
        include(Store(b.sequence), Range(b.time, b.time))
    for v in model.sequences:
        found[Store(v, True)] = found[Store(v)]
    for s in statements:
        if s.store.sequence not in model.sequences:
            include(s.store, s.written)
    return found


@lru_cache(maxsize=16)
def sizes_of(model: Recurrence) -> Mapping[Symbol, tuple[Any, int, Expr]]:
    """For each dimension symbol: a leaf, an axis of it counted from the end, and the size there, that give it."""
    found: dict[Symbol, tuple[Any, int, Expr]] = {}
    given = given_leaves(model)
    for plain in (True, False):
        for leaf in given:
            shape = leaf.shape if isinstance(leaf, Sequence) else shape_of(leaf)
            for axis, d in enumerate(shape):
                unknown = [s for s in d.free_symbols if s not in found]
                if len(unknown) == 1 and (d.is_Symbol or not plain):
                    found[unknown[0]] = (leaf, axis - len(shape), d)
    return MappingProxyType(found)


def given_leaves(model: Recurrence) -> list[Any]:
    """What a caller passes, in order: parameters, input and target sequences, constants, boundary elements."""
    sequences = [v for v in model.sequences if v not in model.defined]
    return [*model.parameters, *sequences, *model.constants, *model.boundary]


def solved(symbol: Basic, size: Expr, text: str, end: Any) -> str:
    """The text of a dimension from the text of a size that is linear in it."""
    if size == symbol:
        return text
    factor = size.diff(symbol)
    rest = expand(size - factor * symbol)
    if not factor.is_Integer:
        raise Unsupported(f"the size {size} does not tell {symbol}", repair="give some array the plain size")
    inner = text if rest == 0 else f"({text} - ({end(rest)}))"
    return inner if factor == 1 else f"{inner} // {factor}"
