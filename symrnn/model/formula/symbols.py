"""The declared names of a formula: what each is, its shape, and the ways of typing it.

A table comes from a model, or from a mapping with the keys dims, sequences, parameters, functions, indices and
length. Nothing that is not in it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sympy import Basic, Symbol
from sympy.core.function import AppliedUndef

from symrnn.errors import Undefined
from symrnn.model.formula.term import Size
from symrnn.model.given import Constant, Parameter, Sequence
from symrnn.model.recurrence import Recurrence
from symrnn.tensor import dims
from symrnn.tensor.unknown import Applied, Function

_NUMBERED = re.compile(r"^([A-Za-z]+)([0-9]+)$")
ACCENTED = ("hat", "tilde", "bar")


@dataclass(frozen=True, eq=False)
class Symbols:
    """A table of names; `kinds` says sequence, parameter, constant or function, `spellings` how each may be typed."""

    kinds: Mapping[str, str]
    sizes: Mapping[str, Size]
    functions: Mapping[str, Any]  # elementwise, scalar, or the size of the value
    indices: frozenset[str]
    lengths: frozenset[str]
    dims: frozenset[str]
    objects: Mapping[str, Any] = field(default_factory=dict)  # of a model: what the names stand for
    from_model: bool = False
    typed: tuple[tuple[str, str], ...] = ()  # other ways of typing a name: the name and the way
    adjoint: str = ""  # how a notation writes the gradient of the loss: "d" as in code, "delta", "bar"
    rows: bool = False  # whether vectors are rows, as in code
    numerator: bool = False  # whether the derivative of a scalar is a row

    @property
    def spellings(self) -> Mapping[str, str]:
        """Every way of typing a name, with the name."""
        return _spellings(self)

    def kind(self, name: str) -> str:
        """What a name is: its kind, `index`, `length`, or nothing."""
        if name in self.kinds:
            return self.kinds[name]
        if name in self.indices:
            return "index"
        return "length" if name in self.lengths else ""


@lru_cache(maxsize=64)
def _spellings(table: Symbols) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name in table.kinds:
        for way in {name, name.replace("_", ""), _NUMBERED.sub(r"\1_\2", name), *_accented(name)}:
            if way == name or way not in table.kinds:
                found[way] = name
    found.update({way: name for name, way in table.typed if name in table.kinds})
    return MappingProxyType(found)


def _accented(name: str) -> list[str]:
    stem, _, index = name.partition("_")
    accent = next((a for a in ACCENTED if stem.endswith(a) and stem != a), None)
    if accent is None:
        return []
    tail = f"_{index}" if index else ""
    return [f"{stem.removesuffix(accent)}_{accent}{tail}"]


def as_symbols(symbols: object) -> Symbols:
    """The table of a model, of a mapping, or itself.

    Raises
    ------
    Undefined
        When it is none of these.
    """
    if isinstance(symbols, Symbols):
        return symbols
    if isinstance(symbols, Recurrence):
        return _of_model(symbols)
    if isinstance(symbols, Mapping):
        return _of_table(_frozen(symbols))
    raise Undefined(
        f"the symbols of a formula are a model or a table, not {type(symbols).__name__}",
        repair='for instance  {"dims": ["n"], "sequences": {"h": ["n"]}, "parameters": {"W": ["n", "n"]}}',
    )


def noted(table: Symbols, notation: Any) -> Symbols:
    """The table with the names and the adjoints of a notation."""
    if notation is None:
        return table
    numerator = getattr(notation, "gradient", "") == "numerator"
    return replace(table, typed=tuple(notation.names), adjoint=notation.adjoint, numerator=numerator)


def _frozen(value: object) -> Any:
    if isinstance(value, Mapping):
        return tuple((str(key), _frozen(item)) for key, item in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple | set | frozenset) else value


def size_of_shape(shape: Any) -> Size:
    """Rows and columns of a shape: a vector is a column."""
    padded = (*shape, 1, 1)[:2] if len(shape) < 2 else tuple(shape)
    return (padded[0], padded[1])


@lru_cache(maxsize=64)
def _of_table(frozen: Any) -> Symbols:
    table = dict(frozen)
    unknown = set(table) - {"dims", "sequences", "parameters", "constants", "functions", "indices", "length", "_note"}
    if unknown:
        raise Undefined(
            f"a table of symbols has no key {min(unknown)!r}",
            repair="its keys are dims, sequences, parameters, constants, functions, indices and length",
        )
    kinds: dict[str, str] = {}
    sizes: dict[str, Size] = {}
    for key, kind in (("sequences", "sequence"), ("parameters", "parameter"), ("constants", "constant")):
        for name, shape in table.get(key, ()):
            kinds[name], sizes[name] = kind, size_of_shape(shape)
    functions: dict[str, Any] = {}
    for name, value in table.get("functions", ()):
        kinds.setdefault(name, "function")
        is_text = isinstance(value, str)
        functions[name] = (value.removeprefix("to "), 1) if is_text and value.startswith("to ") else value
        if not is_text:
            functions[name] = size_of_shape(value)
    lengths = table.get("length", ("tau",))
    return Symbols(
        MappingProxyType(kinds),
        MappingProxyType(sizes),
        MappingProxyType(functions),
        frozenset(table.get("indices", ("t", "k", "j", "i"))) - kinds.keys(),
        frozenset((lengths,) if isinstance(lengths, str) else lengths) - kinds.keys(),
        frozenset(table.get("dims", ())),
    )


@lru_cache(maxsize=64)
def _of_model(model: Recurrence) -> Symbols:
    kinds: dict[str, str] = {}
    objects: dict[str, Any] = {}
    functions: dict[str, Any] = {}
    lengths = {"tau", "T"}
    indices = set("tkjil")
    for part in _parts(model):
        name = part.func.__name__ if isinstance(part, AppliedUndef) else str(part.name)
        if isinstance(part, Function):
            kinds[name], functions[name] = "function", size_of_shape(part.shape)
        elif isinstance(part, AppliedUndef):
            kinds[name], functions[name], part = "function", "elementwise", part.func
        elif isinstance(part, Symbol):
            (lengths if name.startswith("tau") else indices).add(name)
            continue
        else:
            named: dict[Any, str] = {Sequence: "sequence", Parameter: "parameter", Constant: "constant"}
            kinds[name] = next(kind for base, kind in named.items() if isinstance(part, base))
        objects[name] = part
    sizes = {name: size_of_shape(getattr(objects[name], "shape", ())) for name in kinds if name not in functions}
    used = frozenset(str(d) for size in sizes.values() for d in (size or ()) if isinstance(d, Symbol))
    return Symbols(
        MappingProxyType(kinds),
        MappingProxyType(sizes),
        MappingProxyType(functions),
        frozenset(indices) - kinds.keys(),
        frozenset(lengths) - kinds.keys(),
        used,
        MappingProxyType(objects),
        from_model=True,
    )


def _parts(model: Recurrence) -> list[Any]:
    """The sequences, given values, functions and times of a model, in the order of its equations."""
    found: dict[Any, None] = {}
    stack: list[Basic] = [model]
    seen: set[Basic] = set()
    while stack:
        top = stack.pop()
        if top in seen:
            continue
        seen.add(top)
        if isinstance(top, Sequence | Parameter | Constant | Function | AppliedUndef):
            found[top] = None
        elif isinstance(top, Symbol) and top.is_integer and (len(str(top)) == 1 or str(top).startswith("tau")):
            found.setdefault(top, None)
        if not isinstance(top, Sequence | Parameter | Constant):
            stack.extend(reversed(top.args))
        if isinstance(top, Applied):
            found[top.function] = None
    dimensions = {d for part in found if isinstance(part, Sequence | Parameter | Constant) for d in part.shape}
    return [part for part in found if part not in dimensions]


def object_of(table: Symbols, name: str) -> Any:
    """The object that a name of a table stands for."""
    if name in table.objects:
        return table.objects[name]
    kind = table.kinds[name]
    if kind == "function":
        value = table.functions[name]
        return Function(name, *(_dimension(d) for d in value if d != 1)) if isinstance(value, tuple) else value
    shape = [_dimension(d) for d in table.sizes[name] or () if d != 1]
    declared: dict[str, Any] = {"sequence": Sequence, "parameter": Parameter, "constant": Constant}
    return declared[kind](name, *shape)


def _dimension(d: object) -> Any:
    return dims(d) if isinstance(d, str) else d
