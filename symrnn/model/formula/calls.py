"""Functions: known ones with their shapes, declared ones with their parameters, derivatives and times.

What follows a semicolon are parameters. A declared elementwise function has the shape of its argument, one `to n`
gives a vector of n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lark import Tree

from symrnn.model.formula import bigs, sizes
from symrnn.model.formula.commands import words
from symrnn.model.formula.parse import place_of
from symrnn.model.formula.scripted import INDEX_HEADS, index, items_of
from symrnn.model.formula.term import SCALAR, Size, Term

if TYPE_CHECKING:
    from symrnn.model.formula.build import Builder

_SAME = frozenset(
    words("tanh exp log sqrt relu sin cos tan sinh cosh abs sign erf softplus step atan asinh sigma stop_gradient")
)
_VECTOR = frozenset({"softmax", "log_softmax"})
_SCALAR = {"logsumexp": 1, "cross_entropy": 2, "trace": 1, "norm": 1, "dot": 2, "sum": 1, "mean": 1}
_PAIR = frozenset({"max", "min"})


def naked(builder: Builder, tree: Tree[Any]) -> Term:
    """A function before its argument, without brackets."""
    head, argument = tree.children
    name = str(head.children[0])
    if argument.data == "call" and name in builder.table.functions and len(name) == 1:
        what = f"is {name} applied to what follows, or multiplied with it?"
        raise builder.page.fault("ambiguous", place_of(argument), what, repair=f"write {name}(...)")
    return _applied(builder, head, [builder.build(argument)], [])


def call(builder: Builder, tree: Tree[Any]) -> Term:
    """A function with its arguments in brackets."""
    head, arguments = (part for part in tree.children if isinstance(part, Tree))
    name = str(head.children[0])
    lists = [part for part in arguments.children if isinstance(part, Tree)]
    if name in {"sum", "prod"} and len(lists[0].children) > 1:
        return _typed_sum(builder, name, [p for p in lists[0].children if isinstance(p, Tree)])
    values = _values(builder, lists[0])
    shared = _values(builder, lists[1]) if len(lists) > 1 else []
    return _applied(builder, head, values, shared)


def _typed_sum(builder: Builder, name: str, parts: list[Any]) -> Term:
    """`sum(body, (k, 1, t))`."""
    items = items_of(parts[1]) if parts[1].data == "group" else []
    if len(parts) != 2 or len(items) != 3 or not str(items[0].children[0]).startswith("index:"):
        what = f"{name} takes a body and a range"
        raise builder.page.fault("syntax", place_of(parts[1]), what, repair=f"write {name}(x[k], (k, 1, t))")
    letter = str(items[0].children[0]).partition(":")[2]
    return bigs.over(builder, name, letter, (items[1], items[2]), parts[0])


def _values(builder: Builder, items: Tree[Any]) -> list[Term]:
    """The arguments; dots between two elements of a sequence stand for those between."""
    parts = [part for part in items.children if isinstance(part, Tree)]
    dots = [i for i, part in enumerate(parts) if part.data == "dots"]
    if not dots:
        return [builder.build(part) for part in parts]
    before, after = parts[: dots[0]], parts[dots[0] + 1 :]
    known = [builder.build(part) for part in (*before, *after)]
    first, last = known[0] if known else None, known[-1] if known else None
    alike = first is not None and all(k.head == "at" and k.parts[0] == first.parts[0] for k in known)
    if len(dots) > 1 or not before or not after or not alike or first is None or last is None:
        what = "dots stand between elements of one sequence"
        raise builder.page.fault("syntax", place_of(parts[dots[0]]), what, repair="write x_t, x_{t-1}, \\dots, x_1")
    if not bigs.falls(first.parts[1], last.parts[1]):
        what = "these arguments run forward in time"
        raise builder.page.fault("unsupported", first.place, what, repair="write x_t, x_{t-1}, \\dots, x_1")
    element = Term("at", (first.parts[0], Term("index", text="k")), size=first.size)
    return [Term("list_dec", (first.parts[1], last.parts[1], element), text="k", size=first.size, place=first.place)]


def _applied(builder: Builder, head: Tree[Any], values: list[Term], shared: list[Term]) -> Term:
    """A function with its scripts, applied."""
    token, *scripts = head.children
    name, place = str(token), place_of(head)
    if name in {"transpose", "diff", "diag", "outer", "norm", "dot"} and name not in builder.table.functions:
        return _special(builder, name, values, place)
    declared = builder.table.functions.get(name)
    own: Size = declared if isinstance(declared, tuple) else SCALAR
    of: Term = Term("name", text=name, size=own, place=place, kind="function")
    primes = sum(script.data == "primed" for script in scripts)
    powers = [script for script in scripts if script.data in {"power", "bracket_power"}]
    for script in scripts:
        if script.data == "time":
            of = Term("at", (of, index(builder, items_of(script)[0], "time")), place=place)
        elif script.data in {"sub", "place"} and declared is None and name != "sigma":
            what = f"{name} takes no index"
            raise builder.page.fault("unsupported", place_of(script), what, repair="leave it out, or write it in full")
        elif script.data in {"sub", "place"}:
            items = [builder.build(item) for item in items_of(script)]
            if len(items) == 1 and all(part.head in INDEX_HEADS for part in items[0].walk()):
                of = Term("at", (of, items[0]), place=place)
            else:
                shared = [*items, *shared]
        elif script.data not in {"primed", "power", "bracket_power"}:
            raise builder.page.fault("syntax", place_of(script), f"this has no meaning on {name}")
    size = _size(builder, name, values, place)
    parts = (*values, Term("par", tuple(shared), size=None)) if shared else tuple(values)
    heads = {0: "apply", 1: "prime", 2: "prime2"}
    if primes > 2:
        raise builder.page.fault("unsupported", place, "a third derivative")
    if primes and len(values) != 1 and not shared:
        what = f"{name}' of {len(values)} arguments: by which?"
        raise builder.page.fault("ambiguous", place, what, repair="write a partial derivative")
    if name == "abs" and not primes and size == SCALAR:
        return Term("abs", tuple(values), place=place)
    term = Term(heads[primes], (of, *parts), size=size, place=place)
    for script in powers:
        exponent = builder.build(items_of(script)[0])
        if exponent.head == "neg":
            what = f"{name} with a negative power: its inverse function, or one over it?"
            raise builder.page.fault("ambiguous", place_of(script), what, repair=f"write \\frac{{1}}{{{name}(...)}}")
        if isinstance(declared, tuple):
            what = f"{name} applied several times, or a power of its value?"
            raise builder.page.fault("ambiguous", place_of(script), what, repair=f"write {name}({name}(...))")
        term = builder.powered(term, exponent, place_of(script))
    return term


def _size(builder: Builder, name: str, values: list[Term], place: int) -> Size:
    """The shape of a function's value."""
    declared = builder.table.functions.get(name)
    first = values[0].size
    if isinstance(declared, tuple):
        return declared
    if declared == "scalar" and any(v.size != SCALAR for v in values):
        raise builder.page.fault("shape", values[0].place, f"{name} takes scalars here")
    if declared is not None:
        return first
    if name in _SAME:
        _count(builder, name, values, 1, place)
        return first
    if name in _VECTOR:
        _count(builder, name, values, 1, place)
        if first is not None and not sizes.is_broadcast(first):
            raise builder.page.fault("shape", values[0].place, f"{name} takes a vector, not {sizes.shown(first)}")
        return first
    if name in _SCALAR:
        _count(builder, name, values, _SCALAR[name], place)
        if name in {"cross_entropy", "dot"}:
            sizes.entrywise(builder.page, *values)
        return SCALAR
    if name in _PAIR and len(values) == 2:
        return sizes.total(builder.page, values, numbers=True)
    raise builder.page.fault("undeclared", place, f"{name} is no function here", repair="use a declared function")


