"""Scalar bodies of elementwise and scalar nodes alike, for laws that are written on bodies."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from symrnn.tensor import pieces
from symrnn.tensor.elementwise import Elementwise, elementwise, placeholder, slots_of
from symrnn.tensor.node import Node, Tensor


def body_of(node: Any) -> tuple[Expr, tuple[Any, ...]]:
    """The scalar body of an elementwise or scalar node over placeholders, and its operands."""
    if isinstance(node, Elementwise):
        return node.body, node.operands
    operands = tuple(slots_of(node))
    return node.xreplace({s: placeholder(i) for i, s in enumerate(operands)}), operands


def has_body(node: Any) -> bool:
    return isinstance(node, Elementwise) or (isinstance(node, Expr) and not isinstance(node, Node))


def times(rate: Expr, node: Any, out: Any, ct: Any, operands: tuple[Any, ...], x: Any) -> Any:
    """The cotangent of a node times the rate of one operand, with the operand's shape."""
    whole = node if out is None else out
    if not isinstance(node, Tensor):
        return ct * rate.xreplace({placeholder(i): s for i, s in enumerate((*operands, whole))})
    part = elementwise(rate * placeholder(len(operands) + 1), *operands, whole, ct)
    return part if isinstance(x, Tensor) else pieces.sum_entries(part)
