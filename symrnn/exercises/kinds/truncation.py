"""A gradient cut short, and what it leaves out (kind 30)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.chains import chain
from symrnn.exercises.kinds.table import Made, kind, part, tex


@kind(30, "bptt.truncated", "Truncated back-propagation", "Williams and Peng 1990")
def truncated(d: Draw) -> Made:
    window, by = d.level, d.choose(("@w", "@u"))
    last = window + d.choose((1, 2))
    c = chain(d)
    terms = [c.path(by, last, k) for k in range(last, 0, -1)]
    statement = c.shown + tex(
        rf" $d@s_{last}/d{by}$ is followed back {window} step{'s' * (window > 1)} only: of the uses of ${by}$, the "
        f"last {'one counts' if window == 1 else f'{window} count'}.",
        c.names,
    )
    law = "Each use of the weight sends one term, longer by one factor a step."
    kept = part(c.names, "Give the truncated derivative.", " + ".join(terms[:window]),
                rf"{c.slope(last)} {c.read(by, last)}" + (rf" + {c.slope(last)} @w \cdots" if window > 1 else ""),
                law=law, form="no derivative")  # fmt: skip
    missing = part(
        c.names,
        "Give what is missing: the full derivative minus the truncated one.",
        " + ".join(terms[window:]),
        rf"{c.rate(by, last)} - \left({' + '.join(terms[:window])}\right)",
        law="The earlier uses of the weight.",
        follows=f"{' + '.join(terms)} - @1",
        form="no derivative",
    )
    return Made(statement, (kept, missing), c.text)
