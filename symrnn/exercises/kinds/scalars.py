"""Scalar recurrences: numbers, and derivatives forward and backward in time (kinds 9, 39, 41)."""

from __future__ import annotations

import math

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.chains import chain
from symrnn.exercises.kinds.table import Made, kind, part, tex
from symrnn.exercises.marking import NUMBER


@kind(9, "forward.numbers", "A forward pass by hand", "lecture exercises on recurrent networks")
def numbers(d: Draw) -> Made:
    n = d.scalars("sw")
    name, word = d.choose((("tanh", r"\tanh"), ("sigmoid", r"\sigma")))
    steps = d.level + 1
    while True:
        w, u, b, start = d.tenths(-9, 9), d.tenths(-9, 9), d.tenths(-5, 5), d.tenths(-9, 9)
        xs = [d.tenths(-9, 9) for _ in range(steps)]
        right = _run(name, w, u, b, start, xs)
        inner = [w * before + u * x + b for before, x in zip([start, *right], xs, strict=False)]
        wrong = {
            "parameter forgotten": _run(name, w, u, 0.0, start, xs),
            "sign of a term": _run(name, w, -u, b, start, xs),
            "initial state ignored": _run(name, w, u, b, 0.0, xs),
        }
        rows = [
            (right[i], _told_apart(right[i], {**{k: v[i] for k, v in wrong.items()}, "activation forgotten": inner[i]}))
            for i in range(steps)
        ]
        if all(len(others) > 1 for _, others in rows):
            break
    inputs = ", ".join(f"$@x_{i} = {x}$" for i, x in enumerate(xs, 1))
    statement = (
        rf"$@s_t = {word}(@a_t)$ with $@a_t = @w @s_{{t-1}} + @u @x_t + @b$, all scalar; $@w = {w}$, $@u = {u}$, "
        f"$@b = {b}$, $@s_0 = {start}$, {inputs}."
    )
    parts = []
    for i, (value, others) in enumerate(rows, 1):
        before = start if i == 1 else round(right[i - 2], 4)
        products = (rf"{_signed(w)} \cdot {_signed(before)}", rf"{_signed(u)} \cdot {_signed(xs[i - 1])}", _signed(b))
        parts.append(
            part(
                n,
                f"Compute $@s_{i}$ to three decimal places.",
                f"{value:.6f}",
                f"{word}({' + '.join(products)})",
                f"{word}({inner[i - 1]:.4f})",
                kind=NUMBER,
                witness=f"@s_{i}",
                law="First the argument, from the value of the step before; then the activation.",
                points=1.0,
                follows=rf"{word}({_signed(w)} \cdot @{i - 1} + {products[1]} + {products[2]})" if i > 1 else "",
                known=tuple((k, f"{v:.6f}") for k, v in others.items()),
            )
        )
    return Made(tex(statement, n), tuple(parts), symbols={"sequences": {}})


def _signed(x: float) -> str:
    """A number as a factor or a term: in brackets where it is negative."""
    return f"({x})" if x < 0 else f"{x}"


def _run(name: str, w: float, u: float, b: float, s: float, xs: list[float]) -> list[float]:
    found = []
    for x in xs:
        a = w * s + u * x + b
        s = math.tanh(a) if name == "tanh" else 1 / (1 + math.exp(-a))
        found.append(s)
    return found


def _told_apart(right: float, wrong: dict[str, float]) -> dict[str, float]:
    """The wrong values that differ by more than a rounded answer may be off, from the right one and each other."""
    kept: dict[str, float] = {}
    if abs(right) > 0.02:
        for name, value in wrong.items():
            if all(abs(value - other) > 0.004 for other in (right, -right, *kept.values())):
                kept[name] = value
    return kept


@kind(39, "rtrl.recursion", "Sensitivities forward in time", "Williams and Zipser 1989")
def rtrl(d: Draw) -> Made:
    by = d.choose(("@w", "@u"))
    c = chain(d)
    asked = part(
        c.names,
        rf"Give the recursion of the sensitivity: ${c.rate(by, 't')}$ in terms of ${c.rate(by, 't-1')}$.",
        c.step(by, "t"),
        rf"{c.slope('t')} \frac{{d @a_t}}{{d {by}}}",
        law="Through the parameter directly, and through the state before.",
        witness=c.rate(by, "t"),
    )
    first = part(c.names, rf"What is ${c.rate(by, 1)}$?", c.path(by, 1, 1), c.step(by, 1),
                 law="The given state does not depend on the parameter.", witness=c.rate(by, 1),
                 follows="@1[1]")  # fmt: skip
    second = part(c.names, rf"And ${c.rate(by, 2)}$, written out?", c.step(by, 2, f"{c.path(by, 1, 1)}"), c.step(by, 2),
                  law="Insert the first into the recursion.", form="no derivative", witness=c.rate(by, 2),
                  follows="@1[2]")  # fmt: skip
    return Made(c.shown, (asked, first, second)[: d.level], c.text)


@kind(41, "rtrl.same", "Forward and backward give the same", "Williams and Zipser 1995")
def same(d: Draw) -> Made:
    by = d.choose(("@w", "@u"))
    last = d.choose({1: (2,), 2: (3,), 3: (3, 4)}[d.level])
    c = chain(d)
    steps = [c.path(by, 1, 1)]
    for t in range(2, last + 1):
        steps.append(c.step(by, t, f"({steps[-1]})" if t > 2 else steps[-1]))
    forward = part(
        c.names,
        rf"Give $d@s_{last}/d{by}$ by the forward recursion, written out.",
        steps[-1],
        c.step(by, last),
        *([c.step(by, last, f"({c.step(by, last - 1)})")] if last > 2 else []),
        form="no derivative",
        law="Carry the sensitivity from step to step.",
        witness=c.rate(by, last),
    )
    uses = [c.path(by, last, k) for k in range(last, 0, -1)]
    back = part(
        c.names,
        "Give the same from the last step back, as a sum over the uses.",
        " + ".join(uses),
        rf"{c.slope(last)} \frac{{d @a_{last}}}{{d {by}}}",
        f"{uses[0]} + {c.slope(last)} @w {c.rate(by, last - 1)}",
        form="no derivative",
        law="Carry the adjoint from step to step; every use adds a term.",
        witness=c.rate(by, last),
    )
    return Made(c.shown, (forward, back), c.text)
