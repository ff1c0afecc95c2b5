"""Gradients of a network through time (kinds 8, 10 to 13, 17, 18, 26, 44)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.exercise import Part
from symrnn.exercises.kinds.networks import Network, network
from symrnn.exercises.kinds.table import Made, kind, part, tex
from symrnn.exercises.marking import EDGES

BOOK = "Goodfellow, Bengio, Courville 2016, 10.2.2"
STANFORD = "Stanford CS224n, assignment on recurrent language models"
MEAN = (r"\frac{1}{\tau} \nabla_{@o_t} L_t",)  # the first line where the loss is a mean over time
SUM_LAW = "A shared parameter is used at every step: add the gradients of its uses."
USES_LAW = "Add what every node that reads the state sends back, each through the transpose of its Jacobian."
ENTRY_LAW = "Applied entry by entry, a function has a diagonal Jacobian: the derivatives of the entries."


def slope(net: Network, time: str) -> str:
    """The Jacobian of the activation."""
    return rf"\operatorname{{diag}}({net.slope(time)})"


def later(net: Network, delay: int = 0) -> str:
    """The time at which a state is read again."""
    return f"t+{delay or net.delay}"


def early(net: Network) -> str:
    """The steps whose state is read again."""
    return rf"1 <= t <= \tau - {net.delays[-1]}"


@kind(8, "forward.equations", "Forward equations", "Goodfellow, Bengio, Courville 2016, 10.8 to 10.11")
def forward(d: Draw) -> Made:
    net = network(d)
    past, word = f"t-{net.delay}", net.word
    inner = rf"@b + @W @h_{{{past}}} + @U @x_t"
    state = part(
        net.names,
        rf"Write $@h_t$ in terms of $@h_{{{past}}}$, $@x_t$ and the parameters.",
        f"{word}({inner})",
        f"{word}(@a_t)",
        law="Substitute the pre-activation.",
        witness="@h_t",
        form="unrolled",
    )
    output = part(net.names, rf"Write $@o_t$ in terms of $@h_{{{past}}}$, $@x_t$ and the parameters.",
                  rf"@c + @V {word}({inner})", "@c + @V @h_t", rf"@c + @V {word}(@a_t)",
                  law="Substitute the state, then its pre-activation.", witness="@o_t",
                  form="unrolled")  # fmt: skip
    far = part(net.names, rf"Write $@h_t$ in terms of $@h_{{t-{2 * net.delay}}}$, two states back.",
               rf"{word}(@b + @W {word}(@b + @W @h_{{t-{2 * net.delay}}} + @U @x_{{{past}}}) + @U @x_t)",
               f"{word}(@a_t)", f"{word}({inner})", law="Substitute the equation into itself, at the earlier time.",
               witness="@h_t", where=rf"{2 * net.delay} <= t <= \tau", points=3.0, form="unrolled")  # fmt: skip
    return Made(net.shown, (state, output, far)[: max(2, d.level)], net.text)


@kind(10, "bptt.logits", "The gradient by the output", "Goodfellow, Bengio, Courville 2016, 10.18")
def logits(d: Draw) -> Made:
    net = network(d, losses=("softmax", "squared", "mean"))
    lines = net.lines("o") if net.loss != "mean" else MEAN
    asked = part(net.names, r"Give $\nabla_{@o_t} L$.", net.local, *lines, form="no derivative",
                 law="Only the loss of the same step reads the output.", witness=r"\nabla_{@o_t} L")  # fmt: skip
    back = part(net.names, r"Give $\nabla_{@h_\tau} L$, without a derivative in it.",
                rf"@V^\top {_bracketed(net.local.replace('_t', '_{tau}').replace('_{tau}', '_{' + chr(92) + 'tau}'))}",
                r"@V^\top \nabla_{@o_\tau} L", law="The last state is read by the last output only.",
                form="no derivative", witness=r"\nabla_{@h_\tau} L")  # fmt: skip
    return Made(net.shown, (asked, back)[: 1 + (d.level > 1)], net.text)


def _bracketed(text: str) -> str:
    return rf"\left({text}\right)"


@kind(11, "bptt.state", "The recursion of the gradient by the state", f"{BOOK}, 10.19 to 10.21")
def state(d: Draw) -> Made:
    net = network(d)
    time = later(net)
    recursion = rf"@W^\top {slope(net, time)} \nabla_{{@h_{{{time}}}}} L + @V^\top \nabla_{{@o_t}} L"
    last = part(
        net.names,
        r"Give $\nabla_{@h_\tau} L$ at the last step, in terms of $\nabla_{@o_\tau} L$.",
        r"@V^\top \nabla_{@o_\tau} L",
        r"\left(\frac{\partial @o_\tau}{\partial @h_\tau}\right)^\top \nabla_{@o_\tau} L",
        law="Only the output reads the last state.",
        witness=r"\nabla_{@h_\tau} L",
    )
    step = part(
        net.names,
        rf"For $t \le \tau-{net.delay}$ give $\nabla_{{@h_t}} L$ in terms of $\nabla_{{@h_{{{time}}}}} L$ "
        r"and $\nabla_{@o_t} L$.",
        recursion,
        *net.lines("h"),
        law=USES_LAW,
        where=early(net),
        witness=r"\nabla_{@h_t} L",
        points=4.0,
    )
    start = part(
        net.names,
        rf"Give the gradient by the given state $@h_0$, in terms of $\nabla_{{@h_{{{net.delay}}}}} L$.",
        rf"@W^\top {slope(net, str(net.delay))} \nabla_{{@h_{net.delay}}} L",
        *net.lines("h", "0"),
        law="Only one step reads it.",
        witness=r"\nabla_{@h_0} L",
    )
    return Made(net.shown, (last, step, start)[: max(2, d.level)], net.text)


def gradient_of(net: Network, letter: str) -> str:
    """The gradient by a parameter, in terms of those by the state and the output."""
    back = rf"{slope(net, 't')} \nabla_{{@h_t}} L"
    return (
        r"\sum_{t=1}^{\tau} "
        + {
            "c": r"\nabla_{@o_t} L",
            "V": r"(\nabla_{@o_t} L) @h_t^\top",
            "b": back,
            "W": rf"({back}) @h_{{t-{net.delay}}}^\top",
            "U": rf"({back}) @x_t^\top",
        }[letter]
    )


def parameter_part(net: Network, letter: str, points: float = 2.0) -> Part:
    """The question for the gradient by one parameter."""
    by = r"\nabla_{@o_t} L" if letter in "Vc" else r"\nabla_{@h_t} L"
    return part(net.names, rf"Give $\nabla_{{@{letter}}} L$ in terms of ${by}$.", gradient_of(net, letter),
                *net.lines(letter), law=SUM_LAW, witness=rf"\nabla_{{@{letter}}} L", points=points)  # fmt: skip


@kind(12, "bptt.parameters", "The gradients of the parameters", f"{BOOK}, 10.22 to 10.28")
def parameters(d: Draw) -> Made:
    wanted = d.choose({1: ("cb", "Vc", "bV"), 2: ("WUb", "WVc", "UVb"), 3: ("cVbWU", "WUVbc")}[d.level])
    net = network(d)
    return Made(net.shown, tuple(parameter_part(net, letter) for letter in wanted), net.text)


for _letter in "WUVb":

    @kind(12, f"bptt.grad_{_letter}", f"The gradient of {_letter}", BOOK)
    def one_parameter(d: Draw, letter: str = _letter) -> Made:
        net = network(d)
        return Made(net.shown, (parameter_part(net, letter, 4.0),), net.text)


@kind(13, "bptt.copies", "Copies of a shared parameter", f"{BOOK}, 10.25, 10.26")
def copies(d: Draw) -> Made:
    letter = d.choose("WUb")
    net = network(d)
    read = {"W": rf" @h_{{t-{net.delay}}}^\top", "U": r" @x_t^\top", "b": ""}[letter]
    term = rf"{slope(net, 't')} \nabla_{{@h_t}} L"
    term = f"({term}){read}" if read else term
    one = part(net.names, rf"Let $@{letter}^{{(t)}}$ be a copy of $@{letter}$ that is used at step $t$ only. Give the "
               r"gradient of $L$ with respect to it, in terms of $\nabla_{@h_t} L$.", term,
               r"\left(\frac{\partial @a_t}{\partial @b_t}\right)^\top \nabla_{@a_t} L" if letter == "b"
               else rf"(\nabla_{{@a_t}} L){read}", law="One use: the gradient that arrives, times what the parameter "
               "multiplies.", points=3.0, form="terms")  # fmt: skip
    whole = part(
        net.names,
        rf"What is $\nabla_{{@{letter}}} L$, in the same terms?",
        gradient_of(net, letter),
        *net.lines(letter),
        law="The copies are equal, so their gradients add up.",
        witness=rf"\nabla_{{@{letter}}} L",
    )
    return Made(net.shown, (one, whole), net.text)


@kind(17, "bptt.one_step", "Gradients within one time step", STANFORD)
def one_step(d: Draw) -> Made:
    net = network(d)
    delta = rf"{slope(net, 't')} \nabla_{{@h_t}} L"
    law = "First back through the activation, then through the product."
    first = part(
        net.names,
        r"Give $\nabla_{@a_t} L$ in terms of $\nabla_{@h_t} L$.",
        delta,
        *net.lines("a"),
        law=ENTRY_LAW,
        witness=r"\nabla_{@a_t} L",
    )
    second = part(
        net.names,
        r"Give $\nabla_{@x_t} L$ in terms of $\nabla_{@h_t} L$.",
        rf"@U^\top {delta}",
        *net.lines("x"),
        law=law,
        witness=r"\nabla_{@x_t} L",
    )
    start = str(net.delay)
    third = part(
        net.names,
        rf"Give the gradient by the given state, $\nabla_{{@h_0}} L$, in terms of $\nabla_{{@h_{start}}} L$.",
        rf"@W^\top {slope(net, start)} \nabla_{{@h_{start}}} L",
        *net.lines("h", "0"),
        law=law,
        witness=r"\nabla_{@h_0} L",
    )
    return Made(net.shown, (first, second, third)[: d.level + (d.level < 3)], net.text)


@kind(18, "bptt.delta", "The recursion of delta", STANFORD)
def delta_recursion(d: Draw) -> Made:
    net = network(d)
    now, then = ("t", later(net)) if d.choose((True, False)) else (f"t-{net.delay}", "t")
    where = rf"1 <= t <= \tau - {net.delay}" if now == "t" else rf"{net.delay} < t <= \tau"
    inner = rf"@W^\top \nabla_{{@a_{{{then}}}}} L + @V^\top \nabla_{{@o_{{{now}}}}} L"
    asked = part(net.names, rf"Give $\nabla_{{@a_{{{now}}}}} L$ in terms of $\nabla_{{@a_{{{then}}}}} L$ and "
                 rf"$\nabla_{{@o_{{{now}}}}} L$, for ${where.replace('<=', chr(92) + 'le')}$.",
                 rf"{slope(net, now)} ({inner})", rf"{slope(net, now)} \nabla_{{@h_{{{now}}}}} L",
                 law="The state is read by the later pre-activation and by the output.", where=where,
                 witness=rf"\nabla_{{@a_{{{now}}}}} L", points=4.0)  # fmt: skip
    return Made(net.shown, (asked,) if d.level == 1 else (sketch(net), asked), net.text)


def sketch(net: Network) -> Part:
    """The question for the graph of three steps, as edges."""
    first, found = net.delays[-1], list[str]()
    for t in range(first, first + 3):
        found += [f"@h{t - k} -> @a{t}" for k in net.delays]
        found += [f"@x{t} -> @a{t}", f"@a{t} -> @h{t}", f"@h{t} -> @o{t}"]
    law = "An edge runs from what is read to what is computed from it."
    into = f"Into $@a_{first}$ run {found[0]} and @x{first} -> @a{first}."
    hints = tuple(
        tex(hint, net.names) for hint in (law, into, f"There are {len(found)} edges, {len(found) // 3} a step.")
    )
    return part(net.names, rf"Sketch the network for $t = {first}, \dots, {first + 2}$ as a list of its edges between "
                rf"the nodes $@x_t$, $@a_t$, $@h_t$ and $@o_t$, as in: @x{first} -> @a{first}, ...", ", ".join(found),
                kind=EDGES, law=law, hints=hints)  # fmt: skip


@kind(26, "bptt.components", "Temporal components of a gradient", "Pascanu, Mikolov, Bengio 2013")
def components(d: Draw) -> Made:
    k = d.choose("kji")
    net = network(d)
    jacobian = rf"\left(\frac{{\partial @h_{k}}}{{\partial @h_t}}\right)^\top"
    whole = part(
        net.names,
        rf"Give $\nabla_{{@h_t}} L$ as a sum over ${k} = t, \dots, \tau$ of what the outputs $@o_{k}$ send "
        rf"back, in terms of $\partial @h_{k}/\partial @h_t$ and $\nabla_{{@o_{k}}} L$.",
        rf"\sum_{{{k}=t}}^{{\tau}} {jacobian} @V^\top \nabla_{{@o_{k}}} L",
        rf"\sum_{{{k}=t}}^{{\tau}} \left(\frac{{\partial @o_{k}}}{{\partial @h_t}}\right)^\top \nabla_{{@o_{k}}} L",
        law="The loss of a step reaches an earlier state through the state of that step.",
        witness=r"\nabla_{@h_t} L",
        points=3.0,
    )
    short = part(
        net.names,
        rf"Split off the short-term component, that of ${k} = t$; what is it, in terms of $\nabla_{{@o_t}} L$?",
        r"@V^\top \nabla_{@o_t} L",
        r"\left(\frac{\partial @o_t}{\partial @h_t}\right)^\top \nabla_{@o_t} L",
        law="A state changes itself by as much as it changes: that Jacobian is the identity.",
        form="terms",
    )
    far = part(
        net.names,
        r"And what remains, the long-term components, as a sum?",
        rf"\sum_{{{k}=t+1}}^{{\tau}} {jacobian} @V^\top \nabla_{{@o_{k}}} L",
        r"\nabla_{@h_t} L - @V^\top \nabla_{@o_t} L",
        law="All steps after $t$.",
        form="terms",
        follows="@1 - @2",
        where=r"1 <= t < \tau",
    )
    return Made(net.shown, (whole, short, far)[: max(2, d.level)], net.text)


@kind(44, "bptt.two_delays", "Two delays", "a network that reads its states of two steps")
def two_delays(d: Draw) -> Made:
    net = network(d, both=True)
    near, far = (later(net, k) for k in net.delays)
    one = rf"@W^\top {slope(net, near)} \nabla_{{@h_{{{near}}}}} L"
    two = rf"R^\top {slope(net, far)} \nabla_{{@h_{{{far}}}}} L"
    asked = part(
        net.names,
        rf"For $t \le \tau - {net.delays[-1]}$ give $\nabla_{{@h_t}} L$ in terms of the gradients by "
        rf"$@h_{{{near}}}$, $@h_{{{far}}}$ and $@o_t$.",
        rf"{one} + {two} + @V^\top \nabla_{{@o_t}} L",
        *net.lines("h"),
        where=early(net),
        law="Three nodes read the state: two later states, and the output.",
        witness=r"\nabla_{@h_t} L",
        points=4.0,
    )
    weight = part(net.names, r"Give $\nabla_R L$ in terms of $\nabla_{@h_t} L$.",
                  rf"\sum_{{t=1}}^{{\tau}} ({slope(net, 't')} \nabla_{{@h_t}} L) @h_{{t-{net.delays[-1]}}}^\top",
                  *net.lines("R"), law=SUM_LAW, witness=r"\nabla_R L", points=3.0)  # fmt: skip
    return Made(net.shown, (asked, weight)[: 1 + (d.level > 1)], net.text)
