"""Code as an answer, and finding a mistake (kinds 31, 32, 36, 37)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.exercise import Part
from symrnn.exercises.kinds.backward import USES_LAW, early, later, slope
from symrnn.exercises.kinds.networks import WORDS, Network, network
from symrnn.exercises.kinds.programs import one_step, rows_through_time, through_time
from symrnn.exercises.kinds.table import Made, kind, part, plain, tex
from symrnn.exercises.marking import CHOICE, CODE

COURSE = "Stanford CS231n, assignment on recurrent networks"
CODE_LAW = "Go through the steps backward; carry the gradient of the state along, and add up those of the parameters."
ROW_LAW = "Rows of a batch: every product of the formulas is transposed, and what all rows share is summed over them."


def _asked(net: Network, question: str) -> Made:
    """A question for code about a network and its loss, with the lines that the code computes."""
    shown = [
        rf"\nabla_{{{net.names['h']}_t}} L = {net.lines('h')[-1]}",
        rf"\nabla_{{{net.names['a']}_t}} L = {net.lines('a')[-1]}",
    ]
    shown += [rf"\nabla_{{{net.names[x]}}} L = {net.lines(x)[-1]}" for x in "WUVbc"]
    names = [net.names[x] for x in "WUVbc"] + ["R"] * (len(net.delays) > 1)
    names += [f"{net.names['h']}[{1 - k}]" for k in range(1, net.delays[-1] + 1)]
    text = (
        f"{question} Write `def backward(params, inputs, boundary)`, from dicts of NumPy arrays by name to "
        f"`(loss, grads)`, with `grads` by name, too: {', '.join(f'`{name}`' for name in names)}. "
        "Arrays have time first, then the entries of the vector."
    )
    asked = Part(text, through_time(net), tuple(shown), kind=CODE, law=CODE_LAW, points=8.0)
    return Made(net.shown, (asked,), net.text)


PARAMETERS = (("Wx", "Wh"), ("Wxh", "Whh"), ("U", "W"), ("A", "B"))
DECAYS = {1: ("",), 2: ("1",), 3: ("0.5", "0.9", "0.8")}  # how much of the state before is added to the new one


def _in_rows(d: Draw, sequence: bool) -> Made:
    """A layer as courses have it: rows of a batch; the gradient that arrives at the state is given."""
    n, f, decay = d.names("hx"), d.choose(("tanh", "sigmoid")), d.choose(DECAYS[d.level])
    n |= dict(zip("UW", d.choose(PARAMETERS), strict=True)) | {"b": d.choose(("b", "c", "bias")), "d": decay}
    n["o"] = d.choose(("h0", "start", "first")) if sequence else d.choose(("prev_h", "before", "last"))
    added = "" if not decay else "@h_{t-1} + " if decay == "1" else "@d \\, @h_{t-1} + "
    program = (rows_through_time if sequence else one_step)(f, n)
    carried = "" if not decay else "@h[t-1] + " if decay == "1" else "@d @h[t-1] + "
    model = f"@h: n; @x: m; W: n x n; U: n x m; b: n\n@h[t] = {carried}{f}(U @x[t] + W @h[t-1] + b)\n"
    step = rf"$@h_t = {added}{WORDS[f]}(@x_t U + @h_{{t-1}} W + b)$, where $U$ is `@U`, $W$ is `@W` and $b$ is `@b`"
    shapes = "with time second, (N, T, m) and (N, T, n)" if sequence else "(N, m) and (N, n)"
    statement = (
        f"A layer takes rows of a batch: {step}; `@x` and the states are arrays {shapes}, `@U` is (m, n), `@W` is "
        "(n, n), `@b` is (n,)."
    )
    arrives = "at every state" if sequence else "at the new state"
    state = "the first state" if sequence else "the state before"
    question = (
        "Write `def backward(params, inputs, boundary, dout)`, from dicts of NumPy arrays by name to a dict of "
        f"gradients by name: `@U`, `@W`, `@b`, `@x` and `@o`. `boundary` holds {state}, `@o`; `dout` is the gradient "
        f"that arrives {arrives} from outside."
    )
    asked = Part(tex(question, n), program, (), kind=CODE, law=ROW_LAW, points=8.0 if sequence else 5.0,
                 hints=_row_hints(f, sequence), axes="BTD" if sequence else "BD", upstream=n["h"],
                 arrays=((n["U"], "U.T"), (n["W"], "W.T"), (n["b"], "b"), (n["o"], f"{n['h']}[0]")))  # fmt: skip
    return Made(tex(statement, n), (asked,), plain(model, n))


def _row_hints(f: str, sequence: bool) -> tuple[str, ...]:
    slope = "1 - value**2" if f == "tanh" else "value * (1 - value)"
    arrives = "dh = dout[:, t] + what the later step sends back" if sequence else "dh = dout"
    return (
        ROW_LAW,
        f"Begin with {arrives}, then da = dh * ({slope}), where value is what the activation gives.",
        "The gradient of a weight is the transposed rows that it was multiplied with, times da.",
    )


@kind(31, "code.step", "The backward pass of a single step, in NumPy", COURSE)
def code_step(d: Draw) -> Made:
    return _in_rows(d, sequence=False)


@kind(32, "code.sequence", "The backward pass through time, in NumPy", COURSE)
def code_sequence(d: Draw) -> Made:
    return _in_rows(d, sequence=True)


@kind(36, "code.check", "A loss function and its gradient check", "Karpathy, min-char-rnn")
def code_check(d: Draw) -> Made:
    net = network(d, ("tanh", "sigmoid"), ("softmax", "squared"), both=d.level == 3)
    return _asked(net, "The loss and its gradients, for any number of steps; check ten entries by central differences "
                  "before you hand it in.")  # fmt: skip


BUGS = (
    ("a missing transpose", r"@W {now} {back} + @V^\top \nabla_{@o_t} L"),
    ("a missing derivative of the activation", r"@W^\top {back} + @V^\top \nabla_{@o_t} L"),
    ("a time index off by one", r"@W^\top {early} {back} + @V^\top \nabla_{@o_t} L"),
    ("a missing term", r"@W^\top {now} {back}"),
    ("a wrong sign", r"@W^\top {now} {back} - @V^\top \nabla_{@o_t} L"),
)


@kind(37, "bug.find", "Find the mistake", "Data Science Stack Exchange 10545")
def bug(d: Draw) -> Made:
    place = d.choose(range(len(BUGS)))
    net = network(d)
    time = later(net)
    pieces = {"{now}": slope(net, time), "{early}": slope(net, "t"), "{back}": rf"\nabla_{{@h_{{{time}}}}} L"}
    wrong = BUGS[place][1]
    for mark, text in pieces.items():
        wrong = wrong.replace(mark, text)
    when = rf"t \le \tau-{net.delay}"
    statement = net.shown + tex(rf" Somebody writes, for ${when}$: $\nabla_{{@h_t}} L = {wrong}$.", net.names)
    hints = (
        "Write the shape and the time of every factor below it.",
        tex("Which nodes read $@h_t$? Each of them sends one term.", net.names),
        tex(rf"What $@h_{{{time}}}$ sends passes the activation of its own step first, then $@W$.", net.names),
    )
    which = part(
        net.names,
        "Which mistake is it?",
        "abcde"[place],
        kind=CHOICE,
        choices=tuple(name for name, _ in BUGS),
        points=1.0,
        law=hints[0],
        hints=hints,
    )
    right = rf"@W^\top {slope(net, time)} \nabla_{{@h_{{{time}}}}} L + @V^\top \nabla_{{@o_t}} L"
    line = part(net.names, "Write the line as it should be.", right, *net.lines("h"), law=USES_LAW, where=early(net),
                witness=r"\nabla_{@h_t} L", points=3.0)  # fmt: skip
    return Made(statement, (which, line), net.text)
