"""Scalar recurrences: paths, sums of products, forward and backward, numbers (kinds 9, 14, 15, 39, 41, 42)."""

from __future__ import annotations

import math

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.chains import chain
from symrnn.exercises.kinds.table import Made, kind, part, tex
from symrnn.exercises.marking import CHOICE, NUMBER

D2L = "d2l.ai, backpropagation through time"
PATH_LAW = "Every use of the weight starts a path to the last state: multiply along it, and add the paths."


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
                f"Compute $@s_{i}$ to three digits.",
                f"{value:.6f}",
                f"{word}({' + '.join(products)})",
                f"{word}({inner[i - 1]:.4f})",
                kind=NUMBER,
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


@kind(14, "scalar.three_paths", "Three steps, three paths", "Werbos 1990; lectures")
def three_paths(d: Draw) -> Made:
    by = d.choose(("@w", "@u"))
    last = d.choose((3, 2, 4))
    c = chain(d)
    answer = " + ".join(c.path(by, last, k) for k in range(last, 0, -1))
    asked = part(c.names, rf"Write $d@s_{last}/d{by}$ out as a sum of {last} products, one for each path.", answer,
                 c.step(by, last), f"{c.path(by, last, last)} + {c.slope(last)} @w {c.rate(by, last - 1)}",
                 form="no derivative", law=PATH_LAW, witness=c.rate(by, last), points=4.0)  # fmt: skip
    return Made(c.shown, (asked,), c.text)


@kind(15, "scalar.general", "The general formula", D2L)
def general(d: Draw) -> Made:
    by, k = d.choose(("@w", "@u")), d.choose("kij")
    c = chain(d)
    inner = "j" if k != "j" else "i"
    between = rf"\left(\prod_{{{inner}={k}+1}}^{{t}} {c.slope(inner)} @w\right)"
    answer = rf"\sum_{{{k}=1}}^{{t}} {between} {c.slope(k)} {c.read(by, k)}"
    asked = part(
        c.names,
        rf"Give $d@s_t/d{by}$ as a sum over ${k} = 1, \dots, t$ of products.",
        answer,
        c.step(by, "t"),
        rf"{c.slope('t')} {c.read(by, 't')} + {c.slope('t')} @w {c.rate(by, 't-1')}",
        form="no derivative",
        law="The use at one step reaches step t through all steps between.",
        witness=c.rate(by, "t"),
        points=4.0,
    )
    return Made(c.shown, (asked,), c.text)


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
                 law="The given state does not depend on the parameter.", witness=c.rate(by, 1))  # fmt: skip
    second = part(c.names, rf"And ${c.rate(by, 2)}$, written out?", c.step(by, 2, f"{c.path(by, 1, 1)}"), c.step(by, 2),
                  law="Insert the first into the recursion.", form="no derivative", witness=c.rate(by, 2))  # fmt: skip
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


@kind(42, "ordered.derivatives", "Ordered derivatives on four nodes", "Werbos 1990")
def ordered(d: Draw) -> Made:
    while True:
        p, q, r, s = (d.between(2, 5) for _ in range(4))
        total = q + r * p
        if len({q, total, r * p, p + s * total, s * total, p + s * q}) == 6:
            break
    n = {"z": d.choose("zvy")}
    statement = rf"$@z_2 = {p} @z_1$, $@z_3 = {q} @z_1 + {r} @z_2$, $@z_4 = @z_2 + {s} @z_3$, computed in this order."
    direct = part(
        n,
        r"The immediate derivative $\partial^+ @z_3/\partial @z_1$, a number:",
        str(q),
        kind=NUMBER,
        points=1.0,
        law="Immediate: only where it stands in the equation itself, the other nodes held fixed.",
        known=(("total for immediate", str(total)),),
    )
    whole = part(
        n,
        "The ordered derivative of $@z_3$ by $@z_1$, a number:",
        str(total),
        rf"{q} + {r} \frac{{d @z_2}}{{d @z_1}}",
        rf"{q} + {r} \cdot {p}",
        kind=NUMBER,
        law="Ordered: directly, and through the nodes between.",
        follows=rf"@1 + {r} \cdot {p}",
        known=(("immediate for total", str(q)), ("path forgotten", str(r * p))),
    )
    last = part(n, "The ordered derivative of $@z_4$ by $@z_1$, a number:", str(p + s * total),
                rf"\frac{{d @z_2}}{{d @z_1}} + {s} \frac{{d @z_3}}{{d @z_1}}", rf"{p} + {s} \cdot {total}", kind=NUMBER,
                law="Add, over the nodes that it reads, their ordered derivative times the immediate one.",
                follows=rf"{p} + {s} \cdot @2",
        known=(("path forgotten", str(s * total)), ("immediate for total", str(p + s * q))))  # fmt: skip
    choice = part(
        n,
        "By which is $@z_3$ moved if $@z_1$ is moved and everything computed again?",
        "b",
        kind=CHOICE,
        points=1.0,
        choices=("the immediate derivative", "the ordered derivative"),
        law="Computing again moves the nodes between, too.",
    )
    return Made(tex(statement, n), (direct, whole, last, choice)[: d.level + 1], symbols={"sequences": {}})
