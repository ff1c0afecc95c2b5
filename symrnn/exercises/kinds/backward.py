"""Gradients of a network through time (kinds 8, 10 to 13, 17, 18, 26, 44, 46)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.networks import Network, network
from symrnn.exercises.kinds.table import Made, kind, part

BOOK = "Goodfellow, Bengio, Courville 2016, 10.2.2"


def _slope(net: Network, time: str) -> str:
    return rf"\operatorname{{diag}}({net.slope(time)})"


@kind(8, "forward.equations", "Forward equations", "Goodfellow, Bengio, Courville 2016, 10.8 to 10.11")
def forward(d: Draw) -> Made:
    net = network(d)
    n = net.names
    word = {"tanh": r"\tanh", "sigmoid": r"\sigma", "f": "f"}[net.activation]
    parts = (
        part(
            n,
            "Write $@h_t$ in terms of the step before, the input and the parameters.",
            rf"{word}(@b + @W @h_{{t-1}} + @U @x_t)",
            rf"{word}(@a_t)",
            law="Substitute the pre-activation.",
            witness="@h_t",
        ),
        part(
            n,
            "Write $@o_t$ in terms of $@h_{t-1}$, $@x_t$ and the parameters.",
            rf"@c + @V {word}(@b + @W @h_{{t-1}} + @U @x_t)",
            "@c + @V @h_t",
            law="Substitute the state.",
            witness="@o_t",
        ),
    )
    return Made(net.shown, parts, net.text)


@kind(10, "bptt.logits", "The gradient by the output", "Goodfellow, Bengio, Courville 2016, 10.18")
def logits(d: Draw) -> Made:
    net = network(d)
    law = "Only the loss of the same step reads the output."
    asked = part(net.names, r"Give $\nabla_{@o_t} L$.", net.local, r"\frac{\partial L_t}{\partial @o_t}",
                 law=law, witness=r"\nabla_{@o_t} L", form="no derivative")  # fmt: skip
    return Made(net.shown, (asked,), net.text)


@kind(
    11, "bptt.state", "The recursion of the gradient by the state", "Goodfellow, Bengio, Courville 2016, 10.19 to 10.21"
)
def state(d: Draw) -> Made:
    net = network(d)
    n = net.names
    law = "Add what every node that reads the state sends back, each through the transpose of its Jacobian."
    recursion = rf"@W^\top {_slope(net, 't+1')} \nabla_{{@h_{{t+1}}}} L + @V^\top \nabla_{{@o_t}} L"
    parts = (
        part(
            n,
            r"Give $\nabla_{@h_\tau} L$ at the last step, in terms of $\nabla_{@o_\tau} L$.",
            r"@V^\top \nabla_{@o_\tau} L",
            r"\left(\frac{\partial @o_\tau}{\partial @h_\tau}\right)^\top \nabla_{@o_\tau} L",
            law="Only the output reads the last state.",
            witness=r"\nabla_{@h_\tau} L",
        ),
        part(
            n,
            r"For $t < \tau$ give $\nabla_{@h_t} L$ in terms of $\nabla_{@h_{t+1}} L$ and $\nabla_{@o_t} L$.",
            recursion,
            r"\left(\frac{\partial @h_{t+1}}{\partial @h_t}\right)^\top \nabla_{@h_{t+1}} L + @V^\top \nabla_{@o_t} L",
            law=law,
            where=r"1 <= t < \tau",
            witness=r"\nabla_{@h_t} L",
            points=4.0,
        ),
    )
    return Made(net.shown, parts, net.text)


def _parameters(net: Network) -> dict[str, str]:
    """The gradient of each parameter, in terms of those of the state and the output."""
    back = rf"{_slope(net, 't')} \nabla_{{@h_t}} L"
    return {
        "@c": r"\sum_{t=1}^{\tau} \nabla_{@o_t} L",
        "@V": r"\sum_{t=1}^{\tau} (\nabla_{@o_t} L) @h_t^\top",
        "@b": rf"\sum_{{t=1}}^{{\tau}} {back}",
        "@W": rf"\sum_{{t=1}}^{{\tau}} ({back}) @h_{{t-1}}^\top",
        "@U": rf"\sum_{{t=1}}^{{\tau}} ({back}) @x_t^\top",
    }


@kind(12, "bptt.parameters", "The gradients of the parameters", "Goodfellow, Bengio, Courville 2016, 10.22 to 10.28")
def parameters(d: Draw) -> Made:
    net = network(d)
    found = _parameters(net)
    names = list(found)
    wanted = names[d.between(0, 1) :: 2][: d.level + 1] if d.level < 3 else names
    law = "A shared parameter is used at every step: add the gradients of its uses."
    question = r"Give $\nabla_{%s} L$ in terms of $\nabla_{@h_t} L$ and $\nabla_{@o_t} L$."
    parts = tuple(part(net.names, question % p, found[p], law=law, witness=rf"\nabla_{{{p}}} L") for p in wanted)
    return Made(net.shown, parts, net.text)


for _name, _letter in (("W", "@W"), ("U", "@U"), ("V", "@V"), ("b", "@b")):

    @kind(12, f"bptt.grad_{_name}", f"The gradient of {_name}", BOOK)
    def one_parameter(d: Draw, letter: str = _letter) -> Made:
        net = network(d)
        by = r"\nabla_{@o_t} L" if letter == "@V" else r"\nabla_{@h_t} L"
        law = "A shared parameter is used at every step: add the gradients of its uses."
        question = rf"Give $\nabla_{{{letter}}} L$ in terms of ${by}$."
        asked = part(
            net.names, question, _parameters(net)[letter], law=law, witness=rf"\nabla_{{{letter}}} L", points=4.0
        )
        return Made(net.shown, (asked,), net.text)


@kind(13, "bptt.copies", "Copies of a shared parameter", "Goodfellow, Bengio, Courville 2016, 10.25, 10.26")
def copies(d: Draw) -> Made:
    net = network(d)
    letter, with_ = d.choose([("@W", "@h_{t-1}"), ("@U", "@x_t")])
    term = rf"({_slope(net, 't')} \nabla_{{@h_t}} L) {with_}^\top"
    one = part(
        net.names,
        rf"Let ${letter}^{{(t)}}$ be a copy of ${letter}$ that is used at step $t$ only. Give the "
        rf"gradient of $L$ with respect to it, in terms of $\nabla_{{@h_t}} L$.",
        term,
        law="One use: the gradient that arrives, times what the parameter multiplies.",
    )
    law = "The copies are equal, so their gradients add up."
    whole = part(
        net.names,
        rf"What is $\nabla_{{{letter}}} L$?",
        rf"\sum_{{t=1}}^{{\tau}} {term}",
        law=law,
        witness=rf"\nabla_{{{letter}}} L",
    )
    return Made(net.shown, (one, whole), net.text)


@kind(17, "bptt.one_step", "Gradients within one time step", "Stanford CS224n, assignment on recurrent language models")
def one_step(d: Draw) -> Made:
    net = network(d)
    n = net.names
    delta = rf"{_slope(net, 't')} \nabla_{{@h_t}} L"
    law = "First through the activation, then through the product."
    parts = [
        part(n, r"Give $\nabla_{@a_t} L$ in terms of $\nabla_{@h_t} L$.", delta, law=law, witness=r"\nabla_{@a_t} L"),
        part(
            n,
            r"Give $\nabla_{@x_t} L$ in terms of $\nabla_{@h_t} L$.",
            rf"@U^\top {delta}",
            r"@U^\top \nabla_{@a_t} L",
            law=law,
            witness=r"\nabla_{@x_t} L",
        ),
        part(
            n,
            r"Give the gradient with respect to the given state, $\nabla_{@h_0} L$, in terms of $\nabla_{@h_1} L$.",
            rf"@W^\top {_slope(net, '1')} \nabla_{{@h_1}} L",
            law=law,
            witness=r"\nabla_{@h_0} L",
        ),
    ]
    return Made(net.shown, tuple(parts[: d.level] if d.level < 3 else parts), net.text)


@kind(18, "bptt.delta", "The recursion of delta", "Stanford CS224n, assignment on recurrent language models")
def delta_recursion(d: Draw) -> Made:
    net = network(d)
    where = r"2 <= t <= \tau" if d.level == 1 else r"1 <= t < \tau"
    early, late = ("t-1", "t") if d.level == 1 else ("t", "t+1")
    answer = rf"{_slope(net, early)} (@W^\top \nabla_{{@a_{{{late}}}}} L + @V^\top \nabla_{{@o_{{{early}}}}} L)"
    asked = part(
        net.names,
        rf"Give $\nabla_{{@a_{{{early}}}}} L$ in terms of $\nabla_{{@a_{{{late}}}}} L$ and "
        rf"$\nabla_{{@o_{{{early}}}}} L$.",
        answer,
        rf"{_slope(net, early)} \nabla_{{@h_{{{early}}}}} L",
        law="The state is read by the next pre-activation and by the output.",
        where=where,
        witness=rf"\nabla_{{@a_{{{early}}}}} L",
        points=4.0,
    )
    return Made(net.shown, (asked,), net.text)


@kind(26, "bptt.components", "Temporal components of a gradient", "Pascanu, Mikolov, Bengio 2013")
def components(d: Draw) -> Made:
    net = network(d)
    n = net.names
    late = r"\left(\frac{\partial @h_k}{\partial @h_t}\right)^\top"
    first = r"@V^\top \nabla_{@o_t} L"
    parts = (
        part(
            n,
            r"Give $\nabla_{@h_t} L$ as a sum over $k = t, \dots, \tau$ of what the outputs $@o_k$ send back, in terms "
            r"of $\partial @h_k/\partial @h_t$ and $\nabla_{@o_k} L$.",
            rf"\sum_{{k=t}}^{{\tau}} {late} @V^\top \nabla_{{@o_k}} L",
            law="The loss of step k reaches the state of step t through the state of step k.",
            witness=r"\nabla_{@h_t} L",
            points=3.0,
        ),
        part(
            n,
            r"Split off the short-term component, that of $k = t$; what is it?",
            first,
            law="A state does not change itself: the Jacobian is the identity.",
        ),
    )
    return Made(net.shown, parts, net.text)


@kind(44, "bptt.two_delays", "Two delays", "a network that reads its states of two steps")
def two_delays(d: Draw) -> Made:
    net = network(d, lags=2)
    one = rf"@W^\top {_slope(net, 't+1')} \nabla_{{@h_{{t+1}}}} L"
    two = rf"R^\top {_slope(net, 't+2')} \nabla_{{@h_{{t+2}}}} L"
    asked = part(
        net.names,
        r"For $t \le \tau - 2$ give $\nabla_{@h_t} L$ in terms of the gradients by $@h_{t+1}$, $@h_{t+2}$ "
        r"and $@o_t$.",
        rf"{one} + {two} + @V^\top \nabla_{{@o_t}} L",
        where=r"1 <= t <= \tau - 2",
        law="Three nodes read the state: the states of the next two steps, and the output.",
        witness=r"\nabla_{@h_t} L",
        points=4.0,
    )
    return Made(net.shown, (asked,), net.text)


@kind(46, "bptt.activation", "Another activation", "textbooks")
def activation(d: Draw) -> Made:
    net = network(d)
    n, f = net.names, net.activation
    slope = part(
        n,
        r"Give $\partial @h_t/\partial @a_t$, the Jacobian" + (" in terms of $@h_t$." if f != "f" else "."),
        _slope(net, "t"),
        law="Each entry depends on its own argument only.",
        witness=r"\frac{\partial @h_t}{\partial @a_t}",
    )
    jacobian = part(
        n,
        r"Give $\partial @h_t/\partial @h_{t-1}$.",
        rf"{_slope(net, 't')} @W",
        law="The chain rule, the later Jacobian on the left.",
        witness=r"\frac{\partial @h_t}{\partial @h_{t-1}}",
    )
    return Made(net.shown, (slope, jacobian), net.text)
