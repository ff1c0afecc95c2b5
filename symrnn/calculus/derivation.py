"""What a derivation is: laws, the steps that apply them, and the lines a reader sees.

A derivation is the record that differentiating leaves. Every step carries the law that made it, what it
was applied to and what came out, so that it can be checked, and refuted, by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from symrnn.calculus.report import Report
from symrnn.errors import Undefined
from symrnn.model import Element, Equation, Range, Recurrence
from symrnn.model.named import lookup
from symrnn.tensor.adjoint import Adjoint

MOST = 40  # lines that are shown when a derivation is displayed


@dataclass(frozen=True, repr=False)
class Law:
    """A named rule with its statement and where it comes from (a key of docs/sources.md)."""

    name: str
    statement: str
    source: str

    def __repr__(self) -> str:
        return f"<Law {self.name}: {self.statement}>"

    def _repr_html_(self) -> str:
        import symrnn

        return symrnn.html(self)


@dataclass(frozen=True, repr=False)
class Step:
    """One application of one law: `before` became `after`.

    kind
        What is claimed, and so how it is checked: "pullback" (before is the adjoint of `subject`, after the
        contribution to the adjoint of `target`), "sum" (after is the total adjoint of `target`), "copy" (the
        same for a parameter's copy), "identify" (the same for the parameter, from the adjoints of its copies),
        "known" (the adjoints `subject` have the value `target`), "equal" (after equals before at every
        instance), "total" (after is the total derivative before of `target`, the immediate ones in it being
        those of `subject`), "immediate" (after is the derivative of `subject` by `target`, all else fixed).
    subject, target
        The expression that was differentiated, and the operand or node it was differentiated by.
    equation
        The equation of the model in which this happened, if any.
    over
        (index, first, last) of the sum over time in which this happened, if any.
    outer
        The same of the sum around that one, if any.
    """

    law: Law
    kind: str
    before: Any
    after: Any
    subject: Any = None
    target: Any = None
    equation: Equation | None = None
    over: tuple[Any, ...] | None = None
    outer: tuple[Any, ...] | None = None

    def __repr__(self) -> str:
        return f"<Step {self}>"

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"

    def __str__(self) -> str:
        place = f" in {self.equation.lhs}" if self.equation is not None else ""
        return f"{self.law.name}{place}: {self.before}  ->  {self.after}"


@dataclass(frozen=True)
class Reason:
    """Why a line holds, as data; the words stand in one table of the printers.

    key
        "uses" (`nodes` read `of`), "only_use", "law" (`law` says it), "per_step" (one use a step, summed),
        "given" (a boundary value), "defined", "reads" (`of` reads `nodes`), "independent" (`of` is given, whatever
        `nodes` are), "kept_whole" and "missing" (truncation leaves out nothing of it, or this), "itself" (a
        derivative by itself), "through" (the loss depends on `of` through `nodes`).
    """

    key: str
    of: Any = None
    nodes: tuple[Any, ...] = ()
    law: Law | None = None


@dataclass(frozen=True, repr=False)
class Line:
    """One numbered line of the result: an equation, the times it holds for, and the reason.

    group
        "seed" for adjoints of the terms of the loss, "backward" for the adjoint recurrence, "forward" for
        sensitivities, "output" for adjoints of what is computed from the states, "gradient" for
        parameters, "boundary" for boundary values, "input" for inputs and constants.
    when
        The range of its time, or None when it holds once.
    smallest
        The smallest last time for which the ranges of its node's lines are in this order.
    each
        The range of a second index that the line holds for: (s, first, last), or None.
    """

    number: int
    equation: Equation
    group: str
    when: Range | None
    reason: Reason
    smallest: int = 1
    each: tuple[Any, Any, Any] | None = None

    def __repr__(self) -> str:
        return f"<Line ({self.number}) {self.equation}>"

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"


@dataclass(frozen=True, repr=False)
class Derivation:
    """The gradient of a loss: the adjoint recurrence, the gradients, and the steps that led there.

    `d.copies` has the gradients of each parameter's copies: one for each step at which it is used, or for symbolic
    tau one for each range of steps. `d[W]` and `d[h[0]]` are gradients, each of the shape of what it belongs to;
    `d.equations` is the adjoint recurrence, `d.verify()` checks every line.
    """

    model: Recurrence
    last: Any
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    gradients: Mapping[str, Any]
    title: str = "gradient"
    origin: Any = field(default=None, compare=False, repr=False)
    copies: Mapping[str, tuple[Equation, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gradients", MappingProxyType(dict(self.gradients)))
        object.__setattr__(self, "copies", MappingProxyType(dict(self.copies)))

    def __reduce__(self) -> tuple[Any, ...]:
        shown = (self.model, self.last, self.lines, self.steps, dict(self.gradients), self.title)
        return Derivation, (*shown, self.origin, dict(self.copies))

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The adjoint recurrence or the forward one, one equation for each range of times."""
        return tuple(line.equation for line in self.lines if line.group in {"backward", "forward"})

    def __getitem__(self, leaf: Any) -> Any:
        node = leaf.node if isinstance(leaf, Adjoint) else leaf
        if isinstance(node, str):
            return lookup(node, self.gradients, f"the gradients of {self.model.title.name}")
        name = name_of(node) if hasattr(node, "name") else str(node)
        if name not in self.gradients:
            raise Undefined(
                f"this derivation has no gradient of {name}",
                repair="it has: " + ", ".join(self.gradients) + ";  ask for others with wrt=[...]",
            )
        return self.gradients[name]

    def __repr__(self) -> str:
        shown = str(self).splitlines()
        more = [f"... and {len(shown) - MOST} more"] if len(shown) > MOST else []
        name = self.model.title.name
        head = f"<Derivation of {name} ({self.title}): {len(self.lines)} lines, {len(self.steps)} steps>"
        return "\n".join([head, *shown[:MOST], *more])

    def __str__(self) -> str:
        return "\n".join(f"({line.number}) {line.equation}" for line in self.lines)

    def at(self, tau: Any) -> Derivation:
        """The same derivation at a last time that is a number: each template instantiated, nothing derived anew."""
        from symrnn.calculus.bptt import instantiated

        return instantiated(self, tau)

    @cached_property
    def adjoint_lines(self) -> Any:
        """The lines by the sequence whose adjoint they give, for closed forms."""
        from symrnn.calculus.adjoint_chains import AdjointLines

        return AdjointLines.made(self)

    def gradient(self, leaf: Any) -> Any:
        """The gradient by a parameter, an input, a boundary value, or by what a name says: `d.gradient("W")`."""
        return self[leaf]

    def closed_form(self, leaf: Any) -> Any:
        """The closed form of a gradient, or of the adjoint of a state at t; see `closed_form`.

        A name such as "W" or "h[t]" says which.
        """
        from symrnn.calculus.closed import closed_form

        return closed_form(self, leaf)

    @property
    def missing(self) -> Derivation:
        """Of a truncated gradient: what it leaves out, `d.missing[W]`, which makes it the whole one again."""
        from symrnn.calculus.truncated import missing

        return missing(self)

    @property
    def smallest(self) -> int:
        """The smallest last time for which the ranges of all lines are in the order shown."""
        return max((line.smallest for line in self.lines), default=1)

    def verify(self, seed: int = 0, *, progress: Callable[[int, int], None] | None = None) -> Report:
        """Check every step and every line; see `Report`. `progress(done, total)` is told of each claim."""
        from symrnn.calculus.left_out import with_left_out
        from symrnn.calculus.verify import verify

        return with_left_out(self, verify(self, seed, progress or (lambda done, total: None)))

    def directed(self, params: Any, inputs: Any, boundary: Any, direction: Any) -> tuple[Any, ...]:
        """What `evaluate` runs, and on which arrays; a derivation of second order takes a direction too."""
        if direction is not None:
            raise Undefined(f"{self.title} takes no direction", repair="direction= is for sr.hvp(model)")
        return self, params, inputs, boundary

    def completed(self, found: dict[str, Any], *homes: Any) -> dict[str, Any]:
        """What `evaluate` returns, from what it found."""
        return found

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"


def name_of(leaf: Any) -> str:
    """The key of a gradient: a parameter's, input's or constant's name, or the element of a boundary value."""
    if isinstance(leaf, Element):
        return f"{leaf.name}[{str(leaf.time).replace(' ', '')}]"
    return str(leaf.name)
