"""Unfolding: nested compositions and closed forms of linear recurrences (kinds 1 to 4, 16)."""

from __future__ import annotations

from dataclasses import replace

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex

BOOK = "Goodfellow, Bengio, Courville 2016, 10.1"
D2L = "d2l.ai, backpropagation through time"
FUNCTION_NAMES = ("f", "g", "phi", "F")


def nested(last: int, left: int, delays: tuple[int, ...] = (1,), driven: bool = False) -> str:
    """f(f(h_1; theta); theta): a state with all later than `left` replaced by what they are."""
    if last <= left:
        return f"@h_{last}"
    inner = [nested(last - k, left, delays, driven) for k in delays] + [f"@x_{last}"] * driven
    return rf"@f({', '.join(inner)}; @p)"


@kind(1, "unfold.classical", "Unroll a recurrence", BOOK)
def classical(d: Draw) -> Made:
    first, further = d.between(0, 2), d.between(0, 1)
    delays, first = ((1, 2), first + 1) if d.level == 3 else ((1,), first)
    last = first + (3 if d.level == 3 else 2 * d.level) + further
    n = d.names("h") | {"f": d.choose(FUNCTION_NAMES), "p": d.choose(("theta", "w", "k"))}
    past = ", ".join(f"@h[t-{k}]" for k in delays)
    model = plain(f"@h: n; @p: p; function @f: n\n@h[t] = @f({past}; @p)   for t = {first + 1}..tau\n", n)
    given = " and ".join(f"$@h_{t}$" for t in range(first + 1 - delays[-1], first + 1))
    listed = given.replace(" and ", ", ")
    are = "are" if len(delays) > 1 else "is"
    statement = rf"$@h_t = @f({_past(delays)}; @p)$ for $t \ge {first + 1}$; {given} {are} given."
    asked = part(
        n,
        rf"Write $@h_{last}$ as a nested composition, with only {listed} and $@p$ left.",
        nested(last, first, delays),
        *(nested(last, k, delays) for k in range(last - 1, first, -1)),
        form="unrolled",
        witness=f"@h_{last}",
        law="Replace the state on the right by its own equation until none is left.",
    )
    return Made(tex(statement, n), (asked,), model)


def _past(delays: tuple[int, ...]) -> str:
    return ", ".join(f"@h_{{t-{k}}}" for k in delays)


@kind(2, "unfold.driven", "Unroll a recurrence with inputs", BOOK)
def driven(d: Draw) -> Made:
    delays = (1, 2) if d.level == 3 else (1,)
    first = delays[-1] - 1
    last = (3 if d.level == 3 else 2 * d.level) + d.between(0, 1)
    n = d.names("hx") | {"f": d.choose(FUNCTION_NAMES), "p": d.choose(("theta", "w", "k"))}
    past = ", ".join(f"@h[t-{k}]" for k in delays)
    model = f"@h: n; @x: m; @p: p; function @f: n\n@h[t] = @f({past}, @x[t]; @p)   for t = {first + 1}..tau\n"
    given = " and ".join(f"$@h_{t}$" for t in range(first + 1))
    listed = given.replace(" and ", ", ")
    asked = part(
        n,
        rf"Write $@h_{last}$ as a nested composition, with only {listed}, the inputs and $@p$ left.",
        nested(last, first, delays, True),
        *(nested(last, k, delays, True) for k in range(last - 1, first, -1)),
        form="unrolled",
        law="Each application takes the state before it and the input of its own step.",
        witness=f"@h_{last}",
    )
    are = "are" if first else "is"
    statement = rf"$@h_t = @f({_past(delays)}, @x_t; @p)$ for $t \ge {first + 1}$; {given} {are} given."
    return Made(tex(statement, n), (asked,), plain(model, n))


def before(end: str) -> str:
    """The step before a last one."""
    return str(int(end) - 1) if end.isdigit() else f"{end}-1"


@kind(3, "linear.scalar", "A linear scalar recurrence", D2L)
def linear(d: Draw) -> Made:
    k = d.between(1, 12)
    end = str(d.between(3, 7)) if d.level == 1 else r"\tau"
    n = d.scalars("sw")
    twice = d.level == 3
    step = (f"{k} " if k > 1 else "") + ("@w^2" if twice else "@w")
    scale = f"{k}^{{{end}}} " if k > 1 else ""
    count = (str(2 * int(end)) if end.isdigit() else rf"2 {end}") if twice else end
    power = rf"{scale}@w^{{{count}}}"
    model = plain(f"@w: scalar\n@s[t] = {step.replace('^2', ' @w')} @s[t-1]\nloss = @s[tau]\n", n)
    last, rate = f"@s_{{{end}}}", rf"\frac{{d @s_{{{before(end)}}}}}{{d @w}}"
    own = f"{2 * k} @w " if twice else (f"{k} " if k > 1 else "")
    times = r" \cdot " if scale else " "
    parts = (
        part(
            n,
            f"Give ${last}$ in terms of $@w$ and $@s_0$.",
            f"{power} @s_0",
            f"{step} @s_{{{before(end)}}}",
            law="Each step multiplies once.",
            witness=last,
        ),
        part(
            n,
            f"Give $d{last}/d@w$, in terms of $@w$ and $@s_0$.",
            rf"{count}{times}{scale}@w^{{{before(count)}}} @s_0",
            rf"{own}@s_{{{before(end)}}} + {step} {rate}",
            form="no derivative",
            law="Differentiate the closed form; or add one term for each use of the weight.",
            witness=rf"\frac{{d {last}}}{{d @w}}",
            follows="@1'{@w}",
        ),
        part(
            n,
            f"Give $d{last}/d@s_0$.",
            power,
            rf"{step} \frac{{d @s_{{{before(end)}}}}}{{d @s_0}}",
            form="no derivative",
            law="The closed form is linear in the first value.",
            witness=rf"\frac{{d {last}}}{{d @s_0}}",
            follows="@1'{@s_0}",
        ),
    )
    where = rf"$@s_t = {step} @s_{{t-1}}$, all scalar; $@s_0$ is given and does not depend on $@w$."
    return Made(tex(where, n), parts, model)


