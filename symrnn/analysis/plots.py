"""The pictures of what is measured: effective memory, growth of gradients, singular values, the map of reach.

Each takes the arrays that the measuring functions return, so that a picture never knows more than its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.analysis.bounds import GradientBound
from symrnn.analysis.plot import Plot
from symrnn.analysis.summary import Summary
from symrnn.errors import ShapeError

MARKS = "osD^v<>"
FLOOR = 1e-16  # norms below this are drawn there: a logarithm has no zero


def plot_memory(curves: Any) -> Plot:
    """How much a state still depends on inputs d steps back, for one curve of `memory` or several by name.

    Examples
    --------
    >>> import symrnn as sr
    >>> sr.analysis.plot_memory({"w = 0.5": [1.0, 0.5, 0.25], "w = 0.9": [1.0, 0.9, 0.81]})
    Plot: effective memory, 2 curves over 3 steps
      .figure .svg() .save("picture.svg")
    """
    named = _named(curves)

    def draw(axes: Any) -> None:
        for (name, curve), mark in _marked(named):
            shown = np.where(curve > 0, curve, np.nan)  # what is not seen at all is left out
            axes.semilogy(np.arange(len(curve)), shown, mark + "-", label=name)
        axes.set_xlabel("steps back, $d$")
        axes.set_ylabel(r"$\Vert\partial h^{(\tau)} / \partial x^{(\tau-d)}\Vert$")
        _finished(axes, named)

    return Plot(draw, title=_title("effective memory", named))


def plot_growth(curves: Any, bound: GradientBound | None = None, params: Mapping[str, Any] | None = None) -> Plot:
    """How gradients grow or fade over t steps, for one curve of `jacobian_norms` or several by name.

    Parameters
    ----------
    curves
        (tau,) or a dict of such by name, as `initialisations` returns it.
    bound, params
        What `gradient_bound` gives, and the arrays for it: drawn as a dashed line above.

    Examples
    --------
    >>> import symrnn as sr
    >>> bound = sr.analysis.gradient_bound(sr.models.scalar())
    >>> print(sr.analysis.plot_growth([0.5, 0.2, 0.1], bound, {"w": 0.9}).title)
    growth of gradients, 1 curve over 3 steps
    """
    named = _named(curves)
    steps = np.arange(1, max(map(len, named.values())) + 1)
    limit = None if bound is None else [bound.value(params or {}, int(s)) for s in steps]

    def draw(axes: Any) -> None:
        for (name, curve), mark in _marked(named):
            axes.semilogy(np.arange(1, len(curve) + 1), np.maximum(curve, FLOOR), mark + "-", label=name)
        if limit is not None:
            axes.semilogy(steps, limit, "k--", label="bound")
        axes.axhline(1.0, color="0.5", linewidth=0.8, zorder=0)
        axes.set_xlabel("steps, $t$")
        axes.set_ylabel(r"$\Vert\partial h^{(t)} / \partial h^{(0)}\Vert_2$")
        _finished(axes, named if limit is None else {**named, "bound": steps})

    return Plot(draw, title=_title("growth of gradients", named))


def plot_singular_values(summary: Summary) -> Plot:
    """What the state keeps of its past: the singular values of its derivative, and how much of each input is left.

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> arrays = {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": np.zeros(4)}, {"s[0]": 0.0}
    >>> print(sr.analysis.plot_singular_values(sr.analysis.summary(sr.models.scalar(), *arrays)).title)
    s(4) keeps 1 of 4 numbers
    """

    def draw(left: Any, right: Any) -> None:
        values = summary.singular_values
        left.semilogy(np.arange(1, len(values) + 1), np.maximum(values, FLOOR), "o-")
        left.axvline(summary.rank + 0.5, color="0.5", linestyle=":")
        left.set_xticks(_ticks(1, len(values)))
        left.set(xlabel=f"singular value (rank {summary.rank} of {summary.past})")
        times = np.arange(1, summary.tau + 1)
        right.bar(times, summary.remembered, color="C1")
        right.set_xticks(_ticks(1, summary.tau))
        right.set_xlabel("time of the input, $k$")
        right.set_ylabel(r"$\Vert\partial h / \partial x^{(k)}\Vert$")

    return Plot(draw, panels=2, title=f"{summary.state}({summary.time}) keeps {summary.kept} of {summary.past} numbers")


def plot_reach(norms: Any) -> Plot:
    """The map of `reach_norms`: how much the state at t depends on the input at k, by colour; white where not at all.

    Examples
    --------
    >>> import symrnn as sr
    >>> print(sr.analysis.plot_reach([[1.0, 0.0], [0.5, 1.0]]).title)
    reach over 2 times
    """
    table = np.asarray(norms, dtype=float)
    if table.ndim != 2:
        raise ShapeError(f"a map of reach has two axes, and this array has shape {table.shape}", repair="reach_norms")

    def draw(axes: Any) -> None:
        from matplotlib.colors import LogNorm

        seen = table[table > 0]
        low, high = (max(seen.min(), FLOOR), seen.max()) if seen.size else (0.1, 1.0)
        shown = np.where(table > 0, np.maximum(table, FLOOR), np.nan)
        edges = [np.arange(s + 1) + 0.5 for s in reversed(table.shape)]
        drawn = axes.pcolormesh(*edges, shown, norm=LogNorm(low, max(high, low * 1.001)), cmap="viridis")
        axes.set(aspect="equal", xlabel="input at $k$", ylabel="state at $t$")
        axes.set_xticks(_ticks(1, table.shape[1]))
        axes.set_yticks(_ticks(1, table.shape[0]))
        axes.invert_yaxis()
        axes.grid(False)
        axes.figure.colorbar(drawn, ax=axes, label=r"$\Vert\partial h^{(t)} / \partial x^{(k)}\Vert$")

    return Plot(draw, title=f"reach over {len(table)} times")


def _named(curves: Any) -> dict[str, np.ndarray]:
    given = curves if isinstance(curves, Mapping) else {"": curves}
    try:
        named = {str(name): np.asarray(curve, dtype=float) for name, curve in given.items()}
    except (TypeError, ValueError):
        raise ShapeError(f"a curve is numbers, and this is {type(curves).__name__}", repair="memory(...)") from None
    for name, curve in named.items():
        if curve.ndim != 1 or not curve.size:
            raise ShapeError(f"a curve has one axis, and {name or 'this one'} has shape {curve.shape}")
    if not named:
        raise ShapeError("there is no curve to draw")
    return named


def _marked(named: dict[str, np.ndarray]) -> list[tuple[tuple[str, np.ndarray], str]]:
    """The curves with their marks; a name is shown as it is, though matplotlib reads $ and hides a leading _."""
    found = []
    for i, (name, curve) in enumerate(named.items()):
        shown = name.replace("$", r"\$")
        found.append(((" " * shown.startswith("_") + shown, curve), MARKS[i % len(MARKS)]))
    return found


def _title(what: str, named: dict[str, np.ndarray]) -> str:
    curves = "1 curve" if len(named) == 1 else f"{len(named)} curves"
    return f"{what}, {curves} over {max(map(len, named.values()))} steps"


def _finished(axes: Any, named: Mapping[str, Any]) -> None:
    """Whole numbers of steps, and a legend beside the picture when there is more than one line."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(named) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small")


def _ticks(first: int, last: int) -> list[int]:
    """At most ten whole numbers."""
    return list(range(first, last + 1, 1 + (last - first) // 10))
