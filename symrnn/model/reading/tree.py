"""What was written, as a tree: each node knows its place in the text, and nothing yet of shapes or objects.

The nodes say what stands on the page (a juxtaposition is a `Product`, `*` is `Entrywise`); what that means
for given shapes is settled by `shapes` and `build`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from lark import Token
from sympy import Rational


@dataclass(frozen=True)
class Node:
    """Anything written; `position` is that of the sign that a message about it should point at."""

    position: int


@dataclass(frozen=True)
class Number(Node):
    """A decimal number, exact."""

    value: Rational


@dataclass(frozen=True)
class Name(Node):
    """A name that stands alone."""

    text: str


@dataclass(frozen=True)
class At(Node):
    """An element of a sequence: `h[t-1]`."""

    name: str
    time: Node


@dataclass(frozen=True)
class Call(Node):
    """A function of arguments; `shared` counts those after the semicolon."""

    function: str
    arguments: tuple[Node, ...]
    shared: int = 0


@dataclass(frozen=True)
class Sum(Node):
    """Terms with their signs, '+' or '-'."""

    terms: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Product(Node):
    """Factors side by side; each with what stands before it: '', '@' or '·'."""

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Entrywise(Node):
    """Factors joined by '*' and '/', entry by entry."""

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Minus(Node):
    """A sign in front."""

    body: Node


@dataclass(frozen=True)
class Power(Node):
    """`base ^ exponent`."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Transposed(Node):
    """A matrix transposed, or a vector made a row."""

    body: Node


@dataclass(frozen=True)
class Bracket(Node):
    """An expression in brackets: it stays one factor."""

    body: Node


@dataclass(frozen=True)
class BigSum(Node):
    """`sum_t` or `mean_t` of a body, over first..last, or over 1..tau when they are left out."""

    kind: str
    index: str
    first: Node | None
    last: Node | None
    body: Node


@dataclass(frozen=True)
class Span(Node):
    """`for t = first..last`."""

    index: str
    first: Node
    last: Node


@dataclass(frozen=True)
class Declaration(Node):
    """`constant z: m`: the kind ('' where none is written), the names with their places, the shape and the traits."""

    kind: str
    names: tuple[Token, ...]
    shape: tuple[Node, ...] | None  # None for an unknown function that works entry by entry
    simplex: bool = False
    latex: str = ""


@dataclass(frozen=True)
class Definition(Node):
    """`left = right`, an equation, or an abbreviation after `where`."""

    left: Node
    right: Node
    over: Span | None = None
    abbreviates: bool = False


@dataclass(frozen=True)
class Loss(Node):
    """`loss = body`."""

    body: Node


def children(node: Node) -> Iterator[Node]:
    """The nodes inside a node, in the order of the text."""
    for field in fields(node):
        yield from _nodes_in(getattr(node, field.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes_in(part)


def walk(node: Node) -> Iterator[Node]:
    """A node and everything inside it, without recursion, in the order of the text."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(list(children(top))))


def depth(node: Node) -> int:
    """How many nodes lie inside each other at most."""
    deepest, stack = 0, [(node, 1)]
    while stack:
        top, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children(top))
    return deepest
