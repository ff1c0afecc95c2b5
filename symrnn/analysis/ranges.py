"""Which values an entry can take, whatever the parameters: tanh lies between -1 and 1, a gate between 0 and 1.

Interval arithmetic over the functions' ranges; a node that the model computes has the range of its right side.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Integer, Interval, Mul, Pow, oo
from sympy.core.function import Function as SympyFunction

from symrnn.model import Element, Recurrence, Sequence
from symrnn.tensor import Elementwise, placeholder
from symrnn.tensor.node import Slot

RANGES = {
    "tanh": Interval(-1, 1),
    "sigmoid": Interval(0, 1),
    "sin": Interval(-1, 1),
    "cos": Interval(-1, 1),
    "erf": Interval(-1, 1),
    "hard_tanh": Interval(-1, 1),
    "hard_sigmoid": Interval(0, 1),
    "relu": Interval(0, oo),
    "step": Interval(0, 1),
    "exp": Interval(0, oo),
    "softplus": Interval(0, oo),
}
ANY, UNIT = Interval(-oo, oo), Interval(-1, 1)


def range_of(model: Recurrence, x: Any) -> Any:
    """The interval in which every entry of an expression lies.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn import t
    >>> from symrnn.analysis.ranges import range_of
    >>> elman = sr.models.elman()
    >>> range_of(elman, 1 - elman.states[0][t] ** 2)
    Interval(0, 1)
    """
    return Ranges(model).of(x)


class Ranges:
    """Ranges of a model's nodes.

    kept
        Whether a state that is mapped from [-1, 1] into [-1, 1] counts as lying there; its boundary values must, too.
    """

    def __init__(self, model: Recurrence, kept: bool = False) -> None:
        self.model, self.kept = model, kept
        self.assumed: dict[Sequence, Any] = {}  # states that are kept in [-1, 1]
        self.open: set[Sequence] = set()  # nodes whose range is being asked for: a cycle has none of its own

    def of(self, x: Any) -> Any:
        """The range of a tensor, a scalar or a leaf."""
        if isinstance(x, Element):
            return self._node(x.sequence)
        if isinstance(x, Elementwise):
            return self._body(x.body, {placeholder(i): self.of(op) for i, op in enumerate(x.operands)})
        if isinstance(x, Expr) and not isinstance(x, Slot):
            return self._body(x, {})
        return ANY

    def _node(self, v: Sequence) -> Any:
        if v not in self.model.defined or v in self.open:
            return self.assumed.get(v, ANY)
        found = self._right_sides(v)
        if self.kept and v in self.model.states and v not in self.assumed and not found.is_subset(UNIT):
            before = dict(self.assumed)
            self.assumed[v] = UNIT
            if not self._right_sides(v).is_subset(UNIT):
                self.assumed = before  # what rested on the assumption goes with it
                return found
            return UNIT
        return self.assumed.get(v, found)

    def _right_sides(self, v: Sequence) -> Any:
        self.open.add(v)
        found = [self.of(e.rhs) for e in self.model.equations if e.sequence == v]
        self.open.discard(v)
        return Interval(min(r.inf for r in found), max(r.sup for r in found))

    def starts(self) -> list[Any]:
        """The boundary values that have to lie in [-1, 1]."""
        return [b for b in self.model.boundary if b.sequence in self.assumed]

    def _body(self, e: Any, places: dict[Any, Any]) -> Any:
        if e in places:
            return places[e]
        if isinstance(e, Slot):
            return self.of(e)
        if e.is_number:
            return Interval(e, e)
        if isinstance(e, Add):
            mixed, rest = self._mixture(list(e.args), places)
            parts = [*mixed, *(self._body(a, places) for a in rest)]
            return Interval(Add(*(r.inf for r in parts)), Add(*(r.sup for r in parts)))
        if isinstance(e, Mul):
            return self._product(e, places)
        if isinstance(e, Pow) and e.exp.is_Integer and e.exp > 0:
            return _power(self._body(e.base, places), int(e.exp))
        if isinstance(e, SympyFunction):
            return RANGES.get(type(e).__name__, ANY)
        return ANY

    def _mixture(self, terms: list[Any], places: dict[Any, Any]) -> tuple[list[Any], list[Any]]:
        """a x + (1 - a) y for a in [0, 1] lies between x and y, which its terms do not know; and the other terms."""
        for p in terms:
            for q in terms:
                for a in Mul.make_args(p):
                    if p != q and 1 - a in Mul.make_args(q) and self._body(a, places).is_subset(Interval(0, 1)):
                        x, y = self._body(p / a, places), self._body(q / (1 - a), places)
                        both = Interval(min(x.inf, y.inf), max(x.sup, y.sup))
                        return [both], [other for other in terms if other not in (p, q)]
        return [], terms

    def _product(self, e: Mul, places: dict[Any, Any]) -> Any:
        """A product of ranges; y (1 - y) for y in [0, 1] is at most 1/4, which its factors do not know."""
        factors = list(e.args)
        result = Interval(1, 1)
        for y in [f for f in factors if 1 - f in factors]:
            if y in factors and 1 - y in factors and self._body(y, places) == Interval(0, 1):
                factors.remove(y)
                factors.remove(1 - y)
                result = _times(result, Interval(0, Integer(1) / 4))
        for f in factors:
            result = _times(result, self._body(f, places))
        return result


def _times(a: Any, b: Any) -> Any:
    corners = [_corner(x, y) for x in (a.inf, a.sup) for y in (b.inf, b.sup)]
    return Interval(min(corners), max(corners))


def _corner(x: Expr, y: Expr) -> Expr:
    return Integer(0) if x == 0 or y == 0 else x * y


def _power(r: Any, exponent: int) -> Any:
    ends = [r.inf**exponent, r.sup**exponent]
    low = Integer(0) if exponent % 2 == 0 and r.contains(0) == True else min(ends)  # noqa: E712 - a SymPy truth value
    return Interval(low, max(ends))
