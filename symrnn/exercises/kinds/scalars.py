"""Scalar recurrences, numbers and counts (kinds 7, 9, 14, 15, 19, 40 to 42)."""

from __future__ import annotations

import json
import math

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.networks import network
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex
from symrnn.exercises.marking import CHOICE, NUMBER

D2L = "d2l.ai, backpropagation through time"
SIZES = json.dumps({"parameters": {name: [] for name in "nmqT"}, "indices": ["t"], "length": ["tau"]})


@kind(7, "count.parameters", "Shapes and number of parameters", "Stanford CS224n; quesba")
def count(d: Draw) -> Made:
    net = network(d)
    total = {"W": "n^2", "U": "n m", "V": "q n", "b": "n", "c": "q"}
    wanted = [("W", "U", "b"), ("V", "c"), ("W", "U", "V", "b", "c")][d.level - 1]
    shown = ", ".join(f"$@{name}$" for name in wanted)
    asked = part(net.names, f"How many numbers do {shown} have together, in terms of $n$, $m$ and $q$?",
                 " + ".join(total[name] for name in wanted), symbols=SIZES,
                 law="A matrix has rows times columns; time steps share their parameters.")  # fmt: skip
    return Made(net.shown, (asked,), net.text)


@kind(9, "forward.numbers", "A forward pass by hand", "numerade; own")
def numbers(d: Draw) -> Made:
    n = d.scalars("sw")
    w, u, b, start = d.tenths(-9, 9), d.tenths(-9, 9), d.tenths(-5, 5), d.tenths(-9, 9)
    xs = [d.tenths(-9, 9) for _ in range(d.level + 1)]
    values, s = [], start
    for x in xs:
        s = math.tanh(w * s + u * x + b)
        values.append(s)
    inputs = ", ".join(f"$@x_{i} = {x}$" for i, x in enumerate(xs, 1))
    statement = (
        rf"$@s_t = \tanh(@w @s_{{t-1}} + @u @x_t + @b)$, all scalar, with $@w = {w}$, $@u = {u}$, $@b = {b}$, "
        f"$@s_0 = {start}$ and {inputs}."
    )
    parts = tuple(
        part(
            n,
            f"Compute $@s_{i}$ to three digits.",
            f"{value:.6f}",
            kind=NUMBER,
            law="Insert the value of the step before.",
            points=1.0,
            follows=rf"\tanh(({w}) \cdot @{i - 1} + ({u}) \cdot ({xs[i - 1]}) + ({b}))" if i > 1 else "",
        )
        for i, value in enumerate(values, 1)
    )
    return Made(tex(statement, n), parts, symbols={"sequences": {}})


def _chain(d: Draw) -> tuple[dict[str, str], str, str, list[str]]:
    """A scalar recurrence s_t = f(w s_{t-1} + u x_t): names, text, LaTeX, and f' at each time."""
    n = d.scalars("swuf" if d.level == 3 else "swu")
    f = ("tanh", "sigmoid", "@f")[d.level - 1]
    head = "@s: scalar; @a: scalar; @x: scalar; @w: scalar; @u: scalar\n"
    head += "function @f: elementwise\n" if f == "@f" else ""
    word = {"tanh": r"\tanh", "sigmoid": r"\sigma", "@f": "@f"}[f]
    model = head + f"@a[t] = @w @s[t-1] + @u @x[t]\n@s[t] = {f}(@a[t])\nloss = @s[tau]\n"
    shown = rf"$@s_t = {word}(@a_t)$, $@a_t = @w @s_{{t-1}} + @u @x_t$, all scalar; $@s_0$ does not depend on $@w$."
    slope = {"tanh": "(1-@s_{%s}^2)", "sigmoid": "@s_{%s}(1-@s_{%s})", "@f": "@f'(@a_{%s})"}[f]
    return n, plain(model, n), tex(shown, n), [slope]


def _at(slope: str, time: str) -> str:
    return slope.replace("%s", time)


@kind(14, "scalar.three_paths", "Three steps, three paths", "Werbos 1990; lectures")
def three_paths(d: Draw) -> Made:
    n, model, shown, (slope,) = _chain(d)
    last = d.choose([3, 2, 4])
    by, used = d.choose([("@w", "@s"), ("@u", "@x")])
    terms = []
    for k in range(last, 0, -1):
        factors = "".join(f" {_at(slope, str(j))} @w" for j in range(last, k, -1))
        read = f"@s_{{{k - 1}}}" if used == "@s" else f"@x_{{{k}}}"
        terms.append(f"{factors} {_at(slope, str(k))} {read}".strip())
    asked = part(
        n,
        rf"Write $d@s_{last}/d{by}$ out as a sum of {last} products, one for each path.",
        " + ".join(terms),
        rf"{_at(slope, str(last))} \frac{{d @a_{last}}}{{d {by}}}",
        form="no derivative",
        law="Every use of the weight starts a path to the last state; multiply along it.",
        witness=rf"\frac{{d @s_{last}}}{{d {by}}}",
        points=4.0,
    )
    return Made(shown, (asked,), model)


