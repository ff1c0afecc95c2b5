"""Derivatives of scalar bodies, by SymPy where SymPy is right, and written as a textbook writes them.

An undefined function is differentiated into `Prime`, a step is 0 at its kink, and the derivative of a known
function is written through its value: 1 - y² for tanh.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sympy import Add, DiracDelta, Dummy, Expr, Heaviside, Mul, Pow, S, Symbol
from sympy.core.function import AppliedUndef

from symrnn.tensor.activations import step
from symrnn.tensor.elementwise import by_structure, placeholder
from symrnn.tensor.node import Slot
from symrnn.tensor.prime import Prime
from symrnn.tensor.rebuilding import replaced

ARGUMENT = Symbol("_argument", real=True)  # reserved: no name of ours begins with an underscore
VALUE = Symbol("_value", real=True)


def body_derivative(body: Expr, variable: Symbol) -> Expr:
    """d body / d variable, with unknown functions differentiated into `Prime`, never into SymPy's `Subs`.

    The law: the chain rule through each application f(a1, ..., ak) of an undefined function.
    """
    unknown = body.atoms(AppliedUndef, Prime)
    if not unknown:
        return _at_kinks(_rate(body, variable))
    calls = sorted((c for c in unknown if isinstance(c, AppliedUndef)), key=by_structure)
    primes = sorted((c for c in unknown if isinstance(c, Prime)), key=by_structure)
    opaque = {c: Dummy(real=True) for c in [*calls, *primes]}
    hidden = body.xreplace(opaque)
    back = {dummy: call for call, dummy in opaque.items()}
    terms = [hidden.diff(variable).xreplace(back)]
    for call, dummy in opaque.items():
        outer = hidden.diff(dummy).xreplace(back)
        if outer == 0:
            continue
        application = call.application if isinstance(call, Prime) else call
        for i, inner in enumerate(application.args):
            rate = body_derivative(inner, variable)
            if rate != 0:
                terms.append(outer * Prime.of(call, i) * rate)
    return _at_kinks(Add(*terms))


def _rate(body: Expr, variable: Any, times: Expr = S.One) -> Expr:
    """What `diff` finds, times a number; `diff` begins by asking each term and factor what it is differentiating."""
    if body.is_symbol or body.is_Number:
        return times if body == variable else S.Zero
    if body.is_Add:
        return _sum([rate for a in body.args if (rate := _rate(a, variable, times)) is not S.Zero])
    if body.is_Mul:
        number, factors = body.as_coeff_mul()
        rates = [(i, rate) for i, a in enumerate(factors) if (rate := _rate(a, variable, times * number)) is not S.Zero]
        return _sum([Mul(*factors[:i], rate, *factors[i + 1 :]) for i, rate in rates])
    if body.is_Pow and body.exp.is_Number:
        rate = _rate(body.base, variable, times * body.exp)
        return rate if rate is S.Zero else Mul(Pow(body.base, body.exp - 1), rate)
    return times * body._eval_derivative(variable)


def _sum(terms: list[Expr]) -> Expr:
    return terms[0] if len(terms) == 1 else Add(*terms)


def _at_kinks(rate: Expr) -> Expr:
    """Our convention at kinks: a step is 0 at 0, as its derivative is everywhere."""
    if not rate.atoms(DiracDelta, Heaviside):
        return rate
    rate = rate.replace(DiracDelta, lambda *_: S.Zero)
    return rate.replace(Heaviside, lambda x, *_: step(x))


def body_rates(body: Expr, variables: Sequence[Any], out: Any) -> list[Expr]:
    """The derivatives of a body by several placeholders or slots, written through its value if that has a name `out`.

    The law: the outermost function is differentiated once for all, and multiplies the derivatives of its argument.
    Slots count as different variables, also two such as h[t] and h[k] that may be one.
    """
    outer, inner = outermost(body, out)
    if _is_algebraic(inner):
        return [outer * _rate(inner, v) for v in variables]
    hide = {v: placeholder(i) for i, v in enumerate(variables) if isinstance(v, Slot)}
    back = {z: v for v, z in hide.items()}
    hidden = replaced(inner, hide)
    rates = [replaced(body_derivative(hidden, hide.get(v, v)), back) for v in variables]
    return [outer * r if out is None or inner is not body else through_output(r, body, out) for r in rates]


def _is_algebraic(body: Expr) -> bool:
    """Whether a body is made by sums, products and powers with numbers alone, so that it has no kinks either."""
    if body.is_symbol or body.is_Number:
        return True
    made = body.is_Add or body.is_Mul or (body.is_Pow and body.exp.is_Number)
    return made and all(map(_is_algebraic, body.args))


def outermost(body: Expr, out: Expr | None) -> tuple[Expr, Expr]:
    """The derivative of the outermost function of a body, and its argument; 1 and the body where it has none.

    It is written through the value of the body, if that has a name `out`.
    """
    if not body.is_Function or isinstance(body, AppliedUndef | Prime) or len(body.args) != 1:
        return S.One, body
    return replaced(_slope(body.func, out is not None), {ARGUMENT: body.args[0], VALUE: out}), body.args[0]


@lru_cache(maxsize=256)
def _slope(function: type[Expr], through_value: bool) -> Expr:
    """The derivative of a function at ARGUMENT, written through its VALUE if that is asked for."""
    call = function(ARGUMENT)
    rate = body_derivative(call, ARGUMENT)
    return through_output(rate, call, VALUE) if through_value else rate


def through_output(rate: Expr, body: Expr, out: Expr) -> Expr:
    """A derivative of a body that is one known function call, written through its value: 1 - y² for tanh."""
    if not body.is_Function or isinstance(body, AppliedUndef):
        return rate
    return rate.xreplace({body: out})
