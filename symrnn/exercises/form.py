"""The form of an answer, apart from its value: which names may be left in it, and which operations.

Where the reference is written in what is given alone, an answer that still holds what the model computes is not fully
unrolled; anything else is asked for by name.
"""

from __future__ import annotations

from symrnn.errors import Undefined
from symrnn.exercises.slip_table import Slip
from symrnn.model import Recurrence
from symrnn.model.formula.term import Term

DERIVATIVES = frozenset({"partial", "total", "immediate", "grad"})
RULES = ("unrolled", "no derivative", "no f'", "no sum", "only", "chain")


def broken(form: str, answer: Term, reference: Term, model: Recurrence | None, sides: int = 1) -> tuple[str, str]:
    """The name of the rule that an answer breaks, with a sentence, or nothing.

    `form` lists rules: "unrolled", "no derivative", "no f'", "no sum", "only h, W, x", and "chain": an equation with at
    least two sides behind its name.
    """
    for rule in filter(None, (part.strip() for part in form.split(";"))):
        if rule == "chain":
            found = "" if sides > 1 else "the steps between are not written"
        else:
            found = _broken(rule, answer, reference)
        if found:
            return Slip.FORM, found
    if model is not None and not form and _leaves_states(answer, reference, model):
        return Slip.ROLLED, "a state is left in it, where only given values should stand"
    return "", ""


def _broken(rule: str, answer: Term, reference: Term) -> str:
    heads = {part.head for part in answer.walk()}
    if rule == "unrolled":
        extra = _elements(answer) - _elements(reference)
        return "a state is left in it" if extra else ""
    if rule == "no derivative":
        return "a derivative is left in it" if heads & DERIVATIVES else ""
    if rule == "no f'":
        return "f' is left in it" if heads & {"prime", "prime2"} else ""
    if rule == "no sum":
        return "a sum is left in it" if heads & {"sum", "prod", "prod_dec"} else ""
    if rule.startswith("only "):
        allowed = {name.strip() for name in rule.removeprefix("only ").split(",")}
        names = {part.text for part in answer.walk() if part.head == "name" and part.kind != "loss"} - allowed
        return f"{min(names)} is left in it" if names else ""
    raise Undefined(f"{rule!r} is no rule of form", repair="one of " + ", ".join(RULES))


def _elements(term: Term) -> set[Term]:
    return {part for part in term.walk() if part.head == "at" and part.parts[0].kind == "sequence"}


def _leaves_states(answer: Term, reference: Term, model: Recurrence) -> bool:
    """Whether the reference holds given values only, and the answer what the model computes."""
    computed = {e.lhs.sequence.name for e in model.equations} | {a.short.sequence.name for a in model.abbreviations}
    if DERIVATIVES & {part.head for term in (answer, reference) for part in term.walk()}:
        return False

    def defined(element: Term) -> bool:
        name, time = element.parts
        return name.text in computed and not (time.head == "number" and _is_boundary(model, name.text, int(time.text)))

    left = [e for e in _elements(answer) if defined(e)]
    return bool(left) and not any(defined(e) for e in _elements(reference))


def _is_boundary(model: Recurrence, name: str, time: int) -> bool:
    return any(b.sequence.name == name and b.time == time for b in model.boundary)
