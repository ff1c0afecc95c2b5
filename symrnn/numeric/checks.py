"""Arguments of a network, checked once: keys, kinds of numbers, shapes; messages in the model's own letters.

What comes out is plain: arrays of one floating type in three dicts, boundary values under their full keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sympy import Expr, Integer, Symbol, expand

from symrnn.errors import ShapeError, Undefined
from symrnn.model import Constant, Parameter, Recurrence, Sequence
from symrnn.numeric.frame import arguments, key_of_leaf, shape_text
from symrnn.tensor import shape_of

Arrays = dict[str, np.ndarray]


@dataclass
class Arguments:
    """Checked arguments: three dicts, the number of steps, the batch axes and the type of numbers."""

    params: Arrays
    inputs: Arrays
    boundary: Arrays
    steps: int
    batch: tuple[int, ...]
    dtype: np.dtype


@dataclass
class _Found:
    """What has been learned so far: sizes of dimensions and of T and B, each with the argument that told it."""

    sizes: dict[Symbol, tuple[int, str]] = field(default_factory=dict)
    steps: tuple[int, str] | None = None
    batch: tuple[tuple[int, ...], str] | None = None


def check(
    model: Recurrence,
    params: Any,
    inputs: Any,
    boundary: Any,
    tau: int | None,
    least: int,
    labels: Mapping[str, str],
) -> Arguments:
    """The arguments as arrays of one type, or an error that says which one does not fit.

    `labels` has, for keys that a caller knows under another name, that name.
    """
    given: dict[str, Arrays] = {}
    owners = arguments(model)
    for (name, leaves), values in zip(owners, (params, inputs, boundary), strict=True):
        given[name] = _keyed(name, leaves, values, owners, labels)
    dtype = _common_type(given)
    found = _Found()
    for name, leaves in owners:
        for leaf in leaves:
            key = key_of_leaf(leaf)
            _fit(leaf, given[name][key], labels.get(key, f'{name}["{key}"]'), found)
    steps = _steps(model, found, tau, least)
    cast = {name: {key: x.astype(dtype, copy=False) for key, x in arrays.items()} for name, arrays in given.items()}
    return Arguments(*cast.values(), steps, found.batch[0] if found.batch else (), dtype)


def _keyed(
    name: str, leaves: list[Any], values: Any, owners: list[tuple[str, list[Any]]], labels: Mapping[str, str]
) -> Arrays:
    """The values of one argument under their full keys, as arrays."""
    values = {} if values is None else values
    if not isinstance(values, Mapping):
        raise Undefined(f"{name} must be a dict of arrays; got {type(values).__name__}")
    keys = [key_of_leaf(x) for x in leaves]
    short = {x.name: key_of_leaf(x) for x in leaves if sum(y.name == x.name for y in leaves) == 1}
    arrays: Arrays = {}
    for key, value in values.items():
        full = key if key in keys else short.get(key)
        if full is None:
            home = next((other for other, found in owners if key in map(key_of_leaf, found)), None)
            wanted = ", ".join(f'"{k}"' for k in keys) or "nothing"
            raise Undefined(
                f"{name} has {key!r}, which is not one of its keys",
                repair=f'pass it as {home}["{key}"]' if home else f"{name} holds: {wanted}",
            )
        arrays[full] = _array(value, labels.get(full, f'{name}["{full}"]'))
    missing = [x for x in leaves if key_of_leaf(x) not in arrays]
    if missing:
        what = ", ".join(f'"{key_of_leaf(x)}" {shape_text(x)}' for x in missing)
        raise Undefined(
            f"{name} lacks {what}",
            law="values before the first and after the last step are given, never zero by silence"
            if name == "boundary"
            else "",
            repair=f'{name}={{"{key_of_leaf(missing[0])}": ...}}',
        )
    return {key: arrays[key] for key in keys}


def _array(value: Any, label: str) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ShapeError(
            f"{label} has dtype {array.dtype}; expected real numbers",
            repair="give a rectangular array of floats" if array.dtype.kind == "O" else "give an array of floats",
        )
    return array


def _common_type(given: dict[str, Arrays]) -> np.dtype:
    floats = [x.dtype for arrays in given.values() for x in arrays.values() if x.dtype.kind == "f"]
    return np.result_type(*floats) if floats else np.dtype(np.float64)


def _fit(leaf: Any, x: np.ndarray, label: str, found: _Found) -> None:
    """Compare one array with its shape; learn sizes from it, or raise."""
    core = leaf.shape if isinstance(leaf, Sequence) else shape_of(leaf)
    lead = 1 if isinstance(leaf, Sequence) else 0
    batch_axes = x.ndim - len(core) - lead
    allowed = (0,) if isinstance(leaf, Parameter) else (0, 1)
    if isinstance(leaf, Sequence) and found.batch is not None:
        allowed = (len(found.batch[0]),)
    elif found.batch == ((), found.batch[1] if found.batch else ""):
        allowed = (0,)
    if batch_axes not in allowed:
        raise _misfit(leaf, x, label, found, allowed)
    for d, size in zip(core, x.shape[x.ndim - len(core) :], strict=True):
        _learn(d, size, leaf, x, label, found)
    if isinstance(leaf, Sequence):
        _agree("T", x.shape[0], leaf, x, label, found)
    if batch_axes or isinstance(leaf, Sequence):
        _agree("B", x.shape[lead : lead + batch_axes], leaf, x, label, found)


def _learn(d: Expr, size: int, leaf: Any, x: np.ndarray, label: str, found: _Found) -> None:
    known = d.xreplace({s: Integer(n) for s, (n, _) in found.sizes.items()})
    unknown = sorted(known.free_symbols, key=str)
    if not unknown:
        if int(known) != size:
            told = "; ".join(f"{s} = {n} from {who}" for s, (n, who) in found.sizes.items() if s in d.free_symbols)
            raise _misfit(leaf, x, label, found, (), told)
    elif len(unknown) == 1:
        symbol, factor = unknown[0], known.diff(unknown[0])
        value = (size - expand(known - factor * symbol)) / factor
        if not (value.is_Integer and value.is_positive):
            raise _misfit(leaf, x, label, found, ())
        found.sizes[symbol] = (int(value), label)


def _agree(what: str, value: Any, leaf: Any, x: np.ndarray, label: str, found: _Found) -> None:
    known = found.steps if what == "T" else found.batch
    if known is None:
        if what == "T":
            found.steps = (value, label)
        else:
            found.batch = (value, label)
    elif known[0] != value:
        shown = known[0] if what == "T" else known[0][0] if known[0] else "none"
        told = f"{what} = {shown} from {known[1]}"
        other = found.batch[0] if what == "T" and found.batch else found.steps[:1] if found.steps else ()
        swapped = other == ((value,) if what == "T" else value)
        hint = "time comes first: (T, B, ...); turn batch-first arrays with  np.swapaxes(x, 0, 1)" if swapped else ""
        raise _misfit(leaf, x, label, found, (), told, hint)


def _misfit(
    leaf: Any, x: np.ndarray, label: str, found: _Found, axes: tuple[int, ...], told: str = "", hint: str = ""
) -> ShapeError:
    core = leaf.shape if isinstance(leaf, Sequence) else shape_of(leaf)
    shapes = [shape_text(leaf, batch=False)] if 0 in axes or not axes else []
    if not isinstance(leaf, Parameter) and (1 in axes or not axes):
        shapes.append(shape_text(leaf))
    if not hint and len(core) == 1 and x.dtype.kind in "iu" and isinstance(leaf, Sequence | Constant):
        size = core[0].xreplace({s: Integer(n) for s, (n, _) in found.sizes.items()})
        name = key_of_leaf(leaf)
        hint = f"Pass sr.one_hot({name}, k={size})" if x.ndim < 3 else ""
    if not hint and isinstance(leaf, Sequence) and found.batch is not None and axes:
        hint = f"{found.batch[1]} has {'a' if found.batch[0] else 'no'} batch axis, so {label} needs the same"
    return ShapeError(
        f"{label} has shape {x.shape}; expected {' or '.join(dict.fromkeys(shapes))}" + (f" with {told}" if told else ""),
        repair=hint,
    )


def _steps(model: Recurrence, found: _Found, tau: int | None, least: int) -> int:
    if found.steps is None and tau is None:
        raise Undefined(
            f"{model.title.name} reads no input sequence, so nothing tells the number of steps", repair="give  tau=5"
        )
    if tau is not None and (isinstance(tau, bool) or not isinstance(tau, int | np.integer) or tau < 1):
        raise Undefined(f"tau={tau!r}: the last time must be an integer, at least 1")
    if found.steps is not None and tau is not None and tau != found.steps[0]:
        raise ShapeError(f"tau={tau}, but T = {found.steps[0]} from {found.steps[1]}", repair="leave tau out")
    steps = int(found.steps[0] if found.steps is not None else tau)  # type: ignore[arg-type]
    if steps < least:
        raise ShapeError(
            f"T = {steps} is too short", law=f"{model.title.name} reads fixed times that exist from T = {least} on"
        )
    return steps
