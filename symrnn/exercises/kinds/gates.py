"""Gated cells: one step, and what a forget gate carries (kinds 34, 35)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex
from symrnn.exercises.marking import CHOICE
from symrnn.exercises.worked import lines_for

BOOK = "Goodfellow, Bengio, Courville 2016, 10.10.1"
FACTOR_LAW = "Entry by entry: the derivative of a product by one factor is the other."


def _cell(d: Draw) -> tuple[dict[str, str], str, str]:
    """The cell of an LSTM with its gates given: names, text and LaTeX."""
    options = {"f": "fpr", "i": "iul", "g": "gvz", "c": "csm", "o": "oq", "h": "hy"}
    n = {key: d.choose(letters) for key, letters in options.items()}
    head = "@f: n; @i: n; @g: n; @o: n; @c: n; @h: n\n"
    body = "@c[t] = @f[t] * @c[t-1] + @i[t] * @g[t]\n@h[t] = @o[t] * tanh(@c[t])\n"
    body += "loss = sum_t sum(@h[t] * @h[t] * @h[t])\n"
    shown = (
        r"$@c_t = @f_t \odot @c_{t-1} + @i_t \odot @g_t$ and $@h_t = @o_t \odot \tanh(@c_t)$, all vectors of $n$ "
        r"entries. The gates $@f_t$, $@i_t$, $@o_t$ and the candidate $@g_t$ are inputs here; the loss reads "
        r"the states $@h_t$ only."
    )
    return n, plain(head + body, n), tex(shown, n)


@kind(34, "lstm.step", "One step of an LSTM cell", BOOK)
def lstm_step(d: Draw) -> Made:
    order = d.choose(("fig", "gfi", "ifg"))
    n, model, shown = _cell(d)
    cell = part(n, r"For $t < \tau$ give $\nabla_{@c_t} L$ in terms of $\nabla_{@h_t} L$ and $\nabla_{@c_{t+1}} L$.",
                r"@o_t \odot (1-\tanh(@c_t)^2) \odot \nabla_{@h_t} L + @f_{t+1} \odot \nabla_{@c_{t+1}} L",
                *lines_for(model, n["c"])[:-1], where=r"1 <= t < \tau", witness=r"\nabla_{@c_t} L", points=4.0,
                law="The cell is read by the state of its own step and by the next cell.")  # fmt: skip
    out = part(n, r"Give $\nabla_{@o_t} L$ in terms of $\nabla_{@h_t} L$.", r"\tanh(@c_t) \odot \nabla_{@h_t} L",
               *lines_for(model, n["o"])[:-1], law=FACTOR_LAW, witness=r"\nabla_{@o_t} L")  # fmt: skip
    others = {"f": "@c_{t-1}", "i": "@g_t", "g": "@i_t"}
    gates = [
        part(
            n,
            rf"Give $\nabla_{{@{x}_t}} L$ in terms of $\nabla_{{@c_t}} L$.",
            rf"{others[x]} \odot \nabla_{{@c_t}} L",
            *lines_for(model, n[x])[:-1],
            law=FACTOR_LAW,
            witness=rf"\nabla_{{@{x}_t}} L",
        )
        for x in order
    ]
    return Made(shown, {1: (out, gates[0]), 2: (cell, gates[0]), 3: (cell, out, *gates)}[d.level], model)


@kind(35, "lstm.carry", "What a forget gate carries", BOOK)
def carry(d: Draw) -> Made:
    k = d.choose("kj") if d.level > 1 else "k"
    n, model, shown = _cell(d)
    j = next(letter for letter in "jile" if letter != k and letter not in n.values())
    one = part(
        n,
        r"Give $\partial @c_t/\partial @c_{t-1}$.",
        r"\operatorname{diag}(@f_t)",
        law="The gates do not depend on the cell here.",
        witness=r"\frac{\partial @c_t}{\partial @c_{t-1}}",
    )
    chained = r"\frac{\partial @c_t}{\partial @c_{t-1}} \frac{\partial @c_{t-1}}{\partial @c_{%s}}"
    two = part(
        n,
        r"Give $\partial @c_t/\partial @c_{t-2}$.",
        r"\operatorname{diag}(@f_t) \operatorname{diag}(@f_{t-1})",
        chained % "t-2",
        law="Through the cell between.",
        where="t >= 2",
        witness=r"\frac{\partial @c_t}{\partial @c_{t-2}}",
    )
    many = part(n, rf"For ${k} < t$ give $\partial @c_t/\partial @c_{k}$ as a product.",
                rf"\prod_{{{j}=t}}^{{{k}+1}} \operatorname{{diag}}(@f_{j})", chained % k,
                rf"\operatorname{{diag}}(@f_t) \frac{{\partial @c_{{t-1}}}}{{\partial @c_{k}}}",
                law="Multiply along the chain of cells.", where=f"1 <= {k} < t",
                witness=rf"\frac{{\partial @c_t}}{{\partial @c_{k}}}", points=3.0)  # fmt: skip
    last = part(n, "What is this Jacobian if all forget gates are 1?", "b", kind=CHOICE, points=1.0,
                choices=("zero", "the identity", "the gate's derivative"),
                law="Put 1 for every entry of the gates into the product.",
                hints=("Put 1 for every entry of the gates into the product.", "What is a diagonal matrix of ones?",
                       "A vector times it is the vector itself."))  # fmt: skip
    return Made(shown, {1: (one, two), 2: (one, many), 3: (one, many, last)}[d.level], model)
