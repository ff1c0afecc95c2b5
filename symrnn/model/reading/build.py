"""From a tree to an expression, once every name has its shape: each operation is the package's own verb.

An error that a verb raises is given the place of what was written; what it says, its law and its repair stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Add, Expr, Integer, Mul, Pow, Symbol

from symrnn.errors import ReadError, SymrnnError
from symrnn.model.reading import tree
from symrnn.model.reading.bounds import MOST_IN_A_STATEMENT, check_arguments, check_power, digits
from symrnn.model.reading.integers import dimension, index_symbol, read_size, read_time
from symrnn.model.reading.products import Row, is_scalar, joined, scaled, transposed, upright
from symrnn.model.reading.scope import Scope
from symrnn.model.reading.source import located
from symrnn.tensor import Full, contract, elementwise, placeholder, time_mean, time_sum
from symrnn.tensor.elementwise import check_equal_shapes, combine
from symrnn.tensor.node import Tensor, shape_of
from symrnn.tensor.time import tau


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
        try:
            return _BUILDERS[type(node)](self, node)
        except ReadError:
            raise
        except SymrnnError as error:
            raise self.scope.source.relocated(error, node.position) from None

    def number(self, node: tree.Number) -> Any:
        self._count(node, digits(node.value))
        return node.value

    def element(self, node: tree.At) -> Any:
        return self.scope.objects[node.name][read_time(self.scope.source, node.time, self.indices)]

    def bracket(self, node: tree.Bracket) -> Any:
        return self.factor(node.body)

    def minus(self, node: tree.Minus) -> Any:
        inner = node.body.factors if isinstance(node.body, tree.Entrywise) else (("*", node.body),)
        return self._entrywise((("*", tree.Number(node.position, Integer(-1))), *inner))

    def transposed(self, node: tree.Transposed) -> Any:
        return transposed(self.factor(node.body))

    def entrywise(self, node: tree.Entrywise) -> Any:
        factors: list[tuple[str, tree.Node]] = []
        for sign, part in node.factors:
            if sign == "*" and isinstance(part, tree.Minus):  # - (a + b) * c: nothing is multiplied out
                factors.append(("*", tree.Number(part.position, Integer(-1))))
                part = part.body
            factors.append((sign, part))
        return self._entrywise(tuple(factors))

    def _count(self, node: tree.Node, more: int) -> None:
        self.digits += more
        if self.digits > MOST_IN_A_STATEMENT:
            raise self.scope.source.error(node.position, f"more than {MOST_IN_A_STATEMENT} digits in one statement")

    def name(self, node: tree.Name) -> Any:
        role = self.scope.role(node, self.indices)
        if role == "index":
            return self.indices[node.text]
        if role == "last":
            return tau if node.text == "tau" else dimension(node.text)
        if role == "dimension":
            return dimension(node.text)
        return sympy.pi if role == "pi" else self.scope.objects[node.text]

    def sum(self, node: tree.Sum) -> Any:
        terms = node.terms
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

    def product(self, node: tree.Product) -> Any:
        scalars: list[Any] = []
        total: Any = None
        for sign, part in node.factors:
            x = self.factor(part)
            if is_scalar(x):
                if sign == "@":
                    self._at(part, contract, total if total is not None else scalars[-1], x)
                scalars.append(x)
            elif total is None:
                if sign == "@":
                    self._at(part, contract, scalars[-1], upright(x))
                total = x
            else:
                total = self._at(part, joined, total, sign, x)
                if is_scalar(total):
                    scalars.append(total)
                    total = None
        return scaled(scalars, total)

    def power(self, node: tree.Power) -> Any:
        base, exponent = self.value(node.base), self.value(node.exponent)
        if shape_of(base)[1:] or isinstance(exponent, Tensor):
            return base**exponent  # refused, with the reason
        self._count(node, check_power(base, exponent))
        return elementwise(Pow(placeholder(0), placeholder(1)), base, exponent)

    def big_sum(self, node: tree.BigSum) -> Any:
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

    def call(self, node: tree.Call) -> Any:
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


_BUILDERS: dict[type, Callable[[Builder, Any], Any]] = {
    tree.Number: Builder.number,
    tree.Name: Builder.name,
    tree.At: Builder.element,
    tree.Bracket: Builder.bracket,
    tree.Minus: Builder.minus,
    tree.Sum: Builder.sum,
    tree.Entrywise: Builder.entrywise,
    tree.Product: Builder.product,
    tree.Power: Builder.power,
    tree.Transposed: Builder.transposed,
    tree.BigSum: Builder.big_sum,
    tree.Call: Builder.call,
}
