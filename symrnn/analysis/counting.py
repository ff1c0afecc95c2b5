"""How many numbers a model has to learn and how many multiplications a step takes, as formulas in its dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Add, Basic, Expr, Integer, Mul, Symbol

from symrnn.model import Equation, Parameter, Recurrence, Sequence, reads
from symrnn.tensor import Contract, Dot, Elementwise, Outer, placeholder, shape_of
from symrnn.tensor.node import each_once, is_leaf


def size_of(x: Basic) -> Expr:
    """The number of entries."""
    return Mul(*shape_of(x))


def behind(model: Recurrence, v: Sequence) -> list[Equation]:
    """The equations from which a sequence is computed, its own among them, in the order of the model."""
    wanted, found = [v], []
    while wanted:
        u = wanted.pop()
        for e in model.equations:
            if e.sequence == u and e not in found:
                found.append(e)
                wanted += [x.sequence for x in reads(e.rhs) if hasattr(x, "sequence")]
    return [e for e in model.equations if e in found]


def parameters(model: Recurrence, of: Sequence | None = None) -> Expr:
    """The number of learned parameters, of the whole model or of what one of its sequences is computed from.

    Examples
    --------
    >>> import symrnn as sr
    >>> elman = sr.models.elman()
    >>> sr.analysis.parameters(elman, of=elman.states[0])
    m*n + n**2 + n
    """
    equations: Iterable[Equation] = model.equations if of is None else behind(model, of)
    found = dict.fromkeys(x for e in equations for x in reads(e.rhs) if isinstance(x, Parameter) and x.learned)
    if of is None:
        found = dict.fromkeys(p for p in model.parameters if p.learned)
    return Add(*(size_of(p) for p in found)).expand()


def multiplications(model: Recurrence, of: Sequence | None = None) -> Expr:
    """The number of multiplications by parameters, and in products of matrices and vectors, that one step takes.

    Those of the whole forward pass, or of what one sequence is computed from. Other operations entry by entry, of
    which there are a few for each entry, are not counted.

    Examples
    --------
    >>> import symrnn as sr
    >>> elman = sr.models.elman()
    >>> sr.analysis.multiplications(elman, of=elman.states[0])
    m*n + n**2
    """
    equations = model.equations if of is None else behind(model, of)
    return Add(*(_in_products(e.rhs) for e in equations if e.over)).expand()


def _scalings(e: Mul, places: Mapping[Any, Any]) -> int:
    """How many factors of a scalar product are made of parameters alone, if another one varies in time."""
    read = []
    for f in e.args:
        parts = [places[s] for s in f.atoms(Symbol) if s in places] or [f]
        read.append([leaf for part in parts for leaf in reads(part)])
    moving = [any(hasattr(leaf, "sequence") for leaf in leaves) for leaves in read]
    return sum(bool(leaves) and not moves for leaves, moves in zip(read, moving, strict=True)) if any(moving) else 0


def _in_products(expr: Any) -> Expr:
    """The multiplications of every product in an expression, each product once."""
    total: Expr = Integer(0)
    for e in each_once(expr, is_leaf):
        if isinstance(e, Contract):
            total += size_of(e.left) * Mul(*shape_of(e.right)[1:])
        elif isinstance(e, Dot):
            total += size_of(e.args[0])
        elif isinstance(e, Outer):
            total += size_of(e)
        elif isinstance(e, Elementwise):
            places = {placeholder(i): op for i, op in enumerate(e.operands)}
            total += size_of(e) * sum(_scalings(x, places) for x in e.body.atoms(Mul))
        elif isinstance(e, Mul):
            total += _scalings(e, {})
    return total
