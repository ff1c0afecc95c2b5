"""From a term to an expression of the package: every operation is the package's own verb.

What the package has no expression for (a Jacobian that is only named, a norm's index, cases) is refused by name;
the term itself can still be judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy
from sympy import Add, Mul, Pow, Rational, Symbol

from symrnn import tensor
from symrnn.errors import ShapeError, Undefined, Unsupported
from symrnn.model.equation import Equation
from symrnn.model.formula.lower_calls import apply, prime
from symrnn.model.formula.settle import settled
from symrnn.model.formula.symbols import Symbols, object_of
from symrnn.model.formula.term import SCALAR, Term, is_open, sexpr
from symrnn.model.reading.integers import dimension, index_symbol
from symrnn.model.reading.products import Row, is_scalar, joined, scaled, transposed
from symrnn.tensor import Tensor, elementwise, placeholder
from symrnn.tensor.time import tau


def lower(term: Term, table: Symbols) -> Any:
    """The expression that a term means.

    Raises
    ------
    Unsupported
        When the package has no expression for it.
    """
    try:
        found = Lowering(table).value(settled(term))
    except (ShapeError, Undefined) as error:
        raise Unsupported(error.what, law=error.law, repair=error.repair) from None
    if isinstance(found, Row):
        raise Unsupported("a row alone is no expression: vectors have rank 1", repair="transpose it")
    return found


class Lowering:
    def __init__(self, table: Symbols) -> None:
        self.table = table

    def value(self, term: Term) -> Any:
        """The value of a term; a transposed vector is a `Row`."""
        method = _METHODS.get(term.head)
        if method is None:
            raise Unsupported(f"there is no expression for {term.head}: {sexpr(term)}"[:200])
        return method(self, term)

    def upright(self, term: Any) -> Any:
        found = self.value(term)
        if isinstance(found, Row):
            raise Unsupported(f"a row where a column belongs: {sexpr(term)}"[:200])
        return found

    def number(self, term: Term) -> Any:
        return Rational(term.text)

    def index(self, term: Term) -> Any:
        return index_symbol(term.text)

    def length(self, term: Term) -> Any:
        return tau if term.text == "tau" else Symbol(term.text, integer=True, positive=True)

    def name(self, term: Term) -> Any:
        if term.kind == "loss":
            raise Unsupported("the loss itself is not an expression here", repair="write it as a sum over time")
        return object_of(self.table, term.text)

    def sized(self, term: Term) -> Any:
        if term.size is None or is_open(term.size):
            raise Unsupported(f"the size of {term.text} does not follow", repair="write it beside a vector or matrix")
        side = _dimension(term.size[0])
        return tensor.eye(side) if term.head == "eye" else tensor.ones(side)

    def at(self, term: Term) -> Any:
        owner, time = object_of(self.table, term.parts[0].text), self.value(term.parts[1])
        return tensor.copy_at(owner, time) if term.parts[0].kind == "parameter" else owner[time]

    def comp(self, term: Term) -> Any:
        return tensor.entry(self.upright(term.parts[0]), *map(self.value, term.parts[1:]))

    def sum_of(self, term: Term) -> Any:
        """A sum or difference; of rows, the row of it."""
        values = [self.value(part) for part in term.parts]
        rows = any(isinstance(x, Row) for x in values)
        values = [x.vector if isinstance(x, Row) else x for x in values]
        signs = [1, -1] if term.head == "sub" else [1] * len(values)
        found = elementwise(Add(*(s * placeholder(i) for i, s in enumerate(signs))), *values)
        return Row(found) if rows else found

    def neg(self, term: Term) -> Any:
        body = self.value(term.parts[0])
        return Row(-body.vector) if isinstance(body, Row) else -body

    def mul(self, term: Term) -> Any:
        """Factors from left to right; scalars stand in front, and a condition on the last time guards the rest."""
        if term.parts[0].head == "indicator":
            return self.guarded(term.parts[0].parts[0], replace(term, parts=term.parts[1:]))
        scalars: list[Any] = []
        total: Any = None
        open_logits: Term | None = None
        for part in term.parts:
            x = self.value(part)
            if is_scalar(x):
                scalars.append(x)
                continue
            likely = _log_likelihood(part)
            if isinstance(total, Row) and (likely is not None or open_logits is not None):
                logits, target = (likely, total.vector) if likely is not None else (open_logits, x)
                scalars.append(-tensor.softmax_cross_entropy(self.upright(logits), target))
                total = open_logits = None
                continue
            open_logits = _log_likelihood(part.parts[0]) if part.head == "transpose" and total is None else None
            total = x if total is None else joined(total, "", x)
            if is_scalar(total):
                scalars.append(total)
                total = None
        return scaled(scalars, total)

    def guarded(self, condition: Term, rest: Term) -> Any:
        """[2 <= tau] before a term: it is there when tau is large enough."""
        first, last = (self.value(part) for part in condition.parts)
        if condition.head != "le":
            raise Unsupported("only a condition such as [2 <= tau] guards a term")
        return tensor.guard(self.upright(rest), 0, -1, last - first)

    def hadamard(self, term: Term) -> Any:
        values = [self.upright(part) for part in term.parts]
        return elementwise(Mul(*(placeholder(i) for i in range(len(values)))), *values)

    def div(self, term: Term) -> Any:
        over, under = self.value(term.parts[0]), self.upright(term.parts[1])
        row = isinstance(over, Row)
        found = elementwise(placeholder(0) * placeholder(1) ** -1, over.vector if row else over, under)
        return Row(found) if row else found

    def pow(self, term: Term) -> Any:
        base, exponent = self.upright(term.parts[0]), self.upright(term.parts[1])
        return elementwise(Pow(placeholder(0), placeholder(1)), base, exponent)

    def matpow(self, term: Term) -> Any:
        base, exponent = self.upright(term.parts[0]), self.upright(term.parts[1])
        return tensor.inverse(base) if exponent == -1 else tensor.matrix_power(base, exponent)

    def transpose(self, term: Term) -> Any:
        return transposed(self.value(term.parts[0]))

    def diag(self, term: Term) -> Any:
        return tensor.diag(self.upright(term.parts[0]))

    def dot(self, term: Term) -> Any:
        left, right = self.upright(term.parts[0]), term.parts[1]
        likely = _log_likelihood(right)
        if likely is not None:
            return -tensor.softmax_cross_entropy(self.upright(likely), left)
        return tensor.dot(left, self.upright(right))

    def norm(self, term: Term) -> Any:
        body = self.upright(term.parts[0])
        if term.head == "norm" and isinstance(body, Tensor) and body.rank == 2:
            raise Unsupported("which norm of a matrix?", repair="write \\|W\\|_F")
        return sympy.sqrt(tensor.norm2(body) if isinstance(body, Tensor) and body.rank == 2 else tensor.dot(body, body))

    def absolute(self, term: Term) -> Any:
        return tensor.absolute(self.upright(term.parts[0]))

    def big(self, term: Term) -> Any:
        low, high, body = term.parts
        bounds = (index_symbol(term.text), self.value(low), self.value(high))
        if term.head == "sum":
            return tensor.time_sum(self.upright(body), bounds)
        if term.head == "prod_dec":
            return tensor.time_prod(self.upright(body), (bounds[0], bounds[2], bounds[1]))
        return tensor.time_prod(self.upright(body), bounds, left="earliest")

    def matrix(self, term: Term) -> Any:
        rows = [[settled(entry) for entry in row.parts] for row in term.parts]
        if any(entry.size in {None, SCALAR} for row in rows for entry in row):
            raise Unsupported("only a matrix of blocks of known sizes is an expression")
        return tensor.block([[self.upright(entry) for entry in row] for row in rows])

    def gradient(self, term: Term) -> Any:
        """The gradient of the loss; of anything else the package has no name."""
        x, y = term.parts if term.head == "grad" else (term.parts[1], term.parts[0])
        if y.kind != "loss":
            raise Unsupported(f"a derivative that is only named has no expression: {sexpr(term)}"[:200])
        found = tensor.nabla(self.value(x))
        return Row(found) if term.size is not None and term.size[0] == 1 and term.size[1] != 1 else found

    def equation(self, term: Term) -> Any:
        if len(term.parts) != 2:
            raise Unsupported("a chain of equalities is not one equation")
        if term.parts[0].head not in {"at", "grad", "partial", "total"}:
            raise Unsupported("an equation defines an element of a sequence, or a gradient")
        return Equation(self.upright(term.parts[0]), self.upright(term.parts[1]))


def _log_likelihood(term: Term) -> Term | None:
    """The logits o in log softmax(o)."""
    if term.head == "apply" and term.parts[0].text == "log" and term.parts[1].head == "apply":
        inner = term.parts[1]
        return inner.parts[1] if inner.parts[0].text == "softmax" else None
    return None


def _dimension(side: object) -> Any:
    if isinstance(side, str):
        if not side.isidentifier():
            raise Unsupported(f"a size {side}")
        return dimension(side)
    return side


_METHODS: dict[str, Callable[[Lowering, Term], Any]] = {
    "number": Lowering.number,
    "index": Lowering.index,
    "length": Lowering.length,
    "name": Lowering.name,
    "eye": Lowering.sized,
    "ones": Lowering.sized,
    "at": Lowering.at,
    "comp": Lowering.comp,
    "add": Lowering.sum_of,
    "sub": Lowering.sum_of,
    "neg": Lowering.neg,
    "mul": Lowering.mul,
    "hadamard": Lowering.hadamard,
    "div": Lowering.div,
    "pow": Lowering.pow,
    "matpow": Lowering.matpow,
    "transpose": Lowering.transpose,
    "diag": Lowering.diag,
    "dot": Lowering.dot,
    "norm": Lowering.norm,
    "norm2": Lowering.norm,
    "normF": Lowering.norm,
    "abs": Lowering.absolute,
    "sum": Lowering.big,
    "prod": Lowering.big,
    "prod_dec": Lowering.big,
    "matrix": Lowering.matrix,
    "apply": apply,
    "prime": prime,
    "prime2": prime,
    "grad": Lowering.gradient,
    "partial": Lowering.gradient,
    "total": Lowering.gradient,
    "eq": Lowering.equation,
}
