"""A model: a system of equations in t, and perhaps a loss. Everything else about it is read off.

What the equations together must satisfy is checked here: nothing defined twice, nothing undefined, no
cycle without delay, no state that runs both ways in time.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Symbol

from symrnn.errors import Redefined, ShapeError, SymrnnError, Undefined, Unsupported
from symrnn.model.equation import Equation, check_symbols
from symrnn.model.given import Element
from symrnn.model.parts import Abbreviation, Objective, Title
from symrnn.model.ranges import Range, at_most, grows
from symrnn.model.roles import Roles
from symrnn.model.wellposed import check_well_posed
from symrnn.tensor.node import shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.shape import show_shape
from symrnn.tensor.time import offset_from, t


class Recurrence(Roles, Basic):
    """`Recurrence(*equations, loss=None)`: a model.

    Parameters
    ----------
    equations
        `Equation`s; their order is the order of display.
    loss
        A scalar expression such as `time_sum(L[t])`; None if there is none.
    name, summary, source
        What it is called, in a word and in a line, and where it comes from.
    where
        Abbreviations used on paper: `{yhat[t]: softmax(o[t])}`.

    Raises
    ------
    Redefined, Undefined, IllPosed, ShapeError
        When the equations do not make a model.

    Examples
    --------
    >>> import sympy
    >>> from symrnn import Equation, Parameter, Recurrence, Sequence, t
    >>> s, w = Sequence("s"), Parameter("w")
    >>> model = Recurrence(Equation(s[t], sympy.tanh(w * s[t - 1])))
    >>> model.states, model.boundary, model.parameters
    ((s,), (s[0],), (w,))
    """

    def __new__(
        cls,
        *items: Any,
        loss: Any = None,
        name: str = "",
        summary: str = "",
        source: str = "",
        where: dict[Any, Any] | None = None,
    ) -> Recurrence:
        parts = list(items)
        if loss is not None:
            parts.append(Objective(_checked_loss(loss)))
        parts += [Abbreviation(short, long) for short, long in (where or {}).items()]
        if name:
            parts.append(Title(name, summary, source))
        for part in parts:
            if not isinstance(part, Equation | Objective | Abbreviation | Title):
                raise Undefined(f"{part} is not an equation", repair="write  Equation(left, right)")
        if not any(isinstance(p, Equation) for p in parts):
            raise Undefined("a model needs at least one equation", repair="Recurrence(Equation(h[t], ...))")
        order = (Equation, Objective, Abbreviation, Title)
        parts.sort(key=lambda part: next(i for i, kind in enumerate(order) if isinstance(part, kind)))
        obj = Basic.__new__(cls, *parts)
        obj._check()
        return obj

    @property
    def abbreviations(self) -> tuple[Abbreviation, ...]:
        """Names used on paper."""
        return self._only(Abbreviation)

    @property
    def title(self) -> Title:
        """Name, summary and source; empty ones when not given."""
        found = self._only(Title)
        return found[0] if found else Title("model")

    def _check(self) -> None:
        self._check_names()
        for e in self.equations:
            for leaf, binder in self.readings[e]:
                _check_time(leaf, binder[0] if binder else e.over[0] if e.over else None, "equation", e)
        for leaf, binder in self.readings.get(None, ()):
            _check_time(leaf, binder[0] if binder else None, "loss", self.loss)
        if not any(e.over for e in self.equations):
            raise Undefined(
                f"no equation holds for a range of times: {self.equations[0]}",
                law="a recurrence defines v[t] for t = 1..tau",
                repair=f"if `t` is the number {self.equations[0].lhs.time} here, a loop `for t in ...` "
                "has replaced it: from symrnn import t",
            )
        self._check_overlaps()
        check_well_posed(self.equations, self.ranges, self.readings)
        self.boundary  # noqa: B018 - raises when something is read that nothing defines

    def _check_names(self) -> None:
        owners: dict[str, Any] = {}
        leaves = [x.sequence if isinstance(x, Element) else x for x in self.read_leaves]
        for x in [*self.defined, *leaves, *self.functions]:
            other = owners.setdefault(x.name, x)
            if other != x:
                raise Redefined(
                    f"the name {x.name} stands for two things: {_declared(other)} and {_declared(x)}",
                    law="one name, one meaning",
                    repair="rename one of them",
                )

    def _check_overlaps(self) -> None:
        for i, e in enumerate(self.equations):
            for other in self.equations[:i]:
                if e.sequence == other.sequence and _overlap(e.times, other.times):
                    raise Redefined(
                        f"{e.sequence}[t] is defined twice, for t = {other.times} and for t = {e.times}",
                        where=f"equation: {e}\nequation: {other}",
                        law="one equation for each node",
                        repair="keep one of them, or give them ranges that do not meet: over=(t, a, b)",
                    )

    def _sympystr(self, printer: object) -> str:
        lines = [str(e) for e in self.equations]
        if self.loss is not None:
            lines.append(f"loss = {self.loss}")
        return "\n".join(lines)

    _sympyrepr = _sympystr

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"


def _check_time(leaf: Any, index: Symbol | None, label: str, owner: Basic) -> None:
    if isinstance(leaf, Element) and index in leaf.time.free_symbols and offset_from(leaf.time, index) is None:
        raise Unsupported(
            f"{leaf} is read at a time that is not {index} plus a number",
            where=f"{label}: {owner}",
            law="lags are integers",
            repair=f"use {leaf.name}[{index} - 1], {leaf.name}[{index} - 2], ... "
            f"or a fixed time such as {leaf.name}[0], {leaf.name}[tau]",
        )


def _declared(x: Any) -> str:
    kind = next(c.__name__ for c in type(x).__mro__ if c.__name__ in {"Sequence", "Parameter", "Constant", "Function"})
    return f"{kind} {x.name} {show_shape(x.shape)}"


def _overlap(a: Range, b: Range) -> bool:
    first = b.first if grows(a.first, b.first) else a.first
    last = a.last if grows(a.last, b.last) else b.last
    return at_most(first, last) is not False and grows(first, last)


def _checked_loss(loss: Any) -> Expr:
    try:
        expr = as_operand(loss)
    except SymrnnError as error:
        raise error.located("the loss") from None
    if shape_of(expr):
        raise ShapeError(
            f"the loss must be a scalar; {expr} has shape {show_shape(shape_of(expr))}",
            repair="sum it: symrnn.sum(...), symrnn.time_sum(...)",
        )
    if t in expr.free_symbols:
        raise Undefined(
            f"the loss {expr} depends on t",
            law="a loss is one number",
            repair="sum over time: symrnn.time_sum(L[t]), or take L[tau]",
        )
    check_symbols(expr, set(), lambda: f"loss = {expr}")
    return expr
