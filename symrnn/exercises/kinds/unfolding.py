"""Unfolding: nested compositions, closed forms of linear recurrences, graphs (kinds 1 to 6, 16)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex
from symrnn.exercises.marking import EDGES

BOOK = "Goodfellow, Bengio, Courville 2016, 10.1"
D2L = "d2l.ai, backpropagation through time"


def nested(first: int, last: int, driven: bool = False) -> str:
    """f(f(h_1; theta); theta)."""
    text = f"@h_{first}"
    for t in range(first + 1, last + 1):
        text = rf"@f({text}{f', @x_{t}' if driven else ''}; @p)"
    return text


@kind(1, "unfold.classical", "Unroll a recurrence", BOOK)
def classical(d: Draw) -> Made:
    n = d.names("h") | {"f": d.choose(["f", "g", "phi", "F"])}
    first = d.between(0, 2)
    last = first + 1 + d.level + d.between(0, 1)
    n["p"] = d.choose(["theta", "w", "k"])
    model = plain(f"@h: n; @p: p; function @f: n\n@h[t] = @f(@h[t-1]; @p)   for t = {first + 1}..tau\n", n)
    statement = rf"$@h_t = @f(@h_{{t-1}}; @p)$ for $t \ge {first + 1}$, and $@h_{first}$ is given."
    asked = part(
        n,
        rf"Write $@h_{last}$ as a nested composition, with only $@h_{first}$ and $@p$ left.",
        nested(first, last),
        *(rf"@f({nested(k, last - 1)}; @p)" for k in range(last - 1, first, -1)),
        law="Replace the state on the right by its own equation until none is left.",
        witness=f"@h_{last}",
        form="unrolled",
    )
    return Made(tex(statement, n), (asked,), model)


@kind(2, "unfold.driven", "Unroll a recurrence with inputs", BOOK)
def driven(d: Draw) -> Made:
    n = d.names("hx") | {"f": d.choose(["f", "g", "phi", "F"]), "p": d.choose(["theta", "w", "k"])}
    last = 2 + d.level + d.between(0, 1)
    model = plain("@h: n; @x: m; @p: p; function @f: n\n@h[t] = @f(@h[t-1], @x[t]; @p)\n", n)
    asked = part(
        n,
        rf"Write $@h_{last}$ as a nested composition, with only $@h_0$, the inputs and $@p$ left.",
        nested(0, last, True),
        *(rf"@f({nested(k, last - 1, True)}, @x_{last}; @p)" for k in range(last - 1, 0, -1)),
        law="Each application takes the state before it and the input of its own step.",
        witness=f"@h_{last}",
        form="unrolled",
    )
    return Made(tex(r"$@h_t = @f(@h_{t-1}, @x_t; @p)$ for $t \ge 1$, and $@h_0$ is given.", n), (asked,), model)


@kind(3, "linear.scalar", "A linear scalar recurrence", D2L)
def linear(d: Draw) -> Made:
    n = d.scalars("sw")
    k = d.between(1, 9)
    twice = d.level == 3
    factor = f"{k} @w" if k > 1 else "@w"
    step = factor + ("^2" if twice else "")
    end = str(d.between(3, 7)) if d.level == 1 else r"\tau"
    scale = f"{k}^{{{end}}} " if k > 1 else ""
    power = rf"{scale}@w^{{{'2 ' if twice else ''}{end}}}"
    lower = f"{end}-1" if end == r"\tau" else str(int(end) - 1)
    top = rf"2 {end}-1" if twice else lower
    count = rf"2 {end}" if twice else end
    rate = rf"{count} \cdot {scale}@w^{{{top}}} @s_0"
    model = plain(f"@w: scalar\n@s[t] = {step.replace('^2', ' @w')} @s[t-1]\nloss = @s[tau]\n", n)
    last = f"@s_{{{end}}}"
    parts = (
        part(n, f"Give ${last}$ in terms of $@w$ and $@s_0$.", f"{power} @s_0", f"{step} @s_{{{lower}}}",
             law="Each step multiplies once.", witness=last),
        part(n, f"Give $d{last}/d@w$.", rate,
             law="Differentiate the closed form; or add one term for each use of the weight.",
             witness=rf"\frac{{d {last}}}{{d @w}}"),
        part(n, f"Give $d{last}/d@s_0$.", power, law="The closed form is linear in the first value.",
             witness=rf"\frac{{d {last}}}{{d @s_0}}"),
    )  # fmt: skip
    where = rf"$@s_t = {step} @s_{{t-1}}$, all scalar; $@s_0$ is given and does not depend on $@w$."
    return Made(tex(where, n), parts, model)


@kind(4, "linear.matrix", "A linear network as a sum of powers", D2L)
def powers(d: Draw) -> Made:
    n = d.names("hxWb" if d.level > 1 else "hxW")
    bias = " + @b" if d.level > 1 else ""
    end = str(d.between(2, 4)) if d.level < 3 else "t"
    model = plain(f"@h: n; @x: m; @b: n; @W: n x n; @U: n x m\n@h[t] = @W @h[t-1] + @U @x[t]{bias}\n", n)
    inner = f"(@U @x_k{bias})" if bias else "@U @x_k"
    before = f"{end}-1" if end == "t" else str(int(end) - 1)
    asked = part(
        n,
        f"Give $@h_{{{end}}}$ in closed form, as a sum of powers of $@W$.",
        rf"@W^{{{end}}} @h_0 + \sum_{{k=1}}^{{{end}}} @W^{{{end}-k}} {inner}",
        rf"@W @h_{{{before}}} + @U @x_{{{end}}}{bias}",
        law="Substitute the equation into itself: each step back multiplies by the matrix once more.",
        witness=f"@h_{{{end}}}",
    )
    return Made(tex(rf"$@h_t = @W @h_{{t-1}} + @U @x_t{bias}$, and $@h_0$ is given.", n), (asked,), model)


@kind(5, "graph.unfold", "Draw the unfolded graph", BOOK)
def unfold_graph(d: Draw) -> Made:
    n = d.names("hxo")
    lag = d.choose([1, 2]) if d.level > 1 else 1
    last = lag + d.level + d.between(1, 3)
    n |= {"f": d.choose(["f", "F", "phi"]), "g": d.choose(["g", "G", "q"])}
    found = []
    for t in range(lag, last + 1):
        found += [f"@h{t - k} -> @h{t}" for k in range(1, lag + 1)]
        found += [f"@x{t} -> @h{t}", f"@h{t} -> @o{t}"]
    past = ", ".join(f"@h_{{t-{k}}}" for k in range(1, lag + 1))
    statement = rf"$@h_t = @f({past}, @x_t)$ and $@o_t = @g(@h_t)$ for $t \ge {lag}$; what comes before is given."
    question = rf"List the edges of the unfolded graph for $t = {lag}, \dots, {last}$, as in: @x{lag} -> @h{lag}, ..."
    law = "An edge runs from what is read to what is computed from it."
    asked = part(n, question, ", ".join(found), kind=EDGES, law=law)
    return Made(tex(statement, n), (asked,), symbols={"sequences": {}})


@kind(6, "graph.fold", "Fold an unfolded graph", BOOK)
def fold(d: Draw) -> Made:
    lag = d.between(1, d.level)
    n = d.names("hxWb")
    bias = d.choose(["", "@b + "])
    rows = ", ".join(
        rf"$@h_{{{t}}} = \tanh({bias}@W @h_{{{t - lag}}} + @U @x_{{{t}}})$" for t in range(lag, lag + 2 + d.level)
    )
    model = plain(f"@h: n; @x: m; @b: n; @W: n x n; @U: n x m\n@h[t] = tanh({bias}@W @h[t-{lag}] + @U @x[t])\n", n)
    asked = part(
        n,
        "Write the recurrence: what is $@h_t$?",
        rf"\tanh({bias}@W @h_{{t-{lag}}} + @U @x_t)",
        law="What is the same at every step becomes one equation in t; the delay is the distance in time.",
        witness="@h_t",
    )
    return Made(tex(f"The steps of a network are {rows}, and so on.", n), (asked,), model)


@kind(16, "closed.recursion", "A linear recursion in closed form", D2L)
def recursion(d: Draw) -> Made:
    n = {"a": d.choose("asyh"), "b": d.choose("bxvu"), "c": d.choose("cwgr")}
    first = d.choose(["@b_t + @c_t @a_{t-1}", "@c_t @a_{t-1} + @b_t"])
    zero = d.level == 1
    end = str(d.between(3, 6)) if d.level < 3 else "t"
    before = f"{end}-1" if end == "t" else str(int(end) - 1)
    start = "" if zero else rf" + \left(\prod_{{j=1}}^{{{end}}} @c_j\right) @a_0"
    text = "@a: scalar; @b: scalar; @c: scalar\n@a[t] = @b[t] + @c[t] @a[t-1]\n" + ("@a[0] = 0\n" if zero else "")
    asked = part(
        n,
        f"Give $@a_{{{end}}}$ in closed form.",
        rf"\sum_{{i=1}}^{{{end}}} \left(\prod_{{j=i+1}}^{{{end}}} @c_j\right) @b_i{start}",
        rf"@b_{{{end}}} + @c_{{{end}}} @a_{{{before}}}",
        law="Substitute once and twice, and look at what multiplies each term.",
        witness=f"@a_{{{end}}}",
    )
    given = "$@a_0 = 0$" if zero else "$@a_0$ given"
    return Made(tex(f"$@a_t = {first}$, with {given}.", n), (asked,), plain(text, n))
