"""The few functions that generated code needs beyond NumPy's own, stable for arguments of any size.

Each is defined once: `symrnn` calls it, and generated source carries a copy of its text, so that the source
stands alone. Leading axes (time, batch) come first everywhere; nothing here knows a model.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, reduce
from types import MappingProxyType
from typing import Any

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) without overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def softmax(x: np.ndarray) -> np.ndarray:
    """exp(x_i) / sum_j exp(x_j) over the last axis, shifted so that nothing overflows."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def logsumexp(x: np.ndarray) -> np.ndarray:
    """log(sum_j exp(x_j)) over the last axis, shifted so that nothing overflows."""
    top = x.max(axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(x - top).sum(axis=-1))


def softmax_cross_entropy(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """-y.log softmax(o) over the last axis of logits o and targets y."""
    shifted = o - o.max(axis=-1, keepdims=True)
    return y.sum(axis=-1) * np.log(np.exp(shifted).sum(axis=-1)) - (y * shifted).sum(axis=-1)


def diagonal_matrix(v: np.ndarray) -> np.ndarray:
    """The diagonal matrix of the last axis: (..., n) to (..., n, n)."""
    return np.where(np.eye(v.shape[-1], dtype=bool), v[..., None], 0)


def joined(rank: int, *parts: np.ndarray) -> np.ndarray:
    """Vectors (rank 1) one after the other, or matrices (rank 2) one above the other; leading axes broadcast."""
    lead = np.broadcast_shapes(*(p.shape[: p.ndim - rank] for p in parts))
    return np.concatenate([np.broadcast_to(p, lead + p.shape[p.ndim - rank :]) for p in parts], axis=-rank)


def kron(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The Kronecker product of matrices in the last two axes."""
    entries = a[..., :, None, :, None] * b[..., None, :, None, :]
    return entries.reshape(*entries.shape[:-4], a.shape[-2] * b.shape[-2], a.shape[-1] * b.shape[-1])


def blocks(rows: int, *parts: np.ndarray) -> np.ndarray:
    """Matrices put together in some rows, row by row; leading axes broadcast."""
    lead = np.broadcast_shapes(*(p.shape[:-2] for p in parts))
    whole, width = [np.broadcast_to(p, lead + p.shape[-2:]) for p in parts], len(parts) // rows
    lines = [np.concatenate(whole[i : i + width], axis=-1) for i in range(0, len(whole), width)]
    return np.concatenate(lines, axis=-2)


def running_products(factors: np.ndarray, rank: int) -> np.ndarray:
    """Row r: the product of the first r factors along the first axis, later ones on the left; row 0: the unit."""
    unit = np.eye(factors.shape[-1], dtype=factors.dtype) if rank else np.ones((), factors.dtype)
    products = [np.broadcast_to(unit, factors.shape[1:])]
    for factor in factors:
        products.append(factor @ products[-1] if rank else factor * products[-1])
    return np.stack(products)


def running_products_back(factors: np.ndarray, rank: int) -> np.ndarray:
    """Row r: the product of the factors from r on along the first axis, later ones on the left; last the unit."""
    unit = np.eye(factors.shape[-1], dtype=factors.dtype) if rank else np.ones((), factors.dtype)
    products = [np.broadcast_to(unit, factors.shape[1:])]
    for factor in reversed(list(factors)):
        products.append(products[-1] @ factor if rank else products[-1] * factor)
    return np.stack(products[::-1])


def powers(matrix: np.ndarray, first: int, last: int, axes: int) -> np.ndarray:
    """The powers first, ..., last of a matrix along a new first axis, with some axes of size 1 behind it."""
    every = running_products(np.broadcast_to(matrix, (max(last, 0), *matrix.shape)), 2)[first:]
    return every.reshape(len(every), *(1 for _ in range(axes)), *matrix.shape)


def reshaped(x: np.ndarray, rank: int, *shape: int) -> np.ndarray:
    """The last `rank` axes of x, row by row, in another shape."""
    return x.reshape(x.shape[: x.ndim - rank] + shape)


def times(first: int, last: int, batch: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """The numbers first, ..., last along the time axis, the same for every example of the batch."""
    numbers = np.arange(first, last + 1, dtype=dtype).reshape(-1, *(1 for _ in batch))
    return np.broadcast_to(numbers, (len(numbers), *batch))


def sum_products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix products of a (..., n, k) and b (..., k, m), summed over time and batch in one product: (n, m)."""
    a, b = a.reshape(-1, *a.shape[-2:]), b.reshape(-1, *b.shape[-2:])
    return np.tensordot(a, b, axes=([0, 2], [0, 1]))


def sum_leading(x: np.ndarray, rank: int) -> np.ndarray:
    """The sum over all axes but the last `rank` ones: over time and batch."""
    return x.reshape(-1, *x.shape[x.ndim - rank :]).sum(axis=0)


def like(gradient: np.ndarray, given: np.ndarray) -> np.ndarray:
    """The gradient summed over the batch axis if `given` was given once for the whole batch."""
    extra = gradient.ndim - np.ndim(given)
    return gradient.sum(axis=tuple(range(extra))) if extra else np.array(gradient)


FUNCTIONS: MappingProxyType[str, Callable[..., Any]] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            *(sigmoid, softmax, logsumexp, softmax_cross_entropy, diagonal_matrix, joined, reshaped),
            *(kron, blocks, running_products, running_products_back, powers, times, sum_products, sum_leading, like),
        )
    }
)


@cache
def text_of(name: str) -> str:
    """The source of one of these functions, as it stands above."""
    return inspect.getsource(FUNCTIONS[name]).rstrip() + "\n"


def relu(x: np.ndarray) -> np.ndarray:
    """max(0, x); for `sympy.lambdify` only: generated code says np.maximum."""
    return np.maximum(x, 0)


def step(x: np.ndarray) -> np.ndarray:
    """1 where x > 0, else 0; for `sympy.lambdify` only: generated code says np.heaviside."""
    return np.heaviside(x, 0)


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)) without overflow; for `sympy.lambdify` only: generated code says np.logaddexp."""
    return np.logaddexp(x, 0)


SCALAR: MappingProxyType[str, Callable[..., Any]] = MappingProxyType(
    {f.__name__: f for f in (sigmoid, relu, step, softplus, reduce)}
)
