"""From a tree to an expression, once every name has its shape: each operation is the package's own verb.

An error that a verb raises is given the place of what was written; what it says, its law and its repair stay. A
transposed vector lives here only: it is a row until the product it stands in is formed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Add, Expr, Integer, Mul, Pow, Symbol

from symrnn.errors import ShapeError, Undefined
from symrnn.model.reading import tree
from symrnn.model.reading.bounds import MOST_IN_A_STATEMENT, check_arguments, check_power, digits
from symrnn.model.reading.integers import dimension, index_symbol, read_size, read_time
from symrnn.model.reading.scope import Scope
from symrnn.model.reading.source import located
from symrnn.tensor import Full, contract, dot, elementwise, outer, placeholder, time_mean, time_sum, transpose
from symrnn.tensor.elementwise import check_equal_shapes, combine
from symrnn.tensor.node import Tensor, shape_of
from symrnn.tensor.time import tau


@dataclass(frozen=True)
class Row:
    """A transposed vector."""

    vector: Any


@dataclass
class Builder:
    """Builds the expressions of one statement."""

    scope: Scope
    indices: dict[str, Symbol] = field(default_factory=lambda: {"t": index_symbol("t")})
    digits: int = 0

    def value(self, node: tree.Node) -> Any:
        """The expression of a tree; a transposed vector is none."""
        found = self.factor(node)
        if isinstance(found, Row):
            raise self.scope.source.error(
                node.position,
                f"{found.vector}^T is a row, and stands only in a product",
                law="vectors have rank 1",
                repair="write  a^T b  for the dot product,  a b^T  for the outer product,  W^T a  for a row times W",
            )
        return found

    def factor(self, node: tree.Node) -> Any:
        """The expression of a tree, or the row of a transposed vector."""
        return self._at(node, self._factor, node)

    def _factor(self, node: tree.Node) -> Any:
        match node:
            case tree.Number(value=value):
                self._count(node, digits(value))
                return value
            case tree.Name():
                return self._name(node)
            case tree.At(name=name, time=time):
                return self.scope.objects[name][read_time(self.scope.source, time, self.indices)]
            case tree.Bracket(body=body):
                return self.factor(body)
            case tree.Minus(body=body):
                return self._entrywise((("*", tree.Number(node.position, Integer(-1))), *_factors(body)))
            case tree.Sum(terms=terms):
                return self._sum(terms)
            case tree.Entrywise(factors=factors):
                return self._entrywise(factors)
            case tree.Product(factors=factors):
                return self._product(factors)
            case tree.Power(base=base, exponent=exponent):
                return self._power(node, self.value(base), self.value(exponent))
            case tree.Transposed(body=body):
                return _transposed(self.factor(body))
            case tree.BigSum():
                return self._big_sum(node)
            case tree.Call():
                return self._call(node)
        raise Undefined("this cannot stand in an expression")

    def _count(self, node: tree.Node, more: int) -> None:
        self.digits += more
        if self.digits > MOST_IN_A_STATEMENT:
            raise self.scope.source.error(node.position, f"more than {MOST_IN_A_STATEMENT} digits in one statement")

    def _name(self, node: tree.Name) -> Any:
        role = self.scope.role(node, self.indices)
        if role == "index":
            return self.indices[node.text]
        if role == "last":
            return tau if node.text == "tau" else dimension(node.text)
        if role == "dimension":
            return dimension(node.text)
        return sympy.pi if role == "pi" else self.scope.objects[node.text]

    def _sum(self, terms: tuple[tuple[str, tree.Node], ...]) -> Any:
        values = [self.value(part) for _, part in terms]
        first = next((x for x in values if isinstance(x, Tensor)), None)
        for (sign, part), x in zip(terms, values, strict=True):
            if first is not None:
                self._at(part, check_equal_shapes, sign, (first, x))
        places = [placeholder(i) if sign == "+" else -placeholder(i) for i, (sign, _) in enumerate(terms)]
        return elementwise(Add(*places), *values)

    def _at(self, node: tree.Node, action: Callable[..., Any], *arguments: Any) -> Any:
        return located(self.scope.source, node.position, action, *arguments)

    def _entrywise(self, factors: tuple[tuple[str, tree.Node], ...]) -> Any:
        values = [self.value(part) for _, part in factors]
        first = next((x for x in values if isinstance(x, Tensor)), None)
        for (sign, part), x in zip(factors, values, strict=True):
            if isinstance(x, Tensor) and x is not first:
                self._at(part, combine, sign, first, x)
            zero = x.value if isinstance(x, Full) else x
            if sign == "/" and isinstance(zero, Expr) and zero.is_zero:
                raise self.scope.source.error(part.position, "this divides by zero")
        places = [placeholder(i) if sign == "*" else placeholder(i) ** -1 for i, (sign, _) in enumerate(factors)]
        return elementwise(Mul(*places), *values)

    def _product(self, factors: tuple[tuple[str, tree.Node], ...]) -> Any:
        scalars: list[Any] = []
        total: Any = None
        for sign, part in factors:
            x = self.factor(part)
            if _is_scalar(x):
                if sign == "@":
                    self._at(part, contract, total if total is not None else scalars[-1], x)
                scalars.append(x)
            elif total is None:
                if sign == "@":
                    self._at(part, contract, scalars[-1], _upright(x))
                total = x
            else:
                total = self._at(part, _joined, total, sign, x)
                if _is_scalar(total):
                    scalars.append(total)
                    total = None
        return _scaled(scalars, total)

    def _power(self, node: tree.Power, base: Any, exponent: Any) -> Any:
        if shape_of(base)[1:] or isinstance(exponent, Tensor):
            return base**exponent  # refused, with the reason
        self._count(node, check_power(base, exponent))
        return elementwise(Pow(placeholder(0), placeholder(1)), base, exponent)

    def _big_sum(self, node: tree.BigSum) -> Any:
        source = self.scope.source
        index = index_symbol(node.index)
        if node.index in self.scope.dimensions or node.index in self.scope.objects:
            raise source.error(node.position, f"the index {node.index} already has a meaning", repair="use t or i")
        over = None
        if node.first is not None and node.last is not None:
            over = (index, read_time(source, node.first, self.indices), read_time(source, node.last, self.indices))
        outer_indices, self.indices = self.indices, self.indices | {node.index: index}
        body = self.value(node.body)
        self.indices = outer_indices
        return (time_mean if node.kind == "mean" else time_sum)(body, over or (index, 1, tau))

    def _call(self, node: tree.Call) -> Any:
        function = self.scope.objects.get(node.function)
        if function is not None:
            values = [self.value(part) for part in node.arguments]
            check_arguments(values)
            return elementwise(function, *values) if isinstance(function, type) else function(*values)
        _, verb = self.scope.names.verb(node.function)
        cut = len(node.arguments) if verb.sizes is None else verb.sizes
        values = [self.value(part) for part in node.arguments[:cut]]
        check_arguments(values)
        sizes = [read_size(self.scope.source, part) for part in node.arguments[cut:]]
        self._count(node, 2 * sum(map(digits, values)))
        return verb.apply(*values, *sizes)


def _factors(node: tree.Node) -> tuple[tuple[str, tree.Node], ...]:
    return node.factors if isinstance(node, tree.Entrywise) else (("*", node),)


def _is_scalar(x: Any) -> bool:
    return not isinstance(x, Row | Tensor)


def _upright(x: Any) -> Any:
    return x.vector if isinstance(x, Row) else x


def _scaled(scalars: list[Any], total: Any) -> Any:
    if total is None:
        return elementwise(Mul(*(placeholder(i) for i in range(len(scalars)))), *scalars)
    if not scalars:
        return total
    body = Mul(*(placeholder(i) for i in range(len(scalars) + 1)))
    if isinstance(total, Row):
        return Row(elementwise(body, *scalars, total.vector))
    return elementwise(body, *scalars, total)


def _transposed(x: Any) -> Any:
    if isinstance(x, Row):
        return x.vector
    return Row(x) if isinstance(x, Tensor) and x.rank == 1 else transpose(x)


def _joined(left: Any, sign: str, right: Any) -> Any:
    """The product of two neighbours, neither of them a scalar."""
    if isinstance(left, Row):
        if isinstance(right, Row):
            raise ShapeError(f"{left.vector}^T and {right.vector}^T: two rows side by side", repair=_TWO)
        return Row(contract(transpose(right), left.vector)) if right.rank == 2 else dot(left.vector, right)
    if isinstance(right, Row):
        if left.rank == 2:
            raise ShapeError(f"{left} beside the row {right.vector}^T", repair=f"write  {left} {right.vector}")
        return outer(left, right.vector)
    if left.rank == 1 and right.rank == 1 and sign == "":
        raise ShapeError(
            f"{left} and {right}: two vectors side by side", law="juxtaposition is the matrix product", repair=_TWO
        )
    if left.rank == 1 and sign == "":
        raise ShapeError(
            f"{left} and {right}: a vector before a matrix",
            law="juxtaposition is the matrix product",
            repair=f"write  {left}^T {right}  for a row,  {right} {left}  for a vector",
        )
    return dot(left, right) if sign == "·" and left.rank == right.rank == 1 else contract(left, right)


_TWO = "a * b  entry by entry,  a^T b  for the dot product,  a b^T  for the outer product"