@kind(15, "scalar.general", "The general formula", D2L)
def general(d: Draw) -> Made:
    n, model, shown, (slope,) = _chain(d)
    index = d.choose("kij")
    inner = "j" if index != "j" else "i"
    by, read = d.choose([("@w", f"@s_{{{index}-1}}"), ("@u", f"@x_{index}")])
    product = rf"\left(\prod_{{{inner}={index}+1}}^{{t}} @w {_at(slope, inner)}\right)"
    answer = rf"\sum_{{{index}=1}}^{{t}} {product} {_at(slope, index)} {read}"
    asked = part(n, rf"Give $d@s_t/d{by}$ as a sum over ${index} = 1, \dots, t$ of products.", answer,
                 rf"{_at(slope, 't')} \frac{{d @a_t}}{{d {by}}}", form="no derivative",
                 law="The use at one step reaches step t through all steps between.",
                 witness=rf"\frac{{d @s_t}}{{d {by}}}", points=4.0)  # fmt: skip
    return Made(shown, (asked,), model)


@kind(19, "count.operations", "How many multiplications?", "Stanford CS224n")
def operations(d: Draw) -> Made:
    net = network(d)
    forward = "n^2 + n m" if d.level == 1 else "n^2 + n m + q n"
    counted = "the pre-activation" if d.level == 1 else "the pre-activation and the output"
    law = "A matrix times a vector takes rows times columns multiplications."
    parts = [
        part(net.names, f"How many multiplications does {counted} of one step take?", forward, symbols=SIZES, law=law)
    ]
    if d.level > 1:
        parts.append(part(net.names, r"And all of $\tau$ steps?", rf"\tau ({forward})", symbols=SIZES, law=law))
    if d.level > 2:
        back = part(
            net.names,
            r"And one product with $@W^\top$ a step, over $\tau$ steps back?",
            r"\tau n^2",
            symbols=SIZES,
            law=law,
        )
        parts.append(back)
    return Made(net.shown, tuple(parts), net.text)


@kind(40, "count.rtrl", "Cost and memory forward and backward", "Williams and Zipser 1995")
def rtrl_cost(d: Draw) -> Made:
    n = d.names("hWx")
    statement = (
        r"A network with $n$ states, $@h_t = f(@W @h_{t-1} + @x_t)$, learns its $n \times n$ matrix $@W$ "
        r"over $\tau$ steps."
    )
    law = "The sensitivity of every state by every entry of the matrix is kept."
    ask = [
        ("How many numbers is the sensitivity of the state by $@W$?", "n^3", law),
        ("How many multiplications takes the product of the Jacobian with it, at one step?", "n^4", law),
        (
            r"How many states does back-propagation keep over $\tau$ steps, counted in numbers?",
            r"\tau n",
            "One state a step.",
        ),
    ]
    parts = tuple(
        part(n, question, answer, law=why, symbols=SIZES) for question, answer, why in ask[: d.level + 0] or ask
    )
    return Made(tex(statement, n), parts, symbols=json.loads(SIZES))


@kind(41, "rtrl.same", "Forward and backward give the same", "own")
def same(d: Draw) -> Made:
    n, model, shown, (slope,) = _chain(d)
    last = d.level + 1
    by, read = d.choose([("@w", "@s_{%d}"), ("@u", "@x_{%d}")])
    forward = f"{_at(slope, '1')} " + (read % (0 if by == "@w" else 1))
    parts = []
    for t in range(2, last + 1):
        forward = f"{_at(slope, str(t))} ({read % (t - 1 if by == '@w' else t)} + @w ({forward}))"
    parts.append(
        part(
            n,
            rf"Give $d@s_{last}/d{by}$ by the forward recursion, written out.",
            forward,
            law="Carry the sensitivity from step to step.",
            witness=rf"\frac{{d @s_{last}}}{{d {by}}}",
        )
    )
    back = []
    for k in range(last, 0, -1):
        factors = "".join(f" {_at(slope, str(j))} @w" for j in range(last, k, -1))
        back.append(f"{factors} {_at(slope, str(k))} {read % (k - 1 if by == '@w' else k)}".strip())
    parts.append(
        part(
            n,
            "Give the same from the last step back, as a sum over the uses.",
            " + ".join(back),
            law="Carry the adjoint from step to step.",
            witness=rf"\frac{{d @s_{last}}}{{d {by}}}",
        )
    )
    return Made(shown, tuple(parts), model)


@kind(42, "ordered.derivatives", "Ordered derivatives on four nodes", "Werbos 1990")
def ordered(d: Draw) -> Made:
    p, q, r, s = (d.between(2, 5) for _ in range(4))
    n = {"z": d.choose("zvy")}
    statement = rf"$@z_2 = {p} @z_1$, $@z_3 = {q} @z_1 + {r} @z_2$, $@z_4 = @z_2 + {s} @z_3$, computed in this order."
    direct = part(
        n,
        "The immediate derivative $\\partial^+ @z_3/\\partial @z_1$, a number:",
        str(q),
        kind=NUMBER,
        law="Immediate: only where it stands in the equation itself.",
        points=1.0,
    )
    total = part(
        n,
        "The ordered derivative of $@z_3$ by $@z_1$, a number:",
        str(q + r * p),
        kind=NUMBER,
        law="Ordered: through all later nodes, too.",
        follows=rf"@1 + {r} \cdot {p}",
    )
    last = part(
        n,
        "The ordered derivative of $@z_4$ by $@z_1$, a number:",
        str(p + s * (q + r * p)),
        kind=NUMBER,
        law="Add, over the nodes that read it, their ordered derivative times the immediate one.",
        follows=rf"{p} + {s} \cdot @2",
    )
    choice = part(
        n,
        "Which of the two is larger here?",
        "b" if r * p > 0 else "a",
        kind=CHOICE,
        points=1.0,
        choices=("the immediate derivative", "the ordered derivative"),
    )
    return Made(tex(statement, n), (direct, total, last, choice)[: d.level + 1], symbols={"sequences": {}})
