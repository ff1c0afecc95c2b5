"""Mistakes in f', the derivative of an activation: forgotten, at the wrong argument, of the wrong form.

Each puts something else in the place of f' in the law of one function call, the chain rule around it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sympy import Dummy, Expr, Function, Integer
from sympy.core.function import AppliedUndef

from symrnn.calculus.backward import BackwardPass, LawChange, Pulled, Site
from symrnn.calculus.bodies_of import body_of, has_body, times
from symrnn.calculus.catalogue import Mistake, Variant, law_variants, where
from symrnn.tensor.activations import sigmoid
from symrnn.tensor.bodies import body_derivative
from symrnn.tensor.elementwise import by_structure, placeholder

Slope = Callable[[Expr, Expr], Expr]  # of the call f(u) and its argument u, what is taken for f'(u)


def _true(call: Expr, argument: Expr) -> Expr:
    u = Dummy(real=True)
    return body_derivative(call.func(u), u).xreplace({u: argument})


def _squashing(call: Expr) -> bool:
    return call.func.__name__ in {"tanh", "sigmoid"}


# name, explanation, advice, the functions it can be made for, what is taken for the derivative
SLOPES: tuple[tuple[str, str, str, Callable[[Expr], bool], Slope], ...] = (
    (
        "derivative forgotten",
        "The gradient passes through the activation unchanged: its derivative f' is missing.",
        "Multiply entry by entry with f', for tanh with 1 - h².",
        lambda call: True,
        lambda call, u: Integer(1),
    ),
    (
        "value for derivative",
        "The value f stands where the derivative f' belongs.",
        "The derivative of σ is σ (1 - σ), that of tanh 1 - tanh².",
        lambda call: True,
        lambda call, u: call,
    ),
    (
        "derivative at the output",
        "The derivative is taken at the output of the activation instead of at its argument.",
        "Take f' at the pre-activation, or write it through the output: 1 - h², not 1 - tanh(h)².",
        lambda call: True,
        lambda call, u: _true(call, call),
    ),
    (
        "half of the derivative",
        "One factor of the derivative is missing: 1 - f stands for f (1 - f), or 1 - f for 1 - f².",
        "The derivative of σ is σ (1 - σ), that of tanh 1 - tanh².",
        _squashing,
        lambda call, u: 1 - call,
    ),
    (
        "derivative of another activation",
        "The derivative of σ stands at a tanh, or that of tanh at a σ.",
        "The derivative of σ is σ (1 - σ), that of tanh 1 - tanh².",
        _squashing,
        lambda call, u: 1 - call**2 if call.func is sigmoid else call * (1 - call),
    ),
    (
        "sign in the derivative",
        "The derivative has a wrong sign inside: 1 + f² for 1 - f².",
        "The derivative of σ is σ (1 - σ), that of tanh 1 - tanh².",
        _squashing,
        lambda call, u: call * (1 + call) if call.func is sigmoid else 1 + call**2,
    ),
    (
        "derivative applied twice",
        "The gradient is multiplied by f' twice.",
        "Multiply by f' once, where the activation stands.",
        lambda call: True,
        lambda call, u: _true(call, u) ** 2,
    ),
)


def slopes(backward: BackwardPass) -> Iterable[Variant]:
    """Something else in the place of f'."""
    calls = [(s, call) for s in backward.sites for call in _calls(s.node)]
    for name, explanation, advice, fits, slope in SLOPES:
        changes = [
            (_call_name(s, call), LawChange(s.source, s.node, _bent(call, slope)))
            for s, call in calls
            if fits(call) and slope(call, call.args[0]) != _true(call, call.args[0])
        ]
        yield from law_variants(backward, Mistake(name, explanation, advice), changes, moments=True)


def _call_name(site: Site, call: Expr) -> str:
    return f"{call.func.__name__} in {where(site)}"


def _calls(node: Any) -> list[Expr]:
    """The known functions of one argument that a body applies."""
    if not has_body(node):
        return []
    found = [f for f in body_of(node)[0].atoms(Function) if len(f.args) == 1 and not isinstance(f, AppliedUndef)]
    return sorted((f for f in found if f.args[0].free_symbols and _true(f, f.args[0]) != 0), key=by_structure)


def _bent(call: Expr, slope: Slope) -> Callable[..., Pulled]:
    """The chain rule with another derivative for one function call."""
    value, rate_of_call = Dummy(real=True), Dummy(real=True)
    argument = call.args[0]

    def change(node: Any, ct: Any, out: Any, pulled: Pulled) -> Pulled:
        body, operands = body_of(node)
        linearised = body.xreplace({call: value + rate_of_call * argument})
        named = placeholder(len(operands)) if call == body and out is not None else call
        found = []
        for i, x in enumerate(operands):
            rate = body_derivative(linearised, placeholder(i)).xreplace({value: call - rate_of_call * argument})
            rate = rate.xreplace({rate_of_call: slope(call, argument)}).xreplace({call: named})
            found.append((x, times(rate, node, out, ct, operands, x)))
        return found

    return change
