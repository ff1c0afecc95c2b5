"""Second order: the Hessian of the loss times a direction, with symbolic tau, and the Hessian of small models.

The product H v is the gradient of the directional derivative of the loss along v: first every node's tangent,
forward in time, then back-propagation through both. The adjoint of a tangent turns out to be the adjoint of
its node, so the lines are the tangent recurrence, the adjoint recurrence, and a second one of the same form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sympy import Symbol
from sympy.core.symbol import Str

from symrnn.calculus.bptt import bptt, chosen_leaves, with_upstream
from symrnn.calculus.derivation import Derivation, Line, Reason, name_of
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.report import Report
from symrnn.calculus.tangents import TangentModel, tangent_model
from symrnn.errors import Undefined
from symrnn.graph import unroll
from symrnn.graph.lengths import checked_last
from symrnn.model import Element, Equation, Recurrence, Sequence
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.linear import zeros
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import t

SLOPE = Str("Ldot")  # the objective of the second adjoints: the derivative of the loss along the direction


def hvp(
    model: Recurrence, tau: Any = None, *, wrt: Iterable[Any] | None = None, upstream: Any = None
) -> HessianProduct:
    """The Hessian of the loss times a direction, by the adjoint of the tangent recurrence (Pearlmutter 1994).

    Parameters
    ----------
    model
        A `Recurrence` with a loss, or with `upstream` given.
    tau
        The last time: a number, or symbolic when left out; a mapping for a model with several.
    wrt
        What the Hessian goes by, as for `bptt`: parameters, boundary values, inputs (with their boundary values)
        and constants. Left out: every learned parameter and every boundary value of a state.
    upstream
        A sequence whose arriving gradient is given instead of a loss; it is held fixed.

    Returns
    -------
    HessianProduct
        A `Derivation`; `d[W]` is the part of H v that belongs to W, of the shape of W. The direction of W is
        the parameter `Wdot`, that of an input x the sequence `xdot`, that of h[0] the boundary value `hdot[0]`.

    Raises
    ------
    Undefined
        When there is no loss, or it does not depend on what is chosen.

    Examples
    --------
    >>> import symrnn as sr
    >>> d = sr.hvp(sr.models.scalar())
    >>> print(d.equations[0])
    sdot[t] = (1 - (s[t])**2)*(s[t - 1]*wdot + sdot[t - 1]*w + x[t]*udot + bdot)   for t = 1..tau
    >>> given = {"x": [1.0, 0.0], "y": [0.0, 0.0]}, {"s[0]": 0.0}
    >>> along = {"w": 1.0, "u": 0.0, "b": 0.0, "s[0]": 0.0}
    >>> sr.evaluate(d, {"w": 0.5, "u": 1.0, "b": 0.0}, *given, tau=2, direction=along)["w"].round(6)
    np.float64(0.303981)
    """
    model = with_upstream(model, upstream) if upstream is not None else model
    if model.loss is None:
        raise Undefined(
            f"`{model.title.name}` has no loss, so it has no Hessian",
            repair=f"add loss=..., or give what arrives at a node: upstream={model.defined[0]}",
        )
    pushed = tangent_model(model, chosen_leaves(model, wrt))
    idle = _idle(pushed)
    return product(pushed, bptt(pushed.model, tau, wrt=[x for x in pushed.chosen if x not in idle]))


def _idle(pushed: TangentModel) -> list[Any]:
    """What the derivative of the loss along a direction does not read: its part of H v is zero."""
    read = {x.sequence if isinstance(x, Element) else x for x in pushed.model.read_leaves} | {*pushed.model.boundary}
    return [x for x in pushed.chosen if x not in read]


@dataclass(frozen=True, repr=False)
class HessianProduct(Derivation):
    """The lines of a Hessian-vector product; `d[W]` is the part that belongs to W.

    Groups of lines: "tangent" forward in time, "backward" the adjoints, "second" the adjoints of the derivative
    of the loss along the direction, then the parts of the product.
    """

    pushed: Any = None
    inner: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return product, (self.pushed, self.inner)

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The three recurrences: tangents, adjoints, second adjoints."""
        return tuple(line.equation for line in self.lines if line.group in {"tangent", "backward", "second"})

    def at(self, tau: Any) -> HessianProduct:
        """The same product at a last time that is a number."""
        return product(self.pushed, self.inner.at(tau))

    @property
    def smallest(self) -> int:
        """The smallest last time for which the ranges of all lines are in the order shown."""
        return int(self.inner.smallest)

    def verify(self, seed: int = 0, *, progress: Callable[[int, int], None] | None = None) -> Report:
        """Check every line: tangents by dual numbers, adjoints by duals of duals and numerical derivatives."""
        from symrnn.calculus.second_checks import verify_product

        return verify_product(self, seed, progress or (lambda done, total: None))

    def directed(self, params: Any, inputs: Any, boundary: Any, direction: Any) -> tuple[Any, ...]:
        """The derivation to run, and the arrays with those of the direction among them under their tangents' names."""
        if not isinstance(direction, Mapping):
            raise Undefined(
                "a Hessian-vector product needs a direction",
                repair="direction={" + ", ".join(f"{name_of(x)!r}: ..." for x in self.pushed.chosen) + "}",
            )
        read = {str(x.name) for xs in (self.inner.model.sequences, self.inner.model.read_leaves) for x in xs}
        homes = [{k: v for k, v in home.items() if k.split("[")[0] in read} for home in (params, inputs, boundary)]
        names = {name_of(x): x for x in self.pushed.chosen}
        for key in (*direction, *names):
            if key not in names or key not in direction:
                what = "not what the product goes by" if key not in names else "left without a direction"
                raise Undefined(f"{key} is {what}", repair="directions for " + ", ".join(names))
        for key, leaf in names.items():
            own = self.pushed.of(leaf) if not isinstance(leaf, Sequence) else self.pushed.partners[leaf]
            home = 2 if isinstance(leaf, Element) else 0 if getattr(leaf, "is_shared", False) else 1
            homes[home][name_of(own)] = direction[key]
        return self.inner, *homes

    def completed(self, found: dict[str, Any], *homes: Any) -> dict[str, Any]:
        """The numbers of all parts: zeros, of the shape of what was given, for those that are zero by themselves."""
        given = {key: value for home in homes for key, value in (home or {}).items()}
        zero = {name_of(x): np.zeros(np.shape(given[name_of(x)])) for x in _idle(self.pushed)}
        return {name: (found | zero)[name] for name in self.gradients}


