"""The words of the subject for somebody who meets them for the first time: each in two sentences, with a formula.

`docs/notation.md` fixes what the package means by its words; here is what they are about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from symrnn.errors import Undefined
from symrnn.model.reading.names import did_you_mean


@dataclass(frozen=True)
class Term:
    """One word.

    Attributes
    ----------
    name, german
        The word, and what it is called in German.
    says
        What it means; formulas are LaTeX between dollars.
    see
        Words that belong to it.
    """

    name: str
    german: str
    says: str
    see: tuple[str, ...] = ()


_TERMS = (
    Term(
        "recurrence",
        "Rekursion",
        r"Equations that give the values at time $t$ from those at earlier times, such as "
        r"$h_t = \tanh(b + W h_{t-1} + U x_t)$. The same equations and the same parameters hold at every step.",
        ("state", "parameter"),
    ),
    Term(
        "state",
        "Zustand",
        r"What the network remembers from one step to the next, $h_t$. All that later steps know of earlier inputs "
        r"has to pass through it.",
        ("boundary value", "path"),
    ),
    Term(
        "input",
        "Eingabe",
        r"What comes in from outside at each step, $x_t$: a letter, a note, a measurement.",
        ("target",),
    ),
    Term("output", "Ausgabe", r"What is computed from the state for the outside, $o_t = c + V h_t$.", ("loss",)),
    Term("target", "Zielwert", r"What the output should have been, $y_t$. Only the loss reads it.", ("loss",)),
    Term(
        "parameter",
        "Parameter",
        r"A quantity that is learned and shared by all steps: $W$, $U$, $b$. Because every step uses it, its gradient "
        r"is a sum over the steps.",
        ("copy of a parameter", "gradient"),
    ),
    Term(
        "loss",
        "Verlust",
        r"The one number that says how bad the outputs are, mostly a sum over time, $L = \sum_t L_t$. Learning makes "
        r"it smaller.",
        ("gradient",),
    ),
    Term(
        "boundary value",
        "Randwert",
        r"What the first step reads and no equation gives, such as $h_0$. It has a gradient of its own.",
        ("state",),
    ),
    Term(
        "lag",
        "Verzögerung",
        r"How far back an equation reads: 1 in $h_{t-1}$, 2 in $h_{t-2}$. In a circuit each unit of lag is a delay, "
        r"drawn as a black square.",
        ("circuit",),
    ),
    Term(
        "circuit",
        "Schaltbild",
        r"The network drawn once, with arrows that lead back through delays. Unfolding it removes the arrows back.",
        ("unfolded graph", "lag"),
    ),
    Term(
        "unfolded graph",
        "entfalteter Graph",
        r"The network drawn with a node for each time, so that all arrows run forward. It is as long as the sequence, "
        r"and what is known of ordinary graphs applies to it.",
        ("circuit", "path"),
    ),
    Term(
        "pre-activation",
        "Voraktivierung",
        r"What the activation is applied to: $a_t$ in $h_t = \tanh(a_t)$. Slopes are taken there, $f'(a_t)$.",
        ("activation",),
    ),
    Term(
        "activation",
        "Aktivierung",
        r"The function that is applied entry by entry: tanh with the slope $1 - h_t^2$, the logistic function with "
        r"$h_t (1 - h_t)$, or ReLU.",
        ("pre-activation",),
    ),
    Term(
        "gradient",
        "Gradient",
        r"How the loss changes with each entry of something: $\nabla_{W} L$ has the shape of $W$. Learning goes "
        r"against it.",
        ("adjoint", "Jacobian"),
    ),
    Term(
        "adjoint",
        "Adjungierte",
        r"The gradient of the loss by a node, $\nabla_{h_t} L$: what comes back to $h_t$ along all paths. It is the "
        r"sum of what every node that reads $h_t$ sends back.",
        ("gradient", "back-propagation through time"),
    ),
    Term(
        "Jacobian",
        "Jacobi-Matrix",
        r"The matrix of all derivatives of one vector by another: $\frac{\partial h_t}{\partial h_{t-1}} = "
        r"\operatorname{diag}(1 - h_t^2) W$. Forward it is multiplied from the left, backward its transpose.",
        ("layout", "chain rule"),
    ),
    Term(
        "chain rule",
        "Kettenregel",
        r"Along a path the Jacobians are multiplied; where several paths lead to the same place, the products are "
        r"added. All of back-propagation is these two sentences.",
        ("path", "Jacobian"),
    ),
    Term(
        "path",
        "Weg",
        r"A way from one node to another along the arrows of the unfolded graph. The further apart in time, the more "
        r"factors its product has.",
        ("chain rule", "vanishing gradient"),
    ),
    Term(
        "back-propagation through time",
        "Rückwärtsrechnung durch die Zeit",
        r"The chain rule in the unfolded graph, from the last time back to the first: each adjoint is computed once "
        r"and used by all that need it. Short: BPTT.",
        ("adjoint", "truncated BPTT", "real-time recurrent learning"),
    ),
    Term(
        "copy of a parameter",
        "Kopie eines Parameters",
        r"A parameter imagined anew for one step, $W^{(t)}$. The gradient of a copy is what that step contributes; "
        r"the parameter's own gradient is the sum over its copies.",
        ("parameter",),
    ),
    Term(
        "immediate derivative",
        "unmittelbare Ableitung",
        r"The derivative by what stands in the equation itself, all else held fixed: $\partial^+ h_t / \partial W$. "
        r"It leaves out that $h_{t-1}$ depends on $W$, too.",
        ("total derivative",),
    ),
    Term(
        "total derivative",
        "totale Ableitung",
        r"The derivative along all paths, direct and indirect: $d h_t / d W$.",
        ("immediate derivative",),
    ),
    Term(
        "sensitivity",
        "Sensitivität",
        r"The total derivative of a state by a parameter, carried forward in time. It answers before the sequence "
        r"has ended, and takes much more memory than adjoints.",
        ("real-time recurrent learning",),
    ),
    Term(
        "real-time recurrent learning",
        "Lernen in Echtzeit",
        r"The same gradients by sensitivities that run forward in time, $J_t = I_t + D_t J_{t-1}$. Short: RTRL.",
        ("sensitivity", "back-propagation through time"),
    ),
    Term(
        "truncated BPTT",
        "abgebrochene Rückwärtsrechnung",
        r"Back-propagation that follows each error back a few steps only. It is cheaper, and what lies further back "
        r"is missing from the gradient.",
        ("back-propagation through time",),
    ),
    Term(
        "vanishing gradient",
        "verschwindender Gradient",
        r"A product of many Jacobians with norms below 1 goes to nothing, so what happened long ago has no "
        r"influence on learning. With norms above 1 it explodes.",
        ("path", "Jacobian"),
    ),
    Term(
        "layout",
        "Anordnung",
        r"Whether a derivative is written in the shape of the parameter, or as a Jacobian, which is its transpose. "
        r"An answer in the other layout is right in content and says so.",
        ("Jacobian", "gradient"),
    ),
)
GLOSSARY: Mapping[str, Term] = MappingProxyType(
    {term.name: term for term in sorted(_TERMS, key=lambda x: x.name.lower())}
)


def explained(word: str) -> Term:
    """A word of the glossary, by its English or German name, or by BPTT and RTRL.

    Raises
    ------
    Undefined
        For a word that it does not have.

    Examples
    --------
    >>> explained("BPTT").name, explained("Zustand").name
    ('back-propagation through time', 'state')
    """
    plain = word.strip().casefold()
    short = {"bptt": "back-propagation through time", "rtrl": "real-time recurrent learning"}
    plain = short.get(plain, plain)
    for term in GLOSSARY.values():
        if plain in {term.name.casefold(), term.german.casefold()}:
            return term
    raise Undefined(f"the glossary has no {word!r}{did_you_mean(word, GLOSSARY)}", repair="symrnn glossary lists it")
