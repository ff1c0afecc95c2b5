"""What a string names in a model: a parameter, a constant, a sequence, or one of its elements.

Names are looked up among those that the model declares, `"W"`, `"h"`, `"h[0]"`, `"h[t-1]"`; no text is ever parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from symrnn.errors import Undefined
from symrnn.model.recurrence import Recurrence
from symrnn.tensor.time import t

NEAR = 3  # names that an error proposes


def named(model: Recurrence, x: Any) -> Any:
    """What a string names in a model; anything else as it is.

    Raises
    ------
    Undefined
        When the model has no such name, with those that are nearest.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.model.named import named
    >>> named(sr.models.elman(), "h[t-1]"), named(sr.models.elman(), "W")
    (h[t - 1], W)
    """
    return lookup(x, names_of(model), model.title.name) if isinstance(x, str) else x


def names_of(model: Recurrence) -> dict[str, Any]:
    """Everything that a model declares, by its name: parameters, constants, sequences, elements that it names."""
    declared: tuple[Any, ...] = (*model.parameters, *model.constants, *model.sequences)
    found: dict[str, Any] = {x.name: x for x in declared}
    for v in model.sequences:
        times = (t, t - 1, t + 1, *model.lengths)
        found |= {str(v[time]).replace(" ", ""): v[time] for time in times}
    found |= {str(x).replace(" ", ""): x for x in model.boundary}
    found |= {str(e.lhs).replace(" ", ""): e.lhs for e in model.equations}
    return found


def lookup(name: str, known: Mapping[str, Any], whole: str) -> Any:
    """What is called so in a table of names; `whole` says where it was looked for."""
    key = name.replace(" ", "")
    if key in known:
        return known[key]
    by_case = {other.lower(): other for other in reversed(list(known))}
    near = [by_case[x] for x in get_close_matches(key.lower(), by_case, n=NEAR, cutoff=0.5)]
    raise Undefined(
        f"{name!r} names nothing in {whole}",
        repair=f"did you mean {' or '.join(near)}?" if near else "its names: " + ", ".join(known),
    )
