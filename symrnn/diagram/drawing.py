"""The public verbs that draw a model: they check what they are given, let a layout be made, and name its style."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from symrnn.diagram.conventions import lettering
from symrnn.diagram.folded import circuit_layout
from symrnn.diagram.grid import Choices, unfolded_layout
from symrnn.diagram.picture import Diagram
from symrnn.diagram.style import Style, style_of
from symrnn.errors import Undefined
from symrnn.model import Element, Recurrence


def circuit(
    model: Recurrence,
    *,
    style: Style | str | None = None,
    notation: Any = None,
    words: Mapping[str, str] | None = None,
) -> Diagram:
    """The folded graph of a model: one node for each sequence, a black square for each step of delay.

    Delays from the future, of states that run backward, are outlined squares on the left.

    Parameters
    ----------
    model
        A `Recurrence`.
    style
        A `Style`, or the name of one: "light", "dark", "print".
    notation
        A `Notation`, such as `Notation.named("d2l")`: how names and times are written.
    words
        Other words for "lag" and "all", for a page in another language.

    Raises
    ------
    Undefined
        For an unknown style or notation.

    Examples
    --------
    >>> import symrnn as sr
    >>> picture = sr.circuit(sr.models.elman())
    >>> [(e.source, e.target, len(e.delays)) for e in picture.layout.edges if e.delays]
    [('h', 'h', 1)]
    """
    look = style_of(style)
    return Diagram(circuit_layout(checked(model), look, lettering(notation, words)), look)


def unfolded(
    model: Recurrence,
    tau: object = 3,
    *,
    full: bool | None = None,
    gradient: bool = False,
    parameters: Iterable[Any] | bool = (),
    routes: tuple[Any, Any] | None = None,
    style: Style | str | None = None,
    notation: Any = None,
) -> Diagram:
    """The unfolded graph of a model on a time grid: a column for each step, a layer for each height.

    Parameters
    ----------
    model
        A `Recurrence`.
    tau
        The last time: a number, one for each last time as a mapping, or `symrnn.tau` for the steps t-1, t, t+1
        between ellipses (of an encoder and a decoder the first two steps and the last).
    full
        Whether to draw every step, or the first two and the last; by default every step up to tau = 12.
    gradient
        Whether to draw the backward pass: arrows against the flow, each labelled by its local Jacobian, and
        these written out below.
    parameters
        Parameters to be drawn once, with a copy for each step that uses them; True for all learned ones.
    routes
        A parameter (or an element) and an element such as `L[3]`: every route from the one to the other is
        highlighted, one for each term of the sum that is the derivative.
    style
        A `Style`, or the name of one: "light", "dark", "print".
    notation
        A `Notation`, such as `Notation.named("d2l")`: how names and times are written.

    Raises
    ------
    Undefined, Unsupported, TooLarge
        For a last time that is neither; for what the model does not have; for more routes than can be told apart.

    Examples
    --------
    >>> import symrnn as sr
    >>> picture = sr.unfolded(sr.models.classical(), tau=3)
    >>> [(e.source, e.target) for e in picture.layout.edges]
    [('s[1]', 's[2]'), ('s[2]', 's[3]')]
    >>> elman = sr.models.elman()
    >>> W, L = elman.parameters[1], elman.loss_terms[0]
    >>> sr.unfolded(elman, tau=3, routes=(W, L[3])).layout.panels[0].notes[0].label.plain
    '∂L(3)/∂W has 3 terms, one for each route:'
    """
    look = style_of(style)
    names = _parameters(checked(model), parameters)
    ends: tuple[str, str] | None = None
    if routes is not None:
        ends = _spelled(routes[0]), _spelled(routes[1])
        names = tuple(dict.fromkeys([*names, *(str(x.name) for x in routes if x in model.parameters)]))
    choices = Choices(full, bool(gradient), names, ends, look, lettering(notation))
    return Diagram(unfolded_layout(model, tau, choices), look)


def checked(model: object) -> Recurrence:
    """A model, or our error."""
    if not isinstance(model, Recurrence):
        raise Undefined(f"{model!r} is not a model", repair="draw a Recurrence, for instance symrnn.models.elman()")
    return model


def _parameters(model: Recurrence, chosen: Iterable[Any] | bool) -> tuple[str, ...]:
    """The names of the parameters that are to be drawn."""
    if isinstance(chosen, bool):
        return tuple(p.name for p in model.parameters if p.learned) if chosen else ()
    known = [str(p.name) for p in model.parameters]
    names = [str(getattr(p, "name", p)) for p in chosen]
    for name in names:
        if name not in known:
            raise Undefined(f"{name} is not a parameter of {model.title.name}", repair="one of " + ", ".join(known))
    return tuple(dict.fromkeys(names))


def _spelled(end: Any) -> str:
    """The name of a node: an element by its time, a parameter as it is."""
    return str(end).replace(" ", "") if isinstance(end, Element) else str(getattr(end, "name", end))
