"""The leaves of one expression as the arguments of a function: h[t - 1] is `h_tm1`.

A sequence whose elements a sum over time reads is one argument, with a row for each time.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from sympy import Expr, Symbol, expand

from symrnn.model import Element, Parameter, Range, reads
from symrnn.model.equation import bound_reads
from symrnn.numeric.dialects import NUMPY, TORCH, Dialect
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.names import Names
from symrnn.numeric.stable import FUNCTIONS, SCALAR
from symrnn.numeric.statements import Store, accesses, store_of
from symrnn.numeric.texts import ALONE, EXAMPLE, TIME, Code, Scope, Stack
from symrnn.tensor import Adjoint, Copy, TimeProduct, TimeSum, shape_of, tau

OWN = {"np", "jnp", "jax", "torch", "dtype", "kind", "value", "annotations", "batch", "T"}


class LeafScope(Scope):
    """Leaves are arguments; dimensions and the last time are read off their shapes."""

    def __init__(self, expr: Any, dialect: Dialect = NUMPY) -> None:
        super().__init__(Horizon(1))
        self.dialect = dialect
        self.names = Names({*dir(np), *FUNCTIONS, *SCALAR, *TORCH, *OWN})
        summed = {_store(leaf) for leaf, binder in bound_reads(expr) if binder is not None} - {None}
        self.arrays: dict[Store, Range] = {}
        for a in accesses(expr) if summed else ():
            if a.store in summed:
                times = Range(a.low, a.high)
                self.arrays[a.store] = self.horizon.hull(self.arrays.get(a.store, times), times)
        self.leaves: dict[Any, str] = {}
        for leaf in reads(expr):
            store = _store(leaf)
            key, wish = (store, _array_name(store)) if store in self.arrays else (leaf, leaf_name(leaf))
            self.leaves.setdefault(key, self.names(key, wish))
        self.sizes: dict[str, str] = {}
        self.numbers: dict[Symbol, str] = {}
        self.bound = {x.index for x in expr.atoms(TimeSum, TimeProduct)} - expr.free_symbols
        self.typed = False

    @property
    def about(self) -> str:
        """Which times the rows of arrays hold."""
        found = [f"{self.leaves[s]} holds the times {r}" for s, r in self.arrays.items()]
        return f"A row for each time: {', '.join(found)}." if found else ""

    def leaf(self, leaf: Any, stack: Stack | None) -> Code:
        store = _store(leaf)
        if store in self.arrays:
            return self._row(store, leaf.node.time if isinstance(leaf, Adjoint) else leaf.time, stack)
        shared = isinstance(leaf, Parameter | Copy) or (isinstance(leaf, Adjoint) and isinstance(leaf.node, Parameter))
        return Code(self.leaves[leaf], ALONE if shared else EXAMPLE)

    def _row(self, store: Store, time: Expr, stack: Stack | None) -> Code:
        """One row of an array, or the rows for the times of a stack."""
        name, first = self.leaves[store], self.arrays[store].first
        if stack is None or stack.index not in time.free_symbols:
            return Code(f"{name}[{self.end(expand(time - first))}]", EXAMPLE)
        offset = time - stack.index - first
        start, stop = expand(stack.first + offset), expand(stack.last + offset + 1)
        stop, count = self.horizon.later(start, stop), expand(self.arrays[store].last - first + 1)
        rows = ("" if start == 0 else self.end(start)) + ":" + ("" if stop == count else self.end(stop))
        return Code(name if rows == ":" else f"{name}[{rows}]", TIME)

    def symbol(self, symbol: Symbol) -> str:
        if symbol in self.bound:
            return self.names(symbol, symbol.name)
        for leaf, name in self.leaves.items():
            shape = _core(leaf)
            if symbol in shape:
                axis = shape.index(symbol) - len(shape)
                return self._size(symbol, f"{self.dialect.shape(name)}[{axis}]")
        for store, times in self.arrays.items():
            rest = expand(times.last - times.first + 1 - symbol)
            if symbol not in rest.free_symbols:
                text = f"len({self.leaves[store]})"
                return self._size(symbol, f"{text} - ({self.end(rest)})" if rest != 0 else text)
        self.numbers[symbol] = self.names(symbol, symbol.name)
        return self.numbers[symbol]

    def _size(self, symbol: Symbol, text: str) -> str:
        name = "T" if symbol == tau else self.names(symbol, symbol.name)
        self.sizes[name] = text
        return name

    def word(self, word: str) -> str:
        if word == "batch":
            store = next(iter(self.arrays), None)
            rank = 0 if store is None else len(store.sequence.shape)
            shape = "()" if store is None else f"{self.dialect.shape(self.leaves[store])}[1:{-rank or ''}]"
            self.sizes["batch"] = f"tuple({shape})"
            return word
        self.typed = True
        return self.dialect.spelled(word)


def _store(leaf: Any) -> Store | None:
    """The array of an element or of its adjoint; None for what does not vary in time."""
    node = leaf.node if isinstance(leaf, Adjoint) else leaf
    return store_of(leaf) if isinstance(node, Element) else None


def _core(leaf: Any) -> tuple[Expr, ...]:
    return tuple(leaf.sequence.shape) if isinstance(leaf, Store) else tuple(shape_of(leaf))


def _array_name(store: Store | None) -> str:
    assert store is not None
    return ("nabla_" if store.adjoint else "") + store.sequence.name


def leaf_name(leaf: Any) -> str:
    """The name of a leaf as an argument: `W`, `h_t`, `h_tm1`, `h_0`, `nabla_h_t`."""
    if isinstance(leaf, Adjoint):
        return "nabla_" + leaf_name(leaf.node)
    if isinstance(leaf, Element | Copy):
        time = str(leaf.time).replace(" ", "").replace("-", "m").replace("+", "p")
        return f"{leaf.name}_" + re.sub(r"[^A-Za-z0-9]", "", time)
    return str(leaf.name)
