"""From tokens to trees, by the grammar in `grammar.lark`; and what to say when a token does not fit.

The parser is built once for a process. It runs no code of the text: its actions build the nodes of `tree`.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedToken, v_args
from sympy import Integer, Rational

from symrnn.model.reading import tree
from symrnn.model.reading.complaints import complaint
from symrnn.model.reading.lexer import Statement, start
from symrnn.model.reading.names import Names, is_declaration
from symrnn.model.reading.source import Source
from symrnn.model.reading.verbs import ALIASES, WRITTEN_OUT

DEEPEST = 100  # nodes inside nodes: what the walks over a tree can follow
HEAVIEST = 20_000  # nodes, when functions that are defined by others are written out
_SMALLER = "name a part of it by an equation of its own"
MOST_DIGITS = 40
MOST_SIGNS = 10
STARTS = ["declaration", "equation", "loss", "abbreviation", "expression"]


def parse(source: Source, statement: Statement) -> tree.Node:
    """The tree of one statement.

    Raises
    ------
    ReadError
        With the token that does not fit, or the end where more must come.
    """
    kinds = {"LOSS": "loss", "WHERE": "abbreviation"}
    rule = "declaration" if is_declaration(statement) else kinds.get(statement[0].type, "equation")
    for token in statement:
        if token.type == "NUMBER":
            _check_number(source, token)
    _check_signs(source, statement)
    reader = _parser().parse_interactive(None, start=rule)
    try:
        for token in statement:
            reader.feed_token(token)
        found: tree.Node = reader.feed_eof(statement[-1])
    except UnexpectedToken as unexpected:
        raise complaint(source, statement, unexpected.token, reader.accepts(), rule) from None
    if tree.depth(found) > DEEPEST:
        raise source.error(start(statement[0]), "this is nested too deep", repair=_SMALLER)
    if weight(found) > HEAVIEST:
        raise source.error(start(statement[0]), "this grows too large when it is written out", repair=_SMALLER)
    return found


def _check_signs(source: Source, statement: Statement) -> None:
    """Few signs in a row; many would nest as deep as brackets."""
    run = 0
    for token in statement:
        run = run + 1 if token.type in {"PLUS", "MINUS"} else 0
        if run > MOST_SIGNS:
            raise source.error(start(token), f"more than {MOST_SIGNS} signs in a row", repair="one sign is enough")


@cache
def _parser() -> Lark:
    grammar = resources.files("symrnn.model").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=STARTS, lexer="basic", transformer=_Trees(), maybe_placeholders=False)


def weight(node: tree.Node) -> int:
    """How many nodes there are when each function that reads its argument twice is written out."""
    total, stack = 0, [(node, 1)]
    while stack and total <= HEAVIEST:
        top, times = stack.pop()
        total += times
        twice = isinstance(top, tree.Call) and ALIASES.get(top.function, top.function) in WRITTEN_OUT
        stack.extend((child, 2 * times if twice else times) for child in tree.children(top))
    return total


def _check_number(source: Source, token: Token) -> None:
    text = str(token.value).lower()
    digits, _, exponent = text.partition("e")
    if len(digits) > MOST_DIGITS or len(exponent) > 4 or abs(int(exponent or 0)) > 2 * MOST_DIGITS:
        raise source.error(
            start(token), f"a number may have {MOST_DIGITS} digits", repair="use a named parameter for its value"
        )


def exact(text: str) -> Rational:
    """A decimal as written: 0.1 is one tenth."""
    return Integer(int(text)) if text.isdigit() else Rational(*Decimal(text).as_integer_ratio())


@v_args(inline=True)
class _Trees(Transformer):
    """One method for each rule of the grammar."""

    def number(self, token: Token) -> tree.Node:
        return tree.Number(start(token), exact(str(token.value)))

    def name(self, token: Token) -> tree.Node:
        return tree.Name(start(token), str(token.value))

    def element(self, token: Token, _: Token, time: tree.Node, __: Token) -> tree.Node:
        return tree.At(start(token), str(token.value), time)

    def bracket(self, opening: Token, body: tree.Node, _: Token) -> tree.Node:
        return tree.Bracket(start(opening), body)

    def call(self, token: Token, _: Token, arguments: Any, __: Token) -> tree.Node:
        values, shared = arguments
        return tree.Call(start(token), str(token.value), tuple(values), shared)

    def arguments(self, first: list[Any], *rest: Any) -> tuple[list[Any], int]:
        return (first + rest[1], len(rest[1])) if rest else (first, 0)

    def listed(self, *parts: Any) -> list[Any]:
        return [part for part in parts if not isinstance(part, Token)]

    def transposed(self, body: tree.Node, _: Token) -> tree.Node:
        return tree.Transposed(body.position, body)

    def raised(self, base: tree.Node, _: Token, exponent: tree.Node) -> tree.Node:
        return tree.Power(base.position, base, exponent)

    def negative(self, sign: Token, body: tree.Node) -> tree.Node:
        return tree.Minus(start(sign), body)

    def positive(self, _: Token, body: tree.Node) -> tree.Node:
        return body

    def juxtaposed(self, left: tree.Node, right: tree.Node) -> tree.Node:
        return _product(left, "", right)

    def joined(self, left: tree.Node, sign: Token, right: tree.Node) -> tree.Node:
        return _product(left, "@" if sign.type == "AT" else "·", right)

    def times(self, left: tree.Node, _: Token, right: tree.Node) -> tree.Node:
        return tree.Entrywise(left.position, (*_factors(left), ("*", right)))

    def over(self, left: Any, sign: Token, *rest: Any) -> Any:
        if isinstance(left, Token):  # the range of a sum: { t = 1 .. tau }
            return [sign, *(part for part in rest if not isinstance(part, Token))]
        return tree.Entrywise(left.position, (*_factors(left), ("/", rest[0])))

    def plus(self, left: tree.Node, _: Token, right: tree.Node) -> tree.Node:
        return tree.Sum(left.position, (*_terms(left), ("+", right)))

    def minus(self, left: tree.Node, _: Token, right: tree.Node) -> tree.Node:
        return tree.Sum(left.position, (*_terms(left), ("-", right)))

    def big(self, sign: Token, *rest: Any) -> tree.Node:
        kind, _, index = str(sign.value).partition("_")
        word = "mean" if kind == "mean" else "sum"
        first: tree.Node | None = None
        last: tree.Node | None = None
        if isinstance(rest[0], list):
            index = str(rest[0][0].value)
            first, last = rest[0][1:] or (None, None)
        return tree.BigSum(start(sign), word, index, first, last, rest[-1])

    def span(self, _: Token, index: Token, __: Token, *rest: Any) -> tree.Node:
        first, last = (part for part in rest if not isinstance(part, Token))
        return tree.Span(start(index), str(index.value), first, last)

    def equation(self, left: tree.Node, _: Token, right: tree.Node, over: Any = None) -> tree.Node:
        return tree.Definition(left.position, left, right, over)

    def abbreviation(self, _: Token, left: tree.Node, __: Token, right: tree.Node) -> tree.Node:
        return tree.Definition(left.position, left, right, None, abbreviates=True)

    def loss(self, sign: Token, _: Token, body: tree.Node) -> tree.Node:
        return tree.Loss(start(sign), body)

    def names(self, *parts: Token) -> tuple[Token, ...]:
        return tuple(part for part in parts if part.type == "NAME")

    def scalar(self, _: Token) -> tuple[tree.Node, ...]:
        return ()

    def entry_by_entry(self, _: Token) -> Everywhere:
        return Everywhere()

    def sizes(self, *parts: Any) -> tuple[tree.Node, ...]:
        return tuple(part for part in parts if isinstance(part, tree.Node))

    def simplex(self, _: Token) -> dict[str, object]:
        return {"simplex": True}

    def latex(self, _: Token, text: Token) -> dict[str, object]:
        return {"latex": str(text.value)[1:-1]}

    def declaration(self, *parts: Any) -> tree.Node:
        kind = str(parts[0].value) if isinstance(parts[0], Token) and parts[0].type == "KIND" else ""
        names, *rest = parts[1 if kind else 0 :]
        traits = {key: value for part in rest if isinstance(part, dict) for key, value in part.items()}
        shape = next((part for part in rest if isinstance(part, tuple | Everywhere)), ())
        return tree.Declaration(
            start(names[0]), kind, names, None if isinstance(shape, Everywhere) else shape, **traits
        )


class Everywhere:
    """The shape of an unknown function that works entry by entry."""


def _product(left: tree.Node, sign: str, right: tree.Node) -> tree.Node:
    factors = left.factors if isinstance(left, tree.Product) else (("", left),)
    return tree.Product(left.position, (*factors, (sign, right)))


def _factors(left: tree.Node) -> tuple[tuple[str, tree.Node], ...]:
    return left.factors if isinstance(left, tree.Entrywise) else (("*", left),)


def _terms(left: tree.Node) -> tuple[tuple[str, tree.Node], ...]:
    return left.terms if isinstance(left, tree.Sum) else (("+", left),)


def refuse_slash(names: Names, node: tree.Node) -> None:
    """Raise for `a / b c`, which people read in two ways."""
    for part in tree.walk(node):
        if isinstance(part, tree.Entrywise):
            for sign, factor in part.factors:
                if sign == "/" and isinstance(factor, tree.Product):
                    second = factor.factors[1][1]
                    raise names.source.error(
                        second.position,
                        "a / b c can be read as (a / b) c and as a / (b c)",
                        repair="put brackets where you mean them",
                    )
