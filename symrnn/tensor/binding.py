"""What sums and products over time share: they bind their index.

The index is not free in them, substitution goes around it, and two that differ in the name of the index
only are equal.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import Basic, Expr, Symbol

from symrnn.tensor.node import Node, Slot, each_once, is_leaf
from symrnn.tensor.time import fresh_index


@cache
def _bound(height: int) -> Symbol:
    """The reserved name of an index, by which sums are compared."""
    return Symbol(f"_bound{height}", integer=True)


class Binder(Node):
    """A body for each value of an integer index from lower to upper, both included; what is done with them
    is the subclass's."""

    __slots__ = ()
    args: tuple[Any, ...]
    _key: tuple[Basic, ...] | None

    body = property(lambda self: self.args[0])
    index = property(lambda self: self.args[1])
    lower = property(lambda self: self.args[2])
    upper = property(lambda self: self.args[3])

    @property
    def free_symbols(self) -> set[Basic]:
        body, index, lower, upper = self.args[:4]
        inner = {x for x in body.free_symbols if x != index and not (isinstance(x, Slot) and index in x.free_symbols)}
        own: set[Basic] = {self} if isinstance(self, Slot) else set()
        return inner | lower.free_symbols | upper.free_symbols | own

    def _hashable_content(self) -> tuple[Basic, ...]:
        if self._key is None:
            body, index, *rest = self.args
            self._key = (body.xreplace({index: _bound(self.height)}), *rest)  # type: ignore[misc]
        return self._key

    @property
    def height(self) -> int:
        """How many binders are nested inside it; it and those inside it need different names for their indices."""
        return max((s.height + 1 for s in outermost(self.body)), default=0)

    def term(self, at: Expr) -> Any:
        """The body at one value of the index."""
        return self.body if at == self.index else self.body.xreplace({self.index: at})

    def with_index(self, index: Symbol) -> Any:
        """The same with another name for its index."""
        return self.func(self.term(index), index, *self.args[2:])

    def _avoiding(self, symbols: set[Basic], replaced: frozenset[Basic] = frozenset()) -> Any:
        """The same with an index that is none of the symbols; a new one is not about to be replaced either."""
        if self.index not in symbols:
            return self
        return self.with_index(fresh_index(symbols | replaced | self.body.free_symbols, "k"))

    def _xreplace(self, rule: dict[Basic, Basic]) -> tuple[Any, bool]:
        if self in rule:
            return rule[self], True
        index = self.index
        kept = {old: new for old, new in rule.items() if index not in old.free_symbols}
        incoming = set().union(*(new.free_symbols for new in kept.values())) if kept else set()
        this = self._avoiding(incoming, frozenset().union(*(old.free_symbols for old in kept)))
        body, index, lower, upper = this.args[:4]
        new = tuple(x.xreplace(kept) for x in (body, lower, upper))
        if all(a is b for a, b in zip(new, (body, lower, upper), strict=True)):
            return this, this is not self
        return this._rebuilt(new[0], index, new[1], new[2]), True

    def _rebuilt(self, body: Any, index: Symbol, lower: Expr, upper: Expr) -> Any:
        """The same kind over another body and range."""
        return self.func(body, index, lower, upper, *self.args[4:])

    def _eval_subs(self, old: Basic, new: Basic) -> Any:
        if old.has(self.index) and not self.has_free(old):
            return self
        return self.xreplace({old: new})


def outermost(expr: Any) -> list[Any]:
    """The sums and products over time that an expression holds in none of its own, each once, in a fixed order."""
    found = [e for e in each_once(expr, lambda e: isinstance(e, Binder) or is_leaf(e)) if isinstance(e, Binder)]
    return sorted(found, key=str) if len(found) > 1 else found
