"""A verdict on somebody's gradient, formula or answer: right or not, and which mistake it is.

Checks of hand-written code, of printed formulas and of a student's answers all end in this one report. It
holds facts; formulas in it are expressions, drawn by the package's printer when the report is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

RIGHT, WRONG, INVALID, UNDECIDED = "right", "wrong", "invalid", "undecided"
EXIT_CODES = MappingProxyType({RIGHT: 0, WRONG: 1, INVALID: 3, UNDECIDED: 4})  # 2 is a request that cannot be met
LABEL = 10


@dataclass(frozen=True)
class Diagnosis:
    """One mistake of the catalogue, made at one place.

    Attributes
    ----------
    name
        Its name in the catalogue: "missing transpose".
    place
        Where it was made, in words: "W, in the adjoint of h".
    explanation, advice
        One sentence each: what was done, and what to do.
    yours, right
        The line as it was computed and as it should be: equations, or None where the mistake is not in one line.
    """

    name: str
    place: str
    explanation: str
    advice: str
    yours: Any = None
    right: Any = None

    def __str__(self) -> str:
        return f"{self.name} ({self.place})" if self.place else self.name


@dataclass(frozen=True)
class Verdict:
    """What a check found; true only when everything checked is right.

    Attributes
    ----------
    status
        "right"; "wrong", with a diagnosis where one was found; "invalid", when there is nothing to compare (a shape,
        a NaN, another function, text that cannot be read); "undecided".
    subject
        What was checked, in one line.
    reason
        One sentence: why it is invalid or undecided, or what is wrong.
    found
        The smallest set of mistakes that gives exactly what was given, each a `Diagnosis`.
    alternatives
        Other sets of as many mistakes that give the same here.
    wrong, right
        The wrong results with their relative errors, and the names of the right ones.
    rows
        The report, (label, content): content is text, or an expression or equation.
    facts
        Everything that was measured, as plain data.

    Examples
    --------
    >>> from symrnn.calculus.verdict import Verdict
    >>> bool(Verdict("wrong", "elman", wrong={"W": 0.25})), Verdict("right", "elman").mistakes
    (False, ())
    """

    status: str
    subject: str
    reason: str = ""
    found: tuple[Diagnosis, ...] = ()
    alternatives: tuple[tuple[Diagnosis, ...], ...] = ()
    wrong: Mapping[str, float] = field(default_factory=dict)
    right: tuple[str, ...] = ()
    rows: tuple[tuple[str, Any], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wrong", MappingProxyType(dict(self.wrong)))
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.status, self.subject, self.reason, self.found, self.alternatives)
        return Verdict, (*parts, dict(self.wrong), self.right, self.rows, dict(self.facts))

    def __bool__(self) -> bool:
        return self.status == RIGHT

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of the mistakes that were found."""
        return tuple(d.name for d in self.found)

    @property
    def exit_code(self) -> int:
        """0 right, 1 wrong, 3 invalid, 4 undecided."""
        return EXIT_CODES[self.status]

    def __str__(self) -> str:
        return self._repr_text_()

    def _repr_html_(self) -> str:
        import symrnn

        return symrnn.html(self)

    def _repr_text_(self) -> str:
        """The report: one labelled row a fact, formulas as a terminal shows them."""
        import symrnn

        head = f"{self.subject}: {self.status.upper() if self.status != RIGHT else 'right'}"
        shown = [head if not self.reason else f"{head}, {self.reason}"]
        for label, content in self.rows:
            text = content if isinstance(content, str) else symrnn.text(content)
            first, *rest = text.splitlines() or [""]
            shown.append(f"{label:<{LABEL}}{first}".rstrip())
            shown += [" " * LABEL + line for line in rest]
        return "\n".join(shown)

    def json(self, indent: int | None = None) -> str:
        """The verdict as JSON: the same facts for machines, formulas as plain text."""
        record = {
            "status": self.status,
            "subject": self.subject,
            "reason": self.reason,
            "mistakes": [_record(d) for d in self.found],
            "alternatives": [[_record(d) for d in ds] for ds in self.alternatives],
            "wrong": dict(self.wrong),
            "right": list(self.right),
            "report": [[label, content if isinstance(content, str) else str(content)] for label, content in self.rows],
            "facts": dict(self.facts),
        }
        return json.dumps(record, indent=indent, ensure_ascii=False, default=str)


def _record(d: Diagnosis) -> dict[str, Any]:
    plain = {"name": d.name, "place": d.place, "explanation": d.explanation, "advice": d.advice}
    lines = {"yours": d.yours, "right": d.right}
    return plain | {key: None if line is None else str(line) for key, line in lines.items()}
