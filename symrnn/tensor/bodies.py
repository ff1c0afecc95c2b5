"""Derivatives of scalar bodies, by SymPy where SymPy is right, and written as a textbook writes them.

An undefined function is differentiated into `Prime`, a step is 0 at its kink, and the derivative of a known
function is written through its value: 1 - y² for tanh.
"""

from __future__ import annotations

from sympy import Add, DiracDelta, Dummy, Expr, Heaviside, S, Symbol
from sympy.core.function import AppliedUndef

from symrnn.tensor.activations import step
from symrnn.tensor.elementwise import by_structure
from symrnn.tensor.prime import Prime


def body_derivative(body: Expr, variable: Symbol) -> Expr:
    """d body / d variable, with unknown functions differentiated into `Prime`, never into SymPy's `Subs`.

    The law: the chain rule through each application f(a1, ..., ak) of an undefined function.
    """
    calls = sorted(body.atoms(AppliedUndef), key=by_structure)
    primes = sorted(body.atoms(Prime), key=by_structure)
    opaque = {c: Dummy(real=True) for c in [*calls, *primes]}
    if not opaque:
        return _at_kinks(body.diff(variable))
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


def _at_kinks(rate: Expr) -> Expr:
    """Our convention at kinks: a step is 0 at 0, as its derivative is everywhere."""
    if rate.has(DiracDelta):
        rate = rate.replace(DiracDelta, lambda *_: S.Zero)
    return rate.replace(Heaviside, lambda x, *_: step(x)) if rate.has(Heaviside) else rate


def through_output(rate: Expr, body: Expr, out: Expr) -> Expr:
    """A derivative of a body that is one known function call, written through its value: 1 - y² for tanh."""
    if not body.is_Function or isinstance(body, AppliedUndef):
        return rate
    return rate.xreplace({body: out})
