"""The numbers of a derivation: its own lines, run in order in any number system.

The lines are used exactly as a reader sees them, ranges included, so that checking the numbers checks
the lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Integer, Symbol

from symrnn.calculus.derivation import Derivation, name_of
from symrnn.calculus.running import run_lines
from symrnn.errors import ShapeError, Undefined
from symrnn.graph.graph import unroll
from symrnn.graph.lengths import Last, checked_last, numbers_of, rule_of
from symrnn.graph.run import all_leaves_of, dimension_symbols, leaves_of, run
from symrnn.model import Element, Recurrence
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.node import shape_of
from symrnn.tensor.numbers import Array, Floats
from symrnn.tensor.sensitivity import sensitivity

SIMPLEX_TOLERANCE = 1e-5  # float32 probabilities pass


def evaluate(
    what: Any,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    boundary: Mapping[str, Any] | None = None,
    *,
    tau: Any,
    direction: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The gradients of a derivation as numbers, by the interpreter and not by generated code.

    Parameters
    ----------
    what
        A `Derivation`, or a `ClosedForm`: of a state or adjoint at t, its values at all times of its range.
    params, inputs, boundary
        Arrays by name: a parameter's shape; (tau, ...) for inputs and targets, a constant's shape for
        constants; boundary values by element, `{"h[0]": ...}`.
    tau
        The last time.
    direction
        Of a Hessian-vector product: for everything it goes by, by name, an array of its shape.

    Returns
    -------
    dict
        Gradients by name; an input's has the shape of the input.

    Raises
    ------
    Undefined, ShapeError
        When an array is missing or has the wrong shape.

    Examples
    --------
    >>> import symrnn as sr
    >>> d = sr.bptt(sr.models.scalar())
    >>> g = sr.evaluate(d, {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": [1.0, 0.0], "y": [0.0, 0.0]}, {"s[0]": 0.0}, tau=2)
    >>> round(float(g["w"]), 6)
    0.240214
    """
    if not isinstance(what, Derivation) and hasattr(what, "subject"):
        return evaluate_closed(what, params, inputs, boundary or {}, tau)
    last = checked_last(what.model, tau) if isinstance(what, Derivation) else 1
    if not isinstance(what, Derivation):
        raise Undefined(f"{type(what).__name__} is not a derivation", repair="evaluate(sr.bptt(model), ...)")
    if not isinstance(what.last, Symbol) and what.last != last:
        raise Undefined(
            f"the derivation is for tau = {what.last}, not {tau}", repair="derive with symbolic tau: bptt(model)"
        )
    _known_keys(what.model, params, inputs, boundary or {})
    inner, *arrays = what.directed(params, inputs, boundary or {}, direction)
    values, sizes = given_values(inner.model, last, *arrays)
    evaluator = run(unroll(inner.model, last), values, sizes, Floats())
    found = run_lines(inner if min(numbers_of(last)) >= inner.smallest else inner.at(last), last, evaluator)
    return what.completed(_by_name(inner, last, found, evaluator), params, inputs, boundary)


def evaluate_closed(form: Any, params: Any, inputs: Any, boundary: Any, tau: Any) -> dict[str, Any]:
    """The numbers of a closed form; the adjoints that are left in it come from the derivation's other lines."""
    subject = form.subject
    model = subject.model if isinstance(subject, Derivation) else subject
    last = checked_last(model, tau)
    _known_keys(model, params, inputs, boundary)
    values, sizes = given_values(model, last, params, inputs, boundary)
    evaluator = run(unroll(model, last), values, sizes, Floats())
    if isinstance(subject, Derivation):
        found = run_lines(subject if min(numbers_of(last)) >= subject.smallest else subject.at(last), last, evaluator)
        evaluator = Evaluator(evaluator.system, {**evaluator.values, **found}, evaluator.sizes)
    node = form.of.node if isinstance(form.of, Adjoint) else form.of
    e = form.equation
    if e.over is None:
        return {name_of(node.xreplace(rule_of(model, last))): evaluator(e.at(rule_of(model, last)).rhs)}
    times = e.times.at(rule_of(model, last)).times()
    return {node.name: np.stack([evaluator(e.at({**rule_of(model, last), e.over[0]: Integer(s)}).rhs) for s in times])}


def _known_keys(model: Recurrence, params: Any, inputs: Any, boundary: Any) -> None:
    elements = [name_of(b) for b in model.boundary] + [b.name for b in model.boundary]
    known = {
        "params": [p.name for p in model.parameters],
        "inputs": [str(v.name) for vs in (model.inputs, model.targets, model.constants) for v in vs],
        "boundary": elements,
    }
    for label, given in (("params", params), ("inputs", inputs), ("boundary", boundary)):
        if not isinstance(given, Mapping):
            raise Undefined(f"{label} is {type(given).__name__}, not a dict of arrays by name")
        for key in given:
            if key not in known[label]:
                raise Undefined(
                    f"{key!r} is not among the {label} of {model.title.name}",
                    repair="one of " + ", ".join(known[label]),
                )


