"""The gradient of an unfolded graph, node by node: no template, no ranges, no generic t, no instances.

Reverse accumulation as a textbook has it for any graph of computations: the loss first, then each node after
all that read it, each right side differentiated where it stands. What one right side sends to one of its
parts is added before it is passed on.
"""

from sympy import Expr, expand, factor_terms

from symrnn import nabla, unroll
from symrnn.calculus.laws import pullback
from symrnn.graph.instance import written_out
from symrnn.graph.lengths import rule_of
from symrnn.model import Element, reads
from symrnn.tensor import Slot, Tensor, add, shape_of
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.elementwise import Elementwise, slots_of
from symrnn.tensor.unknown import Partial


def parts_of(expr):
    """What a law hands parts of the cotangent to."""
    if getattr(expr, "is_leaf", False):
        return []
    if not isinstance(expr, Slot | Tensor):
        return slots_of(expr)
    inside = expr.application.arguments if isinstance(expr, Partial) else expr.args
    return [x for x in inside if isinstance(x, Tensor) or (hasattr(x, "diff") and slots_of(x))]


def each_before_its_parts(expr):
    """All subexpressions that laws pass through, outermost first."""
    order = {}

    def visit(e):
        if e not in order:
            for x in parts_of(e):
                visit(x)
            order[e] = None

    visit(expr)
    return list(reversed(order))


def pulled(expr, cotangent, out):
    """What every leaf of one right side receives."""
    arriving, leaves = {expr: [cotangent]}, {}
    for e in each_before_its_parts(expr):
        parts = [p for p in arriving.get(e, []) if p != 0 and getattr(p, "value", None) != 0]
        if not parts:
            continue
        whole = add(*parts)
        if getattr(e, "is_leaf", False):
            leaves[e] = whole
            continue
        sent = {}
        for x, part in pullback(e, whole, out if e is expr else None):
            sent.setdefault(x, []).append(part)
        for x, some in sent.items():
            arriving.setdefault(x, []).append(add(*some))
    return leaves


def is_number(parts):
    """Whether an adjoint is one plain number, sent by the loss."""
    return len(parts) == 1 and not any(isinstance(x, Element | Adjoint) for x in reads(parts[0]))


def unrolled_gradients(model, last):
    """For every node and leaf of the unfolded graph: its adjoint, in terms of those of the nodes that read it."""
    received = {}

    def send(leaves):
        for leaf, part in leaves.items():
            received.setdefault(leaf, []).append(part)

    loss = written_out(model.loss.xreplace(rule_of(model, last)))
    send(pulled(loss, loss * 0 + 1, None))
    for e in reversed(unroll(model, last).equations):
        parts = received.get(e.lhs)
        if parts:
            arriving, leaves = nabla(e.lhs), {}
            leaves = pulled(e.rhs, arriving, e.lhs)
            if e.sequence in model.loss_terms and is_number(parts):
                leaves = {x: part.xreplace({arriving: parts[0]}) for x, part in leaves.items()}
            send(leaves)
    return {nabla(leaf): add(*parts, shape=shape_of(leaf)) for leaf, parts in received.items()}


def differences(derivation, last):
    """The lines that are not, expression for expression, those of the unfolded graph; a missing one is zero."""
    expected = unrolled_gradients(derivation.model, last)
    found = {line.equation.lhs: written_out(line.equation.rhs) for line in derivation.lines}
    return [
        (adjoint, found.get(adjoint), value)
        for adjoint, value in {**dict.fromkeys(found), **expected}.items()
        if not _same(found.get(adjoint), value)
    ]


def numbers_in_front(e):
    """An expression with the numbers of a sum as one factor: SymPy writes (1 - s²)/2 as 1/2 - s²/2, 2 being tau."""
    if not e.args or getattr(e, "is_leaf", False):
        return e
    whole = e.func(*(numbers_in_front(x) for x in e.args))
    return whole.func(factor_terms(whole.body), *whole.operands) if isinstance(whole, Elementwise) else whole


def term_by_term(e):
    """The same with its outermost sum expanded."""
    whole = numbers_in_front(e)
    if isinstance(whole, Expr):
        return expand(whole)
    return whole.func(expand(whole.body), *whole.operands) if isinstance(whole, Elementwise) else whole


def _same(mine, theirs):
    given = [x for x in (mine, theirs) if x is not None]
    if len(given) == 2:
        return mine == theirs or term_by_term(mine) == term_by_term(theirs)
    return given[0] == 0 or getattr(given[0], "value", None) == 0
