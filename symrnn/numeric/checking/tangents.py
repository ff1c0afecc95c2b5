"""The whole gradient of a model forward in time, for large sizes: batched tangents, no reverse sweep.

A tangent for every state of every step is carried to the end, all of them in one product a step; the steps' Jacobians
are found for all times together. It shares with back-propagation only the last step, from nodes to parameters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer

from symrnn.calculus.adjoint import Contribution, Template
from symrnn.calculus.jacobian import is_zero, jacobian
from symrnn.calculus.mistakes import backward_pass
from symrnn.errors import Unsupported
from symrnn.model import Recurrence, Sequence
from symrnn.model.ranges import Range
from symrnn.numeric.checking.rows import Compiled, Rows, compiled
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.network import Network
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.time import t, tau

Arrays = dict[str, np.ndarray]


class Tangents:
    """`Tangents(model)(params, inputs, boundary)` is (loss, gradients by parameters and initial states).

    Arrays are those of one example, (T, ...).

    Raises
    ------
    Unsupported
        For models that read other steps than the present and the one before, or have equations for single times.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.numeric.checking.tangents import Tangents
    >>> given = {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": [1.0, 0.0], "y": [0.0, 0.0]}, {"s[0]": 0.0}
    >>> loss, grads = Tangents(sr.models.scalar())(*given)
    >>> round(float(grads["w"]), 6)
    0.240214
    """

    def __init__(self, model: Recurrence) -> None:
        _refuse(model)
        self.model, self.network = model, Network(model)
        template = backward_pass(model).template()
        self.states = tuple(v for v in model.states if 1 in model.lags[v])
        self.keys = {x: key_of_leaf(x[0]) for x in self.states}
        self.seeds = {v: found for v in model.defined if (found := _seeds(template, v))}
        ends = dict.fromkeys([*self.seeds, *self.states])
        self.onward = {(u, x): f for u in ends for x in self.states if (f := _local(model, u[t], x[t - 1]))}
        self.shared = {w: _uses(template, w) for w in model.parameters if w.learned}
        users = dict.fromkeys(a.node.sequence for parts in self.shared.values() for c, _ in parts for a in _adjoints(c))
        self.users = tuple(users)
        self.within = {(u, v): f for u in ends for v in users if u != v and (f := _local(model, u[t], v[t]))}

    def __call__(self, params: Any, inputs: Any, boundary: Any) -> tuple[float, Arrays]:
        """The loss and its gradients."""
        rows = Rows(self.model, self.network, params, inputs, boundary)
        seeds = {v: _seed_rows(rows, v, parts) for v, parts in self.seeds.items()}
        responses = self._responses(rows, seeds)
        rows.adjoints = self._node_adjoints(rows, seeds, responses)
        grads: Arrays = {}
        for w, parts in self.shared.items():
            total = np.zeros(np.shape(rows.params[w.name]))
            for _, part in parts:
                total = total + (np.sum(part(rows), axis=0) if part.varies else part(rows))
            grads[w.name] = total
        for x in self.states:
            grads[self.keys[x]] = responses[x][0].reshape(np.shape(rows.first(x)))
        return rows.loss, grads

    def _responses(self, rows: Rows, seeds: dict[Sequence, np.ndarray]) -> dict[Sequence, np.ndarray]:
        """For each state, as step r + 1 reads it, what it does to the loss: row r."""
        sizes = [rows.size(x) for x in self.states]
        ends = np.cumsum([0, *sizes])
        place = {x: slice(ends[i], ends[i + 1]) for i, x in enumerate(self.states)}
        onward, told = np.zeros((rows.steps, ends[-1], ends[-1])), np.zeros((rows.steps, ends[-1]))
        for (u, x), local in self.onward.items():
            rate = rows.jacobian(local, u, x)
            if u in place:
                onward[:, place[x], place[u]] = np.swapaxes(rate, 1, 2)
            if u in seeds:
                told[:, place[x]] += np.matmul(seeds[u][:, None, :], rate)[:, 0]
        found = carried(onward, told)
        return {x: found[:, place[x]] for x in self.states}

    def _node_adjoints(
        self, rows: Rows, seeds: dict[Sequence, np.ndarray], responses: dict[Sequence, np.ndarray]
    ) -> dict[Sequence, np.ndarray]:
        """The derivative of the loss by each node that uses a parameter: through its own step and all later ones."""
        total = {}
        for u in dict.fromkeys([*seeds, *self.states]):
            total[u] = seeds[u].copy() if u in seeds else np.zeros((rows.steps, rows.size(u)))
            if u in responses:
                total[u][:-1] += responses[u][1:]
        found = {v: total[v] if v in total else np.zeros((rows.steps, rows.size(v))) for v in self.users}
        for (u, v), local in self.within.items():
            found[v] = found[v] + np.matmul(total[u][:, None, :], rows.jacobian(local, u, v))[:, 0]
        return found


def carried(onward: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Tangents of every state of every step, carried to the end: row r is the response to a change before step r + 1.

    `onward[r]` takes a tangent (as a row) over step r + 1, `told[r]` is what it adds to the loss there.
    """
    steps, width = told.shape
    moving = np.empty((steps * width, width))
    response = np.zeros(steps * width)
    unit = np.eye(width)
    for r in range(steps):
        alive = (r + 1) * width
        moving[alive - width : alive] = unit
        tangents = moving[:alive]
        response[:alive] += tangents @ told[r]
        if r + 1 < steps:
            np.copyto(tangents, tangents @ onward[r])
    return response.reshape(steps, width)


def _refuse(model: Recurrence) -> None:
    lags = {lag for v in model.defined for lag in model.lags.get(v, ())}
    whole = all(e.over and e.over[0] == t and e.times == Range(Integer(1), tau) for e in model.equations)
    if not lags <= {0, 1} or not whole:
        raise Unsupported(
            f"{model.title.name} does not go from step to step by one law",
            law="tangents are carried over steps that read the present and the step before",
            repair="check it by check_gradient",
        )


def _local(model: Recurrence, node: Any, by: Any) -> Compiled | None:
    """A step's Jacobian in t, or nothing where it is zero."""
    expr = jacobian(model, node, by)
    return None if is_zero(expr) else compiled(expr)


def _adjoints(c: Contribution) -> list[Any]:
    return sorted(c.part.atoms(Adjoint), key=str)


def _uses(template: Template, w: Any) -> list[tuple[Contribution, Compiled]]:
    return [(c, compiled(c.part)) for c in template.raw_shared.get(w, ())]


def _seeds(template: Template, v: Sequence) -> list[tuple[Contribution, Compiled]]:
    """What the loss itself sends to a sequence."""
    return [(c, compiled(c.part)) for c in template.raw_elements.get(v, ()) if c.equation is None]


def _seed_rows(rows: Rows, v: Sequence, parts: list[tuple[Contribution, Compiled]]) -> np.ndarray:
    found = np.zeros((rows.steps, rows.size(v)))
    for c, part in parts:
        times = c.when.at({tau: Integer(rows.steps)}).times()
        span = slice(times.start - 1, times.stop - 1)
        value = part(rows)
        whole = np.reshape(value, (rows.steps, -1))[span] if part.varies else np.reshape(value, -1)
        found[span] += whole
    return found
