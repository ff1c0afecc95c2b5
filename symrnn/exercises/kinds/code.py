"""Code as an answer, and finding a mistake (kinds 31, 32, 36, 37)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.exercise import Part
from symrnn.exercises.kinds.backward import USES_LAW, early, later, slope
from symrnn.exercises.kinds.networks import Network, network
from symrnn.exercises.kinds.table import Made, kind, part, tex
from symrnn.exercises.marking import CHOICE, CODE
from symrnn.model import read_model
from symrnn.numeric import to_numpy

COURSE = "Stanford CS231n, assignment on recurrent networks"
CODE_LAW = "Go through the steps backward; carry the gradient of the state along, and add up those of the parameters."


def _programmed(d: Draw, losses: tuple[str, ...] = ("softmax", "squared")) -> Network:
    """A network that has numbers: no unknown function; on level 3 it reads the states of two steps."""
    return network(d, ("tanh", "sigmoid"), losses, both=d.level == 3)


def _asked(net: Network, question: str, tau: int = 0, points: float = 8.0) -> Made:
    """A question for code, with the lines that the code computes."""
    shown = [
        rf"\nabla_{{{net.names['h']}_t}} L = {net.lines('h')[-1]}",
        rf"\nabla_{{{net.names['a']}_t}} L = {net.lines('a')[-1]}",
    ]
    shown += [rf"\nabla_{{{net.names[x]}}} L = {net.lines(x)[-1]}" for x in "WUVbc"]
    names = ", ".join(f"`{net.names[x]}`" for x in "WUVbc")
    text = (
        f"{question} Write `def backward(params, inputs, boundary)`, from dicts of NumPy arrays by name to "
        f"`(loss, grads)`, with `grads` by name, too: {names} and `{net.names['h']}[0]`. "
        "Arrays have time first, then the entries of the vector."
    )
    source = to_numpy(read_model(net.text)).source
    asked = Part(text, source, tuple(shown), kind=CODE, law=CODE_LAW, points=points, tau=tau)
    return Made(net.shown, (asked,), net.text)


@kind(31, "code.step", "The backward pass of a single step, in NumPy", COURSE)
def code_step(d: Draw) -> Made:
    net = network(d, ("tanh", "sigmoid"), ("softmax", "squared"))
    return _asked(net, f"For sequences of ${net.delay}$ step{'s' * (net.delay > 1)}.", net.delay, points=5.0)


@kind(32, "code.sequence", "The backward pass through time, in NumPy", COURSE)
def code_sequence(d: Draw) -> Made:
    return _asked(_programmed(d), "For any number of steps.")


@kind(36, "code.check", "A loss function and its gradient check", "Karpathy, min-char-rnn")
def code_check(d: Draw) -> Made:
    return _asked(_programmed(d, ("softmax",)), "Check ten entries by central differences before you hand it in.")


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
    which = part(
        net.names,
        "Which mistake is it?",
        "abcde"[place],
        kind=CHOICE,
        choices=tuple(name for name, _ in BUGS),
        points=1.0,
        law="Write the shape and the time of every factor below it.",
    )
    right = rf"@W^\top {slope(net, time)} \nabla_{{@h_{{{time}}}}} L + @V^\top \nabla_{{@o_t}} L"
    line = part(net.names, "Write the line as it should be.", right, *net.lines("h"), law=USES_LAW, where=early(net),
                witness=r"\nabla_{@h_t} L", points=3.0)  # fmt: skip
    return Made(statement, (which, line), net.text)
