"""Another activation: its Jacobian, and what the gradient becomes (kind 46)."""

from __future__ import annotations

from symrnn.exercises.drawing import Draw
from symrnn.exercises.exercise import Part
from symrnn.exercises.kinds.backward import ENTRY_LAW, USES_LAW, early, slope
from symrnn.exercises.kinds.networks import Network, network
from symrnn.exercises.kinds.table import Made, kind, part

KNOWN = {1: ("sigmoid", "linear", "tanh", "relu"), 2: ("relu", "linear", "sigmoid"), 3: ("f", "relu")}


@kind(46, "bptt.activation", "Another activation", "textbooks")
def activation(d: Draw) -> Made:
    net = network(d, activations=KNOWN[d.level])
    if net.activation == "linear":
        return Made(net.shown, _linear(net), net.text)
    known = rf"\operatorname{{diag}}({net.word}'(@a_t))" if net.activation in {"tanh", "sigmoid"} else ""
    where = "." if net.activation == "f" else ", in terms of $@h_t$, without $f'$."
    ours = part(net.names, rf"Give $\partial @h_t/\partial @a_t$, the Jacobian{where}", slope(net, "t"), known,
                law=ENTRY_LAW, form="no derivative" if net.activation == "f" else "no derivative; no f'",
                witness=r"\frac{\partial @h_t}{\partial @a_t}")  # fmt: skip
    back = part(net.names, ARRIVES, rf"{slope(net, 't')} \nabla_{{@h_t}} L", *net.lines("a")[:1], law=ENTRY_LAW,
                witness=r"\nabla_{@a_t} L")  # fmt: skip
    return Made(net.shown, (ours, _jacobian(net, rf"{slope(net, 't')} @W"), back)[: max(2, d.level)], net.text)


ARRIVES = r"Give $\nabla_{@a_t} L$ in terms of $\nabla_{@h_t} L$."


def _jacobian(net: Network, answer: str) -> Part:
    past = f"t-{net.delay}"
    return part(net.names, rf"Give $\partial @h_t/\partial @h_{{{past}}}$.", answer,
                rf"\frac{{\partial @h_t}}{{\partial @a_t}} \frac{{\partial @a_t}}{{\partial @h_{{{past}}}}}",
                law="The chain rule, the later Jacobian on the left.", form="no derivative",
                witness=rf"\frac{{\partial @h_t}}{{\partial @h_{{{past}}}}}")  # fmt: skip


def _linear(net: Network) -> tuple[Part, ...]:
    """Without an activation the Jacobian is the identity, and what is left are the weights."""
    back = part(net.names, ARRIVES, r"\nabla_{@h_t} L", *net.lines("a"), law="The derivative of the identity is 1.",
                witness=r"\nabla_{@a_t} L")  # fmt: skip
    then = f"t+{net.delay}"
    step = part(net.names, rf"And $\nabla_{{@h_t}} L$ in terms of $\nabla_{{@h_{{{then}}}}} L$ and $\nabla_{{@o_t}} L$ "
                rf"for $t \le \tau - {net.delay}$?",
                rf"@W^\top \nabla_{{@h_{{{then}}}}} L + @V^\top \nabla_{{@o_t}} L",
                *net.lines("h"), law=USES_LAW, where=early(net), witness=r"\nabla_{@h_t} L")  # fmt: skip
    return _jacobian(net, "@W"), back, step
