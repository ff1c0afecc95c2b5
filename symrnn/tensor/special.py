"""Softmax and the losses built on it.

`softmax_cross_entropy` is a node of its own because its adjoint, softmax(o) - y, is a law of its own; its
meaning is (1ᵀy) logsumexp(o) - y·o, which is how it is evaluated.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational
from sympy import log as scalar_log

from symrnn.errors import ShapeError
from symrnn.tensor.elementwise import Operand, combine, elementwise, placeholder
from symrnn.tensor.functions import log
from symrnn.tensor.linear import dot
from symrnn.tensor.node import Slot, Tensor, new_slot, new_tensor, shape_of
from symrnn.tensor.operands import as_operand, need_rank
from symrnn.tensor.pieces import norm2
from symrnn.tensor.shape import same_shape, show_shape


class Softmax(Tensor):
    """exp(x_i) / sum_j exp(x_j) of a vector x: positive entries that sum to 1."""

    __slots__ = ()
    simplex = True

    def __new__(cls, vector: Tensor) -> Tensor:
        need_rank(vector, 1, "softmax")
        return new_tensor(cls, vector.shape, vector)


class LogSumExp(Slot):
    """log(sum_j exp(x_j)) of a vector x."""

    __slots__ = ()

    def __new__(cls, vector: Tensor) -> Slot:
        need_rank(vector, 1, "logsumexp")
        return new_slot(cls, vector)


class SoftmaxCrossEntropy(Slot):
    """-sum_i y_i log softmax(o)_i for logits o and targets y, both of shape (k,)."""

    __slots__ = ()

    def __new__(cls, logits: Tensor, target: Tensor) -> Slot:
        _need_equal_vectors("softmax_cross_entropy", logits, target)
        return new_slot(cls, logits, target)

    logits = property(lambda self: self.args[0])
    target = property(lambda self: self.args[1])


def _need_equal_vectors(name: str, a: Operand, b: Operand) -> None:
    for x in (a, b):
        need_rank(x, 1, name)
    if not same_shape(a.shape, b.shape):
        raise ShapeError(
            f"{name} of {a} {show_shape(a.shape)} and {b} {show_shape(b.shape)}: shapes differ",
            repair="the target has the shape of the output: one-hot, not an integer label",
        )


def softmax(x: Operand) -> Any:
    """exp(x_i) / sum_j exp(x_j) of a vector."""
    return Softmax(as_operand(x))


def logsumexp(x: Operand) -> Any:
    """log(sum_j exp(x_j)) of a vector, a scalar."""
    return LogSumExp(as_operand(x))


def log_softmax(x: Operand) -> Any:
    """log softmax(x) = x - logsumexp(x) in every entry."""
    return elementwise(placeholder(0) - placeholder(1), x, logsumexp(x))


def softmax_cross_entropy(logits: Operand, target: Operand) -> Any:
    """-y·log softmax(o), from the logits o (k,) and the target y (k,)."""
    return SoftmaxCrossEntropy(as_operand(logits), as_operand(target))


def cross_entropy(probabilities: Operand, target: Operand) -> Any:
    """-y·log yhat, from probabilities yhat and the target y of the same shape."""
    probabilities, target = as_operand(probabilities), as_operand(target)
    if not isinstance(probabilities, Tensor) and not isinstance(target, Tensor):
        return -target * scalar_log(probabilities)
    _need_equal_vectors("cross_entropy", probabilities, target)
    return -dot(target, log(probabilities))


def squared_error(output: Operand, target: Operand) -> Expr:
    """Half the squared distance of two tensors, or scalars, of one shape."""
    output, target = as_operand(output), as_operand(target)
    if not same_shape(shape_of(output), shape_of(target)):
        raise ShapeError(
            f"squared_error of {output} {show_shape(shape_of(output))} "
            f"and {target} {show_shape(shape_of(target))}: shapes differ"
        )
    difference = combine("-", output, target) if isinstance(output, Tensor) else output - target
    return Rational(1, 2) * norm2(difference)