@kind(4, "linear.matrix", "A linear network as a sum of powers", D2L)
def powers(d: Draw) -> Made:
    end = str(d.between(3, 5)) if d.level < 3 else "t"
    k = d.choose("kji")
    n = d.names("hxWb" if d.level > 1 else "hxW")
    bias = " + @b" if d.level > 1 else ""
    model = plain(f"@h: n; @x: m; @b: n; @W: n x n; @U: n x m\n@h[t] = @W @h[t-1] + @U @x[t]{bias}\n", n)
    read = [f"@U @x_{{{end}}}{bias}", f"@U @x_{{{before(end)}}}{bias}"]
    twice = before(before(end)) if end.isdigit() else f"{end}-2"
    back = f"@W (@W @h_{{{twice}}} + {read[1]}) + {read[0]}" if end != "t" else ""
    inner = f"(@U @x_{k}{bias})" if bias else f"@U @x_{k}"
    asked = part(
        n,
        f"Give $@h_{{{end}}}$ in closed form, with a sum over ${k}$ of powers of $@W$.",
        rf"@W^{{{end}}} @h_0 + \sum_{{{k}=1}}^{{{end}}} @W^{{{end}-{k}}} {inner}",
        f"@W @h_{{{before(end)}}} + {read[0]}",
        back,
        law="Substitute the equation into itself: each step back multiplies by the matrix once more.",
        witness=f"@h_{{{end}}}",
    )
    return Made(tex(rf"$@h_t = @W @h_{{t-1}} + @U @x_t{bias}$, and $@h_0$ is given.", n), (asked,), model)


@kind(16, "closed.recursion", "A linear recursion in closed form", D2L)
def recursion(d: Draw) -> Made:
    end = str(d.between(3, 6)) if d.level < 3 else "t"
    i = d.choose("ikl")
    n = {"a": d.choose("asyh"), "b": d.choose("bxvu"), "c": d.choose("cwgr")}
    first = d.choose(("@b_t + @c_t @a_{t-1}", "@c_t @a_{t-1} + @b_t"))
    zero = d.level == 1

    def claim(last: str, factor: str = "") -> str:
        start = "" if zero else rf" + {factor}\left(\prod_{{j=1}}^{{{last}}} @c_j\right) @a_0"
        return rf"{factor}\sum_{{{i}=1}}^{{{last}}} \left(\prod_{{j={i}+1}}^{{{last}}} @c_j\right) @b_{i}{start}"

    text = "@a: scalar; @b: scalar; @c: scalar\n@a[t] = @b[t] + @c[t] @a[t-1]\n" + ("@a[0] = 0\n" if zero else "")
    past = before(end)
    far = before(past) if past.isdigit() else "t-2"
    twice = rf"@b_{{{end}}} + @c_{{{end}}} (@b_{{{past}}} + @c_{{{past}}} @a_{{{far}}})" if end != "t" else ""
    asked = part(n, f"Give $@a_{{{end}}}$ in closed form, as a sum over ${i}$ of products.", claim(end),
                 rf"@b_{{{end}}} + @c_{{{end}}} @a_{{{past}}}", twice, witness=f"@a_{{{end}}}", points=3.0,
                 law="Substitute once and twice, and look at what multiplies each term.")  # fmt: skip
    base = part(n, "Now prove it for every $t$ by induction. What is $@a_1$, which the claim gives for $t = 1$?",
                "@b_1" if zero else "@b_1 + @c_1 @a_0", "@b_1 + @c_1 @a_0", witness="@a_1", points=1.0,
                law="The base: the sum has one term then, whose product is empty.")  # fmt: skip
    sides = tuple(tex(side, n) for side in (
        "@b_t + @c_t @a_{t-1}", f"@b_t + {claim('t-1', '@c_t ')}", claim("t")))  # fmt: skip
    step = part(
        n,
        r"The step: assume the claim for $t-1$. Write the chain $@a_t = \dots = \dots$ that begins with the recursion, "
        "inserts the claim for $t-1$ and ends with the claim for $t$; each of its sides is checked.",
        " = ".join(("@a_t", *sides)),
        law="Insert the claim for $t-1$ into the recursion, and draw the factor into the sum.",
        witness="@a_t",
        where="t >= 2",
        form="chain",
        points=3.0,
    )
    step = replace(step, lines=sides)
    given = "$@a_0 = 0$" if zero else "$@a_0$ given"
    parts = (asked, base, step)[: 1 + 2 * (d.level > 1)]
    return Made(tex(f"$@a_t = {first}$, with {given}.", n), parts, plain(text, n))
