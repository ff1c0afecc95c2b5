"""The NumPy form of every node but the elementwise ones' bodies: one rule a kind, right for any leading axes.

`*` and `+` broadcast leading axes from the right; `@` works on the last two. A matrix without leading axes
times a vector with them is written `x @ A.T`, one product for all steps and examples.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sympy import Integer, expand

from symrnn.errors import Unsupported
from symrnn.model import Range
from symrnn.numeric.bodies import no_formula
from symrnn.numeric.statements import stackable
from symrnn.numeric.texts import ALONE, EXAMPLE, TIME, Code, Stack
from symrnn.tensor import (
    Applied,
    Block,
    Commutation,
    Concat,
    Contract,
    Diag,
    Diagonal,
    Dot,
    Elementwise,
    Entry,
    Eye,
    Full,
    Kron,
    LogSumExp,
    MatrixPower,
    Outer,
    Partial,
    Reshape,
    SameChunk,
    Segment,
    Softmax,
    SoftmaxCrossEntropy,
    SumEntries,
    TimeProduct,
    TimeSum,
    Trace,
    Transpose,
    placeholder,
    shape_of,
    transpose,
)

Printer = Any  # an ArrayPrinter, which imports this module


@singledispatch
def form(e: Any, p: Printer) -> Code:
    """The text of a node that is not a leaf."""
    raise Unsupported(f"no NumPy form is known for {type(e).__name__}: {e}")


@form.register
def _(e: Elementwise, p: Printer) -> Code:
    return p.body(e.body, {placeholder(i): x for i, x in enumerate(e.operands)}, e.rank)


@form.register
def _(e: Full, p: Printer) -> Code:
    value, shape = p(e.value), p.sizes(e.shape)
    dtype = p.scope.word("dtype")
    if value.lead == ALONE:
        return Code(p.dialect.filled(shape, value.text, dtype), ALONE)
    return Code(f"{value.widened(e.rank)} * {p.dialect.filled(shape, '1', dtype)}", value.lead, False)


@form.register
def _(e: Contract, p: Printer) -> Code:
    if isinstance(e.left, Diag) or isinstance(e.right, Diag):
        return _scaled(e, p)
    left, right = p(e.left), p(e.right)
    lead = max(left.lead, right.lead)
    if e.right.rank == 2 or right.lead == ALONE:
        return Code(f"{left.atom} @ {right.atom}", lead, False)
    if left.lead == ALONE:
        turned = p(e.left.args[0]).atom if isinstance(e.left, Transpose) else f"{left.atom}.T"
        return Code(f"{right.atom} @ {turned}", lead, False)
    return Code(f"({left.atom} @ {right.atom}[..., None])[..., 0]", lead)


def _scaled(e: Contract, p: Printer) -> Code:
    """A product with a diagonal matrix: rows or columns times its entries."""
    rows = isinstance(e.left, Diag)
    scale, other = p((e.left if rows else e.right).args[0]), p(e.right if rows else e.left)
    axes = "" if e.rank == 1 else "[..., :, None]" if rows else "[..., None, :]"
    return Code(f"{scale.atom}{axes} * {other.atom}", max(scale.lead, other.lead), False)


@form.register
def _(e: Dot, p: Printer) -> Code:
    a, b = (p(x) for x in e.args)
    if b.lead == ALONE:
        return Code(f"{a.atom} @ {b.atom}", a.lead, False)
    if a.lead == ALONE:
        return Code(f"{b.atom} @ {a.atom}", b.lead, False)
    return Code(f"({a.atom} * {b.atom}).sum(axis=-1)", max(a.lead, b.lead))


@form.register
def _(e: Outer, p: Printer) -> Code:
    a, b = p(e.left), p(e.right)
    return Code(f"{a.atom}[..., :, None] * {b.atom}[..., None, :]", max(a.lead, b.lead), False)


@form.register
def _(e: Transpose, p: Printer) -> Code:
    x = p(e.args[0])
    return Code(f"{x.atom}.T" if x.lead == ALONE else f"{x.atom}.swapaxes(-1, -2)", x.lead)


@form.register
def _(e: Diag, p: Printer) -> Code:
    x = p(e.args[0])
    return p.helper("diagonal_matrix", x.text, lead=x.lead)


@form.register
def _(e: Diagonal, p: Printer) -> Code:
    x = p(e.args[0])
    return Code(p.dialect.diagonal(x.atom), x.lead)


@form.register
def _(e: Eye, p: Printer) -> Code:
    return Code(p.dialect.eye(p.size(e.args[0]), p.scope.word("dtype")), ALONE)


@form.register
def _(e: Kron, p: Printer) -> Code:
    a, b = p(e.left), p(e.right)
    return p.helper("kron", a.text, b.text, lead=max(a.lead, b.lead))


@form.register
def _(e: Block, p: Printer) -> Code:
    parts = [p(x) for row in e.rows for x in row]
    return p.helper("blocks", str(len(e.rows)), *(x.text for x in parts), lead=max(x.lead for x in parts))


@form.register
def _(e: TimeProduct, p: Printer) -> Code:
    """An ordered product; over a stack in which the product ends, or begins, one for each of its times."""
    turned = "" if e.descends or not shape_of(e) else ".swapaxes(-1, -2)"
    first, last, place, name = e.lower, e.upper, "[-1]", "running_products"
    if p.stack is not None:
        count = p.size(p.scope.horizon.later(Integer(0), expand(p.stack.last - p.stack.first + 1)))
        if p.stack.index in last.free_symbols:
            last = last.xreplace({p.stack.index: p.stack.last})
            skipped = expand(e.upper.xreplace({p.stack.index: p.stack.first}) - first + 1)
            never_empty = p.scope.horizon.at_most(p.stack.first, p.stack.last)
            place = f"[{p.size(skipped)}:]" if skipped != 0 else "" if never_empty else f"[:{count}]"
        elif p.stack.index in first.free_symbols:
            first, name, place = first.xreplace({p.stack.index: p.stack.first}), "running_products_back", f"[:{count}]"
    factors = p.over(Stack(e.index, first, last))(transpose(e.body) if turned else e.body)
    text = factors.text
    if factors.lead != TIME:
        core = "".join(f", {p.size(d)}" for d in shape_of(e))
        number = p.size(p.scope.horizon.later(Integer(0), expand(last - first + 1)))
        shape = f"({number}, *{p.scope.word('batch')}{core})"
        text = f"{p.dialect.named('broadcast_to')}({p.dialect.asarray(text, p.scope.word)}, {shape})"
    made = p.helper(name, text, str(len(shape_of(e))), lead=TIME).text
    return p.named("products", Code(f"{made}{place}{turned}", EXAMPLE if place == "[-1]" else TIME))


@form.register
def _(e: MatrixPower, p: Printer) -> Code:
    matrix = p(e.matrix)
    if p.stack is None or p.stack.index not in e.exponent.free_symbols:
        return Code(f"{p.dialect.named('linalg.matrix_power')}({matrix.text}, {p.size(e.exponent)})", matrix.lead)
    rule = [{p.stack.index: end} for end in (p.stack.first, p.stack.last)]
    first, last = (p.size(expand(e.exponent.xreplace(at))) for at in rule)
    p.scope.helper("running_products")  # which the powers are
    return p.helper("powers", matrix.text, first, last, f"len({p.scope.word('batch')})", lead=TIME)


@form.register
def _(e: Commutation, p: Printer) -> Code:
    n, m, size = (p.size(d) for d in (*e.args, e.shape[0]))
    unit = p.dialect.eye(size, p.scope.word("dtype"))
    return Code(f"{unit}.reshape({n}, {m}, {size}).swapaxes(0, 1).reshape({size}, {size})", ALONE)


@form.register
def _(e: SumEntries, p: Printer) -> Code:
    x, rank = p(e.args[0]), len(shape_of(e.args[0]))
    return Code(f"{x.atom}.sum(axis={'-1' if rank == 1 else '(-2, -1)'})", x.lead)


@form.register
def _(e: Trace, p: Printer) -> Code:
    x = p(e.args[0])
    return Code(p.dialect.trace(x.atom), x.lead)


@form.register
def _(e: Entry, p: Printer) -> Code:
    x, places = p(e.args[0]), [p.size(i - 1) for i in e.args[1:]]
    return Code(f"{x.atom}[..., {', '.join(places)}]", x.lead)


@form.register
def _(e: Concat, p: Printer) -> Code:
    parts = [p(x) for x in e.args]
    rank = str(len(e.shape))
    return p.helper("joined", rank, *(x.text for x in parts), lead=max(x.lead for x in parts))


@form.register
def _(e: Segment, p: Printer) -> Code:
    x = p(e.args[0])
    rows = f"{p.size(e.args[1])}:{p.size(e.args[1] + e.args[2])}"
    return Code(f"{x.atom}[..., {rows}{', :' if e.rank == 2 else ''}]", x.lead)


@form.register
def _(e: Reshape, p: Printer) -> Code:
    x, rank = p(e.args[0]), len(shape_of(e.args[0]))
    if rank == 1 and e.rank == 2 and e.shape[0] == 1:
        return Code(f"{x.atom}[..., None, :]", x.lead)
    return p.helper("reshaped", x.text, str(rank), *(p.size(d) for d in e.shape), lead=x.lead)


@form.register
def _(e: Softmax, p: Printer) -> Code:
    x = p(e.args[0])
    return p.helper("softmax", x.text, lead=x.lead)


@form.register
def _(e: LogSumExp, p: Printer) -> Code:
    x = p(e.args[0])
    return p.helper("logsumexp", x.text, lead=x.lead)


@form.register
def _(e: SoftmaxCrossEntropy, p: Printer) -> Code:
    o, y = p(e.logits), p(e.target)
    return p.helper("softmax_cross_entropy", o.text, y.text, lead=max(o.lead, y.lead))


@form.register
def _(e: TimeSum, p: Printer) -> Code:
    if not stackable(e.body, e.index):
        return _summed_one_by_one(e, p)
    inner = p.over(Stack(e.index, e.lower, e.upper))(e.body)
    if inner.lead == TIME:
        return Code(f"{p.named('each', inner).atom}.sum(axis=0)", EXAMPLE)
    count = p.size(p.scope.horizon.later(Integer(0), e.upper - e.lower + 1))
    return Code(f"({count}) * {inner.atom}", inner.lead, False)


def _summed_one_by_one(e: TimeSum, p: Printer) -> Code:
    """A sum whose terms hold sums that depend on its index: one term after another."""
    with p.scope.horizon.running(e.index, Range(e.lower, e.upper)):
        body = p.alone()(e.body)
    shape = shape_of(e)
    start = p.dialect.filled(p.sizes(shape), "0", p.scope.word("dtype")) if shape else "0"
    numbers = f"range({p.size(e.lower)}, {p.size(e.upper)} + 1)"
    return Code(f"sum(({body.text} for {p.scope.symbol(e.index)} in {numbers}), {start})", max(body.lead, EXAMPLE))


@form.register
def _(e: SameChunk, p: Printer) -> Code:
    content, rank = p(e.content), len(shape_of(e))
    if not e.size.is_Integer:
        raise Unsupported(f"no code is made for chunks of {e.size} steps", repair="give a number, chunk=5")
    size = int(e.size)
    if p.stack is not None and p.stack.index in e.reader.free_symbols | e.read.free_symbols:
        reader, read = (p(x - 1) for x in (e.reader, e.read))
        here = Code(f"({reader.atom} // {size} == {p.dialect.larger(read.text, '0', p.scope.used)} // {size})", TIME)
        return Code(f"{here.widened(rank)} * {content.atom}", TIME, False)
    reader, read = (p.size(x - 1) for x in (e.reader, e.read))
    return Code(
        f"(({reader}) // {size} == {p.dialect.later(read, '0')} // {size}) * {content.atom}", content.lead, False
    )


@form.register(Applied)
@form.register(Partial)
def _(e: Any, p: Printer) -> Code:
    application = e if isinstance(e, Applied) else e.application
    raise no_formula(application.function.name, e)
