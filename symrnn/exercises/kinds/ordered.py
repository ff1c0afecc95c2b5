"""Ordered and immediate derivatives on four nodes (kind 42)."""

from __future__ import annotations

from itertools import product

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import Made, kind, part, tex
from symrnn.exercises.marking import CHOICE, NUMBER


def _told_numbers() -> list[tuple[int, ...]]:
    """Four numbers for which every slip gives a number of its own."""
    return [
        (p, q, r, s)
        for p, q, r, s in product(range(2, 7), repeat=4)
        if len({q, q + r * p, r * p, p + s * (q + r * p), s * (q + r * p), p + s * q}) == 6
    ]


@kind(42, "ordered.derivatives", "Ordered derivatives on four nodes", "Werbos 1990")
def ordered(d: Draw) -> Made:
    p, q, r, s = d.choose(_told_numbers())
    total = q + r * p
    n = {"z": d.choose("zvy")}
    statement = rf"$@z_2 = {p} @z_1$, $@z_3 = {q} @z_1 + {r} @z_2$, $@z_4 = @z_2 + {s} @z_3$, computed in this order."
    fixed = "Immediate: only where it stands in the equation itself, the other nodes held fixed."
    direct = part(
        n,
        r"The immediate derivative $\partial^+ @z_3/\partial @z_1$, a number:",
        str(q),
        kind=NUMBER,
        points=1.0,
        law=fixed,
        hints=(fixed, tex("Look at the equation of $@z_3$ alone.", n), tex("There, $@z_2$ is a constant.", n)),
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
        witness=r"\frac{d @z_3}{d @z_1}",
        known=(("immediate for total", str(q)), ("path forgotten", str(r * p))),
    )
    last = part(n, "The ordered derivative of $@z_4$ by $@z_1$, a number:", str(p + s * total),
                rf"\frac{{d @z_2}}{{d @z_1}} + {s} \frac{{d @z_3}}{{d @z_1}}", rf"{p} + {s} \cdot {total}", kind=NUMBER,
                law="Add, over the nodes that it reads, their ordered derivative times the immediate one.",
                follows=rf"{p} + {s} \cdot @2", witness=r"\frac{d @z_4}{d @z_1}",
        known=(("path forgotten", str(s * total)), ("immediate for total", str(p + s * q))))  # fmt: skip
    again = "Computing again moves the nodes between, too."
    choice = part(
        n,
        "By which is $@z_3$ moved if $@z_1$ is moved and everything computed again?",
        "b",
        kind=CHOICE,
        points=1.0,
        choices=("the immediate derivative", "the ordered derivative"),
        law=again,
        hints=(again, tex("Which nodes stand between $@z_1$ and $@z_3$?", n), tex("$@z_3$ reads $@z_2$.", n)),
    )
    return Made(tex(statement, n), (direct, whole, last, choice)[: d.level + 1], symbols={"sequences": {}})