def _count(builder: Builder, name: str, values: list[Term], count: int, place: int) -> None:
    if len(values) != count or any(v.head == "list_dec" for v in values):
        what = f"{name} takes {count} argument{'s' * (count > 1)}, not {len(values)}"
        raise builder.page.fault("syntax", place, what)


def _special(builder: Builder, name: str, values: list[Term], place: int) -> Term:
    """Words for what has a sign of its own: transpose, diag, diff, outer, dot, norm."""
    if name in {"transpose", "diag"} or (name == "norm" and len(values) == 1):
        _count(builder, name, values, 1, place)
        body = values[0]
        if name == "transpose":
            return builder.transposed(body, place)
        if name == "norm":
            return Term("norm", (body,), size=SCALAR, place=place)
        return _diagonal(builder, body, place)
    _count(builder, name, values, 2, place)
    left, right = values
    if name == "diff":
        from symrnn.model.formula.rates import derivative

        return derivative(builder, "partial", left, right)
    if name == "outer":
        return builder.times(left, "", builder.transposed(right, place))
    if name == "norm":
        heads = {"2": "norm2"}
        if right.text not in heads:
            raise builder.page.fault("unsupported", right.place, "this norm")
        return Term(heads[right.text], (left,), size=SCALAR, place=place)
    sizes.entrywise(builder.page, left, right)
    return Term("dot", (left, right), size=SCALAR, place=place)


def _diagonal(builder: Builder, body: Term, place: int) -> Term:
    size = body.size
    if size == SCALAR:
        raise builder.page.fault("shape", place, "diag of a scalar", repair="diag takes a vector")
    if size is None or sizes.is_broadcast(size):
        side = None if size is None else size[0] if size[1] == 1 else size[1]
        return Term("diag", (body,), size=None if side is None else (side, side), place=place)
    return Term("diag", (body,), size=(size[0], 1), place=place)
