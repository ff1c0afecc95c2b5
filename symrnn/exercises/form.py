"""The form of an answer, apart from its value: which names may be left in it, and which operations.

Where the reference is written in what is given alone, an answer that still holds what the model computes is not fully
unrolled; anything else is asked for by name.
"""

from __future__ import annotations

from collections import Counter

from symrnn.errors import Undefined
from symrnn.exercises.slip_table import Slip
from symrnn.model import Recurrence
from symrnn.model.formula.term import BINDERS, DERIVATIVES, Term, sexpr

RULES = ("unrolled", "no derivative", "no f'", "no sum", "terms", "only", "chain")
ANY_TIME = "*"
Label = tuple[str, str]  # a name and a time


def broken(form: str, answer: Term, reference: Term, model: Recurrence | None, sides: int = 1) -> tuple[str, str]:
    """The name of the rule that an answer breaks, with a sentence, or nothing.

    `form` lists rules: "unrolled", "no derivative", "no f'", "no sum", "terms": no other derivatives than the reference
    has, "only h, W, x", and "chain": an equation with at least two sides behind its name.
    """
    for rule in filter(None, (part.strip() for part in form.split(";"))):
        if rule == "chain":
            found = "" if sides > 1 else "the steps between are not written"
        else:
            found = _broken(rule, answer, reference)
        if found:
            return Slip.FORM, found
    if model is not None and form in {"", "terms"} and _leaves_states(answer, reference, model):
        return Slip.ROLLED, "a state is left in it, where only given values should stand"
    return "", ""


def _broken(rule: str, answer: Term, reference: Term) -> str:
    heads = {part.head for part in answer.walk()}
    if rule == "unrolled":
        kept = {_label(part, frozenset()) for part in _elements(reference)}
        extra = any(_label(part, frozenset()) not in kept for part in _elements(answer))
        return "a state is left in it" if extra else ""
    if rule == "no derivative":
        return "a derivative is left in it" if heads & DERIVATIVES else ""
    if rule == "terms":
        known = derivatives(reference)
        return (
            "" if all(_among(found, known) for found in derivatives(answer)) else "it is in other terms than asked for"
        )
    if rule == "no f'":
        return "f' is left in it" if heads & {"prime", "prime2"} else ""
    if rule == "no sum":
        return "a sum is left in it" if heads & {"sum", "prod", "prod_dec"} else ""
    if rule.startswith("only "):
        allowed = {name.strip() for name in rule.removeprefix("only ").split(",")}
        names = {part.text for part in answer.walk() if part.head == "name" and part.kind != "loss"} - allowed
        return f"{min(names)} is left in it" if names else ""
    raise Undefined(f"{rule!r} is no rule of form", repair="one of " + ", ".join(RULES))


def derivatives(term: Term, bound: frozenset[str] = frozenset()) -> set[tuple[bool, Label, Label]]:
    """The derivatives in a formula: whether immediate, of what, by what; what a sum runs through is at any time."""
    found = set()
    if term.head in DERIVATIVES:
        of, by = reversed(term.parts) if term.head == "grad" else term.parts
        found.add((term.head == "immediate", _label(of, bound), _label(by, bound)))
    inner = bound | {term.text} if term.head in BINDERS else bound
    return found.union(*(derivatives(part, inner) for part in term.parts))


def _label(term: Term, bound: frozenset[str]) -> Label:
    if term.head == "comp":
        return _label(term.parts[0], bound)
    if term.head != "at":
        return sexpr(term), ""
    name, time = term.parts
    return name.text, ANY_TIME if any(part.text in bound for part in time.walk()) else _when(time)


def _when(time: Term) -> str:
    """A time in one spelling: 1 + t is t + 1."""
    found, waiting = Counter[str](), [(time, 1)]
    while waiting:
        part, sign = waiting.pop()
        first, *rest = part.parts or (part,)
        if part.head == "number" and part.text.isdigit():
            found[""] += sign * int(part.text)
        elif part.is_leaf:
            found[part.text] += sign
        elif part.head in {"add", "sub", "neg"}:
            waiting.append((first, -sign if part.head == "neg" else sign))
            waiting += [(one, sign if part.head == "add" else -sign) for one in rest]
        else:
            return sexpr(time)
    return " ".join(f"{count}{name}" for name, count in sorted(found.items()) if count)


def _among(one: tuple[bool, Label, Label], known: set[tuple[bool, Label, Label]]) -> bool:
    """Whether a derivative is one of those that are known, at a time that both may have; L_t stands for L."""
    return any(
        one[0] == other[0]
        and all(
            a == b and (s == t or not t or ANY_TIME in (s, t))
            for (a, s), (b, t) in zip(one[1:], other[1:], strict=True)
        )
        for other in known
    )


def _elements(term: Term) -> list[Term]:
    return [part for part in term.walk() if part.head == "at" and part.parts[0].kind == "sequence"]


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
