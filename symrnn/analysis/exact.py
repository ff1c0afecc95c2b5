"""What a linear state forgets, exactly: directions of the past that leave no trace, in symbols or whole numbers.

A linear state is the same function of every past, so what leaves no trace of one past leaves none of any.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np
from sympy import Basic, Integer, Matrix, Rational, Symbol, cancel

from symrnn.analysis.carrier import runs_backward
from symrnn.analysis.sharing import state_of
from symrnn.analysis.summary import state_derivative
from symrnn.errors import ShapeError, TooLarge, Undefined, Unsupported
from symrnn.model import Recurrence, reads
from symrnn.tensor import t, to_sympy
from symrnn.typeset import text

MOST = 60  # steps: exact arithmetic with letters grows fast


def exact_kernel(
    model: Recurrence,
    tau: int,
    *,
    dims: Mapping[Symbol, int] | None = None,
    values: Mapping[str, Any] | None = None,
    state: Any = None,
) -> list[Any]:
    """Directions in which the past of a linear state can change and leave the state exactly as it is.

    Parameters
    ----------
    model, tau
        A linear recurrence with one input, and the number of steps of its past.
    dims
        Sizes of its dimension symbols, as for `to_sympy`.
    values
        Whole numbers, fractions or floats (taken as the fractions they are) for parameters, by name. Parameters
        without values stay letters: the directions hold wherever no denominator is zero.
    state
        Which state; the first when left out.

    Returns
    -------
    list of Matrix
        (tau, m) each, a basis: row k - 1 is the change of x(k). Added to any past, they leave the state the same.

    Raises
    ------
    Unsupported
        When the state is not linear in its inputs.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn import t
    >>> s, x, w, u = sr.Sequence("s"), sr.Sequence("x"), sr.Parameter("w"), sr.Parameter("u")
    >>> line = sr.Recurrence(sr.Equation(s[t], w * s[t - 1] + u * x[t]))
    >>> for change in sr.analysis.exact_kernel(line, 3):
    ...     print(change.T)
    Matrix([[-1/w, 1, 0]])
    Matrix([[-1/w**2, 0, 1]])
    """
    h = state_of(model, state)
    if isinstance(tau, bool) or not isinstance(tau, int) or tau < 1:
        raise Undefined(f"tau={tau!r}", repair="a whole number from 1 on")
    if tau > MOST:
        raise TooLarge(f"tau={tau}", law=f"exact kernels are made for at most {MOST} steps", repair="summary(...)")
    rate, k = state_derivative(model, h)
    leaves = reads(rate)
    if any(hasattr(leaf, "sequence") for leaf in leaves):
        raise Unsupported(
            f"{text(h)} is not linear: what it forgets depends on the past",
            repair="summary gives the kernel for arrays, collision follows it",
        )
    given = {p: _exact(p, values) for p in leaves if str(p.name) in (values or {})}
    sizes = {d: size for p, array in given.items() for d, size in zip(p.shape, array.shape, strict=True)}
    sizes = {d: size for d, size in sizes.items() if isinstance(d, Symbol)} | dict(dims or {})
    at = {t: Integer(1 if runs_backward(model, h) else tau)}
    blocks = [to_sympy(rate.xreplace({**at, k: Integer(i)}), dims=sizes) for i in range(1, tau + 1)]
    n = int(np.prod([int(sizes.get(d, d)) for d in h.shape], dtype=int))
    joint = Matrix.hstack(*(_block(b, n) for b in blocks)).xreplace(_entries(given))
    return [v.reshape(tau, len(v) // tau) for v in joint.nullspace(simplify=cancel)]


def _block(x: Any, n: int) -> Any:
    """(n, m): the derivative by one input."""
    return x.reshape(n, len(x) // n) if hasattr(x, "reshape") else Matrix([[x]])


def _exact(p: Any, values: Mapping[str, Any] | None) -> Any:
    """The value of a parameter as an array of fractions."""
    array = np.asarray((values or {})[str(p.name)], dtype=object)
    if array.ndim != len(p.shape):
        raise ShapeError(f"{p} has shape {array.shape}; expected {len(p.shape)} axes")
    for x in array.ravel():
        if not isinstance(x, Real | Rational) or not math.isfinite(x):
            raise Undefined(f"{p} holds {x!r}", repair="whole numbers, fractions or floats")
    return array


def _entries(given: Mapping[Any, Any]) -> dict[Basic, Rational]:
    """The letters of the explicit matrices with their numbers."""
    found = {}
    for p, array in given.items():
        for place in np.ndindex(array.shape):
            letter = f"{p.name}[{','.join(str(i + 1) for i in place)}]" if place else str(p.name)
            x = array[place]
            found[Symbol(letter, real=True)] = x if isinstance(x, Basic) else Rational(Fraction(x))
    return found
