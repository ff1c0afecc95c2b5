"""What a caller asks for by keys, and what has no numbers at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy.core.function import AppliedUndef

from symrnn.errors import Undefined
from symrnn.model import Recurrence
from symrnn.numeric.bodies import no_formula
from symrnn.numeric.emit import key_of
from symrnn.tensor.node import parts_of


def leaf_of(model: Recurrence, key: str) -> Any:
    """What a key of `wrt` stands for."""
    m = model
    given: list[Any] = [*m.parameters, *m.constants, *(v for v in m.sequences if v not in m.defined)]
    known = {x.name: x for x in given}
    known |= {key_of(b): b for b in m.boundary}
    for v in m.states:
        if any(b.sequence == v for b in m.boundary):
            known.setdefault(v.name, v)
    if key not in known:
        raise Undefined(f"wrt has {key!r}, which is not given to the model", repair="one of " + ", ".join(known))
    return known[key]


def listed(keys: str | Iterable[str]) -> tuple[str, ...]:
    """One key, or several."""
    return (keys,) if isinstance(keys, str) else tuple(keys)


def refuse_unknown(model: Recurrence) -> None:
    """Unknown functions have no numbers: say so before anything else."""
    for e in model.args:
        calls = sorted(parts_of(e, AppliedUndef), key=str)
        if calls:
            raise no_formula(calls[0].func.__name__, e)
    if model.functions:
        f = model.functions[0]
        raise no_formula(f.name, next(e for e in model.equations if e.has(f)))
