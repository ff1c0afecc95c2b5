"""A bound on how far gradients can grow, with the conditions under which it holds.

The derivative of the state by itself at an earlier time is a product of Jacobians; the spectral norm of a product is
at most the product of the norms, and a diagonal of derivatives is at most the largest of them (Pascanu et al. 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, Add, Expr, Float, Integer, Max, Mul, Pow, Symbol
from sympy.sets.sets import Interval

from symrnn.analysis.ranges import UNIT, Ranges
from symrnn.analysis.sharing import state_of
from symrnn.calculus import closed_form
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Parameter, Recurrence, Sequence, reads
from symrnn.tensor import (
    Contract,
    Diag,
    Elementwise,
    Eye,
    TimeProduct,
    Transpose,
    dims,
    placeholder,
    shape_of,
    t,
)
from symrnn.tensor.products import MatrixPower
from symrnn.typeset import latex, text


@dataclass(frozen=True)
class Condition:
    """What a bound uses: every entry of an expression lies in an interval."""

    expr: Any
    interval: Any

    def __str__(self) -> str:
        return f"{text(self.interval.inf)} ≤ {text(self.expr)} ≤ {text(self.interval.sup)}"

    def latex(self) -> str:
        return rf"{latex(self.interval.inf)} \le {latex(self.expr)} \le {latex(self.interval.sup)}"


@dataclass(frozen=True)
class GradientBound:
    """‖∂h(t)/∂h(k)‖ ≤ rate^steps, in the spectral norm: C5.

    rate
        A bound on the norm of one step's Jacobian, in terms of the norms of its matrices.
    steps
        How many Jacobians are multiplied: t - k; k - t for a state that runs backward in time.
    letters
        By name, the symbol that stands for the largest singular value of each matrix, for the largest absolute entry
        of each vector, and for each scalar.
    conditions
        What is used: the range of each derivative.
    """

    state: Sequence
    rate: Expr
    steps: Expr
    letters: tuple[tuple[str, Symbol], ...]
    conditions: tuple[Condition, ...]

    @property
    def norms(self) -> dict[str, Symbol]:
        """The letters by the names of the parameters."""
        return dict(self.letters)

    @property
    def expr(self) -> Expr:
        """The bound as a formula."""
        return self.rate**self.steps

    def __str__(self) -> str:
        signs = {"sigma_": "σ_max({})", "max_": "max|{}|"}
        letters = [(s, name, str(s).removesuffix(name)) for name, s in self.norms.items()]
        largest = [f"{text(s)} = {signs[letter].format(name)}" for s, name, letter in letters if letter in signs]
        where = ", ".join([*largest, *map(str, self.conditions)])
        h, bars = text(self.state), "‖‖" if self.state.shape else "||"
        shown = f"{bars[0]}∂{h}(t)/∂{h}(k){bars[1]} ≤ {text(self.expr)}"
        return shown + (f"   where {where}" if where else "")

    def latex(self) -> str:
        """The bound as a book prints it, without its conditions.

        Examples
        --------
        >>> import symrnn as sr
        >>> print(sr.analysis.gradient_bound(sr.models.scalar()).latex())
        \\left\\lvert \\frac{\\partial s^{(t)}}{\\partial s^{(k)}} \\right\\rvert \\le \\lvert w \\rvert^{t - k}
        """
        k, bar = Symbol("k", integer=True), ("V" if self.state.shape else "v") + "ert"
        shown = latex(self.rate) if self.rate.is_Symbol or isinstance(self.rate, Abs) else rf"({latex(self.rate)})"
        for name, symbol in self.norms.items():
            if str(symbol) != name:
                bold = latex(Parameter(name, dims("rows")))
                sign = rf"\sigma_{{\max}}({bold})" if str(symbol).startswith("sigma") else rf"\max|{bold}|"
                shown = shown.replace(latex(symbol), sign)
        ratio = rf"\frac{{\partial {latex(self.state[t])}}}{{\partial {latex(self.state[k])}}}"
        return rf"\left\l{bar} {ratio} \right\r{bar} \le {shown}^{{{latex(self.steps)}}}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def value(self, params: Any, steps: int) -> float:
        """The bound as a number, for arrays by name.

        Raises
        ------
        Undefined
            When an array is missing.
        """
        import numpy as np

        numbers = {}
        for name, symbol in self.norms.items():
            if name not in params:
                raise Undefined(f"no value is given for {name}", repair=f"pass {{{name!r}: array}}")
            array = np.asarray(params[name], dtype=float)
            if array.ndim == 1:
                numbers[symbol] = float(np.max(np.abs(array)))
            else:
                numbers[symbol] = float(np.linalg.norm(array, 2)) if array.ndim else float(array)
        return float(self.rate.xreplace({s: Float(x) for s, x in numbers.items()})) ** steps


def one_step(model: Recurrence, h: Sequence) -> tuple[Any, Expr]:
    """The Jacobian of one step of a state, for a running time j or for every time, and how often it is multiplied.

    Raises
    ------
    Unsupported
        When the state is carried together with others, or with several lags: then no product of it alone is known.
    """
    if h not in model.states:
        raise Unsupported(f"{text(h)} is not carried from step to step: it has no earlier value to depend on")
    k = Symbol("k", integer=True)
    product = closed_form(model, h[t], by=h[k]).expr
    if isinstance(product, MatrixPower):
        return product.matrix, product.args[1]
    if isinstance(product, TimeProduct):
        return product.body, product.upper - product.lower + 1
    if not h.shape and product.is_number:
        return product, t - k
    if isinstance(product, Pow):
        return product.base, product.exp
    raise Unsupported(f"{text(h)} is carried together with other states; their Jacobian has no bound of its own")


def gradient_bound(model: Recurrence, state: Any = None) -> GradientBound:
    """A bound on the derivative of a state by itself at an earlier time: C5.

    Raises
    ------
    Unsupported
        For states whose one-step Jacobian has no bound that follows from its form, and where no product solves it.

    Examples
    --------
    >>> import symrnn as sr
    >>> print(sr.analysis.gradient_bound(sr.models.elman()))
    ‖∂h(t)/∂h(k)‖ ≤ σ_W^(t - k)   where σ_W = σ_max(W), 0 ≤ 1 - h(j)² ≤ 1
    """
    h = state_of(model, state)
    step, steps = one_step(model, h)
    bounds = _Bounds(model)
    rate = bounds.norm(step)
    return GradientBound(h, rate, steps, tuple(bounds.norms.items()), tuple(dict.fromkeys(bounds.conditions)))


class _Bounds:
    """Bounds on spectral norms, and what they rest on."""

    def __init__(self, model: Recurrence) -> None:
        self.model = model
        self.norms: dict[str, Symbol] = {}
        self.conditions: list[Condition] = []

    def norm(self, x: Any) -> Expr:
        """A bound on the norm of an expression; on the absolute value of a scalar."""
        if isinstance(x, Parameter):
            return self._symbol(x) if shape_of(x) else Abs(self._symbol(x))
        if isinstance(x, Eye):
            return Integer(1)
        if isinstance(x, Transpose):
            return self.norm(x.args[0])
        if isinstance(x, Contract):
            return self.norm(x.left) * self.norm(x.right)
        if isinstance(x, Diag):
            return self._diagonal(x.args[0])
        if isinstance(x, Elementwise) and shape_of(x) and len(shape_of(x)) == 2:
            return self._sum(x)
        if not shape_of(x):
            return self._scalar(x)
        raise Unsupported(f"no bound is known on the norm of {text(x)}")

    def _symbol(self, x: Parameter) -> Symbol:
        """A letter for a matrix's largest singular value, a vector's largest absolute entry, or a scalar itself."""
        letter = {0: "", 1: "max_", 2: "sigma_"}[len(shape_of(x))]
        made = Symbol(f"{letter}{x.name}", nonnegative=True) if letter else Symbol(str(x.name), real=True)
        return self.norms.setdefault(str(x.name), made)

    def _diagonal(self, x: Any) -> Expr:
        """The largest entry; entries of a parameter are a factor of their own."""
        if isinstance(x, Parameter):
            return self._symbol(x)
        factors = Mul.make_args(x.body) if isinstance(x, Elementwise) else ()
        places = {placeholder(i): op for i, op in enumerate(x.operands)} if factors else {}
        own = [f for f in factors if isinstance(places.get(f), Parameter) and shape_of(places[f])]
        if not own:
            return self._largest(x)
        rest = Mul(*(f for f in factors if f not in own))
        known = Mul(*(self._symbol(places[f]) for f in own))
        return known if rest == 1 else known * self._largest(Elementwise(rest, *x.operands))

    def _sum(self, x: Elementwise) -> Expr:
        """A sum of matrices, each with a scalar factor."""
        total: Expr = Integer(0)
        for term in Add.make_args(x.body):
            value: Expr = Integer(1)
            for factor in Mul.make_args(term):
                base, power = factor.as_base_exp()
                matrices = {placeholder(i): op for i, op in enumerate(x.operands) if shape_of(op)}
                if base in matrices and power.is_Integer and power > 0:  # entry by entry: at most the product of norms
                    value *= self.norm(matrices[base]) ** power
                elif factor.has(*matrices):
                    raise Unsupported(f"no bound is known on the norm of {text(x)}")
                else:
                    value *= self._scalar(
                        factor.xreplace({placeholder(i): op for i, op in enumerate(x.operands) if not shape_of(op)})
                    )
            total += value
        return total

    def _scalar(self, x: Any) -> Expr:
        if x.is_number:
            return Abs(x)
        moving = [any(hasattr(leaf, "sequence") for leaf in reads(term)) for term in Add.make_args(x)]
        if any(isinstance(leaf, Parameter) for leaf in reads(x)) and any(moving) and len(moving) > 1:
            fixed = Add(*(term for term, moves in zip(x.args, moving, strict=True) if not moves))
            return Add(
                self._scalar(fixed), *(self._scalar(e) for e, moves in zip(x.args, moving, strict=True) if moves)
            )
        factors = Mul.make_args(x)
        shared = [f for f in factors if all(isinstance(leaf, Parameter) for leaf in reads(f))]
        if any(shape_of(leaf) for f in shared for leaf in reads(f)):
            raise Unsupported(f"no bound is known on {text(x)}")
        rest = Mul(*(f for f in factors if f not in shared))
        known = [Abs(f.xreplace({leaf: self._symbol(leaf) for leaf in reads(f)})) for f in shared]
        return Mul(*known, *([] if rest == 1 else [self._largest(rest)]))

    def _largest(self, x: Any) -> Expr:
        """The largest absolute value that an entry can have, from the ranges of the functions in it."""
        ranges = Ranges(self.model, kept=True)
        found: Interval = ranges.of(x)
        if not (found.inf.is_finite and found.sup.is_finite):
            raise Unsupported(f"{text(x)} has no bound", law="a bound needs derivatives that are bounded")
        self.conditions += [Condition(start, UNIT) for start in ranges.starts()]
        self.conditions.append(Condition(x, found))
        return Max(Abs(found.inf), Abs(found.sup))
