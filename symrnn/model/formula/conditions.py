"""Comparisons: in indicators, in the cases of a formula, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from lark import Tree

from symrnn.model.formula import sizes
from symrnn.model.formula.parse import place_of
from symrnn.model.formula.term import SCALAR, Term

if TYPE_CHECKING:
    from symrnn.model.formula.build import Builder


def compare(builder: Builder, tree: Tree[Any]) -> NoReturn:
    """A comparison where a value should stand."""
    what, repair = "a comparison is no value here", "write 1[a > 0] for what is 1 where it holds"
    raise builder.page.fault("syntax", place_of(tree), what, repair=repair)


def is_mask(builder: Builder, items: list[Any]) -> bool:
    """Whether a comparison in round brackets is code for an indicator, not a condition behind a formula."""
    names = [str(word) for word in items[0].scan_values(lambda word: word.type == "ATOM")]
    timeless = all(name.partition(":")[0] in {"index", "length"} for name in names)
    return len(items) == 1 and not timeless and "\\" not in builder.page.source.text


def indicator(builder: Builder, tree: Tree[Any]) -> Term:
    """An indicator with its sign."""
    return indicator_of(builder, next(part for part in tree.children if isinstance(part, Tree)))


def indicator_of(builder: Builder, tree: Tree[Any]) -> Term:
    """The indicator of a comparison."""
    tree = _inside(tree)
    if tree.data != "compare":
        raise builder.page.fault("syntax", place_of(tree), "an indicator holds a comparison", repair="1[a > 0]")
    found = _comparison(builder, tree)
    return Term("indicator", (found,), size=found.size, place=found.place)


def cases(builder: Builder, tree: Tree[Any]) -> Term:
    """A value for each condition."""
    found = []
    for case in (part for part in tree.children if isinstance(part, Tree) and part.data == "case"):
        value, where = (part for part in case.children if isinstance(part, Tree))
        found.append(Term("case", (builder.build(value), builder.build(where)), size=None))
    size = sizes.total(builder.page, [case.parts[0] for case in found], numbers=True)
    return Term("cases", tuple(found), size=size, place=place_of(tree))


def condition(builder: Builder, tree: Tree[Any]) -> Term:
    """The condition of a case."""
    inner = _inside(next(part for part in tree.children if isinstance(part, Tree)))
    if inner.data != "compare":
        raise builder.page.fault("syntax", place_of(inner), "a condition is a comparison", repair="write  a > 0")
    return _comparison(builder, inner)


def otherwise(builder: Builder, tree: Tree[Any]) -> Term:
    """The case that is left."""
    return Term("otherwise", place=place_of(tree))


def _comparison(builder: Builder, tree: Tree[Any]) -> Term:
    left, sign, right = tree.children
    head = {">": "gt", "<": "lt", "≥": "ge", "≤": "le", "=": "eq"}[str(sign)]
    parts = (builder.build(left), builder.build(right))
    return Term(head, parts, size=next((p.size for p in parts if p.size != SCALAR), SCALAR), place=parts[0].place)


def _inside(tree: Any) -> Any:
    """What brackets hold."""
    while tree.data == "group" and len(tree.children[1].children) == 1:
        tree = tree.children[1].children[0]
    return tree
