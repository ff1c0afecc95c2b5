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
from symrnn.calculus.mistake_table import SHARED
from symrnn.tensor.activations import sigmoid
from symrnn.tensor.bodies import body_derivative
from symrnn.tensor.elementwise import by_structure, placeholder

Slope = Callable[[Expr, Expr], Expr]  # of the call f(u) and its argument u, what is taken for f'(u)


def _true(call: Expr, argument: Expr) -> Expr:
    u = Dummy(real=True)
    return body_derivative(call.func(u), u).xreplace({u: argument})


def _squashing(call: Expr) -> bool:
    return call.func.__name__ in {"tanh", "sigmoid"}


# the mistake, the functions it can be made for, what is taken for the derivative
SLOPES: tuple[tuple[Mistake, Callable[[Expr], bool], Slope], ...] = (
    (
        SHARED["derivative forgotten"],
        lambda call: True,
        lambda call, u: Integer(1),
    ),
    (
        Mistake(
            "value for derivative",
            "The value f stands where the derivative f' belongs.",
            "The derivative of σ is σ (1 - σ), that of tanh 1 - tanh².",
        ),
        lambda call: True,
        lambda call, u: call,
    ),
    (
        SHARED["derivative at the output"],
        lambda call: True,
        lambda call, u: _true(call, call),
    ),
    (
        Mistake(
            "derivative through the argument",
            "The argument a stands where the output belongs: 1 - a² for 1 - tanh²(a).",
            "Write f' through the output: 1 - h² with h = tanh(a), s (1 - s) with s = σ(a).",
        ),
        _squashing,
        lambda call, u: u * (1 - u) if call.func is sigmoid else 1 - u**2,
    ),
    (
        Mistake(
            "half of the derivative",
            "One factor of the derivative is missing: 1 - f stands for f (1 - f), or 1 - f for 1 - f².",
            "The derivative of σ is σ (1 - σ), that of tanh 1 - tanh².",
        ),
        _squashing,
        lambda call, u: 1 - call,
    ),
    (
        Mistake(
            "derivative of another activation",
            "The derivative of σ stands at a tanh, or that of tanh at a σ.",
            "The derivative of σ is σ (1 - σ), that of tanh 1 - tanh².",
        ),
        _squashing,
        lambda call, u: 1 - call**2 if call.func is sigmoid else call * (1 - call),
    ),
    (
        Mistake(
            "sign in the derivative",
            "The derivative has a wrong sign inside: 1 + f² for 1 - f².",
            "The derivative of σ is σ (1 - σ), that of tanh 1 - tanh².",
        ),
        _squashing,
        lambda call, u: call * (1 + call) if call.func is sigmoid else 1 + call**2,
    ),
    (
        Mistake(
            "derivative applied twice",
            "The gradient is multiplied by f' twice.",
            "Multiply by f' once, where the activation stands.",
        ),
        lambda call: True,
        lambda call, u: _true(call, u) ** 2,
    ),
)

UNAPPLIED = Mistake(
    "activation forgotten",
    "The argument of an activation stands where its value belongs: c for tanh(c).",
    "The derivative of o tanh(c) by o is tanh(c): keep the value of the forward pass.",
)


def slopes(backward: BackwardPass) -> Iterable[Variant]:
    """Something else in the place of f'."""
    calls = [(s, call) for s in backward.sites for call in _calls(s.node)]
    for mistake, fits, slope in SLOPES:
        changes = [
            (_call_name(s, call), LawChange(s.source, s.node, _bent(call, slope)))
            for s, call in calls
            if fits(call) and slope(call, call.args[0]) != _true(call, call.args[0])
        ]
        yield from law_variants(backward, mistake, changes, moments=True)
    yield from law_variants(
        backward, UNAPPLIED, [(_call_name(s, c), _plain(s, c)) for s, c in calls if _is_factor(s, c)]
    )


def _call_name(site: Site, call: Expr) -> str:
    return f"{call.func.__name__} in {where(site)}"


def _calls(node: Any) -> list[Expr]:
    """The known functions of one argument that a body applies."""
    if not has_body(node):
        return []
    found = [f for f in body_of(node)[0].atoms(Function) if len(f.args) == 1 and not isinstance(f, AppliedUndef)]
    return sorted((f for f in found if f.args[0].free_symbols and _true(f, f.args[0]) != 0), key=by_structure)


def _is_factor(site: Site, call: Expr) -> bool:
    """Whether the derivative by another operand holds the call itself."""
    body, operands = body_of(site.node)
    others = [i for i in range(len(operands)) if placeholder(i) not in call.free_symbols]
    return any(body_derivative(body, placeholder(i)).has(call) for i in others)


def _plain(site: Site, call: Expr) -> LawChange:
    """The argument in the place of the call, in the derivatives by what the call does not read."""

    def change(node: Any, ct: Any, out: Any, pulled: Pulled) -> Pulled:
        body, operands = body_of(node)
        found = dict(pulled)
        for i, x in enumerate(operands):
            rate = body_derivative(body, placeholder(i))
            if x in found and placeholder(i) not in call.free_symbols and rate.has(call):
                found[x] = times(rate.xreplace({call: call.args[0]}), node, out, ct, operands, x)
        return list(found.items())

    return LawChange(site.source, site.node, change)


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
