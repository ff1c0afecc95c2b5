"""Counting: parameters, operations, cost and memory (kinds 7, 19, 40)."""

from __future__ import annotations

import json

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.networks import network
from symrnn.exercises.kinds.table import Made, kind, part, tex

SIZES = json.dumps({"parameters": {name: [] for name in "nmq"}, "indices": ["t"], "length": ["tau"]})
STANFORD = "Stanford CS224n, assignment on recurrent language models"
PRODUCT_LAW = "A matrix times a vector takes rows times columns multiplications."


@kind(7, "count.parameters", "Shapes and number of parameters", STANFORD)
def count(d: Draw) -> Made:
    wanted = d.choose({1: ("WUb", "WU", "Vc"), 2: ("WUVb", "WUbc", "WVc"), 3: ("WUVbc",)}[d.level])
    net = network(d)
    sizes = {"W": "n^2", "U": "n m", "V": "q n", "b": "n", "c": "q"}
    shown = ", ".join(f"$@{name}$" for name in wanted)
    law = "A matrix has rows times columns; all steps share the parameters."
    asked = part(net.names, f"How many numbers do {shown} have together, in terms of $n$, $m$ and $q$?",
                 " + ".join(sizes[name] for name in wanted), symbols=SIZES, law=law)  # fmt: skip
    one = part(net.names, r"And if every step had a copy of its own, for $\tau$ steps?",
               r"\tau ({})".format(" + ".join(sizes[name] for name in wanted)), symbols=SIZES,
               law="Then nothing is shared.")  # fmt: skip
    return Made(net.shown, (asked, one)[: 1 + (d.level > 1)], net.text)


@kind(19, "count.operations", "How many multiplications?", STANFORD)
def operations(d: Draw) -> Made:
    output = d.level > 1 or d.choose((False, True))
    net = network(d)
    forward = "n^2 + n m + q n" if output else "n^2 + n m"
    counted = "do $@a_t$ and $@o_t$ take together" if output else "does $@a_t$ take"
    parts = [
        part(net.names, f"How many multiplications of numbers {counted}?", forward, symbols=SIZES, law=PRODUCT_LAW),
        part(
            net.names,
            r"And those of all $\tau$ steps?",
            rf"\tau ({forward})",
            symbols=SIZES,
            law="Each step takes as many.",
        ),
        part(
            net.names,
            r"And one product with $@W^\top$ at each of $\tau$ steps, back in time?",
            r"\tau n^2",
            symbols=SIZES,
            law=PRODUCT_LAW,
        ),
    ]
    return Made(net.shown, tuple(parts[: d.level]), net.text)


@kind(40, "count.rtrl", "Cost and memory forward and backward", "Williams and Zipser 1995")
def rtrl_cost(d: Draw) -> Made:
    letter, size = d.choose((("W", "n^2"), ("U", "n m"), ("b", "n")))
    n = d.names("hWxb")
    statement = (
        r"A network $@h_t = f(@b + @W @h_{t-1} + @U @x_t)$ with $n$ states and $m$ inputs; $@W$ is $n \times n$, $@U$ "
        rf"is $n \times m$. It learns $@{letter}$ over $\tau$ steps."
    )
    entries = {"n^2": "n^3", "n m": "n^2 m", "n": "n^2"}[size]
    work = {"n^2": "n^4", "n m": "n^3 m", "n": "n^3"}[size]
    ask = [
        (rf"How many numbers is the sensitivity $\partial @h_t/\partial @{letter}$?", entries, rf"n \cdot {size}",
         "One for each state and each entry of the parameter.", f"$@{letter}$ has ${size}$ entries.",
         "Each of the states has a derivative by each of them."),
        ("How many multiplications does one step's Jacobian times that sensitivity take?", work, rf"n \cdot {entries}",
         "The Jacobian has $n$ rows and $n$ columns.", "Take the sensitivity for a matrix with $n$ rows.",
         "Each number of the product is a sum of $n$ products."),
        (r"Back-propagation keeps the states of $\tau$ steps instead: how many numbers?", r"\tau n", "",
         "The way back needs the state of every step.", "How many numbers is one state?",
         "As many for each step."),
    ]  # fmt: skip
    parts = tuple(
        part(n, question, answer, line, law=hints[0], hints=tuple(tex(hint, n) for hint in hints), symbols=SIZES,
             follows="n @1" * (i == 1))
        for i, (question, answer, line, *hints) in enumerate(ask)
    )  # fmt: skip
    return Made(tex(statement, n), parts[: d.level], symbols=json.loads(SIZES))