def _by_name(derivation: Derivation, last: Last, found: dict[Any, Array], evaluator: Evaluator) -> dict[str, Any]:
    """The gradients that were asked for, by the names of what is given; an input's are stacked over its times."""
    model, rule = derivation.model, rule_of(derivation.model, last)
    names = boundary_names(model, last)
    result: dict[str, Any] = {}
    if derivation.title == "rtrl" and not derivation.gradients:
        return _sensitivities(derivation, rule, found)
    for line in derivation.lines:
        node = line.equation.lhs.node
        if line.group == "input" and isinstance(node, Element):
            v = node.sequence
            if v.name in result:
                continue
            zero = np.zeros(evaluator.shape(v[1]))
            times = model.given_range(v).at(rule).times()
            objective = line.equation.lhs.objective
            result[v.name] = np.stack([found.get(nabla(v[s], objective), zero) for s in times])
        elif line.group in {"gradient", "boundary", "input"}:
            concrete = node.xreplace(rule)
            result[names.get(concrete, name_of(concrete))] = found[nabla(concrete, line.equation.lhs.objective)]
    return result


def _sensitivities(derivation: Derivation, rule: Any, found: dict[Any, Array]) -> dict[str, Any]:
    """Of a model without a loss: the total derivatives, stacked over the times of each sequence, as "dh/dW"."""
    result: dict[str, list[Array]] = {}
    model = derivation.model
    times = {v: sorted(s for r in model.ranges[v] for s in r.at(rule).times()) for v in model.defined}
    for by in dict.fromkeys(line.equation.lhs.by.xreplace(rule) for line in derivation.lines):
        for v in model.defined:
            stack = [found[sensitivity(v[s], by)] for s in times[v] if sensitivity(v[s], by) in found]
            if stack:
                result[f"d{v}/d{name_of(by)}"] = stack
    return {name: np.stack(stack) for name, stack in result.items()}


def boundary_names(model: Recurrence, last: Last) -> dict[Any, str]:
    """The names of the boundary values at one last time: g[4] is "g[tau+1]" for tau = 3."""
    rule = rule_of(model, last)
    return {b.xreplace(rule): name_of(b) for b in model.boundary}


def given_values(
    model: Recurrence,
    last: Last,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    boundary: Mapping[str, Any],
) -> tuple[dict[Any, Array], dict[Any, int]]:
    """The values of the leaves of a model's graph, from arrays by name, and the sizes of the dimensions."""
    values: dict[Any, Array] = {}
    sizes: dict[Any, int] = {}
    graph = unroll(model, last)
    needed = set(leaves_of(model, graph, last))
    for leaf in all_leaves_of(model, graph, last):
        try:
            array = _array_of(leaf, model, last, params, inputs, boundary)
        except Undefined:
            if leaf in needed:
                raise
            continue
        _match(leaf, array, sizes)
        values[leaf] = _on_simplex(leaf, array)
    missing = [d for d in dimension_symbols(model) if d not in sizes and any(d in shape_of(x)[:2] for x in values)]
    if missing:
        raise Undefined(f"the size {missing[0]} does not follow from the arrays")
    return values, sizes


def _array_of(leaf: Any, model: Recurrence, last: Last, params: Any, inputs: Any, boundary: Any) -> Array:
    if not isinstance(leaf, Element):
        home = params if getattr(leaf, "is_shared", False) else inputs
        return _number(home, leaf.name, leaf.name)
    times = model.given_range(leaf.sequence).at(rule_of(model, last)).times()
    if leaf.sequence in model.defined or int(leaf.time) not in times:
        name = boundary_names(model, last).get(leaf, name_of(leaf))
        alone = len([b for b in model.boundary if b.sequence == leaf.sequence]) == 1
        keys = [name, name_of(leaf), *([leaf.name] if alone else [])]
        return _number(boundary, next((k for k in keys if k in boundary), name), f"{name} (a boundary value)")
    array = _number(inputs, leaf.name, leaf.name)
    if array.ndim == 0 or len(array) != len(times):
        raise ShapeError(
            f"{leaf.name} has shape {array.shape}; its first axis is time and must have length {len(times)}",
            law="arrays are time-major",
        )
    return np.asarray(array[int(leaf.time) - 1])


def _number(home: Mapping[str, Any], key: str, label: str) -> Array:
    if key not in home:
        raise Undefined(f"no value is given for {label}", repair=f"pass {{{key!r}: array}}")
    array = np.asarray(home[key])
    if array.dtype.kind not in "biuf":
        raise ShapeError(f"{label} has entries of type {array.dtype}, where real numbers are expected")
    return np.asarray(array, dtype=np.float64)


def _on_simplex(leaf: Any, array: Array) -> Array:
    """The array of a leaf declared `simplex=True`, whose entries must sum to 1: the gradient relies on it."""
    if getattr(leaf, "simplex", False) and abs(float(np.sum(array)) - 1) > SIMPLEX_TOLERANCE:
        raise ShapeError(
            f"the entries of {leaf} sum to {float(np.sum(array)):.6g}, not to 1",
            law=f"{leaf.name} is declared simplex=True",
            repair="pass one-hot vectors or probabilities, or declare it without simplex=True",
        )
    return array


def _match(leaf: Any, array: Array, sizes: dict[Any, int]) -> None:
    shape = shape_of(leaf)
    fits = array.ndim == len(shape)
    for d, size in zip(shape, array.shape, strict=False) if fits else ():
        expected = int(d) if d.is_Integer else sizes.setdefault(d, size) if d.is_Symbol else None
        fits = fits and expected in (None, size)
    if not fits:
        known = ", ".join(f"{d} = {sizes[d]}" for d in shape if d in sizes)
        raise ShapeError(
            f"{leaf} has an array of shape {array.shape} where {tuple(shape)} is expected"
            + (f" ({known})" if known else "")
        )
