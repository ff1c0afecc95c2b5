"""One f for every step against a function of its own for every length: the two advantages of unfolding, counted.

A recurrence has the same input size and the same parameters whatever the length; a separate g^(t) for each length has
neither, and a time-delay network has both but sees a few steps only (Goodfellow et al. 2016, 10.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Mul, summation

from symrnn.analysis.counting import behind, multiplications, parameters
from symrnn.analysis.operations import operations
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Recurrence, Sequence, reads
from symrnn.tensor import t, tau
from symrnn.tensor.shape import as_dim
from symrnn.tensor.time import offset_from
from symrnn.typeset import mathml, text

COLUMNS = ("", "input size", "parameters", "for all lengths to τ", "multiplications", "operations")


@dataclass(frozen=True)
class Way:
    """One way to make a state of n numbers from the past, counted for length t.

    inputs
        How many numbers it reads at once.
    parameters, for_all_lengths
        What has to be learned for one length t, and for every length from 1 to tau.
    multiplications, operations
        What it costs to go through a sequence of length t: products by parameters, and everything, counting
        additions and values of functions as well.
    """

    name: str
    inputs: Expr
    parameters: Expr
    for_all_lengths: Expr
    multiplications: Expr
    operations: Expr

    @property
    def counts(self) -> tuple[Expr, Expr, Expr, Expr, Expr]:
        """The numbers in the order of the columns."""
        return self.inputs, self.parameters, self.for_all_lengths, self.multiplications, self.operations


@dataclass(frozen=True)
class Comparison:
    """The ways beside each other; `rows` as data, printed as a table."""

    state: Sequence
    taps: Expr
    rows: tuple[Way, ...]

    def __str__(self) -> str:
        cells = [COLUMNS, *((w.name, *map(text, w.counts)) for w in self.rows)]
        sizes = [max(len(row[i]) for row in cells) for i in range(len(COLUMNS))]
        return "\n".join("  ".join(c.ljust(s) for c, s in zip(row, sizes, strict=True)).rstrip() for row in cells)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{c}</th>" for c in COLUMNS)
        rows = [
            f"<tr><th>{w.name}</th>" + "".join(f"<td>{mathml(x)}</td>" for x in w.counts) + "</tr>" for w in self.rows
        ]
        return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def compare(model: Recurrence, state: Any = None, taps: object = 3) -> Comparison:
    """One shared f, a separate g^(t) for each length, and a time-delay network with `taps` taps, counted.

    The separate function and the time-delay network are one layer each, a bias and a function such as tanh included,
    from everything they read to a state of the same size: the smallest that could take f's place.

    Parameters
    ----------
    model
        A recurrence with a state that inputs drive.
    state
        Which state; the first when left out.
    taps
        How many inputs the time-delay network reads, a number or a positive integer symbol.

    Raises
    ------
    Unsupported
        When no input reaches the state.

    Examples
    --------
    >>> import symrnn as sr
    >>> print(sr.analysis.compare(sr.models.elman()))
                         input size  parameters    for all lengths to τ      multiplications  operations
    one shared f         m + n       m n + n² + n  m n + n² + n              t (m n + n²)     t (2 m n + 2 n² + n)
    a g for each length  m t         m n t + n     m n τ²/2 + m n τ/2 + n τ  m n t            2 m n t + n
    time delay, 3 taps   3 m         3 m n + n     3 m n + n                 3 m n t          t (6 m n + n)
    """
    chosen = state_of(model, state)
    read = dict.fromkeys(
        (x.sequence, offset_from(x.time, e.over[0]))
        for e in behind(model, chosen)
        for x in reads(e.rhs)
        if e.over and hasattr(x, "sequence")
    )
    arriving = [v for v, _ in read if v not in model.defined]
    if not arriving:
        raise Unsupported(f"no input reaches {text(chosen)}", repair="compare needs a recurrence that inputs drive")
    n = Mul(*chosen.shape)
    m = Add(*(Mul(*v.shape) for v in dict.fromkeys(arriving)))
    k = as_dim(taps)
    at_once = Add(*(Mul(*v.shape) for v, offset in read if v not in model.defined or offset != 0))
    shared, step = parameters(model, chosen), operations(model, chosen).total
    separate = n * m * t + n
    all_lengths = summation(separate, (t, 1, tau)).expand()
    rows = (
        Way("one shared f", at_once, shared, shared, t * multiplications(model, chosen), t * step),
        Way("a g for each length", m * t, separate, all_lengths, n * m * t, 2 * n * m * t + n),
        Way(f"time delay, {k} taps", k * m, k * n * m + n, k * n * m + n, k * n * m * t, t * (2 * k * n * m + n)),
    )
    return Comparison(chosen, k, rows)


def state_of(model: Recurrence, state: Any) -> Sequence:
    """The state that is asked for, by itself, its element or its name; the first when none is."""
    if not isinstance(model, Recurrence):
        raise Undefined(
            f"{type(model).__name__} is not a model", repair='a Recurrence, for instance models.get("elman")'
        )
    if state is None:
        if not model.states:
            raise Undefined(
                f"{model.title.name} has no state: nothing is carried from step to step",
                repair="state= names one of its sequences: " + ", ".join(map(str, model.defined)),
            )
        return model.states[0]
    found = state.sequence if hasattr(state, "sequence") else state
    for v in model.defined:
        if found == v or (isinstance(found, str) and found == v.name):
            return v
    raise Undefined(f"{found} is not computed by {model.title.name}", repair=", ".join(map(str, model.defined)))
