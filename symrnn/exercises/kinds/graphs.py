"""Graphs: unfolding a recurrence, folding an unfolded graph (kinds 5, 6)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex
from symrnn.exercises.marking import EDGES, NUMBER

BOOK = "Goodfellow, Bengio, Courville 2016, 10.1"


@kind(5, "graph.unfold", "Draw the unfolded graph", BOOK)
def unfold_graph(d: Draw) -> Made:
    delays = d.choose({1: ((1,),), 2: ((1, 2), (2,)), 3: ((1, 3), (2, 3))}[d.level])
    first = delays[-1]
    last = first + d.choose((2, 1, 3))
    n = d.names("hxo") | {"f": d.choose(("f", "F", "phi")), "g": d.choose(("g", "G", "q"))}
    found = []
    for t in range(first, last + 1):
        found += [f"@h{t - k} -> @h{t}" for k in delays]
        found += [f"@x{t} -> @h{t}", f"@h{t} -> @o{t}"]
    past = ", ".join(f"@h_{{t-{k}}}" for k in delays)
    statement = rf"$@h_t = @f({past}, @x_t)$ and $@o_t = @g(@h_t)$ for $t \ge {first}$; what comes before is given."
    question = (
        rf"List the edges of the unfolded graph for $t = {first}, \dots, {last}$, as in: @x{first} -> @h{first}, ..."
    )
    lines = (", ".join(found[: len(delays)]), ", ".join(found[: len(delays) + 2]))
    hints = (
        "An edge runs from what is read to what is computed from it.",
        tex(f"Into the first state run: {lines[0]}, and what else?", n),
        f"There are {len(found)} edges: {len(delays) + 2} a step.",
    )
    asked = part(n, question, ", ".join(found), kind=EDGES, law=hints[0], hints=hints, points=3.0)
    return Made(tex(statement, n), (asked,), symbols={"sequences": {}})


@kind(6, "graph.fold", "Fold an unfolded graph", BOOK)
def fold(d: Draw) -> Made:
    lag = d.choose({1: (1,), 2: (2, 1), 3: (3, 2)}[d.level])
    bias = d.choose(("", "@b + "))
    word, name = d.choose(((r"\tanh", "tanh"), (r"\sigma", "sigmoid")))
    n = d.names("hxWb")
    rows = [f"{word}({bias}@W @h_{{{t - lag}}} + @U @x_{{{t}}})" for t in range(lag, lag + 2 + d.level)]
    shown = ", ".join(f"$@h_{{{t}}} = {row}$" for t, row in enumerate(rows, lag))
    model = plain(f"@h: n; @x: m; @b: n; @W: n x n; @U: n x m\n@h[t] = {name}({bias}@W @h[t-{lag}] + @U @x[t])\n", n)
    law = "What is the same at every step becomes one equation in $t$; the delay is the distance in time."
    asked = part(n, "Write the recurrence: what is $@h_t$?", rf"{word}({bias}@W @h_{{t-{lag}}} + @U @x_t)", law=law,
                 witness="@h_t", form="unrolled")  # fmt: skip
    hints = (law, "In each equation, compare the time of the state on the left with that on the right.",
             f"In the first equation these times are {lag} and 0.")  # fmt: skip
    delay = part(n, "How many steps does the delay of the circuit hold?", str(lag), kind=NUMBER, law=law, hints=hints,
                 points=1.0)  # fmt: skip
    return Made(tex(f"The steps of a network are {shown}, and so on.", n), (asked, delay), model)