def product(pushed: TangentModel, inner: Derivation) -> HessianProduct:
    """What a reader sees of back-propagation through a tangent model."""
    own = {v: k for k, v in pushed.partners.items()}
    idle = [x[t] if isinstance(x, Sequence) else x for x in _idle(pushed)]
    lines = [*_forward(pushed, inner.last)]
    for line in inner.lines:
        node = line.equation.lhs.node
        first = isinstance(node, Element) and node.sequence in own
        group = line.group if first or line.group != "backward" else "second"
        reason = _of_nodes(line.reason, own) if first else line.reason
        lines.append((renamed(line.equation, own), group, line.when, reason, line.smallest))
    lines += [
        (Equation._trusted(nabla(x, SLOPE), zeros(*shape_of(x))), _group(x), None, Reason("unused", x), 1) for x in idle
    ]
    order = ["tangent", "seed", "backward", "second", "gradient", "boundary", "input"]
    lines.sort(key=lambda row: order.index(row[1]))
    seeds = sum(row[1] == "seed" for row in lines)
    lines.sort(key=lambda row: row[1] != "seed")
    numbered = tuple(Line(i, *row) for i, row in enumerate(lines, start=1 - seeds))
    gradients = {name: renamed(x, own) for name, x in inner.gradients.items()}
    gradients |= {name_of(x): zeros(*(x.shape if isinstance(x, Sequence) else shape_of(x))) for x in _idle(pushed)}
    shown = (pushed.origin, inner.last, numbered, inner.steps, gradients, "Hessian-vector product")
    return HessianProduct(*shown, pushed=pushed, inner=inner)


def _of_nodes(reason: Reason, own: Mapping[Any, Any]) -> Reason:
    """What is said of tangents, said of their nodes: they use each other in the same way."""

    def plain(x: Any) -> Any:
        return own[x.sequence][x.time] if isinstance(x, Element) and x.sequence in own else x

    return replace(reason, of=plain(reason.of), nodes=tuple(plain(x) for x in reason.nodes))


def _group(leaf: Any) -> str:
    boundary = isinstance(leaf, Element) and t not in leaf.free_symbols
    return "gradient" if getattr(leaf, "is_shared", False) else "boundary" if boundary else "input"


def _forward(pushed: TangentModel, last: Any) -> list[tuple[Any, ...]]:
    """The lines of the tangents, of generic t or one for each node."""
    own = {v: k for k, v in pushed.partners.items()}
    symbolic = isinstance(last, Symbol)
    found = pushed.equations if symbolic else unroll(pushed.model, checked_last(pushed.model, last)).equations
    law = LAWS["tangent"]
    return [
        (e, "tangent", e.times if symbolic and e.over else None, Reason("law", own[e.sequence][e.lhs.time], law=law), 1)
        for e in found
        if e.sequence in own
    ]


def renamed(x: Any, own: Mapping[Any, Any]) -> Any:
    """Adjoints of tangents as adjoints of their nodes, adjoints of nodes as those of the directional derivative.

    The law: where L' is the derivative of L along a direction, the adjoint of a tangent for L' is its node's for L.
    """
    done: dict[Any, Any] = {}

    def walk(e: Any) -> Any:
        if e not in done:
            done[e] = seen(e)
        return done[e]

    def seen(e: Any) -> Any:
        if isinstance(e, Adjoint):
            tangent = isinstance(e.node, Element) and e.node.sequence in own
            return nabla(own[e.node.sequence][e.node.time]) if tangent else nabla(e.node, SLOPE)
        if not e.args or getattr(e, "is_leaf", False):
            return e
        args = tuple(walk(a) for a in e.args)
        return e if all(a is b for a, b in zip(args, e.args, strict=True)) else e.func(*args)

    return walk(x)
