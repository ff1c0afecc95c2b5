"""Unfolding: nested compositions and closed forms of linear recurrences (kinds 1 to 4, 16)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex

BOOK = "Goodfellow, Bengio, Courville 2016, 10.1"
D2L = "d2l.ai, backpropagation through time"
FUNCTION_NAMES = ("f", "g", "phi", "F")


def nested(first: int, last: int, driven: bool = False) -> str:
    """f(f(h_1; theta); theta)."""
    text = f"@h_{first}"
    for t in range(first + 1, last + 1):
        text = rf"@f({text}{f', @x_{t}' if driven else ''}; @p)"
    return text


def around(inner: str, first: int, last: int, driven: bool = False) -> str:
    """The same applied to what stands at the first step."""
    return nested(first, last, driven).replace(f"@h_{first}", inner)


@kind(1, "unfold.classical", "Unroll a recurrence", BOOK)
def classical(d: Draw) -> Made:
    first = d.between(0, 2)
    last = first + 1 + d.level + d.between(0, 1)
    n = d.names("h") | {"f": d.choose(FUNCTION_NAMES), "p": d.choose(("theta", "w", "k"))}
    model = plain(f"@h: n; @p: p; function @f: n\n@h[t] = @f(@h[t-1]; @p)   for t = {first + 1}..tau\n", n)
    statement = rf"$@h_t = @f(@h_{{t-1}}; @p)$ for $t \ge {first + 1}$, and $@h_{first}$ is given."
    asked = part(
        n,
        rf"Write $@h_{last}$ as a nested composition, with only $@h_{first}$ and $@p$ left.",
        nested(first, last),
        *(nested(k, last) for k in range(last - 1, first, -1)),
        form="unrolled",
        witness=f"@h_{last}",
        law="Replace the state on the right by its own equation until none is left.",
    )
    return Made(tex(statement, n), (asked,), model)


@kind(2, "unfold.driven", "Unroll a recurrence with inputs", BOOK)
def driven(d: Draw) -> Made:
    last = d.level + d.between(1, 2)
    n = d.names("hx") | {"f": d.choose(FUNCTION_NAMES), "p": d.choose(("theta", "w", "k"))}
    model = plain("@h: n; @x: m; @p: p; function @f: n\n@h[t] = @f(@h[t-1], @x[t]; @p)\n", n)
    asked = part(
        n,
        rf"Write $@h_{last}$ as a nested composition, with only $@h_0$, the inputs and $@p$ left.",
        nested(0, last, True),
        *(nested(k, last, True) for k in range(last - 1, 0, -1)),
        form="unrolled",
        law="Each application takes the state before it and the input of its own step.",
        witness=f"@h_{last}",
    )
    return Made(tex(r"$@h_t = @f(@h_{t-1}, @x_t; @p)$ for $t \ge 1$, and $@h_0$ is given.", n), (asked,), model)


def before(end: str) -> str:
    """The step before a last one."""
    return str(int(end) - 1) if end.isdigit() else f"{end}-1"


@kind(3, "linear.scalar", "A linear scalar recurrence", D2L)
def linear(d: Draw) -> Made:
    k = d.between(1, 9)
    end = str(d.between(3, 7)) if d.level == 1 else r"\tau"
    n = d.scalars("sw")
    twice = d.level == 3
    step = (f"{k} " if k > 1 else "") + ("@w^2" if twice else "@w")
    scale = f"{k}^{{{end}}} " if k > 1 else ""
    count = (str(2 * int(end)) if end.isdigit() else rf"2 {end}") if twice else end
    power = rf"{scale}@w^{{{count}}}"
    model = plain(f"@w: scalar\n@s[t] = {step.replace('^2', ' @w')} @s[t-1]\nloss = @s[tau]\n", n)
    last, rate = f"@s_{{{end}}}", rf"\frac{{d @s_{{{before(end)}}}}}{{d @w}}"
    own = step.replace("@w^2", "2 @w") if twice else (str(k) if k > 1 else "")
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
            rf"{count} \cdot {scale}@w^{{{before(count)}}} @s_0",
            rf"{own} @s_{{{before(end)}}} + {step} {rate}",
            form="no derivative",
            law="Differentiate the closed form; or add one term for each use of the weight.",
            witness=rf"\frac{{d {last}}}{{d @w}}",
        ),
        part(
            n,
            f"Give $d{last}/d@s_0$.",
            power,
            rf"{step} \frac{{d @s_{{{before(end)}}}}}{{d @s_0}}",
            form="no derivative",
            law="The closed form is linear in the first value.",
            witness=rf"\frac{{d {last}}}{{d @s_0}}",
        ),
    )
    where = rf"$@s_t = {step} @s_{{t-1}}$, all scalar; $@s_0$ is given and does not depend on $@w$."
    return Made(tex(where, n), parts, model)


@kind(4, "linear.matrix", "A linear network as a sum of powers", D2L)
def powers(d: Draw) -> Made:
    end = str(d.between(2, 4)) if d.level < 3 else "t"
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
        f"Give $@h_{{{end}}}$ in closed form, as a sum of powers of $@W$.",
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
    n = {"a": d.choose("asyh"), "b": d.choose("bxvu"), "c": d.choose("cwgr")}
    first = d.choose(("@b_t + @c_t @a_{t-1}", "@c_t @a_{t-1} + @b_t"))
    zero = d.level == 1
    start = "" if zero else rf" + \left(\prod_{{j=1}}^{{{end}}} @c_j\right) @a_0"
    text = "@a: scalar; @b: scalar; @c: scalar\n@a[t] = @b[t] + @c[t] @a[t-1]\n" + ("@a[0] = 0\n" if zero else "")
    past = before(end)
    far = before(past) if past.isdigit() else "t-2"
    twice = rf"@b_{{{end}}} + @c_{{{end}}} (@b_{{{past}}} + @c_{{{past}}} @a_{{{far}}})" if end != "t" else ""
    asked = part(n, f"Give $@a_{{{end}}}$ in closed form, as a sum of products.",
                 rf"\sum_{{i=1}}^{{{end}}} \left(\prod_{{j=i+1}}^{{{end}}} @c_j\right) @b_i{start}",
                 rf"@b_{{{end}}} + @c_{{{end}}} @a_{{{past}}}", twice, witness=f"@a_{{{end}}}", points=3.0,
                 law="Substitute once and twice, and look at what multiplies each term.")  # fmt: skip
    steps = part(
        n,
        "Check the claim's step: insert it for the step before; what is $@a_t$ in terms of $@b_t$, $@c_t$ and the sum?",
        r"@b_t + @c_t \sum_{i=1}^{t-1} \left(\prod_{j=i+1}^{t-1} @c_j\right) @b_i"
        + (r" + @c_t \left(\prod_{j=1}^{t-1} @c_j\right) @a_0" if not zero else ""),
        "@b_t + @c_t @a_{t-1}",
        law="Induction: the claim for t-1, inserted into the recursion.",
        witness="@a_t",
        where="t >= 2",
    )
    given = "$@a_0 = 0$" if zero else "$@a_0$ given"
    return Made(tex(f"$@a_t = {first}$, with {given}.", n), (asked, steps)[: 1 + (d.level > 1)], plain(text, n))
