"""What a model holds beside its equations: its loss, abbreviations used on paper, and its title."""

from __future__ import annotations

from sympy import Basic
from sympy.core.symbol import Str


class Objective(Basic):
    """The loss of a model, a scalar expression."""

    __slots__ = ()
    expr = property(lambda self: self.args[0])


class Abbreviation(Basic):
    """A name used on paper for an expression, such as yhat[t] for softmax(o[t]); it defines nothing."""

    __slots__ = ()
    short = property(lambda self: self.args[0])
    long = property(lambda self: self.args[1])


class Title(Basic):
    """What a model is called and where it comes from."""

    __slots__ = ()

    def __new__(cls, name: str | Str, summary: str | Str = "", source: str | Str = "") -> Title:
        return Basic.__new__(cls, *(x if isinstance(x, Str) else Str(x) for x in (name, summary, source)))

    name = property(lambda self: self.args[0].name)
    summary = property(lambda self: self.args[1].name)
    source = property(lambda self: self.args[2].name)
