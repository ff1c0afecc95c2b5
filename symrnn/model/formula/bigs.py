"""Sums and products over an index: which index, over which range, in which direction.

A product of matrices has a direction. It is read off the bounds: from later to earlier decreases, from earlier to
later ascends, and bounds that do not say which is later are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lark import Token, Tree

from symrnn.model.formula import sizes
from symrnn.model.formula.limits import check_range
from symrnn.model.formula.parse import place_of
from symrnn.model.formula.term import SCALAR, Size, Term, number

if TYPE_CHECKING:
    from symrnn.model.formula.build import Builder

# How late a bound usually is: 0, 1 and 2 begin a range; then come k, i, j; then 3, 4, ..., which end one; then t, tau.
_LATER = {"t": 3.0, "length": 9.0}


def big(builder: Builder, tree: Tree[Any]) -> Term:
    """\\sum or \\prod with its bounds and its body."""
    sign: Any = tree.children[0]
    lower = next((p for p in tree.children if isinstance(p, Tree) and p.data == "lower"), None)
    upper = next((p for p in tree.children if isinstance(p, Tree) and p.data == "upper"), None)
    name, low, high_tree = _lower(builder, lower, sign)
    body_tree = tree.children[-1]
    if upper is not None:
        high_tree = next((p for p in upper.children if isinstance(p, Tree)), None) or _letter_t(builder, upper)
    if low is not None and high_tree is None:
        raise builder.page.fault("syntax", place_of(lower), "a range without an end", repair="write \\sum_{k=1}^{t}")
    if upper is not None and low is None:
        raise builder.page.fault("syntax", place_of(upper), "a range without a beginning", repair="\\sum_{k=1}^{t}")
    return over(builder, str(sign), name, (low, high_tree), body_tree)


def _letter_t(builder: Builder, upper: Tree[Any]) -> Tree[Any]:
    """T as the end of a range: the length, where it is declared as one."""
    token: Any = upper.children[0]
    if "T" not in builder.table.lengths:
        raise builder.page.fault("undeclared", int(token.start_pos), "T is not declared", repair="end the range at tau")
    return Tree("atom", [token.update(type="ATOM", value="length:tau")])


def _lower(builder: Builder, lower: Tree[Any] | None, sign: Token) -> tuple[str, Any, Any]:
    """The index, where it starts and where it ends, if that is said: `t = 1..tau`."""
    if lower is None:
        return "t", None, None
    bounds = next(part for part in lower.children if isinstance(part, Tree))
    parts = [part for part in bounds.children if isinstance(part, Tree)]
    first = parts[0]
    token = first.children[0] if first.data == "atom" else None
    if not isinstance(token, Token) or not str(token).startswith("index:"):
        what = "a sum goes over an index"
        raise builder.page.fault("syntax", place_of(lower), what, repair="write \\sum_{k=1}^{t} or \\sum_t")
    low, high = (*parts[1:3], None, None)[:2]
    return str(token).partition(":")[2], low, high


def over(builder: Builder, kind: str, name: str, bounds: tuple[Any, Any], body_tree: Any) -> Term:
    """A sum or product of a body over an index and its bounds, trees or nothing."""
    low_tree, high_tree = bounds
    place = place_of(body_tree)
    low = number(1, place) if low_tree is None else builder.build(low_tree)
    component = _dimension(high_tree)
    high = Term("length", text="tau", place=place)
    if high_tree is not None and not component:
        high = builder.build(high_tree)
    for bound in (low, high):
        _check_bound(builder, bound)
    before = builder.uses.pop(name, set())
    builder.bound.append(name)
    body = builder.build(body_tree)
    builder.bound.pop()
    uses = builder.uses.pop(name, set())
    builder.uses[name] = before
    if component or (low_tree is None and uses == {"component"}):
        if uses - {"component"} or kind != "sum":
            what = f"{name} numbers components and times"
            raise builder.page.fault("ambiguous", place, what, repair="use another letter for one of them")
        return Term("sumi", (body,), text=name, size=body.size, place=place)
    if uses == {"component", "time"} and low_tree is None:
        raise builder.page.fault("ambiguous", place, f"{name} numbers components and times", repair="write the bounds")
    check_range(builder.page, low, high, place)
    if kind == "sum":
        return Term("sum", (low, high, body), text=name, size=body.size, place=place)
    if moves_a_vector(body) and body_tree.data != "group":
        what = "does this product go over its last factor too?"
        raise builder.page.fault("ambiguous", place, what, repair="put brackets: \\left(\\prod ... \\right) h_k")
    return _product(builder, name, low, high, body)


def _dimension(tree: Any) -> bool:
    """Whether a bound is a dimension, so that the index numbers components."""
    return tree is not None and tree.data == "atom" and str(tree.children[0]).startswith("dimension:")


def _check_bound(builder: Builder, bound: Term) -> None:
    for part in bound.walk():
        if part.head not in {"number", "index", "length", "add", "sub", "neg", "mul"}:
            if part.head in {"pow", "matpow"}:
                check_range(builder.page, bound, bound, bound.place)
            law = "a bound is built from t, k, tau and whole numbers"
            raise builder.page.fault("syntax", part.place, "this is no bound of a range", law=law)


def _product(builder: Builder, name: str, low: Term, high: Term, body: Term) -> Term:
    """A product, ascending or descending."""
    falling = falls(low, high)
    square = body.size is not None and body.size != SCALAR and not sizes.is_broadcast(body.size)
    if square and body.size is not None and not sizes.same(*body.size):
        law = f"{sizes.shown(body.size)}: only square matrices multiply in a row"
        raise builder.page.fault("shape", body.place, "this product has no meaning", law=law)
    if falling is None and square:
        what = "does this product begin with the latest factor, or with the earliest?"
        repair = "write \\prod_{j=t}^{k+1} where the latest stands on the left"
        raise builder.page.fault("ambiguous", low.place, what, repair=repair)
    return Term("prod_dec" if falling else "prod", (low, high, body), text=name, size=body.size, place=body.place)


def moves_a_vector(body: Term) -> bool:
    """Whether what a product goes over is a vector behind a square matrix, as in W h_k."""
    return body.head == "mul" and sizes.is_column(body.size) and any(_is_square(part.size) for part in body.parts)


def _is_square(size: Size) -> bool:
    return size is not None and not sizes.is_broadcast(size) and sizes.same(*size)


def falls(low: Term, high: Term) -> bool | None:
    """Whether a range runs from later to earlier; nothing where the bounds do not say."""
    (a, m), (b, n) = _place(low), _place(high)
    if a is None or b is None:
        return None
    if a == b:
        return m > n
    first, last = _lateness(a, m), _lateness(b, n)
    return None if first == last else first > last


def _lateness(name: str, offset: int) -> float:
    if not name:
        return 0.0 if offset <= 2 else 2.5
    return _LATER.get(name, 2.0)


def _place(bound: Term) -> tuple[str | None, int]:
    """The one name of a bound and the number added to it."""
    names = [p.text if p.head == "index" else "length" for p in bound.walk() if p.head in {"index", "length"}]
    if len(names) > 1 or any(p.head in {"mul", "neg"} for p in bound.walk()):
        return None, 0
    offset = _offset(bound)
    return (names[0] if names else ""), offset


def _offset(term: Term) -> int:
    if term.head == "number":
        return int(term.text)
    if term.head == "sub":
        return _offset(term.parts[0]) - _offset(term.parts[1])
    return sum(_offset(part) for part in term.parts)
