"""Gated cells, and code as an answer (kinds 31, 32, 34 to 37)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.networks import Network, network
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex
from symrnn.exercises.marking import CHOICE, CODE

BOOK = "Goodfellow, Bengio, Courville 2016, 10.10.1"
CODE_LAW = (
    "Run the steps backward; carry the gradient of the state from step to step, and add up those of the parameters."
)


def _cell(d: Draw) -> tuple[dict[str, str], str, str]:
    """The cell of an LSTM with its gates given names: names, text and LaTeX."""
    n = {
        "f": d.choose("fpr"),
        "i": d.choose("iu"),
        "g": d.choose("gvz"),
        "c": d.choose("cs"),
        "o": d.choose("oq"),
        "h": d.choose("hy"),
    }
    text = "@f: n; @i: n; @g: n; @o: n; @c: n; @h: n\n"
    text += "@c[t] = @f[t] * @c[t-1] + @i[t] * @g[t]\n@h[t] = @o[t] * tanh(@c[t])\n"
    text += "loss = sum_t sum(@h[t] * @h[t] * @h[t])\n"
    shown = (
        r"$@c_t = @f_t \odot @c_{t-1} + @i_t \odot @g_t$ and $@h_t = @o_t \odot \tanh(@c_t)$; the gates $@f_t, @i_t$, "
        r"$@o_t$ and the candidate $@g_t$ are inputs here; the loss reads the states $@h_t$ only."
    )
    return n, plain(text, n), tex(shown, n)


@kind(34, "lstm.step", "One step of an LSTM cell", BOOK)
def lstm_step(d: Draw) -> Made:
    n, model, shown = _cell(d)
    through = r"@o_t \odot (1-\tanh(@c_t)^2) \odot \nabla_{@h_t} L"
    cell = rf"{through} + @f_{{t+1}} \odot \nabla_{{@c_{{t+1}}}} L"
    parts = [
        part(
            n,
            r"Give $\nabla_{@o_t} L$ in terms of $\nabla_{@h_t} L$.",
            r"\tanh(@c_t) \odot \nabla_{@h_t} L",
            law="Entry by entry: the other factor.",
            witness=r"\nabla_{@o_t} L",
        ),
        part(
            n,
            r"For $t < \tau$ give $\nabla_{@c_t} L$ in terms of $\nabla_{@h_t} L$ and $\nabla_{@c_{t+1}} L$.",
            cell,
            through,
            law="The cell is read by the state and by the next cell.",
            where=r"1 <= t < \tau",
            witness=r"\nabla_{@c_t} L",
            points=4.0,
        ),
        part(
            n,
            r"Give $\nabla_{@f_t} L$ in terms of $\nabla_{@c_t} L$.",
            r"@c_{t-1} \odot \nabla_{@c_t} L",
            law="Entry by entry: the other factor.",
            witness=r"\nabla_{@f_t} L",
        ),
        part(
            n,
            r"Give $\nabla_{@i_t} L$ in terms of $\nabla_{@c_t} L$.",
            r"@g_t \odot \nabla_{@c_t} L",
            law="Entry by entry: the other factor.",
            witness=r"\nabla_{@i_t} L",
        ),
    ]
    return Made(shown, tuple(parts[: d.level + 1]), model)


@kind(35, "lstm.carousel", "Why the cell carries gradients", "lectures")
def carousel(d: Draw) -> Made:
    n, model, shown = _cell(d)
    k = d.choose("kj")
    j = "j" if k != "j" else "i"
    one = part(
        n,
        r"Give $\partial @c_t/\partial @c_{t-1}$.",
        r"\operatorname{diag}(@f_t)",
        law="The gates do not depend on the cell here.",
        witness=r"\frac{\partial @c_t}{\partial @c_{t-1}}",
    )
    many = part(
        n,
        rf"For ${k} < t$ give $\partial @c_t/\partial @c_{k}$ as a product.",
        rf"\prod_{{{j}=t}}^{{{k}+1}} \operatorname{{diag}}(@f_{j})",
        law="Multiply along the chain of cells.",
        where=f"1 <= {k} < t",
        witness=rf"\frac{{\partial @c_t}}{{\partial @c_{k}}}",
    )
    last = part(
        n,
        "What is this Jacobian if all forget gates are 1?",
        "b",
        kind=CHOICE,
        points=1.0,
        choices=("zero", "the identity", "the forget gate itself"),
    )
    return Made(shown, (one, many, last)[: max(2, d.level)], model)


def _skeleton(names: dict[str, str]) -> str:
    return tex(
        "`def backward(params, inputs, boundary): ...` that returns `(loss, grads)`, gradients by name: "
        "`@W`, `@U`, `@V`, `@b`, `@c`, `@h[0]`",
        names,
    )


def _programmed(d: Draw, loss: str = "") -> Network:
    """A network that has numbers: no unknown function; from level 3 on it reads the states of two steps."""
    return network(d, d.choose(("tanh", "sigmoid")), loss, lags=1 + (d.level == 3))


@kind(31, "code.step", "The backward pass of a step, in NumPy", "Stanford CS231n, assignment on recurrent networks")
def code_step(d: Draw) -> Made:
    net = _programmed(d)
    asked = part(
        net.names,
        f"For sequences of one step write {_skeleton(net.names)}.",
        "sr.to_numpy(model).loss_and_grad",
        kind=CODE,
        law=CODE_LAW,
        points=5.0,
    )
    return Made(net.shown, (asked,), net.text)


@kind(
    32, "code.sequence", "The backward pass through time, in NumPy", "Stanford CS231n, assignment on recurrent networks"
)
def code_sequence(d: Draw) -> Made:
    net = _programmed(d)
    asked = part(
        net.names,
        f"Write {_skeleton(net.names)}, for any number of steps.",
        "sr.to_numpy(model).loss_and_grad",
        kind=CODE,
        law=CODE_LAW,
        points=8.0,
    )
    return Made(net.shown, (asked,), net.text)


@kind(36, "code.check", "A loss function and its gradient check", "Karpathy, min-char-rnn")
def code_check(d: Draw) -> Made:
    net = _programmed(d, "softmax_cross_entropy")
    asked = part(
        net.names,
        f"Write {_skeleton(net.names)}. Check ten entries by central differences before you hand it in.",
        "sr.to_numpy(model).loss_and_grad",
        kind=CODE,
        law=CODE_LAW,
        points=8.0,
    )
    return Made(net.shown, (asked,), net.text)


@kind(37, "bug.find", "Find the mistake", "own; Data Science Stack Exchange 10545")
def bug(d: Draw) -> Made:
    net = network(d)
    n = net.names
    slope = rf"\operatorname{{diag}}({net.slope('t+1')})"
    late = rf"\operatorname{{diag}}({net.slope('t')})"
    right = rf"@W^\top {slope} \nabla_{{@h_{{t+1}}}} L + @V^\top \nabla_{{@o_t}} L"
    wrong, letter = d.choose([
        (rf"@W {slope} \nabla_{{@h_{{t+1}}}} L + @V^\top \nabla_{{@o_t}} L", "a"),
        (r"@W^\top \nabla_{@h_{t+1}} L + @V^\top \nabla_{@o_t} L", "b"),
        (rf"@W^\top {late} \nabla_{{@h_{{t+1}}}} L + @V^\top \nabla_{{@o_t}} L", "c"),
        (rf"@W^\top {slope} \nabla_{{@h_{{t+1}}}} L", "d"),
    ])  # fmt: skip
    statement = net.shown + tex(rf" Somebody writes, for $t < \tau$: $\nabla_{{@h_t}} L = {wrong}$.", n)
    options = (
        "a missing transpose",
        "a missing derivative of the activation",
        "a time index off by one",
        "a missing term",
    )
    parts = (
        part(
            n,
            "Which mistake is it?",
            letter,
            kind=CHOICE,
            choices=options,
            points=1.0,
            law="Check each factor's time and shape.",
        ),
        part(
            n,
            "Write the line as it should be.",
            right,
            law="Add what every node that reads the state sends back.",
            where=r"1 <= t < \tau",
            witness=r"\nabla_{@h_t} L",
            points=3.0,
        ),
    )
    return Made(statement, parts, net.text)
