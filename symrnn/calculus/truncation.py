"""How far errors are followed back: windows and chunks of steps, and the models for which that makes sense.

An error enters a state at the time s at which the loss, or an output, reads it. A window of k steps follows it
back through the steps s, s-1, ..., s-k+1; chunks of k steps follow it to the first step of the chunk of s.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

from sympy import Expr, Integer, Max, Min, Symbol

from symrnn.errors import Undefined, Unsupported
from symrnn.model import Element, Equation, Recurrence, Sequence, reads
from symrnn.model.ranges import grows
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.chunks import chunk_end, chunk_of, chunk_start
from symrnn.tensor.time import offset_from


@dataclass(frozen=True)
class Truncation:
    """A window or chunks of `size` steps; the size is a number or a positive integer symbol."""

    kind: str
    size: Expr

    def first(self, s: Expr) -> Expr:
        """The first step to which an error that enters at s is followed back, if it is a step at all."""
        return s - self.size + 1 if self.kind == "window" else chunk_start(s, self.size)

    def last(self, step: Expr) -> Expr:
        """The last time at which an error can enter that is followed back to a step."""
        return step + self.size - 1 if self.kind == "window" else chunk_end(step, self.size)

    def last_for_given(self, read: Expr, step: Expr) -> Expr:
        """The same for a state that is given at the time `read`: in chunks, it is detached after its own chunk."""
        return self.last(step) if self.kind == "window" else chunk_end(later(Integer(1), read), self.size)

    def reaches(self, s: int, step: int, read: int | None) -> bool:
        """Whether an error entering at s is followed back to a step, and there to a state that is given at `read`."""
        if self.kind == "chunk" and read is not None and chunk_of(read, int(self.size)) != chunk_of(s, int(self.size)):
            return False
        return int(self.first(Integer(s))) <= step <= s


def truncation_of(window: Any, chunk: Any) -> Truncation:
    """What `bptt(window=...)` or `bptt(chunk=...)` asks for, checked."""
    if window is not None and chunk is not None:
        raise Undefined(
            "truncation is by a window or by chunks, not both",
            law="a window moves with each term of the loss, chunks stand still",
            repair="leave one of window=, chunk= out",
        )
    kind, size = ("window", window) if window is not None else ("chunk", chunk)
    number = Integer(int(size)) if isinstance(size, Integral) and not isinstance(size, bool) else size
    if not isinstance(number, Expr) or not number.is_integer or not number.is_positive:
        raise Undefined(
            f"{kind}={size!r}: the number of steps is a positive integer, or a symbol for one",
            repair=f'{kind}=5, or  k = dims("k")  and  {kind}=k',
        )
    return Truncation(kind, number)


def later(a: Expr, b: Expr) -> Expr:
    """The larger of two times; one of them where that does not depend on how large the last times are."""
    difference = b - a
    if difference.is_nonnegative:
        return b
    return a if difference.is_nonpositive else Max(a, b)


def earlier(a: Expr, b: Expr) -> Expr:
    """The smaller of two times."""
    difference = b - a
    if difference.is_nonnegative:
        return a
    return b if difference.is_nonpositive else Min(a, b)


def carriers_of(model: Recurrence) -> tuple[Sequence, ...]:
    """The sequences through which errors go back: states and what leads to them."""
    return (*model.states, *model.intermediates)


def check_truncatable(model: Recurrence, truncation: Truncation) -> None:
    """Refuse models in which an error is not followed back step by step, from later times to earlier ones."""
    carriers = carriers_of(model)
    for e in model.equations:
        if e.sequence in carriers:
            _check_equation(e, carriers, model)
            if truncation.kind == "chunk" and not grows(Integer(1), e.times.first):
                raise Unsupported(
                    f"{e.lhs} is computed before step 1, so it lies in no chunk",
                    where=f"equation: {e}",
                    repair="use window=..., or give it as a boundary value",
                )


def _check_equation(e: Equation, carriers: tuple[Sequence, ...], model: Recurrence) -> None:
    for s in e.rhs.atoms(TimeSum):
        if any(x.sequence in carriers for x in s.body.atoms(Element)):
            raise Unsupported(
                f"{e.lhs} reads the sum over time {s}: its errors go back to all times at once",
                law="truncation cuts the way from step to step",
                repair="use bptt without window or chunk",
            )
    for x in reads(e.rhs):
        if not isinstance(x, Element) or x.sequence not in carriers:
            continue
        offset = offset_from(x.time, e.lhs.time)
        if offset is None and x not in model.boundary:
            raise Unsupported(
                f"{e.lhs} reads {x} at a fixed time, whatever the distance",
                where=f"equation: {e}",
                law="truncation counts the steps from one time to an earlier one",
                repair="use bptt without window or chunk",
            )
        if offset is not None and offset > 0:
            raise Unsupported(
                f"{e.sequence} runs backward in time: {e.lhs} reads {x}",
                where=f"equation: {e}",
                law="truncation follows errors back from later steps to earlier ones",
                repair="use bptt without window or chunk, or truncate a model of the forward states alone",
            )


def free_index(model: Recurrence, extra: set[Any]) -> Symbol:
    """An index for the time at which an error enters: s, unless something of the model is called so."""
    taken = {str(x.name) for xs in (model.sequences, model.parameters, model.constants) for x in xs}
    taken |= {str(s) for e in model.equations for s in e.free_symbols} | {str(x) for x in extra}
    name = next(c for c in ("s", "r", "q", "j", "i", "l", *(f"s_{i}" for i in range(100))) if c not in taken)
    return Symbol(name, integer=True)
