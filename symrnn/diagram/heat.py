"""How strongly an earlier state acts on a later one: the norms of ∂h⁽ᵗ⁾/∂h⁽ᵏ⁾ over t and k, as numbers and as a map.

The local Jacobians of the unrolled graph are evaluated once and multiplied along all routes, later factors on the
left, so that gates, skips and coupled states are included.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from typing import Any

import numpy as np

from symrnn.calculus.evaluation import given_values
from symrnn.calculus.jacobian import differentiate
from symrnn.diagram.conventions import lettering
from symrnn.diagram.drawing import checked
from symrnn.diagram.inline import Line, line_of, words
from symrnn.diagram.labels import Label, Lettering
from symrnn.diagram.layout import SMALLER, Cell, Layout, Panel, Text, framed
from symrnn.diagram.picture import Diagram
from symrnn.diagram.reading import label_in
from symrnn.diagram.style import Style, style_of
from symrnn.errors import Undefined
from symrnn.graph import unroll
from symrnn.graph.lengths import checked_last
from symrnn.graph.run import run
from symrnn.model import Element, Recurrence, Sequence
from symrnn.tensor import shape_of
from symrnn.tensor.numbers import Array, Floats

SIDE = 420.0  # of the map, about
SMALLEST, LARGEST = 9.0, 44.0  # of a cell
FADED, EXPLODED = "#0b3c6f", "#8f3300"  # the ends of the scale: norms far below one, far above
NEUTRAL = "#f7f4ee"  # a norm of one
STEPS = 9  # of the scale beside the map
FLOOR = 1e-12


def heat_map(
    model: Recurrence,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    boundary: Mapping[str, Any] | None = None,
    *,
    tau: Any,
    state: Sequence | None = None,
    style: Style | str | None = None,
    notation: Any = None,
) -> Diagram:
    """The spectral norms of the total derivatives ∂h⁽ᵗ⁾/∂h⁽ᵏ⁾ of a state, for given numbers, as a map over t and k.

    Parameters
    ----------
    model
        A `Recurrence`.
    params, inputs, boundary
        Arrays by name, as for `evaluate`.
    tau
        The last time.
    state
        The state; the first one of the model unless given.
    style
        A `Style`, or the name of one.
    notation
        A `Notation`, such as `Notation.named("d2l")`.

    Raises
    ------
    Undefined, ShapeError
        When the model has no such state; when an array is missing or has the wrong shape.

    Examples
    --------
    >>> import symrnn as sr
    >>> numbers = {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": [0.0] * 3, "y": [0.0] * 3}, {"s[0]": 0.0}
    >>> picture = sr.heat_map(sr.models.scalar(), *numbers, tau=3)
    >>> [cell.value for cell in picture.layout.panels[0].cells if cell.name.startswith("s[3]")]
    [0.125, 0.25, 0.5, 1.0]
    """
    v = _state(checked(model), state)
    norms = norms_of(model, v, params, inputs, boundary or {}, tau)
    look = style_of(style)
    return Diagram(_layout(model, v, norms, lettering(notation)), look)


def _state(model: Recurrence, state: Sequence | None) -> Sequence:
    if not model.states or (state is not None and state not in model.states):
        raise Undefined(
            f"{state or 'a state'} is not a state of {model.title.name}",
            repair="one of " + (", ".join(v.name for v in model.states) or "no states: nothing is carried on"),
        )
    return state if state is not None else model.states[0]


def norms_of(
    model: Recurrence,
    state: Sequence,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    boundary: Mapping[str, Any],
    tau: Any,
) -> dict[tuple[int, int], float]:
    """The spectral norm of the total derivative of the state at t by the state at k, by (t, k)."""
    last = checked_last(model, tau)
    values, sizes = given_values(model, last, params, inputs, boundary)
    graph = unroll(model, last)
    evaluator = run(graph, values, sizes, Floats())

    def size(node: Any) -> int:
        return int(np.prod([int(d.xreplace(sizes)) for d in shape_of(node)], dtype=int))

    local: dict[Any, list[tuple[Any, Array]]] = {}
    for e in graph.equations:
        for by in graph.parents(e.lhs):
            rate = differentiate(e.rhs, by, e.lhs)
            if rate is not None:
                local.setdefault(e.lhs, []).append((by, np.reshape(evaluator(rate), (size(e.lhs), size(by)))))
    found: dict[tuple[int, int], float] = {}
    nodes = [e.lhs for e in graph.equations]
    for target in (x for x in graph.nodes if isinstance(x, Element) and x.sequence == state):
        back: dict[Any, Array] = {target: np.eye(size(target))}
        for node in reversed(nodes):
            if node in back:
                for by, rate in local.get(node, ()):
                    back[by] = back.get(by, 0.0) + back[node] @ rate
        for by, total in back.items():
            if isinstance(by, Element) and by.sequence == state:
                found[int(target.time), int(by.time)] = float(np.linalg.norm(total, 2))
    return found


def _layout(model: Recurrence, state: Sequence, norms: dict[tuple[int, int], float], letters: Lettering) -> Layout:
    times = sorted({s for pair in norms for s in pair})
    side = min(max(SIDE / len(times), SMALLEST), LARGEST)
    reach = max((abs(log10(max(value, FLOOR))) for value in norms.values()), default=0.0) or 1.0
    place = {s: i * side for i, s in enumerate(times)}
    cells = [
        Cell(f"{state.name}[{t}] by {state.name}[{k}]", place[k], place[t], side, side, value, colour(value, reach))
        for (t, k), value in sorted(norms.items())
    ]
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if step * side >= 22)
    numbers = [s for s in times if s % every == 0]
    bottom = side * len(times)
    notes = [Text(words(str(s)), place[s] + side / 2, bottom + 14, SMALLER * 0.85, "axis") for s in numbers]
    notes += [Text(words(str(s)), -16, place[s] + side / 2, SMALLER * 0.85, "axis") for s in numbers]
    notes += [
        Text(letters.label("k"), bottom / 2, bottom + 34, SMALLER, "axis"),
        Text(letters.label("t"), -40, bottom / 2, SMALLER, "axis"),
    ]
    notes.append(Text(_title(label_in(model, state.name, letters)), bottom / 2, -20, SMALLER, "axis"))
    scale, marks = _scale(reach, bottom)
    panel = Panel("heat", (), (), (*notes, *marks), bottom, (*cells, *scale))
    words_ = f"One field for each pair of times t (downward) and k (to the right). {_summary(norms)}"
    return framed(panel, f"Norms of the derivatives of {state.name} in {model.title.name}", words_)


def _title(label: Label) -> Line:
    return line_of("‖∂", label.at("t"), "/∂", label.at("k"), "‖")


def _summary(norms: dict[tuple[int, int], float]) -> str:
    (t, k), least = min(norms.items(), key=lambda pair: (pair[1], pair[0]))
    (u, j), most = max(norms.items(), key=lambda pair: (pair[1], pair[0]))
    return f"The smallest norm is {least:.3g} at t = {t}, k = {k}, the largest {most:.3g} at t = {u}, k = {j}."


def colour(value: float, reach: float) -> str:
    """The colour of a norm: pale at one, blue below, red above, as dark as its logarithm is large."""
    amount = max(-1.0, min(1.0, log10(max(value, FLOOR)) / reach))
    end = EXPLODED if amount > 0 else FADED
    mixed = (_mix(int(NEUTRAL[i : i + 2], 16), int(end[i : i + 2], 16), abs(amount)) for i in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _mix(a: int, b: int, amount: float) -> int:
    return round(a + (b - a) * amount)


def _scale(reach: float, height: float) -> tuple[list[Cell], list[Text]]:
    """The scale beside the map, with the norms at its ends and in its middle."""
    left, side = height + 34, max(height / STEPS, 12.0)
    values = [10 ** (reach * (1 - 2 * i / (STEPS - 1))) for i in range(STEPS)]
    cells = [Cell(f"scale {v:.3g}", left, i * side, 16, side, v, colour(v, reach)) for i, v in enumerate(values)]
    marks = [
        Text(words(f"{values[i]:.2g}"), left + 44, i * side + side / 2, SMALLER * 0.85, "axis")
        for i in (0, STEPS // 2, STEPS - 1)
    ]
    return cells, marks
