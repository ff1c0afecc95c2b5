"""One equation: a sequence element, or its adjoint, equals an expression for a range of times.

An equation checks what can be seen without its neighbours: what stands on the left, the shapes, the
symbols. What needs the other equations is checked by `Recurrence`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, Expr, Symbol, Tuple

from symrnn.errors import ShapeError, SymrnnError, Undefined
from symrnn.model.given import Sequence
from symrnn.model.ranges import Range, grows
from symrnn.tensor.binding import Binder as Binding
from symrnn.tensor.node import Node, shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.shape import same_shape, show_kind, show_shape
from symrnn.tensor.time import as_time, offset_from, t, tau

Binder = tuple[Symbol, Expr, Expr]  # (index, first, last) of a sum over time


class Equation(Basic):
    """`Equation(lhs, rhs)` holds for t = 1..tau; `over=(t, a, b)` gives another range; a fixed time, once.

    Parameters
    ----------
    lhs
        An element such as `h[t]`, `h[0]` or `o[tau]`.
    rhs
        An expression of the same shape.
    over
        The index, the first and the last time.

    Raises
    ------
    ShapeError, Undefined
        With the equation, the law it breaks and the repair.

    Examples
    --------
    >>> from symrnn import Equation, Parameter, Sequence, t
    >>> s, w = Sequence("s"), Parameter("w")
    >>> Equation(s[t], w * s[t - 1])
    s[t] = s[t - 1]*w   for t = 1..tau
    """

    __slots__ = ()

    def __new__(cls, lhs: Any, rhs: Any, over: Any = None) -> Equation:
        _check_left(lhs)
        over = _range_of(lhs, over)
        try:
            rhs = as_operand(rhs)
        except SymrnnError as error:
            raise error.located(f"equation: {lhs} = ...") from None
        if over:
            lhs, rhs, over = _canonical_step(lhs, rhs, over)
        if not same_shape(shape_of(lhs), shape_of(rhs)):
            raise ShapeError(
                f"{lhs} is {show_kind(shape_of(lhs))}, its right side {show_kind(shape_of(rhs))}",
                where=f"equation: {lhs} = {rhs}",
                law="both sides of an equation have one shape",
                repair=f"declare {getattr(lhs, 'name', lhs)} with shape {show_shape(shape_of(rhs))}, "
                "or mend the right side",
            )
        check_symbols(rhs, set(over[:1]) if over else set(), lambda: f"equation: {lhs} = {rhs}")
        return Basic.__new__(cls, lhs, rhs, over)

    @classmethod
    def _trusted(cls, lhs: Any, rhs: Any, over: Tuple = Tuple()) -> Equation:  # noqa: B008
        return Basic.__new__(cls, lhs, rhs, over)

    lhs = property(lambda self: self.args[0])
    rhs = property(lambda self: self.args[1])

    @property
    def over(self) -> tuple[Symbol, Expr, Expr] | None:
        """(index, first, last), or None when it holds once."""
        return self.args[2].args or None

    @property
    def times(self) -> Range:
        """The times of its left side."""
        if self.over:
            return Range(self.over[1], self.over[2])
        return Range(self.lhs.time, self.lhs.time)

    @property
    def sequence(self) -> Sequence:
        """The sequence it defines."""
        return self.lhs.sequence

    @property
    def free_symbols(self) -> set[Basic]:
        bound = set(self.over[:1]) if self.over else set()
        return (self.lhs.free_symbols | self.rhs.free_symbols) - bound

    def at(self, rule: dict[Basic, Basic]) -> Equation:
        """The equation at one time and for one last time, both numbers."""
        return Equation._trusted(self.lhs.xreplace(rule), self.rhs.xreplace(rule))

    def _sympystr(self, printer: object) -> str:
        text = f"{self.lhs} = {self.rhs}"
        return f"{text}   for {self.over[0]} = {self.times}" if self.over else text

    _sympyrepr = _sympystr

    def _latex(self, printer: object, **_: object) -> str:
        import symrnn

        return str(symrnn.latex(self))

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"


def _check_left(lhs: Any) -> None:
    if isinstance(lhs, Sequence):
        raise Undefined(
            f"{lhs} is a whole sequence",
            where=f"equation: {lhs} = ...",
            repair=f"define one element:  {lhs}[t]",
        )
    if not isinstance(lhs, Node) or not lhs.is_leaf:
        raise Undefined(
            f"{lhs} cannot be defined: the left side must be one element of a sequence",
            where=f"equation: {lhs} = ...",
            repair='for instance  h = Sequence("h", n)  and  Equation(h[t], ...)',
        )
    if not hasattr(lhs, "time"):
        raise Undefined(
            f"{lhs} is a {type(lhs).__mro__[1].__name__.lower()}: it is given, so no equation defines it",
            where=f"equation: {lhs} = ...",
            repair="define a Sequence instead",
        )


def _range_of(lhs: Any, over: Any) -> Tuple:
    time = lhs.time
    if over is None or over == Tuple():
        return Tuple(t, 1, tau) if over is None and time is not None and time.has(t) else Tuple()
    if not isinstance(over, tuple | Tuple) or len(over) != 3:
        raise Undefined(
            f"over={over}: a range of times is (index, first, last)",
            where=f"equation: {lhs} = ...",
            repair="for instance  over=(t, 2, tau)",
        )
    index, first, last = over
    if not isinstance(index, Symbol) or not index.is_integer:
        raise Undefined(f"over=({index}, ...): the index must be symrnn's t", repair="from symrnn import t")
    return Tuple(index, as_time(first, "over"), as_time(last, "over"))


def _canonical_step(lhs: Any, rhs: Any, over: Tuple) -> tuple[Any, Any, Tuple]:
    """The left side at t itself: `h[t + 1] = ...` becomes `h[t] = ...` with everything one step earlier."""
    index, first, last = over
    offset = offset_from(lhs.time, index)
    if offset is None:
        raise Undefined(
            f"the left side {lhs} is not a step of {index}",
            where=f"equation: {lhs} = {rhs}",
            law="an equation over a range defines v[t], one element for each t",
            repair="use v[t] with over=(t, first, last), or a fixed time without a range",
        )
    if offset:
        back = {index: index - offset}
        lhs, rhs = lhs.xreplace(back), rhs.xreplace(back)
    return lhs, rhs, Tuple(index, first + offset, last + offset)


def check_symbols(expr: Basic, indices: set[Basic], where: Callable[[], str]) -> None:
    """Every plain symbol is a time index in scope, a last time or a dimension; the rest is undeclared."""
    for symbol in sorted((s for s in expr.free_symbols if isinstance(s, Symbol)), key=lambda s: s.name):
        if symbol in indices or (symbol.is_integer and symbol.is_positive):
            continue
        if symbol == t:
            raise Undefined(
                "t is read, but this equation holds at one time only",
                where=where(),
                repair="use the time of its left side",
            )
        raise Undefined(
            f"the symbol {symbol} is not declared",
            where=where(),
            repair=f'{symbol} = Parameter("{symbol}"), Constant("{symbol}") or Sequence("{symbol}")[t]',
        )


def reads(expr: Basic) -> list[Any]:
    """The leaves an expression reads, each once, in order of appearance; elements under a sum keep its index."""
    return list(dict.fromkeys(leaf for leaf, _ in bound_reads(expr)))


def widest(binder: Binder, around: Binder) -> Binder:
    """All times of a sum whose ends may depend on the index of what is around it."""
    index, first, last = around

    def ends(end: Expr) -> list[Expr]:
        found = [end.xreplace({index: time}) for time in (first, last)] if index in end.free_symbols else [end, end]
        return found if grows(*found) else found[::-1]

    return binder[0], ends(binder[1])[0], ends(binder[2])[1]


def bound_reads(expr: Basic) -> list[tuple[Any, Binder | None]]:
    """The leaves an expression reads, each with the sum over time that binds its time, if one does."""
    found: dict[tuple[Any, Binder | None], None] = {}
    seen: set[tuple[Basic, tuple[Binder, ...]]] = set()

    def walk(e: Basic, binders: tuple[Binder, ...]) -> None:
        if (e, binders) in seen:
            return
        seen.add((e, binders))
        if isinstance(e, Node) and e.is_leaf:
            free = e.free_symbols if binders else ()
            found[e, next((b for b in reversed(binders) if b[0] in free), None)] = None
        elif isinstance(e, Binding):
            binder = (e.index, e.lower, e.upper)
            for around in reversed(binders):
                binder = widest(binder, around)
            walk(e.body, (*binders, binder))
        else:
            for arg in e.args:
                walk(arg, binders)

    walk(expr, ())
    return list(found)
