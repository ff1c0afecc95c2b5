"""Times and sizes: the two places where what is written must be a whole number, perhaps symbolic.

Both are bounded before any arithmetic. A name in a size is a dimension; a name in a time is an index in scope
or a last time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Add, Expr, Integer, Mul, Symbol

from symrnn.model.reading import tree
from symrnn.model.reading.source import Source
from symrnn.tensor.time import tau

MOST_SIZE = 10**9
MOST_TIME = 1000
MOST_EXPONENT = 10


def index_symbol(name: str) -> Symbol:
    """The time index of a name; of `t`, the one that is symrnn's own."""
    return Symbol(name, integer=True)


def dimension(name: str) -> Symbol:
    """The dimension of a name."""
    return Symbol(name, integer=True, positive=True)


def read_size(source: Source, node: tree.Node) -> Any:
    """A dimension such as `n`, `2 n` or `n + m`."""

    def name(node: tree.Name) -> Expr:
        if node.text in {"t", "tau"}:
            raise source.error(node.position, f"{node.text} is a time, not a size", repair="choose another letter")
        return dimension(node.text)

    return _integer(source, node, name, MOST_SIZE, "a size")


def read_time(source: Source, node: tree.Node, indices: Mapping[str, Symbol]) -> Any:
    """A time such as `t - 1`, `0` or `tau`."""

    def name(node: tree.Name) -> Expr:
        if node.text in indices:
            return indices[node.text]
        if node.text == "tau":
            return tau
        if node.text.startswith("tau_"):
            return Symbol(node.text, integer=True, positive=True)
        steps = next(iter(indices), "t")
        raise source.error(
            node.position,
            f"{node.text} is not a time here",
            law="a time is built from an index, a last time and whole numbers",
            repair=f"a lag is a number:  h[{steps}-1], h[{steps}-2];  a fixed time is  h[0]  or  h[tau]",
        )

    return _integer(source, node, name, MOST_TIME, "a time")


def _integer(source: Source, node: tree.Node, name: Callable[[tree.Name], Expr], most: int, what: str) -> Any:
    def read(node: tree.Node) -> Expr:
        match node:
            case tree.Number(value=value):
                if not value.is_Integer:
                    raise source.error(node.position, f"{what} is a whole number, not {value}")
                if value > most:
                    raise source.error(node.position, f"{what} may be at most {most}")
                return value
            case tree.Name():
                return name(node)
            case tree.Bracket(body=body):
                return read(body)
            case tree.Minus(body=body):
                return -read(body)
            case tree.Sum(terms=terms):
                return Add(*(read(term) if sign == "+" else -read(term) for sign, term in terms))
            case tree.Product(factors=factors) if _simple(factors, ""):
                return Mul(*(read(factor) for _, factor in factors))
            case tree.Entrywise(factors=factors) if _simple(factors, "*"):
                return Mul(*(read(factor) for _, factor in factors))
            case tree.Power(base=tree.Name() as base, exponent=tree.Number(value=value)) if value in range(
                MOST_EXPONENT
            ):
                return read(base) ** Integer(value)
        example = "t - 1" if most == MOST_TIME else "2 n + 1"
        raise source.error(node.position, f"{what} is built from names and whole numbers by + and -, as in {example}")

    return read(node)


def _simple(factors: tuple[tuple[str, tree.Node], ...], sign: str) -> bool:
    """Few factors, at most one of which is no name or number: such products stay small when multiplied out."""
    atoms = [f for _, f in factors if isinstance(f, tree.Name | tree.Number | tree.Power)]
    return all(s == sign for s, _ in factors) and len(factors) <= 6 and len(factors) - len(atoms) <= 1
