"""`write_model`: a model as the text of a model file, which reads back as an equal model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Basic
from sympy.core.function import AppliedUndef

from symrnn.errors import ReadError, Undefined, Unsupported
from symrnn.model.equation import Equation, reads
from symrnn.model.given import Constant, Element, Parameter, Sequence
from symrnn.model.parts import Abbreviation, Objective, Title
from symrnn.model.reading import read_model
from symrnn.model.recurrence import Recurrence
from symrnn.model.write_parts import integer
from symrnn.model.write_terms import Writer
from symrnn.tensor.shape import Shape
from symrnn.tensor.time import t, tau
from symrnn.tensor.unknown import Function

WIDTH = 100
_KINDS: tuple[tuple[str, Any], ...] = (("sequence", Sequence), ("constant", Constant), ("parameter", Parameter))
_ORDER = (Equation, Objective, Abbreviation, Title)
_WORDS = {"model", "source", "loss", "where"}  # as names of sequences or parameters they need their kind


def write_model(model: Recurrence) -> str:
    """The text of a model file.

    Parameters
    ----------
    model
        Any model.

    Returns
    -------
    str
        Text for which `read_model` gives an equal model.

    Raises
    ------
    Unsupported
        For what a model file cannot say.

    Examples
    --------
    >>> import symrnn as sr
    >>> print(sr.write_model(sr.models.scalar()))
    model scalar: scalar tanh network with squared error
    source: Werbos 1990; Pascanu et al. 2013
    <BLANKLINE>
    s: scalar;  x: scalar;  y: scalar
    w: scalar;  u: scalar;  b: scalar
    <BLANKLINE>
    s[t] = tanh(w s[t-1] + u x[t] + b)
    loss = sum_t (s[t] - y[t])^2 / 2
    <BLANKLINE>
    """
    if not isinstance(model, Recurrence):
        raise Undefined(f"{model!r} is not a model", repair="write_model(sr.Recurrence(...))")
    text, why = "", ""
    try:
        blocks = [_titles(model), _declarations(model), _definitions(model)]
        text = "\n".join("\n".join(block) + "\n" for block in blocks if block)
        same = read_model(text) == _in_order(model)
        why = "" if same else f"what is written reads back as another model:\n{text}"
    except ReadError as error:
        why = error.what
    except RecursionError:
        why = "it is nested too deep"
    if why:
        raise Unsupported(f"this model cannot be written as a model file: {why}", repair="keep the model as Python")
    return text


def _in_order(model: Recurrence) -> Basic:
    """The model with its parts in the order in which a file has them: equations, loss, abbreviations, title."""
    return model.func(*sorted(model.args, key=lambda part: _ORDER.index(type(part))))


def _titles(model: Recurrence) -> list[str]:
    title = model.title
    if not title.name or (title.name == "model" and not title.summary and not title.source):
        return ["model model"] if any(isinstance(part, Title) for part in model.args) else []
    head = f"model {title.name}" + (f": {title.summary}" if title.summary else "")
    return [head, *([f"source: {title.source}"] if title.source else [])]


def _leaves(model: Recurrence) -> list[Any]:
    """Everything that is read or defined, sequences for elements, each once."""
    found = [*model.sequences, *model.read_leaves]
    for short, long in ((a.short, a.long) for a in model.abbreviations):
        found += [short, *reads(long)]
    return list(dict.fromkeys(x.sequence if isinstance(x, Element) else x for x in found))


def _functions(model: Recurrence) -> list[str]:
    unknown: dict[str, str] = {}
    for part in model.args:
        for f in part.atoms(Function):
            unknown[f.name] = f"function {f.name}: {_shape(f.shape)}"
        for call in part.atoms(AppliedUndef):
            unknown[call.func.__name__] = f"function {call.func.__name__}: elementwise"
    return [unknown[name] for name in sorted(unknown)]


def _declarations(model: Recurrence) -> list[str]:
    groups: dict[str, list[str]] = {"sequence": [], "constant": [], "parameter": []}
    for x in _leaves(model):
        kind = next((word for word, cls in _KINDS if isinstance(x, cls)), "")
        if not kind:
            raise Unsupported(f"a model file has no spelling for {x}", repair="keep the model as Python")
        groups[kind].append(_declared(x, kind))
    return [line for group in [*groups.values(), _functions(model)] for line in _lines(group)]


def _declared(x: Any, kind: str) -> str:
    word = {"sequence": "", "parameter": "" if getattr(x, "learned", True) else "fixed "}.get(kind, f"{kind} ")
    if x.name in _WORDS and not word:
        word = f"{kind} "
    traits = (" simplex" if getattr(x, "simplex", False) else "") + (f' latex "{x.latex_name}"' if x.latex_name else "")
    return f"{word}{x.name}: {_shape(x.shape)}{traits}"


def _shape(shape: Shape) -> str:
    sizes = [integer(d) for d in shape]
    return " x ".join(f"({s})" if " + " in s or " - " in s else s for s in sizes) or "scalar"


def _lines(parts: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 3 <= WIDTH:
            lines[-1] += f";  {part}"
        else:
            lines.append(part)
    return lines


def _definitions(model: Recurrence) -> list[str]:
    taken = {x.name for x in _leaves(model)} | {s.name for x in _leaves(model) for d in x.shape for s in d.free_symbols}
    writer = Writer(taken | {call.func.__name__ for part in model.args for call in part.atoms(AppliedUndef)})
    lines = [_equation(e, writer) for e in model.equations]
    if model.loss is not None:
        lines.append(f"loss = {writer(model.loss)}")
    return lines + [f"where {writer(a.short)} = {writer(a.long)}" for a in model.abbreviations]


def _equation(e: Equation, writer: Writer) -> str:
    text = f"{writer(e.lhs)} = {writer(e.rhs)}"
    if e.over is None or e.over == (t, 1, tau):
        return text
    index, first, last = e.over
    return f"{text}   for {index.name} = {integer(first)}..{integer(last)}"
