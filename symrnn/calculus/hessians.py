"""The Hessian of a small model, written out entry by entry as an explicit SymPy matrix.

Each column is a Hessian-vector product along a unit direction, run in SymPy expressions instead of numbers, so
that the matrix is a formula in the entries of the parameters, inputs and boundary values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr, ImmutableMatrix, Symbol

from symrnn.calculus.running import run_lines
from symrnn.calculus.second import HessianProduct, hvp
from symrnn.errors import TooLarge, Undefined
from symrnn.graph import unroll
from symrnn.graph.lengths import Last, checked_last, rule_of
from symrnn.graph.run import Instance, all_leaves_of, dimension_symbols
from symrnn.model import Element, Recurrence, Sequence
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.explicit import Written
from symrnn.tensor.numbers import Array

LARGEST = 64  # rows of a Hessian that is written out


@dataclass(frozen=True)
class Hessian:
    """A Hessian as a formula.

    matrix
        The second derivatives, an explicit SymPy matrix.
    variables
        What its rows and columns go by: the entries of what was chosen, each row by row, one after the other.
    symbols
        The entries of everything that is given, by name, as arrays of SymPy symbols.
    """

    matrix: ImmutableMatrix
    variables: tuple[Symbol, ...]
    symbols: Mapping[str, Any]

    def __getitem__(self, place: Any) -> Expr:
        return self.matrix[place]

    def _repr_latex_(self) -> str:
        return str(self.matrix._repr_latex_())


def hessian(
    model: Recurrence, tau: Any, dims: Mapping[Symbol, int] | None = None, *, wrt: Iterable[Any] | None = None
) -> Hessian:
    """The Hessian of the loss of a small model, written out.

    Parameters
    ----------
    model
        A `Recurrence` with a loss.
    tau
        The last time, a number.
    dims
        A size for each dimension of the model.
    wrt
        What it goes by, as for `hvp`.

    Raises
    ------
    Undefined, TooLarge
        When a size is missing; for more than 64 rows.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn import Equation, Parameter, Recurrence, Sequence, t, tau
    >>> s, w = Sequence("s"), Parameter("w")
    >>> model = Recurrence(Equation(s[t], w * s[t - 1]), loss=s[tau] ** 2 / 2)
    >>> sr.hessian(model, tau=3, wrt=[w]).matrix
    Matrix([[15*s_0**2*w**4]])
    """
    d = hvp(model, wrt=wrt)
    last = checked_last(model, tau)
    sizes = dict(dims or {})
    missing = [n for n in dimension_symbols(model) if n not in sizes]
    if missing:
        raise Undefined(f"the size of {missing[0]} is not given", repair=f"dims={{{missing[0]}: 2, ...}}")
    given = _symbols(d, last, sizes)
    leaves = _leaves(d, last)
    count = sum(int(np.prod(np.shape(given[x]), dtype=int)) for x in leaves)
    if count > LARGEST:
        raise TooLarge(f"a Hessian of {count} rows", repair="smaller dims, or fewer leaves: wrt=[...];  or sr.hvp")
    columns = [_column(d, last, sizes, given, leaves, j, count) for j in range(count)]
    rows = [[columns[j][i] for j in range(count)] for i in range(count)]
    variables = tuple(s for x in leaves for s in np.ravel(given[x]))
    return Hessian(ImmutableMatrix(rows), variables, {str(x).replace(" ", ""): v for x, v in given.items()})


def _leaves(d: HessianProduct, last: Last) -> list[Any]:
    """What the Hessian goes by, each element of an input by itself."""
    rule = rule_of(d.model, last)
    found: list[Any] = []
    for x in d.pushed.chosen:
        if isinstance(x, Sequence):
            found += [x[s] for s in d.model.given_range(x).at(rule).times()]
        else:
            found.append(x.xreplace(rule) if isinstance(x, Element) else x)
    return found


def _symbols(d: HessianProduct, last: Last, sizes: Mapping[Symbol, int]) -> dict[Any, Array]:
    """A symbol for each entry of everything that is given: s_0, W_1_2, x_3_1."""
    shaper = Evaluator(Written(), {}, sizes)
    found: dict[Any, Array] = {}
    for leaf in all_leaves_of(d.model, unroll(d.model, last), last):
        shape = shaper.shape(leaf)
        stem = f"{leaf.name}_{leaf.time}" if isinstance(leaf, Element) else leaf.name
        names = [Symbol("_".join([stem, *(str(i + 1) for i in place)]), real=True) for place in np.ndindex(shape)]
        found[leaf] = np.array(names, dtype=object).reshape(shape)
    return found


def _column(
    d: HessianProduct,
    last: Last,
    sizes: Mapping[Symbol, int],
    given: Mapping[Any, Array],
    leaves: list[Any],
    j: int,
    count: int,
) -> list[Expr]:
    """One column: the product along the unit direction j, in SymPy expressions."""
    system, unit, values = Written(), np.eye(count, dtype=int)[j], dict(given)
    for x in leaves:
        size = int(np.prod(np.shape(given[x]), dtype=int))
        values[d.pushed.of(x)], unit = system.array(unit[:size].reshape(np.shape(given[x])).astype(object)), unit[size:]
    graph = unroll(d.pushed.model, last)
    instance = Instance(d.pushed.model, graph, last, system, dict(sizes), values)
    found = run_lines(d.inner.at(last), last, instance.base)
    zero = {nabla(x): np.zeros(np.shape(given[x]), dtype=int).astype(object) for x in leaves}
    return [entry for x in leaves for entry in np.ravel((zero | found)[nabla(x)])]
