"""Gradients cut short, and sensitivities carried forward (kinds 30, 39)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex


@kind(30, "bptt.truncated", "Truncated back-propagation", "Williams and Peng 1990")
def truncated(d: Draw) -> Made:
    window = d.level
    last = window + d.between(1, 2)
    n = d.scalars("swuf" if d.level > 1 else "swu")
    f = "tanh" if d.level == 1 else "f"
    slope = (lambda t: f"(1-@s_{t}^2)") if f == "tanh" else (lambda t: f"@f'(@a_{t})")
    word = r"\tanh" if f == "tanh" else "@f"

    def term(k: int) -> str:
        factors = "".join(rf" @w {slope(j)}" for j in range(last, k, -1))
        return rf"@g_{last}{factors} {slope(k)} @s_{k - 1}"

    kept = " + ".join(term(k) for k in range(last, last - window, -1))
    missing = " + ".join(term(k) for k in range(last - window, 0, -1))
    statement = (
        rf"$@s_t = {word}(@a_t)$, $@a_t = @w @s_{{t-1}} + @u @x_t$, all scalar; the loss reads $@s_{last}$ only, and "
        rf"$@g_{last} = \partial L/\partial @s_{last}$. The gradient by $@w$ is followed back {window} "
        rf"step{'s' * (window > 1)} only: the last {window} use{'s' * (window > 1)} of $@w$ count."
    )
    table = {
        "sequences": {n[k]: [] for k in "saxg"},
        "parameters": {n["w"]: [], n["u"]: []},
        "functions": {n["f"]: "scalar"},
    }
    law = "Each use of the weight sends one term, longer by one factor a step."
    parts = (
        part(n, "Give the truncated gradient.", kept, law=law),
        part(n, "Give what is missing: the full gradient minus the truncated one.", missing, law=law),
    )
    return Made(tex(statement, n), parts, symbols=table)


@kind(39, "rtrl.recursion", "Sensitivities forward in time", "Williams and Zipser 1989")
def rtrl(d: Draw) -> Made:
    n = d.scalars("swuf" if d.level == 3 else "swu")
    f = ("tanh", "sigmoid", "@f")[d.level - 1]
    slope = {"tanh": "(1-@s_t^2)", "sigmoid": "@s_t (1-@s_t)", "@f": "@f'(@a_t)"}[f]
    word = {"tanh": r"\tanh", "sigmoid": r"\sigma", "@f": "@f"}[f]
    by, used = d.choose([("@w", "@s_{t-1}"), ("@u", "@x_t"), ("@b", "1")])
    head = "@s: scalar; @a: scalar; @x: scalar; @w: scalar; @u: scalar; @b: scalar\n"
    head += "function @f: elementwise\n" if f == "@f" else ""
    model = plain(head + f"@a[t] = @b + @w @s[t-1] + @u @x[t]\n@s[t] = {f}(@a[t])\nloss = sum_t @s[t]\n", n)
    before = rf"\frac{{d @s_{{t-1}}}}{{d {by}}}"
    asked = part(
        n,
        rf"Give the recursion of the sensitivity: $d@s_t/d{by}$ in terms of $d@s_{{t-1}}/d{by}$.",
        rf"{slope} ({used} + @w {before})",
        rf"{slope} \frac{{d @a_t}}{{d {by}}}",
        law="Through the parameter directly, and through the state before.",
        witness=rf"\frac{{d @s_t}}{{d {by}}}",
    )
    shown = (
        rf"$@s_t = {word}(@a_t)$, $@a_t = @b + @w @s_{{t-1}} + @u @x_t$, all scalar; $@s_0$ does not depend on ${by}$."
    )
    return Made(tex(shown, n), (asked,), model)
