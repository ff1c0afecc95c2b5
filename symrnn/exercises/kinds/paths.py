"""Derivatives of scalar recurrences as sums over paths, written out and in general (kinds 14, 15)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.exercise import Part
from symrnn.exercises.kinds.chains import Chain, chain
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex
from symrnn.exercises.marking import CHOICE

D2L = "d2l.ai, backpropagation through time"
PATH_LAW = "Every use of the weight starts a path to the last state: multiply along it, and add the paths."
USE_LAW = "The use at one step reaches step $t$ through all steps between."


@kind(14, "scalar.three_paths", "The paths of a derivative", "Werbos 1990; lectures")
def three_paths(d: Draw) -> Made:
    by = d.choose(("@w", "@u"))
    last = d.choose((3, 2, 4))
    c = chain(d, f"(@s[{last}] - @y)^2 / 2")
    answer = " + ".join(c.path(by, last, k) for k in range(last, 0, -1))
    asked = part(c.names, rf"Write $d@s_{last}/d{by}$ out as a sum of {last} products, one for each path.", answer,
                 c.step(by, last), f"{c.path(by, last, last)} + {c.slope(last)} @w {c.rate(by, last - 1)}",
                 form="no derivative", law=PATH_LAW, witness=c.rate(by, last), points=4.0)  # fmt: skip
    loss = part(c.names, rf"And $dL/d{by}$ for $L = \frac{{1}}{{2}} (@s_{last} - @y)^2$, written out?",
                rf"(@s_{last} - @y) \left({answer}\right)", rf"(@s_{last} - @y) {c.rate(by, last)}",
                law="The chain rule once more: all paths go on through the last state.", form="no derivative",
                witness=rf"\frac{{d L}}{{d {by}}}")  # fmt: skip
    parts = (_choice(d, c, "@u" if by == "@w" else "@w", last), asked) if d.level == 1 else (asked, loss)
    return Made(c.shown, parts, c.text)


def _choice(d: Draw, c: Chain, by: str, last: int) -> Part:
    """The right sum of paths among four; for the other weight, so that the answer to the next part is not shown."""
    answer = " + ".join(c.path(by, last, k) for k in range(last, 0, -1))
    powers = ["", "@w ", "@w^2 ", "@w^3 "]
    bare = " + ".join(powers[last - k] + c.read(by, k) for k in range(last, 0, -1))
    wrong = [c.path(by, last, last), c.path(by, last, 1), bare]
    place = d.choose(range(4))
    rows = [*wrong[:place], answer, *wrong[place:]]
    hints = (PATH_LAW, tex(rf"How often is ${by}$ used up to $@s_{last}$?", c.names),
             f"There are {last} paths, each with one factor for every step that it passes.")  # fmt: skip
    return part(c.names, rf"Which of these is $d@s_{last}/d{by}$?", "abcd"[place], kind=CHOICE, points=1.0,
                law=PATH_LAW, hints=hints, choices=tuple(tex(f"${row}$", c.names) for row in rows))  # fmt: skip


@kind(15, "scalar.general", "The general formula", D2L)
def general(d: Draw) -> Made:
    if d.level == 3:
        return _any_function(d)
    by, k = d.choose(("@w", "@u")), d.choose("kij")
    c = chain(d)
    inner = "j" if k != "j" else "i"
    between = rf"\prod_{{{inner}={k}+1}}^{{t}} {c.slope(inner)} @w"
    state = part(c.names, rf"Give $d@s_t/d@s_{k}$ for ${k} < t$ as a product.", between,
                 rf"{c.slope('t')} @w \frac{{d @s_{{t-1}}}}{{d @s_{k}}}", form="no derivative",
                 law="One factor for each step between.", where=f"1 <= {k} < t",
                 witness=rf"\frac{{d @s_t}}{{d @s_{k}}}")  # fmt: skip
    asked = part(
        c.names,
        rf"Give $d@s_t/d{by}$ as a sum over ${k} = 1, \dots, t$ of products.",
        rf"\sum_{{{k}=1}}^{{t}} \left({between}\right) {c.slope(k)} {c.read(by, k)}",
        c.step(by, "t"),
        rf"{c.slope('t')} {c.read(by, 't')} + {c.slope('t')} @w {c.rate(by, 't-1')}",
        form="no derivative",
        law=USE_LAW,
        witness=c.rate(by, "t"),
        points=4.0,
    )
    return Made(c.shown, (asked,) if d.level == 1 else (state, asked), c.text)


def _any_function(d: Draw) -> Made:
    """Of a function that nothing is known of: in terms of immediate derivatives and those from state to state."""
    k, n = d.choose("kij"), d.scalars("swf") | {"x": d.choose("xvz")}
    if n["x"] in {n["s"], n["w"]}:
        n["x"] = "q"
    inner = "j" if k != "j" else "i"
    use = rf"\frac{{\partial^+ @s_{k}}}{{\partial @w}}"
    between = rf"\left(\prod_{{{inner}={k}+1}}^{{t}} \frac{{\partial @s_{inner}}}{{\partial @s_{{{inner}-1}}}}\right)"
    statement = (
        r"$@s_t = @f(@x_t, @s_{t-1}, @w)$, all scalar; $@s_0$ does not depend on $@w$, and $@f$ is unknown. "
        r"$\partial^+ @s_t/\partial @w$ is the immediate derivative: that of $@f$ by its last argument."
    )
    text = "@s: scalar; @x: scalar; @w: scalar; function @f: scalar\n@s[t] = @f(@x[t], @s[t-1], @w)\nloss = @s[tau]\n"
    asked = part(
        n,
        rf"Give $d@s_t/d@w$ as a sum over ${k} = 1, \dots, t$, in terms of the immediate derivatives and those of each "
        "state by the one before.",
        rf"\sum_{{{k}=1}}^{{t}} {between} {use}",
        r"\frac{\partial^+ @s_t}{\partial @w} + \frac{\partial @s_t}{\partial @s_{t-1}} \frac{d @s_{t-1}}{d @w}",
        law=USE_LAW,
        witness=r"\frac{d @s_t}{d @w}",
        points=4.0,
    )
    return Made(tex(statement, n), (asked,), plain(text, n))
