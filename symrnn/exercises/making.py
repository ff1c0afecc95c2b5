"""Making exercises: by kind, seed and level, or of one's own from any model."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from symrnn.errors import Undefined
from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.kinds import KINDS, Kind
from symrnn.exercises.kinds.table import hinted
from symrnn.exercises.worked import PLAIN, equations_shown, lines_for, shapes_shown
from symrnn.model import Element, Recurrence, write_model
from symrnn.model.reading.names import did_you_mean
from symrnn.typeset import latex

LEVELS = (1, 2, 3)


def kinds() -> tuple[str, ...]:
    """The names of all kinds, in the order of the catalogue.

    Examples
    --------
    >>> import symrnn as sr
    >>> "bptt.grad_W" in sr.exercises.kinds()
    True
    """
    return tuple(k.name for k in sorted(KINDS.values(), key=lambda k: (k.number, k.name)))


def kind_of(name: str) -> Kind:
    """A kind by its name.

    Raises
    ------
    Undefined
        When there is none of that name.
    """
    if name not in KINDS:
        what = f"no kind of exercise is called {name!r}{did_you_mean(name, KINDS)}"
        raise Undefined(what, repair="symrnn exercise list, or exercises.kinds(), names them all")
    return KINDS[name]


@lru_cache(maxsize=512)
def make(kind: str, seed: int = 0, level: int = 1) -> Exercise:
    """An exercise of one kind; the same seed and level make the same one.

    Parameters
    ----------
    kind
        A name of `kinds()`.
    seed
        Which variant.
    level
        1: small numbers and tanh; 2: symbolic times and more activations; 3: unknown functions, more to see at once.

    Returns
    -------
    Exercise
        With `.statement`, `.parts`, `.hints`, `.solution`, `.model_answer` and `.check(answer)`.

    Raises
    ------
    Undefined
        When there is no such kind or level.

    Examples
    --------
    >>> import symrnn as sr
    >>> exercise = sr.exercises.make("bptt.grad_W", seed=7, level=2)
    >>> bool(exercise.check(exercise.model_answer))
    True
    """
    if level not in LEVELS:
        raise Undefined(f"level {level}", repair="levels are 1, 2 and 3")
    return kind_of(kind).exercise(int(seed), level)


def custom(
    model: Recurrence, question: str = "", answer: str = "", *, of: Any = None, statement: str = "", **more: Any
) -> Exercise:
    r"""An exercise of one's own, from any model: a question about it and the right answer.

    Parameters
    ----------
    model
        The model that gives the names their values.
    question, answer
        What is asked, and the right formula; both follow from `of`, if they are left out.
    of
        A node of the model, `h[t]` or a parameter: the gradient by it is asked for, and derived.
    statement
        What is said of the model; its equations, if it is left out.
    **more
        Further attributes of a `Part`: lines, law, where, form, points, hints.

    Raises
    ------
    Undefined
        When the right answer is not accepted by its own check, or there is neither an answer nor a node.

    Examples
    --------
    >>> import symrnn as sr
    >>> gru = sr.models.gru()
    >>> mine = sr.exercises.custom(gru, r"Give $\nabla_{z_t} L$.", r"(\tilde h_t - h_{t-1}) \odot \nabla_{h_t} L")
    >>> mine.check(r"\operatorname{diag}(\tilde h_t - h_{t-1}) \nabla_{h_t} L").status
    'right'
    >>> sr.exercises.custom(sr.models.elman(), of=sr.models.elman().parameters[1]).model_answer
    '\\sum_{t=1}^{\\tau} \\operatorname{diag}(1 - h_{t}^{2}) (\\nabla_{h_{t}} L) h_{t-1}^{\\top}'
    """
    text = write_model(model)
    if of is not None and not answer:
        lines = lines_for(text, *_node(of))
        answer, more = lines[-1], {"lines": lines, "witness": rf"\nabla_{{{latex(of, notation=PLAIN)}}} L", **more}
        terms = ", ".join(f"${x}$" for x in dict.fromkeys(_GRADIENT.findall(answer)))
        question = question or f"Give ${more['witness']}$" + f" in terms of {terms}" * bool(terms) + "."
        more.setdefault("form", "terms")
    if not (question and answer):
        raise Undefined("an exercise needs a question and an answer", repair="or of=h[t]: the gradient by a node")
    shown = statement or f"{equations_shown(model)}. {shapes_shown(model)}"
    asked = hinted(Part(question, answer, **{"law": USES_LAW, **more}), model)
    found = Exercise("custom", 0, 1, "An exercise", "", shown, (asked,), text)
    verdict = found.check(answer)
    if not verdict:
        raise Undefined(f"the answer is not accepted by its own check: {verdict.reason or verdict.status}")
    return found


_GRADIENT = re.compile(r"\\nabla_\{(?:[^{}]|\{[^{}]*\})*\} L")
USES_LAW = "Add what every use sends back, each through the transpose of its Jacobian."


def _node(of: Any) -> tuple[str, str]:
    """The name and the time of a node."""
    return (of.sequence.name, str(of.time)) if isinstance(of, Element) else (str(of.name), "t")
